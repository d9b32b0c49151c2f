//! What is told, and in which order.

use std::sync::Arc;

use super::*;
use crate::event::{
    Breakpoint, CloseReason, ConnectionTotals, End, Handling, KernelView, Sampled, SendCall,
};
use crate::trace::script::{Script, id};

#[track_caller]
fn check(expected: &str, tell: impl FnOnce(&mut Script)) {
    let mut script = Script::new();
    script.accept(1);
    tell(&mut script);
    let mut trace = Trace::default();
    script.fold_into(&mut trace);
    assert_eq!(sentence(&trace.connections[&id(1)]), expected);
}

#[test]
fn the_last_thing_that_happened_is_told() {
    check(
        "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet.",
        |_| {},
    );
    check(
        "recv returned 16 of the 1024 octets asked for; the search looked at 16: 2 of the four octets CR LF CR LF match.",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\n");
        },
    );
    check(
        "The head was parsed: GET / with 1 field line and no body.",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        },
    );
    check(
        "The response 200 is complete, 0.31 ms after the request was; the connection waits for the next request.",
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .answer(1, Status::OK, 9);
        },
    );
    check(
        "The connection was closed by the peer: it had nothing more to ask.",
        |s| {
            s.close(1);
        },
    );
}

#[track_caller]
fn check_told(expected: &str, foresight: Foresight, tell: impl FnOnce(&mut Script)) {
    let mut script = Script::new();
    script.accept(1);
    tell(&mut script);
    let mut trace = Trace::default();
    script.fold_into(&mut trace);
    let connection = &trace.connections[&id(1)];
    let exchange = connection.exchanges.back();
    assert_eq!(told(connection, exchange, foresight), expected);
}

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

fn respond(script: &mut Script, sent: u64) -> &mut Script {
    let of = 5_000_100;
    let (status, call) = (Status::OK, SendCall::SendFile);
    script.receive(1, GET);
    script.note(
        1,
        Activity::Responding {
            status,
            head: vec![b'x'; 100].into(),
            body: 5_000_000,
            because: None,
        },
    );
    let octets = sent;
    script.note(1, Activity::Sent { call, octets, of })
}

fn close(script: &mut Script, by: End, reason: CloseReason) -> &mut Script {
    let totals = ConnectionTotals::default();
    script.note(1, Activity::Closed { by, reason, totals })
}

#[test]
fn of_an_exchange_the_cause_is_told_before_the_end_of_the_connection() {
    check_told(
        "GET /a: 304 Not Modified: If-None-Match lists the current ETag, in 0.31 ms. Then the connection was closed by the peer: it had nothing more to ask.",
        Foresight::Tells,
        |s| {
            let because = "If-None-Match lists the current ETag";
            s.receive(1, GET)
                .answer_because(1, Status::NOT_MODIFIED, 0, Some(because))
                .close(1);
        },
    );
    check_told(
        "GET /a: 404 Not Found: no file has this name, in 0.31 ms. Then the connection waits for the next request.",
        Foresight::Tells,
        |s| {
            s.receive(1, GET).answer(1, Status::NOT_FOUND, 5);
        },
    );
    check_told(
        "GET / HTTP/1.1: 400 Bad Request: an HTTP/1.1 request needs a Host field, and this one has none (octet 16, RFC 9112 §3.2). Then the connection was closed by the server: the request was refused.",
        Foresight::Tells,
        |s| {
            s.receive(1, "GET / HTTP/1.1\r\n\r\n")
                .answer(1, Status::BAD_REQUEST, 5);
            close(s, End::Server, CloseReason::Refused);
        },
    );
}

#[test]
fn an_answer_that_was_cut_off_is_told_with_how_much_of_it_went_out() {
    check_told(
        "GET /a: 200, 3.7 of 4.8 MiB, cut off by RST.",
        Foresight::Tells,
        |s| {
            s.receive(1, GET).cut_off(1, 3_900_000, 5_000_000);
        },
    );
    check_told(
        "GET /a: 200, 0 B of 4.8 MiB, cut off as the peer took nothing in time.",
        Foresight::Tells,
        |s| {
            respond(s, 100);
            close(s, End::Server, CloseReason::SendStalled);
        },
    );
}

#[test]
fn a_search_of_what_was_left_over_is_not_told_as_another_recv() {
    check(
        "What is left over needs no recv; the search looked at 27: CR LF CR LF is complete.",
        |s| {
            s.receive(1, &format!("{GET}{GET}"));
            let from = GET.len() as u64;
            let to = from + 27;
            let matched = 4;
            s.note(1, Activity::Scanned { from, to, matched });
        },
    );
}

#[test]
fn a_status_without_a_reason_ends_its_clause_without_a_space() {
    check_told(
        "GET /a: 299, in 0.31 ms. Then the connection waits for the next request.",
        Foresight::Tells,
        |s| {
            s.receive(1, GET);
            let status = Status::from_code(299).unwrap();
            let (body, took) = (0, Duration::from_micros(310));
            s.note(1, Activity::Responded { status, body, took });
        },
    );
}

fn hold(script: &mut Script, before: Breakpoint, unread: Option<u64>) {
    script.note(1, Activity::Held { before });
    let kernel = KernelView {
        unread,
        ..KernelView::default()
    };
    let handling = Handling {
        recv_size: 16,
        ..Handling::default()
    };
    let sampled = Arc::new(Sampled { handling, kernel });
    script.note(1, Activity::Sampled(sampled));
}

fn step(script: &mut Script) -> &mut Script {
    let after = Duration::from_secs(1);
    script.note(1, Activity::Released { after })
}

#[test]
fn a_held_connection_tells_what_its_last_step_did_and_what_the_next_will_do() {
    check_told(
        "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet. Next: recv, which will wait, as the kernel has nothing unread.",
        Foresight::Tells,
        |s| hold(s, Breakpoint::Recv, Some(0)),
    );
    check_told(
        "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet. Next: recv, which will take 16 of the 44 octets that are unread in the kernel.",
        Foresight::Tells,
        |s| hold(s, Breakpoint::Recv, Some(44)),
    );
    check_told(
        "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet. Next: recv.",
        Foresight::Asks,
        |s| hold(s, Breakpoint::Recv, Some(44)),
    );
    check_told(
        "CR LF CR LF was found: 28 octets are cut off as the head of a request. Next: the head is parsed.",
        Foresight::Tells,
        |s| {
            hold(s, Breakpoint::Scan, Some(0));
            step(s);
            let octets = GET.as_bytes().into();
            let (offset, asked) = (0, 1024);
            s.note(
                1,
                Activity::Received {
                    offset,
                    octets,
                    asked,
                },
            );
            let (from, to, matched) = (0, 28, 4);
            s.note(1, Activity::Scanned { from, to, matched });
            let head = crate::http::Span::new(0, 28);
            s.note(1, Activity::BoundaryFound { head });
            hold(s, Breakpoint::Parse, Some(0));
        },
    );
}
