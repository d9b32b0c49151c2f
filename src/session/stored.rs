//! Sessions as a source of records: read on a thread of its own, several files on one time
//! line, standard input as it grows.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::merged::Merged;
use super::tally::Tally;
use crate::event::{
    Batch, ConnectionId, Credit, Event, Ledger, ListenerEvent, Record, Source, Totals,
};

/// How many records go into a batch, and how many batches may wait to be folded.
const BATCH: usize = 256;
const WAITING: usize = 64;
/// How long time goes on after the last record of a file: what stands out for a moment must
/// not do so for ever.
const AFTERWARDS: Duration = Duration::from_secs(2);

/// Sessions that were recorded, or are being recorded elsewhere.
#[derive(Debug)]
pub struct Stored {
    receiver: Receiver<Batch>,
    /// Whoever selects on the channel is not to find it closed again and again.
    _open: Sender<Batch>,
    ended: Arc<OnceLock<Vec<String>>>,
    /// Whether it may grow: time goes on then.
    grows: bool,
    taken: RefCell<Taken>,
}

/// What was folded so far.
#[derive(Debug, Default)]
struct Taken {
    tally: Tally,
    newest: Duration,
    /// When that came.
    since: Option<Instant>,
}

impl Stored {
    /// Reads sessions. `ended` is told, once there are no more records, what is wrong with
    /// each: a clause.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn new(
        mut sessions: Merged,
        grows: bool,
        ended: impl FnOnce(&[String]) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = bounded(WAITING);
        let open = sender.clone();
        let said = Arc::new(OnceLock::new());
        let say = Arc::clone(&said);
        let read = move || {
            hand_over(&mut sessions, &sender);
            ended(say.get_or_init(|| sessions.what_is_wrong()));
        };
        thread::Builder::new().name("session".into()).spawn(read)?;
        Ok(Self {
            receiver,
            _open: open,
            ended: said,
            grows,
            taken: RefCell::default(),
        })
    }

    /// What is wrong with them, a clause each, once they were read to their ends.
    pub fn what_is_wrong(&self) -> &[String] {
        self.ended.get().map_or(&[], Vec::as_slice)
    }
}

impl Source for Stored {
    fn receiver(&self) -> &Receiver<Batch> {
        &self.receiver
    }

    fn open(&self, batch: Batch, fold: &mut dyn FnMut(Record)) {
        for record in batch.into_records() {
            {
                let mut taken = self.taken.borrow_mut();
                taken.tally.take(&record);
                taken.newest = taken.newest.max(record.at);
                taken.since = Some(Instant::now());
            }
            // The totals of all are told with each frame.
            if !matches!(record.event, Event::Listener(ListenerEvent::Counted(_))) {
                fold(record);
            }
        }
    }

    fn now(&self) -> Duration {
        let taken = self.taken.borrow();
        let since = taken.since.map_or(Duration::ZERO, |since| since.elapsed());
        let since = if self.grows && self.ended.get().is_none() {
            since
        } else {
            since.min(AFTERWARDS)
        };
        taken.newest.saturating_add(since)
    }

    fn totals(&self) -> Totals {
        self.taken.borrow().tally.totals()
    }

    fn ledgers(&self) -> Vec<Arc<Ledger>> {
        Vec::new()
    }

    fn grant(&self, _credit: Credit) {}

    fn watch(&self, _connection: Option<ConnectionId>) {}

    fn keep(&self, _record: &Record) {}
}

fn hand_over(sessions: &mut Merged, to: &Sender<Batch>) {
    let mut records = Vec::with_capacity(BATCH);
    while let Some(record) = sessions.next() {
        records.push(record);
        // What is read next may be long in coming.
        if records.len() >= BATCH || !sessions.has_more_at_hand() {
            let full = std::mem::replace(&mut records, Vec::with_capacity(BATCH));
            if to.send(Batch::from(full)).is_err() {
                return;
            }
        }
    }
    if !records.is_empty() {
        // Nobody is left to fold them where this fails.
        let _ = to.send(Batch::from(records));
    }
}
