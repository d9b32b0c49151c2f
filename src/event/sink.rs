//! Stamps, counts and sends records, without ever making a worker wait for the screen.
//!
//! Totals are atomics and always exact. Detail travels on credit: a watcher grants an
//! allowance of batches, and when it is spent a worker counts what it leaves out instead of
//! building it. A batch is what one connection did between two calls that can block.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{
    AtomicBool, AtomicI64, AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, TrySendError, bounded};

use super::{Activity, ConnectionId, ConnectionTotals, Event, ListenerEvent, Record};
use crate::http::Status;

/// How much a watcher wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Nobody watches: totals only.
    Totals,
    /// One exchange at a time, for an access log: nothing is left out, and a worker waits
    /// for a slow log, up to [`LOG_PATIENCE`].
    Exchanges,
    /// Everything that happens, on credit, for the dashboard.
    Everything,
}

/// How many batches may be under way to the watcher.
const CHANNEL_BATCHES: usize = 4096;
/// How many octets may be under way to the watcher.
const CHANNEL_OCTETS: usize = 32 << 20;
/// How many octets of records a connection that is exempt from credit may hold back.
const PENDING_OCTETS: usize = 4 << 20;
/// What a record costs beside the octets it holds.
const RECORD_OCTETS: usize = size_of::<Record>();
/// How long a worker waits for the access log before it counts a line as left out.
const LOG_PATIENCE: Duration = Duration::from_secs(1);

/// An allowance of batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit(pub u32);

/// Records of one connection, in order.
#[derive(Debug, Default)]
pub struct Batch {
    records: Vec<Record>,
    octets: usize,
}

/// Counts of everything that happened, exact at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Connections accepted.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Responses begun, by the first digit of their status (index 1 to 5).
    pub statuses: [u64; 6],
    /// Octets received.
    pub received: u64,
    /// Octets sent.
    pub sent: u64,
    /// Requests refused with a diagnosis.
    pub refused: u64,
    /// Records counted and not shown.
    pub left_out: u64,
}

impl Totals {
    /// Responses begun.
    pub fn requests(&self) -> u64 {
        self.statuses.iter().sum()
    }
}

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Accepted; nothing has come.
    Accepted,
    /// Between two requests.
    Idle,
    /// Receiving a head.
    Head,
    /// Receiving a body.
    Body,
    /// Looking up what was asked for.
    Handling,
    /// Sending a response.
    Sending,
    /// Half-closed, waiting for the peer to finish.
    Closing,
}

/// The exact counts of one open connection, written by its worker alone.
#[derive(Debug)]
pub struct Ledger {
    /// Which connection.
    pub id: ConnectionId,
    /// The other end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// When it was accepted.
    pub accepted: Duration,
    requests: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    left_out: AtomicU64,
    phase: AtomicU8,
}

impl Ledger {
    /// What went over the connection so far.
    pub fn totals(&self) -> ConnectionTotals {
        ConnectionTotals {
            requests: self.requests.load(Relaxed),
            received: self.received.load(Relaxed),
            sent: self.sent.load(Relaxed),
        }
    }

    /// How many records of this connection were counted and not shown.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Relaxed)
    }

    /// What the connection is doing.
    pub fn phase(&self) -> Phase {
        const PHASES: [Phase; 7] = [
            Phase::Accepted,
            Phase::Idle,
            Phase::Head,
            Phase::Body,
            Phase::Handling,
            Phase::Sending,
            Phase::Closing,
        ];
        PHASES
            .get(usize::from(self.phase.load(Relaxed)))
            .copied()
            .unwrap_or(Phase::Accepted)
    }
}

/// A ledger has one writer, so adding needs no locked instruction.
fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed) + n, Relaxed);
}

