//! From the vocabulary to what is written, and back.

mod activity;
mod basics;
mod listener;
mod sample;

use std::time::Duration;

pub(super) use self::basics::NotUnderstood;
use self::basics::nanoseconds;
use self::{activity as of_connection, listener as of_listener};
use super::wire;
use crate::event::{ConnectionId, Event, Record};

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

impl TryFrom<wire::Record<'_>> for Record {
    type Error = NotUnderstood;

    fn try_from(record: wire::Record<'_>) -> Result<Self, NotUnderstood> {
        let event = match record.connection {
            None => Event::Listener(of_listener::from_wire(record.event)?),
            Some(id) => {
                Event::Connection(ConnectionId(id), of_connection::from_wire(record.event)?)
            }
        };
        Ok(Self {
            seq: record.seq,
            at: Duration::from_nanos(record.at),
            event,
        })
    }
}
