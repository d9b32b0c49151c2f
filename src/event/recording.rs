//! A second consumer of what happens, beside the watcher: a recorder, from which nothing is
//! kept back. Credit does not apply to it. Its queue is bounded in batches and in octets;
//! where it is full, a worker waits or what it has to tell is counted as lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::room::Room;
use super::sink::{Batch, Sink};
use super::{ConnectionId, Counted, Record, Totals};

/// How many batches may wait for the recorder.
const QUEUE_BATCHES: usize = 10_000;
/// How many emptied ones are kept to be filled again.
const SPARE_BATCHES: usize = 256;

/// What is done where the recorder does not keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overrun {
    /// The worker waits for it.
    #[default]
    Wait,
    /// The records are counted as lost.
    Lose,
}

/// What both ends of the queue know.
#[derive(Debug, Default)]
struct Shared {
    room: Room,
    lost: AtomicU64,
    waits: AtomicU64,
}

/// The workers' end.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Sender<Batch>,
    empties: Receiver<Vec<Record>>,
    overrun: Overrun,
    shared: Arc<Shared>,
}

impl Queue {
    /// Hands a batch over. It may wait for the recorder where it was asked to.
    pub(super) fn send(&self, batch: Batch) {
        let Some(batch) = self.try_send(batch) else {
            return;
        };
        if self.overrun == Overrun::Lose {
            self.lose(&batch);
            return;
        }
        self.shared.waits.fetch_add(1, Relaxed);
        let octets = batch.octets;
        self.shared.room.enter(octets);
        if let Err(refused) = self.sender.send(batch) {
            self.shared.room.leave(octets);
            self.lose(&refused.0);
        }
    }

    /// Hands a batch over if that is possible at once. Whoever stops a server must not wait
    /// for a disk.
    pub(super) fn send_at_once(&self, batch: Batch) {
        if let Some(batch) = self.try_send(batch) {
            self.lose(&batch);
        }
    }

    /// Gives the batch back where there is no room.
    fn try_send(&self, batch: Batch) -> Option<Batch> {
        let octets = batch.octets;
        if !self.shared.room.try_enter_log(octets) {
            return Some(batch);
        }
        let refused = self.sender.try_send(batch).err();
        refused.map(|refused| {
            self.shared.room.leave(octets);
            TrySendError::into_inner(refused)
        })
    }

    fn lose(&self, batch: &Batch) {
        let records = batch.records.len() as u64;
        self.shared.lost.fetch_add(records, Relaxed);
    }

    /// Room for the records of a turn.
    pub(super) fn empty(&self) -> Vec<Record> {
        self.empties.try_recv().unwrap_or_default()
    }
}

/// The recorder's end of the queue. Recording ends when it is dropped.
#[derive(Debug)]
pub struct Recording {
    receiver: Receiver<Batch>,
    empties: Sender<Vec<Record>>,
    shared: Arc<Shared>,
    sink: Arc<Sink>,
    /// The connections that were open before anything of them was recorded.
    before: Vec<(ConnectionId, Counted)>,
}

/// A queue from the workers of `sink` to a recorder.
pub(super) fn queue(sink: Arc<Sink>, overrun: Overrun) -> (Arc<Queue>, Recording) {
    let (sender, receiver) = bounded(QUEUE_BATCHES);
    let (return_empty, empties) = bounded(SPARE_BATCHES);
    let shared = Arc::<Shared>::default();
    let queue = Queue {
        sender,
        empties,
        overrun,
        shared: Arc::clone(&shared),
    };
    let recording = Recording {
        receiver,
        empties: return_empty,
        shared,
        sink,
        before: Vec::new(),
    };
    (Arc::new(queue), recording)
}

impl Recording {
    /// The channel batches arrive on, to be selected on. Every batch must be
    /// [opened](Self::open). It ends when recording was [stopped](Sink::stop_recording).
    pub fn receiver(&self) -> &Receiver<Batch> {
        &self.receiver
    }

    /// Hands each record of a batch to `take`, until it fails.
    ///
    /// # Errors
    /// What `take` said.
    pub fn open<E>(
        &self,
        batch: Batch,
        take: impl FnMut(&Record) -> Result<(), E>,
    ) -> Result<(), E> {
        self.shared.room.leave(batch.octets);
        let mut records = batch.records;
        let taken = records.iter().try_for_each(take);
        records.clear();
        // A full return channel only means that this vector is not used again.
        let _ = self.empties.try_send(records);
        taken
    }

    /// The counts as they are now; what is left out of the recording is what was lost.
    pub fn totals(&self) -> Totals {
        Totals {
            left_out: self.lost(),
            ..self.sink.totals()
        }
    }

    /// The counts of the connections that are open now.
    pub fn counted(&self) -> Vec<(ConnectionId, Counted)> {
        // What the watcher does not see is recorded all the same.
        let read = |ledger: &Arc<super::Ledger>| {
            let counted = Counted {
                left_out: 0,
                ..ledger.read()
            };
            (ledger.id, counted)
        };
        self.sink.ledgers().iter().map(read).collect()
    }

    /// The connections that were open when the recording began.
    pub fn before(&self) -> &[(ConnectionId, Counted)] {
        &self.before
    }

    /// Notes what is open now, the recording having begun.
    pub(super) fn begun(mut self) -> Self {
        self.before = self.counted();
        self
    }

    /// Time since the server started.
    pub fn now(&self) -> Duration {
        self.sink.now()
    }

    /// How many records were lost.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Relaxed)
    }

    /// How often a worker had to wait.
    pub fn waits(&self) -> u64 {
        self.shared.waits.load(Relaxed)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.sink.stop_recording();
        self.shared.room.close();
    }
}
