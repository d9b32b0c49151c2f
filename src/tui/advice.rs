//! What is worth knowing about the selected connection, and what to do about it: a pure
//! function of the model. It does not know where it is shown.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::time::Duration;

use super::conn::{Closed, Conn};
use super::exchange::Exchange;
use super::format;
use super::model::{About, Model};
use super::sample;
use super::words;
use super::world::Exhausted;
use crate::event::{Phase, inert};
use crate::http::{Span, Status};

/// From when on a wait is worth a word.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long what kept a connection from being served is told.
const LASTS: Duration = Duration::from_secs(10);

/// One piece of advice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) weight: Weight,
    /// What is the matter.
    pub(crate) what: String,
    /// What to do, or why it is so.
    pub(crate) remedy: String,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Wrong,
    Notice,
}

fn wrong(what: impl Into<String>, remedy: impl Into<String>) -> Advice {
    Advice {
        weight: Weight::Wrong,
        what: what.into(),
        remedy: remedy.into(),
    }
}

fn notice(what: impl Into<String>, remedy: impl Into<String>) -> Advice {
    Advice {
        weight: Weight::Notice,
        what: what.into(),
        remedy: remedy.into(),
    }
}

/// The most important piece of advice there is now.
pub(crate) fn of(model: &Model) -> Option<Advice> {
    let world = model.world();
    let of_conn = model.conn().and_then(|conn| {
        let exchange = model.exchange().map(|(_, exchange)| exchange);
        of_conn(conn, exchange, &model.about, world.now)
    });
    let is_held = model.conn().is_some_and(|conn| conn.held.is_some());
    let wrong = of_conn
        .as_ref()
        .is_some_and(|advice| advice.weight == Weight::Wrong);
    // While it is held the segments are what there is to be seen, unless something is wrong.
    segments(model)
        .filter(|_| is_held && !wrong)
        .or(of_conn)
        .or_else(|| segments(model))
        .or_else(|| exhausted(world.exhausted.as_ref(), world.now))
        .or_else(|| left_out(world.totals.left_out))
        .or_else(|| lowered(world.lowered.as_ref()))
}

/// The most important piece of advice about one connection and one of its exchanges.
pub(crate) fn of_conn(
    conn: &Conn,
    exchange: Option<&Exchange>,
    about: &About,
    now: Duration,
) -> Option<Advice> {
    exchange
        .and_then(refused)
        .or_else(|| bare_lf(conn, about))
        .or_else(|| held(conn))
        .or_else(|| waiting(conn, about, now))
        .or_else(|| half_closed(conn))
        .or_else(|| pipelined(conn))
        // Before the end of the connection, which the narration tells too.
        .or_else(|| exchange.and_then(because))
        .or_else(|| closed(conn))
        .or_else(|| left_out_here(conn))
        .or_else(|| split_boundary(conn))
        .or_else(|| idle(conn, about, now))
}

fn refused(exchange: &Exchange) -> Option<Advice> {
    let diagnosis = exchange.diagnosis?;
    Some(wrong(diagnosis.to_string(), diagnosis.remedy()))
}

fn bare_lf(conn: &Conn, about: &About) -> Option<Advice> {
    if about.accept_lf || conn.closed.is_some() {
        return None;
    }
    let at = conn.bare_lf?;
    let remedy = "HTTP ends lines with CR LF — try nc -C";
    let both = conn.stream.octet(at.saturating_add(1)) == Some(b'\n');
    if both {
        return Some(wrong(format!("LF LF at octet {at}, no CR"), remedy));
    }
    Some(wrong(format!("LF at octet {at}, no CR before it"), remedy))
}

/// How many segments came, and how many recvs took them: while the kernel is asked.
fn segments(model: &Model) -> Option<Advice> {
    let conn = model.conn().filter(|_| sample::is_wanted(model))?;
    let tcp = model.sample.of(conn.id)?.kernel.tcp?;
    let (came, recvs) = (u64::from(tcp.data_segments_in?), conn.stream.count());
    let what = format!(
        "{} came, {} took them",
        format::plural(came, "segment"),
        format::plural(recvs, "recv")
    );
    let remedy = match recvs.cmp(&came) {
        _ if recvs == 0 => return None,
        Ordering::Equal => return None,
        Ordering::Less if recvs == 1 => "many sends, one recv: TCP has no messages",
        Ordering::Greater if came == 1 => "one send, many recvs: TCP has no messages",
        Ordering::Less | Ordering::Greater => "not one recv for each send: TCP has no messages",
    };
    Some(notice(what, remedy))
}

fn held(conn: &Conn) -> Option<Advice> {
    let (before, _) = conn.held.filter(|_| conn.closed.is_none())?;
    Some(notice(
        format!("held before {}", words::station(before)),
        ". does one step, p lets it go on",
    ))
}

fn waiting(conn: &Conn, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(conn.since);
    if waited < PATIENCE || conn.closed.is_some() {
        return None;
    }
    let seconds = waited.as_secs();
    match conn.phase {
        Phase::Head if !conn.buffered().is_empty() => {
            let limit = match about.head_timeout {
                Duration::MAX => String::new(),
                limit => format!(" (in {} s at most)", limit.as_secs()),
            };
            let at_line_start = conn.scan.matched == 2;
            let remedy = if at_line_start {
                "press Enter once more, an empty line ends the head"
            } else {
                "end this line with Enter; an empty line ends the head"
            };
            Some(notice(
                format!("waiting {seconds} s for CR LF CR LF"),
                format!("{remedy}{limit}"),
            ))
        }
        Phase::Body => {
            let exchange = conn.exchanges.back()?;
            let missing = exchange.body_announced()?.saturating_sub(exchange.content);
            Some(notice(
                format!(
                    "waiting {seconds} s for {} of the body",
                    format::plural(missing, "octet")
                ),
                "Content-Length says how many must come",
            ))
        }
        Phase::Accepted => Some(notice(
            format!("connected {seconds} s ago, and nothing has come"),
            "browsers open connections ahead; in netcat type GET / HTTP/1.1",
        )),
        Phase::Head | Phase::Idle | Phase::Handling | Phase::Sending | Phase::Closing => None,
    }
}

