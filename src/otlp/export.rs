//! Two threads: one makes spans of records, so that the queue of the workers is taken from; the
//! other sends them, and may wait for the collector.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, select, tick};
use serde_json::Value;

use super::collector::{Answer, Collector, Endpoint, Http};
use super::spans::Spans;
use super::{counts, json};
use crate::event::{Bodies, Overrun, Recording, Sink, Stop};

/// How many spans go in one request, and how many requests may wait.
const BATCH: usize = 512;
const WAITING: usize = 32;
/// How often spans are sent, and counts.
const SPANS_EVERY: Duration = Duration::from_secs(1);
const COUNTS_EVERY: Duration = Duration::from_secs(10);
/// How long it is waited before it is tried again: at first, and at most.
const SOON: Duration = Duration::from_millis(500);
const LATE: Duration = Duration::from_secs(30);
/// How long what is left may take at the end.
const TIME_TO_END: Duration = Duration::from_secs(2);

const TRACES: &str = "/v1/traces";
const METRICS: &str = "/v1/metrics";

/// How exporting goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// How many spans the collector has.
    pub sent: u64,
    /// How many spans it has not, and will not have.
    pub lost: u64,
    /// How many records were lost that spans are made of.
    pub records: u64,
    /// Why nothing is taken at the moment, as a clause.
    pub trouble: Option<String>,
}

/// An export that goes on.
#[derive(Debug)]
pub struct Exporting {
    stop: Stop,
    ended: Receiver<()>,
    standing: Arc<Shared>,
}

impl Exporting {
    /// Sends what is left, as far as that goes quickly, and says what it all came to.
    pub fn end(self) -> Standing {
        self.standing.is_over.store(true, Relaxed);
        self.stop.stop();
        let _ = self.ended.recv_timeout(TIME_TO_END);
        self.standing.at_the_end()
    }
}

/// Exports what happens from now on. `tell` is told how it goes, where that has changed.
///
/// # Errors
/// There is no thread for it.
pub fn begin(
    sink: &Arc<Sink>,
    endpoint: &Endpoint,
    (host, instance): (&str, &str),
    tell: impl Fn(&Standing, &Standing) + Send + Sync + 'static,
) -> io::Result<Exporting> {
    // From the first request on.
    sink.measures();
    let recording = sink.record(Overrun::Lose, Bodies::default());
    let stop = recording.stopper();
    let shared = Arc::new(Shared {
        is_over: AtomicBool::new(false),
        standing: Mutex::default(),
        waiting: AtomicU64::new(0),
        tell: Box::new(tell),
    });
    let (to, from) = bounded(WAITING);
    let (done, ended) = bounded(1);
    let maker = Maker {
        spans: Spans::new(sink.started()),
        batch: Vec::new(),
        to,
        shared: Arc::clone(&shared),
    };
    let sender = Sending {
        collector: Http::new(endpoint),
        resource: json::resource(host, instance),
        sink: Arc::clone(sink),
        shared: Arc::clone(&shared),
        pause: SOON,
    };
    let spawn = |name: &str| thread::Builder::new().name(name.into());
    spawn("spans").spawn(move || maker.run(&recording))?;
    spawn("otlp").spawn(move || {
        sender.run(&from);
        // Nobody waits for it where the end was not waited for.
        let _ = done.send(());
    })?;
    Ok(Exporting {
        stop,
        ended,
        standing: shared,
    })
}

/// Told how it went, and how it goes.
type Tell = dyn Fn(&Standing, &Standing) + Send + Sync;

/// What both threads change.
struct Shared {
    /// The server has stopped: nothing is waited for any more.
    is_over: AtomicBool,
    standing: Mutex<Standing>,
    /// How many spans were handed over, and nothing is known of yet.
    waiting: AtomicU64,
    tell: Box<Tell>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.standing.fmt(f)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it all came to: what waits is not waited for any more.
    fn at_the_end(&self) -> Standing {
        let mut standing = self.lock().clone();
        standing.lost += self.waiting.load(Relaxed);
        standing
    }

