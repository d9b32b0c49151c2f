//! A tap beside a folder: who answers which request.

use std::fs;

use tempfile::TempDir;

use super::behind::{Behind, free_port};
use crate::support::{Peer, Server, get};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "from the folder").unwrap();
    fs::create_dir_all(folder.path().join("sub/empty")).unwrap();
    fs::write(folder.path().join("sub/index.html"), "<p>index").unwrap();
    folder
}

/// A tap beside a folder with a file in it, and who connected.
fn beside(behind: &Behind, arguments: &[&str]) -> (TempDir, Server, Peer) {
    let folder = site();
    let path = folder.path().to_str().unwrap();
    let tap = behind.tap_with(&[&[path], arguments].concat());
    let peer = tap.connect();
    (folder, tap, peer)
}

fn from_folder(peer: &mut Peer) {
    let response = peer.response();
    assert_eq!(response.body, b"from the folder");
}

#[test]
fn the_folder_answers_what_it_has_a_file_for_and_the_upstream_the_rest() {
    let behind = Behind::start();
    let (_folder, tap, mut peer) = beside(&behind, &["-v"]);
    let said = tap.errors();
    assert!(said.contains(", the rest → 127.0.0.1:"), "{said}");
    peer.send(get("/a.txt"));
    from_folder(&mut peer);
    peer.send(get("/sub/"));
    assert_eq!(peer.response().body, b"<p>index");
    peer.send(get("/sub"));
    assert!(peer.response().head.starts_with("HTTP/1.1 308 "));
    // The first request that needs it has the upstream connected to, and the next ones use that.
    let mut upstream = None;
    for request in [
        get("/b.txt"),
        get("/sub/empty/"),
        get("/sub/empty"),
        get("/"),
        get("/.glassport/echo"),
        "POST /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".into(),
        "OPTIONS /a.txt HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        "BREW /a.txt HTTP/1.1\r\nHost: x\r\n\r\n".into(),
        get("/%2e%2e/etc/passwd"),
        get("/\u{7f}").replace('\u{7f}', "%7f"),
    ] {
        peer.send(&request);
        let upstream = upstream.get_or_insert_with(|| behind.accept());
        upstream.expect(&request);
        upstream.send(OK);
        peer.expect(OK);
        peer.send(get("/a.txt"));
        from_folder(&mut peer);
    }
    for because in ["has no such file", "answers GET and HEAD alone"] {
        let because =
            format!("the request goes on to the upstream: the folder beside it {because}");
        tap.eventually("who answers", |tap| {
            tap.errors().contains(&because).then_some(())
        });
    }
}

#[test]
fn pipelined_requests_are_answered_in_their_order_whoever_answers() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    let chunked = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n\r\n";
    let file = get("/a.txt");
    peer.send([&file, chunked, &file, &get("/one"), &get("/two"), &file].concat());
    from_folder(&mut peer);
    let mut upstream = behind.accept();
    for request in [chunked, &get("/one"), &get("/two")] {
        upstream.expect(request);
        assert!(upstream.has_nothing(), "the next one waits for its turn");
        assert!(peer.has_nothing());
        upstream.send(OK);
        peer.expect(OK);
        if request != get("/one") {
            from_folder(&mut peer);
        }
    }
}

#[test]
fn a_body_goes_on_as_it_comes_and_an_answer_may_come_before_its_end() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    let head = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n";
    peer.send(head);
    let mut upstream = behind.accept();
    upstream.expect(head);
    upstream.send("HTTP/1.1 100 Continue\r\n\r\n");
    peer.expect("HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("abc");
    upstream.expect("abc");
    upstream.send(OK);
    peer.expect(OK);
    peer.send(["def", &get("/a.txt")].concat());
    upstream.expect("def");
    from_folder(&mut peer);
    assert!(upstream.has_nothing());
}

#[test]
fn what_is_malformed_or_could_be_read_in_two_ways_is_refused_and_nothing_of_it_goes_on() {
    let behind = Behind::start();
    let (_folder, tap, mut first) = beside(&behind, &[]);
    // A connection that is used already, so that something could go on.
    first.send(get("/b"));
    let mut upstream = behind.accept();
    upstream.expect(get("/b"));
    for wrong in [
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "GET /b HTTP/1.1\r\nHost: x\r\n A: folded\r\n\r\n",
        "GET /b HTTP/1.1\nHost: x\n\n",
        "GET /b HTTP/1.1\r\n\r\n",
        "GET /b\r\n\r\n",
    ] {
        let mut peer = tap.connect();
        peer.send([wrong, &get("/smuggled")].concat());
        let answer = peer.rest();
        let status = &answer[..answer.len().min(12)];
        assert!(
            ["HTTP/1.1 400", "HTTP/1.1 501", "HTTP/1.1 505"].contains(&status),
            "{wrong}: {answer}"
        );
    }
    assert!(upstream.has_nothing() && behind.is_alone());
}

