//! Every deadline, on real sockets: a peer that does nothing, and one that does it slowly.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use glassport::docroot::{Docroot, Options};
use glassport::event::{Activity, CloseReason, Event, Record, Waiting};
use glassport::server::Config;

use crate::support::{DEADLINE, Peer, Server, get};
use crate::watched::Watched;

/// Long enough to see a deadline from before it, short enough to wait for.
const SHORT: Duration = Duration::from_millis(400);
const POST: &str = "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n";

fn watched(docroot: Docroot, change: impl FnOnce(&mut Config)) -> Watched {
    Watched::start(docroot, |config| {
        config.threads = super::THREADS;
        change(config);
    })
}

/// Which deadline passed, and why the connection was closed.
fn end(records: &[Record]) -> (Option<Waiting>, Option<CloseReason>) {
    let mut end = (None, None);
    for record in records {
        if let Event::Connection(_, Activity::TimedOut { waiting_for, after }) = record.event {
            assert_eq!(after, SHORT);
            end.0 = Some(waiting_for);
        } else if let Event::Connection(_, Activity::Closed { reason, .. }) = record.event {
            end.1 = Some(reason);
        }
    }
    end
}

#[test]
fn a_peer_that_never_reads_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("big.bin")).unwrap();
    // Far more than the buffers on both sides hold.
    file.set_len(256 << 20).unwrap();
    let docroot = Docroot::open(folder.path(), Options::default()).unwrap();
    let watched = watched(docroot, |config| config.send_timeout = SHORT);
    let mut peer = watched.connect();
    peer.send(get("/big.bin"));
    let records = watched.until_closed();
    assert_eq!(
        end(&records),
        (Some(Waiting::Send), Some(CloseReason::SendStalled))
    );
    watched.stop();
}

/// A folder with a file of so many octets, which takes no room.
fn big_file(octets: u64) -> (tempfile::TempDir, Docroot) {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("big.bin")).unwrap();
    file.set_len(octets).unwrap();
    let docroot = Docroot::open(folder.path(), Options::default()).unwrap();
    (folder, docroot)
}

#[test]
fn a_peer_that_receives_too_slowly_is_cut_off_where_a_rate_is_asked_for() {
    let (_folder, docroot) = big_file(256 << 20);
    let watched = watched(docroot, |config| {
        config.min_send_rate = std::num::NonZeroU64::new(10_000_000);
    });
    let mut peer = watched.connect();
    peer.send(get("/big.bin"));
    let done = std::sync::atomic::AtomicBool::new(false);
    let records = std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut piece = [0; 1024];
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = peer.stream.read(&mut piece);
                // As slow as that is the peer.
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let records = watched.until_closed();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reading.join().unwrap();
        records
    });
    let timed_out = records.iter().find_map(|record| match record.event {
        Event::Connection(_, Activity::TimedOut { waiting_for, after }) => {
            Some((waiting_for, after))
        }
        Event::Connection(..) | Event::Listener(_) => None,
    });
    assert_eq!(timed_out, Some((Waiting::Send, Duration::from_secs(5))));
    let closed = records.iter().find_map(|record| match record.event {
        Event::Connection(_, Activity::Closed { reason, .. }) => Some(reason),
        Event::Connection(..) | Event::Listener(_) => None,
    });
    assert_eq!(closed, Some(CloseReason::SendSlow));
    watched.stop();
}

#[test]
fn a_connection_that_the_server_slows_down_itself_is_not_the_peers_fault() {
    const LENGTH: usize = 100_000;
    let (_folder, docroot) = big_file(LENGTH as u64);
    let watched = watched(docroot, |config| {
        config.throttle = std::num::NonZeroU64::new(15_000);
        config.min_send_rate = std::num::NonZeroU64::new(1_000_000);
        config.idle_timeout = Duration::MAX;
        config.send_timeout = Duration::MAX;
    });
    let mut peer = watched.connect();
    let start = Instant::now();
    peer.send(get("/big.bin"));
    assert_eq!(peer.response().body.len(), LENGTH);
    assert!(
        start.elapsed() > Duration::from_secs(5),
        "longer than it is measured over"
    );
    watched.stop();
}