/// Where everything that happens is counted and sent on.
#[derive(Debug)]
pub struct Sink {
    started: Instant,
    started_at: SystemTime,
    detail: Detail,
    sender: Sender<Batch>,
    empties: Receiver<Vec<Record>>,
    credit: AtomicI64,
    under_way: AtomicUsize,
    /// The connection whose detail is never left out; 0 for none.
    watched: AtomicU64,
    log_stalled: AtomicBool,
    next_id: AtomicU64,
    listener_seq: AtomicU64,
    connections: AtomicU64,
    statuses: [AtomicU64; 6],
    received: AtomicU64,
    sent: AtomicU64,
    refused: AtomicU64,
    left_out: AtomicU64,
    ledgers: Mutex<BTreeMap<ConnectionId, Arc<Ledger>>>,
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
        let (sender, receiver) = bounded(CHANNEL_BATCHES);
        let (return_empty, empties) = bounded(CHANNEL_BATCHES);
        let sink = Arc::new(Self {
            started: Instant::now(),
            started_at: SystemTime::now(),
            detail,
            sender,
            empties,
            credit: AtomicI64::new(i64::from(u16::MAX)),
            under_way: AtomicUsize::new(0),
            watched: AtomicU64::new(0),
            log_stalled: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
            listener_seq: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            statuses: Default::default(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            ledgers: Mutex::default(),
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
        Totals {
            connections: self.connections.load(Relaxed),
            open: self
                .ledgers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .len() as u64,
            statuses: std::array::from_fn(|class| {
                self.statuses.get(class).map_or(0, |n| n.load(Relaxed))
            }),
            received: self.received.load(Relaxed),
            sent: self.sent.load(Relaxed),
            refused: self.refused.load(Relaxed),
            left_out: self.left_out.load(Relaxed),
        }
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

    /// Grants the workers a new allowance of batches; what was left of the old one is gone.
    pub fn grant(&self, credit: Credit) {
        self.credit.store(i64::from(credit.0), Relaxed);
    }

    /// Makes one connection exempt from credit: its detail is never left out.
    pub fn watch(&self, connection: Option<ConnectionId>) {
        self.watched.store(connection.map_or(0, |id| id.0), Relaxed);
    }

    /// Records what happened to a listener. There are few of these, and none is left out.
    pub fn listener(&self, event: ListenerEvent) {
        if self.detail == Detail::Totals {
            return;
        }
        let seq = self.listener_seq.fetch_add(1, Relaxed);
        let record = Record {
            seq,
            at: self.now(),
            event: Event::Listener(event),
        };
        let batch = Batch {
            records: vec![record],
            octets: RECORD_OCTETS,
        };
        self.under_way.fetch_add(batch.octets, Relaxed);
        if let Err(refused) = self.sender.send_timeout(batch, LOG_PATIENCE) {
            self.under_way
                .fetch_sub(refused.into_inner().octets, Relaxed);
            self.left_out.fetch_add(1, Relaxed);
        }
    }

    /// Registers a connection that has just been accepted.
    pub fn accept(self: &Arc<Self>, peer: SocketAddr, local: SocketAddr) -> ConnectionSink {
        let id = ConnectionId(self.next_id.fetch_add(1, Relaxed));
        let ledger = Arc::new(Ledger {
            id,
            peer,
            local,
            accepted: self.now(),
            requests: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::Accepted as u8),
        });
        self.connections.fetch_add(1, Relaxed);
        self.ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::clone(&ledger));
        let mut connection = ConnectionSink {
            sink: Arc::clone(self),
            ledger,
            seq: 0,
            batch: Batch::default(),
            turn: Turn::Undecided,
        };
        connection.note(|| Activity::Accepted { peer, local });
        connection
    }

    /// Takes one batch of the allowance, if there is one.
    fn spend_credit(&self) -> bool {
        // Plain loads first: when the allowance is spent, nobody writes to the line.
        self.credit.load(Relaxed) > 0 && self.credit.fetch_sub(1, Relaxed) > 0
    }
}

/// Whether the records of this turn are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Undecided,
    Shown,
    LeftOut,
}

/// What one worker tells about its connection. It cannot speak for another one.
#[derive(Debug)]
pub struct ConnectionSink {
    sink: Arc<Sink>,
    ledger: Arc<Ledger>,
    seq: u64,
    batch: Batch,
    turn: Turn,
}

impl ConnectionSink {
    /// Which connection this is.
    pub fn id(&self) -> ConnectionId {
        self.ledger.id
    }

    /// The exact counts of the connection.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether somebody wants every detail: the octets as they came, each step of the search.
    pub fn detailed(&self) -> bool {
        self.sink.detail == Detail::Everything
    }

    /// Records something that only the dashboard shows.
    pub fn detail(&mut self, activity: impl FnOnce() -> Activity) {
        if self.detailed() {
            self.note(activity);
        }
    }

    /// Records something that makes an exchange: it is in the access log too.
    pub fn note(&mut self, activity: impl FnOnce() -> Activity) {
        if self.turn == Turn::Undecided {
            self.turn = self.decide();
        }
        self.seq += 1;
        if self.turn == Turn::LeftOut {
            if self.sink.detail != Detail::Totals {
                self.leave_out(1);
            }
            return;
        }
        let activity = activity();
        self.batch.octets += RECORD_OCTETS + octets_of(&activity);
        let event = Event::Connection(self.ledger.id, activity);
        self.batch.records.push(Record {
            seq: self.seq - 1,
            at: self.sink.now(),
            event,
        });
    }

