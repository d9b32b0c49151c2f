//! What one end sends is what the other receives, octet for octet, whatever it means.

use std::io::Write as _;
use std::net::Shutdown;
use std::slice::from_ref;
use std::thread;
use std::time::Instant;

use proptest::collection::vec;
use proptest::prelude::*;

use super::behind::{Behind, tapped};
use crate::support::{Peer, Server};

#[path = "../../http_corpus/escape.rs"]
mod escape;

/// How many random streams there are in each direction: 1500, or what the variable says.
fn streams() -> u32 {
    let said = std::env::var("GLASSPORT_TAP_STREAMS");
    said.map_or(1500, |text| text.parse().expect("a number"))
}

/// The octets of every case in a folder of the corpus.
fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for block in text.split("== ").skip(1) {
            let mut octets = Vec::new();
            for line in block.lines().skip(1) {
                if !line.starts_with("-> ") && !line.starts_with("! ") {
                    escape::unescape(line, &mut octets, &mut None);
                }
            }
            cases.push(octets);
        }
    }
    cases
}

/// Sends `up` and `down` in these pieces, both ends at once, each end finishing behind its own,
/// and says what each received.
fn forward(tap: &Server, behind: &Behind, up: &[Vec<u8>], down: &[Vec<u8>]) -> [Vec<u8>; 2] {
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    let send = |peer: &Peer, pieces: &[Vec<u8>]| {
        for piece in pieces {
            (&peer.stream).write_all(piece).unwrap();
        }
        peer.stream.shutdown(Shutdown::Write).unwrap();
    };
    let (sender, answerer) = (clone(&peer), clone(&upstream));
    thread::scope(|scope| {
        scope.spawn(move || send(&sender, up));
        scope.spawn(move || send(&answerer, down));
        let got_down = scope.spawn(move || peer.rest_octets());
        [upstream.rest_octets(), got_down.join().unwrap()]
    })
}

fn clone(peer: &Peer) -> Peer {
    Peer::from_stream(peer.stream.try_clone().unwrap())
}

#[test]
fn every_message_of_the_corpus_goes_through_as_it_is_in_either_direction() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["-q"]);
    let requests = corpus("tests/http_corpus");
    let responses = corpus("tests/http_corpus/responses");
    assert!(requests.len() >= 250 && responses.len() >= 190);
    let any = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec();
    for (n, request) in requests.iter().enumerate() {
        // Each with some answer, and the other way round.
        let response = &responses[n % responses.len()];
        let (up, down) = ([request.clone()], [response.clone()]);
        let got = forward(&tap, &behind, &up, &down);
        assert_eq!(got, [request.clone(), response.clone()], "{n}");
        let got = forward(&tap, &behind, &[any.clone(), response.clone()], &up);
        assert_eq!(got, [[&any[..], response].concat(), request.clone()], "{n}");
    }
}

/// Pieces of a stream: of HTTP, of what is nearly HTTP, and of anything.
fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let known = prop::sample::select(vec![
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "Content-Length: 3\r\n",
        "\r\n",
        "\n\n",
        "\r",
    ]);
    let piece = prop_oneof![
        3 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..200),
        1 => (1_usize..40_000).prop_map(|length| vec![b'x'; length]),
    ];
    vec(piece, 0..8)
}

#[test]
fn any_two_streams_go_through_as_they_are_at_once() {
    let behind = Behind::start();
    // Some of them in small pieces, some in large ones.
    let taps = [
        behind.tap_with(&["-q"]),
        behind.tap_with(&["-q", "--recv-size", "7"]),
    ];
    let config = ProptestConfig {
        cases: streams(),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(up in pieces(), down in pieces(), small in prop::bool::weighted(0.1))| {
        let got = forward(&taps[usize::from(small)], &behind, &up, &down);
        prop_assert_eq!(&got[0], &up.concat());
        prop_assert_eq!(&got[1], &down.concat());
    });
}

