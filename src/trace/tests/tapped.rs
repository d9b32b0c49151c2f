//! A connection through a tap: what its records come to, and what is said of it.

use std::sync::Arc;
use std::time::Duration;

use super::super::field_tree;
use super::super::script::{Script, about, id};
use super::super::{Trace, advice, labels, narration};
use crate::event::{Activity, Phase, Record, SendCall, UpstreamActivity};
use crate::http::{
    Asked, Diagnosis, Fault, LineEnds, MessageKind, ResponseFraming, ResponseHead, Span, Status,
};

const HEAD: &str = "HTTP/1.1 413 Content Too Large\r\nTransfer-Encoding: chunked\r\n\r\n";

fn upstream(script: &mut Script, activity: UpstreamActivity) {
    script.note(1, Activity::Upstream(activity));
}

fn connected(script: &mut Script) {
    upstream(
        script.accept(1),
        UpstreamActivity::Connected {
            address: ([127, 0, 0, 1], 3000).into(),
            took: Duration::from_micros(80),
        },
    );
}

/// The answer begins, and is not complete.
fn answer(script: &mut Script) {
    let octets: Arc<[u8]> = HEAD.as_bytes().into();
    let head = Arc::new(ResponseHead::parse(&octets, 0, LineEnds::CrLf).unwrap());
    let framing = ResponseFraming::from_head(&head, Asked::Other).unwrap();
    let of = octets.len() as u64;
    upstream(
        script.wait(2),
        UpstreamActivity::Received {
            offset: 0,
            octets: Arc::clone(&octets),
            asked: 1024,
        },
    );
    upstream(script, UpstreamActivity::Parsed { head, framing });
    let status = Status::CONTENT_TOO_LARGE;
    let (head, body, because) = (octets, 0, None);
    script.note(
        1,
        Activity::Responding {
            status,
            head,
            body,
            because,
        },
    );
    let (call, octets) = (SendCall::Send, of + 12);
    script.note(
        1,
        Activity::Sent {
            call,
            octets,
            of: octets,
        },
    );
}

fn answered(script: &mut Script, body: u64) {
    let (status, took) = (Status::CONTENT_TOO_LARGE, Duration::ZERO);
    script.note(1, Activity::Responded { status, body, took });
}

fn wrong(fault: Fault, message: MessageKind) -> UpstreamActivity {
    UpstreamActivity::Faulty {
        diagnosis: Diagnosis::new(fault, Span::octet(70), 0).in_a(message),
        request_line: b"GET / HTTP/1.1"[..].into(),
    }
}

const POST: &str = "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc";

/// An answer before the request is complete, one that is wrong, and a request that is.
pub(super) fn story() -> Vec<Record> {
    let mut script = Script::new();
    connected(&mut script);
    script.receive(1, POST);
    answer(&mut script);
    answered(&mut script, 7);
    script.receive(1, "def").receive(1, "ghi").wait(5);
    script.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    let (octets, of) = (20, 28);
    upstream(&mut script, UpstreamActivity::Forwarded { octets, of });
    answer(&mut script);
    upstream(&mut script, wrong(Fault::ChunkSize, MessageKind::Response));
    upstream(&mut script, UpstreamActivity::PeerFinished);
    script.note(1, Activity::Finished);
    script.close(1);
    script.records
}

fn trace(tell: impl FnOnce(&mut Script)) -> Trace {
    let mut script = Script::new();
    connected(&mut script);
    tell(&mut script);
    let mut trace = Trace::default();
    script.fold_into(&mut trace);
    trace
}

#[test]
fn a_body_that_goes_on_behind_its_answer_belongs_to_the_same_exchange() {
    let early = |script: &mut Script| {
        script.receive(1, POST);
        answer(script);
    };
    let phase = |tell: &dyn Fn(&mut Script)| {
        let trace = trace(|script| {
            early(script);
            tell(script);
        });
        let connection = &trace.connections[&id(1)];
        assert_eq!(connection.exchanges.len(), 1);
        (connection.exchanges[0].content, connection.phase)
    };
    assert_eq!(phase(&|_| {}), (3, Phase::Sending));
    let whole = |script: &mut Script| {
        script.receive(1, "defghi");
    };
    assert_eq!(phase(&whole), (9, Phase::Sending));
    let behind = |script: &mut Script| {
        answered(script, 7);
        script.receive(1, "defghi");
    };
    assert_eq!(phase(&behind), (9, Phase::Idle));
}

#[test]
fn of_an_answer_in_chunks_it_is_said_how_much_was_sent_and_not_of_how_much() {
    let trace = trace(|script| {
        script.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        answer(script);
    });
    let connection = &trace.connections[&id(1)];
    let label = labels::state(connection, &about(), trace.now);
    assert_eq!(label.text, format!("sending {} B", HEAD.len() + 12));
    assert_eq!(connection.exchanges[0].content_sent(), 12);
}

#[test]
fn the_exchange_says_where_it_went_and_what_is_wrong_with_the_answer() {
    let trace = trace(|script| {
        script.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        answer(script);
        upstream(script, wrong(Fault::ChunkSize, MessageKind::Response));
    });
    let connection = &trace.connections[&id(1)];
    let exchange = connection.exchanges.back().unwrap();
    let lines = field_tree::lines(connection, exchange);
    let said: Vec<_> = lines
        .iter()
        .map(|line| format!("{}: {}", line.name, line.value))
        .collect();
    for line in [
        "address: 127.0.0.1:3000, connected in 0.08 ms",
        "first octet: 2.00 ms after the head of the request",
        "body: chunked: ends with size 0 (RFC 9112 §6.3, rule 4)",
        "wrong: a chunk size is one or more hexadecimal digits (octet 70, RFC 9112 §7.1)",
    ] {
        assert!(said.iter().any(|said| said == line), "{line}: {said:#?}");
    }
    let advice = advice::of_connection(connection, Some(exchange), &about(), trace.now).unwrap();
    assert!(
        advice.what.starts_with("in the answer: a chunk size"),
        "{advice:?}"
    );
    let sentence = narration::sentence(connection);
    assert!(sentence.starts_with("Something is wrong, and is forwarded all the same: "));
}

#[test]
fn what_is_wrong_with_a_request_has_its_place_and_the_answer_of_the_upstream() {
    let trace = trace(|script| {
        script.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n");
        upstream(script, wrong(Fault::SpaceBeforeColon, MessageKind::Request));
        answer(script);
    });
    let connection = &trace.connections[&id(1)];
    assert_eq!(connection.exchanges.len(), 1);
    let exchange = &connection.exchanges[0];
    assert_eq!(exchange.request_line(), Some(&b"GET / HTTP/1.1"[..]));
    assert!(exchange.refusal.is_some());
    assert_eq!(exchange.status(), Some(Status::CONTENT_TOO_LARGE));
}
