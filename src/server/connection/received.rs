//! What was received: a request, as far as it has come, or what is to be refused.

use std::sync::Arc;

use crate::event::{CloseReason, Refusal};
use crate::http::{BodyOctets, Framing, RequestHead};
use crate::server::handler::{BodyLimit, Handler};

/// A request, as far as it was received.
pub(super) struct Received {
    pub(super) head: Arc<RequestHead>,
    pub(super) framing: Framing,
    /// Who answers it.
    pub(super) handler: Handler,
    /// Why the rest of it is not read, and the connection ends, if so.
    pub(super) unread: Option<CloseReason>,
    /// How many octets of its body have come, coding included.
    length: u64,
    /// Those octets, when the handler wants to have them.
    body: Vec<u8>,
}

/// What is refused, and the reason for which the connection ends.
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    /// The head it belongs to, when that is known.
    pub(super) head: Option<Arc<RequestHead>>,
    pub(super) reason: CloseReason,
}

/// A request that another server is to answer.
pub(in crate::server) struct Forwarded {
    pub(in crate::server) head: Arc<RequestHead>,
    pub(in crate::server) framing: Framing,
    /// Why, as a clause.
    pub(in crate::server) because: &'static str,
}

impl Received {
    /// A request of whose body nothing has come.
    pub(super) const fn new(head: Arc<RequestHead>, framing: Framing, handler: Handler) -> Self {
        Self {
            head,
            framing,
            handler,
            unread: None,
            length: 0,
            body: Vec::new(),
        }
    }

    /// The same request, the rest of which is not read.
    pub(super) fn left_unread(self, reason: CloseReason) -> Self {
        Self {
            unread: Some(reason),
            ..self
        }
    }

    /// How many octets of its body have come, coding included.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Those of them that the handler wants to have.
    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes in octets of the body. Says what is against it, when it is longer than its handler
    /// takes.
    pub(super) fn take_body(&mut self, body: BodyOctets<'_>) -> Option<BodyLimit> {
        self.length += body.span().len();
        let limit = self.handler.body_limit()?;
        if self.length > limit.octets {
            return Some(limit);
        }
        self.body.extend_from_slice(body.octets());
        None
    }
}
