//! One connection's requests: octets in, steps out.
//!
//! The driver loop knows nothing of HTTP: it asks for a [`Step`], does what the step says,
//! and receives more octets when the step is [`Step::NeedData`]. The connection knows no
//! socket and no clock.

mod step;

use alloc::sync::Arc;

pub use step::{Limits, LineEnds, Step, WaitingFor};

use super::boundary::{BoundaryScanner, Found};
use super::chunked::{ChunkedDecoder, Decoded};
use super::diagnosis::{Diagnosis, Fault};
use super::framing::{BodyLength, Framing, Persistence};
use super::octet::{self, TCHAR};
use super::receive_buffer::ReceiveBuffer;
use super::request::RequestHead;
use super::request_line::{LineReader, Progress, RequestLine};
use super::span::Span;

/// Most empty lines that are ignored before a request-line. RFC 9112 §2.2 asks for one.
const EMPTY_LINES_LIMIT: u8 = 4;

/// The state of one connection.
#[derive(Debug)]
pub struct Connection {
    buffer: ReceiveBuffer,
    scanner: BoundaryScanner,
    line: Line,
    state: State,
    limits: Limits,
    peer_finished: bool,
    /// Where the current request begins.
    request_at: u64,
    persistence: Persistence,
}

/// The request-line of the head being received.
#[derive(Debug)]
enum Line {
    Reading(LineReader),
    Complete(RequestLine),
    /// It ends in a bare LF, which is refused when the empty line comes.
    Bare,
}

#[derive(Debug)]
enum State {
    /// Before the first octet of a head.
    Start { empty_lines: u8 },
    /// Inside a head.
    Head,
    /// The empty line has been found; the head is this long.
    Boundary { head: usize },
    /// The boundary has been reported; the head is still to be parsed.
    Parse { head: usize },
    /// Inside a body of known length.
    Length { rest: u64 },
    /// Inside a chunked body.
    Chunked { decoder: ChunkedDecoder },
    /// The request is complete and has to be reported so.
    Complete,
    /// Refused, or finished: no step leads out of here.
    Ended,
}

impl Connection {
    /// A connection on which nothing has been received.
    pub fn new(limits: Limits) -> Self {
        Self {
            buffer: ReceiveBuffer::default(),
            scanner: BoundaryScanner::default(),
            line: Line::Reading(LineReader::default()),
            state: State::Start { empty_lines: 0 },
            limits,
            peer_finished: false,
            request_at: 0,
            persistence: Persistence::Persistent,
        }
    }

    /// Receives `octets`, of which a copy is kept.
    pub fn receive(&mut self, octets: &[u8]) {
        self.buffer.append(octets);
    }

    /// The peer has finished sending: `recv` returned 0.
    pub fn receive_eof(&mut self) {
        self.peer_finished = true;
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
            .map(|at| self.request_at + at as u64)
    }

    /// What the connection waits for.
    pub const fn waiting_for(&self) -> WaitingFor {
        match self.state {
            State::Start { .. } | State::Complete | State::Ended => WaitingFor::Request,
            State::Head | State::Boundary { .. } | State::Parse { .. } => WaitingFor::Head,
            State::Length { .. } | State::Chunked { .. } => WaitingFor::Body,
        }
    }

    /// The next thing that happens.
    pub fn step(&mut self) -> Step {
        match &mut self.state {
            State::Start { .. } => self.start(),
            State::Head => self.scan(),
            State::Boundary { head } => {
                let head = *head;
                if let Err(diagnosis) = self.read_line() {
                    return self.reject(diagnosis);
                }
                // An empty line made with a bare LF is no boundary where only CR LF counts:
                // it ends the wait, and the head is refused.
                if self.scanner.matched() < 4 && self.limits.line_ends == LineEnds::CrLf {
                    return self.parse(head);
                }
                self.state = State::Parse { head };
                Step::BoundaryFound {
                    head: Span::new(self.request_at, self.request_at + head as u64),
                }
            }
            State::Parse { head } => {
                let head = *head;
                self.parse(head)
            }
            State::Length { .. } | State::Chunked { .. } => self.body(),
            State::Complete => {
                // "The server MUST NOT process any further requests received on that
                // connection" (RFC 9112 §9.6).
                self.state = if self.persistence.persists() {
                    State::Start { empty_lines: 0 }
                } else {
                    State::Ended
                };
                self.scanner = BoundaryScanner::default();
                Step::MessageComplete
            }
            State::Ended if self.peer_finished => Step::Finished,
            State::Ended => Step::NeedData,
        }
    }

