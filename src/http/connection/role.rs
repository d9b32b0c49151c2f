//! What differs between the two ends of a connection: a server receives requests, a client
//! responses.

use alloc::collections::VecDeque;
use core::fmt::Debug;

use crate::http::diagnosis::{Diagnosis, Fault};
use crate::http::framing::request::{BodyLength, Framing};
use crate::http::framing::response::{Asked, ResponseBody, ResponseFraming};
use crate::http::head::request_line::RequestLine;
use crate::http::head::start_line::StartLine;
use crate::http::head::status_line::StatusLine;
use crate::http::head::{Head, RequestHead, ResponseHead};
use crate::http::limits::LineEnds;
use crate::http::octet::{self, TCHAR};

/// Most empty lines that are ignored before a request-line. RFC 9112 §2.2 asks for one.
const EMPTY_LINES_LIMIT: u8 = 4;

/// One end of a connection, as the receiver of messages.
pub trait Role: Debug {
    /// What a message begins with.
    type Line: StartLine;
    /// What its head says about its end.
    type Framing: Debug + Clone + Copy + PartialEq;

    /// Looks at what stands where a message may begin.
    fn begin(&mut self, octets: &[u8], peer_finished: bool, line_ends: LineEnds) -> Begin;

    /// Reads the framing of a head.
    fn frame(&mut self, head: &Head<Self::Line>) -> Result<Framed<Self::Framing>, Diagnosis>;
}

/// What stands where a message may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Nothing, or not enough to tell.
    NeedData,
    /// The end.
    Finished,
    /// An empty line of this many octets, which is ignored.
    Skip(usize),
    /// A message.
    Message,
    /// Something that is wrong.
    Refuse(Fault),
}

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framed<F> {
    pub(super) framing: F,
    pub(super) follows: Follows,
    /// Whether another message may follow.
    pub(super) persists: bool,
}

/// What follows a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    Nothing,
    Length(u64),
    Chunked,
    UntilClose,
    Opaque,
}

/// Receives requests.
#[derive(Debug, Default)]
pub struct Requests {
    empty_lines: u8,
}

impl Role for Requests {
    type Line = RequestLine;
    type Framing = Framing;

    fn begin(&mut self, octets: &[u8], peer_finished: bool, line_ends: LineEnds) -> Begin {
        let skip = match (octets, line_ends) {
            ([], _) if peer_finished => return Begin::Finished,
            ([], _) => return Begin::NeedData,
            ([b'\r'], _) if !peer_finished => return Begin::NeedData,
            ([b'\r', b'\n', ..], _) => 2,
            ([b'\r', ..], _) => return Begin::Refuse(Fault::BareCr),
            ([b'\n', ..], LineEnds::LfToo) => 1,
            ([b'\n', ..], LineEnds::CrLf) => return Begin::Refuse(Fault::BareLf),
            // 22 is the content type `handshake` (RFC 8446 §5.1); no method begins with it.
            ([0x16, ..], _) => return Begin::Refuse(Fault::LooksLikeTls),
            ([b' ' | b'\t', ..], _) => return Begin::Refuse(Fault::RequestLineSpace),
            ([first, ..], _) if !octet::is(*first, TCHAR) => {
                return Begin::Refuse(Fault::NotARequest);
            }
            _ => {
                self.empty_lines = 0;
                return Begin::Message;
            }
        };
        // Empty lines are skipped (RFC 9112 §2.2), if there are few.
        self.empty_lines += 1;
        if self.empty_lines > EMPTY_LINES_LIMIT {
            return Begin::Refuse(Fault::EmptyLines);
        }
        Begin::Skip(skip)
    }

    fn frame(&mut self, head: &RequestHead) -> Result<Framed<Framing>, Diagnosis> {
        let framing = Framing::from_head(head)?;
        let follows = match framing.body {
            BodyLength::None | BodyLength::Length(0) => Follows::Nothing,
            BodyLength::Length(length) => Follows::Length(length),
            BodyLength::Chunked => Follows::Chunked,
        };
        Ok(Framed {
            framing,
            follows,
            // "The server MUST NOT process any further requests received on that connection"
            // (RFC 9112 §9.6).
            persists: framing.persistence.persists(),
        })
    }
}

/// Receives responses, each of which answers the first request that was not answered yet.
#[derive(Debug, Default)]
pub struct Responses {
    pub(super) unanswered: VecDeque<Asked>,
}

impl Role for Responses {
    type Line = StatusLine;
    type Framing = ResponseFraming;

    fn begin(&mut self, octets: &[u8], peer_finished: bool, _: LineEnds) -> Begin {
        match (octets, self.unanswered.is_empty()) {
            ([], true) if peer_finished => Begin::Finished,
            ([], false) if peer_finished => Begin::Refuse(Fault::ResponseMissing),
            ([], _) => Begin::NeedData,
            // "The client MUST NOT consider that data to be a valid response" (RFC 9112 §9.2).
            ([..], true) => Begin::Refuse(Fault::ResponseUnasked),
            ([..], false) => Begin::Message,
        }
    }

    fn frame(&mut self, head: &ResponseHead) -> Result<Framed<ResponseFraming>, Diagnosis> {
        let asked = self.unanswered.front().copied().unwrap_or(Asked::Other);
        let framing = ResponseFraming::from_head(head, asked)?;
        if !framing.interim {
            self.unanswered.pop_front();
        }
        let follows = match framing.body {
            ResponseBody::None | ResponseBody::Length(0) => Follows::Nothing,
            ResponseBody::Length(length) => Follows::Length(length),
            ResponseBody::Chunked => Follows::Chunked,
            ResponseBody::UntilClose => Follows::UntilClose,
            ResponseBody::Opaque => Follows::Opaque,
        };
        Ok(Framed {
            framing,
            follows,
            persists: framing.persists(),
        })
    }
}
