//! From the vocabulary to what is written, and back.

mod activity;
mod listener;
mod sample;

use std::time::Duration;

use self::{activity as of_connection, listener as of_listener};
use super::wire::{self, Octets};
use crate::event::{ConnectionId, Event, Record};
use crate::http::{LineEnds, RequestHead, Span};

impl<'a> From<&'a Record> for wire::Record<'a> {
    fn from(record: &'a Record) -> Self {
        let (connection, event) = match &record.event {
            Event::Listener(event) => (None, of_listener::to_wire(event)),
            Event::Connection(id, activity) => (Some(id.0), of_connection::to_wire(activity)),
        };
        Self {
            seq: record.seq,
            at: nanoseconds(record.at),
            connection,
            event,
        }
    }
}

/// A record that this version of the program does not understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotUnderstood;

impl TryFrom<wire::Record<'_>> for Record {
    type Error = NotUnderstood;

    fn try_from(record: wire::Record<'_>) -> Result<Self, NotUnderstood> {
        let event = match record.connection {
            None => Event::Listener(of_listener::from_wire(record.event)?),
            Some(id) => Event::Connection(ConnectionId(id), of_connection::from_wire(record.event)?),
        };
        Ok(Self {
            seq: record.seq,
            at: Duration::from_nanos(record.at),
            event,
        })
    }
}

/// A head is read again as leniently as it can have been read before: it was taken then.
fn request_head(head: &wire::Head<'_>) -> Result<RequestHead, NotUnderstood> {
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

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
