//! What goes wrong in proxies.

use std::io::{ErrorKind, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use super::behind::{Behind, fill, free_port, tapped};
use crate::support::{Peer, Server};

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Most octets of memory that a tap may take for two buffers of 16 KiB, with all it is.
#[cfg(target_os = "linux")]
const MEMORY: usize = 64 << 20;

#[cfg(target_os = "linux")]
fn memory(tap: &Server) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", tap.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: usize = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib << 10
}

/// `sender` sends more than anybody takes; the other direction goes on, and in the end nothing
/// is lost.
fn one_never_reads(tap: &Server, mut sender: Peer, mut deaf: Peer) {
    let sent = fill(&sender.stream);
    assert!(sent > 0);
    deaf.send("I do not read");
    sender.expect("I do not read");
    #[cfg(target_os = "linux")]
    assert!(memory(tap) < MEMORY, "{} octets", memory(tap));
    sender.finish();
    let got = deaf.rest_octets();
    assert_eq!(got.len(), sent);
    assert!(got.iter().all(|&octet| octet == b'x'));
}

#[test]
fn a_peer_that_never_reads_stops_the_upstream_and_nothing_else() {
    let (tap, peer, upstream) = tapped(&["-q"]);
    one_never_reads(&tap, upstream, peer);
}

#[test]
fn an_upstream_that_never_reads_stops_the_peer_and_nothing_else() {
    let (tap, peer, upstream) = tapped(&["-q"]);
    one_never_reads(&tap, peer, upstream);
}

#[test]
fn both_may_half_close_at_once() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["-v"]);
    for _ in 0..20 {
        let (mut peer, mut upstream) = (tap.connect(), behind.accept());
        thread::scope(|scope| {
            scope.spawn(|| {
                peer.send("a");
                peer.finish();
                assert_eq!(peer.rest(), "b");
            });
            upstream.send("b");
            upstream.finish();
            assert_eq!(upstream.rest(), "a");
        });
    }
    tap.eventually("the end of all of them", |tap| {
        let ended = tap.errors().matches(": closed by the ").count();
        (ended == 20).then_some(())
    });
}

#[test]
fn a_half_close_leaves_the_other_direction_open() {
    let (_tap, mut peer, mut upstream) = tapped(&[]);
    peer.send(GET);
    peer.finish();
    assert_eq!(upstream.rest(), GET);
    upstream.send(OK);
    peer.expect(OK);
    assert!(peer.has_nothing(), "the upstream has not finished");
    upstream.finish();
    assert!(peer.is_closed());
}

#[test]
fn a_response_may_come_before_the_request_is_complete() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
    peer.send(format!("{head}123"));
    upstream.expect(format!("{head}123"));
    let early = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno\n";
    upstream.send(early);
    peer.expect(early);
    tap.eventually("the first line", |tap| {
        tap.log().contains(" 413 3 ").then_some(())
    });
    // The rest of it goes on, and the next request is read as one.
    peer.send(format!("4567890{GET}"));
    upstream.expect(format!("4567890{GET}"));
    upstream.send(OK);
    peer.expect(OK);
    tap.eventually("the second line", |tap| {
        tap.log()
            .contains("\"GET / HTTP/1.1\" 200 2 ")
            .then_some(())
    });
    assert!(
        !tap.errors().contains("forwarded all the same"),
        "{}",
        tap.errors()
    );
}

#[test]
fn pipelined_requests_are_matched_with_their_answers() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    let requests = "HEAD /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n\
                    GET /3 HTTP/1.1\r\nHost: x\r\n\r\n";
    peer.send(requests);
    upstream.expect(requests);
    let answers = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\
                   HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n\
                   HTTP/1.1 204 No Content\r\n\r\n";
    upstream.send(answers);
    peer.expect(answers);
    let log = tap.eventually("three lines", |tap| {
        let log = tap.log();
        (log.lines().count() == 3).then_some(log)
    });
    for (line, part) in log.lines().zip([
        "\"HEAD /1 HTTP/1.1\" 200 - ",
        "\"GET /2 HTTP/1.1\" 404 2 ",
        "\"GET /3 HTTP/1.1\" 204 - ",
    ]) {
        assert!(line.contains(part), "{log}");
    }
}

#[test]
fn a_reset_of_the_peer_reaches_the_upstream_as_one() {
    let (_tap, mut peer, mut upstream) = tapped(&[]);
    peer.send("GET / HT");
    upstream.expect("GET / HT");
    peer.reset();
    assert_eq!(upstream.failure(), ErrorKind::ConnectionReset);
}

