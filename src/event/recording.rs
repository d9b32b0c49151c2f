//! A second consumer of what happens, beside the watcher: a recorder, from which nothing is
//! kept back. Credit does not apply to it.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::batch::Batch;
use super::connection::ConnectionId;
use super::ledger::{Counted, Ledger};
use super::queue::{End, Overrun, queue};
use super::record::Record;
use super::sink::Sink;
use super::totals::Totals;

/// The recorder's end of the queue. Recording ends when it is dropped.
#[derive(Debug)]
pub struct Recording {
    end: End,
    sink: Arc<Sink>,
    /// The connections that were open before anything of them was recorded.
    before: Vec<(ConnectionId, Counted)>,
}

impl Sink {
    /// Has everything that happens from now on recorded too. There is one recorder at a time:
    /// another one takes the place of the one before.
    pub fn record(self: &Arc<Self>, overrun: Overrun) -> Recording {
        let (queue, end) = queue(overrun);
        let mut recorder = self.recorder.lock().unwrap_or_else(PoisonError::into_inner);
        *recorder = Some(Arc::new(queue));
        drop(recorder);
        self.is_recording.store(true, Relaxed);
        Recording {
            end,
            sink: Arc::clone(self),
            before: Vec::new(),
        }
        .begun()
    }
}

impl Recording {
    /// The channel batches arrive on, to be selected on. Every batch must be
    /// [opened](Self::open). It ends when recording was [stopped](Sink::stop_recording).
    pub fn receiver(&self) -> &Receiver<Batch> {
        &self.end.receiver
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
        self.end.shared.in_flight.leave(batch.octets);
        let mut records = batch.records;
        let taken = records.iter().try_for_each(take);
        records.clear();
        // A full return channel only means that this vector is not used again.
        let _ = self.end.empties.try_send(records);
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
        let read = |ledger: &Arc<Ledger>| {
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
    fn begun(mut self) -> Self {
        self.before = self.counted();
        self
    }

    /// Time since the server started.
    pub fn now(&self) -> Duration {
        self.sink.now()
    }

    /// How many records were lost.
    pub fn lost(&self) -> u64 {
        self.end.shared.lost.load(Relaxed)
    }

    /// How often a worker had to wait.
    pub fn waits(&self) -> u64 {
        self.end.shared.waits.load(Relaxed)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.sink.stop_recording();
        self.end.shared.in_flight.close();
    }
}
