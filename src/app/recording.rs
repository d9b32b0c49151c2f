//! Layer 3: a session recorded while it is served. Opens the file, runs the recorder on a
//! thread of its own, and has words for what became of it. Whatever becomes of it, serving
//! goes on.

use std::fmt::{self, Write as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::error::Error;
use crate::cli::RecordAs;
use crate::event::{Bodies, Recording, Sink, Stop};
use crate::http::LineEnds;
use crate::server::{Config, Threads};
use crate::session::{Header, Kept, Progress, Recorder, keep};
use crate::units;

/// How long the recorder may take for what is left, when the server has stopped.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// What is told of a recording while it goes on.
#[derive(Debug, Clone)]
pub(super) enum News {
    /// So many octets are written.
    Written(u64),
    /// What goes wrong, as a clause.
    Trouble(String),
    /// It ended before it was asked to: why, as a clause.
    Failed(String),
    /// How what follows everything that happens is doing.
    Followed(Followed),
}

/// Where it is told how that goes.
pub(super) type Tell = Arc<dyn Fn(News) + Send + Sync>;

/// How what follows everything that happens is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Followed {
    /// Where it leads, in a word.
    pub(super) name: &'static str,
    /// How much went there.
    pub(super) sent: u64,
    /// How much did not, and will not.
    pub(super) lost: u64,
    /// Whether nothing is taken there at the moment.
    pub(super) is_away: bool,
}

/// The recordings of one run, one at a time.
pub(super) struct Recordings {
    sink: Arc<Sink>,
    header: Header,
    how: RecordAs,
    tell: Tell,
    running: Mutex<Option<Running>>,
}

impl fmt::Debug for Recordings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recordings").finish_non_exhaustive()
    }
}

/// A recording that goes on.
#[derive(Debug)]
struct Running {
    stop: Stop,
    work: JoinHandle<()>,
    ended: Receiver<Kept>,
    path: PathBuf,
}

impl Recordings {
    /// Nothing is recorded yet. `tell` is handed how it goes later.
    pub(super) fn new(
        sink: &Arc<Sink>,
        (serving, config): (&str, &Config),
        how: RecordAs,
        tell: Tell,
    ) -> Self {
        Self {
            sink: Arc::clone(sink),
            header: Header {
                bodies: how.bodies as u64,
                ..header(sink, serving, config)
            },
            how,
            tell,
            running: Mutex::new(None),
        }
    }

