//! The recorders of one moment: each gets everything, in a queue of its own.

use std::sync::Arc;

use super::batch::Batch;
use super::queue::{Bodies, Queue, Shared};
use super::record::{Activity, Event, Record};

/// The queues that what happens goes into: as many as there are recorders, one at least.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorders(Vec<Arc<Queue>>);

impl Recorders {
    /// The same, and one more.
    pub(super) fn with(&self, queue: Queue) -> Self {
        let mut queues = self.0.clone();
        queues.push(Arc::new(queue));
        Self(queues)
    }

    /// The same without the one that has this queue.
    pub(super) fn without(&self, of: &Arc<Shared>) -> Self {
        let others = self.0.iter().filter(|it| !Arc::ptr_eq(&it.shared, of));
        Self(others.cloned().collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What of the content of responses anyone wants. One that quotes its request is told of
    /// where all who want content want that of such.
    pub(super) fn bodies(&self) -> Bodies {
        let all = || self.0.iter().map(|queue| queue.bodies());
        Bodies {
            most: all().map(|bodies| bodies.most).max().unwrap_or(0),
            quoting: all().all(|bodies| bodies.most == 0 || bodies.quoting),
        }
    }

    /// Hands a batch over to each. It may wait for those that asked for it.
    pub(super) fn send(&self, batch: Batch) {
        self.hand(batch, Queue::send);
    }

    /// Hands a batch over to each that can take it at once.
    pub(super) fn send_at_once(&self, batch: Batch) {
        self.hand(batch, Queue::send_at_once);
    }

    fn hand(&self, batch: Batch, send: impl Fn(&Queue, Batch)) {
        let Some((last, others)) = self.0.split_last() else {
            return;
        };
        let most = self.bodies().most;
        for queue in others {
            send(queue, batch.copy_with(queue.bodies().most.min(most)));
        }
        if last.bodies().most == most {
            send(last, batch);
        } else {
            send(last, batch.copy_with(last.bodies().most));
        }
    }

    /// Room for the records of a turn.
    pub(super) fn empty(&self) -> Vec<Record> {
        self.0.last().map(|queue| queue.empty()).unwrap_or_default()
    }
}

impl Batch {
    /// The same records, with so much of the content of a response at most: they keep their
    /// numbers, and nothing seems to be missing.
    fn copy_with(&self, most: usize) -> Self {
        let copy = |record: &Record| {
            let mut record = record.clone();
            if let Event::Connection(_, Activity::Content { octets }) = &mut record.event
                && let Some(first) = octets.get(..most)
            {
                *octets = first.into();
            }
            record
        };
        Self {
            records: self.records.iter().map(copy).collect(),
            octets: self.octets,
        }
    }
}
