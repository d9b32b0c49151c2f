//! One request and its response, as far as they are known.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::answer::Answer;
use super::entry::Moment;
use crate::event::{ConnectionId, Refusal, Resource};
use crate::http::{BodyLength, Framing, RequestHead, Span, Status};

/// Names one exchange: the `n`th on its connection, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId {
    pub(crate) connection: ConnectionId,
    pub(crate) n: u64,
}

/// One request and its response. Every part may be missing: not yet there, or left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub(crate) n: u64,
    /// After the newest record that told of it: when it is over, where it was complete.
    pub(crate) told: Moment,
    /// The octets that were cut off as the head.
    pub(crate) head_span: Option<Span>,
    pub(crate) head: Option<Arc<RequestHead>>,
    pub(crate) framing: Option<Framing>,
    /// The first line as it came, of a request that was refused.
    pub(crate) request_line: Option<Arc<[u8]>>,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) body: Option<Span>,
    pub(crate) content: u64,
    pub(crate) continued: bool,
    pub(crate) resource: Option<Resource>,
    pub(crate) response: Option<Response>,
    /// Before the record that holds the first octets of its content, where one came.
    pub(crate) content_at: Option<Moment>,
    pub(crate) sent: u64,
    pub(crate) done: Option<Done>,
    pub(crate) times: Times,
    /// What the server behind a tap answered, where there is one.
    pub(crate) answer: Option<Box<Answer>>,
}

/// When its phases began, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Times {
    /// The connection was free for it: accepted, or done with the exchange before.
    pub(crate) free: Option<Duration>,
    /// The recv that brought its first octet returned.
    pub(crate) first: Option<Duration>,
    /// Its head was understood, or what is wrong with it was seen.
    pub(crate) head: Option<Duration>,
    /// The request was complete, its body included.
    pub(crate) complete: Option<Duration>,
    /// The response began.
    pub(crate) responding: Option<Duration>,
    /// The last octet of it was sent.
    pub(crate) done: Option<Duration>,
}

impl Times {
    /// How long each phase took: waiting, receiving, handling, sending.
    pub(crate) fn phases(self) -> [(&'static str, Option<Duration>); 4] {
        let between = |from: Option<Duration>, to: Option<Duration>| {
            // A pipelined request is there before the connection is free for it.
            Some(to?.saturating_sub(from?))
        };
        [
            ("waiting", between(self.free, self.first)),
            ("receiving", between(self.first, self.complete)),
            ("handling", between(self.complete, self.responding)),
            ("sending", between(self.responding, self.done)),
        ]
    }
}

/// A response that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    /// Where its head begins in the stream of responses.
    pub(crate) at: u64,
    pub(crate) status: Status,
    pub(crate) head: Arc<[u8]>,
    pub(crate) body: u64,
    pub(crate) because: Option<Cow<'static, str>>,
}

/// A response that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) status: Status,
    pub(crate) body: u64,
    pub(crate) took: Duration,
}

impl Exchange {
    pub(crate) fn new(n: u64) -> Self {
        Self {
            n,
            told: Moment::default(),
            head_span: None,
            head: None,
            framing: None,
            request_line: None,
            refusal: None,
            body: None,
            content: 0,
            continued: false,
            resource: None,
            response: None,
            content_at: None,
            sent: 0,
            done: None,
            times: Times::default(),
            answer: None,
        }
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.response
            .as_ref()
            .map(|response| response.status)
            .or(self.done.map(|done| done.status))
    }

    /// How many octets of content the body is announced to have.
    pub(crate) fn body_announced(&self) -> Option<u64> {
        match self.framing?.body {
            BodyLength::Length(length) => Some(length),
            BodyLength::None | BodyLength::Chunked => None,
        }
    }

    /// Whether a body is still to come.
    pub(crate) fn wants_body(&self) -> bool {
        match self.framing.map(|framing| framing.body) {
            Some(BodyLength::Length(length)) => self.content < length,
            // The end of a chunked body is known by what happens next.
            Some(BodyLength::Chunked) => self.resource.is_none() && self.response.is_none(),
            Some(BodyLength::None) | None => false,
        }
    }

    /// Whether the server behind a tap answered it.
    pub(crate) fn is_of_upstream(&self) -> bool {
        let answer = self.answer.as_deref();
        answer.is_some_and(|answer| !answer.heads.is_empty())
    }

    /// Whether its response ends where no head says.
    pub(crate) fn is_open_ended(&self) -> bool {
        self.answer.as_deref().is_some_and(Answer::is_open_ended)
    }

    /// Whether octets of its body may stand at `offset`: the head or what came of the body ends
    /// there. A server behind a tap may answer before all of it has come.
    pub(crate) fn goes_on_at(&self, offset: u64) -> bool {
        let came = self.body.or(self.head_span);
        came.is_some_and(|span| span.end == offset)
    }

    /// Whether nothing has been answered yet.
    pub(crate) fn is_open(&self) -> bool {
        self.response.is_none() && self.done.is_none()
    }

    pub(crate) fn add_body(&mut self, span: Span, content: u64) {
        self.content = self.content.saturating_add(content);
        let body = self.body.get_or_insert(span);
        body.start = body.start.min(span.start);
        body.end = body.end.max(span.end);
    }

    /// Where what answers it begins in the stream of responses, interim responses included.
    pub(crate) fn answer_start(&self) -> Option<u64> {
        let first = self.answer.as_deref().and_then(|it| it.heads.first());
        let first = first.map(|head| head.span().start);
        first.or(self.response.as_ref().map(|response| response.at))
    }

    /// How many octets of content went out, as far as is known: of a response that was cut
    /// off, what was sent behind its head.
    pub(crate) fn content_sent(&self) -> u64 {
        match (self.done, &self.response) {
            (Some(done), _) => done.body,
            (None, Some(response)) => {
                let behind_head = self.sent.saturating_sub(response.head.len() as u64);
                if self.is_open_ended() {
                    behind_head
                } else {
                    behind_head.min(response.body)
                }
            }
            (None, None) => 0,
        }
    }

    /// The first line of the request, as far as it is known.
    pub(crate) fn request_line(&self) -> Option<&[u8]> {
        let head = self.head.as_deref().map(RequestHead::request_line);
        head.or(self.request_line.as_deref())
    }

    /// What the heads of it take in memory, in octets.
    pub(crate) fn heads(&self) -> usize {
        // What was parsed has three allocations.
        const PARSED: usize = size_of::<RequestHead>() + 64;
        let head = self.head.as_ref();
        let head = head.map_or(0, |head| PARSED + head.footprint());
        let response = self.response.as_ref();
        let response = response.map_or(0, |response| 64 + response.head.len());
        let resource = match &self.resource {
            Some(Resource::File { path, .. } | Resource::Directory { path }) => 32 + path.len(),
            Some(Resource::Generated { .. } | Resource::Nothing { .. }) | None => 0,
        };
        let answer = self.answer.as_deref().map_or(0, Answer::cost);
        let line = self.request_line.as_ref();
        answer + head + response + resource + line.map_or(0, |line| 32 + line.len())
    }
}
