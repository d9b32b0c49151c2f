//! Everything that is known, of all connections: what a stream of records means.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::budget::Budget;
use super::connection::Connection;
use super::entry::{Moment, is_seen_from_outside};
use super::exchange::{Exchange, ExchangeId};
use super::marks::Marks;
use super::rate::Rate;
use super::standing::Standing;
use crate::event::{AcceptQueue, ConnectionId, Event, Handling, ListenerEvent, Record, Totals};

/// How many exchanges the table lists.
const EXCHANGES: usize = 1 << 16;

/// What a connection could not be had for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// `accept` failed so.
    Accept(String),
    /// No thread could be started, for this reason.
    Thread(String),
}

/// Everything known. A clone is cheap: connections are shared until they change.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    pub(crate) connections: BTreeMap<ConnectionId, Arc<Connection>>,
    /// In the order they began. Some may be gone with their connection.
    pub(crate) exchanges: VecDeque<ExchangeId>,
    /// Where, and how many may wait for `accept` there.
    pub(crate) listening: Vec<(SocketAddr, u32)>,
    /// What connections could not be had for last, and when that was.
    pub(crate) exhausted: Option<(Exhausted, Duration)>,
    /// How many connections were asked for, for how many there is room, and why.
    pub(crate) lowered: Option<(usize, usize, String)>,
    pub(crate) draining: bool,
    /// How new connections are driven; `None` where there is no server to ask.
    pub(crate) new: Option<Handling>,
    /// What waited before `accept`, when the kernel was asked last.
    pub(crate) queue: Option<AcceptQueue>,
    pub(crate) totals: Totals,
    pub(crate) rate: Rate,
    /// The newest time anything said.
    pub(crate) now: Duration,
    /// How many records were folded.
    pub(crate) records: u64,
    /// How many connections were heard of, and how many exchanges began, ever.
    pub(crate) heard_of: u64,
    pub(crate) begun: u64,
    /// How many connections were dropped to keep within the budget.
    pub(crate) evicted: u64,
    /// What is kept whatever the budget.
    pub(crate) marks: Marks,
    pub(crate) budget: Budget,
    /// Whether everything is kept, however much it is.
    pub(super) whole: bool,
    /// Whether of a connection that is kept every record is.
    keeps_all: bool,
    open: BTreeSet<ConnectionId>,
    pub(super) cost: usize,
    /// What a view that stands still keeps of connections as they were before they changed.
    pub(super) kept: usize,
    /// What was dropped, until somebody asks.
    pub(super) dropped: Vec<ConnectionId>,
    /// Below this nothing more is tried to get within the budget.
    pub(super) stuck: usize,
}

impl Trace {
    /// A trace that keeps everything, to be written as a whole.
    pub fn whole() -> Self {
        Self {
            whole: true,
            keeps_all: true,
            ..Self::default()
        }
    }

    /// A trace that takes so much memory at most, in octets.
    pub fn within(octets: usize) -> Self {
        Self {
            budget: Budget::from_memory(octets),
            ..Self::default()
        }
    }

    /// A trace that goes on where this stood, and keeps what comes within its budget.
    pub(super) fn from_standing(standing: &Standing) -> Self {
        let mut trace = Self {
            keeps_all: true,
            ..Self::default()
        };
        for connection in standing.connections() {
            let id = connection.id;
            trace.cost = trace.cost.saturating_add(connection.cost());
            if let Some(newest) = connection.exchanges.back() {
                trace.exchanges.push_back(ExchangeId {
                    connection: id,
                    n: newest.n,
                });
            }
            if connection.closed.is_none() {
                trace.open.insert(id);
            }
            trace.connections.insert(id, Arc::new(connection));
        }
        trace
    }

