//! Holding, stepping and slowing down connections of a real server, on real sockets.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use glassport::docroot::Docroot;
use glassport::event::{
    Activity, Breakpoint, ConnectionId, Controls, Detail, Event, Flow, Inbox, Sink, Target,
};
use glassport::server::{Config, Control, Server};

use crate::support::DEADLINE;

const REQUEST: &str = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A server in this process, and everything it has told so far.
pub(crate) struct Class {
    server: Option<Server>,
    pub(crate) control: Control,
    inbox: Inbox,
    address: SocketAddr,
    pub(crate) told: Vec<(ConnectionId, Activity)>,
}

impl Class {
    fn begin(head_timeout: Option<Duration>) -> Self {
        Self::with(Config {
            head_timeout,
            ..Config::default()
        })
    }

    pub(crate) fn with(config: Config) -> Self {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let config = Config {
            threads: super::THREADS,
            ..config
        };
        let server = Server::start(config, Arc::new(Docroot::embedded()), sink).unwrap();
        let address = server.local_addrs().next().unwrap();
        Self {
            control: server.control(),
            address,
            server: Some(server),
            inbox,
            told: Vec::new(),
        }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let peer = TcpStream::connect(self.address).unwrap();
        peer.set_read_timeout(Some(DEADLINE)).unwrap();
        peer
    }

    /// Waits until something was told, now or before.
    pub(crate) fn wait(
        &mut self,
        what: &str,
        wanted: impl Fn(ConnectionId, &Activity) -> bool,
    ) -> usize {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.told.iter().position(|(id, a)| wanted(*id, a)) {
                return at;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(self.listen(left), "{what}: {:#?}", self.told);
        }
    }

    /// Takes in what is told within `time`; whether that was anything.
    fn listen(&mut self, time: Duration) -> bool {
        let Ok(batch) = self.inbox.receiver().recv_timeout(time) else {
            return false;
        };
        let told = &mut self.told;
        self.inbox.open(batch, |record| {
            if let Event::Connection(id, activity) = record.event {
                told.push((id, activity));
            }
        });
        true
    }

    /// Forgets what was told.
    fn forget(&mut self) {
        self.told.clear();
    }

    fn held_before(&mut self, id: u64, breakpoint: Breakpoint) {
        self.wait(
            &format!("#{id} held before {breakpoint:?}"),
            |who, activity| who.0 == id && *activity == Activity::Held { before: breakpoint },
        );
    }

    /// Waits until the kernel holds so many octets for the connection.
    fn unread(&self, id: u64, octets: u64) {
        let deadline = Instant::now() + DEADLINE;
        let unread = || self.control.kernel(ConnectionId(id)).unwrap().unread;
        while unread() != Some(octets) {
            assert!(Instant::now() < deadline, "{:?} of {octets}", unread());
            std::thread::yield_now();
        }
    }

    fn set_flow(&self, id: u64, flow: Flow) {
        self.control
            .set_flow(Target::Connection(ConnectionId(id)), flow);
    }

    /// How many octets each recv of a connection brought.
    fn recvs(&self, id: u64) -> Vec<usize> {
        let of_it = self.told.iter().filter(|(who, _)| who.0 == id);
        let mut recvs = Vec::new();
        for (_, activity) in of_it {
            if let Activity::Received { octets, .. } = activity {
                recvs.push(octets.len());
            }
        }
        recvs
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

/// Reads one whole response of the sample site's hello.txt.
fn response(peer: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut octet = [0];
    while !text.ends_with(b"\r\n\r\n") {
        assert_eq!(peer.read(&mut octet).unwrap(), 1, "the head is complete");
        text.push(octet[0]);
    }
    let head = String::from_utf8(text).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    peer.read_exact(&mut body).unwrap();
    head
}

fn responded(_: ConnectionId, activity: &Activity) -> bool {
    matches!(activity, Activity::Responded { .. })
}

#[test]
fn three_lines_typed_while_held_are_one_recv_after_release() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut peer = class.connect();
    class.held_before(1, Breakpoint::Recv);
    let mut typed = 0;
    for line in REQUEST.split_inclusive('\n') {
        peer.write_all(line.as_bytes()).unwrap();
        typed += line.len() as u64;
        class.unread(1, typed);
    }
    class.set_flow(1, Flow::Run);
    assert!(response(&mut peer).starts_with("HTTP/1.1 200 "));
    class.wait("a response", responded);
    assert_eq!(class.recvs(1), [REQUEST.len()]);
}

#[test]
fn a_receive_size_of_four_takes_a_quarter_of_the_octets_in_recvs() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut peer = class.connect();
    class.held_before(1, Breakpoint::Recv);
    peer.write_all(REQUEST.as_bytes()).unwrap();
    class.unread(1, REQUEST.len() as u64);
    let target = Target::Connection(ConnectionId(1));
    class.control.set_recv_size(target, 4);
    class.set_flow(1, Flow::Run);
    response(&mut peer);
    class.wait("a response", responded);
    assert_eq!(class.recvs(1).len(), REQUEST.len().div_ceil(4));
    assert!(class.recvs(1).iter().all(|&octets| octets <= 4));
}

