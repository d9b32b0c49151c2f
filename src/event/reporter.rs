//! Tells what happens on one connection, and counts it.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::batch::{Batch, RECORD_OCTETS};
use super::connection::ConnectionId;
use super::controls::Breakpoint;
use super::ledger::{Ledger, Phase, add, held_code};
use super::measures::Measured;
use super::record::{Activity, Event, Record};
use super::recorders::Recorders;
use super::sink::{Detail, Sink};
use crate::http::{RequestHead, Status};

/// How much of the content of a response is shown: as much as is recorded where nothing else is
/// said.
const SHOWN_CONTENT: usize = 64 << 10;

/// Whether the records of this turn are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Undecided,
    Shown,
    LeftOut,
}

/// What one worker tells about its connection. It cannot speak for another one.
#[derive(Debug)]
pub struct Reporter {
    sink: Arc<Sink>,
    ledger: Arc<Ledger>,
    seq: u64,
    batch: Batch,
    turn: Turn,
    /// Records of this turn that the watcher does not get.
    unshown: u64,
    /// The recorders of this turn, and what they get.
    recorders: Option<Arc<Recorders>>,
    recorded: Batch,
    /// What is measured of it, where anything is.
    measured: Measured,
    /// Counts what a recorder would get: details too, whatever the watcher wants.
    recorded_seq: u64,
}

impl Sink {
    /// Registers a connection that has just been accepted.
    pub fn accept(self: &Arc<Self>, peer: SocketAddr, local: SocketAddr) -> Reporter {
        let id = ConnectionId(self.next_id.fetch_add(1, Relaxed));
        let ledger = Arc::new(Ledger::new(id, peer, local, self.now()));
        self.counts.mine().connections.fetch_add(1, Relaxed);
        self.ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::clone(&ledger));
        let mut reporter = Reporter::new(Arc::clone(self), ledger);
        reporter.note(|| Activity::Accepted { peer, local });
        reporter
    }
}

impl Reporter {
    fn new(sink: Arc<Sink>, ledger: Arc<Ledger>) -> Self {
        Self {
            sink,
            ledger,
            seq: 0,
            batch: Batch::default(),
            turn: Turn::Undecided,
            unshown: 0,
            recorders: None,
            recorded: Batch::default(),
            measured: Measured::default(),
            recorded_seq: 0,
        }
    }

    /// Which connection this is.
    pub fn id(&self) -> ConnectionId {
        self.ledger.id
    }

    /// The exact counts of the connection.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Records something that the dashboard alone shows, and a recorder keeps.
    pub fn detail(&mut self, activity: impl FnOnce() -> Activity) {
        if self.sink.detail == Detail::Everything {
            self.note(activity);
            return;
        }
        self.begin_turn();
        if self.recorders.is_some() {
            self.record(self.sink.now(), activity());
        }
        self.recorded_seq += 1;
    }

    /// Records something that makes an exchange: it is in the access log too.
    pub fn note(&mut self, activity: impl FnOnce() -> Activity) {
        self.begin_turn();
        let is_shown = self.turn == Turn::Shown;
        let is_told = is_shown || self.recorders.is_some();
        let measures = self.sink.measures.get();
        if is_told || measures.is_some() {
            let activity = activity();
            if let Some(measures) = measures {
                measures.take(&mut self.measured, &activity);
            }
            if is_told {
                self.tell(is_shown, activity);
            }
        }
        self.unshown += u64::from(!is_shown);
        self.seq += 1;
        self.recorded_seq += 1;
    }

    /// Tells of the content behind the head of a response, where somebody asked for it, or
    /// shows it: `octets` is handed how many are wanted. `quotes` says whether it quotes the
    /// request.
    pub fn content(&mut self, quotes: bool, octets: impl FnOnce(usize) -> Option<Arc<[u8]>>) {
        self.begin_turn();
        let bodies = self.recorders.as_ref().map(|recorders| recorders.bodies());
        let bodies = bodies.filter(|bodies| bodies.most > 0 && (bodies.quoting || !quotes));
        let recorded = bodies.map_or(0, |bodies| bodies.most);
        let is_shown = self.turn == Turn::Shown && self.sink.detail == Detail::Everything;
        let shown = if is_shown { SHOWN_CONTENT } else { 0 };
        let most = recorded.max(shown);
        let Some(octets) = (most > 0).then(|| octets(most)).flatten() else {
            return;
        };
        let cut = |most: usize| {
            octets
                .get(..most)
                .map_or_else(|| Arc::clone(&octets), Into::into)
        };
        let at = self.sink.now();
        if recorded > 0 {
            let octets = cut(recorded);
            self.record(at, Activity::Content { octets });
            self.recorded_seq += 1;
        }
        if is_shown {
            let (id, seq, octets) = (self.ledger.id, self.seq, cut(shown));
            self.batch.push(id, seq, at, Activity::Content { octets });
            self.seq += 1;
        }
    }

