//! One request and its response, as far as they are known. Knows no connection state: only
//! what belongs to this exchange.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::event::{ConnectionId, Refusal, Resource};
use crate::http::{BodyLength, FieldLine, Framing, RequestHead, Span, Status};

/// Names one exchange: the `n`th on its connection, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ExchangeId {
    pub(crate) connection: ConnectionId,
    pub(crate) n: u64,
}

/// One request and its response. Every part may be missing: not yet there, or left out.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) n: u64,
    /// The octets that were cut off as the head.
    pub(crate) head_span: Option<Span>,
    pub(crate) head: Option<Arc<RequestHead>>,
    pub(crate) framing: Option<Framing>,
    /// The first line as it came, of a request that was refused.
    pub(crate) request_line: Option<Arc<[u8]>>,
    pub(crate) diagnosis: Option<Refusal>,
    pub(crate) body: Option<Span>,
    pub(crate) content: u64,
    pub(crate) continued: bool,
    pub(crate) resource: Option<Resource>,
    pub(crate) response: Option<Response>,
    pub(crate) sent: u64,
    pub(crate) done: Option<Done>,
    pub(crate) times: Times,
}

/// When its phases began, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Times {
    /// The connection was free for it: accepted, or done with the exchange before.
    pub(crate) free: Option<Duration>,
    /// The recv that brought its first octet returned.
    pub(crate) first: Option<Duration>,
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
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) status: Status,
    pub(crate) head: Arc<[u8]>,
    pub(crate) body: u64,
    pub(crate) because: Option<Cow<'static, str>>,
}

/// A response that is complete.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Done {
    pub(crate) status: Status,
    pub(crate) body: u64,
    pub(crate) took: Duration,
}

impl Exchange {
    pub(crate) fn new(n: u64) -> Self {
        Self {
            n,
            head_span: None,
            head: None,
            framing: None,
            request_line: None,
            diagnosis: None,
            body: None,
            content: 0,
            continued: false,
            resource: None,
            response: None,
            sent: 0,
            done: None,
            times: Times::default(),
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

    /// What this costs in memory, apart from itself.
    pub(crate) fn heap(&self) -> usize {
        let head = self.head.as_ref().map_or(0, |head| {
            let fields = head.fields().len().next_power_of_two().max(4);
            shared(size_of::<RequestHead>())
                + allocated(head.octets().len())
                + allocated(fields * size_of::<FieldLine>())
        });
        let response = self.response.as_ref().map_or(0, |response| {
            let because = match &response.because {
                Some(Cow::Owned(text)) => allocated(text.len()),
                Some(Cow::Borrowed(_)) | None => 0,
            };
            shared(response.head.len()) + because
        });
        let resource = match &self.resource {
            Some(Resource::File { path, .. } | Resource::Directory { path }) => shared(path.len()),
            Some(Resource::Generated { .. } | Resource::Nothing { .. }) | None => 0,
        };
        let line = self
            .request_line
            .as_ref()
            .map_or(0, |line| shared(line.len()));
        head + response + resource + line
    }
}

/// What an allocator takes for so many octets: its own word, rounded up.
pub(crate) const fn allocated(octets: usize) -> usize {
    (octets + 8).next_multiple_of(16) + 8
}

/// The same behind an [`Arc`], which counts in two words.
pub(crate) const fn shared(octets: usize) -> usize {
    allocated(octets + 16)
}