fn half_closed(conn: &Conn) -> Option<Advice> {
    if !conn.peer_finished || conn.closed.is_some() {
        return None;
    }
    Some(notice(
        "recv returned 0: the peer has finished sending",
        "it can still receive, so everything it asked for is answered before the connection is closed",
    ))
}

/// Octets behind a boundary that are no body begin the next request.
fn pipelined(conn: &Conn) -> Option<Advice> {
    if conn.closed.is_some() {
        return None;
    }
    let exchange = conn.exchanges.back()?;
    let left_over = conn.buffered();
    // Whether the recv that brought the boundary brought more.
    let together = conn.stream.run_at(conn.cut.checked_sub(1)?)?;
    let came_along = together.span().end > conn.cut;
    if left_over.is_empty() || !came_along || exchange.wants_body() {
        return None;
    }
    Some(notice(
        format!(
            "pipelined: {} behind the boundary begin the next request",
            format::plural(left_over.len(), "octet")
        ),
        "they stay in the receive buffer, and are answered in order (RFC 9112 §9.3.2)",
    ))
}

fn closed(conn: &Conn) -> Option<Advice> {
    match conn.closed? {
        // Why is what the narration says.
        Closed::Known(by, _) => Some(notice(
            format!("closed by {}", words::end(by)),
            format!(
                "{}, {} in, {} out",
                format::plural(conn.totals.requests, "request"),
                format::size(conn.totals.received),
                format::size(conn.totals.sent)
            ),
        )),
        Closed::LeftOut => Some(notice(
            "closed (detail left out)",
            "so much happened that this was counted, not told; a selected connection loses nothing",
        )),
    }
}

fn because(exchange: &Exchange) -> Option<Advice> {
    let response = exchange.response.as_ref()?;
    let because = inert(response.because.as_ref()?.as_bytes());
    let status = response.status;
    let remedy = if status == Status::NOT_MODIFIED {
        format!("{because}; to fetch it again in a browser: Shift-Reload")
    } else {
        because
    };
    Some(notice(format!("{status} {}", status.reason()), remedy))
}

/// A delimiter that came in pieces, which a search that starts anew at each recv misses.
fn split_boundary(conn: &Conn) -> Option<Advice> {
    let (head, _) = conn.boundary?;
    if conn.phase == Phase::Idle {
        return None;
    }
    let boundary = Span::new(head.end.saturating_sub(4), head.end);
    let runs: Vec<_> = conn.stream.runs_in(boundary).collect();
    let (first, last) = (runs.first()?, runs.last()?);
    if first.number == last.number {
        return None;
    }
    Some(notice(
        format!(
            "CR LF CR LF came in pieces: recv {} to {}",
            first.number, last.number
        ),
        "TCP keeps the order of octets, not where they were cut; the search remembers what has matched",
    ))
}

fn idle(conn: &Conn, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(conn.since);
    if conn.phase != Phase::Idle || conn.closed.is_some() || waited < PATIENCE {
        return None;
    }
    let remedy = match about.idle_timeout {
        Duration::MAX => "nothing closes it but the peer".to_owned(),
        limit => format!(
            "closed in {} s if none comes",
            limit.saturating_sub(waited).as_secs()
        ),
    };
    Some(notice(
        format!(
            "idle {} s: the connection stays open for the next request",
            waited.as_secs()
        ),
        remedy,
    ))
}

fn left_out_here(conn: &Conn) -> Option<Advice> {
    if conn.left_out == 0 {
        return None;
    }
    Some(notice(
        format!(
            "{} of this connection left out",
            format::plural(conn.left_out, "record")
        ),
        "they were counted, not told, because too much happened at once; from now on nothing is",
    ))
}

fn left_out(records: u64) -> Option<Advice> {
    if records == 0 {
        return None;
    }
    Some(notice(
        format!("{} left out", format::plural(records, "record")),
        "counts are exact; detail that would slow the server down is not sent. Select a connection to see all of it",
    ))
}

/// What keeps connections from being served, as long as it lasts.
fn exhausted(exhausted: Option<&(Exhausted, Duration)>, now: Duration) -> Option<Advice> {
    let (what, at) = exhausted?;
    if now.saturating_sub(*at) > LASTS {
        return None;
    }
    Some(match what {
        Exhausted::Accept(error) => wrong(
            format!("accept failed: {}", inert(error.as_bytes())),
            "it is tried again; peers wait in the listen backlog, or are answered 503",
        ),
        Exhausted::Thread(error) => wrong(
            format!("no thread for a connection: {}", inert(error.as_bytes())),
            "it was answered 503; raise the limit of threads (ulimit -u, pids.max)",
        ),
    })
}

fn lowered(lowered: Option<&(usize, usize, String)>) -> Option<Advice> {
    let (asked, holds, because) = lowered?;
    Some(notice(
        format!("room for {holds} connections, not {asked}"),
        format!("there are too few {}", inert(because.as_bytes())),
    ))
}