    fn tell(&mut self, is_shown: bool, activity: Activity) {
        let at = self.sink.now();
        if !is_shown {
            self.record(at, activity);
            return;
        }
        if self.recorders.is_some() {
            self.record(at, activity.clone());
        }
        let (id, seq) = (self.ledger.id, self.seq);
        self.batch.push(id, seq, at, activity);
    }

    fn record(&mut self, at: Duration, activity: Activity) {
        let (id, seq) = (self.ledger.id, self.recorded_seq);
        self.recorded.push(id, seq, at, activity);
    }

    fn begin_turn(&mut self) {
        if self.turn != Turn::Undecided {
            return;
        }
        self.turn = self.decide();
        self.recorders = self.sink.recorders();
        if let Some(recorders) = &self.recorders
            && self.recorded.records.capacity() == 0
        {
            self.recorded.records = recorders.empty();
        }
    }

    fn decide(&mut self) -> Turn {
        let shown = match self.sink.detail {
            Detail::Totals => false,
            Detail::Exchanges => true,
            Detail::Everything => self.sink.spend_credit(self.is_watched()),
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
        self.sink.counts.mine().left_out.fetch_add(records, Relaxed);
    }

    /// Sends what was recorded since the last time: before any call that can block.
    pub fn flush(&mut self) {
        self.turn = Turn::Undecided;
        if self.unshown > 0 {
            let unshown = std::mem::take(&mut self.unshown);
            // Where nobody watches, nothing is missing.
            if self.sink.detail != Detail::Totals {
                self.leave_out(unshown);
            }
        }
        if !self.batch.records.is_empty() {
            let batch = std::mem::take(&mut self.batch);
            if let Err(batch) = self.sink.send(batch) {
                self.leave_out(batch.records.len() as u64);
            }
        }
        if let Some(recorders) = self.recorders.take()
            && !self.recorded.records.is_empty()
        {
            recorders.send(std::mem::take(&mut self.recorded));
        }
    }

    /// Counts one `recv`.
    pub fn count_received(&mut self, octets: u64) {
        add(&self.ledger.received, octets);
        self.sink.counts.mine().received.fetch_add(octets, Relaxed);
    }

    /// Counts one `send`.
    pub fn count_sent(&mut self, octets: u64) {
        add(&self.ledger.sent, octets);
        self.sink.counts.mine().sent.fetch_add(octets, Relaxed);
    }

    /// Counts one response.
    pub fn count_response(&mut self, status: Status) {
        add(&self.ledger.requests, 1);
        if let Some(class) = self
            .sink
            .counts
            .mine()
            .statuses
            .get(usize::from(status.class()))
        {
            class.fetch_add(1, Relaxed);
        }
    }

    /// Counts one request refused.
    pub fn count_refused(&mut self) {
        self.sink.counts.mine().refused.fetch_add(1, Relaxed);
    }

    /// Says what the connection is doing.
    pub fn set_phase(&mut self, phase: Phase) {
        self.ledger.phase.store(phase as u8, Relaxed);
    }

    /// Says where the worker is held, or that it is not.
    pub fn set_held(&mut self, before: Option<Breakpoint>) {
        self.ledger.held.store(held_code(before), Relaxed);
    }

    /// Time since the server started.
    pub fn now(&self) -> Duration {
        self.sink.now()
    }
}

impl Drop for Reporter {
    /// Whatever happens to a worker, its connection does not stay in the list of open ones.
    fn drop(&mut self) {
        self.flush();
        self.sink
            .ledgers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.ledger.id);
    }
}

impl Batch {
    fn push(&mut self, id: ConnectionId, seq: u64, at: Duration, activity: Activity) {
        self.octets += RECORD_OCTETS + octets_of(&activity);
        let event = Event::Connection(id, activity);
        self.records.push(Record { seq, at, event });
    }
}

/// How many octets an activity holds on to.
fn octets_of(activity: &Activity) -> usize {
    match activity {
        Activity::Received { octets, .. } | Activity::Content { octets } => octets.len(),
        Activity::Parsed { head, .. } => octets_of_head(head),
        Activity::Rejected {
            head, request_line, ..
        } => request_line.len() + head.as_deref().map_or(0, octets_of_head),
        Activity::Responding { head, .. } => head.len(),
        Activity::Upstream(upstream) => upstream.octets(),
        Activity::Accepted { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Sent { .. }
        | Activity::Responded { .. }
        | Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::Finished
        | Activity::PeerFinished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_)
        | Activity::Gone => 0,
    }
}

/// A head keeps its octets, and where each field is.
fn octets_of_head(head: &RequestHead) -> usize {
    size_of_val(head) + head.footprint()
}
