//! What says who a peer is never comes back over the wire, whichever way its request went wrong.

use std::io::{Read, Write};
use std::net::Shutdown;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::support::{Server, get};

/// Letters and digits of which no four stand together in anything the server says.
const SECRET: &str = "[QXZJKVW0-9]{12,40}";
/// Around the longest head that is taken.
const HEAD_LIMIT: usize = 64 << 10;

/// Where a secret may stand: the octets before it and behind it.
fn fields() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        Just(("Cookie: a=b; sid=", "; z=b")),
        Just(("cOOkIE:", "")),
        Just(("Cookie: ", "")),
        Just(("Cookie : x=", "")),
        Just(("Set-Cookie: sid=", "; HttpOnly")),
        Just(("Authorization: Basic ", "")),
        Just(("AUTHORIZATION: ", " x")),
        Just(("Proxy-Authorization:\t", "")),
        Just(("Cookie: a=b\r\n sid=", "")),
    ]
    .prop_map(|(before, after)| (before.to_owned(), after.to_owned()))
}

/// A request with a secret in it.
fn heads() -> impl Strategy<Value = (String, Vec<u8>)> {
    let start = prop_oneof![
        Just("GET / HTTP/1.1"),
        Just("GET /.glassport/echo HTTP/1.1"),
        Just("GET /.glassport/echo?html HTTP/1.1"),
        Just("POST / HTTP/1.1"),
        Just("HEAD / HTTP/3.0"),
        Just("get"),
    ];
    let hosts = prop_oneof![Just("Host: localhost"), Just("Host: elsewhere")];
    let padding = prop_oneof![
        4 => Just(0),
        // So that the limit lies around the secret.
        1 => HEAD_LIMIT - 200..HEAD_LIMIT,
    ];
    let ends = prop_oneof![4 => Just("\r\n"), 1 => Just("\n"), 1 => Just("\r")];
    let parts = (start, hosts, fields(), SECRET, padding, ends, any::<bool>());
    parts.prop_map(
        |(start, host, (before, after), secret, padding, end, chunked)| {
            let filler = "f".repeat(padding);
            let field = format!("{before}{secret}{after}");
            let head = if chunked {
                // In a trailer.
                let coding = "Transfer-Encoding: chunked";
                format!(
                    "{start}{end}{host}{end}{coding}{end}{end}1{end}x{end}0{end}{field}{end}{end}"
                )
            } else {
                format!("{start}{end}{host}{end}X: {filler}{end}{field}{end}X: y{end}{end}")
            };
            (secret, head.into_bytes())
        },
    )
}

/// What becomes of it on its way.
#[derive(Debug, Clone)]
enum Fate {
    Whole,
    Cut(prop::sample::Index),
    Inserted(prop::sample::Index, u8),
    Cr,
}

/// No letter and no colon: with one more of these it would be another field.
fn fates() -> impl Strategy<Value = Fate> {
    let octet = prop_oneof![
        0..=b' ',
        127..=255_u8,
        prop::sample::select(b"\r\n;=\"/(,@".to_vec()),
    ];
    prop_oneof![
        Just(Fate::Whole),
        any::<prop::sample::Index>().prop_map(Fate::Cut),
        (any::<prop::sample::Index>(), octet).prop_map(|(at, octet)| Fate::Inserted(at, octet)),
        Just(Fate::Cr),
    ]
}

/// Sends what may be refused before it has gone, and receives whatever comes.
fn exchange(server: &Server, octets: &[u8]) -> Vec<u8> {
    let mut peer = server.connect();
    let _ = peer.stream.write_all(octets);
    let _ = peer.stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = peer.stream.read_to_end(&mut answer);
    answer
}

fn holds_a_piece(answer: &[u8], secret: &str) -> bool {
    secret
        .as_bytes()
        .windows(4)
        .any(|piece| answer.windows(4).any(|window| window == piece))
}

