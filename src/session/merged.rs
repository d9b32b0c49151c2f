//! Several sessions on one time line.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, SystemTime};

use super::header::Header;
use super::reader::{End, Reader};
use super::redact::{Masker, Redaction};
use crate::event::{Activity, ConnectionId, Event, ListenerEvent, Record};

/// What is read from: a file, or standard input.
pub type Input = Box<dyn Read + Send>;

/// The records of sessions, in the order of their times. Times count from the beginning of
/// the session that began first. Where there are several, each connection has a number of its
/// own, in the order in which they are first told of.
#[derive(Debug)]
pub struct Merged {
    sessions: Vec<Session>,
    started: SystemTime,
    /// The number of the next connection.
    next: u64,
    /// The record that comes after the one that says which session its connection is of.
    behind: Option<Record>,
    masker: Option<Masker>,
}

#[derive(Debug)]
struct Session {
    name: String,
    /// How long after the first one it began.
    late: Duration,
    reader: Reader<Input>,
    /// The record that comes next, where it was looked at.
    peeked: Option<Record>,
    numbers: BTreeMap<ConnectionId, ConnectionId>,
}

impl Merged {
    /// Puts sessions together, each with a name to call it by.
    pub fn new(sessions: Vec<(String, Reader<Input>)>) -> Self {
        let begins = sessions.iter().map(|(_, reader)| reader.header().started);
        let started = begins.min().unwrap_or(SystemTime::UNIX_EPOCH);
        let sessions = sessions.into_iter().map(|(name, reader)| {
            let late = reader.header().started.duration_since(started);
            Session {
                name,
                late: late.unwrap_or_default(),
                reader,
                peeked: None,
                numbers: BTreeMap::new(),
            }
        });
        Self {
            sessions: sessions.collect(),
            started,
            next: 1,
            behind: None,
            masker: None,
        }
    }

    /// The same, with what `redaction` names masked.
    #[must_use]
    pub fn masked(mut self, redaction: Redaction) -> Self {
        self.masker = Some(Masker::new(redaction));
        self
    }

    /// What the times of the records count from.
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// What each file says of itself, and its name.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &Header)> {
        let sessions = self.sessions.iter();
        sessions.map(|session| (session.name.as_str(), session.reader.header()))
    }

    /// Whether the next record need not be waited for.
    pub(super) fn has_more_at_hand(&self) -> bool {
        let mut sessions = self.sessions.iter();
        self.behind.is_some()
            || sessions.any(|session| session.peeked.is_some() || session.reader.has_more_at_hand())
    }

    /// What is wrong with them, a clause each, once they were read to their ends.
    pub fn what_is_wrong(&self) -> Vec<String> {
        let sessions = self.sessions.iter();
        sessions.flat_map(Session::what_is_wrong).collect()
    }

    /// The session whose next record is the oldest.
    fn oldest(&mut self) -> Option<&mut Session> {
        let mut oldest: Option<(Duration, usize)> = None;
        for (index, session) in self.sessions.iter_mut().enumerate() {
            if session.peeked.is_none() {
                session.peeked = session.reader.next();
            }
            let Some(record) = &session.peeked else {
                continue;
            };
            let at = record.at.saturating_add(session.late);
            if oldest.is_none_or(|(oldest, _)| at < oldest) {
                oldest = Some((at, index));
            }
        }
        self.sessions.get_mut(oldest?.1)
    }
}

impl Iterator for Merged {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let record = self.next_as_it_is()?;
        Some(match &mut self.masker {
            Some(masker) => masker.mask(&record),
            None => record,
        })
    }
}

impl Merged {
    fn next_as_it_is(&mut self) -> Option<Record> {
        // One alone is not waited for before what it has told was taken.
        if let [only] = self.sessions.as_mut_slice() {
            return only.reader.next();
        }
        if let Some(record) = self.behind.take() {
            return Some(record);
        }
        loop {
            let mut next = self.next;
            let first = next;
            let session = self.oldest()?;
            let mut record = session.peeked.take()?;
            record.at = record.at.saturating_add(session.late);
            match &mut record.event {
                Event::Connection(id, _) => {
                    *id = *session.numbers.entry(*id).or_insert_with(|| {
                        next += 1;
                        ConnectionId(next - 1)
                    });
                }
                // Counts of one session are not those of all.
                Event::Listener(ListenerEvent::Counted(_)) => continue,
                Event::Listener(_) => {}
            }
            if next != first
                && let Event::Connection(id, _) = record.event
            {
                let source = Activity::OfSource(session.name.as_str().into());
                self.next = next;
                let first = Record {
                    seq: 0,
                    at: record.at,
                    event: Event::Connection(id, source),
                };
                self.behind = Some(record);
                return Some(first);
            }
            return Some(record);
        }
    }
}

impl Session {
    fn what_is_wrong(&self) -> Vec<String> {
        let (name, reader) = (&self.name, &self.reader);
        let mut wrong = Vec::new();
        match reader.end() {
            Some(End::CutOff) => wrong.push(format!(
                "{name}: the recording was not ended in order: up to a second of it is missing"
            )),
            Some(End::Damaged(why)) => {
                wrong.push(format!("{name}: it is damaged, and ends early: {why}"));
            }
            Some(End::Whole) | None => {}
        }
        let damaged = reader.damaged_chunks();
        if damaged > 0 {
            wrong.push(format!("{name}: {damaged} damaged blocks are left out"));
        }
        let skipped = reader.skipped();
        if skipped > 0 {
            wrong.push(format!(
                "{name}: {skipped} records are left out that this version does not know"
            ));
        }
        wrong
    }
}