    /// Skips empty lines (RFC 9112 §2.2) and looks at the first octet of a request.
    fn start(&mut self) -> Step {
        loop {
            let here = self.buffer.span().start;
            let refuse = |fault| Diagnosis::new(fault, Span::octet(here), here);
            let State::Start { empty_lines } = &mut self.state else {
                return Step::NeedData;
            };
            let skip = match (self.buffer.as_slice(), self.limits.line_ends) {
                ([], _) if self.peer_finished => {
                    self.state = State::Ended;
                    return Step::Finished;
                }
                ([], _) => return Step::NeedData,
                ([b'\r'], _) if !self.peer_finished => return Step::NeedData,
                ([b'\r', b'\n', ..], _) => 2,
                ([b'\r', ..], _) => return self.reject(refuse(Fault::BareCr)),
                ([b'\n', ..], LineEnds::LfToo) => 1,
                ([b'\n', ..], LineEnds::CrLf) => return self.reject(refuse(Fault::BareLf)),
                // 22 is the content type `handshake` (RFC 8446 §5.1); no method begins with it.
                ([0x16, ..], _) => return self.reject(refuse(Fault::LooksLikeTls)),
                ([b' ' | b'\t', ..], _) => return self.reject(refuse(Fault::RequestLineSpace)),
                ([first, ..], _) if !octet::is(*first, TCHAR) => {
                    return self.reject(refuse(Fault::NotARequest));
                }
                _ => {
                    self.state = State::Head;
                    self.line = Line::Reading(LineReader::default());
                    self.request_at = here;
                    return self.scan();
                }
            };
            *empty_lines += 1;
            if *empty_lines > EMPTY_LINES_LIMIT {
                return self.reject(refuse(Fault::EmptyLines));
            }
            self.buffer.consume(skip);
        }
    }

    /// What there is of the head, up to the longest one that is taken.
    fn head_octets(&self) -> &[u8] {
        let octets = self.buffer.as_slice();
        octets.get(..self.limits.head).unwrap_or(octets)
    }

    /// Looks at what is new in the head, or says what is wrong when nothing is.
    fn scan(&mut self) -> Step {
        let before = self.scanner.looked_at();
        let octets = self.buffer.as_slice();
        let octets = octets.get(..self.limits.head).unwrap_or(octets);
        if before == octets.len() {
            return self.head_so_far();
        }
        match self.scanner.scan(octets) {
            Found::Boundary(head) | Found::BareBoundary(head) => {
                self.state = State::Boundary { head };
            }
            Found::Nothing => {}
        }
        Step::Scanned {
            from: self.request_at + before as u64,
            to: self.request_at + self.scanner.looked_at() as u64,
            matched: self.scanner.matched(),
        }
    }

    /// Reads what is new of the request-line. It is judged before the empty line is there,
    /// and before anything else in the head, so that the same octets are refused for the
    /// same reason in however many pieces they come.
    fn read_line(&mut self) -> Result<(), Diagnosis> {
        let line_ends = self.limits.line_ends;
        let Line::Reading(mut reader) = self.line else {
            return Ok(());
        };
        let progress = reader
            .read(self.head_octets(), line_ends)
            .map_err(|(fault, part)| {
                Diagnosis::new(fault, part.at(self.request_at), self.request_at)
            })?;
        self.line = match progress {
            Progress::Partial => Line::Reading(reader),
            Progress::Complete(line) => Line::Complete(line),
            Progress::Bare(_) => Line::Bare,
        };
        Ok(())
    }

