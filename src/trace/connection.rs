//! One connection: the newest records of it, and what they come to, now and at every moment
//! that is kept.
//!
//! The records are the one store. When the oldest are dropped they are folded into a base, so
//! that what is asked for at a later moment is exact.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{self, Entry, Moment};
use super::exchange::Exchange;
use super::log::Log;
use super::octets::{Index, Octets};
use super::state::State;
use crate::event::{Activity, ConnectionId};
use crate::http::Span;

/// How many records of one connection are kept.
const RECORDS: usize = 4096;
/// How many octets of one connection are kept.
const OCTETS: usize = 1 << 20;
/// When one of these is too many, this part of it goes at once: what is done for all of them
/// together is not worth doing for each.
const SPARE: usize = 16;
/// How many exchanges of one connection are kept, even if the records of them are gone.
const EXCHANGES: usize = 256;

/// One connection, as of a moment. It reads as the [`State`] of that moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    state: State,
    /// What was known before the oldest record that is kept; `None` while all are. Of the
    /// exchanges it has the newest alone: those before it no longer change.
    base: Option<Box<State>>,
    log: Log,
    index: Index,
    /// When it was first heard of.
    heard_of: Duration,
    /// Whether all records are kept, however many they are.
    keeps_all: bool,
}

/// What is known of a connection is what its records come to.
impl Deref for Connection {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Connection {
    /// A connection of which nothing is known but that it is there.
    pub(crate) fn new(id: ConnectionId, at: Duration) -> Self {
        Self {
            state: State::new(id, at),
            base: None,
            log: Log::default(),
            index: Index::default(),
            heard_of: at,
            keeps_all: false,
        }
    }

    /// A connection of which no record is kept, and all that come are.
    pub(super) fn from_state(state: State, heard_of: Duration) -> Self {
        Self {
            base: Some(Box::new(state.clone())),
            log: Log::from(state.moment, state.next_seq),
            index: Index::default(),
            heard_of,
            keeps_all: true,
            state,
        }
    }

    /// When it was first heard of.
    pub(crate) const fn heard_of(&self) -> Duration {
        self.heard_of
    }

    /// The same, which keeps all its records or the newest of them.
    pub(crate) fn keeping_all(mut self, keeps_all: bool) -> Self {
        self.keeps_all = keeps_all;
        self
    }

    /// Its records.
    pub(crate) const fn log(&self) -> &Log {
        &self.log
    }

    /// What was known before the oldest record that is kept, where not all are.
    pub(crate) fn before_log(&self) -> Option<&State> {
        self.base.as_deref()
    }

    /// The octets that came, as far as they are kept.
    pub(crate) const fn octets(&self) -> Octets<'_> {
        Octets::logged(&self.log, &self.index, self.state.recvs, self.state.end)
    }

    /// The first line of a request as far as it is known: of one that was not parsed yet, as
    /// it came.
    pub(crate) fn first_line(&self, exchange: &Exchange) -> Option<Vec<u8>> {
        if let Some(line) = exchange.request_line() {
            return Some(line.to_vec());
        }
        let head = exchange.head_span?;
        let octets = self.octets().octets_in(head).map(|(_, octet)| octet);
        let line: Vec<u8> = octets.take_while(|octet| *octet != b'\n').collect();
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        (!line.is_empty()).then(|| line.to_vec())
    }

    /// The first octets of the content of a response, those of them that were sent, as far as
    /// they were asked for and are kept.
    pub(crate) fn content_of(&self, exchange: &Exchange) -> Option<&[u8]> {
        let entry = self.log.after(exchange.content_at?)?;
        let Activity::Content { octets } = &entry.activity else {
            return None;
        };
        let sent = usize::try_from(exchange.content_sent()).unwrap_or(usize::MAX);
        Some(octets.get(..sent).unwrap_or(octets))
    }

    /// What was told last of what happened; that its counts were read is nothing that happened.
    pub(crate) fn newest(&self) -> Option<&Entry> {
        let mut newest_first = self.log.iter().rev();
        newest_first.find(|entry| !entry.is_reading())
    }

    /// Folds one record. Says whether an exchange began.
    pub(crate) fn fold(&mut self, seq: u64, at: Duration, activity: Activity) -> bool {
        let seq = entry::numbered(seq, &activity, self.state.next_seq);
        if self.says_nothing_new(at, &activity) {
            return false;
        }
        let known = self.state.exchanges.back().map(|exchange| exchange.n);
        let is_over = matches!(activity, Activity::Closed { .. } | Activity::Gone);
        self.take(Entry { seq, at, activity });
        self.keep_within_bounds();
        if is_over {
            self.shrink();
        }
        self.state.exchanges.back().map(|exchange| exchange.n) != known
    }

