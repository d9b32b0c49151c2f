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

/// How often what was recorded is written.
const FLUSH: Duration = Duration::from_secs(1);

/// How long batches are gathered when all that came is taken.
const GATHERING: Duration = Duration::from_millis(5);

/// After so many batches it is looked at the clock.
const LOOK: u32 = 64;

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
pub fn keep<W: Write>(
    recording: &Recording,
    mut recorder: Recorder<W>,
    tell: impl Fn(Progress),
) -> Kept {
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
    let ended = keeper.run(&mut recorder);
    let records = recorder.records();
    let octets = ended.and_then(|()| recorder.finish());
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
    fn run(&mut self, recorder: &mut Recorder<impl Write>) -> Result<(), RecordError> {
        for event in self.recording.listening() {
            self.append_event(recorder, Event::Listener(event.clone()))?;
        }
        for &(id, counted) in self.recording.before() {
            self.append(recorder, id, Activity::Counted(Arc::new(counted)))?;
        }
        let ticks = tick(FLUSH);
        loop {
            select! {
                recv(self.recording.receiver()) -> batch => match batch {
                    Ok(batch) => self.drain(recorder, batch)?,
                    Err(_) => break,
                },
                recv(ticks) -> _ => self.flush(recorder)?,
            }
        }
        self.flush(recorder)
    }

    /// Takes what there is.
    fn drain(
        &mut self,
        recorder: &mut Recorder<impl Write>,
        first: Batch,
    ) -> Result<(), RecordError> {
        let (mut next, mut taken) = (Some(first), 0_u32);
        while let Some(batch) = next {
            self.take(recorder, batch)?;
            taken += 1;
            next = self.recording.receiver().try_recv().ok();
            // A worker that is never done must not keep the disk waiting.
            if taken % LOOK == 0 && self.recording.now() >= self.flushed + FLUSH {
                self.flush(recorder)?;
            }
        }
        // A recorder that sleeps is woken up by each batch, which costs the workers more than
        // the records do.
        thread::sleep(GATHERING);
        Ok(())
    }

    fn take(
        &mut self,
        recorder: &mut Recorder<impl Write>,
        batch: Batch,
    ) -> Result<(), RecordError> {
        let open = &mut self.open;
        self.recording.open(batch, |record| {
            if let Event::Connection(id, activity) = &record.event {
                if matches!(activity, Activity::Closed { .. } | Activity::Gone) {
                    open.remove(id);
                } else if matches!(activity, Activity::Accepted { .. }) {
                    open.insert(*id);
                }
            }
            recorder.append(record)
        })
    }

    /// Writes the counts where they are others, and everything that was appended.
    fn flush(&mut self, recorder: &mut Recorder<impl Write>) -> Result<(), RecordError> {
        if !self.waits && self.recording.waits() > 0 {
            self.waits = true;
            (self.tell)(Progress::Waits);
        }
        self.make_up_for_losses(recorder)?;
        let totals = self.recording.totals();
        if self.counted != Some(totals) {
            self.counted = Some(totals);
            let event = Event::Listener(ListenerEvent::Counted(Box::new(totals)));
            self.append_event(recorder, event)?;
        }
        recorder.flush()?;
        self.flushed = self.recording.now();
        let written = recorder.octets();
        if self.written != written {
            self.written = written;
            (self.tell)(Progress::Written(written));
        }
        Ok(())
    }

    /// Where records were lost, the counts say which connections there are.
    fn make_up_for_losses(
        &mut self,
        recorder: &mut Recorder<impl Write>,
    ) -> Result<(), RecordError> {
        let lost = self.recording.lost();
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
            self.append(recorder, id, Activity::Gone)?;
            self.open.remove(&id);
        }
        for (id, counted) in counted {
            self.append(recorder, id, Activity::Counted(Arc::new(counted)))?;
        }
        Ok(())
    }

    fn append(
        &mut self,
        recorder: &mut Recorder<impl Write>,
        id: ConnectionId,
        activity: Activity,
    ) -> Result<(), RecordError> {
        self.open.insert(id);
        self.append_event(recorder, Event::Connection(id, activity))
    }

    fn append_event(
        &self,
        recorder: &mut Recorder<impl Write>,
        event: Event,
    ) -> Result<(), RecordError> {
        recorder.append(&Record {
            seq: 0,
            at: self.recording.now(),
            event,
        })
    }
}
