//! What is worth knowing about the selected connection, and what to do about it: a pure
//! function of the model. It does not know where it is shown.

use std::time::Duration;

use super::conn::{Closed, Conn};
use super::exchange::Exchange;
use super::format;
use super::model::{About, Model};
use super::words;
use crate::event::{Phase, inert};
use crate::http::{Span, Status};

/// From when on a wait is worth a word.
const PATIENCE: Duration = Duration::from_secs(2);

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

fn wrong(what: impl Into<String>, remedy: impl Into<String>) -> Option<Advice> {
    Some(Advice {
        weight: Weight::Wrong,
        what: what.into(),
        remedy: remedy.into(),
    })
}

fn notice(what: impl Into<String>, remedy: impl Into<String>) -> Option<Advice> {
    Some(Advice {
        weight: Weight::Notice,
        what: what.into(),
        remedy: remedy.into(),
    })
}

/// The most important piece of advice there is now.
pub(crate) fn of(model: &Model) -> Option<Advice> {
    let world = model.world();
    let (now, about) = (world.now, &model.about);
    let of_conn = model.conn().and_then(|conn| {
        let exchange = model.exchange().map(|(_, exchange)| exchange);
        exchange
            .and_then(refused)
            .or_else(|| bare_lf(conn, about))
            .or_else(|| waiting(conn, about, now))
            .or_else(|| half_closed(conn))
            .or_else(|| pipelined(conn))
            .or_else(|| closed(conn))
            .or_else(|| left_out_here(conn))
            .or_else(|| exchange.and_then(because))
            .or_else(|| split_boundary(conn))
            .or_else(|| idle(conn, about, now))
    });
    of_conn
        .or_else(|| accept_failed(world.accept_failed.as_deref()))
        .or_else(|| left_out(world.totals.left_out))
}

fn refused(exchange: &Exchange) -> Option<Advice> {
    let diagnosis = exchange.diagnosis?;
    wrong(diagnosis.to_string(), diagnosis.remedy())
}

fn bare_lf(conn: &Conn, about: &About) -> Option<Advice> {
    if about.accept_lf || conn.closed.is_some() {
        return None;
    }
    let at = conn.bare_lf?;
    let remedy = "HTTP ends lines with CR LF — try nc -C";
    let both = conn.stream.octet(at.saturating_add(1)) == Some(b'\n');
    if both {
        return wrong(format!("LF LF at octet {at}, no CR"), remedy);
    }
    wrong(format!("LF at octet {at}, no CR before it"), remedy)
}

fn waiting(conn: &Conn, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(conn.since);
    if waited < PATIENCE || conn.closed.is_some() {
        return None;
    }
    let seconds = waited.as_secs();
    match conn.phase {
        Phase::Head if !conn.buffered().is_empty() => {
            let limit = about.head_timeout.as_secs();
            notice(
                format!("waiting {seconds} s for CR LF CR LF"),
                format!(
                    "an empty line ends the head: press Enter once more (a head may take {limit} s)"
                ),
            )
        }
        Phase::Body => {
            let exchange = conn.exchanges.back()?;
            let missing = exchange.body_announced()?.saturating_sub(exchange.content);
            notice(
                format!(
                    "waiting {seconds} s for {} of the body",
                    format::plural(missing, "octet")
                ),
                "Content-Length says how many must come",
            )
        }
        Phase::Accepted => notice(
            format!("connected {seconds} s ago, and nothing has come"),
            "browsers open connections ahead; in netcat type GET / HTTP/1.1",
        ),
        Phase::Head | Phase::Idle | Phase::Handling | Phase::Sending | Phase::Closing => None,
    }
}

fn half_closed(conn: &Conn) -> Option<Advice> {
    if !conn.peer_finished || conn.closed.is_some() {
        return None;
    }
    notice(
        "recv returned 0: the peer has finished sending",
        "it can still receive, so everything it asked for is answered before the connection is closed",
    )
}

