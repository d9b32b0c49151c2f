//! A message of a session file: some records as a JSON array, one a line.
//!
//! A head repeats octets that were received just before. Where the record of that is in the
//! same message, the head refers to them.

use std::sync::Arc;
use std::time::Duration;

use super::convert::NotUnderstood;
use super::wire::{self, Octets};
use crate::event::{Activity, ConnectionId, Event, Record};
use crate::http::RequestHead;

/// A message that is as long as this is over.
const LONG: usize = 32 * 1024;

/// The records of the message to come.
#[derive(Debug, Default)]
pub(super) struct Message {
    octets: Vec<u8>,
    /// When the first of them happened.
    first: Duration,
    /// What they say was received.
    received: Vec<(ConnectionId, u64, Arc<[u8]>)>,
}

impl Message {
    /// Appends a record.
    pub(super) fn push(&mut self, record: &Record) -> serde_json::Result<()> {
        let mut wire = wire::Record::from(record);
        if let Event::Connection(id, activity) = &record.event {
            match (activity, &mut wire.event) {
                (Activity::Received { offset, octets, .. }, _) => {
                    self.received.push((*id, *offset, Arc::clone(octets)));
                }
                (Activity::Parsed { head, .. }, wire::Event::Parsed { head: wire })
                | (
                    Activity::Rejected {
                        head: Some(head), ..
                    },
                    wire::Event::Rejected {
                        head: Some(wire), ..
                    },
                ) if self.holds(*id, head) => {
                    wire.octets = Octets::Received(head.octets().len());
                }
                _ => {}
            }
        }
        if self.octets.is_empty() {
            self.first = record.at;
            self.octets.push(b'[');
        } else {
            self.octets.extend_from_slice(b",\n");
        }
        serde_json::to_writer(&mut self.octets, &wire)
    }

    /// Whether the octets of a head are among those received.
    fn holds(&self, id: ConnectionId, head: &RequestHead) -> bool {
        let (at, head) = (head.span().start, head.octets());
        let mut newest_first = self.received.iter().rev();
        newest_first.any(|(of, offset, octets)| {
            *of == id && part(octets, *offset, at, head.len()) == Some(head)
        })
    }

    /// Whether it is long enough to be written.
    pub(super) fn is_long(&self) -> bool {
        self.octets.len() >= LONG
    }

    /// Ends it: when it begins, and its octets; `None` where there is no record in it.
    pub(super) fn end(&mut self) -> Option<(Duration, &[u8])> {
        if self.octets.is_empty() {
            return None;
        }
        self.octets.push(b']');
        Some((self.first, &self.octets))
    }

    #[cfg(test)]
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The next one begins.
    pub(super) fn clear(&mut self) {
        self.octets.clear();
        self.received.clear();
    }
}

/// Reads the records of a message, and says how many were not understood. A message may be
/// one record alone.
pub(super) fn read(message: &[u8], into: &mut Vec<Record>) -> u64 {
    let begin = into.len();
    let mut skipped = 0;
    let records = message
        .strip_prefix(b"[")
        .and_then(|m| m.strip_suffix(b"]"));
    // A line end stands between records alone: within a string it is escaped.
    for line in records.unwrap_or(message).split(|&octet| octet == b'\n') {
        let line = line.strip_suffix(b",").unwrap_or(line);
        let here = into.get(begin..).unwrap_or_default();
        match understand(line, here) {
            Ok(record) => into.push(record),
            Err(NotUnderstood) => skipped += 1,
        }
    }
    skipped
}

fn understand(line: &[u8], before: &[Record]) -> Result<Record, NotUnderstood> {
    let mut record: wire::Record<'_> = serde_json::from_slice(line).map_err(|_| NotUnderstood)?;
    if let Some(id) = record.connection
        && let wire::Event::Parsed { head }
        | wire::Event::Rejected {
            head: Some(head), ..
        } = &mut record.event
        && let Octets::Received(length) = head.octets
    {
        let octets = received(before, ConnectionId(id), head.offset, length);
        head.octets = Octets::Known(octets.ok_or(NotUnderstood)?);
    }
    Record::try_from(record)
}

/// What these records say was received at `at`.
fn received(records: &[Record], id: ConnectionId, at: u64, length: usize) -> Option<Arc<[u8]>> {
    let mut newest_first = records.iter().rev();
    newest_first.find_map(|record| match &record.event {
        Event::Connection(of, Activity::Received { offset, octets, .. }) if *of == id => {
            part(octets, *offset, at, length).map(Arc::from)
        }
        Event::Connection(..) | Event::Listener(_) => None,
    })
}

/// The part of `octets`, which begin at `offset`, that begins at `at`.
fn part(octets: &[u8], offset: u64, at: u64, length: usize) -> Option<&[u8]> {
    let from = usize::try_from(at.checked_sub(offset)?).ok()?;
    octets.get(from..)?.get(..length)
}
