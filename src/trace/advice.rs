//! What is worth knowing about the selected connection, and what to do about it.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::time::Duration;

use super::about::About;
use super::connection::Connection;
use super::exchange::Exchange;
use super::format;
use super::labels;
use super::state::Closed;
use super::store::{Exhausted, Trace};
use crate::event::{Phase, TcpFacts, escape};
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

/// What advice is about: what is selected, and what is asked of the kernel about it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Selected<'a> {
    pub(crate) connection: Option<&'a Connection>,
    pub(crate) exchange: Option<&'a Exchange>,
    /// What TCP says of the connection, while that is of interest.
    pub(crate) tcp: Option<&'a TcpFacts>,
    /// Whether why the exchange came out as it did is told already.
    pub(crate) is_told: bool,
}

/// The most important piece of advice there is now.
pub(crate) fn most_important(
    trace: &Trace,
    selected: Selected<'_>,
    about: &About,
) -> Option<Advice> {
    of_selected(selected, about, trace.now)
        .or_else(|| exhausted(trace.exhausted.as_ref(), trace.now))
        .or_else(|| left_out(trace.totals.left_out))
        .or_else(|| lowered(trace.lowered.as_ref()))
}

/// The most important piece of advice about what is selected.
pub(crate) fn of_selected(selected: Selected<'_>, about: &About, now: Duration) -> Option<Advice> {
    let Selected {
        connection,
        exchange,
        tcp,
        is_told,
    } = selected;
    let advice = connection.and_then(|connection| {
        let told = exchange.filter(|_| is_told);
        // What is told is not told again: what is to be done about it is.
        told.and_then(remedy)
            .or_else(|| of_connection(connection, exchange.filter(|_| !is_told), about, now))
    });
    let segments = connection
        .zip(tcp)
        .and_then(|(connection, tcp)| segments(connection, tcp));
    let is_held = connection.is_some_and(|connection| connection.held.is_some());
    let wrong = advice.as_ref().is_some_and(|it| it.weight == Weight::Wrong);
    // While it is held the segments are what there is to be seen, unless something is wrong.
    if is_held && !wrong && segments.is_some() {
        return segments;
    }
    advice.or(segments)
}

/// The most important piece of advice about one connection and one of its exchanges.
pub(crate) fn of_connection(
    connection: &Connection,
    exchange: Option<&Exchange>,
    about: &About,
    now: Duration,
) -> Option<Advice> {
    exchange
        .and_then(refused)
        .or_else(|| exchange.and_then(forwarded))
        .or_else(|| bare_lf(connection, about))
        .or_else(|| held(connection))
        .or_else(|| waiting(connection, about, now))
        .or_else(|| half_closed(connection))
        .or_else(|| pipelined(connection))
        // Before the end of the connection, which the narration tells too.
        .or_else(|| exchange.and_then(because))
        .or_else(|| closed(connection))
        .or_else(|| left_out_here(connection))
        .or_else(|| split_boundary(connection))
        .or_else(|| idle(connection, about, now))
}

fn refused(exchange: &Exchange) -> Option<Advice> {
    let refusal = exchange.refusal?;
    Some(wrong(refusal.to_string(), refusal.remedy()))
}

/// What is wrong with an answer that a tap forwarded all the same.
fn forwarded(exchange: &Exchange) -> Option<Advice> {
    let diagnosis = exchange.answer.as_ref()?.faults.last()?;
    let what = format!("in the answer: {diagnosis}");
    Some(wrong(what, diagnosis.remedy()))
}

/// What to do about what came of an exchange.
fn remedy(exchange: &Exchange) -> Option<Advice> {
    if let Some(diagnosis) = exchange.refusal {
        return Some(wrong("instead", diagnosis.remedy()));
    }
    let status = exchange.status()?;
    (status == Status::NOT_MODIFIED)
        .then(|| notice("to fetch it again in a browser", "Shift-Reload"))
}

fn bare_lf(connection: &Connection, about: &About) -> Option<Advice> {
    if about.accept_lf || connection.closed.is_some() {
        return None;
    }
    let at = connection.bare_lf?;
    let remedy = "HTTP ends lines with CR LF — try nc -C";
    let both = connection.octets().octet(at.saturating_add(1)) == Some(b'\n');
    let at = format::count(at);
    if both {
        return Some(wrong(format!("LF LF at octet {at}, no CR"), remedy));
    }
    Some(wrong(format!("LF at octet {at}, no CR before it"), remedy))
}