    /// Whether secrets are masked where nothing else is asked for.
    pub(super) fn redacts(&self) -> bool {
        self.how.redact
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// The file cannot be made, or one is being written already.
    pub(super) fn begin(&self, path: &Path, redact: bool) -> Result<(), Error> {
        let mut running = self.running();
        if let Some(running) = running.as_ref().filter(|running| !running.is_over()) {
            let said = format!("{} is being recorded", name_of(&running.path));
            return Err(Error::Record(path.into(), io::Error::other(said)));
        }
        *running = Some(self.start(path, redact)?);
        Ok(())
    }

    fn start(&self, path: &Path, redact: bool) -> Result<Running, Error> {
        let failed = |error| Error::Record(path.into(), error);
        let file = open(path).map_err(failed)?;
        let header = Header {
            redacted: redact,
            ..self.header.clone()
        };
        let redaction = redact.then(|| self.how.redaction.clone());
        let recorder = Recorder::new(file, &header, redaction)
            .map_err(|error| failed(io::Error::other(error.to_string())))?;
        // A page that quotes its request would quote what is masked.
        let (most, quoting) = (self.how.bodies, !redact);
        let recording = self.sink.record(self.how.overrun, Bodies { most, quoting });
        let stop = recording.stopper();
        let (done, ended) = bounded(1);
        let (name, tell) = (name_of(path), Arc::clone(&self.tell));
        let work = move || {
            let kept = work(recording, recorder, &*tell);
            if let Some(error) = &kept.failed {
                tell(News::Failed(format!("{name}: recording ended: {error}")));
            }
            // Nobody waits for it where the end was not waited for.
            let _ = done.send(kept);
        };
        let work = thread::Builder::new()
            .name("recorder".into())
            .spawn(work)
            .map_err(|error| Error::System("thread", error))?;
        Ok(Running {
            stop,
            work,
            ended,
            path: path.into(),
        })
    }

    /// Ends the recording that goes on, if one does, and says in a line what it came to.
    pub(super) fn end(&self) -> Option<String> {
        // Not held while it is waited for.
        let running = self.running().take();
        running.map(Running::end)
    }

    /// Ends it where nothing came of the server.
    pub(super) fn discard(&self) {
        let Some(running) = self.running().take() else {
            return;
        };
        let path = running.path.clone();
        let _ = running.end();
        if !is_stdout(&path) {
            // It holds nothing that anyone would miss.
            let _ = fs::remove_file(path);
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records until it is stopped or fails.
fn work(recording: Recording, recorder: Recorder<File>, tell: &dyn Fn(News)) -> Kept {
    let kept = keep(&recording, recorder, |progress| {
        tell(match progress {
            Progress::Written(octets) => News::Written(octets),
            Progress::Waits => {
                News::Trouble("the server waits for the recorder, which is slower".into())
            }
            Progress::Loses => {
                News::Trouble("records are lost: the recorder is slower than the server".into())
            }
        });
    });
    // Now nobody waits for it any more.
    drop(recording);
    kept
}

impl Running {
    /// Whether it ended by itself: what it came to was said.
    fn is_over(&self) -> bool {
        self.work.is_finished()
    }

    fn end(self) -> String {
        self.stop.stop();
        let name = name_of(&self.path);
        let Ok(kept) = self.ended.recv_timeout(TIME_TO_END) else {
            return format!("{name}: the recording is not whole: what is left was not taken");
        };
        let mut said = match (&kept.failed, kept.octets) {
            (Some(error), _) => format!("{name}: recording ended: {error}"),
            (None, octets) => {
                let size = units::size(octets.unwrap_or_default());
                format!("{name}: {} records, {size}", kept.records)
            }
        };
        if kept.waits > 0 {
            // Writing into memory does not fail.
            let _ = write!(said, "; the server waited {} times", kept.waits);
        }
        if kept.lost > 0 {
            let _ = write!(said, "; {} records were lost", kept.lost);
        }
        said
    }
}

/// What is said of a session of this server before its first record.
pub(super) fn header(sink: &Sink, serving: &str, config: &Config) -> Header {
    Header {
        started: sink.started(),
        program: concat!("glassport ", env!("CARGO_PKG_VERSION")).into(),
        serving: serving.into(),
        redacted: false,
        bodies: 0,
        recv_size: config.recv_size,
        head_timeout: limit(config.head_time(true)),
        idle_timeout: limit(config.idle_timeout),
        accept_lf: config.line_ends == LineEnds::LfToo,
        rests: config.threads == Threads::Ready,
    }
}

/// A deadline that may pass.
fn limit(time: Duration) -> Option<Duration> {
    (time < Duration::MAX).then_some(time)
}

/// Whether a session is written to standard output.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn name_of(path: &Path) -> String {
    if is_stdout(path) {
        "standard output".into()
    } else {
        path.display().to_string()
    }
}

/// A file that is there is not written over: it may be the only one of its kind.
fn open(path: &Path) -> io::Result<File> {
    if is_stdout(path) {
        let stdout = io::stdout();
        if stdout.is_terminal() {
            let said = "a session is no text for a terminal: send it to a file or a program";
            return Err(io::Error::other(said));
        }
        return Ok(stdout.as_fd().try_clone_to_owned()?.into());
    }
    // It may hold cookies and credentials: it is for whoever asked for it alone.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let there = "there is such a file already, and it is not replaced";
    options.open(path).map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            return io::Error::other(there);
        }
        error
    })
}

/// Says something on standard error. Nobody is left to tell when it is gone.
pub(super) fn say(clause: &str) {
    let _ = writeln!(io::stderr(), "glassport: {clause}");
}