#[test]
fn behind_a_request_that_says_it_is_the_last_nothing_goes_on() {
    let behind = Behind::start();
    for last in [
        "GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /b HTTP/1.0\r\n\r\n",
    ] {
        let (_folder, _tap, mut peer) = beside(&behind, &[]);
        peer.send([last, &get("/smuggled")].concat());
        let mut upstream = behind.accept();
        upstream.expect(last);
        // An upstream that keeps the connection all the same.
        upstream.send(OK);
        peer.expect(OK);
        peer.send(get("/smuggled"));
        peer.finish();
        assert_eq!(upstream.rest(), "");
        upstream.finish();
        assert_eq!(peer.rest(), "");
    }
}

#[test]
fn an_upstream_that_answers_more_than_was_asked_keeps_the_connection() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    peer.send([get("/b"), get("/a.txt")].concat());
    let mut upstream = behind.accept();
    upstream.expect(get("/b"));
    // Whoever asked takes the second for the answer to its second request.
    upstream.send([OK, OK].concat());
    peer.expect([OK, OK].concat());
    upstream.expect(get("/a.txt"));
    upstream.finish();
    peer.finish();
    assert_eq!(peer.rest(), "");
}

#[test]
fn a_body_that_breaks_its_coding_is_refused_and_what_follows_does_not_go_on() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    let head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    peer.send(head);
    let mut upstream = behind.accept();
    upstream.expect(head);
    peer.send(["zz\r\n", &get("/smuggled")].concat());
    assert!(peer.rest().starts_with("HTTP/1.1 400 "));
    assert_eq!(upstream.until_lost(), b"");
}

#[test]
fn a_connection_that_switches_protocols_is_the_upstreams_to_its_end() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    let ask = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    peer.send(ask);
    let mut upstream = behind.accept();
    upstream.expect(ask);
    let switch =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n";
    upstream.send(switch);
    peer.expect(switch);
    peer.send(get("/a.txt"));
    upstream.expect(get("/a.txt"));
    upstream.send("\x00\x01");
    peer.expect("\x00\x01");
    peer.finish();
    assert!(upstream.is_closed());
    upstream.send("last");
    upstream.finish();
    assert_eq!(peer.rest(), "last");
}

#[test]
fn an_answer_that_ends_with_the_connection_ends_it() {
    let behind = Behind::start();
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\nall of it",
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "this is no HTTP",
    ] {
        let (_folder, _tap, mut peer) = beside(&behind, &[]);
        peer.send([get("/b"), get("/a.txt")].concat());
        let mut upstream = behind.accept();
        upstream.expect(get("/b"));
        upstream.send(answer);
        upstream.finish();
        assert_eq!(peer.rest(), answer);
    }
}

#[test]
fn an_upstream_that_closed_between_two_requests_is_connected_to_anew() {
    let behind = Behind::start();
    let (_folder, _tap, mut peer) = beside(&behind, &[]);
    for _ in 0..3 {
        peer.send(get("/b"));
        let mut upstream = behind.accept();
        upstream.expect(get("/b"));
        upstream.send(OK);
        peer.expect(OK);
        drop(upstream);
        // By then the end has come.
        peer.send(get("/a.txt"));
        from_folder(&mut peer);
    }
}

#[test]
fn where_nothing_listens_the_folder_still_answers() {
    let folder = site();
    let to = format!("127.0.0.1:{}", free_port());
    let tap = Server::start(&[folder.path().to_str().unwrap(), "--to", &to]);
    for _ in 0..2 {
        let mut peer = tap.connect();
        peer.send([get("/a.txt"), get("/b")].concat());
        from_folder(&mut peer);
        assert!(peer.rest().starts_with("HTTP/1.1 502 "));
    }
}

#[test]
fn what_is_said_in_responses_and_which_hosts_are_served_concerns_files_alone() {
    let behind = Behind::start();
    let folder = site();
    let path = folder.path().to_str().unwrap();
    let tap = behind.choosy_tap(&[path, "--cors", "-H", "X-Own: yes", "--host", "app.example"]);
    let mut peer = tap.connect();
    peer.send(get("/a.txt"));
    let response = peer.response();
    assert_eq!(response.field("X-Own"), Some("yes"));
    assert!(response.field("Access-Control-Allow-Origin").is_some());
    peer.send(get("/b"));
    let mut upstream = behind.accept();
    upstream.expect(get("/b").replace("localhost", "app.example"));
    upstream.send(OK);
    peer.expect(OK);
    for target in ["/a.txt", "/b"] {
        let mut peer = tap.connect();
        peer.send(get(target).replace("localhost", "evil.example"));
        assert!(peer.rest().starts_with("HTTP/1.1 421 "));
    }
    assert!(upstream.has_nothing() && behind.is_alone());
}
