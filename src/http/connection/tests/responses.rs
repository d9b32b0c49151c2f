//! Responses, which go the same ways as requests.

use super::*;
use crate::http::connection::ResponseConnection;

fn asked(methods: &[&str]) -> ResponseConnection {
    let mut connection = ResponseConnection::new(Limits::default());
    for method in methods {
        connection.expect(Asked::by(method.as_bytes()));
    }
    connection
}

#[test]
fn each_response_answers_the_request_that_waits_longest() {
    let mut connection = asked(&["HEAD", "GET"]);
    connection.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    connection
        .receive(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nno");
    let mut said = Vec::new();
    loop {
        match connection.step() {
            Step::Parsed { head, framing } => {
                said.push((head.status().code(), framing.asked, framing.interim));
            }
            Step::NeedData => break,
            Step::Rejected { diagnosis, .. } => panic!("{diagnosis}"),
            Step::Scanned { .. }
            | Step::BoundaryFound { .. }
            | Step::BodyReceived(_)
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished => {}
        }
    }
    assert_eq!(
        said,
        [
            (200, Asked::Head, false),
            (100, Asked::Other, true),
            (404, Asked::Other, false)
        ]
    );
    assert_eq!(connection.unanswered(), 0);
    connection.receive(b"HTTP/1.1 408 Request Timeout\r\n\r\n");
    assert!(matches!(connection.step(), Step::Rejected { diagnosis, .. }
        if diagnosis.fault == Fault::ResponseUnasked));
}

#[test]
fn a_body_until_close_ends_with_the_connection() {
    let mut connection = asked(&["GET"]);
    connection.receive(b"HTTP/1.1 200 OK\r\n\r\nhe");
    while !matches!(connection.step(), Step::BodyReceived(_)) {}
    assert_eq!(connection.step(), Step::NeedData);
    connection.receive_eof();
    assert_eq!(connection.step(), Step::MessageComplete { trailers: None });
    assert_eq!(connection.step(), Step::Finished);
}

#[test]
fn a_peer_that_finishes_without_an_answer_is_not_done() {
    let mut connection = asked(&["GET"]);
    connection.receive_eof();
    assert!(matches!(connection.step(), Step::Rejected { diagnosis, .. }
        if diagnosis.fault == Fault::ResponseMissing && diagnosis.span.is_empty()));
    let mut connection = asked(&[]);
    connection.receive_eof();
    assert_eq!(connection.step(), Step::Finished);
}