#[test]
fn a_worker_blocked_in_recv_is_held_at_once_and_does_one_thing_a_step() {
    let mut class = Class::begin(None);
    let mut peer = class.connect();
    let (first, rest) = REQUEST.split_at(10);
    peer.write_all(first.as_bytes()).unwrap();
    class.wait("the first octets", |_, activity| {
        matches!(activity, Activity::Scanned { to: 10, .. })
    });
    class.set_flow(1, Flow::Held);
    class.held_before(1, Breakpoint::Recv);
    peer.write_all(rest.as_bytes()).unwrap();
    class.unread(1, rest.len() as u64);
    assert_eq!(class.recvs(1), [10], "nothing is received while held");

    for (breakpoint, then) in [
        (Breakpoint::Recv, Breakpoint::Scan),
        (Breakpoint::Scan, Breakpoint::Parse),
        (Breakpoint::Parse, Breakpoint::Send),
        (Breakpoint::Send, Breakpoint::Recv),
    ] {
        class.held_before(1, breakpoint);
        class.forget();
        class.control.step(ConnectionId(1));
        class.held_before(1, then);
        let did = |wanted: fn(&Activity) -> bool| class.told.iter().any(|(_, a)| wanted(a));
        assert_eq!(
            [
                did(|a| matches!(a, Activity::Received { .. })),
                did(|a| matches!(a, Activity::BoundaryFound { .. })),
                did(|a| matches!(a, Activity::Parsed { .. })),
                did(|a| matches!(a, Activity::Sent { .. })),
            ],
            [
                Breakpoint::Recv,
                Breakpoint::Scan,
                Breakpoint::Parse,
                Breakpoint::Send
            ]
            .map(|s| s == breakpoint),
            "one step from {breakpoint:?}: {:#?}",
            class.told
        );
    }
    response(&mut peer);
}

#[test]
fn a_connection_on_which_nothing_has_come_is_held_at_once() {
    let mut class = Class::begin(None);
    let mut peer = class.connect();
    class.wait("a connection", |_, activity| {
        matches!(activity, Activity::Accepted { .. })
    });
    class.set_flow(1, Flow::Held);
    class.held_before(1, Breakpoint::Recv);
    peer.write_all(REQUEST.as_bytes()).unwrap();
    class.unread(1, REQUEST.len() as u64);
    class.set_flow(1, Flow::Run);
    response(&mut peer);
    // And between two requests, again and again.
    for _ in 0..20 {
        class.wait("a response", responded);
        class.forget();
        class.set_flow(1, Flow::Held);
        class.held_before(1, Breakpoint::Recv);
        class.set_flow(1, Flow::Run);
        peer.write_all(REQUEST.as_bytes()).unwrap();
        response(&mut peer);
    }
}

#[test]
fn one_that_is_released_and_held_again_at_once_comes_to_stand_again() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut peer = class.connect();
    for _ in 0..50 {
        class.held_before(1, Breakpoint::Recv);
        class.forget();
        class.set_flow(1, Flow::Run);
        class.set_flow(1, Flow::Held);
    }
    class.held_before(1, Breakpoint::Recv);
    class.set_flow(1, Flow::Run);
    peer.write_all(REQUEST.as_bytes()).unwrap();
    response(&mut peer);
}

#[test]
fn one_that_is_held_and_released_while_requests_come_answers_all_of_them() {
    const REQUESTS: usize = 300;
    let mut class = Class::begin(None);
    let mut peer = class.connect();
    class.wait("a connection", |_, activity| {
        matches!(activity, Activity::Accepted { .. })
    });
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (done, peer) = (&done, &mut peer);
        scope.spawn(move || {
            for _ in 0..REQUESTS {
                peer.write_all(REQUEST.as_bytes()).unwrap();
                response(peer);
            }
            done.store(true, SeqCst);
        });
        while !done.load(SeqCst) {
            class.set_flow(1, Flow::Held);
            class.set_flow(1, Flow::Run);
            while class.listen(Duration::ZERO) {}
        }
    });
    class.forget();
    class.set_flow(1, Flow::Held);
    class.held_before(1, Breakpoint::Recv);
    peer.write_all(REQUEST.as_bytes()).unwrap();
    class.unread(1, REQUEST.len() as u64);
    class.set_flow(1, Flow::Run);
    response(&mut peer);
}

#[test]
fn a_step_into_recv_waits_for_octets_and_stops_behind_them() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut peer = class.connect();
    class.held_before(1, Breakpoint::Recv);
    class.forget();
    class.control.step(ConnectionId(1));
    class.wait("it goes into recv", |_, activity| {
        matches!(activity, Activity::Released { .. })
    });
    peer.write_all(REQUEST.as_bytes()).unwrap();
    class.held_before(1, Breakpoint::Scan);
    assert_eq!(class.recvs(1), [REQUEST.len()]);
}

