//! One worker: drives a [`Connection`](crate::http::Connection) over a socket, does what
//! each step says, and tells it.
//!
//! The worker knows when to wait and for how long; what a request means it leaves to
//! `http`, what is answered to `respond`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::deadline::Deadline;
use super::gate::Gate;
use super::stream::Stream;
use crate::event::{
    Activity, CloseReason, ConnectionSink, End, Operation, Phase, Station, Waiting,
};
use crate::http::{
    BodyLength, Connection, Diagnosis, Fault, Framing, Limits, RequestHead, Span, Step, WaitingFor,
};

/// How long a body that is skipped may take.
const BODY_TIME: Duration = Duration::from_secs(30);
/// The longest body that is skipped; a longer one closes the connection.
const SKIP_LIMIT: u64 = 1 << 20;
/// How long, and how much, is received after the last answer, so that a peer which is still
/// sending gets to read it (RFC 9112 §9.6).
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_LIMIT: u64 = 64 << 20;

/// Whether there is room for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// There is.
    Serve,
    /// There is not: it is answered 503 and closed.
    TurnAway,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) by: End,
    pub(super) reason: CloseReason,
    /// Whether the peer may still be sending: then its answer must not be lost to a reset.
    pub(super) linger: bool,
}

impl Ending {
    pub(super) const fn by_peer(reason: CloseReason) -> Self {
        Self {
            by: End::Peer,
            reason,
            linger: false,
        }
    }

    pub(super) const fn by_server(reason: CloseReason) -> Self {
        Self {
            by: End::Server,
            reason,
            linger: false,
        }
    }

    pub(super) const fn lingering(reason: CloseReason) -> Self {
        Self {
            by: End::Server,
            reason,
            linger: true,
        }
    }
}

/// A request whose head has been read.
struct Request {
    head: Arc<RequestHead>,
    framing: Framing,
    content: u64,
}

/// The state of one worker on one connection.
pub(crate) struct Worker<'a, S> {
    pub(super) stream: S,
    pub(super) shared: &'a Shared,
    pub(super) gate: &'a Gate,
    pub(super) tap: &'a mut ConnectionSink,
    pub(super) connection: Connection,
    head_time: Duration,
    waiting: Option<WaitingFor>,
    deadline: Deadline,
    /// When the last octets came.
    pub(super) now: Instant,
    /// The response being sent.
    pub(super) out: Vec<u8>,
}

impl<'a, S: Stream> Worker<'a, S> {
    pub(crate) fn new(
        stream: S,
        shared: &'a Shared,
        gate: &'a Gate,
        tap: &'a mut ConnectionSink,
        peer: SocketAddr,
    ) -> Self {
        let now = Instant::now();
        let head_time = shared
            .config
            .head_time(peer.ip().to_canonical().is_loopback());
        let limits = Limits {
            line_ends: shared.config.line_ends,
            ..Limits::default()
        };
        Self {
            stream,
            shared,
            gate,
            tap,
            connection: Connection::new(limits),
            head_time,
            waiting: None,
            deadline: Deadline::new(now, shared.config.idle_timeout),
            now,
            out: Vec::new(),
        }
    }

    /// Serves the connection to its end.
    pub(crate) fn serve(mut self, admission: Admission) {
        let ending = match admission {
            Admission::Serve => self.exchange(),
            Admission::TurnAway => {
                let diagnosis = Diagnosis::new(Fault::TooManyConnections, Span::default(), 0);
                self.refuse(diagnosis, None, CloseReason::Full)
            }
        };
        if ending.linger {
            self.linger();
        }
        let totals = self.tap.ledger().totals();
        self.tap.note(|| Activity::Closed {
            by: ending.by,
            reason: ending.reason,
            totals,
        });
        self.tap.flush();
    }

    /// Requests and responses, until something ends the connection.
    fn exchange(&mut self) -> Ending {
        let mut request: Option<Request> = None;
        loop {
            match self.connection.step() {
                Step::NeedData => {
                    if let Some(ending) = self.receive() {
                        return ending;
                    }
                    self.pass_before_scan();
                }
                Step::Scanned { from, to, matched } => {
                    self.tap.set_phase(Phase::Head);
                    self.tap.detail(|| Activity::Scanned { from, to, matched });
                }
                Step::BoundaryFound { head } => {
                    self.tap.detail(|| Activity::BoundaryFound { head });
                    self.pass(Station::Parse);
                }
                Step::Parsed { head, framing } => {
                    self.tap.note(|| Activity::Parsed {
                        head: Arc::clone(&head),
                        framing,
                    });
                    let unread = framing.expects_continue
                        || matches!(framing.body, BodyLength::Length(length) if length > SKIP_LIMIT);
                    if unread {
                        return self.answer_unread(&head, framing);
                    }
                    request = Some(Request {
                        head,
                        framing,
                        content: 0,
                    });
                }
                Step::BodyReceived { span, content } => {
                    self.tap.detail(|| Activity::BodyReceived { span, content });
                    if let Some(request) = &mut request {
                        request.content += content;
                        if request.content > SKIP_LIMIT {
                            let (head, framing) = (Arc::clone(&request.head), request.framing);
                            return self.answer_unread(&head, framing);
                        }
                    }
                }
                Step::MessageComplete => {
                    self.waiting = None;
                    if let Some(Request { head, framing, .. }) = request.take()
                        && let Some(ending) = self.answer(&head, framing)
                    {
                        return ending;
                    }
                    self.pass_before_scan();
                }
                Step::Rejected { diagnosis, head } => {
                    // What is wrong with a body is wrong with the request it belongs to.
                    let head = head.or_else(|| request.map(|request| request.head));
                    return self.refuse(diagnosis, head, CloseReason::Refused);
                }
                Step::Finished => return Ending::by_peer(CloseReason::PeerFinished),
            }
        }
    }