#[test]
fn every_deadline_has_an_option_and_a_variable() {
    let mut command = crate::support::glassport();
    command
        .args([
            "--no-tui",
            "-p",
            "0",
            "-v",
            "--idle-timeout",
            "1",
            "--send-timeout=1",
        ])
        .env("GLASSPORT_BODY_TIMEOUT", "1");
    let server = Server::spawn(command);
    let start = Instant::now();
    assert!(server.connect().is_closed(), "nothing was asked in time");
    let mut peer = server.connect();
    peer.send(POST);
    assert!(dribble(&mut peer).starts_with("HTTP/1.1 408 "));
    assert!(start.elapsed() >= Duration::from_secs(2));
    let (folder, _) = big_file(256 << 20);
    let folder = folder.path().to_str().unwrap();
    let server = Server::start(&["-v", "--send-timeout", "1", folder]);
    let mut peer = server.connect();
    peer.send(get("/big.bin"));
    server.eventually("the end of a send that stalls", |server| {
        let errors = server.errors();
        errors
            .contains("the peer took nothing for too long")
            .then_some(())
    });
    let server = Server::start(&["-v", "--min-send-rate", "10000000", folder]);
    let mut peer = server.connect();
    peer.send(get("/big.bin"));
    server.eventually("the end of a send that is too slow", |server| {
        let errors = server.errors();
        errors
            .contains("the peer took the response too slowly")
            .then_some(())
    });
}

#[test]
fn a_connection_without_a_request_is_closed_without_an_answer() {
    let watched = watched(Docroot::embedded(), |config| config.idle_timeout = SHORT);
    let mut silent = watched.connect();
    assert!(silent.is_closed());
    let expected = (Some(Waiting::Request), Some(CloseReason::Idle));
    assert_eq!(end(&watched.until_closed()), expected);
    let mut served = watched.connect();
    served.send(get("/hello.txt"));
    assert_eq!(served.response().status(), 200);
    assert!(served.is_closed());
    assert_eq!(end(&watched.until_closed()), expected);
    watched.stop();
}

#[test]
fn a_body_that_stops_or_dribbles_is_answered_408() {
    let watched = watched(Docroot::embedded(), |config| config.body_timeout = SHORT);
    for dribbles in [false, true] {
        let start = Instant::now();
        let mut peer = watched.connect();
        peer.send(POST);
        let answer = if dribbles {
            dribble(&mut peer)
        } else {
            peer.rest()
        };
        assert!(start.elapsed() >= SHORT);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        drop(peer);
        let records = watched.until_closed();
        let expected = (Some(Waiting::Body), Some(CloseReason::Deadline));
        assert_eq!(end(&records), expected);
        // It is known which request it was.
        let line = records.iter().find_map(|record| match &record.event {
            Event::Connection(
                _,
                Activity::Rejected {
                    request_line, head, ..
                },
            ) => Some((request_line.to_vec(), head.is_some())),
            Event::Connection(..) | Event::Listener(_) => None,
        });
        assert_eq!(line, Some((b"POST /form HTTP/1.1".to_vec(), true)));
    }
    watched.stop();
}

/// Sends an octet again and again, until an answer comes.
fn dribble(peer: &mut Peer) -> String {
    let start = Instant::now();
    let pause = Some(Duration::from_millis(20));
    peer.stream.set_read_timeout(pause).unwrap();
    let mut answer = [0; 4096];
    loop {
        assert!(start.elapsed() < DEADLINE, "no answer");
        peer.stream.write_all(b"a").unwrap();
        if let Ok(n) = peer.stream.read(&mut answer) {
            return String::from_utf8_lossy(&answer[..n]).into_owned();
        }
    }
}

#[test]
fn a_peer_that_goes_on_after_the_last_answer_is_waited_for_only_so_long() {
    let watched = watched(Docroot::embedded(), |_| {});
    let mut peer = watched.connect();
    peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let start = Instant::now();
    assert!(peer.rest().ends_with("Hello from glassport.\n"));
    // It neither closes nor stops sending.
    let records = std::thread::scope(|scope| {
        let sending = scope.spawn(|| {
            while start.elapsed() < DEADLINE && peer.stream.write_all(b"a").is_ok() {
                std::thread::yield_now();
            }
        });
        let records = watched.until_closed();
        sending.join().unwrap();
        records
    });
    assert!(start.elapsed() < DEADLINE);
    assert_eq!(end(&records), (None, Some(CloseReason::CloseAsked)));
    watched.stop();
}
