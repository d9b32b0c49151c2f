//! Which hosts a tap is asked for, what it has its upstream asked for, and where that leads.

use super::behind::Behind;
use crate::support::Server;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn request(host: &str) -> String {
    format!("GET /a HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n")
}

#[test]
fn a_page_that_made_its_name_lead_here_reaches_nothing() {
    let behind = Behind::start();
    let tap = behind.choosy_tap(&[]);
    for host in ["evil.example:8080", "a`b.example", "localhost.evil.example"] {
        for pieces in [&[usize::MAX][..], &[1; 200], &[30, 9, usize::MAX]] {
            let mut peer = tap.connect();
            let upstream = behind.accept();
            let request = request(host);
            let mut rest = request.as_bytes();
            for &piece in pieces {
                let (now, later) = rest.split_at(piece.min(rest.len()));
                peer.send(now);
                rest = later;
            }
            let answer = peer.rest();
            assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
            assert!(answer.contains("--allow-host NAME"), "{answer}");
            // Not even the line that names it is complete there.
            let got = upstream.until_lost();
            assert!(request.as_bytes().starts_with(&got), "{got:?}");
            assert!(!got.windows(9).any(|w| w == b"Accept: *"), "{got:?}");
        }
    }
    tap.eventually("a line for each", |tap| {
        (tap.log().matches("\" 421 ").count() == 9).then_some(())
    });
}

#[test]
fn names_of_this_machine_those_that_are_allowed_and_the_upstreams_are_let_through() {
    let behind = Behind::start();
    let tap = behind.choosy_tap(&["--allow-host", "dev.example"]);
    let own = behind.address().to_string();
    for host in ["localhost:8080", "[::1]", "dev.example", &own] {
        let (mut peer, mut upstream) = (tap.connect(), behind.accept());
        peer.send(request(host));
        upstream.expect(request(host));
    }
    // What is no request, and what names no host, is no page's.
    for octets in ["GET / HTTP/1.0\r\n\r\n", "EHLO x\r\nHost: evil\r\n\r\n"] {
        let (mut peer, mut upstream) = (tap.connect(), behind.accept());
        peer.send(octets);
        upstream.expect(octets);
    }
}

#[test]
fn the_octets_of_an_allowed_head_go_on_as_they_come() {
    let behind = Behind::start();
    let tap = behind.choosy_tap(&[]);
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    for octet in request("localhost").as_bytes() {
        peer.send([*octet]);
        upstream.expect([*octet]);
    }
}

#[test]
fn each_request_is_given_the_host_that_was_asked_for_and_nothing_else_is_changed() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["--host", "app.example:99", "-v"]);
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    let post = "POST /b?Host:x HTTP/1.1\r\nA: Host: b\r\nhost:\t x \r\nTransfer-Encoding: chunked\r\n\r\n7\r\nHost: x\r\n0\r\nHost: t\r\n\r\n";
    let get = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let absolute = "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n";
    let expected = |text: &str| {
        text.replace("\r\nHost: localhost\r", "\r\nHost: app.example:99\r")
            .replace("\t x ", "\t app.example:99 ")
    };
    // Pipelined, and cut anywhere.
    for piece in [1, 2, 3, 50, usize::MAX] {
        let all = [post, get, absolute, get].concat();
        for octets in all.as_bytes().chunks(piece) {
            peer.send(octets);
        }
        upstream.expect(expected(&all));
    }
    for _ in 0..20 {
        upstream.send(OK);
        peer.expect(OK);
    }
    tap.eventually("what is changed", |tap| {
        let said = tap.errors();
        (said.matches("Host is forwarded as app.example:99").count() == 15).then_some(())
    });
}

#[test]
fn behind_a_switch_of_protocols_no_host_is_changed() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["--host", "app.example"]);
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    let ask = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    peer.send(ask);
    upstream.expect(ask.replace(": x", ": app.example"));
    let switch =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    upstream.send(switch);
    peer.expect(switch);
    let octets = "GET / HTTP/1.1\r\nHost: x\r\n";
    peer.send(octets);
    upstream.expect(octets);
}

#[test]
fn from_what_breaks_the_protocol_on_no_host_is_changed() {
    let behind = Behind::start();
    let tap = behind.tap_with(&["--host", "app.example"]);
    for wrong in [
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nA b\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "\x16\x03\x01",
    ] {
        let (mut peer, mut upstream) = (tap.connect(), behind.accept());
        let octets = format!("{wrong}GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        peer.send(&octets);
        upstream.expect(&octets);
    }
    // What was held back for the rest of it goes on with the end.
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    peer.send("GET / HTTP/1.1\r\nHost: x\r\n");
    peer.finish();
    assert_eq!(upstream.rest(), "GET / HTTP/1.1\r\nHost: x\r\n");
}

#[test]
fn a_location_that_leads_past_the_tap_is_pointed_out_and_left_as_it_is() {
    let behind = Behind::start();
    let tap: Server = behind.tap_with(&["-v"]);
    let (mut peer, mut upstream) = (tap.connect(), behind.accept());
    for location in [
        format!("http://{}/login", behind.address()),
        "/login".into(),
    ] {
        peer.send(request("localhost"));
        upstream.expect(request("localhost"));
        let found =
            format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        upstream.send(&found);
        peer.expect(&found);
    }
    tap.eventually("a line for each", |tap| {
        (tap.log().matches("\" 302 ").count() == 2).then_some(())
    });
    let said = tap.errors();
    assert_eq!(
        said.matches("Location leads past the tap").count(),
        1,
        "{said}"
    );
}
