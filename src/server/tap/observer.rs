//! Reads what passes through a tap, and tells what it means. It has copies of the octets, and
//! no way to stop them.
//!
//! The records are those of a server that answers one request after the other: a request that
//! is sent before the answer to the one before is complete stays in the buffer until then, as
//! it does where this server itself answers. So an exchange is one request and one response,
//! whatever is under way.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Activity, Phase, Reporter, SendCall, UpstreamActivity};
use crate::http::{
    Asked, Connection, Diagnosis, Limits, LineEnds, RequestHead, ResponseBody, ResponseConnection,
    ResponseFraming, ResponseHead, Status, Step, remarks,
};

/// How many octets of requests may wait for the answers before theirs.
const WAITING_LIMIT: u64 = 1 << 20;
/// How much of a request-line goes into a log.
const LOGGED_LINE: usize = 1024;

/// What one direction is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Messages.
    Messages,
    /// Nothing: what follows is no HTTP, or cannot be understood any more.
    Nothing,
}

/// Reads what passes through a tap.
#[derive(Debug)]
pub(super) struct Observer {
    requests: Connection,
    reading_requests: Reading,
    responses: ResponseConnection,
    reading_responses: Reading,
    /// The exchange that is under way.
    exchange: Option<Exchange>,
    /// How many octets of the upstream have been sent to the peer.
    passed_on: u64,
    /// The `send` to the peer that was not told yet, how many octets it took and of how many: it
    /// is told behind the beginning of the response it is of, and before its end.
    sent: Option<(u64, u64)>,
}

/// The exchange that is under way.
#[derive(Debug)]
struct Exchange {
    /// When the last octet of the request came.
    complete: Option<Duration>,
    response: Option<Response>,
    /// Where the response ends, once all of it came. It is complete when the peer was sent so
    /// much.
    end: Option<u64>,
    /// Whether the response is complete.
    is_answered: bool,
}

/// The final response, as far as it came.
#[derive(Debug, Clone, Copy)]
struct Response {
    status: Status,
    content: u64,
    /// Whether no HTTP follows it.
    switches: bool,
}

impl Observer {
    pub(super) fn new(line_ends: LineEnds) -> Self {
        let limits = Limits {
            line_ends,
            ..Limits::default()
        };
        Self {
            requests: Connection::new(limits),
            reading_requests: Reading::Messages,
            responses: ResponseConnection::new(limits),
            reading_responses: Reading::Messages,
            exchange: None,
            passed_on: 0,
            sent: None,
        }
    }

    /// Whether nobody waits for an answer, as far as is known.
    pub(super) fn is_idle(&self) -> bool {
        self.reading_responses == Reading::Nothing
            || self.exchange.is_none() && self.requests.buffered().is_empty()
    }

    /// The peer sent these.
    pub(super) fn peer_sent(&mut self, octets: &[u8], reporter: &mut Reporter) {
        if self.reading_requests == Reading::Nothing || self.requests.is_over() {
            return;
        }
        let waiting = self.requests.buffered().len() + octets.len() as u64;
        if self.exchange.is_some() && waiting > WAITING_LIMIT {
            self.reading_requests = Reading::Nothing;
            reporter.note(|| Activity::Upstream(UpstreamActivity::NotRead));
            return;
        }
        self.requests.receive(octets);
        self.read(reporter);
    }

    /// The peer has finished sending.
    pub(super) fn peer_finished(&mut self, reporter: &mut Reporter) {
        self.requests.receive_eof();
        self.read(reporter);
    }

    /// The upstream sent these.
    pub(super) fn upstream_sent(&mut self, octets: &[u8], reporter: &mut Reporter) {
        if self.reading_responses == Reading::Messages && !self.responses.is_over() {
            self.responses.receive(octets);
        }
        self.read(reporter);
    }

    /// The upstream has finished sending.
    pub(super) fn upstream_finished(&mut self, reporter: &mut Reporter) {
        self.responses.receive_eof();
        self.read(reporter);
    }

    /// One `send` of `of` octets to the peer took so many. It is told with what is read next.
    pub(super) fn passed_on(&mut self, octets: u64, of: u64) {
        self.passed_on += octets;
        self.sent = Some((octets, of));
    }

