//! The first phase: octets come in, until a request is complete, is refused, or nothing of the
//! next one has come and the connection can rest.
//!
//! This file knows when to wait and for how long; what the octets mean it leaves to `http`.

mod resuming;

use std::sync::Arc;
use std::time::Duration;

use super::ending::Ending;
use super::received::{Forwarded, Received, Refused};
use super::sending::end_unsent;
use super::spare;
use super::transport::{Content, Recv, Transport};
use crate::event::{Activity, Breakpoint, CloseReason, Operation, Phase, Policy, Refusal, Waiting};
use crate::http::{
    self, BodyLength, CONTINUE, Framing, Limits, RequestHead, Span, Step, WaitingFor,
};
use crate::server::config::Config;
use crate::server::handler::{self, Arrivals, BodyLimit, Handler, Request};
use crate::server::shared::Shared;
use crate::server::stream::{Stream, Then};

/// The longest body that is skipped, the octets of its coding counted; a longer one closes
/// the connection.
const SKIP_LIMIT: u64 = 1 << 20;

/// What comes of receiving.
pub(super) enum Next {
    /// It is waited for octets: for those of the next request, of which nothing has come and
    /// which has not been waited for yet, or for whatever comes next where nothing does.
    Rest,
    /// A request is to be answered.
    Answer(Received),
    /// What came is to be refused.
    Refuse(Refused),
    /// A request is for the server behind the tap. Its head was read, and nothing of its body.
    GoOn(Forwarded),
    /// The connection has ended.
    End(Ending),
}

/// Receives requests, one after the other.
pub(super) struct Receiver {
    messages: http::Connection,
    /// How long a head may take.
    head_time: Duration,
    /// What is waited for since the deadline began.
    waiting: Option<WaitingFor>,
    /// Where each `recv` ended.
    arrivals: Arrivals,
    /// The request whose body is being received.
    request: Option<Received>,
    /// Why every request is refused, if it is.
    refuses: Option<Policy>,
}

impl Receiver {
    pub(super) fn new(config: &Config, head_time: Duration) -> Self {
        let limits = Limits {
            line_ends: config.line_ends,
            ..Limits::default()
        };
        Self {
            messages: http::Connection::new(limits),
            head_time,
            waiting: None,
            arrivals: Arrivals::default(),
            request: None,
            refuses: None,
        }
    }

    /// Gives back what memory can be had again when octets come.
    pub(super) fn give_back(&mut self) {
        self.messages.give_back();
        self.arrivals.give_back();
    }

    /// From now on every request is refused for this reason.
    pub(super) const fn refuse_all(&mut self, reason: Policy) {
        self.refuses = Some(reason);
    }

    /// The octets that are in the buffer, and where the first one stands.
    pub(super) fn buffered(&self) -> (&[u8], u64) {
        let messages = &self.messages;
        (messages.buffered_octets(), messages.buffered().start)
    }

    /// A request as its handler gets it, once its octets were taken out of the buffer.
    pub(super) fn request<'a>(&'a self, received: &'a Received) -> Request<'a> {
        Request {
            head: &received.head,
            framing: received.framing,
            body: received.body(),
            span: Span::new(received.head.span().start, self.messages.buffered().start),
            arrivals: &self.arrivals,
        }
    }

    /// Whether the peer has finished sending.
    pub(super) const fn peer_finished(&self) -> bool {
        self.messages.peer_finished()
    }

    /// The request that came last is answered: what is in the buffer belongs to the next one.
    pub(super) fn begin_next<S: Stream>(&mut self, transport: &mut Transport<S>) {
        self.arrivals.begin(self.messages.buffered().start);
        self.pass_before_scan(transport);
    }

