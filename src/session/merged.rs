//! Several sessions on one time line.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::header::Header;
use super::input::Input;
use super::reader::{At, End, Reader};
use super::redact::{Masker, Redaction};
use crate::event::{Activity, ConnectionId, Event, ListenerEvent, Record};

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

/// Where the record that comes next is, in each of the files.
#[derive(Debug, Clone)]
pub struct Place(Box<[At]>);

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
    pub fn has_more_at_hand(&self) -> bool {
        let mut sessions = self.sessions.iter();
        self.behind.is_some()
            || sessions.any(|session| session.peeked.is_some() || session.reader.has_more_at_hand())
    }

    /// What is wrong with them, a clause each, once they were read to their ends.
    pub fn what_is_wrong(&self) -> Vec<String> {
        let sessions = self.sessions.iter();
        sessions.flat_map(Session::what_is_wrong).collect()
    }

    /// Whether the newest record is in none of the files, but says of which the one behind it is.
    pub fn is_between(&self) -> bool {
        self.behind.is_some()
    }

    /// Whether one of them goes on with a chunk of its own: the best of [places](Self::place).
    pub fn begins_chunk(&self) -> bool {
        let mut sessions = self.sessions.iter();
        !self.is_between()
            && sessions.any(|session| {
                let Session { peeked, reader, .. } = session;
                peeked.is_none() && !reader.has_more_at_hand() && reader.end().is_none()
            })
    }

    /// Whether they can be read again, from any [place](Self::place) on.
    pub fn is_kept(&self) -> bool {
        let mut sessions = self.sessions.iter();
        sessions.all(|session| session.reader.is_kept())
    }

    /// Where the next record is.
    pub fn place(&self) -> Place {
        let at = |session: &Session| match session.peeked {
            Some(_) => session.reader.at_last(),
            None => session.reader.at(),
        };
        Place(self.sessions.iter().map(at).collect())
    }

    /// The records from a place on that this reading has passed, as it read them; `None` where
    /// they can no longer be read.
    pub fn again(&self, from: &Place) -> Option<Again<'_>> {
        let sessions = self.sessions.iter().zip(from.0.iter());
        let sessions = sessions.map(|(session, at)| {
            Some(Session {
                name: session.name.clone(),
                late: session.late,
                reader: session.reader.again(*at)?,
                peeked: None,
                numbers: BTreeMap::new(),
            })
        });
        Some(Again {
            of: self,
            sessions: sessions.collect::<Option<_>>()?,
            newest: 0,
        })
    }
}

/// The index of the session whose next record is the oldest.
fn oldest(sessions: &mut [Session]) -> Option<usize> {
    let mut oldest: Option<(Duration, usize)> = None;
    for (index, session) in sessions.iter_mut().enumerate() {
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
    Some(oldest?.1)
}

/// Records that are read once more.
#[derive(Debug)]
pub struct Again<'a> {
    of: &'a Merged,
    sessions: Vec<Session>,
    /// The index of the session the newest record is of.
    newest: usize,
}

impl Again<'_> {
    /// What says of which of several sessions the connection of the newest record is, if that is
    /// its record.
    pub fn source_of(&self, record: &Record) -> Option<Record> {
        if self.sessions.len() < 2 {
            return None;
        }
        of_source(record, &self.sessions.get(self.newest)?.name)
    }
}

impl Iterator for Again<'_> {
    type Item = Record;

    /// Connections have the numbers they were given the first time.
    fn next(&mut self) -> Option<Record> {
        if let [only] = self.sessions.as_mut_slice() {
            return only.reader.next();
        }
        loop {
            let index = oldest(&mut self.sessions)?;
            self.newest = index;
            let record = self.sessions.get_mut(index)?.take()?;
            let numbers = &self.of.sessions.get(index)?.numbers;
            if let Some(record) = renumbered(record, |id| numbers.get(&id).copied()) {
                return Some(record);
            }
        }
    }
}

/// With the number the connection has among all; `None` for what is of one session alone.
fn renumbered(
    mut record: Record,
    number: impl FnOnce(ConnectionId) -> Option<ConnectionId>,
) -> Option<Record> {
    match &mut record.event {
        Event::Connection(id, _) => *id = number(*id)?,
        // Counts of one session are not those of all.
        Event::Listener(ListenerEvent::Counted(_)) => return None,
        Event::Listener(_) => {}
    }
    Some(record)
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
            let index = oldest(&mut self.sessions)?;
            let session = self.sessions.get_mut(index)?;
            let record = session.take()?;
            let before = self.next;
            let (numbers, next) = (&mut session.numbers, &mut self.next);
            let number = |id| {
                Some(*numbers.entry(id).or_insert_with(|| {
                    *next += 1;
                    ConnectionId(*next - 1)
                }))
            };
            let Some(record) = renumbered(record, number) else {
                continue;
            };
            if self.next == before {
                return Some(record);
            }
            let source = of_source(&record, &session.name);
            self.behind = Some(record);
            return source;
        }
    }
}

/// The record that says of which session the connection of `record` is.
fn of_source(record: &Record, name: &str) -> Option<Record> {
    let Event::Connection(id, _) = record.event else {
        return None;
    };
    Some(Record {
        seq: 0,
        at: record.at,
        event: Event::Connection(id, Activity::OfSource(name.into())),
    })
}

impl Session {
    /// The record that was looked at, on the time line of all.
    fn take(&mut self) -> Option<Record> {
        let mut record = self.peeked.take()?;
        record.at = record.at.saturating_add(self.late);
        Some(record)
    }

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
