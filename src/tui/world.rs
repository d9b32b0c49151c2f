//! What the records of all connections fold into. Knows no screen: what is selected, and
//! whether the screen stands still, is not its business.

mod history;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::history::Budget;
use super::conn::{Closed, Conn};
use super::exchange::{Exchange, ExchangeId};
use super::marks::Marks;
use super::rate::Rate;
use crate::event::{ConnectionId, Event, Ledger, ListenerEvent, Record, Totals};

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
pub(crate) struct World {
    pub(crate) connections: BTreeMap<ConnectionId, Arc<Conn>>,
    /// In the order they began. Some may be gone with their connection.
    pub(crate) exchanges: VecDeque<ExchangeId>,
    /// Where, and how many may wait for `accept` there.
    pub(crate) listening: Vec<(SocketAddr, u32)>,
    /// What connections could not be had for last, and when that was.
    pub(crate) exhausted: Option<(Exhausted, Duration)>,
    /// How many connections were asked for, for how many there is room, and why.
    pub(crate) lowered: Option<(usize, usize, String)>,
    pub(crate) draining: bool,
    pub(crate) totals: Totals,
    pub(crate) rate: Rate,
    /// The newest time anything said.
    pub(crate) now: Duration,
    /// How many records were folded.
    pub(crate) records: u64,
    /// How many connections were dropped to keep within the budget.
    pub(crate) evicted: u64,
    /// What is kept whatever the budget.
    pub(crate) marks: Marks,
    pub(crate) budget: Budget,
    open: BTreeSet<ConnectionId>,
    cost: usize,
    /// What a view that stands still keeps of connections as they were before they changed.
    kept: usize,
    /// What was dropped, until somebody asks.
    dropped: Vec<ConnectionId>,
    /// Below this nothing more is tried to get within the budget.
    stuck: usize,
}

impl World {
    pub(crate) fn fold(&mut self, record: Record) {
        let Record { seq, at, event } = record;
        self.records += 1;
        self.pass(at);
        match event {
            Event::Listener(event) => self.fold_listener(event, at),
            Event::Connection(id, activity) => {
                let mut began = None;
                self.change(id, at, |conn| {
                    if conn.fold(seq, at, activity) {
                        began = conn.exchanges.back().map(|exchange| exchange.n);
                    }
                });
                if let Some(n) = began {
                    self.exchanges.push_back(ExchangeId { connection: id, n });
                    if self.exchanges.len() > EXCHANGES {
                        self.exchanges.pop_front();
                    }
                }
                self.evict();
            }
        }
    }

    fn fold_listener(&mut self, event: ListenerEvent, at: Duration) {
        match event {
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
    }

    /// Time is never taken back.
    pub(crate) fn pass(&mut self, at: Duration) {
        self.now = self.now.max(at);
    }

    /// Takes over the exact counts. `ledgers` are those of all open connections, or none at
    /// all when nothing was left out.
    pub(crate) fn count(&mut self, totals: Totals, ledgers: &[Arc<Ledger>], at: Duration) {
        self.pass(at);
        self.rate.note(totals.requests(), at);
        self.totals = totals;
        for ledger in ledgers {
            self.change(ledger.id, ledger.accepted, |conn| {
                conn.reconcile(ledger, at);
            });
        }
        if !ledgers.is_empty() || totals.open == 0 {
            let listed: BTreeSet<_> = ledgers.iter().map(|ledger| ledger.id).collect();
            let vanished: Vec<_> = self.open.difference(&listed).copied().collect();
            for id in vanished {
                self.change(id, at, |conn| {
                    conn.closed = Some(Closed::LeftOut);
                    conn.since = at;
                    conn.shrink();
                });
            }
        }
        self.evict();
    }

    /// Changes a connection, which may be new, and keeps account.
    fn change(&mut self, id: ConnectionId, at: Duration, change: impl FnOnce(&mut Conn)) {
        let mut is_new = false;
        let shared = self.connections.entry(id).or_insert_with(|| {
            is_new = true;
            Arc::new(Conn::new(id, at))
        });
        let before = if is_new { 0 } else { shared.cost() };
        if Arc::strong_count(shared) > 1 {
            self.kept = self.kept.saturating_add(before);
        }
        let conn = Arc::make_mut(shared);
        change(conn);
        let (after, open) = (conn.cost(), conn.closed.is_none());
        self.cost = self.cost.saturating_sub(before).saturating_add(after);
        if open {
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
    }

    pub(crate) fn exchange(&self, id: ExchangeId) -> Option<&Exchange> {
        self.connections.get(&id.connection)?.exchange(id.n)
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

    /// What this costs in memory.
    pub(crate) fn cost(&self) -> usize {
        self.cost + self.kept + self.exchanges.capacity() * size_of::<ExchangeId>()
    }

    /// Open connections.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Arc<Conn>> {
        self.open.iter().filter_map(|id| self.connections.get(id))
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::{Script, id};
    use super::*;
    use crate::event::{Detail, Sink};

    #[test]
    fn connections_are_re_derived_from_their_ledgers() {
        let address = SocketAddr::from(([127, 0, 0, 1], 5));
        let (sink, _inbox) = Sink::new(Detail::Everything);
        let mut first = sink.accept(address, address);
        let second = sink.accept(address, address);
        first.count_received(7);
        let mut world = World::default();
        world.count(sink.totals(), &sink.ledgers(), Duration::ZERO);
        assert_eq!(world.open().count(), 2);
        let row = &world.connections[&id(1)];
        assert_eq!((row.peer, row.totals.received), (Some(address), 7));

        drop(first);
        world.count(sink.totals(), &sink.ledgers(), Duration::from_secs(1));
        assert_eq!(world.connections[&id(1)].closed, Some(Closed::LeftOut));
        assert_eq!(world.connections[&id(2)].closed, None);

        drop(second);
        world.count(sink.totals(), &[], Duration::from_secs(2));
        assert_eq!(world.open().count(), 0);
    }

    #[test]
    fn a_record_of_a_connection_taken_for_closed_opens_it_again() {
        let mut world = World::default();
        let mut script = Script::new();
        script.accept(1);
        script.fold_into(&mut world);
        world.count(Totals::default(), &[], Duration::ZERO);
        assert_eq!(world.open().count(), 0);
        script.receive(1, "G");
        script.fold_into(&mut world);
        assert_eq!(world.open().count(), 1);
    }
}
