use std::sync::Arc;

use super::*;
use crate::event::{Activity, UpstreamActivity};
use crate::http::{Asked, LineEnds, ResponseFraming, Status};
use crate::trace::script::{Script, id};
use crate::trace::store::Trace;

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

fn connection(tell: impl FnOnce(&mut Script)) -> Arc<Connection> {
    let mut script = Script::new();
    script.accept(1);
    tell(&mut script);
    let mut trace = Trace::default();
    script.fold_into(&mut trace);
    Arc::clone(&trace.connections[&id(1)])
}

fn sent(script: &mut Script, call: SendCall, octets: u64) {
    let of = octets;
    script.note(1, Activity::Sent { call, octets, of });
}

fn responds(script: &mut Script, body: u64) {
    let head = b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"[..].into();
    let (status, because) = (Status::OK, None);
    script.note(
        1,
        Activity::Responding {
            status,
            head,
            body,
            because,
        },
    );
}

fn text(stream: &Stream<'_>) -> String {
    let octets = stream.octets();
    let octets: Vec<u8> = octets.octets_in(octets.span()).map(|(_, o)| o).collect();
    String::from_utf8(octets).unwrap()
}

/// The calls as numbers and lengths, a part for each run that is kept.
fn runs(stream: &Stream<'_>) -> Vec<(u64, u64, usize)> {
    let octets = stream.octets();
    let runs = octets.runs_in(octets.span());
    runs.map(|run| (run.number, run.offset, run.octets.len()))
        .collect()
}

#[test]
fn what_was_sent_is_the_head_and_the_content_as_the_calls_took_them() {
    let connection = connection(|script| {
        script.receive(1, GET);
        responds(script, 6);
        let octets = b"abcdef"[..].into();
        script.note(1, Activity::Content { octets });
        sent(script, SendCall::Send, 20);
        sent(script, SendCall::Send, 8);
        sent(script, SendCall::Send, 3);
    });
    let stream = Stream::responses(&connection);
    assert_eq!(text(&stream), "HTTP/1.1 200 OK\r\nA: b\r\n\r\nabcdef");
    assert_eq!(
        runs(&stream),
        [(1, 0, 20), (2, 20, 5), (2, 25, 3), (3, 28, 3)]
    );
    let begins = stream.octets().run_at(25).unwrap().begins();
    assert!(!begins, "one call, in two places of memory");
    let message = stream.message_of(1).unwrap();
    assert_eq!(message.head, Some(Span::new(0, 25)));
    assert_eq!(message.body, Some(Span::new(25, 31)));
    assert_eq!(stream.content(message), b"abcdef");
}

#[test]
fn what_went_by_sendfile_or_is_longer_than_what_is_kept_is_missing_and_said() {
    let connection = connection(|script| {
        script.receive(1, GET);
        responds(script, 1000);
        sent(script, SendCall::Send, 25);
        sent(script, SendCall::SendFile, 600);
        sent(script, SendCall::SendFile, 400);
    });
    let stream = Stream::responses(&connection);
    assert_eq!(stream.octets().span(), Span::new(0, 1025));
    let gap = Span::new(25, 1025);
    assert_eq!(stream.missing(gap), "by sendfile, 1000 octets not copied");
    assert_eq!(stream.octets().octet(30), None);
}

#[test]
fn content_is_kept_up_to_a_limit() {
    let connection = connection(|script| {
        script.receive(1, GET);
        responds(script, 10);
        let octets = b"abcd"[..].into();
        script.note(1, Activity::Content { octets });
        sent(script, SendCall::SendMsg, 35);
    });
    let stream = Stream::responses(&connection);
    assert_eq!(
        stream.missing(Span::new(29, 35)),
        "6 octets not kept beyond the first 4"
    );
}

#[test]
fn an_interim_response_has_its_place() {
    let connection = connection(|script| {
        script.receive(1, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
        sent(script, SendCall::Send, 25);
        script.note(1, Activity::Continued).receive(1, "x");
        responds(script, 0);
        sent(script, SendCall::Send, 25);
    });
    let stream = Stream::responses(&connection);
    assert!(text(&stream).starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    assert_eq!(stream.message_of(1).unwrap().head, Some(Span::new(25, 50)));
}

/// What an upstream sent, in these pieces.
fn upstream(script: &mut Script, pieces: &[&str], head: usize) {
    let address = ([127, 0, 0, 1], 3000).into();
    let mut note = |activity| {
        script.note(1, Activity::Upstream(activity));
    };
    let took = std::time::Duration::ZERO;
    note(UpstreamActivity::Connected { address, took });
    let mut offset = 0;
    for piece in pieces {
        let octets: Arc<[u8]> = piece.as_bytes().into();
        let asked = 1024;
        note(UpstreamActivity::Received {
            offset,
            octets,
            asked,
        });
        offset += piece.len() as u64;
    }
    let octets = &pieces.concat().into_bytes()[..head];
    let head = Arc::new(ResponseHead::parse(octets, 0, LineEnds::CrLf).unwrap());
    let framing = ResponseFraming::from_head(&head, Asked::Other).unwrap();
    note(UpstreamActivity::Parsed { head, framing });
    responds(script, 0);
}

#[test]
fn behind_a_tap_it_is_what_came_from_the_upstream() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let body = "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for cut in 0..body.len() {
        let (first, rest) = body.split_at(cut);
        let connection = connection(|script| {
            script.receive(1, GET);
            upstream(script, &[head, first, rest], head.len());
        });
        let stream = Stream::responses(&connection);
        assert_eq!(text(&stream), format!("{head}{body}"));
        assert_eq!(stream.call_name(), "recv");
        let message = stream.message_of(1).unwrap();
        assert_eq!(message.coding, Coding::Chunked);
        assert_eq!(stream.content(message), b"abcde", "{cut}");
    }
}

#[test]
fn behind_a_tap_beside_a_folder_it_is_what_the_newest_connection_brought() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
    let connection = connection(|script| {
        script.receive(1, GET);
        upstream(script, &[head, "a"], head.len());
        let (status, body, took) = (Status::OK, 1, std::time::Duration::ZERO);
        script.note(1, Activity::Responded { status, body, took });
        script.wait(1).receive(1, GET);
        upstream(script, &[head, "b"], head.len());
    });
    let stream = Stream::responses(&connection);
    assert_eq!(text(&stream), format!("{head}b"));
    assert!(stream.message_of(1).is_none());
    assert_eq!(stream.content(stream.message_of(2).unwrap()), b"b");
}
