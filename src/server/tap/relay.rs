//! The loop of one tapped connection: waits for what can be received or sent, does it, and has
//! it read.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use socket2::SockRef;

use super::flow::Flow;
use super::observer::Observer;
use super::side::Side;
use crate::event::{Activity, Breakpoint, CloseReason, End, Operation, Reporter, UpstreamActivity};
use crate::server::kernel;
use crate::server::served_socket::ServedSocket;
use crate::server::shared::Shared;
use crate::server::stream::Stream as _;

/// How long what was sent may take to arrive before a reset is sent behind it, which would
/// overtake it.
const TO_ARRIVE: Duration = Duration::from_secs(1);
/// How often it is looked whether it has.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// By whom a connection was ended, and why.
type Ending = (End, CloseReason);

/// Forwards between an accepted connection and its upstream until both have finished, or one
/// of them is lost.
pub(in crate::server) fn serve(
    shared: &Arc<Shared>,
    peer: ServedSocket,
    reporter: Reporter,
    upstream: TcpStream,
) {
    let mut relay = Relay {
        reporter,
        peer,
        upstream,
        up: Flow::new(),
        down: Flow::new(),
        observer: Observer::new(shared.config.line_ends),
        shared: Arc::clone(shared),
        finished_first: None,
        forwarded_last: Side::Peer,
        hung_up: None,
    };
    relay.peer.take_up();
    let ended = catch_unwind(AssertUnwindSafe(|| relay.run()));
    relay.peer.put_down();
    let (by, reason) = ended.unwrap_or_else(|_| {
        relay.reporter.note(|| Activity::Failed {
            operation: Operation::Work,
            kind: io::ErrorKind::Other,
        });
        (End::Server, CloseReason::Panicked)
    });
    let totals = relay.reporter.ledger().totals();
    relay
        .reporter
        .note(|| Activity::Closed { by, reason, totals });
    relay.reporter.flush();
}

/// A connection and what is behind it.
struct Relay {
    // Dropped in this order: what happened is told to its end before the sockets are closed.
    reporter: Reporter,
    peer: ServedSocket,
    upstream: TcpStream,
    /// From the peer to the upstream.
    up: Flow,
    /// From the upstream to the peer.
    down: Flow,
    observer: Observer,
    shared: Arc<Shared>,
    finished_first: Option<Side>,
    /// Whose octets went on last.
    forwarded_last: Side,
    /// A side that is shut down in both directions as far as the kernel knows, while not all of
    /// what it sent has been received: poll would say so again and again.
    hung_up: Option<Side>,
}

impl Relay {
    fn run(&mut self) -> Ending {
        loop {
            if self.up.wants_octets() || self.down.wants_octets() {
                self.peer.pass(Breakpoint::Recv, &mut self.reporter);
            }
            if let Some(ending) = self.ending() {
                return ending;
            }
            self.reporter.flush();
            for (side, ready) in self.wait() {
                if let Some(ending) = self.attend(side, ready) {
                    return ending;
                }
            }
        }
    }

    /// How the connection ended, if it has.
    fn ending(&self) -> Option<Ending> {
        let both = self.up.has_ended() && self.down.has_ended();
        let sent = self.up.is_empty() && self.down.is_empty();
        if self.shared.draining() && sent && (both || self.observer.is_idle()) {
            return Some((End::Server, CloseReason::Draining));
        }
        match self.finished_first {
            Some(Side::Peer) if both && sent => Some((End::Peer, CloseReason::PeerFinished)),
            Some(Side::Upstream) if both && sent => {
                Some((End::Upstream, CloseReason::UpstreamFinished))
            }
            Some(_) | None => None,
        }
    }

    /// Waits until something can be done, and says what on which side. A signal ends the wait
    /// too.
    fn wait(&self) -> [(Side, PollFlags); 2] {
        let fd = |side| PollFd::new(self.socket(side), self.wanted(side));
        let mut both = [fd(Side::Peer), fd(Side::Upstream)];
        let (peer, upstream) = both.split_at_mut(1);
        let polled = match (self.is_polled(Side::Peer), self.is_polled(Side::Upstream)) {
            (true, false) => peer,
            (false, true) => upstream,
            (true, true) | (false, false) => &mut both,
        };
        // What was not polled, or not to its end, has no answer.
        let _ = poll(polled, None);
        let [peer, upstream] = both.map(|fd| fd.revents());
        [(Side::Peer, peer), (Side::Upstream, upstream)]
    }

