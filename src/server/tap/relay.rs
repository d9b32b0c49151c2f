//! The loop of one tapped connection: waits for what can be received or sent, does it, and has
//! it read.

mod ending;
mod waiting;

use std::io;
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustix::event::PollFlags;

use super::behind::Behind;
use super::flow::Flow;
use super::gate::Gate;
use super::observer::{Observer, Progress};
use super::side::Side;
use crate::event::{
    Activity, Breakpoint, CloseReason, End, Operation, Refusal, Reporter, UpstreamActivity,
};
use crate::http::{Asked, Connection};
use crate::server::served_socket::ServedSocket;
use crate::server::shared::Shared;
use crate::server::stream::Stream as _;

/// By whom a connection was ended, and why.
type Ending = (End, CloseReason);

/// What becomes of a connection that is forwarded.
enum Outcome {
    /// It has ended.
    Ended(Ending),
    /// The request it was forwarded for is answered, and another may follow.
    Answered,
}

/// A connection of which one request was forwarded, and what is behind it.
pub(super) struct Returned {
    pub(super) peer: ServedSocket,
    pub(super) reporter: Reporter,
    /// What came of the next requests.
    pub(super) requests: Connection,
    pub(super) behind: Behind,
}

/// A connection and what is behind it.
pub(super) struct Relay {
    // Dropped in this order: what happened is told to its end before the sockets are closed.
    reporter: Reporter,
    peer: ServedSocket,
    upstream: TcpStream,
    /// From the peer to the upstream.
    up: Flow,
    /// From the upstream to the peer.
    down: Flow,
    gate: Gate,
    observer: Observer,
    shared: Arc<Shared>,
    finished_first: Option<Side>,
    /// Whose octets went on last.
    forwarded_last: Side,
    /// A side that is shut down in both directions as far as the kernel knows, while not all of
    /// what it sent has been received: poll would say so again and again.
    hung_up: Option<Side>,
    /// Where the octets of the upstream begin that may be an answer to what is forwarded.
    answered_from: u64,
}

impl Relay {
    /// Forwards a connection from its first octet on.
    pub(super) fn whole(
        shared: &Arc<Shared>,
        peer: ServedSocket,
        reporter: Reporter,
        behind: Behind,
        gate: Gate,
    ) -> Self {
        let (upstream, down, answers) = behind.into_parts();
        Self {
            observer: Observer::new(shared.config.line_ends, answers),
            reporter,
            peer,
            upstream,
            up: Flow::new(),
            down,
            gate,
            shared: Arc::clone(shared),
            finished_first: None,
            forwarded_last: Side::Peer,
            hung_up: None,
            answered_from: 0,
        }
    }

    /// Forwards one request whose head was read: `octets` are those of it and of what came behind
    /// it, up to where `requests` reads on.
    pub(super) fn one(
        shared: &Arc<Shared>,
        peer: ServedSocket,
        reporter: Reporter,
        behind: Behind,
        (octets, requests, asked): (Vec<u8>, Connection, Asked),
    ) -> Self {
        let (upstream, down, answers) = behind.into_parts();
        Self {
            up: Flow::holding(octets, requests.buffered().end),
            answered_from: down.offset(),
            observer: Observer::of_one(requests, asked, answers),
            reporter,
            peer,
            upstream,
            down,
            gate: Gate::OneRequest,
            shared: Arc::clone(shared),
            finished_first: None,
            forwarded_last: Side::Peer,
            hung_up: None,
        }
    }

    /// Forwards until both sides have finished, or one of them is lost. One that was forwarded
    /// for the sake of one request is returned when that is answered, if another may follow.
    pub(super) fn serve(mut self) -> Option<Returned> {
        self.peer.take_up();
        let outcome = catch_unwind(AssertUnwindSafe(|| self.run()));
        self.peer.put_down();
        let (by, reason) = match outcome {
            Ok(Outcome::Answered) => return Some(self.give_back()),
            Ok(Outcome::Ended(ending)) => ending,
            Err(_) => {
                self.reporter.note(|| Activity::Failed {
                    operation: Operation::Work,
                    kind: io::ErrorKind::Other,
                });
                (End::Server, CloseReason::Panicked)
            }
        };
        let totals = self.reporter.ledger().totals();
        self.reporter
            .note(|| Activity::Closed { by, reason, totals });
        self.reporter.flush();
        None
    }

    fn give_back(self) -> Returned {
        let (requests, answers) = self.observer.into_parts();
        Returned {
            peer: self.peer,
            reporter: self.reporter,
            requests,
            behind: Behind::new(self.upstream, self.down, answers),
        }
    }

    fn run(&mut self) -> Outcome {
        self.observer.read(&mut self.reporter);
        loop {
            if self.observer.is_opaque() {
                self.gate.open(&mut self.up);
            }
            if let Some(outcome) = self.one_request() {
                return outcome;
            }
            if self.up.wants_octets() || self.down.wants_octets() {
                self.peer.pass(Breakpoint::Recv, &mut self.reporter);
            }
            self.pass_on_the_end(Side::Peer);
            self.pass_on_the_end(Side::Upstream);
            if let Some(ending) = self.ending() {
                return Outcome::Ended(ending);
            }
            self.reporter.flush();
            for (side, ready) in self.wait() {
                if let Some(ending) = self.attend(side, ready) {
                    return Outcome::Ended(ending);
                }
            }
        }
    }

    /// Sees to it that one request is forwarded and nothing behind it, where that is asked for.
    fn one_request(&mut self) -> Option<Outcome> {
        if !matches!(self.gate, Gate::OneRequest) {
            return None;
        }
        self.up.free_before(self.observer.request_end());
        match self.observer.progress() {
            Progress::Refused(diagnosis) => {
                return Some(Outcome::Ended(self.refuse(diagnosis.into())));
            }
            Progress::Answered { persists } if self.up.is_empty() && self.down.is_empty() => {
                if persists && !self.down.has_ended() {
                    return Some(Outcome::Answered);
                }
                self.gate.open(&mut self.up);
            }
            Progress::UnderWay | Progress::Answered { .. } => {}
            // It is the upstream's from here on.
            Progress::Lost => self.gate.open(&mut self.up),
        }
        None
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
                if let Err(refusal) = self.check(from) {
                    return Some(self.refuse(refusal));
                }
                // Whoever holds the connection wants to see what it is that is to go on.
                let changes = from == Side::Peer && self.gate.changes();
                let read_first = changes || self.peer.is_stepped();
                if read_first {
                    self.read(from);
                }
                self.let_through(from);
                let is_held_back = self.flow(from).is_empty();
                let ending = if is_held_back {
                    None
                } else {
                    self.forward(from)
                };
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

    /// Whether what came last may go on at all.
    fn check(&mut self, from: Side) -> Result<(), Refusal> {
        match from {
            Side::Peer => self.gate.check(self.up.last(), &self.shared.config.hosts),
            Side::Upstream => Ok(()),
        }
    }

    /// Settles what of it goes on.
    fn let_through(&mut self, from: Side) {
        match from {
            Side::Peer => self.gate.let_through(&mut self.up, &mut self.reporter),
            Side::Upstream => self.down.free(),
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
