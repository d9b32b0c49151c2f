//! What is known of a connection, handed over to be written elsewhere. Knows no format.

use std::sync::Arc;

use super::conn::{Closed, Conn};
use super::exchange::Exchange;
use super::model::{Model, Spot, Subject};
use super::rung::Rung;
use crate::event::CloseReason;
use crate::export::{self, Happened, Piece, Request, Step, Transcript};
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
    let conn = model.conn()?;
    let unknown = || ([0, 0, 0, 0], 0).into();
    let peer = conn.peer.unwrap_or_else(unknown);
    // What was begun and what was completed when, the newest last.
    let times = |wanted: fn(&Rung) -> bool| {
        let rungs = conn.ladder.iter().rev();
        rungs
            .filter(move |(_, rung)| wanted(rung))
            .map(|(at, _)| *at)
    };
    let mut responding = times(|rung| matches!(rung, Rung::Responding(_)));
    let mut responded = times(|rung| matches!(rung, Rung::Responded { .. }));
    let mut exchanges: Vec<_> = conn
        .exchanges
        .iter()
        .rev()
        .map(|exchange| export::Exchange {
            n: exchange.n,
            request: of_span(model, conn, span(conn, exchange), Some(exchange)),
            content: exchange.content,
            diagnosis: exchange.diagnosis.map(|diagnosis| diagnosis.to_string()),
            status: exchange.status(),
            response_head: exchange.response.as_ref().map(|r| Arc::clone(&r.head)),
            body: exchange.done.map_or(0, |done| done.body),
            responding: exchange.response.as_ref().and_then(|_| responding.next()),
            responded: exchange.done.and_then(|_| responded.next()),
        })
        .collect();
    exchanges.reverse();
    Some(Transcript {
        id: conn.id,
        started: model.about.started,
        peer,
        local: conn.local.unwrap_or_else(unknown),
        steps: steps(conn),
        exchanges,
    })
}

/// What went over the connection, in the order of the ladder.
fn steps(conn: &Conn) -> Vec<Step> {
    let mut runs = conn.stream.runs_in(conn.stream.span()).rev();
    let mut responses = conn
        .exchanges
        .iter()
        .rev()
        .filter_map(|e| e.response.as_ref());
    let mut steps = Vec::new();
    // From the newest backwards: the oldest of each may be kept no longer.
    for (at, rung) in conn.ladder.iter().rev() {
        let happened = match rung {
            Rung::Accepted => Some(Happened::Accepted),
            Rung::Received { .. } => runs.next().map(|run| Happened::Received {
                offset: run.offset,
                octets: Arc::clone(&run.octets),
            }),
            Rung::Responding(_) => responses.next().map(|response| Happened::Responding {
                head: Arc::clone(&response.head),
                body: response.body,
            }),
            Rung::Sent { octets, .. } => Some(Happened::Sent(*octets)),
            Rung::PeerFinished => Some(Happened::PeerFinished),
            Rung::Closed(_, reason) => Some(Happened::Closed {
                broken: *reason == CloseReason::Broken,
            }),
            Rung::Scanned { .. }
            | Rung::Boundary { .. }
            | Rung::Parsed
            | Rung::Rejected(_)
            | Rung::Continued
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
    if conn.closed == Some(Closed::LeftOut) {
        let at = conn.since;
        steps.insert(
            0,
            Step {
                at,
                happened: Happened::Closed { broken: false },
            },
        );
    }
    steps.reverse();
    steps
}
