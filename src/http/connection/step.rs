//! What a connection says, and what it is told to take.

use alloc::sync::Arc;

use crate::http::diagnosis::Diagnosis;
use crate::http::framing::Framing;
use crate::http::request::RequestHead;
use crate::http::span::Span;

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
    /// next request, unless this was the last one the connection serves.
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
