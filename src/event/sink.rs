//! Stamps, counts and sends records, without ever making a worker wait for the screen.
//!
//! Totals are atomics and always exact. Detail travels on credit: a watcher grants an
//! allowance of batches, and when it is spent a worker counts what it leaves out instead of
//! building it. A batch is what one connection did between two calls that can block.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, SendError, Sender, TrySendError, bounded};
use crossbeam_utils::CachePadded;

use super::batch::Batch;
use super::connection::ConnectionId;
use super::in_flight::{InFlight, LOG_OCTETS};
use super::ledger::Ledger;
use super::measures::Measures;
use super::record::{Event, ListenerEvent, Record};
use super::recorders::Recorders;
use super::totals::Totals;
use crate::spread::Spread;

/// How much a watcher wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Nobody watches: totals only.
    Totals,
    /// One exchange at a time, for an access log: nothing is left out. A worker waits for
    /// whoever makes lines of it, who must not wait for long.
    Exchanges,
    /// Everything that happens, on credit, for the dashboard.
    Everything,
}

/// How many batches may be under way to the watcher: both allowances in full, and room for
/// what the listeners tell.
const CHANNEL_BATCHES: usize = 10_000;
/// How much of what is granted and not spent is kept for a burst: a page with many pictures,
/// or a request received octet by octet, is far below it.
const BURST: i64 = 4096;

/// How many octets may be under way to a watcher of everything, where nothing else is said.
const SCREEN_OCTETS: usize = 32 << 20;
/// How many empty batches are kept to be used again, and how long they may be.
const EMPTIES: usize = 256;
const EMPTY_RECORDS: usize = 64;

/// An allowance of batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit(pub u32);

/// What every worker adds to, each in a copy of its own.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) connections: AtomicU64,
    pub(super) statuses: [AtomicU64; 6],
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) left_out: AtomicU64,
}

/// Where everything that happens is counted and sent on.
#[derive(Debug)]
pub struct Sink {
    pub(super) started: Instant,
    pub(super) started_at: SystemTime,
    pub(super) detail: Detail,
    pub(super) sender: Sender<Batch>,
    pub(super) empties: Receiver<Vec<Record>>,
    /// For any connection.
    pub(super) credit: CachePadded<AtomicI64>,
    /// For the connection that is looked at.
    pub(super) reserve: CachePadded<AtomicI64>,
    pub(super) in_flight: InFlight,
    /// The connection that is looked at; 0 for none.
    pub(super) watched: AtomicU64,
    pub(super) next_id: AtomicU64,
    pub(super) listener_seq: AtomicU64,
    /// What is counted by kind, once somebody has asked for it.
    pub(super) measures: OnceLock<Box<Measures>>,
    pub(super) counts: Spread<Counts>,
    /// Where peers can connect, for a recorder that comes later.
    pub(super) listening: Mutex<Vec<ListenerEvent>>,
    pub(super) ledgers: Mutex<BTreeMap<ConnectionId, Arc<Ledger>>>,
    /// Whether there is a recorder: workers look here first.
    pub(super) is_recording: AtomicBool,
    pub(super) recorders: Mutex<Arc<Recorders>>,
}

/// The watcher's end: records come out here.
#[derive(Debug)]
pub struct Inbox {
    receiver: Receiver<Batch>,
    empties: Sender<Vec<Record>>,
    sink: Arc<Sink>,
}

impl Sink {
    /// A sink and the inbox its records arrive in. Time counts from now.
    pub fn new(detail: Detail) -> (Arc<Self>, Inbox) {
        Self::with_room(detail, SCREEN_OCTETS)
    }

    /// The same where no more than `octets` of detail may be under way to a watcher of
    /// everything: what there is no room for is counted and left out.
    pub fn with_room(detail: Detail, octets: usize) -> (Arc<Self>, Inbox) {
        let (sender, receiver) = bounded(CHANNEL_BATCHES);
        let (return_empty, empties) = bounded(EMPTIES);
        let room = match detail {
            Detail::Everything => octets,
            Detail::Exchanges | Detail::Totals => LOG_OCTETS,
        };
        let sink = Arc::new(Self {
            started: Instant::now(),
            started_at: SystemTime::now(),
            detail,
            sender,
            empties,
            credit: CachePadded::new(AtomicI64::new(BURST)),
            reserve: CachePadded::new(AtomicI64::new(BURST)),
            in_flight: InFlight::new(room),
            watched: AtomicU64::new(0),
            next_id: AtomicU64::new(1),
            listener_seq: AtomicU64::new(0),
            measures: OnceLock::new(),
            counts: Spread::default(),
            listening: Mutex::default(),
            ledgers: Mutex::default(),
            is_recording: AtomicBool::new(false),
            recorders: Mutex::default(),
        });
        let inbox = Inbox {
            receiver,
            empties: return_empty,
            sink: Arc::clone(&sink),
        };
        (sink, inbox)
    }

    /// Time since the server started.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// When the server started, on the wall clock.
    pub fn started(&self) -> SystemTime {
        self.started_at
    }