    /// Folds one record.
    pub fn fold(&mut self, record: Record) {
        let Record { seq, at, event } = record;
        self.pass(at);
        match event {
            Event::Listener(event) => self.fold_listener(at, event),
            Event::Connection(id, activity) => {
                self.records += u64::from(!is_seen_from_outside(&activity));
                let mut began = None;
                self.change(id, at, |connection| {
                    if connection.fold(seq, at, activity) {
                        began = connection.exchanges.back().map(|exchange| exchange.n);
                    }
                });
                if let Some(n) = began {
                    self.begun += 1;
                    self.exchanges.push_back(ExchangeId { connection: id, n });
                    if self.exchanges.len() > EXCHANGES {
                        self.exchanges.pop_front();
                    }
                }
                self.evict();
            }
        }
    }

    fn fold_listener(&mut self, at: Duration, event: ListenerEvent) {
        match event {
            ListenerEvent::Counted(totals) => {
                self.rate.note(totals.requests(), at);
                self.totals = *totals;
                return;
            }
            ListenerEvent::Handling(new) => {
                self.new = Some(new);
                return;
            }
            ListenerEvent::Queue(queue) => {
                self.queue = Some(*queue);
                return;
            }
            ListenerEvent::Opened { .. } | ListenerEvent::Bound { .. } => {}
            ListenerEvent::Listening { local, backlog } => {
                self.listening.push((local, backlog));
            }
            ListenerEvent::AcceptFailed { error, .. } => {
                self.exhausted = Some((Exhausted::Accept(error.into_owned()), at));
            }
            ListenerEvent::SpawnFailed { error } => {
                self.exhausted = Some((Exhausted::Thread(error.into_owned()), at));
            }
            ListenerEvent::Lowered {
                asked,
                holds,
                because,
            } => self.lowered = Some((asked, holds, because.into_owned())),
            ListenerEvent::Draining | ListenerEvent::Stopped => self.draining = true,
        }
        self.records += 1;
    }

    /// Time is never taken back.
    pub(crate) fn pass(&mut self, at: Duration) {
        self.now = self.now.max(at);
    }

