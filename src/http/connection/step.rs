//! What a connection says.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::body::BodyOctets;
use crate::http::diagnosis::Diagnosis;
use crate::http::framing::request::Framing;
use crate::http::framing::response::ResponseFraming;
use crate::http::head::section::FieldSection;
use crate::http::head::{RequestHead, ResponseHead};
use crate::http::span::Span;

/// What happened, or what must happen, next, on a connection that receives responses.
pub type ResponseStep<'a> = Step<'a, ResponseHead, ResponseFraming>;

/// What happened, or what must happen, next. The octets of a body are lent: they stay in the
/// receive buffer until more come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'a, H = RequestHead, F = Framing> {
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
        head: Arc<H>,
        /// How long the body is, and whether the connection stays.
        framing: F,
    },
    /// Octets of the body have come and were cut off the buffer.
    BodyReceived(BodyOctets<'a>),
    /// The message is complete, body and all. What follows in the buffer is the next one,
    /// unless this was the last one of the connection.
    MessageComplete {
        /// The fields behind a chunked body, if there are any.
        trailers: Option<Box<FieldSection>>,
    },
    /// Octets that are no HTTP any more: a tunnel, or another protocol. They were cut off the
    /// buffer.
    Opaque {
        /// The octets.
        octets: &'a [u8],
        /// Where they stand.
        span: Span,
    },
    /// The message is refused. Nothing that follows on this connection is read as HTTP.
    Rejected {
        /// Why.
        diagnosis: Diagnosis,
        /// The head, when it was well-formed and refused for what it says.
        head: Option<Arc<H>>,
    },
    /// The peer has finished sending, and every message it sent was returned.
    Finished,
}

/// What a connection waits for when it needs data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    /// The first octet of a message.
    Message,
    /// The rest of a head.
    Head,
    /// The rest of a body, or of what is no HTTP any more.
    Body,
}
