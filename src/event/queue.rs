//! The queue from the workers to a recorder, bounded in batches and in octets. Where it is
//! full, a worker waits, or what it has to tell is counted as lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::batch::Batch;
use super::in_flight::{InFlight, LOG_OCTETS};
use super::record::Record;

/// How many batches may wait for the recorder.
const QUEUE_BATCHES: usize = 10_000;
/// How many emptied batches are kept for the next.
const SPARE_RECORDS: usize = 256;

/// What is done where the recorder does not keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overrun {
    /// The worker waits for it.
    #[default]
    Wait,
    /// The records are counted as lost.
    Lose,
}

/// What of the content of responses is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bodies {
    /// How many octets of each at most; 0 for none of any.
    pub most: usize,
    /// Whether that of a response which quotes its request is too.
    pub quoting: bool,
}

/// What both ends of the queue know.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) in_flight: InFlight,
    pub(super) lost: AtomicU64,
    pub(super) waits: AtomicU64,
}

/// The workers' end.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Sender<Batch>,
    empties: Receiver<Vec<Record>>,
    overrun: Overrun,
    bodies: Bodies,
    pub(super) shared: Arc<Shared>,
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
        self.shared.in_flight.enter(octets);
        if let Err(refused) = self.sender.send(batch) {
            self.shared.in_flight.leave(octets);
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
        if !self.shared.in_flight.try_enter_log(octets) {
            return Some(batch);
        }
        let refused = self.sender.try_send(batch).err();
        refused.map(|refused| {
            self.shared.in_flight.leave(octets);
            TrySendError::into_inner(refused)
        })
    }

    /// What of the content of responses is told.
    pub(super) fn bodies(&self) -> Bodies {
        self.bodies
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

/// What the recorder gets: batches, a way back for empty ones, and what both ends know.
#[derive(Debug)]
pub(super) struct End {
    pub(super) receiver: Receiver<Batch>,
    pub(super) empties: Sender<Vec<Record>>,
    pub(super) shared: Arc<Shared>,
}

/// Both ends of a queue.
pub(super) fn queue(overrun: Overrun, bodies: Bodies) -> (Queue, End) {
    let (sender, receiver) = bounded(QUEUE_BATCHES);
    let (return_empty, empties) = bounded(SPARE_RECORDS);
    let shared = Arc::new(Shared {
        in_flight: InFlight::new(LOG_OCTETS),
        lost: AtomicU64::new(0),
        waits: AtomicU64::new(0),
    });
    let queue = Queue {
        sender,
        empties,
        overrun,
        bodies,
        shared: Arc::clone(&shared),
    };
    let end = End {
        receiver,
        empties: return_empty,
        shared,
    };
    (queue, end)
}
