//! Streams that are watched, as a source of records: each is read on a thread of its own,
//! from what is there on, and goes on when Redis comes back.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::address::Address;
use super::entry::Entry;
use super::redis::{Tail, Taken};
use super::runs::{Gap, Runs};
use crate::event::{Batch, ConnectionId, Credit, Ledger, Record, Source, Totals};
use crate::session::{Header, read_message};

/// How many records go into a batch, and how many batches may wait to be folded.
const BATCH: usize = 256;
const WAITING: usize = 64;
/// How long it is waited before it is tried again: at first, and at most.
const SOON: Duration = Duration::from_millis(100);
const LATE: Duration = Duration::from_secs(3);

/// What is to be said while streams are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// What goes wrong, as a clause.
    Trouble(String),
    /// It is over.
    Again(String),
}

type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// Streams that are watched. They are read no more when it is dropped.
#[derive(Debug)]
pub struct Watched {
    receiver: Receiver<Batch>,
    /// Whoever selects on the channel is not to find it closed.
    _open: Sender<Batch>,
    runs: Arc<Mutex<Runs>>,
    started: SystemTime,
    newest: RefCell<(Duration, Option<Instant>)>,
}

impl Watched {
    /// Begins to read streams. `tell` is told later what goes wrong, and that it is over.
    ///
    /// # Errors
    /// A stream cannot be read to begin with: why, as a clause.
    pub fn new(
        addresses: Vec<Address>,
        tell: impl Fn(News) + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let mut tails = Vec::new();
        let mut oldest: Option<SystemTime> = None;
        for address in addresses {
            let mut tail = Tail::new(address);
            let taken = tail.read(false);
            let taken = taken.map_err(|why| format!("{}: {why}", tail.address()))?;
            let first = taken.entries.iter().filter_map(first_time).min();
            oldest = oldest.into_iter().chain(first).min();
            tails.push((tail, taken));
        }
        let started = oldest.unwrap_or_else(SystemTime::now);
        let runs = Arc::new(Mutex::new(Runs::new(started)));
        let (sender, receiver) = bounded(WAITING);
        let tell: Tell = Arc::new(tell);
        for (tail, taken) in tails {
            let reader = Reader {
                tail,
                runs: Arc::downgrade(&runs),
                to: sender.clone(),
                tell: Arc::clone(&tell),
                others: 0,
            };
            thread::Builder::new()
                .name("watch".into())
                .spawn(move || reader.run(taken))
                .map_err(|error| format!("thread: {error}"))?;
        }
        Ok(Self {
            receiver,
            _open: sender,
            runs,
            started,
            newest: RefCell::default(),
        })
    }

    /// What the times of records count from.
    pub const fn started(&self) -> SystemTime {
        self.started
    }

    /// What it came to, in a line.
    pub fn summary(&self) -> String {
        let runs = lock(&self.runs);
        let sources = match runs.sources() {
            1 => "1 server".into(),
            n => format!("{n} servers"),
        };
        match runs.skipped() {
            0 => sources,
            skipped => format!("{sources}; {skipped} records this version does not know"),
        }
    }
}

impl Source for Watched {
    fn receiver(&self) -> &Receiver<Batch> {
        &self.receiver
    }

    fn open(&self, batch: Batch, fold: &mut dyn FnMut(Record)) {
        let mut newest = self.newest.borrow_mut();
        for record in batch.into_records() {
            if record.at >= newest.0 {
                *newest = (record.at, Some(Instant::now()));
            }
            fold(record);
        }
    }

    fn now(&self) -> Duration {
        let (newest, since) = *self.newest.borrow();
        let since = since.map_or(Duration::ZERO, |since| since.elapsed());
        newest.saturating_add(since)
    }

    fn totals(&self) -> Totals {
        lock(&self.runs).totals()
    }

    fn ledgers(&self) -> Vec<Arc<Ledger>> {
        Vec::new()
    }

    fn grant(&self, _credit: Credit) {}

    fn watch(&self, _connection: Option<ConnectionId>) {}

    fn keep(&self, _record: &Record) {}
}

/// Reads one stream.
struct Reader {
    tail: Tail,
    /// Gone when nobody watches any more.
    runs: Weak<Mutex<Runs>>,
    to: Sender<Batch>,
    tell: Tell,
    /// How many entries of others there were, and were said to be.
    others: u64,
}

impl Reader {
    fn run(mut self, first: Taken) {
        let mut taken = Ok(first);
        let (mut pause, mut in_trouble) = (SOON, false);
        loop {
            match taken {
                Ok(taken) => {
                    if std::mem::take(&mut in_trouble) {
                        (self.tell)(News::Again(format!(
                            "{} is there again",
                            self.tail.address()
                        )));
                    }
                    pause = SOON;
                    if !self.hand_over(&taken) {
                        return;
                    }
                }
                Err(why) => {
                    if !std::mem::replace(&mut in_trouble, true) {
                        (self.tell)(News::Trouble(format!("{}: {why}", self.tail.address())));
                    }
                    thread::sleep(pause);
                    pause = (pause * 2).min(LATE);
                }
            }
            if self.runs.strong_count() == 0 {
                return;
            }
            taken = self.tail.read(true);
        }
    }

    /// Hands records over, in the order of their times. Says whether anyone takes them.
    fn hand_over(&mut self, taken: &Taken) -> bool {
        if taken.others > 0 && self.others == 0 {
            let address = self.tail.address();
            (self.tell)(News::Trouble(format!(
                "{address}: something else is in the stream too, and is left out"
            )));
        }
        self.others += taken.others;
        let Some(runs) = self.runs.upgrade() else {
            return false;
        };
        let mut records = Vec::new();
        let mut gaps = Vec::new();
        {
            let mut runs = lock(&runs);
            for entry in &taken.entries {
                gaps.extend(runs.take(entry, &mut records));
            }
        }
        drop(runs);
        for gap in gaps {
            (self.tell)(News::Trouble(clause(&gap)));
        }
        // Servers write in turns. What one of them says stays in order.
        records.sort_by_key(|record| record.at);
        while !records.is_empty() {
            let rest = records.split_off(records.len().min(BATCH));
            let batch = std::mem::replace(&mut records, rest);
            if self.to.send(Batch::from(batch)).is_err() {
                return false;
            }
        }
        true
    }
}

fn clause(gap: &Gap) -> String {
    let Gap {
        source,
        dropped,
        trimmed,
    } = gap;
    match (dropped, trimmed) {
        (dropped, 0) => {
            format!("{source}: {dropped} records are missing: the server could not send them")
        }
        (0, trimmed) => format!(
            "{source}: {trimmed} records are missing: the stream was trimmed before they were read"
        ),
        (dropped, trimmed) => format!(
            "{source}: {trimmed} records are missing that were trimmed, and {dropped} that could not be sent"
        ),
    }
}

/// When the first record of an entry happened.
fn first_time(entry: &Entry) -> Option<SystemTime> {
    let header = Header::from_json(entry.session.as_bytes()).ok()?;
    let mut records = Vec::new();
    read_message(&entry.records, &mut records);
    header.started.checked_add(records.first()?.at)
}

fn lock(runs: &Mutex<Runs>) -> MutexGuard<'_, Runs> {
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}