#[test]
fn no_piece_of_a_secret_comes_back_however_its_request_goes_wrong() {
    let servers = [
        Server::start(&[]),
        Server::start(&["--accept-lf", "--recv-size", "50"]),
    ];
    let config = Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    };
    let answers = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(
            &(heads(), fates(), vec(any::<u8>(), 0..2)),
            |((secret, mut head), fate, more)| {
                // Behind the secret, or anywhere at all.
                let behind = head
                    .windows(secret.len())
                    .position(|w| w == secret.as_bytes());
                match fate {
                    Fate::Whole => head.extend(more),
                    Fate::Cut(at) => head.truncate(at.index(head.len())),
                    Fate::Inserted(at, octet) => head.insert(at.index(head.len()), octet),
                    Fate::Cr => head.insert(behind.unwrap() + secret.len(), b'\r'),
                }
                // A LF within it ends a line where LF does.
                let within = head.windows(secret.len()).any(|w| w == secret.as_bytes());
                for server in servers.iter().take(if within { 2 } else { 1 }) {
                    let answer = exchange(server, &head);
                    answers.set(answers.get() + usize::from(answer.starts_with(b"HTTP/1.1 4")));
                    prop_assert!(
                        !holds_a_piece(&answer, &secret),
                        "{secret} in {}\n{}",
                        String::from_utf8_lossy(&head)
                            .replace(&"f".repeat(1000), "")
                            .escape_debug(),
                        String::from_utf8_lossy(&answer)
                    );
                }
                Ok(())
            },
        )
        .unwrap();
    assert!(answers.get() > 100, "too few were refused: {answers:?}");
}

#[test]
fn a_refusal_shows_the_place_and_not_the_secret_around_it() {
    let server = Server::start(&[]);
    let start = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let long = "x".repeat(HEAD_LIMIT - 100);
    for (octets, shown) in [
        (
            format!("{start}Cookie: sid=SECRET\u{1}\r\n\r\n"),
            "    Cookie: **********\\x01\\r\\n\n                      ^\n",
        ),
        (
            format!("{start}Cookie: sid=SECRET\rX: y\r\n\r\n"),
            "    Cookie: **********\\r****\\r\\n\n",
        ),
        (
            format!("{start}Authorization : Basic SECRET\r\n\r\n"),
            "    Authorization : ************\\r\\n\n                 ^\n",
        ),
        (
            format!(
                "{start}Cookie: a={long}; sid={}\r\n\r\n",
                "SECRET".repeat(30)
            ),
            "    ****************************************************",
        ),
        (
            "GET http://user:SECRET@localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n".into(),
            "    GET http://***********@localhost/ HTTP/1.1\\r\\n\n",
        ),
    ] {
        let answer = server.exchange(&octets);
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        assert!(answer.contains(shown), "{answer}");
        assert!(answer.contains("What is secret is shown as *"), "{answer}");
        assert!(!answer.contains("SECRET"), "{answer}");
    }
    // What is not secret is shown as it came, and the log is exact.
    let answer = server.exchange(format!("{start}Cookie: a=b\r\nX : y\r\n\r\n"));
    assert!(
        answer.contains("    X : y\\r\\n\n") && !answer.contains('*'),
        "{answer}"
    );
    server.eventually("the request-line as it came", |s| {
        s.log().contains("user:SECRET@").then_some(())
    });
}

#[test]
fn an_echo_masks_every_secret_field_and_names_them() {
    let server = Server::start(&[]);
    let sent = get("/.glassport/echo").replace(
        "\r\n\r\n",
        "\r\nCookie: a=SECRET\r\nauthorization: Bearer SECRET\r\nTransfer-Encoding: chunked\r\n\r\n",
    ) + "1\r\nx\r\n0\r\nSet-Cookie: SECRET\r\n\r\n";
    let mut peer = server.connect();
    peer.send(&sent);
    let echo = peer.response();
    assert_eq!(
        echo.text(),
        sent.replace("Bearer SECRET", "*************")
            .replace("SECRET", "******")
    );
    assert_eq!(
        echo.field("Glassport-Masked"),
        Some("Cookie, Authorization")
    );
    peer.send(sent.replace("echo", "echo?html"));
    assert!(!peer.response().text().contains("SECRET"));
}