    /// Whether this makes no record: counts that are known, and an answer of the kernel where
    /// nothing happened since the one before, which it replaces.
    fn says_nothing_new(&mut self, at: Duration, activity: &Activity) -> bool {
        if let Activity::Counted(counted) = activity {
            return self.state.agrees_with(counted);
        }
        let Activity::Sampled(sampled) = activity else {
            return false;
        };
        if !self.state.was_asked {
            return false;
        }
        self.state.sampled = Some(Arc::clone(sampled));
        // The one before may be kept no more.
        if !self.log.replace_sample(at, sampled)
            && let Some(base) = &mut self.base
        {
            base.sampled = Some(Arc::clone(sampled));
        }
        true
    }

    fn take(&mut self, entry: Entry) {
        let (recvs, moment) = (self.state.recvs, self.state.moment);
        self.state.fold(entry.seq, entry.at, &entry.activity);
        if self.state.recvs != recvs {
            let start = self.state.end.saturating_sub(entry.octets() as u64);
            self.index.push(Span::new(start, self.state.end), moment);
        }
        self.log.push(entry);
    }

    fn keep_within_bounds(&mut self) {
        if self.keeps_all || self.log.len() <= RECORDS && self.log.octets() <= OCTETS {
            return;
        }
        let (records, octets) = (RECORDS - RECORDS / SPARE, OCTETS - OCTETS / SPARE);
        while self.log.len() > records || self.log.octets() > octets && self.log.len() > 1 {
            self.drop_oldest();
        }
        self.index.forget(self.log.first());
        self.forget_exchanges(EXCHANGES);
    }

    fn drop_oldest(&mut self) {
        let Some(entry) = self.log.pop() else { return };
        let base = self
            .base
            .get_or_insert_with(|| Box::new(State::new(self.state.id, self.heard_of)));
        base.fold(entry.seq, entry.at, &entry.activity);
        base.keep_exchanges(1);
    }

    /// How many exchanges began before the newest of the base, and change no more.
    fn settled(&self) -> usize {
        let base = self.base.as_ref().and_then(|base| base.exchanges.back());
        let first = base.map_or(0, |newest| newest.n);
        self.state.exchanges.partition_point(|e| e.n < first)
    }

    /// Forgets the oldest of the exchanges no record tells of, until `count` are left in all.
    fn forget_exchanges(&mut self, count: usize) {
        let all = self.state.exchanges.len();
        let too_many = all.saturating_sub(count).min(self.settled());
        self.state.keep_exchanges(all - too_many);
    }

    /// The same connection as it was at `moment`, or at the moment nearest to it that is kept.
    #[must_use]
    pub fn at(&self, moment: Moment) -> Self {
        let mut state = match &self.base {
            Some(base) => (**base).clone(),
            None => State::new(self.state.id, self.heard_of),
        };
        let settled = self.state.exchanges.iter().take(self.settled());
        let mut exchanges: VecDeque<_> = settled.cloned().collect();
        exchanges.append(&mut state.exchanges);
        state.heads = exchanges.iter().map(Exchange::heads).sum();
        state.exchanges = exchanges;
        let mut past = Self {
            state,
            base: self.base.clone(),
            log: self.log.emptied(),
            index: Index::default(),
            heard_of: self.heard_of,
            keeps_all: self.keeps_all,
        };
        let first = self.log.first();
        let count = moment.0.saturating_sub(first.0);
        for entry in self
            .log
            .iter()
            .take(usize::try_from(count).unwrap_or(usize::MAX))
        {
            past.take(entry.clone());
        }
        past
    }

    /// Forgets the older half of what is kept.
    pub(super) fn shed(&mut self) {
        for _ in 0..self.log.len() / 2 {
            self.drop_oldest();
        }
        self.index.forget(self.log.first());
        self.forget_exchanges(self.state.exchanges.len() / 2);
        // Lists that shrink and grow by turns leave a heap full of holes.
        self.log.shrink_to(self.log.len() * 2);
        self.index.shrink_to(self.index.len() * 2);
        let exchanges = &mut self.state.exchanges;
        exchanges.shrink_to(exchanges.len() * 2);
    }

    /// Gives back room that will not be needed: nothing more will come. The log is left as it
    /// is: cut to size, thousands of short ones leave holes of sizes nothing else has.
    fn shrink(&mut self) {
        self.state.exchanges.shrink_to_fit();
    }

    /// What it takes in memory, in octets, as far as can be counted at no cost.
    pub(crate) fn cost(&self) -> usize {
        // Besides itself: two counts, and its place in a tree.
        const PLACE: usize = 64;
        let exchange = size_of::<Exchange>();
        let base = self.base.as_ref();
        let base = base.map_or(0, |base| size_of::<State>() + base.heads + exchange);
        size_of::<Self>()
            + PLACE
            + base
            + self.log.cost()
            + self.index.cost()
            + self.state.heads
            + self.state.exchanges.capacity() * exchange
    }
}
