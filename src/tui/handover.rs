//! What is known of a connection, handed over to be written elsewhere. Knows no format.

use std::sync::Arc;

use super::conn::{Closed, Conn};
use super::exchange::Exchange;
use super::model::{Model, Spot, Subject};
use super::rung::Rung;
use super::stream::Run;
use crate::event::CloseReason;
use crate::export::{self, Happened, Piece, Request, Step, Times, Transcript};
use crate::http::Span;

/// The request that is selected: the one the cursor is in, else the selected one, else what
/// is in the receive buffer, else the newest. With its name, such as `#7.1`.
pub(crate) fn request(model: &Model) -> Option<(String, Request)> {
    let conn = model.conn()?;
    let buffered = conn.buffered();
    let in_buffer = match (model.ui.spot, model.ui.subject) {
        (Spot::Octet(offset), _) => buffered.contains(offset),
        (Spot::Newest | Spot::Line(_), Subject::Exchange(_) | Subject::NewestExchange) => false,
        (Spot::Newest | Spot::Line(_), Subject::Connection(_) | Subject::NewestConnection) => true,
    };
    let (_, exchange) = model.exchange().unzip();
    let refused = exchange.is_some_and(|e| e.diagnosis.is_some() && e.head_span.is_none());
    if in_buffer && !buffered.is_empty() && !refused {
        let n = conn.exchanges.back().map_or(1, |newest| newest.n + 1);
        return Some((
            format!("{}.{n}", conn.id),
            of_span(model, conn, buffered, None),
        ));
    }
    let exchange = exchange?;
    let span = span(conn, exchange);
    Some((
        format!("{}.{}", conn.id, exchange.n),
        of_span(model, conn, span, Some(exchange)),
    ))
}

/// The octets of an exchange's request.
fn span(conn: &Conn, exchange: &Exchange) -> Span {
    match (exchange.head_span, exchange.diagnosis) {
        (Some(head), _) => {
            let end = exchange
                .body
                .map_or(head.end, |body| body.end.max(head.end));
            Span::new(head.start, end)
        }
        // Refused before a boundary was found: everything from its first octet on.
        (None, Some(diagnosis)) => {
            let end = conn.stream.span().end;
            Span::new(diagnosis.request_at.min(end), end)
        }
        (None, None) => Span::default(),
    }
}

fn of_span(model: &Model, conn: &Conn, span: Span, exchange: Option<&Exchange>) -> Request {
    let pieces = conn.stream.runs_in(span).map(|run| {
        let here = Span::new(run.offset.max(span.start), run.span().end.min(span.end));
        Piece {
            at: run.at,
            offset: here.start,
            octets: conn
                .stream
                .octets_in(here)
                .map(|(_, octet)| octet)
                .collect(),
            full: run.octets.len() >= run.asked,
        }
    });
    let listening = model.live.listening.first().map(|(local, _)| *local);
    Request {
        span,
        pieces: pieces.collect(),
        head: exchange.and_then(|exchange| exchange.head.clone()),
        framing: exchange.and_then(|exchange| exchange.framing),
        server: conn
            .local
            .or(listening)
            .unwrap_or_else(|| ([127, 0, 0, 1], 80).into()),
    }
}

/// Everything that is known of the selected connection.
pub(crate) fn transcript(model: &Model) -> Option<Transcript> {
    model.conn().map(|conn| of_connection(model, conn))
}

/// Everything that is known of every connection, the oldest first.
pub(crate) fn transcripts(model: &Model) -> Vec<Transcript> {
    let connections = model.world().connections.values();
    connections.map(|conn| of_connection(model, conn)).collect()
}

fn of_connection(model: &Model, conn: &Conn) -> Transcript {
    let unknown = || ([0, 0, 0, 0], 0).into();
    Transcript {
        id: conn.id,
        started: model.about.started,
        peer: conn.peer.unwrap_or_else(unknown),
        local: conn.local.unwrap_or_else(unknown),
        steps: steps(conn),
        exchanges: conn
            .exchanges
            .iter()
            .map(|exchange| of_exchange(model, conn, exchange))
            .collect(),
    }
}

