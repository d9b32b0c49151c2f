//! Connections that wait for octets rest without a thread: many of them take few threads, and
//! none is forgotten.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use glassport::docroot::Docroot;
use glassport::event::{Activity, CloseReason, Event, Record};

use crate::support::{Peer, Server, get, sample};
use crate::watched::Watched;

/// Those that lead, those that are spare, and those that serve nobody.
const FEW: usize = 16;

fn threads(server: &Server) -> usize {
    std::fs::read_dir(format!("/proc/{}/task", server.pid()))
        .unwrap()
        .count()
}

/// How long the connections of these records were served for, by why they ended.
fn reason(records: &[Record]) -> Option<CloseReason> {
    records.iter().find_map(|record| match record.event {
        Event::Connection(_, Activity::Closed { reason, .. }) => Some(reason),
        Event::Connection(..) | Event::Listener(_) => None,
    })
}

#[test]
fn many_that_wait_for_a_request_take_few_threads() {
    let server = Server::start(&["-q"]);
    let mut peers: Vec<_> = (0..600).map(|_| server.connect()).collect();
    for _ in 0..2 {
        for peer in &mut peers {
            peer.send(get("/hello.txt"));
        }
        for peer in &mut peers {
            assert_eq!(peer.response().body, sample("hello.txt"));
        }
        assert!(threads(&server) <= FEW, "{}", threads(&server));
    }
}

#[test]
fn half_a_head_waits_without_a_thread_and_holds_up_no_other() {
    let server = Server::start(&["-q"]);
    let request = get("/hello.txt");
    let (first, rest) = request.split_at(20);
    let mut peers: Vec<_> = (0..400).map(|_| server.connect()).collect();
    for peer in &mut peers {
        peer.send(first);
    }
    let mut whole = server.connect();
    whole.send(&request);
    assert_eq!(whole.response().status(), 200);
    assert!(threads(&server) <= FEW, "{}", threads(&server));
    for peer in &mut peers {
        peer.send(rest);
        assert_eq!(peer.response().body, sample("hello.txt"));
    }
}

#[test]
fn peers_that_read_nothing_hold_up_no_other_and_their_threads_end() {
    const PEERS: usize = 40;
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("big.bin")).unwrap();
    file.set_len(64 << 20).unwrap();
    std::fs::write(folder.path().join("small"), "small").unwrap();
    let server = Server::start(&["-q", folder.path().to_str().unwrap()]);
    let mut slow: Vec<_> = (0..PEERS).map(|_| server.connect()).collect();
    for peer in &mut slow {
        peer.send(get("/big.bin"));
    }
    // Each has begun to come.
    for peer in &mut slow {
        peer.stream.peek(&mut [0]).unwrap();
    }
    for _ in 0..20 {
        let mut peer = server.connect();
        peer.send(get("/small"));
        assert_eq!(peer.response().text(), "small");
    }
    server.eventually("a thread for each", |server| {
        (threads(server) > PEERS).then_some(())
    });
    drop(slow);
    server.eventually("threads to end", |server| {
        (threads(server) <= FEW).then_some(())
    });
}

#[test]
fn what_is_left_of_a_request_is_served_before_its_connection_rests() {
    for size in ["1", "7", "16384"] {
        let server = Server::start(&["-q", "--recv-size", size]);
        let mut peer = server.connect();
        peer.send(get("/hello.txt").repeat(5));
        for _ in 0..5 {
            assert_eq!(peer.response().body, sample("hello.txt"));
        }
        // The last request and the end of all come together.
        peer.send(get("/hello.txt"));
        peer.finish();
        assert!(peer.rest().ends_with('\n'));
    }
}

#[test]
fn a_peer_that_sends_without_end_holds_up_no_other() {
    let server = Server::start(&["-q"]);
    let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let mut sending = stream.try_clone().unwrap();
    let request = get("/hello.txt").repeat(200);
    std::thread::scope(|scope| {
        scope.spawn(move || while sending.write_all(request.as_bytes()).is_ok() {});
        scope.spawn(|| {
            let mut waste = vec![0; 1 << 16];
            while (&stream).read(&mut waste).is_ok_and(|n| n > 0) {}
        });
        for _ in 0..50 {
            let mut peer = server.connect();
            peer.send(get("/hello.txt"));
            assert_eq!(peer.response().status(), 200);
        }
        stream.shutdown(std::net::Shutdown::Both).unwrap();
    });
}