/// How many segments came, and how many recvs took them.
fn segments(connection: &Connection, tcp: &TcpFacts) -> Option<Advice> {
    let (came, recvs) = (
        u64::from(tcp.data_segments_in?),
        connection.octets().count(),
    );
    let unread = connection.sampled.as_ref().and_then(|it| it.kernel.unread);
    if unread.is_some_and(|octets| octets > 0) {
        // They have not taken all of it yet.
        return None;
    }
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

fn held(connection: &Connection) -> Option<Advice> {
    let (before, _) = connection.held.filter(|_| connection.closed.is_none())?;
    Some(notice(
        format!("held before {}", labels::breakpoint(before)),
        ". does one step, p lets it go on",
    ))
}

fn waiting(connection: &Connection, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(connection.since);
    if waited < PATIENCE || connection.closed.is_some() {
        return None;
    }
    let seconds = waited.as_secs();
    match connection.phase {
        Phase::Head if !connection.buffered().is_empty() => {
            let limit = match about.head_timeout {
                _ if connection.is_tapped() => String::new(),
                Duration::MAX => String::new(),
                limit => format!(" (in {} at most)", format::wait(limit)),
            };
            let at_line_start = connection.scan.matched == 2;
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
            let exchange = connection.exchanges.back()?;
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

fn half_closed(connection: &Connection) -> Option<Advice> {
    if !connection.peer_finished || connection.closed.is_some() {
        return None;
    }
    Some(notice(
        "recv returned 0: the peer has finished sending",
        "it can still receive, so everything it asked for is answered before the connection is closed",
    ))
}

/// Octets behind a boundary that are no body begin the next request.
fn pipelined(connection: &Connection) -> Option<Advice> {
    if connection.closed.is_some() {
        return None;
    }
    let exchange = connection.exchanges.back()?;
    let left_over = connection.buffered();
    // Whether the recv that brought the boundary brought more.
    let together = connection.octets().run_at(connection.cut.checked_sub(1)?)?;
    let came_along = together.span().end > connection.cut;
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

fn closed(connection: &Connection) -> Option<Advice> {
    match connection.closed? {
        // Why is what the narration says.
        Closed::Known(by, _) => Some(notice(
            format!("closed by {}", labels::end(by)),
            format!(
                "{}, {} in, {} out",
                format::plural(connection.totals.requests, "request"),
                format::size(connection.totals.received),
                format::size(connection.totals.sent)
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
    let because = escape(response.because.as_ref()?.as_bytes());
    let status = response.status;
    let remedy = if status == Status::NOT_MODIFIED {
        format!("{because}; to fetch it again in a browser: Shift-Reload")
    } else {
        because
    };
    Some(notice(format!("{status} {}", status.reason()), remedy))
}

/// A delimiter that came in pieces, which a search that starts anew at each recv misses.
fn split_boundary(connection: &Connection) -> Option<Advice> {
    let (head, _) = connection.boundary?;
    // Until its request is answered: then others are what there is to see.
    let answered = connection
        .exchanges
        .back()
        .is_some_and(|e| e.done.is_some());
    if answered || connection.closed.is_some() {
        return None;
    }
    let boundary = Span::new(head.end.saturating_sub(4), head.end);
    let runs: Vec<_> = connection.octets().runs_in(boundary).collect();
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

fn idle(connection: &Connection, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(connection.since);
    if connection.phase != Phase::Idle || connection.closed.is_some() || waited < PATIENCE {
        return None;
    }
    let remedy = match about.idle_timeout {
        _ if connection.is_tapped() => "nothing closes it but the peer or the upstream".to_owned(),
        Duration::MAX => "nothing closes it but the peer".to_owned(),
        limit => format!(
            "closed in {} if none comes",
            format::wait(limit.saturating_sub(waited))
        ),
    };
    Some(notice(
        format!(
            "idle {}: the connection stays open for the next request",
            format::wait(waited)
        ),
        remedy,
    ))
}

fn left_out_here(connection: &Connection) -> Option<Advice> {
    if connection.left_out == 0 {
        return None;
    }
    Some(notice(
        format!(
            "{} of this connection left out",
            format::plural(connection.left_out, "record")
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
            format!("accept failed: {}", escape(error.as_bytes())),
            "it is tried again; peers wait in the listen backlog, or are answered 503",
        ),
        Exhausted::Thread(error) => wrong(
            format!("no thread for a connection: {}", escape(error.as_bytes())),
            "it is answered 503, or others wait; raise the limit of threads (ulimit -u, pids.max)",
        ),
    })
}

fn lowered(lowered: Option<&(usize, usize, String)>) -> Option<Advice> {
    let (asked, holds, because) = lowered?;
    Some(notice(
        format!("room for {holds} connections, not {asked}"),
        format!("there are too few {}", escape(because.as_bytes())),
    ))
}