/// Octets behind a boundary that are no body begin the next request.
fn pipelined(conn: &Conn) -> Option<Advice> {
    let (_, exchange) = (conn.closed.is_none().then_some(())?, conn.exchanges.back()?);
    let left_over = conn.buffered();
    // Whether the recv that brought the boundary brought more.
    let together = conn.stream.run_at(conn.cut.checked_sub(1)?)?;
    let came_along = together.span().end > conn.cut;
    if left_over.is_empty() || !came_along || exchange.wants_body() {
        return None;
    }
    notice(
        format!(
            "pipelined: {} behind the boundary begin the next request",
            format::plural(left_over.len(), "octet")
        ),
        "they stay in the receive buffer, and are answered in order (RFC 9112 §9.3.2)",
    )
}

fn closed(conn: &Conn) -> Option<Advice> {
    match conn.closed? {
        Closed::Known(by, reason) => notice(
            format!(
                "closed by {}: {}",
                words::end(by),
                words::close_reason(reason)
            ),
            format!(
                "{}, {} in, {} out",
                format::plural(conn.totals.requests, "request"),
                format::size(conn.totals.received),
                format::size(conn.totals.sent)
            ),
        ),
        Closed::LeftOut => notice(
            "closed (detail left out)",
            "so much happened that this was counted, not told; a selected connection loses nothing",
        ),
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
    notice(format!("{status} {}", status.reason()), remedy)
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
    notice(
        format!(
            "CR LF CR LF came in pieces: recv {} to {}",
            first.number, last.number
        ),
        "TCP keeps the order of octets, not where they were cut; the search remembers what has matched",
    )
}

fn idle(conn: &Conn, about: &About, now: Duration) -> Option<Advice> {
    let waited = now.saturating_sub(conn.since);
    if conn.phase != Phase::Idle || conn.closed.is_some() || waited < PATIENCE {
        return None;
    }
    let left = about.idle_timeout.saturating_sub(waited).as_secs();
    notice(
        format!(
            "idle {} s: the connection stays open for the next request",
            waited.as_secs()
        ),
        format!("closed in {left} s if none comes"),
    )
}

fn left_out_here(conn: &Conn) -> Option<Advice> {
    if conn.left_out == 0 {
        return None;
    }
    notice(
        format!(
            "{} of this connection left out",
            format::plural(conn.left_out, "record")
        ),
        "they were counted, not told, because too much happened at once; from now on nothing is",
    )
}

fn left_out(records: u64) -> Option<Advice> {
    if records == 0 {
        return None;
    }
    notice(
        format!("{} left out", format::plural(records, "record")),
        "counts are exact; detail that would slow the server down is not sent. Select a connection to see all of it",
    )
}

fn accept_failed(error: Option<&str>) -> Option<Advice> {
    let error = inert(error?.as_bytes());
    wrong(
        format!("accept failed: {error}"),
        "it is tried again; peers wait in the listen backlog",
    )
}

#[cfg(test)]
mod tests {
    use super::super::records::{Script, about, id};
    use super::super::{Msg, update};
    use super::*;
    use crate::event::{Activity, CloseReason, ConnectionTotals, End, Totals};

    fn advice(tell: impl FnOnce(&mut Script)) -> (String, String) {
        let mut model = Model::new(about());
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        script.tell(&mut model);
        of(&model).map(|a| (a.what, a.remedy)).unwrap_or_default()
    }

    #[track_caller]
    fn check(what: &str, remedy: &str, tell: impl FnOnce(&mut Script)) {
        let (got_what, got_remedy) = advice(tell);
        assert!(got_what.starts_with(what), "{got_what}");
        assert!(got_remedy.contains(remedy), "{got_remedy}");
    }

    #[test]
    fn a_line_end_without_cr() {
        check("LF at octet 14, no CR before it", "try nc -C", |s| {
            s.receive(1, "GET / HTTP/1.1\nHost");
        });
        check(
            "a line ends in LF without CR before it at octet 14",
            "nc -C",
            |s| {
                s.receive(1, "GET / HTTP/1.1\n\n");
            },
        );
    }

    #[test]
    fn lf_in_a_body_is_no_fault() {
        let (what, _) = advice(|s| {
            s.receive(1, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
                .receive(1, "a\nb\n");
        });
        assert!(!what.contains("LF"), "{what}");
    }

    #[test]
    fn waiting_for_the_empty_line() {
        check(
            "waiting 12 s for CR LF CR LF",
            "an empty line ends the head",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\n").wait(12_000);
            },
        );
        let (what, _) = advice(|s| {
            s.receive(1, "GET / HTTP/1.1\r\n").wait(1_000);
        });
        assert_eq!(what, "");
    }

    #[test]
    fn waiting_for_a_body() {
        check(
            "waiting 3 s for 6 octets of the body",
            "Content-Length",
            |s| {
                s.receive(
                    1,
                    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
                )
                .wait(3_000);
            },
        );
    }

    #[test]
    fn nothing_has_come() {
        check("connected 4 s ago", "GET / HTTP/1.1", |s| {
            s.wait(4_000);
        });
    }

    #[test]
    fn a_pipelined_request() {
        check("pipelined: 8 octets", "answered in order", |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /fav");
        });
    }

    #[test]
    fn a_boundary_in_pieces() {
        check(
            "CR LF CR LF came in pieces: recv 1 to 2",
            "remembers",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r")
                    .receive(1, "\n");
            },
        );
    }

    #[test]
    fn a_peer_that_has_finished_is_still_answered() {
        check("recv returned 0", "still receive", |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .note(1, Activity::PeerFinished);
        });
    }

    #[test]
    fn a_refusal_says_what_where_by_which_rule_and_what_to_do() {
        check(
            "an HTTP/1.1 request needs a Host field, and this one has none at octet 16 (RFC 9112 §3.2)",
            "Host: localhost",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\n\r\n");
            },
        );
    }

    #[test]
    fn who_closed_and_why() {
        check(
            "closed by server: no request came in time",
            "0 requests",
            |s| {
                let totals = ConnectionTotals::default();
                let (by, reason) = (End::Server, CloseReason::Idle);
                s.note(1, Activity::Closed { by, reason, totals });
            },
        );
    }

    #[test]
    fn not_modified_and_why() {
        check(
            "304 Not Modified",
            "the same ETag; to fetch it again",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    .answer_because(1, Status::NOT_MODIFIED, 0, Some("the same ETag"));
            },
        );
    }

    #[test]
    fn the_idle_countdown() {
        check("idle 20 s", "closed in 40 s", |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .answer(1, Status::OK, 5)
                .wait(20_000);
        });
    }

    #[test]
    fn what_was_left_out() {
        check("3 records of this connection left out", "counted", |s| {
            for _ in 0..3 {
                s.note(1, Activity::Continued);
            }
            s.records.truncate(1);
            s.receive(1, "G");
        });
        let mut model = Model::new(about());
        let totals = Totals {
            left_out: 7,
            ..Totals::default()
        };
        let counts = Msg::Counts {
            totals,
            ledgers: Vec::new(),
            at: Duration::ZERO,
        };
        update(&mut model, counts);
        assert_eq!(of(&model).unwrap().what, "7 records left out");
    }

    #[test]
    fn a_failing_accept() {
        use crate::event::{Event, ListenerEvent, Record};
        let mut model = Model::new(about());
        let event = Event::Listener(ListenerEvent::AcceptFailed {
            error: "too many open files".into(),
            retry: Duration::from_millis(10),
        });
        let record = Record {
            seq: 0,
            at: Duration::ZERO,
            event,
        };
        update(&mut model, Msg::Record(record));
        assert_eq!(
            of(&model).unwrap().what,
            "accept failed: too many open files"
        );
        assert_eq!(model.watched(), None);
        assert_ne!(id(1), id(2));
    }
}
