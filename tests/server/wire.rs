//! What comes back on the wire for what goes in, whole and octet by octet: which responses,
//! in which order, each of them framed as RFC 9112 wants it.

use std::time::Duration;

use super::support::{Server, get};

const HOST: &str = "Host: localhost\r\n";

/// What goes in, and the statuses that come back before the server closes or the peer, which
/// has finished sending, has every answer.
#[expect(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<(&'static str, String, &'static [u16])> {
    let next = get("/hello.txt");
    let then = |request: &str| request.replace("HOST", HOST) + &next;
    vec![
        (
            "a chunk size that is none",
            then("POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\nZZ\r\n"),
            &[400],
        ),
        (
            "a chunk longer than it says",
            then("POST / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n"),
            &[400],
        ),
        (
            "a body on GET",
            then("GET /hello.txt HTTP/1.1\r\nHOSTContent-Length: 5\r\n\r\nhello"),
            &[200, 200],
        ),
        (
            "a chunked body on HEAD",
            then(
                "HEAD / HTTP/1.1\r\nHOSTTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            ),
            &[200, 200],
        ),
        (
            "a body on OPTIONS",
            then("OPTIONS * HTTP/1.1\r\nHOSTContent-Length: 2\r\n\r\nhi"),
            &[204, 200],
        ),
        ("TRACE", then("TRACE / HTTP/1.1\r\nHOST\r\n"), &[405, 200]),
        (
            "CONNECT",
            "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            &[405],
        ),
        (
            "an expectation nobody knows",
            then("GET /hello.txt HTTP/1.1\r\nHOSTExpect: x\r\n\r\n"),
            &[417],
        ),
        (
            "Content-Length and Transfer-Encoding",
            then(
                "POST / HTTP/1.1\r\nHOSTContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ),
            &[400],
        ),
        (
            "an absolute target wins over Host",
            "GET http://localhost/hello.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(),
            &[200],
        ),
        (
            "an absolute target elsewhere",
            then("GET http://evil.example/ HTTP/1.1\r\nHOST\r\n"),
            &[421],
        ),
        (
            "a scheme that is not served",
            then("GET ftp://localhost/ HTTP/1.1\r\nHOST\r\n"),
            &[421],
        ),
        (
            "HEAD for a foreign host",
            "HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(),
            &[421],
        ),
        (
            "a body whose end cannot be known",
            then("POST / HTTP/1.1\r\nHOSTTransfer-Encoding: gzip\r\n\r\n"),
            &[400],
        ),
        (
            "a coding nobody knows",
            then("POST / HTTP/1.1\r\nHOSTTransfer-Encoding: gzip, chunked\r\n\r\n"),
            &[501],
        ),
        (
            "an expectation of a body that is refused",
            then("POST / HTTP/1.1\r\nHOSTExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
            &[405],
        ),
        (
            "an expectation of HTTP/1.0",
            "OPTIONS * HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi".into(),
            &[204],
        ),
        (
            "HTTP/1.2",
            then("GET /hello.txt HTTP/1.2\r\nHOST\r\n"),
            &[200, 200],
        ),
        ("HTTP/2.0", then("GET / HTTP/2.0\r\nHOST\r\n"), &[505]),
        ("empty lines before a request", then("\r\n\r\n"), &[200]),
        (
            "two Host lines",
            then("GET /hello.txt HTTP/1.1\r\nHOSTHOST\r\n"),
            &[400],
        ),
        (
            "close, and a request behind it",
            then("GET /hello.txt HTTP/1.1\r\nHOSTconnection: CLOSE\r\n\r\n"),
            &[200],
        ),
        (
            "not modified",
            then("GET /hello.txt HTTP/1.1\r\nHOSTIf-None-Match: *\r\n\r\n"),
            &[304, 200],
        ),
        (
            "a precondition that fails",
            then("GET /hello.txt HTTP/1.1\r\nHOSTIf-Match: \"x\"\r\n\r\n"),
            &[412, 200],
        ),
        (
            "HEAD that is refused",
            "HEAD / HTTP/1.1\r\nHost : x\r\n\r\n".into(),
            &[400],
        ),
        (
            "HEAD of what is not there",
            then("HEAD /nope HTTP/1.1\r\nHOST\r\n"),
            &[404, 200],
        ),
        (
            "%00",
            "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            &[400],
        ),
        (
            "an encoded slash",
            then("GET /a%2fb HTTP/1.1\r\nHOST\r\n"),
            &[404, 200],
        ),
        (
            "a body that ends too soon",
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc".into(),
            &[400],
        ),
        (
            "a TLS ClientHello",
            "\x16\x03\x01\x02\x00\x01".into(),
            &[400],
        ),
    ]
}

/// Every response head in `text`: a status-line has a number where an excerpt of a request
/// has none.
fn heads(text: &str) -> Vec<&str> {
    let starts = text.match_indices("HTTP/1.1 ").map(|(at, _)| at);
    let starts = starts.filter(|&at| text[at + 9..].starts_with(|c: char| c.is_ascii_digit()));
    starts
        .map(|at| text[at..].split("\r\n\r\n").next().unwrap())
        .collect()
}

fn statuses(heads: &[&str]) -> Vec<u16> {
    heads
        .iter()
        .map(|head| head[9..12].parse().unwrap())
        .collect()
}

#[test]
fn every_request_gets_the_answer_it_should_in_order() {
    let server = Server::start(&[]);
    for (name, octets, expected) in cases() {
        let whole = server.exchange(&octets);
        let heads = heads(&whole);
        assert_eq!(statuses(&heads), expected, "{name}: {whole}");
        if octets.starts_with("HEAD ") {
            let first = whole.split("\r\n\r\n").nth(1).unwrap();
            assert!(
                first.is_empty() || first.starts_with("HTTP/1.1 "),
                "{name}: content"
            );
        }
        for head in &heads {
            let count = |field: &str| head.lines().filter(|line| line.starts_with(field)).count();
            // A refusal of HEAD shows that request, and would be longer or shorter for GET: its
            // length must not be said (RFC 9110 §8.6).
            let of_head =
                octets.starts_with("HEAD ") && [" 400 ", " 421 "].iter().any(|s| head.contains(s));
            let framed =
                usize::from(!of_head && !head.contains(" 204 ") && !head.contains(" 304 "));
            assert_eq!(
                (count("Date: "), count("Content-Length: ")),
                (1, framed),
                "{name}: {head}"
            );
        }
        if let 400 | 417 | 421 | 505 = expected[expected.len() - 1] {
            assert!(
                heads[heads.len() - 1].contains("Connection: close"),
                "{name}"
            );
        }
    }
}

#[test]
fn octet_by_octet_the_answers_are_the_same() {
    let server = Server::start(&["--recv-size", "1"]);
    for (name, octets, expected) in cases() {
        let text = server.exchange(&octets);
        assert_eq!(statuses(&heads(&text)), expected, "{name}: {text}");
    }
}

#[test]
fn peers_that_reset_leave_nothing_behind() {
    let server = Server::start(&[]);
    let open = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .count()
    };
    let before = open();
    for octets in ["", "GET", &get("/hello.txt"), &get("/pictures/stream.jpg")] {
        for _ in 0..20 {
            let mut peer = server.connect();
            peer.send(octets);
            let socket = socket2::Socket::from(peer.stream);
            socket.set_linger(Some(Duration::ZERO)).unwrap();
        }
    }
    server.eventually("every descriptor closed", |_| {
        (open() <= before).then_some(())
    });
    assert!(
        server
            .exchange(get("/hello.txt"))
            .contains("Hello from glassport")
    );
}
