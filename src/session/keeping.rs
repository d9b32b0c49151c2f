//! What the recorder's own thread does: takes records out of its queue, writes them, and
//! sees to it that no more than the last second can be lost.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{select, tick};

use super::writer::{RecordError, Recorder};
use crate::event::{
    Activity, Batch, ConnectionId, Event, ListenerEvent, Record, Recording, Totals,
};

/// How long batches are gathered when all that came is taken.
const GATHERING: Duration = Duration::from_millis(5);

/// After so many batches it is looked at the clock.
const LOOK: u32 = 64;

/// Where a session is kept.
pub trait Store {
    /// How often what was appended is handed on.
    const EVERY: Duration;

    /// Appends one record.
    ///
    /// # Errors
    /// It is kept no longer.
    fn append(&mut self, record: &Record) -> Result<(), RecordError>;

    /// Hands on what was appended, at this time of the session, on the way to which so many
    /// records were lost.
    ///
    /// # Errors
    /// It is kept no longer.
    fn flush(&mut self, now: Duration, lost: u64) -> Result<(), RecordError>;

    /// How many octets were written.
    fn octets(&self) -> u64;

    /// How many records were appended.
    fn records(&self) -> u64;

    /// How many of them are missing for good, once others can be kept again.
    fn lost(&self) -> u64 {
        0
    }

    /// Nothing more will come. Says how many octets there are.
    ///
    /// # Errors
    /// It could not be ended in order.
    fn finish(self) -> Result<u64, RecordError>;
}

/// A session file.
impl<W: Write> Store for Recorder<W> {
    const EVERY: Duration = Duration::from_secs(1);

    fn append(&mut self, record: &Record) -> Result<(), RecordError> {
        self.append(record)
    }

    fn flush(&mut self, _now: Duration, _lost: u64) -> Result<(), RecordError> {
        self.flush()
    }

    fn octets(&self) -> u64 {
        self.octets()
    }

    fn records(&self) -> u64 {
        self.records()
    }

    fn finish(self) -> Result<u64, RecordError> {
        self.finish()
    }
}

/// What a recording came to.
#[derive(Debug)]
pub struct Kept {
    /// How many records are in the file.
    pub records: u64,
    /// How many octets the file has; `None` where it could not be written to its end.
    pub octets: Option<u64>,
    /// How many records were lost.
    pub lost: u64,
    /// How often a worker had to wait for the recorder.
    pub waits: u64,
    /// Why it ended before the server did.
    pub failed: Option<RecordError>,
}

/// How a recording goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many octets are written.
    Written(u64),
    /// The recorder is slower than the server: workers wait.
    Waits,
    /// It is slower, and records are lost.
    Loses,
}

/// Records until the recording is stopped, or writing fails. `tell` is told within a second
/// how it goes.
pub fn keep<S: Store>(recording: &Recording, mut store: S, tell: impl Fn(Progress)) -> Kept {
    let mut keeper = Keeper {
        recording,
        open: BTreeSet::new(),
        flushed: recording.now(),
        counted: None,
        lost: 0,
        tell: &tell,
        written: 0,
        waits: false,
    };
    let ended = keeper.run(&mut store);
    let records = store.records();
    let octets = ended.and_then(|()| store.finish());
    let (octets, failed) = match octets {
        Ok(octets) => (Some(octets), None),
        Err(error) => (None, Some(error)),
    };
    Kept {
        records,
        octets,
        lost: recording.lost(),
        waits: recording.waits(),
        failed,
    }
}

struct Keeper<'a> {
    recording: &'a Recording,
    /// The connections that are open as far as the file tells.
    open: BTreeSet<ConnectionId>,
    /// When everything was written last.
    flushed: Duration,
    /// The counts as they were written last.
    counted: Option<Totals>,
    /// How many records were lost when connections were looked at last.
    lost: u64,
    tell: &'a dyn Fn(Progress),
    /// How many octets it was told are written.
    written: u64,
    /// Whether it was told that workers wait.
    waits: bool,
}

