//! One worker: drives a [`Connection`](crate::http::Connection) over a socket, does what
//! each step says, and tells it.
//!
//! The worker knows when to wait and for how long; what a request means it leaves to
//! `http`, what is answered to `respond`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::deadline::Deadline;
use super::echo::{self, Recvs};
use super::pace::Pace;
use super::stream::{Stream, Then};
use super::{Shared, respond, send};
use crate::event::{Activity, CloseReason, ConnectionSink, End, Phase, Refusal, Station};
use crate::http::{
    BodyLength, CONTINUE, Connection, Framing, Limits, RequestHead, Span, Step, WaitingFor,
};

/// The longest body that is skipped, the octets of its coding counted; a longer one closes
/// the connection.
const SKIP_LIMIT: u64 = 1 << 20;

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
    /// Whether an answer is under way that a peer which is still sending must get to read.
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
    /// How many octets of its body have come, coding included.
    body: u64,
    /// Those octets, when it is to be echoed.
    echoed: Option<Vec<u8>>,
}

/// The state of one worker on one connection.
pub(crate) struct Worker<'a, S> {
    pub(super) stream: S,
    pub(super) shared: &'a Shared,
    pub(super) tap: &'a mut ConnectionSink,
    pub(super) connection: Connection,
    pub(super) head_time: Duration,
    pub(super) waiting: Option<WaitingFor>,
    pub(super) deadline: Deadline,
    pub(super) pace: Pace,
    /// When the last octets came.
    pub(super) now: Instant,
    /// Room for what one `recv` brings.
    pub(super) room: Vec<u8>,
    /// The response being sent.
    pub(super) out: Vec<u8>,
    /// Whether FIN has been sent.
    pub(super) finished: bool,
    /// Where each `recv` ended.
    pub(super) recvs: Recvs,
}

impl<'a, S: Stream> Worker<'a, S> {
    pub(crate) fn new(
        stream: S,
        shared: &'a Shared,
        tap: &'a mut ConnectionSink,
        peer: SocketAddr,
    ) -> Self {
        let now = stream.now();
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
            tap,
            connection: Connection::new(limits),
            head_time,
            waiting: None,
            deadline: Deadline::new(now, shared.config.idle_timeout),
            pace: Pace::new(shared.config.send_timeout, shared.config.min_send_rate),
            now,
            room: Vec::new(),
            out: Vec::new(),
            finished: false,
            recvs: Recvs::default(),
        }
    }

    /// Serves the connection to its end.
    pub(crate) fn serve(mut self, admission: Admission) {
        let ending = match admission {
            Admission::Serve => self.exchange(),
            Admission::TurnAway => {
                let policy = self.shared.policy_above_ceiling();
                let refusal = Refusal::by(policy, Span::default(), 0);
                self.refuse(refusal, None, CloseReason::Full)
            }
        };
        // Once the peer has finished there is nothing it could still be sending.
        if ending.linger && !self.connection.peer_finished() {
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
                    if let Some(ending) = self.receive(request.as_ref().map(|r| &r.head)) {
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
                    let echoed = echo::answers(self.shared, &head).then(Vec::new);
                    // An echo has a limit of its own, which is below that of what is skipped.
                    if echoed.is_some() && echo::is_too_long(framing) {
                        return self.refuse_echo(head);
                    }
                    if let Some(reason) = self.leaves_unread(&head, framing) {
                        return self.answer_unread(&head, framing, reason);
                    }
                    if let Some(ending) = self.invite_body(framing) {
                        return ending;
                    }
                    request = Some(Request {
                        head,
                        framing,
                        body: 0,
                        echoed,
                    });
                }
                Step::BodyReceived(body) => {
                    let (span, content) = (body.span(), body.content_len());
                    self.tap.detail(|| Activity::BodyReceived { span, content });
                    if let Some(request) = &mut request {
                        request.body += span.len();
                        if let Some(echoed) = &mut request.echoed {
                            if request.body > echo::LIMIT {
                                return self.refuse_echo(Arc::clone(&request.head));
                            }
                            echoed.extend_from_slice(body.octets());
                        }
                        if request.body > SKIP_LIMIT {
                            let (head, framing) = (Arc::clone(&request.head), request.framing);
                            return self.answer_unread(&head, framing, CloseReason::BodyUnread);
                        }
                    }
                }
                // This server switches to no other protocol.
                Step::Opaque { .. } => {}
                Step::MessageComplete { .. } => {
                    self.waiting = None;
                    if let Some(request) = request.take()
                        && let Some(ending) =
                            self.answer(&request.head, request.framing, request.echoed)
                    {
                        return ending;
                    }
                    self.pass_before_scan();
                }
                Step::Rejected { diagnosis, head } => {
                    // What is wrong with a body is wrong with the request it belongs to.
                    let head = head.or_else(|| request.map(|request| request.head));
                    return self.refuse(diagnosis.into(), head, CloseReason::Refused);
                }
                Step::Finished => return Ending::by_peer(CloseReason::PeerFinished),
            }
        }
    }

    /// Why the body is not to be read, if it is not: it is too long, or the peer waits for
    /// `100 Continue` and can be told at once that the request is refused.
    fn leaves_unread(&self, head: &RequestHead, framing: Framing) -> Option<CloseReason> {
        match framing.body {
            BodyLength::Length(length) if length > SKIP_LIMIT => Some(CloseReason::BodyUnread),
            BodyLength::None | BodyLength::Length(_) | BodyLength::Chunked => {
                let refused =
                    framing.expects_continue && respond::refused(self.shared, head).is_some();
                refused.then_some(CloseReason::Refused)
            }
        }
    }

    /// Sends `100 Continue` to a peer that waits for it. One whose body has begun to come
    /// waits no longer (RFC 9110 §10.1.1).
    fn invite_body(&mut self, framing: Framing) -> Option<Ending> {
        // The kernel is asked only when a body is waited for: that is a system call.
        let waits = framing.expects_continue
            && self.connection.buffered().is_empty()
            && self.stream.unread() == 0;
        if !waits {
            return None;
        }
        let sent = send::all(
            &mut self.stream,
            self.tap,
            &mut self.pace,
            CONTINUE,
            Then::Nothing,
        );
        self.pace.end();
        if let Err(unsent) = sent {
            return Some(self.unsent(unsent));
        }
        self.tap.note(|| Activity::Continued);
        None
    }
}

#[cfg(test)]
pub(super) mod script;
#[cfg(test)]
mod tests;