    /// Receives until there is something to be done.
    pub(super) fn next<S: Stream>(
        &mut self,
        transport: &mut Transport<S>,
        shared: &Shared,
    ) -> Next {
        loop {
            match self.messages.step() {
                Step::NeedData => {
                    let is_new = self.begin_wait(transport, &shared.config);
                    transport.reporter().flush();
                    if is_new && self.waiting == Some(WaitingFor::Message) {
                        return Next::Rest;
                    }
                    if let Some(next) = self.receive(transport, shared) {
                        return next;
                    }
                    self.pass_before_scan(transport);
                }
                Step::Scanned { from, to, matched } => {
                    let reporter = transport.reporter();
                    reporter.set_phase(Phase::Head);
                    reporter.detail(|| Activity::Scanned { from, to, matched });
                }
                Step::BoundaryFound { head } => {
                    transport
                        .reporter()
                        .detail(|| Activity::BoundaryFound { head });
                    transport.pass(Breakpoint::Parse);
                    if let Some(spare) = spare::take() {
                        self.messages.reuse(spare);
                    }
                }
                Step::Parsed { head, framing } => {
                    if let Some(next) = self.parsed(head, framing, transport, shared) {
                        return next;
                    }
                }
                Step::BodyReceived(body) => {
                    let (span, content) = (body.span(), body.content_len());
                    transport
                        .reporter()
                        .detail(|| Activity::BodyReceived { span, content });
                    let request = self.request.as_mut();
                    let limit = request.and_then(|request| request.take_body(body));
                    if let Some(next) = self.body_received(limit) {
                        return next;
                    }
                }
                // This server switches to no other protocol.
                Step::Opaque { .. } => {}
                Step::MessageComplete { .. } => {
                    self.waiting = None;
                    if let Some(request) = self.request.take() {
                        return Next::Answer(request);
                    }
                }
                Step::Rejected { diagnosis, head } => {
                    // What is wrong with a body is wrong with the request it belongs to.
                    let head = head.or_else(|| self.request.take().map(|request| request.head));
                    return Next::Refuse(Refused {
                        refusal: diagnosis.into(),
                        head,
                        reason: CloseReason::Refused,
                    });
                }
                Step::Finished => return Next::End(Ending::by_peer(CloseReason::PeerFinished)),
            }
        }
    }

    /// A head is complete: settles who answers the request, and what becomes of its body.
    fn parsed<S: Stream>(
        &mut self,
        head: Arc<RequestHead>,
        framing: Framing,
        transport: &mut Transport<S>,
        shared: &Shared,
    ) -> Option<Next> {
        transport.reporter().note(|| Activity::Parsed {
            head: Arc::clone(&head),
            framing,
        });
        if let Some(because) = handler::goes_on(shared.site(), &head) {
            return Some(Next::GoOn(Forwarded {
                head,
                framing,
                because,
            }));
        }
        let handler = match self.refuses {
            Some(policy) => Handler::refuse(policy, &head),
            None => Handler::choose(shared.site(), &head),
        };
        // The limit of a handler is below that of what is skipped.
        if let Some(limit) = handler.body_limit()
            && matches!(framing.body, BodyLength::Length(length) if length > limit.octets)
        {
            return Some(self.refuse_body(limit, head));
        }
        let request = Received::new(head, framing, handler);
        if let Some(reason) = leaves_unread(handler, framing) {
            return Some(Next::Answer(request.left_unread(reason)));
        }
        self.request = Some(request);
        self.invite_body(framing, transport, &shared.config)
            .map(Next::End)
    }

    /// Octets of a body came; `limit` is against that, when there is one.
    fn body_received(&mut self, limit: Option<BodyLimit>) -> Option<Next> {
        let is_too_long = |request: &mut Received| limit.is_some() || request.length() > SKIP_LIMIT;
        let request = self.request.take_if(is_too_long)?;
        Some(match limit {
            Some(limit) => self.refuse_body(limit, request.head),
            None => Next::Answer(request.left_unread(CloseReason::BodyUnread)),
        })
    }

    /// Refuses a body that is longer than the request's handler takes.
    fn refuse_body(&self, limit: BodyLimit, head: Arc<RequestHead>) -> Next {
        let at = self.messages.buffered().start;
        let mut lengths = head.lines("content-length");
        let span = lengths
            .next()
            .map_or(Span::octet(at), |line| head.span_of(line.value));
        drop(lengths);
        Next::Refuse(Refused {
            refusal: Refusal::from_policy(limit.policy, span, head.span().start),
            head: Some(head),
            reason: CloseReason::BodyUnread,
        })
    }

    /// Sends `100 Continue` to a peer that waits for it. One whose body has begun to come
    /// waits no longer (RFC 9110 §10.1.1).
    fn invite_body<S: Stream>(
        &self,
        framing: Framing,
        transport: &mut Transport<S>,
        config: &Config,
    ) -> Option<Ending> {
        // The kernel is asked only when a body is waited for: that is a system call.
        let waits = framing.expects_continue
            && self.messages.buffered().is_empty()
            && !transport.has_unread();
        if !waits {
            return None;
        }
        if let Err(unsent) = transport.send(CONTINUE, Content::Nothing, Then::Nothing) {
            return Some(end_unsent(unsent, transport.reporter(), config));
        }
        transport.reporter().note(|| Activity::Continued);
        None
    }