    /// One `recv`, however long it takes. What happened so far is told first.
    fn receive(&mut self) -> Option<Ending> {
        let waiting = self.connection.waiting_for();
        if self.waiting != Some(waiting) {
            self.waiting = Some(waiting);
            let time = match waiting {
                WaitingFor::Request => self.shared.config.idle_timeout,
                WaitingFor::Head => self.head_time,
                WaitingFor::Body => BODY_TIME,
            };
            self.deadline.restart(self.now, time);
            match waiting {
                WaitingFor::Request if self.tap.ledger().totals().requests > 0 => {
                    self.tap.set_phase(Phase::Idle);
                }
                WaitingFor::Request => self.tap.set_phase(Phase::Accepted),
                WaitingFor::Head => self.tap.set_phase(Phase::Head),
                WaitingFor::Body => self.tap.set_phase(Phase::Body),
            }
        }
        self.tap.flush();
        loop {
            self.pass(Station::Recv);
            if self.shared.draining() && waiting == WaitingFor::Request {
                return Some(Ending::by_server(CloseReason::Draining));
            }
            if self.deadline.is_past(self.now) {
                return Some(self.timed_out(waiting));
            }
            if let Some(timeout) = self.deadline.timeout(self.now)
                && let Err(error) = self.stream.set_recv_timeout(timeout)
            {
                return Some(self.broken(Operation::Recv, error.kind()));
            }
            let offset = self.connection.buffered().end;
            let asked = self.gate.recv_size();
            let room = self.connection.room(asked);
            let result = self.stream.recv(room);
            self.now = Instant::now();
            match result {
                // The server's own shutdown(SHUT_RD) reads as 0 too.
                Ok(0) if self.shared.draining() => {
                    return Some(Ending::by_server(CloseReason::Draining));
                }
                Ok(0) => {
                    self.connection.receive_eof();
                    self.tap.note(|| Activity::PeerFinished);
                    return None;
                }
                Ok(n) => {
                    self.tap.count_received(n as u64);
                    let octets = room.get(..n).unwrap_or_default();
                    self.tap.detail(|| Activity::Received {
                        offset,
                        octets: octets.into(),
                        asked,
                    });
                    self.connection.received(n);
                    return None;
                }
                Err(error) => {
                    let kind = error.kind();
                    // After a wait that is over the deadline is looked at again.
                    let again = [
                        io::ErrorKind::WouldBlock,
                        io::ErrorKind::TimedOut,
                        io::ErrorKind::Interrupted,
                    ];
                    if !again.contains(&kind) {
                        return Some(self.broken(Operation::Recv, kind));
                    }
                }
            }
        }
    }

    /// Passes a station of the gate. The deadline stands still meanwhile.
    fn pass(&mut self, station: Station) {
        let stood = self.gate.pass(station, self.tap);
        if !stood.is_zero() {
            self.now = Instant::now();
            self.deadline.extend(stood);
        }
    }

    /// Octets of a head are searched; those of a body are counted.
    fn pass_before_scan(&mut self) {
        let octets = !self.connection.buffered().is_empty();
        if octets && self.connection.waiting_for() != WaitingFor::Body {
            self.pass(Station::Scan);
        }
    }

    fn broken(&mut self, operation: Operation, kind: io::ErrorKind) -> Ending {
        self.tap.note(|| Activity::Failed { operation, kind });
        Ending::by_peer(CloseReason::Broken)
    }

    /// A silent connection is closed, an incomplete request is answered 408.
    fn timed_out(&mut self, waiting: WaitingFor) -> Ending {
        let after = self.deadline.time();
        let (waiting_for, fault) = match waiting {
            WaitingFor::Request => (Waiting::Request, None),
            WaitingFor::Head => (Waiting::Head, Some(Fault::HeadTimeout)),
            WaitingFor::Body => (Waiting::Body, Some(Fault::BodyTimeout)),
        };
        self.tap.note(|| Activity::TimedOut { waiting_for, after });
        let Some(fault) = fault else {
            return Ending::by_server(CloseReason::Idle);
        };
        let buffered = self.connection.buffered();
        let at = self
            .connection
            .first_bare_lf()
            .filter(|_| fault == Fault::HeadTimeout)
            .unwrap_or(buffered.end);
        let diagnosis = Diagnosis::new(fault, Span::new(at, at), buffered.start);
        self.refuse(diagnosis, None, CloseReason::Deadline)
    }

    /// Sends FIN and receives what the peer still sends, for a bounded time, so that closing
    /// does not reset the connection before the peer has read its answer.
    fn linger(&mut self) {
        self.tap.set_phase(Phase::Closing);
        self.tap.flush();
        if self.stream.finish().is_err() {
            return;
        }
        let mut deadline = Deadline::new(Instant::now(), LINGER_TIME);
        let mut left = LINGER_LIMIT;
        while left > 0 {
            let now = Instant::now();
            if deadline.is_past(now) {
                return;
            }
            if let Some(timeout) = deadline.timeout(now)
                && self.stream.set_recv_timeout(timeout).is_err()
            {
                return;
            }
            // What comes now is for nobody: it is never taken into the buffer.
            let room = self.connection.room(self.shared.config.recv_size);
            match self.stream.recv(room) {
                Ok(0) => return,
                Ok(n) => {
                    self.tap.count_received(n as u64);
                    left = left.saturating_sub(n as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Timed out or reset: in both cases there is nothing left to protect.
                Err(_) => return,
            }
        }
    }
}