fn of_exchange(model: &Model, conn: &Conn, exchange: &Exchange) -> export::Exchange {
    let head = exchange.response.as_ref().map(|r| Arc::clone(&r.head));
    let sent = match (exchange.done, &head) {
        (Some(done), Some(head)) => Some(done.body.saturating_add(head.len() as u64)),
        // What was left out may have been a send.
        _ => (conn.left_out == 0).then_some(exchange.sent),
    };
    export::Exchange {
        n: exchange.n,
        request: of_span(model, conn, span(conn, exchange), Some(exchange)),
        request_line: exchange.request_line.clone(),
        diagnosis: exchange.diagnosis.map(|diagnosis| diagnosis.to_string()),
        continued: exchange.continued,
        status: exchange.status(),
        response_head: head,
        body: exchange.response.as_ref().map_or(0, |r| r.body),
        sent,
        times: Times {
            first: exchange.times.first,
            complete: exchange.times.complete,
            responding: exchange.times.responding,
            done: exchange.times.done,
        },
    }
}

/// What went over the connection, in order: what the ladder tells, and before it what the
/// stream and the exchanges keep for longer.
fn steps(conn: &Conn) -> Vec<Step> {
    let mut runs = conn.stream.runs_in(conn.stream.span()).rev();
    let mut responses = conn
        .exchanges
        .iter()
        .rev()
        .filter(|exchange| exchange.response.is_some());
    let mut steps = Vec::new();
    if conn.closed == Some(Closed::LeftOut) {
        let happened = Happened::Closed { broken: false };
        let at = conn.since;
        steps.push(Step { at, happened });
    }
    // What the ladder tells of sends whose response it has forgotten.
    let mut sent = 0_u64;
    // From the newest backwards: the oldest of each may be kept no longer.
    for (at, rung) in conn.ladder.iter().rev() {
        let happened = match rung {
            Rung::Accepted => Some(Happened::Accepted),
            Rung::Received { .. } => runs.next().map(received),
            Rung::Responding(_) => {
                sent = 0;
                responses.next().and_then(responding)
            }
            Rung::Sent { octets, .. } => {
                sent = sent.saturating_add(*octets);
                Some(Happened::Sent(*octets))
            }
            Rung::Continued => Some(Happened::Continued),
            Rung::PeerFinished => Some(Happened::PeerFinished),
            Rung::Closed(_, reason) => Some(Happened::Closed {
                broken: *reason == CloseReason::Broken,
            }),
            Rung::Scanned { .. }
            | Rung::Boundary { .. }
            | Rung::Parsed
            | Rung::Rejected(_)
            | Rung::Body { .. }
            | Rung::Resolved(_)
            | Rung::Responded { .. }
            | Rung::Finished
            | Rung::Held(_)
            | Rung::Released(_)
            | Rung::TimedOut { .. }
            | Rung::Failed(..)
            | Rung::LeftOut(_) => None,
        };
        steps.extend(happened.map(|happened| Step { at: *at, happened }));
    }
    let forgotten = steps.len();
    steps.extend(runs.map(|run| Step {
        at: run.at,
        happened: received(run),
    }));
    for exchange in responses {
        let Some(at) = exchange.times.responding else {
            continue;
        };
        let rest = exchange.sent.saturating_sub(std::mem::take(&mut sent));
        let happened = (rest > 0).then_some(Happened::Sent(rest));
        steps.extend(happened.map(|happened| Step { at, happened }));
        steps.extend(responding(exchange).map(|happened| Step { at, happened }));
    }
    // Stable: what is sent stays behind the head it belongs to.
    if let Some(older) = steps.get_mut(forgotten..) {
        older.sort_by_key(|step| std::cmp::Reverse(step.at));
    }
    steps.reverse();
    steps
}

fn received(run: &Run) -> Happened {
    Happened::Received {
        offset: run.offset,
        octets: Arc::clone(&run.octets),
    }
}

fn responding(exchange: &Exchange) -> Option<Happened> {
    let response = exchange.response.as_ref()?;
    Some(Happened::Responding {
        head: Arc::clone(&response.head),
        body: response.body,
    })
}