    /// The counts as they are now.
    pub fn totals(&self) -> Totals {
        let sum = |of: fn(&Counts) -> &AtomicU64| {
            let counts = self.counts.all().map(|counts| of(counts).load(Relaxed));
            counts.sum()
        };
        Totals {
            connections: sum(|counts| &counts.connections),
            open: self
                .ledgers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .len() as u64,
            statuses: std::array::from_fn(|class| {
                let counts = self.counts.all();
                let of_class = counts.filter_map(|counts| counts.statuses.get(class));
                of_class.map(|count| count.load(Relaxed)).sum()
            }),
            received: sum(|counts| &counts.received),
            sent: sum(|counts| &counts.sent),
            refused: sum(|counts| &counts.refused),
            left_out: sum(|counts| &counts.left_out),
        }
    }

    /// The counts by kind: of what happens from the first time on that they are asked for.
    pub fn measures(&self) -> &Measures {
        self.measures.get_or_init(Box::default)
    }

    /// The ledgers of the connections that are open now, oldest first.
    pub fn ledgers(&self) -> Vec<Arc<Ledger>> {
        self.ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// Adds to the allowance of the workers, and as much to that of the connection that is
    /// looked at. What is not spent is kept, up to a burst's worth.
    pub fn grant(&self, credit: Credit) {
        for allowance in [&self.credit, &self.reserve] {
            // Between the two a worker may spend; then it has been granted a little more.
            let kept = allowance.load(Relaxed).max(0);
            allowance.store((kept + i64::from(credit.0)).min(BURST), Relaxed);
        }
    }

    /// Gives one connection an allowance of its own: its detail is left out only when it
    /// alone does more than a person could follow.
    pub fn watch(&self, connection: Option<ConnectionId>) {
        self.watched.store(connection.map_or(0, |id| id.0), Relaxed);
    }

    /// Records what happened to a listener. There are few of these, and there is room for
    /// them.
    pub fn listener(&self, event: ListenerEvent) {
        if matches!(event, ListenerEvent::Listening { .. }) {
            let listening = self.listening.lock();
            let mut listening = listening.unwrap_or_else(PoisonError::into_inner);
            listening.push(event.clone());
        }
        let recorders = self.recorders();
        if self.detail == Detail::Totals && recorders.is_none() {
            return;
        }
        let seq = self.listener_seq.fetch_add(1, Relaxed);
        let record = Record {
            seq,
            at: self.now(),
            event: Event::Listener(event),
        };
        if let Some(recorders) = recorders {
            recorders.send_at_once(Batch::from(record.clone()));
        }
        if self.detail != Detail::Totals && self.send(Batch::from(record)).is_err() {
            self.counts.mine().left_out.fetch_add(1, Relaxed);
        }
    }

    /// Records what a watcher found out by asking.
    pub fn keep(&self, record: &Record) {
        if let Some(recorders) = self.recorders() {
            recorders.send_at_once(Batch::from(record.clone()));
        }
    }

    /// The ways to the recorders, if there are any.
    pub(super) fn recorders(&self) -> Option<Arc<Recorders>> {
        if !self.is_recording.load(Relaxed) {
            return None;
        }
        let recorders = self.recorders.lock();
        Some(Arc::clone(
            &recorders.unwrap_or_else(PoisonError::into_inner),
        ))
    }

    /// Has other recorders from now on.
    pub(super) fn change_recorders(&self, change: impl FnOnce(&Recorders) -> Recorders) {
        let recorders = self.recorders.lock();
        let mut recorders = recorders.unwrap_or_else(PoisonError::into_inner);
        *recorders = Arc::new(change(&recorders));
        self.is_recording.store(!recorders.is_empty(), Relaxed);
    }

    /// Sends a batch, or gives it back. Nobody waits for a screen.
    pub(super) fn send(&self, batch: Batch) -> Result<(), Batch> {
        let octets = batch.octets;
        let sent = match self.detail {
            Detail::Exchanges => {
                self.in_flight.enter(octets);
                self.sender.send(batch).map_err(SendError::into_inner)
            }
            Detail::Everything | Detail::Totals => {
                if !self.in_flight.try_enter(octets) {
                    return Err(batch);
                }
                self.sender
                    .try_send(batch)
                    .map_err(TrySendError::into_inner)
            }
        };
        sent.inspect_err(|_| self.in_flight.leave(octets))
    }

    /// Takes one batch of the allowance, if there is one.
    pub(super) fn spend_credit(&self, watched: bool) -> bool {
        // Plain loads first: when an allowance is spent, nobody writes to its line.
        let spend = |allowance: &AtomicI64| {
            allowance.load(Relaxed) > 0 && allowance.fetch_sub(1, Relaxed) > 0
        };
        watched && spend(&self.reserve) || spend(&self.credit)
    }
}

impl Inbox {
    /// The channel batches arrive on, to be selected on. Every batch must be
    /// [opened](Self::open).
    pub fn receiver(&self) -> &Receiver<Batch> {
        &self.receiver
    }

    /// Hands each record of a batch to `fold`, and the empty batch back to the workers.
    pub fn open(&self, batch: Batch, fold: impl FnMut(Record)) {
        self.sink.in_flight.leave(batch.octets);
        let mut records = batch.records;
        records.drain(..).for_each(fold);
        // A long one would keep the room of a rare turn, and a full return channel only means
        // that this one is not used again.
        if records.capacity() <= EMPTY_RECORDS {
            let _ = self.empties.try_send(records);
        }
    }

    /// Where the records come from.
    pub fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.sink.in_flight.close();
    }
}

#[cfg(test)]
mod tests;
