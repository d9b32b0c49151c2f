//! How long a message is (RFC 9112 §6.3), and whether the connection stays (§9.3).
//!
//! The two kinds of message share the fields and their grammar; which rule of §6.3 decides,
//! and how strictly, is said in a file for each.

pub(crate) mod remarks;
pub(crate) mod request;
pub(crate) mod response;

use super::diagnosis::Fault;
use super::head::Head;
use super::head::field::FieldLine;
use super::head::start_line::StartLine;
use super::span::Part;
use super::version::Version;

/// Whether the connection stays after the exchange, as far as one message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// HTTP/1.1 without `close`: persistent by default.
    Persistent,
    /// HTTP/1.0 with `keep-alive`: persistent, and the response must say so.
    KeepAlive,
    /// The peer sent `Connection: close`.
    Close,
    /// HTTP/1.0 that did not ask to stay.
    Http10,
}

impl Persistence {
    /// RFC 9112 §9.3, in its order.
    pub(super) fn from_head<L: StartLine>(head: &Head<L>, version: Version) -> Self {
        if head.lists("connection", b"close") {
            Self::Close
        } else if version == Version::Http11 {
            Self::Persistent
        } else if head.lists("connection", b"keep-alive") {
            Self::KeepAlive
        } else {
            Self::Http10
        }
    }

    /// Whether another exchange may follow.
    pub const fn persists(self) -> bool {
        matches!(self, Self::Persistent | Self::KeepAlive)
    }
}

/// `Content-Length = 1*DIGIT` (RFC 9110 §8.6): no sign, no space, no overflow. `written` stands
/// at `part` of a head. A list is refused here.
pub(super) fn content_length(written: &[u8], part: Part) -> Result<u64, (Fault, Part)> {
    let from = part.range().start;
    let mut number = Some(0u64);
    for (at, &octet) in written.iter().enumerate() {
        let here = Part::new(from + at, from + at + 1);
        match octet {
            b'0'..=b'9' => {
                let digit = u64::from(octet - b'0');
                number = number.and_then(|n| n.checked_mul(10)?.checked_add(digit));
            }
            b',' => return Err((Fault::ContentLengthRepeated, here)),
            _ => return Err((Fault::ContentLengthInvalid, here)),
        }
    }
    number
        .filter(|_| !written.is_empty())
        .ok_or((Fault::ContentLengthInvalid, part))
}

/// The third rule of RFC 9112 §6.3: both fields "ought to be handled as an error". The caret goes under the
/// one that came second.
pub(super) fn length_and_coding(coding: &FieldLine, length: &FieldLine) -> (Fault, Part) {
    let second = if length.value.start > coding.value.start {
        length
    } else {
        coding
    };
    (Fault::LengthAndCoding, second.value)
}

/// What Transfer-Encoding lists.
pub(super) struct Codings {
    /// Where the final coding stands, or the field when it lists none.
    pub(super) last: Part,
    /// Whether the final coding is chunked.
    pub(super) chunked: bool,
    /// Where chunked stands for the second time.
    pub(super) repeated: Option<Part>,
    /// Where the first coding stands that is not chunked.
    pub(super) other: Option<Part>,
}

impl Codings {
    /// Reads every line of the field, of which `first` is the first.
    pub(super) fn from_fields<L: StartLine>(head: &Head<L>, first: &FieldLine) -> Self {
        let mut codings = Self {
            last: first.value,
            chunked: false,
            repeated: None,
            other: None,
        };
        let mut seen = false;
        for (part, coding) in head.members("transfer-encoding") {
            let chunked = coding.eq_ignore_ascii_case(b"chunked");
            if !chunked {
                codings.other = codings.other.or(Some(part));
            } else if seen {
                codings.repeated = codings.repeated.or(Some(part));
            }
            seen |= chunked;
            (codings.last, codings.chunked) = (part, chunked);
        }
        codings
    }
}
