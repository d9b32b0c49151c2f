//! Sessions as a source of records: read on a thread of its own, several files on one time
//! line, standard input as it grows. The thread stays, to read again what is asked for.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};

use super::index::Index;
use crate::event::{
    Batch, ConnectionId, Credit, Event, Ledger, ListenerEvent, Record, Source, Totals,
};
use crate::session::{Merged, Tally};
use crate::trace::{Found, Wanted};

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
    /// What is to be read again, and what was; `None` where it comes once.
    again: Option<(Sender<Wanted>, Receiver<Found>)>,
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
    /// Reads sessions. What is read again takes about `room` octets at most, and what has to be
    /// known for that as many. `ended` is told, once there are no more records, what is wrong with
    /// each: a clause.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn new(
        sessions: Merged,
        grows: bool,
        room: usize,
        ended: impl FnOnce(&[String]) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = bounded(WAITING);
        let open = sender.clone();
        let said = Arc::new(OnceLock::new());
        let say = Arc::clone(&said);
        let (wanted, found) = (unbounded(), unbounded());
        let is_kept = sessions.is_kept();
        let mut reading = Reading {
            index: is_kept.then(|| Index::new(room)),
            sessions,
            room,
            // Where nobody can ask, that is no sign that nobody is there.
            wanted: if is_kept { wanted.1 } else { never() },
            found: found.0,
        };
        let read = move || {
            if reading.hand_over(&sender).is_ok() {
                ended(say.get_or_init(|| reading.sessions.what_is_wrong()));
                if is_kept {
                    reading.stay();
                }
            }
        };
        thread::Builder::new().name("session".into()).spawn(read)?;
        Ok(Self {
            receiver,
            _open: open,
            ended: said,
            grows,
            taken: RefCell::default(),
            again: is_kept.then_some((wanted.0, found.1)),
        })
    }

    /// Whom to tell what is to be read again, and what was then; `None` where what was read is
    /// kept nowhere.
    pub fn again(&self) -> Option<(&Sender<Wanted>, &Receiver<Found>)> {
        let (wanted, found) = self.again.as_ref()?;
        Some((wanted, found))
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

/// Nobody is left to read for.
struct Gone;

/// What the thread has.
struct Reading {
    sessions: Merged,
    index: Option<Index>,
    room: usize,
    wanted: Receiver<Wanted>,
    found: Sender<Found>,
}

impl Reading {
    /// Reads everything, and what is asked for meanwhile once more.
    fn hand_over(&mut self, to: &Sender<Batch>) -> Result<(), Gone> {
        let mut records = Vec::with_capacity(BATCH);
        while let Some(record) = self.next() {
            records.push(record);
            // What is read next may be long in coming.
            if records.len() >= BATCH || !self.sessions.has_more_at_hand() {
                let full = std::mem::replace(&mut records, Vec::with_capacity(BATCH));
                self.send(full, to)?;
            }
        }
        if records.is_empty() {
            return Ok(());
        }
        self.send(records, to)
    }

    fn next(&mut self) -> Option<Record> {
        match &mut self.index {
            Some(index) => index.next(&mut self.sessions),
            None => self.sessions.next(),
        }
    }

    fn send(&self, mut records: Vec<Record>, to: &Sender<Batch>) -> Result<(), Gone> {
        loop {
            select! {
                send(to, Batch::from(std::mem::take(&mut records))) -> sent => {
                    return sent.map_err(|_| Gone);
                }
                recv(self.wanted) -> wanted => self.answer(wanted.map_err(|_| Gone)?),
            }
        }
    }

    /// Reads what is asked for, until nobody can.
    fn stay(&self) {
        while let Ok(wanted) = self.wanted.recv() {
            self.answer(wanted);
        }
    }

    /// Only what was asked for last is still wanted.
    fn answer(&self, wanted: Wanted) {
        let wanted = self.wanted.try_iter().last().unwrap_or(wanted);
        let index = self.index.as_ref();
        let window = index.and_then(|index| index.read(&self.sessions, wanted, self.room));
        // Whoever asked may be gone.
        let _ = self.found.send(window.map(Box::new).ok_or(wanted));
    }
}