    fn decide(&mut self) -> Turn {
        let shown = match self.sink.detail {
            Detail::Totals => false,
            Detail::Exchanges => true,
            Detail::Everything => self.is_watched() || self.sink.spend_credit(),
        };
        if !shown {
            return Turn::LeftOut;
        }
        if self.batch.records.capacity() == 0 {
            self.batch.records = self.sink.empties.try_recv().unwrap_or_default();
        }
        Turn::Shown
    }

    fn is_watched(&self) -> bool {
        self.sink.watched.load(Relaxed) == self.ledger.id.0
    }

    fn leave_out(&self, records: u64) {
        add(&self.ledger.left_out, records);
        self.sink.left_out.fetch_add(records, Relaxed);
    }

    /// Sends what was recorded since the last time: before any call that can block.
    pub fn flush(&mut self) {
        self.turn = Turn::Undecided;
        if self.batch.records.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let octets = batch.octets;
        let before = self.sink.under_way.fetch_add(octets, Relaxed);
        let result = if self.sink.detail == Detail::Exchanges {
            self.send_to_log(batch)
        } else if before > CHANNEL_OCTETS {
            Err(batch)
        } else {
            self.sink
                .sender
                .try_send(batch)
                .map_err(TrySendError::into_inner)
        };
        let Err(batch) = result else { return };
        self.sink.under_way.fetch_sub(octets, Relaxed);
        if self.sink.detail == Detail::Everything && self.is_watched() && octets < PENDING_OCTETS {
            // Kept for the next time: a connection that is looked at loses nothing.
            self.batch = batch;
            self.turn = Turn::Shown;
        } else {
            self.leave_out(batch.records.len() as u64);
        }
    }

    /// A log that takes nothing for a second is not waited for again until it takes a line.
    fn send_to_log(&self, batch: Batch) -> Result<(), Batch> {
        let patience = if self.sink.log_stalled.load(Relaxed) {
            Duration::ZERO
        } else {
            LOG_PATIENCE
        };
        let result = self.sink.sender.send_timeout(batch, patience);
        self.sink
            .log_stalled
            .store(matches!(result, Err(SendTimeoutError::Timeout(_))), Relaxed);
        result.map_err(SendTimeoutError::into_inner)
    }

    /// Counts one `recv`.
    pub fn count_received(&mut self, octets: u64) {
        add(&self.ledger.received, octets);
        self.sink.received.fetch_add(octets, Relaxed);
    }

    /// Counts one `send`.
    pub fn count_sent(&mut self, octets: u64) {
        add(&self.ledger.sent, octets);
        self.sink.sent.fetch_add(octets, Relaxed);
    }

    /// Counts one response.
    pub fn count_response(&mut self, status: Status) {
        add(&self.ledger.requests, 1);
        if let Some(class) = self.sink.statuses.get(usize::from(status.class())) {
            class.fetch_add(1, Relaxed);
        }
    }

    /// Counts one request refused with a diagnosis.
    pub fn count_refused(&mut self) {
        self.sink.refused.fetch_add(1, Relaxed);
    }

    /// Says what the connection is doing.
    pub fn set_phase(&mut self, phase: Phase) {
        self.ledger.phase.store(phase as u8, Relaxed);
    }

    /// Time since the server started.
    pub fn now(&self) -> Duration {
        self.sink.now()
    }
}

impl Drop for ConnectionSink {
    /// Whatever happens to a worker, its connection does not stay in the list of open ones.
    fn drop(&mut self) {
        self.flush();
        if !self.batch.records.is_empty() {
            self.leave_out(self.batch.records.len() as u64);
        }
        self.sink
            .ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.ledger.id);
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
        self.sink.under_way.fetch_sub(batch.octets, Relaxed);
        let mut records = batch.records;
        records.drain(..).for_each(fold);
        // A full return channel only means that this vector is not used again.
        let _ = self.empties.try_send(records);
    }

    /// Where the records come from.
    pub fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }
}