#[test]
fn a_reset_of_the_upstream_reaches_the_peer_as_one_behind_what_came_before() {
    let (_tap, mut peer, mut upstream) = tapped(&[]);
    peer.send(GET);
    upstream.expect(GET);
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal");
    peer.expect("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhal");
    upstream.reset();
    assert_eq!(peer.failure(), ErrorKind::ConnectionReset);
}

#[test]
fn an_upstream_that_closes_without_reading_is_heard_before_the_reset() {
    let (_tap, mut peer, mut upstream) = tapped(&[]);
    // Closing with octets unread sends RST in the place of FIN.
    peer.send(format!("{GET}and more"));
    upstream.expect(GET);
    upstream.send(OK);
    drop(upstream);
    let mut got = vec![0; OK.len()];
    peer.stream.read_exact(&mut got).unwrap();
    assert_eq!(got, OK.as_bytes());
    assert_eq!(peer.failure(), ErrorKind::ConnectionReset);
}

#[test]
fn a_peer_that_resets_while_the_upstream_reads_nothing_is_noticed() {
    let (_tap, peer, mut upstream) = tapped(&["-q"]);
    fill(&peer.stream);
    peer.reset();
    assert_eq!(upstream.failure(), ErrorKind::ConnectionReset);
}

#[test]
fn a_thousand_connections_to_a_server_that_is_not_there_are_answered() {
    let tap = Server::start(&[
        "--to",
        &format!("127.0.0.1:{}", free_port()),
        "--allow-host",
        "*",
    ]);
    let mut peers: Vec<_> = (0..1000).map(|_| tap.connect()).collect();
    for peer in &mut peers {
        peer.send(GET);
    }
    for peer in &mut peers {
        let response = peer.response();
        assert_eq!(response.status(), 502);
        assert!(
            response.text().contains("connection refused"),
            "{}",
            response.text()
        );
        assert!(
            response.text().contains("What to do: start it"),
            "{}",
            response.text()
        );
        assert!(peer.is_closed());
    }
    tap.eventually("a line for each", |tap| {
        let lines = tap.log().matches("\"GET / HTTP/1.1\" 502 ").count();
        (lines == 1000).then_some(())
    });
}

#[test]
fn once_the_server_is_there_the_next_connection_reaches_it() {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let tap = Server::start(&["--to", &address.to_string(), "--allow-host", "*"]);
    let mut peer = tap.connect();
    peer.send(GET);
    assert_eq!(peer.response().status(), 502);
    let listener = TcpListener::bind(address).unwrap();
    let mut peer = tap.connect();
    let mut upstream = Peer::from_stream(listener.accept().unwrap().0);
    peer.send(GET);
    upstream.expect(GET);
    upstream.send(OK);
    peer.expect(OK);
}

#[test]
fn the_tap_never_answers_for_the_upstream_and_never_frames_anew() {
    let behind = Behind::start();
    let tap = behind.tap();
    // Each of these is read in two ways by some servers.
    for request in [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /../../ HTTP/1.1\r\nHost: elsewhere.example\r\nA: b\r\n c\r\n\r\n",
        "BREW /pot HTTP/7.3\r\n\r\n",
    ] {
        let (mut peer, mut upstream) = (tap.connect(), behind.accept());
        peer.send(request);
        upstream.expect(request);
        assert!(peer.has_nothing(), "{request}");
        let answer = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        upstream.send(answer);
        peer.expect(answer);
        peer.finish();
        assert!(upstream.is_closed(), "{request}");
        upstream.finish();
        assert!(peer.is_closed());
    }
    tap.eventually("what is wrong with each", |tap| {
        let wrong = tap.errors().matches(": forwarded all the same: ").count();
        (wrong == 8).then_some(())
    });
    tap.eventually("the answer to each", |tap| {
        (tap.log().matches("\" 400 ").count() == 8).then_some(())
    });
}

#[test]
fn a_server_that_is_told_to_stop_ends_what_it_taps() {
    let (mut tap, mut peer, mut upstream) = tapped(&[]);
    peer.send(GET);
    upstream.expect(GET);
    upstream.send(OK);
    peer.expect(OK);
    tap.signal("-TERM");
    assert_eq!(tap.exit_code(), Some(0));
    assert!(peer.is_closed());
    assert!(upstream.is_closed());
}
