//! Reads what passes through a tap, and tells what it means. It has copies of the octets, and
//! no way to stop them.
//!
//! The records are those of a server that answers one request after the other: a request that
//! is sent before the answer to the one before is complete stays in the buffer until then, as
//! it does where this server itself answers. So an exchange is one request and one response,
//! whatever is under way.

mod exchange;
mod responses;

use std::sync::Arc;
use std::time::Duration;

use super::behind::Answers;
use crate::event::{Activity, Phase, Reporter, SendCall, UpstreamActivity};
use crate::http::{Asked, Connection, Diagnosis, Limits, LineEnds, RequestHead, Step};
use exchange::Exchange;

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

/// How far the one request has come that is forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is not answered.
    UnderWay,
    /// It is answered, and another may follow.
    Answered,
    /// It is answered, and the upstream closes the connection, or sent more than was asked for.
    AnsweredLast,
    /// It is answered, and said itself that none follows.
    Last,
    /// What follows, or where it begins, is not known.
    Lost,
    /// It breaks the protocol.
    Refused(Diagnosis),
}

/// Reads what passes through a tap.
#[derive(Debug)]
pub(super) struct Observer {
    requests: Connection,
    reading_requests: Reading,
    answers: Answers,
    reading_responses: Reading,
    /// The exchange that is under way.
    exchange: Option<Exchange>,
    /// The `send` to the peer that was not told yet, how many octets it took and of how many: it
    /// is told behind the beginning of the response it is of, and before its end.
    sent: Option<(u64, u64)>,
    /// Whether no HTTP follows.
    is_opaque: bool,
    /// What is to be known where one request is forwarded, and not what is behind it.
    one: Option<One>,
}

/// What is to be known of one request that is forwarded.
#[derive(Debug, Default)]
struct One {
    /// Whether the upstream said that the connection stays.
    persists: bool,
    /// What is wrong with the request.
    refused: Option<Diagnosis>,
}

impl Observer {
    pub(super) fn new(line_ends: LineEnds, answers: Answers) -> Self {
        let limits = Limits {
            line_ends,
            ..Limits::default()
        };
        Self::reading(Connection::new(limits), answers)
    }

    /// One that reads a request whose head was read, and the answer to that.
    pub(super) fn of_one(requests: Connection, asked: Asked, answers: Answers) -> Self {
        let mut observer = Self {
            one: Some(One::default()),
            ..Self::reading(requests, answers)
        };
        observer.begin(asked, None);
        observer
    }

    fn reading(requests: Connection, answers: Answers) -> Self {
        Self {
            requests,
            reading_requests: Reading::Messages,
            answers,
            reading_responses: Reading::Messages,
            exchange: None,
            sent: None,
            is_opaque: false,
            one: None,
        }
    }

    /// Requests and responses as far as they were read.
    pub(super) fn into_parts(self) -> (Connection, Answers) {
        (self.requests, self.answers)
    }

    /// Whether what follows is known to be no HTTP.
    pub(super) const fn is_opaque(&self) -> bool {
        self.is_opaque
    }

    /// How far the one request has come that is forwarded.
    pub(super) fn progress(&self) -> Progress {
        let one = self.one.as_ref();
        if let Some(diagnosis) = one.and_then(|one| one.refused) {
            Progress::Refused(diagnosis)
        } else if self.is_opaque || self.reading_responses == Reading::Nothing {
            Progress::Lost
        } else if self.exchange.is_none() {
            if self.requests.is_over() {
                Progress::Last
            } else if one.is_some_and(|one| one.persists)
                && self.answers.responses.buffered().is_empty()
            {
                Progress::Answered
            } else {
                Progress::AnsweredLast
            }
        } else {
            Progress::UnderWay
        }
    }

    /// Where what is known to belong to it ends.
    pub(super) const fn request_end(&self) -> u64 {
        self.requests.buffered().start
    }

    /// Whether nothing more is to be read: the one request is answered.
    const fn is_done(&self) -> bool {
        self.one.is_some() && self.exchange.is_none()
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
        if self.reading_responses == Reading::Messages && !self.answers.responses.is_over() {
            self.answers.responses.receive(octets);
        }
        self.read(reporter);
    }

    /// The upstream has finished sending.
    pub(super) fn upstream_finished(&mut self, reporter: &mut Reporter) {
        self.answers.responses.receive_eof();
        self.read(reporter);
    }

    /// One `send` of `of` octets to the peer took so many. It is told with what is read next.
    pub(super) fn passed_on(&mut self, octets: u64, of: u64) {
        self.answers.passed_on += octets.cast_signed();
        self.sent = Some((octets, of));
    }

    /// So many octets that are sent to the peer stand for so many of the upstream.
    pub(super) fn edited(&mut self, came: u64, goes: u64) {
        let more = came.cast_signed().wrapping_sub(goes.cast_signed());
        self.answers.passed_on = self.answers.passed_on.saturating_add(more);
    }

    /// Reads as far as can be read, and tells what was sent: the answer to a request is looked
    /// for once that was read, and the next request once its answer is complete.
    pub(super) fn read(&mut self, reporter: &mut Reporter) {
        while !self.is_done() {
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
        end.is_some_and(|end| self.answers.passed_on >= end.cast_signed())
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
            && !self.is_done()
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
        self.answers.responses.expect(asked);
        self.exchange = Some(Exchange {
            complete,
            ..Exchange::default()
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
        if let Some(one) = &mut self.one {
            one.refused = Some(diagnosis);
            return;
        }
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
}

#[cfg(test)]
mod tests;