    /// It is known now what became of so many spans.
    fn settle(&self, spans: u64, change: impl FnOnce(&mut Standing)) {
        self.change(|standing| {
            self.waiting.fetch_sub(spans, Relaxed);
            change(standing);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Standing)) {
        let mut standing = self.lock();
        let before = standing.clone();
        change(&mut standing);
        if *standing != before {
            (self.tell)(&before, &standing);
        }
    }
}

/// Makes spans of records.
struct Maker {
    spans: Spans,
    batch: Vec<Value>,
    to: Sender<Vec<Value>>,
    shared: Arc<Shared>,
}

impl Maker {
    fn run(mut self, recording: &Recording) {
        let ticks = tick(SPANS_EVERY);
        loop {
            select! {
                recv(recording.receiver()) -> batch => match batch {
                    Ok(batch) => {
                        let taken: Result<(), ()> = recording.open(batch, |record| {
                            self.batch.extend(self.spans.fold(record));
                            Ok(())
                        });
                        taken.unwrap_or_default();
                    }
                    Err(_) => break,
                },
                recv(ticks) -> _ => {
                    self.hand_over();
                    self.shared.change(|standing| standing.records = recording.lost());
                }
            }
            if self.batch.len() >= BATCH {
                self.hand_over();
            }
        }
        self.hand_over();
        self.shared
            .change(|standing| standing.records = recording.lost());
    }

    /// Nobody waits for the collector here.
    fn hand_over(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let batch = std::mem::take(&mut self.batch);
        let spans = batch.len() as u64;
        self.shared.waiting.fetch_add(spans, Relaxed);
        if self.to.try_send(batch).is_err() {
            self.shared.settle(spans, |standing| standing.lost += spans);
        }
    }
}

/// Sends spans and counts.
struct Sending<C> {
    collector: C,
    resource: Value,
    sink: Arc<Sink>,
    shared: Arc<Shared>,
    pause: Duration,
}

impl<C: Collector> Sending<C> {
    fn run(mut self, from: &Receiver<Vec<Value>>) {
        let ticks = tick(COUNTS_EVERY);
        loop {
            select! {
                recv(from) -> batch => match batch {
                    Ok(batch) => self.send(batch),
                    Err(_) => break,
                },
                recv(ticks) -> _ => self.send_counts(),
            }
        }
        self.send_counts();
    }

    /// Sends a batch, as often as it takes; at the end, once.
    fn send(&mut self, batch: Vec<Value>) {
        let spans = batch.len() as u64;
        let body = json::traces(&self.resource, batch);
        loop {
            match self.collector.post(TRACES, &body) {
                Answer::Taken { rejected } => {
                    self.pause = SOON;
                    self.shared.settle(spans, |standing| {
                        let rejected = rejected.min(spans);
                        standing.sent += spans - rejected;
                        standing.lost += rejected;
                        standing.trouble = None;
                    });
                    return;
                }
                Answer::Never(why) => {
                    self.shared.settle(spans, |standing| {
                        standing.lost += spans;
                        standing.trouble = Some(why);
                    });
                    return;
                }
                Answer::Later(why, after) => {
                    self.shared.change(|standing| standing.trouble = Some(why));
                    let pause = after.unwrap_or(self.pause).max(self.pause);
                    self.pause = (self.pause * 2).min(LATE);
                    if !self.wait(pause) {
                        self.shared.settle(spans, |standing| standing.lost += spans);
                        return;
                    }
                }
            }
        }
    }

    /// Waits, and says whether there is to be another try: at the end there is none.
    fn wait(&self, time: Duration) -> bool {
        const LOOK: Duration = Duration::from_millis(50);
        let mut left = time;
        while !left.is_zero() && !self.shared.is_over.load(Relaxed) {
            let step = left.min(LOOK);
            thread::sleep(step);
            left -= step;
        }
        left.is_zero()
    }

    /// Sends the counts as they are. Those that are not taken are part of the next.
    fn send_counts(&mut self) {
        let times = (self.sink.started(), self.sink.now());
        let metrics = counts::metrics(times, &self.sink.totals(), self.sink.measures());
        let _ = self
            .collector
            .post(METRICS, &json::metrics(&self.resource, metrics));
    }
}
