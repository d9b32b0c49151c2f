//! Further consumers of what happens, beside the watcher: recorders, from which nothing is
//! kept back. Credit does not apply to them.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::batch::Batch;
use super::connection::ConnectionId;
use super::ledger::{Counted, Ledger};
use super::queue::{Bodies, End, Overrun, Shared, queue};
use super::record::{ListenerEvent, Record};
use super::sink::Sink;
use super::totals::Totals;

/// The recorder's end of the queue. Recording ends when it is dropped.
#[derive(Debug)]
pub struct Recording {
    end: End,
    sink: Arc<Sink>,
    /// Where peers could connect when it began.
    listening: Vec<ListenerEvent>,
    /// The connections that were open before anything of them was recorded.
    before: Vec<(ConnectionId, Counted)>,
}

impl Sink {
    /// Has everything that happens from now on recorded too, and of the content of responses
    /// what `bodies` says. There may be several recorders.
    pub fn record(self: &Arc<Self>, overrun: Overrun, bodies: Bodies) -> Recording {
        let (queue, end) = queue(overrun, bodies);
        self.change_recorders(|recorders| recorders.with(queue));
        Recording {
            end,
            sink: Arc::clone(self),
            listening: Vec::new(),
            before: Vec::new(),
        }
        .begun()
    }

    /// Ends the recording that has this queue, if it goes on.
    fn stop_recording(&self, of: &Arc<Shared>) {
        self.change_recorders(|recorders| recorders.without(of));
    }
}

/// Ends a recording from elsewhere.
#[derive(Debug, Clone)]
pub struct Stop {
    sink: Arc<Sink>,
    shared: Arc<Shared>,
}

impl Stop {
    /// Nothing more is recorded; what is under way still arrives.
    pub fn stop(&self) {
        self.sink.stop_recording(&self.shared);
    }
}

impl Recording {
    /// The channel batches arrive on, to be selected on. Every batch must be
    /// [opened](Self::open). It ends when recording was [stopped](Stop::stop).
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

    /// Where peers could connect when the recording began.
    pub fn listening(&self) -> &[ListenerEvent] {
        &self.listening
    }

    /// The connections that were open when the recording began.
    pub fn before(&self) -> &[(ConnectionId, Counted)] {
        &self.before
    }

    /// Notes what is open now, the recording having begun.
    fn begun(mut self) -> Self {
        let listening = self.sink.listening.lock();
        let listening = listening.unwrap_or_else(PoisonError::into_inner);
        self.listening.clone_from(&listening);
        drop(listening);
        self.before = self.counted();
        self
    }

    /// Ends it from elsewhere.
    pub fn stopper(&self) -> Stop {
        Stop {
            sink: Arc::clone(&self.sink),
            shared: Arc::clone(&self.end.shared),
        }
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
        self.sink.stop_recording(&self.end.shared);
        self.end.shared.in_flight.close();
    }
}
