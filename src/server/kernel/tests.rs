//! What the kernel says of real sockets.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::*;
use crate::event::TcpState;
use crate::server::listener::{self, Listener};

/// A peer and the socket that `accept` returned for it.
fn pair(prepare: impl FnOnce(SockRef<'_>)) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    prepare(SockRef::from(&listener));
    let peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (peer, listener.accept().unwrap().0)
}

fn queue_of(listeners: &[Listener]) -> AcceptQueue {
    accept_queue(listeners.iter().map(|one| (one.socket(), one.local())))
}

/// What loopback delivers it delivers soon, but not at once.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn unread_octets_are_counted_until_they_are_received() {
    let (mut peer, mut accepted) = pair(|_| ());
    let unread = |stream: &TcpStream| view(stream, &OnceLock::new()).unread;
    assert_eq!(unread(&accepted), Some(0));
    peer.write_all(&[b'x'; 44]).unwrap();
    eventually("44 unread", || unread(&accepted) == Some(44));
    accepted.read_exact(&mut [0]).unwrap();
    assert_eq!(unread(&accepted), Some(43));
}

#[test]
fn tcp_tells_its_state_and_counts() {
    let (mut peer, accepted) = pair(|_| ());
    let tcp = || view(&accepted, &OnceLock::new()).tcp.unwrap();
    assert_eq!(tcp().state, Some(TcpState::Established));
    assert!(tcp().send_mss > 500 && tcp().congestion_window > 0);
    peer.write_all(b"hello").unwrap();
    eventually("5 octets received", || tcp().octets_received == 5);
    peer.shutdown(std::net::Shutdown::Write).unwrap();
    eventually("CLOSE-WAIT", || tcp().state == Some(TcpState::CloseWait));
}

#[test]
fn octets_the_peer_does_not_take_are_unsent() {
    let (peer, mut accepted) = pair(|_| ());
    accepted.set_nonblocking(true).unwrap();
    while accepted.write(&[0; 4096]).is_ok() {}
    let view = view(&accepted, &OnceLock::new());
    assert!(view.unsent.unwrap() > 0, "{view:?}");
    drop(peer);
}

#[test]
fn the_syn_is_kept_when_it_was_asked_for_and_told_more_than_once() {
    let keep = |socket: SockRef<'_>| {
        super::raw::set_option(&*socket, libc::IPPROTO_TCP, 27, 1).unwrap();
    };
    let (_peer, accepted) = pair(keep);
    let kept = OnceLock::new();
    let syn = view(&accepted, &kept).syn.expect("a SYN");
    assert!(syn.ttl > 0 && syn.mss.is_some(), "{syn:?}");
    assert_eq!(view(&accepted, &kept).syn, Some(syn));
    let (_peer, accepted) = pair(|_| ());
    assert_eq!(view(&accepted, &OnceLock::new()).syn, None);
}

#[test]
fn who_waits_before_accept_is_known_by_name() {
    let config = crate::server::Config {
        addresses: vec![std::net::IpAddr::V4(Ipv4Addr::LOCALHOST).into()],
        ..crate::server::Config::default()
    };
    let (sink, _inbox) = crate::event::Sink::new(crate::event::Detail::Everything);
    let listeners = listener::open(&config, &sink).unwrap();
    assert_eq!(queue_of(&listeners).waiting, Some(0));
    let mut peer = TcpStream::connect(listeners[0].local()).unwrap();
    peer.write_all(&[b'x'; 19]).unwrap();
    let expected = crate::event::Unaccepted {
        peer: peer.local_addr().unwrap(),
        unread: 19,
    };
    eventually("a peer that waits, with its octets", || {
        let queue = queue_of(&listeners);
        queue.waiting == Some(1) && queue.peers == [expected]
    });
    assert!(queue_of(&listeners).limit.is_some_and(|limit| limit > 0));
    drop(listeners[0].accept().unwrap());
    eventually("nobody", || queue_of(&listeners).waiting == Some(0));
}