    /// Every octet has been looked at and no empty line is there: may it go on?
    fn head_so_far(&mut self) -> Step {
        if let Err(diagnosis) = self.read_line() {
            return self.reject(diagnosis);
        }
        let start = self.request_at;
        let end = self.buffer.span().end;
        let refuse = |fault, span| Diagnosis::new(fault, span, start);
        if self.buffer.len() > self.limits.head {
            let first_too_many = start + self.limits.head as u64;
            return self.reject(refuse(Fault::HeadTooLarge, Span::octet(first_too_many)));
        }
        if self.peer_finished {
            let bare = self
                .first_bare_lf()
                .filter(|_| self.limits.line_ends == LineEnds::CrLf);
            return self.reject(match bare {
                Some(at) => refuse(Fault::BareLf, Span::octet(at)),
                None => refuse(Fault::HeadIncomplete, Span::new(end, end)),
            });
        }
        Step::NeedData
    }

    fn parse(&mut self, len: usize) -> Step {
        let start = self.request_at;
        let line_ends = self.limits.line_ends;
        let octets = self.buffer.as_slice().get(..len).unwrap_or_default();
        let bare = self.first_bare_lf().filter(|_| line_ends == LineEnds::CrLf);
        let parsed = match (bare, &self.line) {
            (Some(at), _) => Err(Diagnosis::new(Fault::BareLf, Span::octet(at), start)),
            (None, Line::Complete(line)) => {
                RequestHead::parse_fields(line, octets, start, line_ends)
            }
            (None, Line::Reading(_) | Line::Bare) => RequestHead::parse(octets, start, line_ends),
        };
        let head = match parsed {
            Ok(head) => Arc::new(head),
            Err(diagnosis) => return self.reject(diagnosis),
        };
        match Framing::of(&head) {
            Ok(framing) => {
                self.buffer.consume(len);
                self.persistence = framing.persistence;
                self.state = match framing.body {
                    BodyLength::None | BodyLength::Length(0) => State::Complete,
                    BodyLength::Length(rest) => State::Length { rest },
                    BodyLength::Chunked => State::Chunked {
                        decoder: ChunkedDecoder::default(),
                    },
                };
                Step::Parsed { head, framing }
            }
            Err(diagnosis) => {
                self.state = State::Ended;
                Step::Rejected {
                    diagnosis,
                    head: Some(head),
                }
            }
        }
    }

    /// Takes what has come of the body out of the buffer.
    fn body(&mut self) -> Step {
        let span = self.buffer.span();
        let request_at = self.request_at;
        if span.is_empty() {
            if !self.peer_finished {
                return Step::NeedData;
            }
            return self.reject(Diagnosis::new(Fault::BodyIncomplete, span, request_at));
        }
        let octets = self.buffer.as_slice();
        let (taken, content, complete) = match &mut self.state {
            State::Length { rest } => {
                let here = (*rest).min(span.len());
                *rest -= here;
                (here, here, *rest == 0)
            }
            State::Chunked { decoder } => match decode_up_to_fault(decoder, octets) {
                Ok(decoded) => (decoded.taken as u64, decoded.content, decoded.complete),
                Err(fault) => {
                    let span = Span::octet(span.start);
                    return self.reject(Diagnosis::new(fault, span, request_at));
                }
            },
            State::Start { .. }
            | State::Head
            | State::Boundary { .. }
            | State::Parse { .. }
            | State::Complete
            | State::Ended => (0, 0, true),
        };
        if complete {
            self.state = State::Complete;
        }
        self.buffer
            .consume(usize::try_from(taken).unwrap_or(usize::MAX));
        Step::BodyReceived {
            span: Span::new(span.start, span.start + taken),
            content,
        }
    }

    fn reject(&mut self, diagnosis: Diagnosis) -> Step {
        self.state = State::Ended;
        Step::Rejected {
            diagnosis,
            head: None,
        }
    }
}

/// Decodes the octets before the first one that is wrong; the next call is refused at once.
/// So what came before the fault is told in the same way whether it came with it or earlier.
fn decode_up_to_fault(decoder: &mut ChunkedDecoder, octets: &[u8]) -> Result<Decoded, Fault> {
    let before = *decoder;
    match decoder.decode(octets) {
        Ok(decoded) => Ok(decoded),
        Err((fault, 0)) => Err(fault),
        Err((_, at)) => {
            *decoder = before;
            let good = octets.get(..at).unwrap_or_default();
            decoder.decode(good).map_err(|(fault, _)| fault)
        }
    }
}

#[cfg(test)]
mod tests;