    /// Sees to it that the deadline is that of what is waited for; says whether this wait is a
    /// new one.
    fn begin_wait<S: Stream>(&mut self, transport: &mut Transport<S>, config: &Config) -> bool {
        let waiting = self.messages.waiting_for();
        if self.waiting == Some(waiting) {
            return false;
        }
        self.waiting = Some(waiting);
        transport.begin_wait(match waiting {
            WaitingFor::Message => config.idle_timeout,
            WaitingFor::Head => self.head_time,
            WaitingFor::Body => config.body_timeout,
        });
        let reporter = transport.reporter();
        let phase = match waiting {
            WaitingFor::Message if reporter.ledger().totals().requests > 0 => Phase::Idle,
            WaitingFor::Message => Phase::Accepted,
            WaitingFor::Head => Phase::Head,
            WaitingFor::Body => Phase::Body,
        };
        reporter.set_phase(phase);
        true
    }

    /// One `recv` that brings something, however long it takes.
    fn receive<S: Stream>(
        &mut self,
        transport: &mut Transport<S>,
        shared: &Shared,
    ) -> Option<Next> {
        let waiting = self.messages.waiting_for();
        let draining = Some(Next::End(Ending::by_server(CloseReason::Draining)));
        loop {
            transport.pass(Breakpoint::Recv);
            if shared.draining() && waiting == WaitingFor::Message {
                return draining;
            }
            if transport.is_late() {
                return Some(self.timed_out(waiting, transport));
            }
            let offset = self.messages.buffered().end;
            match transport.recv(Some(offset)) {
                Recv::Octets(octets) => {
                    self.arrivals.note(offset + octets.len() as u64);
                    self.messages.receive(octets);
                    return None;
                }
                // The server's own shutdown(SHUT_RD) reads as the end too.
                Recv::Finished if shared.draining() => return draining,
                Recv::Finished => {
                    self.messages.receive_eof();
                    transport.reporter().note(|| Activity::PeerFinished);
                    return None;
                }
                // After a wait that is over the deadline is looked at again.
                Recv::Interrupted | Recv::TimedOut => {}
                Recv::NothingYet => {
                    let late = transport.is_late();
                    return Some(if late {
                        self.timed_out(waiting, transport)
                    } else {
                        Next::Rest
                    });
                }
                Recv::Broken(kind) => {
                    let operation = Operation::Recv;
                    transport
                        .reporter()
                        .note(|| Activity::Failed { operation, kind });
                    return Some(Next::End(Ending::by_peer(CloseReason::Broken)));
                }
            }
        }
    }

    /// A silent connection is closed, an incomplete request is answered 408.
    fn timed_out<S: Stream>(&self, waiting: WaitingFor, transport: &mut Transport<S>) -> Next {
        let after = transport.wait_time();
        let (waiting_for, policy) = match waiting {
            WaitingFor::Message => (Waiting::Request, None),
            WaitingFor::Head => (Waiting::Head, Some(Policy::HeadTimeout)),
            WaitingFor::Body => (Waiting::Body, Some(Policy::BodyTimeout)),
        };
        transport
            .reporter()
            .note(|| Activity::TimedOut { waiting_for, after });
        let Some(policy) = policy else {
            return Next::End(Ending::by_server(CloseReason::Idle));
        };
        let head = self.request.as_ref().map(|request| &request.head);
        let buffered = self.messages.buffered();
        let at = self
            .messages
            .first_bare_lf()
            .filter(|_| policy == Policy::HeadTimeout)
            .unwrap_or(buffered.end);
        let request_at = head.map_or(buffered.start, |head| head.span().start);
        Next::Refuse(Refused {
            refusal: Refusal::from_policy(policy, Span::new(at, at), request_at),
            head: head.cloned(),
            reason: CloseReason::Deadline,
        })
    }

    /// Octets of a head are searched; those of a body are counted.
    fn pass_before_scan<S: Stream>(&self, transport: &mut Transport<S>) {
        let octets = !self.messages.buffered().is_empty();
        if octets && self.messages.waiting_for() != WaitingFor::Body {
            transport.pass(Breakpoint::Scan);
        }
    }
}

/// Why the body is not to be read, if it is not: it is too long, or the peer waits for
/// `100 Continue` and can be told at once that the request is refused.
fn leaves_unread(handler: Handler, framing: Framing) -> Option<CloseReason> {
    match framing.body {
        BodyLength::Length(length) if length > SKIP_LIMIT => Some(CloseReason::BodyUnread),
        BodyLength::None | BodyLength::Length(_) | BodyLength::Chunked => {
            let refused = matches!(handler, Handler::Refuse(_));
            (framing.expects_continue && refused).then_some(CloseReason::Refused)
        }
    }
}
