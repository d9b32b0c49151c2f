//! One connection's requests: octets in, steps out.
//!
//! The driver loop knows nothing of HTTP: it asks for a [`Step`], does what the step says,
//! and receives more octets when the step is [`Step::NeedData`]. The connection knows no
//! socket and no clock.

use alloc::sync::Arc;

use super::boundary::{BoundaryScanner, Found};
use super::chunked::ChunkedDecoder;
use super::diagnosis::{Diagnosis, Fault};
use super::framing::{BodyLength, Framing};
use super::octet::{self, TCHAR};
use super::receive_buffer::ReceiveBuffer;
use super::request::{RequestHead, TARGET_LIMIT};
use super::span::Span;

/// Most empty lines that are ignored before a request-line. RFC 9112 §2.2 asks for one.
const EMPTY_LINES_LIMIT: u8 = 4;
/// Longest request-line: the longest target, a method and a version.
const REQUEST_LINE_LIMIT: usize = TARGET_LIMIT + 192;

/// Which line ends are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// CR LF alone; a bare LF is refused with a diagnosis.
    #[default]
    CrLf,
    /// A bare LF too, as RFC 9112 §2.2 allows a recipient.
    LfToo,
}

/// What a peer may ask of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest head, in octets.
    pub head: usize,
    /// Which line ends are taken.
    pub line_ends: LineEnds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 64 * 1024,
            line_ends: LineEnds::CrLf,
        }
    }
}

/// What happened, or what must happen, next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing more can be said before more octets come.
    NeedData,
    /// The scanner looked at the octets `from..to`; `matched` of CR LF CR LF stand at `to`.
    Scanned {
        /// First octet looked at.
        from: u64,
        /// One past the last octet looked at.
        to: u64,
        /// How many of the four octets match, 0 to 4.
        matched: u8,
    },
    /// The empty line that ends a head was found; these octets are the head.
    BoundaryFound {
        /// The head, its empty line included.
        head: Span,
    },
    /// The head is well-formed and its framing is clear.
    Parsed {
        /// The head.
        head: Arc<RequestHead>,
        /// How long the body is, and whether the connection stays.
        framing: Framing,
    },
    /// Octets of the body have come and were taken out of the buffer.
    BodyReceived {
        /// The octets, coding included.
        span: Span,
        /// How many of them are content.
        content: u64,
    },
    /// The request is complete, body and all: answer it. What follows in the buffer is the
    /// next request.
    MessageComplete,
    /// The request is refused. Nothing that follows on this connection is read as HTTP.
    Rejected {
        /// Why.
        diagnosis: Diagnosis,
        /// The head, when it was well-formed and refused for what it says.
        head: Option<Arc<RequestHead>>,
    },
    /// The peer has finished sending, and every request it sent was returned.
    Finished,
}

