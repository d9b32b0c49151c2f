//! The records of many servers on one time line: each connection has a number of its own, and
//! says which server has it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::entry::Entry;
use crate::event::{Activity, ConnectionId, Event, ListenerEvent, Record, Totals};
use crate::session::{Header, Tally, read_message};

/// Every run of every server that was heard of.
#[derive(Debug)]
pub(super) struct Runs {
    /// What the times of records count from.
    started: SystemTime,
    /// The number of the next connection.
    next: u64,
    known: BTreeMap<Arc<str>, Run>,
    /// The newest run of each server.
    newest: BTreeMap<Arc<str>, Arc<str>>,
    /// How many records were not understood.
    skipped: u64,
}

#[derive(Debug)]
struct Run {
    started: SystemTime,
    /// How many records of it should have come before the next entry, and how many of those
    /// were dropped by the server.
    expected: u64,
    lost: u64,
    numbers: BTreeMap<ConnectionId, ConnectionId>,
    tally: Tally,
    missing: u64,
}

/// Records that are missing before an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) source: Arc<str>,
    /// How many the server dropped.
    pub(super) dropped: u64,
    /// How many were in the stream, and are not any more.
    pub(super) trimmed: u64,
}

impl Runs {
    pub(super) fn new(started: SystemTime) -> Self {
        Self {
            started,
            next: 1,
            known: BTreeMap::new(),
            newest: BTreeMap::new(),
            skipped: 0,
        }
    }

    /// How many servers were heard of.
    pub(super) fn sources(&self) -> usize {
        self.newest.len()
    }

    /// How many records were not understood.
    pub(super) const fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The counts of all servers together.
    pub(super) fn totals(&self) -> Totals {
        self.known.values().fold(Totals::default(), |all, run| {
            let one = run.tally.totals();
            let mut statuses = all.statuses;
            for (all, one) in statuses.iter_mut().zip(one.statuses) {
                *all = all.saturating_add(one);
            }
            Totals {
                connections: all.connections.saturating_add(one.connections),
                open: all.open.saturating_add(one.open),
                statuses,
                received: all.received.saturating_add(one.received),
                sent: all.sent.saturating_add(one.sent),
                refused: all.refused.saturating_add(one.refused),
                left_out: all
                    .left_out
                    .saturating_add(one.left_out)
                    .saturating_add(run.missing),
            }
        })
    }

    /// Takes the records of an entry, and says what is missing before them. An entry of
    /// another format is left out and counted.
    pub(super) fn take(&mut self, entry: &Entry, into: &mut Vec<Record>) -> Option<Gap> {
        let mut records = Vec::new();
        self.skipped += read_message(&entry.records, &mut records);
        if !self.known.contains_key(&entry.run) && !self.begin(entry, &records, into) {
            self.skipped += records.len() as u64;
            return None;
        }
        let run = self.known.get_mut(&entry.run)?;
        if entry.seq < run.expected {
            // It was sent twice: nobody said that it had arrived.
            return None;
        }
        let gap = run.gap(entry);
        if gap.as_ref().is_some_and(|gap| gap.trimmed > 0) {
            // What has ended meanwhile is not known, and never will be.
            let at = records.first().map_or(Duration::ZERO, |first| first.at);
            run.forget(self.started, at, into);
        }
        run.expected = entry.seq.saturating_add(count(&entry.records));
        for record in records {
            run.tally.take(&record);
            let (started, next) = (self.started, &mut self.next);
            run.place(record, started, &entry.source, next, into);
        }
        gap
    }

    /// Hears of a run for the first time; `false` where it cannot be read.
    fn begin(&mut self, entry: &Entry, records: &[Record], into: &mut Vec<Record>) -> bool {
        let Ok(header) = Header::from_json(entry.session.as_bytes()) else {
            return false;
        };
        let run = Run {
            started: header.started,
            // What was trimmed before is as what happened before a recording began.
            expected: entry.seq,
            lost: entry.lost,
            numbers: BTreeMap::new(),
            tally: Tally::default(),
            missing: 0,
        };
        let at = records.first().map_or(Duration::ZERO, |first| first.at);
        let at = run.shifted(self.started, at);
        self.known.insert(Arc::clone(&entry.run), run);
        let source = Arc::clone(&entry.source);
        let before = self.newest.insert(source, Arc::clone(&entry.run));
        // A server that has started again has none of its connections any more.
        if let Some(before) = before.and_then(|run| self.known.get_mut(&run)) {
            before.forget_at(at, into);
        }
        true
    }
}

impl Run {
    fn gap(&mut self, entry: &Entry) -> Option<Gap> {
        let missing = entry.seq.saturating_sub(self.expected);
        let dropped = entry.lost.saturating_sub(self.lost).min(missing);
        self.lost = entry.lost;
        self.missing = self.missing.saturating_add(missing);
        (missing > 0).then(|| Gap {
            source: Arc::clone(&entry.source),
            dropped,
            trimmed: missing - dropped,
        })
    }

    /// A time of the run, on the time line of all.
    fn shifted(&self, base: SystemTime, at: Duration) -> Duration {
        let at = self.started.checked_add(at).unwrap_or(self.started);
        at.duration_since(base).unwrap_or_default()
    }

    fn forget(&mut self, base: SystemTime, at: Duration, into: &mut Vec<Record>) {
        let at = self.shifted(base, at);
        self.forget_at(at, into);
    }

    /// Nothing is known any more of the connections that were open.
    fn forget_at(&mut self, at: Duration, into: &mut Vec<Record>) {
        for (own, number) in std::mem::take(&mut self.numbers) {
            let gone = |id| Record {
                seq: 0,
                at,
                event: Event::Connection(id, Activity::Gone),
            };
            self.tally.take(&gone(own));
            into.push(gone(number));
        }
    }

    /// Puts a record on the time line of all.
    fn place(
        &mut self,
        mut record: Record,
        base: SystemTime,
        source: &Arc<str>,
        next: &mut u64,
        into: &mut Vec<Record>,
    ) {
        record.at = self.shifted(base, record.at);
        let (id, activity) = match &mut record.event {
            Event::Connection(id, activity) => (id, activity),
            Event::Listener(ListenerEvent::Stopped) => {
                self.forget_at(record.at, into);
                return;
            }
            // What one server does beside its connections is not said of all.
            Event::Listener(_) => return,
        };
        let is_over = matches!(activity, Activity::Closed { .. } | Activity::Gone);
        let own = *id;
        if let Some(number) = self.numbers.get(&own) {
            *id = *number;
        } else if matches!(activity, Activity::Sampled(_) | Activity::Gone) {
            // It was asked about while it ended.
            return;
        } else {
            *id = ConnectionId(*next);
            *next += 1;
            self.numbers.insert(own, *id);
            into.push(Record {
                seq: 0,
                at: record.at,
                event: Event::Connection(*id, Activity::OfSource(Arc::clone(source))),
            });
        }
        if is_over {
            self.numbers.remove(&own);
        }
        into.push(record);
    }
}

/// How many records a message holds, whether or not they are understood: one a line.
fn count(message: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', message).count() as u64;
    ends + u64::from(!message.is_empty())
}

#[cfg(test)]
mod tests;
