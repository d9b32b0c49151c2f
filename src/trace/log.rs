//! The newest records of one connection, in the order they came: the one store of what is
//! known of it. Where records were left out, that is a line of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, Moment};
use crate::event::{Activity, Sampled};

/// What an allocation takes beside the octets in it: its counts and its rounding.
const ALLOCATION: usize = 32;

/// The newest records of one connection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Log {
    entries: VecDeque<Entry>,
    /// Before the oldest that is kept.
    first: Moment,
    /// The number the worker's next record had before the oldest that is kept.
    first_seq: u64,
    /// How many octets of the stream they hold.
    octets: usize,
}

/// One line of what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line<'a> {
    /// A record.
    Record(&'a Entry),
    /// So many records were counted and left out, before this time.
    LeftOut(Duration, u64),
}

impl Line<'_> {
    /// When it was.
    pub(crate) const fn at(&self) -> Duration {
        match self {
            Self::Record(entry) => entry.at,
            Self::LeftOut(at, _) => *at,
        }
    }

    /// Whether it is a line of the ladder. The search is not: it would bury the rest.
    pub(crate) const fn is_on_ladder(&self) -> bool {
        match self {
            Self::Record(entry) => {
                !entry.is_reading() && !matches!(entry.activity, Activity::Scanned { .. })
            }
            Self::LeftOut(..) => true,
        }
    }
}

impl Log {
    /// A log with nothing in it, which goes on where this one begins.
    pub(super) fn emptied(&self) -> Self {
        Self::from(self.first, self.first_seq)
    }

    /// A log with nothing in it, which begins there.
    pub(super) fn from(first: Moment, first_seq: u64) -> Self {
        Self {
            entries: VecDeque::new(),
            first,
            first_seq,
            octets: 0,
        }
    }

    pub(super) fn push(&mut self, entry: Entry) {
        self.octets += entry.octets();
        self.entries.push_back(entry);
    }

    /// Puts this sample in the place of the newest record, if that is one too.
    pub(super) fn replace_sample(&mut self, at: Duration, sampled: &Arc<Sampled>) -> bool {
        let Some(newest) = self.entries.back_mut() else {
            return false;
        };
        let Activity::Sampled(before) = &mut newest.activity else {
            return false;
        };
        *before = Arc::clone(sampled);
        newest.at = at;
        true
    }

    /// Takes the oldest out.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        let entry = self.entries.pop_front()?;
        self.octets = self.octets.saturating_sub(entry.octets());
        self.first = self.first.next();
        self.first_seq = self.first_seq.max(entry.next_seq());
        Some(entry)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn octets(&self) -> usize {
        self.octets
    }

    /// Before the oldest that is kept.
    pub(crate) const fn first(&self) -> Moment {
        self.first
    }

    /// The number the worker's next record had before the oldest that is kept.
    pub(crate) const fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// After the newest.
    pub(crate) fn last(&self) -> Moment {
        Moment(self.first.0.saturating_add(self.entries.len() as u64))
    }

    /// The record that came after this moment.
    pub(crate) fn after(&self, moment: Moment) -> Option<&Entry> {
        let index = moment.0.checked_sub(self.first.0)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Every record that is kept, the oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The newest moment at which nothing of after `at` had happened.
    pub(crate) fn moment_at(&self, at: Duration) -> Moment {
        let later = self.entries.iter().rev().take_while(|entry| entry.at > at);
        Moment(self.last().0.saturating_sub(later.count() as u64))
    }

    /// What happened, line by line, the oldest first.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        (0..self.entries.len()).flat_map(|index| {
            let entry = self.entries.get(index);
            let expected = match index.checked_sub(1) {
                Some(before) => self.entries.get(before).map(Entry::next_seq),
                None => Some(self.first_seq),
            };
            let gap = entry.zip(expected).and_then(|(entry, expected)| {
                let missing = entry.seq.saturating_sub(expected);
                (missing > 0).then_some(Line::LeftOut(entry.at, missing))
            });
            gap.into_iter().chain(entry.map(Line::Record))
        })
    }

    /// What it takes in memory, in octets.
    pub(super) fn cost(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>() + self.octets
            // A run has an allocation of its own; about every other record is one.
            + self.entries.len() / 2 * ALLOCATION
    }

    /// Gives back room that will not be needed.
    pub(super) fn shrink_to(&mut self, entries: usize) {
        self.entries.shrink_to(entries);
    }
}
