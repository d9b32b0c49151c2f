//! One connection's messages: octets in, steps out.
//!
//! The driver loop knows nothing of HTTP: it asks for a [`Step`], does what the step says,
//! and receives more octets when the step is [`Step::NeedData`]. The connection knows no
//! socket and no clock. A server receives requests on it, a client responses; what differs
//! between the two is in `role`, and where a connection can go from where it stands is in
//! `state`.

mod body;
mod in_body;
mod in_head;
mod role;
mod state;
mod step;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use body::BodyOctets;
pub use step::{ResponseStep, Step, WaitingFor};

use self::role::{Requests, Responses, Role};
use self::state::{Happening, State};
use super::boundary::BoundaryScanner;
use super::chunked::ChunkedDecoder;
use super::diagnosis::{Diagnosis, Fault};
use super::framing::response::Asked;
use super::head::Head;
use super::head::start_line::StartLine;
use super::limits::Limits;
use super::receive_buffer::ReceiveBuffer;
use super::span::Span;

/// What a server receives on a connection: requests.
pub type Connection = Receiver<Requests>;
/// What a client receives on a connection: responses.
pub type ResponseConnection = Receiver<Responses>;

/// What a role's connection says.
type StepOf<'a, R> = Step<'a, Head<<R as Role>::Line>, <R as Role>::Framing>;

/// One direction of a connection, at the end where octets come in.
#[derive(Debug)]
pub struct Receiver<R: Role> {
    buffer: ReceiveBuffer,
    scanner: BoundaryScanner,
    line: Line<R::Line>,
    state: State,
    /// How long the head is whose boundary was found.
    head: usize,
    /// A head that is needed no longer.
    spare: Option<Arc<Head<R::Line>>>,
    body: Body,
    /// The trailer section as far as it came, and where it begins.
    trailer: (u64, Vec<u8>),
    limits: Limits,
    peer_finished: bool,
    /// Where the current message begins.
    message_at: u64,
    /// Whether another message may follow.
    persists: bool,
    role: R,
}

/// The start-line of the head being received.
#[derive(Debug)]
enum Line<L: StartLine> {
    Reading(L::Reader),
    Complete(L),
    /// It ends in a bare LF, which is refused when the empty line comes.
    Bare,
}

/// What is still to come of a body.
#[derive(Debug)]
enum Body {
    Length(u64),
    Chunked(ChunkedDecoder),
    UntilClose,
}

impl Connection {
    /// A connection on which no request has been received.
    pub fn new(limits: Limits) -> Self {
        Self::with(limits, Requests::default())
    }
}

impl ResponseConnection {
    /// A connection on which no response has been received.
    pub fn new(limits: Limits) -> Self {
        Self::with(limits, Responses::default())
    }

    /// A request was sent that waits for a response: this must be known before its response is
    /// received. Responses come in the order of their requests (RFC 9112 §9.3.2).
    pub fn expect(&mut self, asked: Asked) {
        self.role.unanswered.push_back(asked);
    }

    /// How many requests wait for the head of their final response.
    pub fn unanswered(&self) -> usize {
        self.role.unanswered.len()
    }
}

impl<R: Role> Receiver<R> {
    fn with(limits: Limits, role: R) -> Self {
        Self {
            buffer: ReceiveBuffer::default(),
            scanner: BoundaryScanner::default(),
            line: Line::Reading(Default::default()),
            state: State::Idle,
            head: 0,
            spare: None,
            body: Body::UntilClose,
            trailer: (0, Vec::new()),
            limits,
            peer_finished: false,
            message_at: 0,
            persists: true,
            role,
        }
    }

    /// Receives `octets`, of which a copy is kept until it is read: for ever, once the
    /// connection [is over](Self::is_over).
    pub fn receive(&mut self, octets: &[u8]) {
        self.buffer.append(octets);
    }

    /// Gives back the memory of the buffer, when nothing is in it.
    pub fn give_back(&mut self) {
        self.buffer.give_back();
    }

    /// The peer has finished sending: `recv` returned 0.
    pub fn receive_eof(&mut self) {
        self.peer_finished = true;
    }

    /// The memory of a head that is needed no longer is used for the next one, where nobody
    /// else holds it.
    pub fn reuse(&mut self, head: Arc<Head<R::Line>>) {
        self.spare = Some(head);
    }

    /// The other direction says that no more HTTP follows in this one: a 101 came, or a
    /// CONNECT was let through. What comes from now on is [`Step::Opaque`]. Nothing changes
    /// inside a message whose head is complete.
    pub fn switch_protocols(&mut self) {
        if let Some(next) = self.state.after(Happening::Switched) {
            self.state = next;
        }
    }

    /// Whether nothing is read any more: a message was refused, or the last one is complete.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// Whether the peer has finished sending.
    pub const fn peer_finished(&self) -> bool {
        self.peer_finished
    }

    /// Where the octets that are still in the buffer stand.
    pub const fn buffered(&self) -> Span {
        self.buffer.span()
    }

    /// The octets that are still in the buffer.
    pub fn buffered_octets(&self) -> &[u8] {
        self.buffer.as_slice()
    }

    /// How many octets of CR LF CR LF have matched so far, 0 to 4.
    pub const fn matched(&self) -> u8 {
        self.scanner.matched()
    }

    /// Where the first bare LF of the head being received stands.
    pub fn first_bare_lf(&self) -> Option<u64> {
        self.scanner
            .first_bare_lf()
            .map(|at| self.message_at + at as u64)
    }

    /// What the connection waits for.
    pub const fn waiting_for(&self) -> WaitingFor {
        match self.state {
            State::Idle | State::Complete | State::Ended => WaitingFor::Message,
            State::Head | State::Boundary | State::Parse => WaitingFor::Head,
            State::Body | State::Opaque => WaitingFor::Body,
        }
    }

    /// The next thing that happens.
    pub fn step(&mut self) -> StepOf<'_, R> {
        match self.state {
            State::Idle => self.start(),
            State::Head => self.scan(),
            State::Boundary => self.boundary(),
            State::Parse => self.parse(),
            State::Body => self.body(),
            State::Complete => self.complete(),
            State::Opaque => self.opaque(),
            State::Ended if self.peer_finished => Step::Finished,
            State::Ended => Step::NeedData,
        }
    }

    /// The only way from one state to the next.
    fn go(&mut self, what: Happening) {
        let next = self.state.after(what);
        debug_assert!(next.is_some(), "{what:?} cannot happen in {:?}", self.state);
        self.state = next.unwrap_or(State::Ended);
    }

    fn diagnosis(&self, fault: Fault, span: Span) -> Diagnosis {
        Diagnosis::new(fault, span, self.message_at).in_a(R::Line::KIND)
    }

    fn reject(&mut self, fault: Fault, span: Span) -> StepOf<'_, R> {
        self.refuse(self.diagnosis(fault, span), None)
    }

    fn refuse(&mut self, diagnosis: Diagnosis, head: Option<Arc<Head<R::Line>>>) -> StepOf<'_, R> {
        self.go(Happening::Refused);
        Step::Rejected { diagnosis, head }
    }
}

#[cfg(test)]
mod tests;