#[test]
fn a_peer_that_ends_while_its_connection_rests_is_noticed_at_once() {
    for (resets, expected) in [
        (false, CloseReason::PeerFinished),
        (true, CloseReason::Broken),
    ] {
        for served in [false, true] {
            let watched = Watched::start(Docroot::embedded(), |_| {});
            let mut peer = watched.connect();
            if served {
                peer.send(get("/hello.txt"));
                assert_eq!(peer.response().status(), 200);
            }
            if resets {
                let socket = socket2::SockRef::from(&peer.stream);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
            }
            drop(peer);
            // Nothing else ends it: no deadline passes by then.
            assert_eq!(reason(&watched.until_closed()), Some(expected));
            watched.stop();
        }
    }
}

#[test]
fn a_peer_that_ends_while_it_is_still_sent_to_is_noticed_behind_its_last_request() {
    const OTHERS: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("big.bin")).unwrap();
    file.set_len(64 << 20).unwrap();
    std::fs::write(folder.path().join("small"), "small").unwrap();
    let server = Server::start(&["-q", folder.path().to_str().unwrap()]);
    let mut others: Vec<_> = (0..OTHERS).map(|_| server.connect()).collect();
    let mut peer = server.connect();
    peer.send(get("/big.bin"));
    peer.stream.peek(&mut [0]).unwrap();
    // Whoever leads is told of the end now; whoever sends has it to learn later.
    peer.send(get("/small"));
    peer.finish();
    // There is one of these in each crowd: by then it was told.
    for other in &mut others {
        other.send(get("/small"));
        assert_eq!(other.response().text(), "small");
    }
    assert_eq!(peer.response().body.len(), 64 << 20);
    assert_eq!(peer.response().text(), "small");
    // No deadline passes by then.
    assert_eq!(peer.rest(), "");
}

#[test]
fn many_that_wait_too_long_are_all_closed() {
    const PEERS: usize = 300;
    let server = Server::start(&["-v", "--idle-timeout", "1"]);
    let mut peers: Vec<_> = (0..PEERS).map(|_| server.connect()).collect();
    for peer in peers.iter_mut().step_by(2) {
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().status(), 200);
    }
    for peer in &mut peers {
        assert!(peer.is_closed());
    }
    server.eventually("each to be told of", |server| {
        let errors = server.errors();
        let ended: HashSet<_> = errors
            .lines()
            .filter(|line| line.contains("no request came"))
            .collect();
        (ended.len() == PEERS).then_some(())
    });
}

#[test]
fn a_server_that_stops_closes_those_that_rest() {
    let mut server = Server::start(&["-q"]);
    let mut peers: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for peer in peers.iter_mut().take(100) {
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().status(), 200);
    }
    server.signal("-TERM");
    for peer in &mut peers {
        assert!(peer.is_closed());
    }
    server.exit_code();
}

#[test]
fn connections_that_linger_take_no_threads_and_are_closed() {
    let server = Server::start(&["-q"]);
    let last = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut peers: Vec<_> = (0..200).map(|_| server.connect()).collect();
    for peer in &mut peers {
        peer.send(last);
        assert_eq!(peer.response().status(), 200);
    }
    assert!(threads(&server) <= FEW, "{}", threads(&server));
    for peer in &mut peers {
        assert!(peer.is_closed(), "its FIN has come");
    }
    let open = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .count()
    };
    server.eventually("sockets to be closed", |_| (open() < 100).then_some(()));
}

#[test]
fn descriptors_that_are_used_again_mix_nothing_up() {
    let server = Server::start(&["-q"]);
    let port = server.port();
    let idle: Vec<_> = (0..50).map(|_| server.connect()).collect();
    std::thread::scope(|scope| {
        for visitor in 0..6 {
            scope.spawn(move || {
                for round in 0..60 {
                    let mut peer = Peer::connect(("127.0.0.1", port));
                    for request in 0..3 {
                        // Whose answer it is shows in what it echoes.
                        let own = format!("/.glassport/echo?{visitor}-{round}-{request}-");
                        peer.send(get(&own));
                        let response = peer.response();
                        assert!(response.text().contains(&own), "{}", response.text());
                    }
                }
            });
        }
    });
    for mut peer in idle {
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().status(), 200);
    }
}
