//! Exchanges in which the wire does what a script cannot: real buffers that fill, real files
//! that shrink, many connections at once.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::time::Duration;

use super::support::{DEADLINE, Peer, Server, get, sample};

const EXPECTING: &str =
    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";

#[test]
fn a_peer_that_waits_for_100_continue_is_asked_to_go_on() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    for _ in 0..2 {
        peer.send(EXPECTING);
        let mut interim = [0; 25];
        peer.stream.read_exact(&mut interim).unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        peer.send("abcde");
        assert_eq!(peer.response().status(), 204);
    }
    let refused = EXPECTING.replace("OPTIONS *", "POST /");
    peer.send(refused);
    let response = peer.response();
    assert_eq!(
        (response.status(), response.field("Connection")),
        (405, Some("close"))
    );
    // The body comes after the response has gone, and does not reset the connection.
    peer.send("abcde");
    assert!(peer.is_closed());
}

#[test]
fn what_comes_after_the_last_answer_does_not_cost_the_peer_that_answer() {
    let server = Server::start(&[]);
    for request in [
        "GET /pictures/stream.jpg HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /pictures/stream.jpg HTTP/1.0\r\n\r\n",
    ] {
        let mut peer = server.connect();
        peer.send(request);
        let mut status_line = [0; 15];
        peer.stream.read_exact(&mut status_line).unwrap();
        // More than the server asked for, while the answer is still being read.
        for _ in 0..64 {
            peer.send("x".repeat(1024));
        }
        let rest = peer.rest_octets();
        assert!(rest.ends_with(&sample("pictures/stream.jpg")[..]));
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_cut_short_and_told() {
    const LENGTH: u64 = 64 << 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.bin");
    fs::File::create(&path).unwrap().set_len(LENGTH).unwrap();
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    let mut peer = server.connect();
    peer.send(get("/big.bin"));
    let mut head = vec![0; 16];
    peer.stream.read_exact(&mut head).unwrap();
    assert_eq!(head, b"HTTP/1.1 200 OK\r");
    // More than every buffer on the way holds is still in the file.
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(4096).unwrap();
    let rest = peer.rest_octets();
    let received = (head.len() + rest.len()) as u64;
    assert!(received < LENGTH, "{received}");
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("Content-Length: 67108864\r\n"));
    let content = text
        .split_once("\r\n\r\n")
        .map_or(0, |(_, body)| body.len());
    let line = server.eventually("the log line", |s| {
        s.log().lines().next().map(str::to_owned)
    });
    let logged = format!("\"GET /big.bin HTTP/1.1\" 200 {content} ");
    assert!(line.contains(&logged), "{logged}: {line}");
    server.eventually("the reason", |s| {
        s.errors()
            .contains("glassport: 127.0.0.1: a file could not be read to its end")
            .then_some(())
    });
    // Another connection is none the worse for it.
    let mut peer = server.connect();
    peer.send(get("/big.bin"));
    assert_eq!(peer.response().body.len(), 4096);
}

#[test]
fn sixty_four_connections_at_once_get_each_its_own_answers() {
    let server = Server::start(&[]);
    let port = server.port();
    let clients: Vec<_> = (0..64)
        .map(|n| {
            std::thread::spawn(move || {
                let mut peer = Peer::connect(("127.0.0.1", port));
                for turn in 0..20 {
                    // Pipelined, and cut at a place that differs from turn to turn.
                    let requests = format!("{}{}", get("/hello.txt"), get(&format!("/none-{n}")));
                    let (one, two) = requests.split_at(1 + (n + turn) % (requests.len() - 1));
                    peer.send(one);
                    peer.send(two);
                    assert_eq!(peer.response().body, sample("hello.txt"));
                    assert_eq!(peer.response().status(), 404);
                }
                peer.finish();
                assert!(peer.is_closed());
            })
        })
        .collect();
    for client in clients {
        client.join().unwrap();
    }
    server.eventually("a log line for each", |s| {
        (s.log().lines().count() == 64 * 20 * 2).then_some(())
    });
}

#[test]
fn a_dribbled_chunked_body_has_an_end() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    peer.stream
        .set_read_timeout(Some(Duration::from_millis(1)))
        .unwrap();
    // One octet of content in each chunk of six, and the server has had enough of it.
    let chunks = "1\r\na\r\n".repeat(1000);
    let mut sent = 0;
    let mut answer = [0; 12];
    while peer.stream.read(&mut answer).is_err() {
        peer.stream.write_all(chunks.as_bytes()).unwrap();
        sent += chunks.len();
        assert!(sent < 16 << 20, "{sent} octets, and no answer");
    }
    assert_eq!(&answer, b"HTTP/1.1 204");
    peer.stream.set_read_timeout(Some(DEADLINE)).unwrap();
    assert!(peer.rest().contains("Connection: close"));
}