/// What a connection waits for when it needs data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    /// The first octet of a request.
    Request,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Connection {
    buffer: ReceiveBuffer,
    scanner: BoundaryScanner,
    state: State,
    limits: Limits,
    peer_finished: bool,
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
    Chunked {
        decoder: ChunkedDecoder,
        request_at: u64,
    },
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
            state: State::Start { empty_lines: 0 },
            limits,
            peer_finished: false,
        }
    }

    /// Free room in the receive buffer for one `recv` of up to `want` octets.
    pub fn room(&mut self, want: usize) -> &mut [u8] {
        self.buffer.room(want)
    }

    /// The first `n` octets of the room were received.
    pub fn received(&mut self, n: usize) {
        self.buffer.commit(n);
    }

    /// Receives a copy of `octets`.
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
            .map(|at| self.buffer.span().start + at as u64)
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
                self.state = State::Parse { head };
                let start = self.buffer.span().start;
                Step::BoundaryFound {
                    head: Span::new(start, start + head as u64),
                }
            }
            State::Parse { head } => {
                let head = *head;
                self.parse(head)
            }
            State::Length { .. } | State::Chunked { .. } => self.body(),
            State::Complete => {
                self.state = State::Start { empty_lines: 0 };
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
                    self.scanner = BoundaryScanner::default();
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

    /// Looks at what is new in the head, or says what is wrong when nothing is.
    fn scan(&mut self) -> Step {
        let start = self.buffer.span().start;
        let octets = self.buffer.as_slice();
        let before = self.scanner.looked_at();
        if before == octets.len() {
            return self.head_so_far();
        }
        match self.scanner.scan(octets) {
            Found::Boundary(head) | Found::BareBoundary(head) => {
                self.state = State::Boundary { head }
            }
            Found::Nothing => {}
        }
        Step::Scanned {
            from: start + before as u64,
            to: start + self.scanner.looked_at() as u64,
            matched: self.scanner.matched(),
        }
    }

    /// Every octet has been looked at and no empty line is there: may it go on?
    fn head_so_far(&mut self) -> Step {
        let start = self.buffer.span().start;
        let end = self.buffer.span().end;
        let refuse = |fault, span| Diagnosis::new(fault, span, start);
        let line = self.scanner.first_lf().unwrap_or(self.buffer.len());
        if line > REQUEST_LINE_LIMIT {
            let from = start + TARGET_LIMIT as u64;
            return self.reject(refuse(Fault::TargetTooLong, Span::new(from, from + 1)));
        }
        if self.buffer.len() > self.limits.head {
            let from = start + self.limits.head as u64;
            return self.reject(refuse(Fault::HeadTooLarge, Span::new(from, end)));
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
        let start = self.buffer.span().start;
        let octets = self.buffer.as_slice().get(..len).unwrap_or_default();
        let refuse = |fault, at| Diagnosis::new(fault, Span::octet(start + at as u64), start);
        if len > self.limits.head {
            return self.reject(refuse(Fault::HeadTooLarge, self.limits.head));
        }
        if let (LineEnds::CrLf, Some(at)) = (self.limits.line_ends, self.scanner.first_bare_lf()) {
            return self.reject(refuse(Fault::BareLf, at));
        }
        let head = match RequestHead::parse(octets, start, self.limits.line_ends) {
            Ok(head) => Arc::new(head),
            Err(diagnosis) => return self.reject(diagnosis),
        };
        match Framing::of(&head) {
            Ok(framing) => {
                self.buffer.consume(len);
                self.state = match framing.body {
                    BodyLength::None | BodyLength::Length(0) => State::Complete,
                    BodyLength::Length(rest) => State::Length { rest },
                    BodyLength::Chunked => State::Chunked {
                        decoder: ChunkedDecoder::default(),
                        request_at: start,
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
        if span.is_empty() {
            if !self.peer_finished {
                return Step::NeedData;
            }
            return self.reject(Diagnosis::new(Fault::BodyIncomplete, span, span.start));
        }
        let (taken, content, complete) = match &mut self.state {
            State::Length { rest } => {
                let here = (*rest).min(span.len());
                *rest -= here;
                (here, here, *rest == 0)
            }
            State::Chunked {
                decoder,
                request_at,
            } => match decoder.decode(self.buffer.as_slice()) {
                Ok(decoded) => (decoded.taken as u64, decoded.content, decoded.complete),
                Err((fault, at)) => {
                    let diagnosis =
                        Diagnosis::new(fault, Span::octet(span.start + at as u64), *request_at);
                    return self.reject(diagnosis);
                }
            },
            _ => (0, 0, true),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What came of some octets: requests by their request-line and content, then the end.
    fn outcome(connection: &mut Connection, pieces: &[&[u8]]) -> Vec<String> {
        let mut outcome = Vec::new();
        let mut content = 0;
        let mut line = String::new();
        let mut pieces = pieces.iter();
        loop {
            match connection.step() {
                Step::NeedData => match pieces.next() {
                    Some(piece) => connection.receive(piece),
                    None if connection.peer_finished() => return outcome,
                    None => connection.receive_eof(),
                },
                Step::Scanned { .. } | Step::BoundaryFound { .. } => {}
                Step::Parsed { head, .. } => {
                    line = String::from_utf8_lossy(head.request_line()).into_owned();
                    content = 0;
                }
                Step::BodyReceived { content: n, .. } => content += n,
                Step::MessageComplete => outcome.push(format!("{line} +{content}")),
                Step::Rejected { diagnosis, .. } => {
                    outcome.push(format!("{:?} {}", diagnosis.fault, diagnosis.span.start));
                    return outcome;
                }
                Step::Finished => return outcome,
            }
        }
    }

    /// Whole, octet by octet, and at every cut: all must agree.
    fn check(octets: &[u8], expected: &[&str]) {
        let fresh = || Connection::new(Limits::default());
        let text = octets.escape_ascii();
        assert_eq!(outcome(&mut fresh(), &[octets]), expected, "{text}");
        let singles: Vec<_> = octets.chunks(1).collect();
        assert_eq!(
            outcome(&mut fresh(), &singles),
            expected,
            "{text} octet by octet"
        );
        for cut in 0..octets.len() {
            let (a, b) = octets.split_at(cut);
            assert_eq!(
                outcome(&mut fresh(), &[a, b]),
                expected,
                "{text} cut at {cut}"
            );
        }
    }

    #[test]
    fn requests_come_out_in_order_however_the_octets_come_in() {
        check(b"", &[]);
        check(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", &["GET / HTTP/1.1 +0"]);
        check(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n", &["GET / HTTP/1.0 +0"]);
        check(
            b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
            &["POST /a HTTP/1.1 +5", "GET /b HTTP/1.1 +0"],
        );
        check(
            b"GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
            &["GET /a HTTP/1.1 +5", "GET /b HTTP/1.0 +0"],
        );
    }

    #[test]
    fn what_is_refused_is_refused_at_the_same_octet_however_it_comes_in() {
        check(b"GET / HTTP/1.1\nHost: x\n\n", &["BareLf 14"]);
        check(b"GET / HTTP/1.1\r\nHost: x\n\r\n", &["BareLf 23"]);
        check(b"GET / HTTP/1.1\r\n\r\n", &["HostMissing 16"]);
        check(
            b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            &["SpaceBeforeColon 20"],
        );
        check(
            b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            &["GET / HTTP/1.0 +0", "HostMissing 34"],
        );
        check(b"GET / HT", &["HeadIncomplete 8"]);
        check(b"GET / HTTP/1.1\nHost: x\n", &["BareLf 14"]);
        check(
            b"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nabc",
            &["BodyIncomplete 41"],
        );
        check(b"\x16\x03\x01", &["LooksLikeTls 0"]);
        check(b"\x00", &["NotARequest 0"]);
        check(b"\n", &["BareLf 0"]);
        check(b"\rG", &["BareCr 0"]);
        check(b"\r\n\r\n\r\n\r\n\r\n", &["EmptyLines 8"]);
        check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &["LooksLikeHttp2 0"]);
        check(
            b"GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
            &["ContentLengthRepeated 51"],
        );
    }

    #[test]
    fn limits_are_checked_before_the_end_is_there() {
        let mut connection = Connection::new(Limits::default());
        let line = [&b"GET /"[..], &[b'a'; 9000]].concat();
        assert_eq!(outcome(&mut connection, &[&line]), ["TargetTooLong 8000"]);
        let mut connection = Connection::new(Limits::default());
        let head = [&b"GET / HTTP/1.1\r\n"[..], &b"a: b\r\n".repeat(20_000)].concat();
        assert_eq!(outcome(&mut connection, &[&head]), ["HeadTooLarge 65536"]);
    }

    #[test]
    fn a_bare_lf_is_taken_when_it_is_allowed() {
        let limits = Limits {
            line_ends: LineEnds::LfToo,
            ..Limits::default()
        };
        let octets: &[u8] = b"\nGET / HTTP/1.1\nHost: x\n\nGET / HTTP/1.0\r\n\r\n";
        let expected = ["GET / HTTP/1.1 +0", "GET / HTTP/1.0 +0"];
        assert_eq!(outcome(&mut Connection::new(limits), &[octets]), expected);
        let singles: Vec<_> = octets.chunks(1).collect();
        assert_eq!(outcome(&mut Connection::new(limits), &singles), expected);
    }

    #[test]
    fn the_steps_of_one_request() {
        let mut connection = Connection::new(Limits::default());
        connection.receive(b"GET / HTTP/1.0\r\n\r");
        assert_eq!(
            connection.step(),
            Step::Scanned {
                from: 0,
                to: 17,
                matched: 3
            }
        );
        assert_eq!(
            (connection.step(), connection.waiting_for()),
            (Step::NeedData, WaitingFor::Head)
        );
        connection.receive(b"\nGET");
        assert_eq!(
            connection.step(),
            Step::Scanned {
                from: 17,
                to: 18,
                matched: 4
            }
        );
        assert_eq!(
            connection.step(),
            Step::BoundaryFound {
                head: Span::new(0, 18)
            }
        );
        assert!(matches!(connection.step(), Step::Parsed { .. }));
        assert_eq!(connection.step(), Step::MessageComplete);
        assert_eq!(connection.buffered_octets(), b"GET");
        assert_eq!(
            connection.step(),
            Step::Scanned {
                from: 18,
                to: 21,
                matched: 0
            }
        );
    }
}