impl Keeper<'_> {
    fn run<S: Store>(&mut self, store: &mut S) -> Result<(), RecordError> {
        for event in self.recording.listening() {
            self.append_event(store, Event::Listener(event.clone()))?;
        }
        for &(id, counted) in self.recording.before() {
            self.append(store, id, Activity::Counted(Arc::new(counted)))?;
        }
        let ticks = tick(S::EVERY);
        loop {
            select! {
                recv(self.recording.receiver()) -> batch => match batch {
                    Ok(batch) => self.drain(store, batch)?,
                    Err(_) => break,
                },
                recv(ticks) -> _ => self.flush(store)?,
            }
        }
        self.flush(store)
    }

    /// Takes what there is.
    fn drain<S: Store>(&mut self, store: &mut S, first: Batch) -> Result<(), RecordError> {
        let (mut next, mut taken) = (Some(first), 0_u32);
        while let Some(batch) = next {
            self.take(store, batch)?;
            taken += 1;
            next = self.recording.receiver().try_recv().ok();
            // A worker that is never done must not keep the disk waiting.
            if taken % LOOK == 0 && self.recording.now() >= self.flushed + S::EVERY {
                self.flush(store)?;
            }
        }
        // A recorder that sleeps is woken up by each batch, which costs the workers more than
        // the records do.
        thread::sleep(GATHERING);
        Ok(())
    }

    fn take(&mut self, store: &mut impl Store, batch: Batch) -> Result<(), RecordError> {
        let open = &mut self.open;
        self.recording.open(batch, |record| {
            if let Event::Connection(id, activity) = &record.event {
                if matches!(activity, Activity::Closed { .. } | Activity::Gone) {
                    open.remove(id);
                } else if matches!(activity, Activity::Accepted { .. }) {
                    open.insert(*id);
                }
            }
            store.append(record)
        })
    }

    /// Writes the counts where they are others, and everything that was appended.
    fn flush(&mut self, store: &mut impl Store) -> Result<(), RecordError> {
        if !self.waits && self.recording.waits() > 0 {
            self.waits = true;
            (self.tell)(Progress::Waits);
        }
        self.make_up_for_losses(store)?;
        let totals = self.recording.totals();
        if self.counted != Some(totals) {
            self.counted = Some(totals);
            let event = Event::Listener(ListenerEvent::Counted(Box::new(totals)));
            self.append_event(store, event)?;
        }
        store.flush(self.recording.now(), self.recording.lost())?;
        self.flushed = self.recording.now();
        let written = store.octets();
        if self.written != written {
            self.written = written;
            (self.tell)(Progress::Written(written));
        }
        Ok(())
    }

    /// Where records were lost, the counts say which connections there are.
    fn make_up_for_losses(&mut self, store: &mut impl Store) -> Result<(), RecordError> {
        let lost = self.recording.lost().saturating_add(store.lost());
        if lost == self.lost {
            return Ok(());
        }
        if self.lost == 0 {
            (self.tell)(Progress::Loses);
        }
        self.lost = lost;
        let counted = self.recording.counted();
        let listed: BTreeSet<_> = counted.iter().map(|(id, _)| *id).collect();
        let gone: Vec<_> = self.open.difference(&listed).copied().collect();
        for id in gone {
            self.append(store, id, Activity::Gone)?;
            self.open.remove(&id);
        }
        for (id, counted) in counted {
            self.append(store, id, Activity::Counted(Arc::new(counted)))?;
        }
        Ok(())
    }

    fn append(
        &mut self,
        store: &mut impl Store,
        id: ConnectionId,
        activity: Activity,
    ) -> Result<(), RecordError> {
        self.open.insert(id);
        self.append_event(store, Event::Connection(id, activity))
    }

    fn append_event(&self, store: &mut impl Store, event: Event) -> Result<(), RecordError> {
        store.append(&Record {
            seq: 0,
            at: self.recording.now(),
            event,
        })
    }
}
