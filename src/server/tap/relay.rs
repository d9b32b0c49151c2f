//! The loop of one tapped connection: waits for what can be received or sent, does it, and has
//! it read.

mod ending;
mod forwarding;
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
    Activity, Breakpoint, CloseReason, ConnectionId, End, Operation, Refusal, Reporter,
};
use crate::http::{Asked, Connection};
use crate::server::config::Threads;
use crate::server::keeper::Place;
use crate::server::served_socket::ServedSocket;
use crate::server::shared::Shared;
use crate::server::stream::Stream as _;

/// By whom a connection was ended, and why.
type Ending = (End, CloseReason);

/// Why a connection is forwarded no longer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Break {
    /// It has ended.
    Ended(Ending),
    /// The connection to one side is broken.
    Lost(Side, Operation, io::ErrorKind),
    /// The tap answers.
    Refused(Refusal),
    /// The request it was forwarded for is answered, and another may follow.
    Answered,
}

impl From<Break> for Result<(), Break> {
    fn from(broken: Break) -> Self {
        Err(broken)
    }
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
    /// Whether the calling thread serves nobody else: it may wait at a breakpoint.
    is_alone: bool,
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
            is_alone: true,
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
            is_alone: true,
        }
    }

    /// Forwards until both sides have finished, or one of them is lost. One that was forwarded
    /// for the sake of one request is returned when that is answered, if another may follow.
    pub(super) fn serve(mut self) -> Option<Returned> {
        self.is_alone = true;
        self.peer.take_up();
        let broken = attempt(&mut self, Self::run);
        self.peer.put_down();
        self.end(broken)
    }

    /// Which connection it is.
    pub(super) const fn id(&self) -> ConnectionId {
        self.peer.id()
    }

    /// It rests there while nothing is to be done for it.
    pub(super) fn rest_at(&self, place: Place) {
        self.peer.rest_at(place);
    }

    /// The thread that serves it has others to serve.
    pub(super) const fn share_thread(&mut self) {
        self.is_alone = false;
    }

    /// Whether it has to be waited for a breakpoint, or for time to pass, or each connection is to
    /// have a thread.
    pub(super) fn wants_to_be_alone(&self) -> bool {
        let config = &self.shared.config;
        config.threads == Threads::Connection
            || self.peer.is_stepped()
            || config.throttle.is_some()
            || !config.latency.is_zero()
    }

    /// Comes to the end that was found.
    pub(super) fn end(mut self, broken: Break) -> Option<Returned> {
        let (by, reason) = match broken {
            Break::Answered => return Some(self.give_back()),
            Break::Ended(ending) => ending,
            Break::Lost(side, operation, kind) => self.lost(side, operation, kind),
            Break::Refused(refusal) => {
                self.refuse(refusal);
                return None;
            }
        };
        closed(&mut self.reporter, by, reason);
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

    fn run(&mut self) -> Break {
        let mut goes_on = self.begin();
        loop {
            if let Err(broken) = goes_on {
                return broken;
            }
            goes_on = self.turn();
        }
    }

    /// Waits once, and does what can be done then.
    fn turn(&mut self) -> Result<(), Break> {
        for (side, ready) in self.wait() {
            self.attend(side, ready)?;
        }
        self.settle()
    }

    /// What came before is read.
    pub(super) fn begin(&mut self) -> Result<(), Break> {
        self.observer.read(&mut self.reporter);
        self.settle()
    }

    /// Does what can be done without waiting for either side, before it is waited.
    pub(super) fn settle(&mut self) -> Result<(), Break> {
        if self.observer.is_opaque() {
            self.gate.open(&mut self.up);
        }
        self.one_request()?;
        if self.up.wants_octets() || self.down.wants_octets() {
            self.pass(Breakpoint::Recv);
        }
        self.pass_on_the_end(Side::Peer);
        self.pass_on_the_end(Side::Upstream);
        self.ending()
            .map_or(Ok(()), |ending| Err(Break::Ended(ending)))?;
        self.reporter.flush();
        Ok(())
    }

    /// Passes a breakpoint, where the thread may wait there.
    fn pass(&mut self, breakpoint: Breakpoint) {
        if self.is_alone {
            self.peer.pass(breakpoint, &mut self.reporter);
        }
    }

    /// Sees to it that one request is forwarded and nothing behind it, where that is asked for.
    fn one_request(&mut self) -> Result<(), Break> {
        if !matches!(self.gate, Gate::OneRequest) {
            return Ok(());
        }
        self.up.free_before(self.observer.request_end());
        match self.observer.progress() {
            Progress::Refused(diagnosis) => return Err(Break::Refused(diagnosis.into())),
            // It is the upstream's from here on.
            Progress::Lost => self.gate.open(&mut self.up),
            Progress::UnderWay => {}
            _ if !self.up.is_empty() || !self.down.is_empty() => {}
            Progress::Last => self.gate.shut(&mut self.up),
            Progress::Answered if !self.down.has_ended() => return Err(Break::Answered),
            Progress::Answered | Progress::AnsweredLast => self.gate.open(&mut self.up),
        }
        Ok(())
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
    pub(super) fn attend(&mut self, side: Side, ready: PollFlags) -> Result<(), Break> {
        let wanted = self.wanted(side);
        // An error shows in whatever is done next.
        let failed = ready.intersects(PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL);
        if wanted.is_empty() {
            return if failed { self.gone(side) } else { Ok(()) };
        }
        if wanted.contains(PollFlags::OUT) && (failed || ready.contains(PollFlags::OUT)) {
            let forwarded = self.forward(side.other());
            self.observer.read(&mut self.reporter);
            forwarded?;
        }
        if wanted.contains(PollFlags::IN) && (failed || ready.contains(PollFlags::IN)) {
            self.receive(side)?;
        }
        Ok(())
    }

    /// A side that nothing is wanted of is shut down, or was lost.
    fn gone(&mut self, side: Side) -> Result<(), Break> {
        if let Ok(Some(error)) = self.socket(side).take_error() {
            return Err(Break::Lost(side, Operation::Recv, error.kind()));
        }
        self.hung_up = Some(side);
        if self.shared.draining() {
            return Err(Break::Ended((End::Server, CloseReason::Draining)));
        }
        Ok(())
    }

    pub(super) fn socket(&self, side: Side) -> &TcpStream {
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

/// Does something with a connection. A panic ends the connection, with an event, and nothing
/// else.
pub(super) fn attempt<T: From<Break>>(relay: &mut Relay, what: impl FnOnce(&mut Relay) -> T) -> T {
    catch_unwind(AssertUnwindSafe(|| what(relay))).unwrap_or_else(|_| {
        relay.reporter.note(|| Activity::Failed {
            operation: Operation::Work,
            kind: io::ErrorKind::Other,
        });
        Break::Ended((End::Server, CloseReason::Panicked)).into()
    })
}

/// Tells that the connection is closed.
fn closed(reporter: &mut Reporter, by: End, reason: CloseReason) {
    let totals = reporter.ledger().totals();
    reporter.note(|| Activity::Closed { by, reason, totals });
    reporter.flush();
}
