//! What every part of a record is made of: times, spans, heads.

use std::time::Duration;

use crate::http::{LineEnds, RequestHead, Span};
use crate::session::wire::{self, Octets};

/// A record that this version of the program does not understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::session) struct NotUnderstood;

/// A head is read again as leniently as it can have been read before: it was taken then.
pub(super) fn request_head(head: &wire::Head<'_>) -> Result<RequestHead, NotUnderstood> {
    let octets = head.octets.to_octets().ok_or(NotUnderstood)?;
    RequestHead::parse(&octets, head.offset, LineEnds::LfToo).map_err(|_| NotUnderstood)
}

impl<'a> From<&'a RequestHead> for wire::Head<'a> {
    fn from(head: &'a RequestHead) -> Self {
        Self {
            offset: head.span().start,
            octets: Octets::new(head.octets()),
        }
    }
}

impl From<Span> for wire::Span {
    fn from(span: Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
        }
    }
}

impl From<wire::Span> for Span {
    fn from(span: wire::Span) -> Self {
        Self::new(span.start, span.end.max(span.start))
    }
}

pub(super) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