    /// Reads as far as can be read, and tells what was sent: the answer to a request is looked
    /// for once that was read, and the next request once its answer is complete.
    pub(super) fn read(&mut self, reporter: &mut Reporter) {
        loop {
            self.read_requests(reporter);
            if !self.is_sent() {
                self.read_response(reporter);
            }
            if !self.is_sent() {
                break;
            }
            self.complete(reporter);
        }
        self.tell_sent(reporter);
    }

    /// Whether all of the response that is under way has come and was sent to the peer.
    fn is_sent(&self) -> bool {
        let exchange = self.exchange.as_ref().filter(|it| !it.is_answered);
        let end = exchange.and_then(|exchange| exchange.end);
        end.is_some_and(|end| self.passed_on >= end)
    }

    fn tell_sent(&mut self, reporter: &mut Reporter) {
        if let Some((octets, of)) = self.sent.take() {
            let call = SendCall::Send;
            reporter.note(|| Activity::Sent { call, octets, of });
        }
    }

    /// Reads requests until one of them waits for its answer.
    fn read_requests(&mut self, reporter: &mut Reporter) {
        let waits = |exchange: &Exchange| exchange.complete.is_some() && !exchange.is_answered;
        while self.reading_requests == Reading::Messages
            && !self.exchange.as_ref().is_some_and(waits)
        {
            match self.requests.step() {
                Step::NeedData | Step::Finished => return,
                Step::Scanned { from, to, matched } => {
                    reporter.set_phase(Phase::Head);
                    reporter.detail(|| Activity::Scanned { from, to, matched });
                }
                Step::BoundaryFound { head } => {
                    reporter.detail(|| Activity::BoundaryFound { head });
                }
                Step::Parsed { head, framing } => {
                    self.begin(Asked::by(head.method_octets()), None);
                    reporter.set_phase(Phase::Body);
                    reporter.note(|| Activity::Parsed { head, framing });
                }
                Step::BodyReceived(body) => {
                    let (span, content) = (body.span(), body.content_len());
                    reporter.detail(|| Activity::BodyReceived { span, content });
                }
                Step::MessageComplete { .. } => {
                    let now = reporter.now();
                    reporter.set_phase(Phase::Handling);
                    match &mut self.exchange {
                        Some(answered) if answered.is_answered => self.exchange = None,
                        Some(exchange) => exchange.complete = Some(now),
                        None => {}
                    }
                }
                // It is forwarded, and told of as octets that came.
                Step::Opaque { .. } => {}
                Step::Rejected { diagnosis, head } => {
                    self.faulty_request(diagnosis, head.as_deref(), reporter);
                    return;
                }
            }
        }
    }

    /// A request was sent that is answered once.
    fn begin(&mut self, asked: Asked, complete: Option<Duration>) {
        self.responses.expect(asked);
        self.exchange = Some(Exchange {
            complete,
            response: None,
            end: None,
            is_answered: false,
        });
    }