    /// Changes a connection, which may be new, and keeps account.
    fn change(&mut self, id: ConnectionId, at: Duration, change: impl FnOnce(&mut Connection)) {
        let mut is_new = false;
        let keeps_all = self.keeps_all;
        let shared = self.connections.entry(id).or_insert_with(|| {
            is_new = true;
            Arc::new(Connection::new(id, at).keeping_all(keeps_all))
        });
        let before = if is_new { 0 } else { shared.cost() };
        self.heard_of += u64::from(is_new);
        if Arc::strong_count(shared) > 1 {
            self.kept = self.kept.saturating_add(before);
        }
        let connection = Arc::make_mut(shared);
        change(connection);
        let (after, open) = (connection.cost(), connection.closed.is_none());
        self.cost = self.cost.saturating_sub(before).saturating_add(after);
        if open {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
    }

    /// How many exchanges were begun before this one, if it is in the list.
    pub(crate) fn begun_before(&self, id: ExchangeId) -> Option<u64> {
        let row = self.exchanges.iter().rposition(|&known| known == id)?;
        Some(self.let_go().wrapping_add(row as u64))
    }

    /// Where the exchange before which so many were begun stands in the list, if it does.
    pub(crate) fn row_after(&self, before: u64) -> Option<usize> {
        let row = usize::try_from(before.wrapping_sub(self.let_go())).ok()?;
        (row < self.exchanges.len()).then_some(row)
    }

    /// How many of those that were begun the list no longer has.
    fn let_go(&self) -> u64 {
        self.begun.wrapping_sub(self.exchanges.len() as u64)
    }

    pub(crate) fn exchange(&self, id: ExchangeId) -> Option<&Exchange> {
        self.connections.get(&id.connection)?.exchange(id.n)
    }

    /// A connection as it was at `moment`, or at the moment nearest to it that is kept.
    pub fn at(&self, id: ConnectionId, moment: Moment) -> Option<Arc<Connection>> {
        let live = self.connections.get(&id)?;
        Some(if moment >= live.moment {
            Arc::clone(live)
        } else {
            Arc::new(live.at(moment))
        })
    }

    /// The newest moment of a connection at which nothing of after `at` had happened.
    pub fn moment_at(&self, id: ConnectionId, at: Duration) -> Option<Moment> {
        Some(self.connections.get(&id)?.log().moment_at(at))
    }

    /// The moment at which an exchange was complete, or the newest one that tells of it.
    pub fn moment_of(&self, id: ExchangeId) -> Option<Moment> {
        Some(self.exchange(id)?.told)
    }

    /// The same for a view that stands still. The two share what does not change; what does
    /// is in memory twice from then on, and counts against the budget of this one.
    pub(crate) fn stand_still(&mut self) -> Self {
        self.kept = 0;
        self.clone()
    }

    /// The view moves on: what it alone had is gone.
    pub(crate) fn move_on(&mut self) {
        self.kept = 0;
    }

    /// What this takes in memory, in octets.
    pub(crate) fn cost(&self) -> usize {
        self.cost + self.kept + self.exchanges.capacity() * size_of::<ExchangeId>()
    }

    /// Open connections.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.open.iter().filter_map(|id| self.connections.get(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::readings;
    use super::super::script::{Script, id};
    use super::super::state::Closed;
    use super::*;
    use crate::event::{Detail, Ledger, Sink};

    fn count(trace: &mut Trace, totals: Totals, ledgers: &[Arc<Ledger>], at: Duration) {
        for record in readings::records(trace, totals, ledgers, at) {
            trace.fold(record);
        }
    }

    #[test]
    fn an_exchange_is_found_in_the_list_by_how_many_were_begun_before_it() {
        let mut trace = Trace::default();
        let mut script = Script::new();
        for n in 1..=6 {
            script
                .accept(n)
                .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        script.fold_into(&mut trace);
        let ids: Vec<_> = trace.exchanges.iter().copied().collect();
        let before: Vec<_> = ids.iter().map(|&id| trace.begun_before(id)).collect();
        for gone in 0..=ids.len() {
            for (&id, before) in ids.iter().zip(&before) {
                let row = trace.exchanges.iter().position(|&known| known == id);
                assert_eq!(trace.row_after(before.unwrap()), row, "{gone}");
            }
            trace.exchanges.pop_front();
        }
        assert_eq!(ids.len(), 6);
        assert_eq!(trace.begun_before(ids[0]), None);
    }

    #[test]
    fn connections_are_re_derived_from_their_ledgers() {
        let address = SocketAddr::from(([127, 0, 0, 1], 5));
        let (sink, _inbox) = Sink::new(Detail::Everything);
        let mut first = sink.accept(address, address);
        let second = sink.accept(address, address);
        first.count_received(7);
        let mut trace = Trace::default();
        count(&mut trace, sink.totals(), &sink.ledgers(), Duration::ZERO);
        assert_eq!(trace.open().count(), 2);
        let row = &trace.connections[&id(1)];
        assert_eq!((row.peer, row.totals.received), (Some(address), 7));

        drop(first);
        count(
            &mut trace,
            sink.totals(),
            &sink.ledgers(),
            Duration::from_secs(1),
        );
        assert_eq!(trace.connections[&id(1)].closed, Some(Closed::LeftOut));
        assert_eq!(trace.connections[&id(2)].closed, None);

        drop(second);
        count(&mut trace, sink.totals(), &[], Duration::from_secs(2));
        assert_eq!(trace.open().count(), 0);
    }

    #[test]
    fn a_record_of_a_connection_taken_for_closed_opens_it_again() {
        let mut trace = Trace::default();
        let mut script = Script::new();
        script.accept(1);
        script.fold_into(&mut trace);
        count(&mut trace, Totals::default(), &[], Duration::ZERO);
        assert_eq!(trace.open().count(), 0);
        script.receive(1, "G");
        script.fold_into(&mut trace);
        assert_eq!(trace.open().count(), 1);
    }
}