    /// Whether there is anything to be learned of a side: it is to be used, or can be lost.
    fn is_polled(&self, side: Side) -> bool {
        let is_over = self.flow(side).has_ended() && self.flow(side.other()).has_ended();
        !self.wanted(side).is_empty() || !is_over && self.hung_up != Some(side)
    }

    /// What is to be done on the socket of a side.
    fn wanted(&self, side: Side) -> PollFlags {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, self.flow(side).wants_octets());
        wanted.set(PollFlags::OUT, !self.flow(side.other()).is_empty());
        wanted
    }

    /// Does what can be done on a side.
    fn attend(&mut self, side: Side, ready: PollFlags) -> Option<Ending> {
        let wanted = self.wanted(side);
        // An error shows in whatever is done next.
        let failed = ready.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL);
        if wanted.is_empty() {
            return if failed { self.gone(side) } else { None };
        }
        if wanted.contains(PollFlags::OUT) && (failed || ready.contains(PollFlags::OUT)) {
            let ending = self.forward(side.other());
            self.observer.read(&mut self.reporter);
            if ending.is_some() {
                return ending;
            }
        }
        if wanted.contains(PollFlags::IN) && (failed || ready.contains(PollFlags::IN)) {
            return self.receive(side);
        }
        None
    }

    /// A side that nothing is wanted of is shut down, or was lost.
    fn gone(&mut self, side: Side) -> Option<Ending> {
        if let Ok(Some(error)) = self.socket(side).take_error() {
            return Some(self.lost(side, Operation::Recv, error.kind()));
        }
        self.hung_up = Some(side);
        self.shared
            .draining()
            .then_some((End::Server, CloseReason::Draining))
    }

    /// One `recv`, and what came goes on.
    fn receive(&mut self, from: Side) -> Option<Ending> {
        let asked = self.peer.recv_size();
        let offset = self.flow(from).offset();
        let (flow, socket) = match from {
            Side::Peer => (&mut self.up, self.peer.stream()),
            Side::Upstream => (&mut self.down, &self.upstream),
        };
        match flow.receive(socket, asked) {
            Ok(0) => {
                self.finish(from);
                None
            }
            Ok(_) => {
                self.tell_received(from, offset, asked);
                // Whoever holds the connection wants to see what it is that is to go on.
                let read_first = self.peer.is_stepped();
                if read_first {
                    self.read(from);
                }
                let ending = self.forward(from);
                if read_first {
                    self.observer.read(&mut self.reporter);
                } else {
                    self.read(from);
                }
                ending
            }
            Err(error) if is_for_later(&error) => None,
            Err(error) => Some(self.lost(from, Operation::Recv, error.kind())),
        }
    }

    fn tell_received(&mut self, from: Side, offset: u64, asked: usize) {
        let octets = match from {
            Side::Peer => self.up.last(),
            Side::Upstream => self.down.last(),
        };
        match from {
            Side::Peer => {
                self.reporter.count_received(octets.len() as u64);
                self.reporter.detail(|| Activity::Received {
                    offset,
                    octets: octets.into(),
                    asked,
                });
            }
            Side::Upstream => self.reporter.detail(|| {
                Activity::Upstream(UpstreamActivity::Received {
                    offset,
                    octets: octets.into(),
                    asked,
                })
            }),
        }
    }

    /// Has what came last read.
    fn read(&mut self, from: Side) {
        let reporter = &mut self.reporter;
        match from {
            Side::Peer => self.observer.peer_sent(self.up.last(), reporter),
            Side::Upstream => self.observer.upstream_sent(self.down.last(), reporter),
        }
    }

    /// One `send` of what one side sent, to the other.
    fn forward(&mut self, from: Side) -> Option<Ending> {
        if from == Side::Upstream && self.forwarded_last == Side::Peer {
            self.delay();
        }
        self.forwarded_last = from;
        self.peer.pass(Breakpoint::Send, &mut self.reporter);
        let most = self.peer.piece(self.flow(from).rest().len());
        let (flow, socket) = match from {
            Side::Peer => (&mut self.up, &self.upstream),
            Side::Upstream => (&mut self.down, self.peer.stream()),
        };
        match flow.send(socket, most) {
            Ok(taken) => {
                self.tell_sent(from, taken, most);
                self.peer.rest(taken);
                None
            }
            Err(error) if is_for_later(&error) => None,
            Err(error) => Some(self.lost(from.other(), Operation::Send, error.kind())),
        }
    }

    /// Waits for as long as answers are delayed, when they are.
    fn delay(&mut self) {
        let latency = self.shared.config.latency;
        if !latency.is_zero() {
            self.reporter.flush();
            self.peer.dawdle(latency);
        }
    }

    fn tell_sent(&mut self, from: Side, taken: usize, of: usize) {
        let (octets, of) = (taken as u64, of as u64);
        match from {
            Side::Peer => self
                .reporter
                .detail(|| Activity::Upstream(UpstreamActivity::Forwarded { octets, of })),
            Side::Upstream => {
                self.reporter.count_sent(octets);
                self.observer.passed_on(octets, of);
            }
        }
    }

    /// One side has finished sending: the other is told by a FIN too.
    fn finish(&mut self, from: Side) {
        // The server's own shutdown(SHUT_RD) reads as the end too, and is no FIN.
        if from == Side::Peer && self.shared.draining() {
            return;
        }
        self.finished_first.get_or_insert(from);
        match from {
            Side::Peer => {
                self.reporter.note(|| Activity::PeerFinished);
                self.observer.peer_finished(&mut self.reporter);
            }
            Side::Upstream => {
                let finished = UpstreamActivity::PeerFinished;
                self.reporter.note(|| Activity::Upstream(finished));
                self.observer.upstream_finished(&mut self.reporter);
            }
        }
        self.peer.pass(Breakpoint::Send, &mut self.reporter);
        // It fails on a side that is lost, and that shows soon enough.
        let shut = self.socket(from.other()).shutdown(Shutdown::Write);
        if shut.is_ok() {
            self.reporter.detail(|| match from {
                Side::Peer => Activity::Upstream(UpstreamActivity::Finished),
                Side::Upstream => Activity::Finished,
            });
        }
    }

    /// The connection to one side is broken. What it sent before goes on, as far as the other
    /// takes it at once, and then the other is told by a reset.
    fn lost(&mut self, side: Side, operation: Operation, kind: io::ErrorKind) -> Ending {
        self.reporter.note(|| match side {
            Side::Peer => Activity::Failed { operation, kind },
            Side::Upstream => Activity::Upstream(UpstreamActivity::Failed { operation, kind }),
        });
        self.forward_the_last(side);
        let other = side.other();
        self.let_arrive(other);
        // With SO_LINGER and no time, close sends RST. Where it cannot be set, FIN has to do.
        let _ = SockRef::from(self.socket(other)).set_linger(Some(Duration::ZERO));
        (side.into(), CloseReason::Broken)
    }

    /// Sends on what a side that is lost has sent before.
    fn forward_the_last(&mut self, from: Side) {
        loop {
            let asked = self.peer.recv_size();
            let offset = self.flow(from).offset();
            let (flow, socket, other) = match from {
                Side::Peer => (&mut self.up, self.peer.stream(), &self.upstream),
                Side::Upstream => (&mut self.down, &self.upstream, self.peer.stream()),
            };
            let of = flow.rest().len();
            if of > 0 {
                let Ok(taken) = flow.send(other, of) else {
                    return;
                };
                self.tell_sent(from, taken, of);
                self.observer.read(&mut self.reporter);
            } else if flow.wants_octets() && flow.receive(socket, asked).is_ok_and(|n| n > 0) {
                self.tell_received(from, offset, asked);
                self.read(from);
            } else {
                return;
            }
        }
    }

    /// Waits until what was sent to a side has arrived there, within bounds.
    fn let_arrive(&mut self, side: Side) {
        self.reporter.flush();
        let since = Instant::now();
        while since.elapsed() < TO_ARRIVE
            && !self.shared.draining()
            && kernel::unsent(self.socket(side)).is_some_and(|octets| octets > 0)
        {
            self.peer.dawdle(LOOK_AGAIN);
        }
    }

    fn socket(&self, side: Side) -> &TcpStream {
        match side {
            Side::Peer => self.peer.stream(),
            Side::Upstream => &self.upstream,
        }
    }

    /// What a side sends.
    const fn flow(&self, from: Side) -> &Flow {
        match from {
            Side::Peer => &self.up,
            Side::Upstream => &self.down,
        }
    }
}

/// Whether a call is to be made again: nothing came, there is no room, or a signal came.
fn is_for_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
