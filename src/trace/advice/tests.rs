//! Each piece of advice, and what brings it about.

use super::*;
use crate::event::{Activity, CloseReason, ConnectionTotals, End, Totals};
use crate::trace::readings;
use crate::trace::script::{Script, about, id};

fn advice(tell: impl FnOnce(&mut Script)) -> (String, String) {
    let mut trace = Trace::default();
    let mut script = Script::new();
    script.accept(1);
    tell(&mut script);
    script.fold_into(&mut trace);
    trace.pass(script.now);
    said(&trace, None)
        .map(|a| (a.what, a.remedy))
        .unwrap_or_default()
}

/// The advice on the first connection and its newest exchange.
fn said(trace: &Trace, tcp: Option<&TcpFacts>) -> Option<Advice> {
    let connection = trace.connections.get(&id(1));
    let selected = Selected {
        connection: connection.map(|connection| &**connection),
        exchange: connection.and_then(|connection| connection.exchanges.back()),
        tcp,
        is_told: false,
    };
    most_important(trace, selected, &about())
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
        "a line ends in LF without CR before it (octet 14",
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
        "press Enter once more",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\n").wait(12_000);
        },
    );
    check(
        "waiting 12 s for CR LF CR LF",
        "end this line with Enter",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHo").wait(12_000);
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
        "an HTTP/1.1 request needs a Host field, and this one has none (octet 16, RFC 9112 §3.2)",
        "Host: localhost",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\n\r\n");
        },
    );
}

#[test]
fn who_closed_after_what() {
    check("closed by server", "0 requests", |s| {
        let totals = ConnectionTotals::default();
        let (by, reason) = (End::Server, CloseReason::Idle);
        s.note(1, Activity::Closed { by, reason, totals });
    });
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
fn why_a_response_was_so_is_told_after_the_end_of_the_connection_too() {
    check("304 Not Modified", "the same ETag", |s| {
        let totals = ConnectionTotals::default();
        let (by, reason) = (End::Peer, CloseReason::PeerFinished);
        s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .answer_because(1, Status::NOT_MODIFIED, 0, Some("the same ETag"))
            .note(1, Activity::Closed { by, reason, totals });
    });
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
    let mut trace = Trace::default();
    let totals = Totals {
        left_out: 7,
        ..Totals::default()
    };
    for record in readings::records(&trace, totals, &[], Duration::ZERO) {
        trace.fold(record);
    }
    assert_eq!(said(&trace, None).unwrap().what, "7 records left out");
}

#[test]
fn what_keeps_connections_from_being_served_is_told_by_its_name_while_it_lasts() {
    use crate::event::{Event, ListenerEvent, Record};
    let mut trace = Trace::default();
    let mut tell = |s, event| {
        trace.fold(Record {
            seq: 0,
            at: Duration::from_secs(s),
            event: Event::Listener(event),
        });
        said(&trace, None).unwrap().what
    };
    let lowered = ListenerEvent::Lowered {
        asked: 20_000,
        holds: 16_086,
        because: "memory maps".into(),
    };
    let room = "room for 16086 connections, not 20000";
    assert_eq!(tell(0, lowered), room);
    let accept = ListenerEvent::AcceptFailed {
        error: "too many open files".into(),
        retry: Duration::from_millis(10),
    };
    assert_eq!(tell(1, accept), "accept failed: too many open files");
    let thread = ListenerEvent::SpawnFailed {
        error: "try again".into(),
    };
    assert_eq!(tell(2, thread), "no thread for a connection: try again");
    trace.pass(Duration::from_secs(20));
    assert_eq!(said(&trace, None).unwrap().what, room);
}

/// What is said of a connection that is held after `recvs` calls, and whose octets came in
/// `came` segments, as its kernel says.
fn came_in(came: u32, recvs: usize) -> Advice {
    use crate::event::Breakpoint;
    let mut trace = Trace::default();
    let mut script = Script::new();
    script.accept(1);
    for _ in 0..recvs {
        script.receive(1, "GET / HTTP/1.1\r\n");
    }
    script.note(
        1,
        Activity::Held {
            before: Breakpoint::Scan,
        },
    );
    script.fold_into(&mut trace);
    let tcp = TcpFacts {
        data_segments_in: Some(came),
        ..TcpFacts::default()
    };
    said(&trace, Some(&tcp)).unwrap()
}

#[test]
fn what_came_in_more_or_fewer_segments_than_recvs_is_no_message() {
    for (came, recvs, what, remedy) in [
        (
            3,
            1,
            "3 segments came, 1 recv took them",
            "many sends, one recv: ",
        ),
        (
            1,
            3,
            "1 segment came, 3 recvs took them",
            "one send, many recvs: ",
        ),
        // Neither is one, so it is not said to be.
        (
            15,
            14,
            "15 segments came, 14 recvs took them",
            "not one recv for each send: ",
        ),
        (
            2,
            3,
            "2 segments came, 3 recvs took them",
            "not one recv for each send: ",
        ),
        (1, 1, "held before the search", ". does one step"),
    ] {
        let advice = came_in(came, recvs);
        assert_eq!(advice.what, what);
        assert!(advice.remedy.starts_with(remedy), "{}", advice.remedy);
    }
}

#[test]
fn what_is_told_already_is_not_told_again_but_what_to_do_about_it_is() {
    let told = |tell: fn(&mut Script)| {
        let mut trace = Trace::default();
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        script.fold_into(&mut trace);
        let connection = trace
            .connections
            .get(&id(1))
            .map(|connection| &**connection);
        let selected = Selected {
            connection,
            exchange: connection.and_then(|connection| connection.exchanges.back()),
            tcp: None,
            is_told: true,
        };
        most_important(&trace, selected, &about()).map(|advice| (advice.what, advice.remedy))
    };
    let not_modified = told(|s| {
        s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .answer_because(1, Status::NOT_MODIFIED, 0, Some("the same ETag"));
    });
    let again = "to fetch it again in a browser".to_owned();
    assert_eq!(not_modified, Some((again, "Shift-Reload".into())));
    let refused = told(|s| {
        s.receive(1, "GET / HTTP/1.1\r\n\r\n");
    });
    assert_eq!(refused.map(|(what, _)| what), Some("instead".into()));
    let missing = told(|s| {
        s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .answer(1, Status::NOT_FOUND, 5);
    });
    assert_eq!(missing, None);
}