    /// A request breaks the protocol. It was forwarded, so that the upstream will answer it;
    /// where the next one begins is not known.
    fn faulty_request(
        &mut self,
        diagnosis: Diagnosis,
        head: Option<&RequestHead>,
        reporter: &mut Reporter,
    ) {
        self.reading_requests = Reading::Nothing;
        let now = reporter.now();
        match &mut self.exchange {
            Some(answered) if answered.is_answered => self.exchange = None,
            Some(exchange) => exchange.complete = Some(now),
            None => self.begin(Asked::Other, Some(now)),
        }
        let buffered = self.requests.buffered_octets();
        let first = buffered.split(|&o| o == b'\n').next().unwrap_or_default();
        let line = head.map_or(first, RequestHead::request_line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let request_line: Arc<[u8]> = line.iter().take(LOGGED_LINE).copied().collect();
        reporter.note(|| {
            Activity::Upstream(UpstreamActivity::Faulty {
                diagnosis,
                request_line,
            })
        });
    }

    /// Reads the answer to the request that was read last, to its end.
    fn read_response(&mut self, reporter: &mut Reporter) {
        if self.exchange.is_none() && self.reading_requests == Reading::Nothing {
            // Which requests these answer is not known.
            self.reading_responses = Reading::Nothing;
        }
        let ends = |exchange: &Exchange| exchange.end.is_some() && !exchange.is_answered;
        while self.reading_responses == Reading::Messages
            && !self.exchange.as_ref().is_some_and(ends)
        {
            match self.responses.step() {
                Step::NeedData | Step::Finished => return,
                // How the search goes is shown of requests. What is no HTTP is forwarded.
                Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::Opaque { .. } => {}
                Step::Parsed { head, framing } => {
                    self.response_begins(&head, framing, reporter);
                }
                Step::BodyReceived(body) => {
                    let content = body.content_len();
                    if let Some(response) = self.response() {
                        response.content += content;
                    }
                }
                Step::MessageComplete { .. } => self.response_ends(),
                Step::Rejected { diagnosis, .. } => {
                    // Which answer belongs to which request is not known any more.
                    self.reading_responses = Reading::Nothing;
                    self.reading_requests = Reading::Nothing;
                    faulty_response(diagnosis, reporter);
                }
            }
        }
    }

    /// All of the final response came. An interim one answers nothing.
    fn response_ends(&mut self) {
        let end = self.responses.buffered().start;
        if let Some(exchange) = self.exchange.as_mut().filter(|it| it.response.is_some()) {
            exchange.end = Some(end);
        }
    }

    /// The final response that is under way.
    fn response(&mut self) -> Option<&mut Response> {
        let exchange = self.exchange.as_mut()?;
        exchange.response.as_mut().filter(|_| !exchange.is_answered)
    }

    /// The head of a response came.
    fn response_begins(
        &mut self,
        head: &Arc<ResponseHead>,
        framing: ResponseFraming,
        reporter: &mut Reporter,
    ) {
        let status = head.status();
        reporter.note(|| {
            Activity::Upstream(UpstreamActivity::Parsed {
                head: Arc::clone(head),
                framing,
            })
        });
        for diagnosis in remarks(head, framing.asked) {
            faulty_response(diagnosis, reporter);
        }
        if framing.interim {
            self.tell_sent(reporter);
            if status == Status::CONTINUE {
                reporter.note(|| Activity::Continued);
            }
            return;
        }
        let switches = framing.body == ResponseBody::Opaque;
        if let Some(exchange) = &mut self.exchange {
            exchange.response = Some(Response {
                status,
                content: 0,
                switches,
            });
        }
        let body = match framing.body {
            ResponseBody::Length(length) => length,
            ResponseBody::None
            | ResponseBody::Chunked
            | ResponseBody::UntilClose
            | ResponseBody::Opaque => 0,
        };
        reporter.set_phase(Phase::Sending);
        reporter.count_response(status);
        reporter.note(|| Activity::Responding {
            status,
            head: head.octets().into(),
            body,
            because: None,
        });
        if switches {
            self.response_ends();
        }
    }

    /// The response is complete: the peer was sent its last octet.
    fn complete(&mut self, reporter: &mut Reporter) {
        self.tell_sent(reporter);
        let Some(exchange) = &mut self.exchange else {
            return;
        };
        exchange.is_answered = true;
        let Some(response) = exchange.response else {
            return;
        };
        let now = reporter.now();
        let took = now.saturating_sub(exchange.complete.unwrap_or(now));
        if exchange.complete.is_some() {
            self.exchange = None;
        }
        let (status, body) = (response.status, response.content);
        reporter.note(|| Activity::Responded { status, body, took });
        reporter.set_phase(Phase::Idle);
        if response.switches {
            self.reading_requests = Reading::Nothing;
            self.reading_responses = Reading::Nothing;
            reporter.note(|| Activity::Upstream(UpstreamActivity::Switched));
        }
    }
}

/// A response breaks the protocol, or does something against the rules.
fn faulty_response(diagnosis: Diagnosis, reporter: &mut Reporter) {
    let request_line = [].into();
    reporter.note(|| {
        Activity::Upstream(UpstreamActivity::Faulty {
            diagnosis,
            request_line,
        })
    });
}

#[cfg(test)]
mod tests;