#[test]
fn what_does_not_fit_into_any_buffer_goes_both_ways_at_once() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["-q"]);
    let much = |step: u8| -> Vec<u8> {
        let octets = (0..=u8::MAX).map(|octet| octet.wrapping_mul(step));
        octets.cycle().take(24 << 20).collect()
    };
    let (up, down) = (much(3), much(5));
    let got = forward(&tap, &behind, from_ref(&up), from_ref(&down));
    assert!(got[0] == up && got[1] == down);
}

#[test]
fn an_event_goes_on_when_it_comes_and_so_does_a_chunk() {
    let (_tap, mut peer, mut upstream) = tapped(&[]);
    let request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
    peer.send(request);
    upstream.expect(request);
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    // Each is received before the next is sent: nothing waits for more.
    for piece in [
        head,
        "10\r\ndata: first\r\n\r\n\r\n",
        "b\r\ndata: x\r\n\r\n\r\n",
        "0",
        "\r\n\r\n",
    ] {
        let sent = Instant::now();
        upstream.send(piece);
        peer.expect(piece);
        assert!(sent.elapsed().as_secs() < 5);
    }
}

#[test]
fn a_peer_that_waits_for_100_continue_gets_the_upstreams() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    peer.send(head);
    upstream.expect(head);
    assert!(peer.has_nothing(), "the tap says nothing by itself");
    upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
    peer.expect("HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hi");
    upstream.expect("hi");
    upstream.send("HTTP/1.1 204 No Content\r\n\r\n");
    peer.expect("HTTP/1.1 204 No Content\r\n\r\n");
    tap.eventually("a line of the log", |tap| {
        tap.log().contains(" 204 ").then_some(())
    });
}

#[test]
fn behind_101_either_side_sends_what_it_likes() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    let ask = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    peer.send(ask);
    upstream.expect(ask);
    // The first frame comes together with the head.
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x02hi";
    upstream.send(switch);
    peer.expect(switch);
    for octets in [&b"\x81\x83\0\0\0\0abc"[..], b"GET \n\n", b"\r\n\r\n\xff\0"] {
        peer.send(octets);
        upstream.expect(octets);
        upstream.send(octets);
        peer.expect(octets);
    }
    peer.finish();
    assert!(upstream.is_closed());
    upstream.send("still here");
    upstream.finish();
    assert_eq!(peer.rest(), "still here");
    let line = tap.eventually("a line of the log", |tap| {
        tap.log().lines().next().map(str::to_owned)
    });
    assert!(line.contains("\"GET /ws HTTP/1.1\" 101 -"), "{line}");
    assert!(!tap.errors().contains("forwarded all the same"));
}

#[test]
fn a_body_that_ends_with_the_connection_ends_with_it() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    peer.send("GET / HTTP/1.0\r\n\r\n");
    upstream.expect("GET / HTTP/1.0\r\n\r\n");
    upstream.send("HTTP/1.0 200 OK\r\n\r\nall ");
    peer.expect("HTTP/1.0 200 OK\r\n\r\nall ");
    upstream.send("of it");
    upstream.finish();
    assert_eq!(peer.rest(), "of it");
    let line = tap.eventually("a line of the log", |tap| {
        tap.log().lines().next().map(str::to_owned)
    });
    assert!(line.contains("\"GET / HTTP/1.0\" 200 9 "), "{line}");
    // What the peer still sends goes on too.
    peer.send("more");
    upstream.expect("more");
}

#[test]
fn whoever_speaks_first_is_heard() {
    let (tap, mut peer, mut upstream) = tapped(&[]);
    upstream.send("220 mail.example ESMTP\r\n");
    peer.expect("220 mail.example ESMTP\r\n");
    peer.send("EHLO x\r\n");
    upstream.expect("EHLO x\r\n");
    tap.eventually("what is wrong", |tap| {
        tap.errors()
            .contains("forwarded all the same: octets came that no request waits for")
            .then_some(())
    });
}