#[test]
fn many_that_are_held_hold_up_no_other() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut held: Vec<_> = (0..40).map(|_| class.connect()).collect();
    for id in 1..=40 {
        class.held_before(id, Breakpoint::Recv);
    }
    class.control.set_flow(Target::New, Flow::Run);
    let mut other = class.connect();
    other.write_all(REQUEST.as_bytes()).unwrap();
    response(&mut other);
    for id in 1..=40 {
        class.set_flow(id, Flow::Run);
    }
    for peer in &mut held {
        peer.write_all(REQUEST.as_bytes()).unwrap();
        response(peer);
    }
}

#[test]
fn a_slow_connection_slows_no_other() {
    let mut class = Class::begin(None);
    class
        .control
        .set_flow(Target::New, Flow::Slow(Duration::from_secs(3600)));
    let mut slow = class.connect();
    slow.write_all(REQUEST.as_bytes()).unwrap();
    class.wait("the slow one", |id, _| id.0 == 1);
    class.control.set_flow(Target::New, Flow::Run);
    let mut fast = class.connect();
    fast.write_all(REQUEST.as_bytes()).unwrap();
    response(&mut fast);
    class.wait("the fast one's response", |id, a| {
        id.0 == 2 && responded(id, a)
    });
    assert_eq!(class.recvs(1), [0; 0]);
    // And the shutdown does not wait for an hour.
}

#[test]
fn deadlines_stand_still_while_held_and_run_afterwards() {
    let time = Duration::from_millis(300);
    let mut class = Class::begin(Some(time));
    let mut peer = class.connect();
    peer.write_all(b"GET / HT").unwrap();
    class.wait("the first octets", |_, a| {
        matches!(a, Activity::Scanned { .. })
    });
    class.set_flow(1, Flow::Held);
    class.held_before(1, Breakpoint::Recv);
    // Three times as long as the head may take, and nothing happens.
    let until = Instant::now() + 3 * time;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        class.listen(left);
    }
    let timed_out = |_, a: &Activity| matches!(a, Activity::TimedOut { .. });
    assert!(!class.told.iter().any(|(id, a)| timed_out(*id, a)));
    class.set_flow(1, Flow::Run);
    class.wait("the deadline", timed_out);
}

#[test]
fn fifty_held_connections_do_not_delay_the_end() {
    let mut class = Class::begin(None);
    class.control.set_flow(Target::New, Flow::Held);
    let mut peers: Vec<_> = (0..50).map(|_| class.connect()).collect();
    for (peer, id) in peers.iter_mut().zip(1..) {
        peer.write_all(REQUEST.as_bytes()).unwrap();
        class.held_before(id, Breakpoint::Recv);
    }
    let begun = Instant::now();
    class.server.take().unwrap().stop();
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn being_held_and_released_all_the_time_loses_nothing() {
    let mut class = Class::begin(None);
    let mut peer = class.connect();
    class.wait("accept", |id, _| id.0 == 1);
    let client = std::thread::spawn(move || {
        for _ in 0..300 {
            peer.write_all(REQUEST.as_bytes()).unwrap();
            assert!(response(&mut peer).starts_with("HTTP/1.1 200 "));
        }
    });
    while !client.is_finished() {
        class.set_flow(1, Flow::Held);
        class.listen(Duration::from_millis(1));
        class.set_flow(1, Flow::Run);
        class.forget();
    }
    client.join().expect("every response was right");
}

#[test]
fn a_narrow_way_takes_small_pieces_and_a_long_one_takes_its_time() {
    let latency = Duration::from_millis(150);
    let mut class = Class::with(Config {
        latency,
        throttle: NonZeroU64::new(1000),
        ..Config::default()
    });
    let mut peer = class.connect();
    let begun = Instant::now();
    peer.write_all(REQUEST.as_bytes()).unwrap();
    let head = response(&mut peer);
    assert!(begun.elapsed() >= latency);
    class.wait("a response", responded);
    let mut pieces = Vec::new();
    for (_, activity) in &class.told {
        if let Activity::Sent { octets, .. } = activity {
            pieces.push(*octets);
        }
    }
    let length = head.len() as u64 + 22;
    assert_eq!(pieces.iter().sum::<u64>(), length);
    // A tenth of a second each.
    assert_eq!(pieces.len() as u64, length.div_ceil(100), "{pieces:?}");
    assert!(pieces.iter().all(|&octets| octets <= 100));
}

#[test]
fn peers_that_wait_before_accept_are_listed_and_gone_is_none() {
    let class = Class::begin(None);
    assert!(class.control.kernel(ConnectionId(77)).is_none());
    assert!(
        class
            .control
            .handling(Target::Connection(ConnectionId(77)))
            .is_none()
    );
    let queue = class.control.accept_queue();
    assert_eq!(queue.waiting, Some(0));
    assert!(queue.limit.is_some_and(|limit| limit > 0), "{queue:?}");
}
