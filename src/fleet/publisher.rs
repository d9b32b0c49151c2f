//! Puts records into entries, and keeps those that were not acknowledged, up to a limit.
//! It knows no socket: entries go into a [`Stream`].

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::codes::Codes;
use super::entry::Entry;
use crate::event::Record;
use crate::session::{Header, Messages, RecordError, Redaction, Store};

/// How many octets of records may wait for a stream that takes nothing.
const ROOM: usize = 16 << 20;
/// How long it is waited before it is tried again: at first, and at most.
const SOON: Duration = Duration::from_millis(100);
const LATE: Duration = Duration::from_secs(5);

/// Where entries go.
pub trait Stream {
    /// Appends an entry. Where it fails it is not known whether the entry is there.
    ///
    /// # Errors
    /// Why it was not acknowledged, as a clause.
    fn add(&mut self, entry: &Entry) -> Result<(), String>;
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Every octet, as in a session file.
    #[default]
    Octets,
    /// Statuses, diagnoses, times and counts.
    Codes,
}

/// How publishing goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// How many records are in the stream.
    pub published: u64,
    /// How many are not, and will not be.
    pub lost: u64,
    /// Why nothing is taken at the moment, as a clause.
    pub trouble: Option<String>,
}

/// Who publishes, and what.
#[derive(Debug, Clone)]
pub struct About {
    /// What the server is called.
    pub source: String,
    /// Others each time it starts.
    pub run: String,
    /// What a session file would say of itself.
    pub header: Header,
    /// What is masked, if anything is.
    pub redaction: Option<Redaction>,
    /// What is told.
    pub detail: Detail,
}

/// Publishes records.
pub struct Publisher<S> {
    stream: S,
    tell: Box<dyn Fn(&Standing) + Send>,
    codes: Option<Codes>,
    messages: Messages,
    /// What all entries have in common.
    like: Entry,
    waiting: VecDeque<(Entry, u64)>,
    /// How many octets of records wait.
    octets: usize,
    appended: u64,
    written: u64,
    dropped: u64,
    /// How many were dropped before there was room again.
    made_up: u64,
    /// When it is tried again, and how long it is waited after that.
    retry: Duration,
    pause: Duration,
    standing: Standing,
    told: Standing,
}

impl<S> fmt::Debug for Publisher<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher")
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

impl<S: Stream> Publisher<S> {
    /// Nothing is published yet. `tell` is told how it goes, where that has changed.
    pub fn new(stream: S, about: About, tell: impl Fn(&Standing) + Send + 'static) -> Self {
        let codes = (about.detail == Detail::Codes).then(Codes::default);
        Self {
            stream,
            tell: Box::new(tell),
            codes,
            messages: Messages::new(about.redaction),
            like: Entry {
                source: about.source.into(),
                run: about.run.into(),
                seq: 0,
                lost: 0,
                session: about.header.to_json().into(),
                records: Vec::new(),
            },
            waiting: VecDeque::new(),
            octets: 0,
            appended: 0,
            written: 0,
            dropped: 0,
            made_up: 0,
            retry: Duration::ZERO,
            pause: SOON,
            standing: Standing::default(),
            told: Standing::default(),
        }
    }

    /// Makes an entry of what was appended. Where there is no room, those that wait are kept:
    /// what comes after them is missing in one place then.
    fn end_message(&mut self) {
        let Some(message) = self.messages.end() else {
            return;
        };
        let length = message.octets.len();
        if self.octets + length > ROOM {
            self.dropped += message.records;
        } else {
            self.octets += length;
            let entry = Entry {
                records: message.octets,
                lost: self.dropped,
                ..self.like.clone()
            };
            self.waiting.push_back((entry, message.records));
        }
        self.like.seq += message.records;
    }

    /// Sends what waits, unless that was refused a moment ago.
    fn send(&mut self, now: Duration) {
        if now < self.retry {
            return;
        }
        while let Some((entry, records)) = self.waiting.front() {
            if let Err(why) = self.stream.add(entry) {
                self.standing.trouble = Some(why);
                self.retry = now.saturating_add(self.pause);
                self.pause = (self.pause * 2).min(LATE);
                return;
            }
            self.standing.published += records;
            self.standing.trouble = None;
            self.pause = SOON;
            self.octets -= entry.records.len();
            self.written += entry.records.len() as u64;
            self.waiting.pop_front();
        }
        self.made_up = self.dropped;
    }

    fn say(&mut self) {
        if self.told != self.standing {
            self.told.clone_from(&self.standing);
            (self.tell)(&self.standing);
        }
    }
}

impl<S: Stream> Store for Publisher<S> {
    const EVERY: Duration = Duration::from_millis(100);

    fn append(&mut self, record: &Record) -> Result<(), RecordError> {
        let reduced;
        let record = match &mut self.codes {
            None => record,
            Some(codes) => match codes.of(record) {
                Some(record) => {
                    reduced = record;
                    &reduced
                }
                None => return Ok(()),
            },
        };
        let pushed = self.messages.push(record);
        pushed.map_err(|error| RecordError::Io(error.into()))?;
        self.appended += 1;
        if self.messages.is_long() {
            self.end_message();
            self.send(record.at);
        }
        Ok(())
    }

    fn flush(&mut self, now: Duration, lost: u64) -> Result<(), RecordError> {
        self.end_message();
        self.send(now);
        self.standing.lost = lost + self.dropped;
        self.say();
        Ok(())
    }

    fn octets(&self) -> u64 {
        self.written
    }

    fn records(&self) -> u64 {
        self.appended
    }

    fn lost(&self) -> u64 {
        self.made_up
    }

    fn finish(mut self) -> Result<u64, RecordError> {
        self.end_message();
        // There is no later time.
        self.send(Duration::MAX);
        let left: u64 = self.waiting.iter().map(|(_, records)| records).sum();
        self.standing.lost += left;
        self.say();
        Ok(self.written)
    }
}

#[cfg(test)]
mod tests;