/// How many octets an activity holds on to.
fn octets_of(activity: &Activity) -> usize {
    match activity {
        Activity::Received { octets, .. } => octets.len(),
        Activity::Parsed { head, .. } => head.octets().len(),
        Activity::Rejected { request_line, .. } => request_line.len(),
        Activity::Responding { head, .. } => head.len(),
        Activity::Accepted { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Sent { .. }
        | Activity::Responded { .. }
        | Activity::PeerFinished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 80);

    fn drain(inbox: &Inbox) -> Vec<Record> {
        let mut all = Vec::new();
        for batch in inbox.receiver().try_iter() {
            inbox.open(batch, |record| all.push(record));
        }
        all
    }

    fn scanned() -> Activity {
        Activity::Scanned {
            from: 0,
            to: 1,
            matched: 0,
        }
    }

    #[test]
    fn one_turn_is_one_batch_in_order() {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        connection.detail(scanned);
        assert!(
            inbox.receiver().is_empty(),
            "nothing is sent before the flush"
        );
        connection.flush();
        assert_eq!(inbox.receiver().len(), 1);
        let seqs: Vec<_> = drain(&inbox).iter().map(|r| r.seq).collect();
        assert_eq!(seqs, [0, 1]);
    }

    #[test]
    fn counted_and_left_out_is_what_happened() {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        connection.flush();
        sink.grant(Credit(3));
        for _ in 0..10 {
            connection.detail(scanned);
            connection.detail(scanned);
            connection.flush();
        }
        let shown = drain(&inbox).len() as u64;
        assert_eq!(shown, 1 + 3 * 2);
        assert_eq!(shown + sink.totals().left_out, 21);
        assert_eq!(connection.ledger().left_out(), sink.totals().left_out);
        sink.grant(Credit(1));
        connection.detail(scanned);
        connection.flush();
        assert_eq!(
            drain(&inbox).first().map(|r| r.seq),
            Some(21),
            "the gap shows in seq"
        );
    }

    #[test]
    fn a_connection_that_is_watched_needs_no_credit() {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        sink.grant(Credit(0));
        sink.watch(Some(connection.id()));
        connection.flush();
        for _ in 0..100 {
            connection.detail(scanned);
            connection.flush();
        }
        assert_eq!(drain(&inbox).len(), 101);
        assert_eq!(sink.totals().left_out, 0);
    }

    #[test]
    fn a_full_channel_never_makes_a_worker_wait_and_nothing_of_a_watched_one_is_lost() {
        let (sink, inbox) = Sink::new(Detail::Everything);
        sink.grant(Credit(u32::MAX));
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        sink.watch(Some(connection.id()));
        let rounds = CHANNEL_BATCHES as u64 + 100;
        for _ in 0..rounds {
            connection.detail(scanned);
            connection.flush();
        }
        let mut shown = drain(&inbox).len() as u64;
        connection.flush();
        shown += drain(&inbox).len() as u64;
        assert_eq!((shown, sink.totals().left_out), (rounds + 1, 0));
    }

    #[test]
    fn without_a_watcher_nothing_is_built_and_nothing_counts_as_left_out() {
        let (sink, inbox) = Sink::new(Detail::Totals);
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        connection.detail(|| unreachable!("nobody watches"));
        connection.note(|| unreachable!("nobody watches"));
        connection.flush();
        assert!(drain(&inbox).is_empty());
        assert_eq!(sink.totals().left_out, 0);
    }

    #[test]
    fn the_access_log_gets_exchanges_and_no_detail() {
        let (sink, inbox) = Sink::new(Detail::Exchanges);
        sink.grant(Credit(0));
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        connection.detail(|| unreachable!("not for a log"));
        connection.note(|| Activity::PeerFinished);
        connection.flush();
        assert_eq!(drain(&inbox).len(), 2);
    }

    #[test]
    fn totals_are_exact_and_open_connections_can_be_listed() {
        let (sink, _inbox) = Sink::new(Detail::Everything);
        let mut first = sink.accept(ADDRESS, ADDRESS);
        let second = sink.accept(ADDRESS, ADDRESS);
        first.count_received(100);
        first.count_sent(200);
        first.count_response(Status::NOT_FOUND);
        first.count_response(Status::OK);
        first.set_phase(Phase::Sending);
        let totals = sink.totals();
        assert_eq!(
            (totals.connections, totals.open, totals.requests()),
            (2, 2, 2)
        );
        assert_eq!(
            (totals.received, totals.sent, totals.statuses),
            (100, 200, [0, 0, 1, 0, 1, 0])
        );
        drop(second);
        let open: Vec<_> = sink
            .ledgers()
            .iter()
            .map(|l| (l.id, l.phase(), l.totals().requests))
            .collect();
        assert_eq!(open, [(first.id(), Phase::Sending, 2)]);
    }
}
