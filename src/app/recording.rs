//! Layer 3: a session recorded while it is served. Opens the file, runs the recorder on a
//! thread of its own, and has words for what became of it. Whatever becomes of it, serving
//! goes on.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use super::error::Error;
use crate::cli::Record;
use crate::event::Sink;
use crate::http::LineEnds;
use crate::server::{Config, Threads};
use crate::session::{Header, Kept, Recorder, Strain, keep};
use crate::units;

/// How long the recorder may take for what is left, when the server has stopped.
const TIME_TO_END: Duration = Duration::from_secs(5);

/// A recording that goes on.
#[derive(Debug)]
pub(super) struct Running {
    sink: Arc<Sink>,
    ended: Receiver<Kept>,
    path: PathBuf,
}

/// Begins a recording. `say` is handed one clause on whatever goes wrong later.
pub(super) fn begin(
    wanted: &Record,
    sink: &Arc<Sink>,
    (serving, config): (&str, &Config),
    say: impl Fn(String) + Send + 'static,
) -> Result<Running, Error> {
    let path = wanted.path.clone();
    let file = open(&path).map_err(|error| Error::Record(path.clone(), error))?;
    let header = Header {
        started: sink.started(),
        program: concat!("glassport ", env!("CARGO_PKG_VERSION")).into(),
        serving: serving.into(),
        redacted: wanted.redaction.is_some(),
        recv_size: config.recv_size,
        head_timeout: limit(config.head_time(true)),
        idle_timeout: limit(config.idle_timeout),
        accept_lf: config.line_ends == LineEnds::LfToo,
        rests: config.threads == Threads::Ready,
    };
    let recorder = Recorder::new(file, &header, wanted.redaction.clone());
    let recorder = recorder.map_err(|error| {
        let error = io::Error::other(error.to_string());
        Error::Record(path.clone(), error)
    })?;
    let recording = sink.record(wanted.overrun);
    let (done, ended) = bounded(1);
    let name = name_of(&path);
    let work = move || {
        let strained = |strain| {
            say(match strain {
                Strain::Waits => "the server waits for the recorder, which is slower".into(),
                Strain::Loses => "records are lost: the recorder is slower than the server".into(),
            });
        };
        let kept = keep(&recording, recorder, strained);
        // Now nobody waits for it any more.
        drop(recording);
        if let Some(error) = &kept.failed {
            say(format!("{name}: recording ended: {error}"));
        }
        // Nobody waits for it where the end was not waited for.
        let _ = done.send(kept);
    };
    thread::Builder::new()
        .name("recorder".into())
        .spawn(work)
        .map_err(|error| Error::System("thread", error))?;
    Ok(Running {
        sink: Arc::clone(sink),
        ended,
        path,
    })
}

impl Running {
    /// Ends it when the server has stopped, and says in a line what it came to.
    pub(super) fn end(self) -> String {
        self.sink.stop_recording();
        let name = name_of(&self.path);
        let Ok(kept) = self.ended.recv_timeout(TIME_TO_END) else {
            return format!("{name}: the recording is not whole: what is left was not taken\n");
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
        said.push('\n');
        said
    }

    /// Ends it where nothing came of the server.
    pub(super) fn discard(self) {
        let is_stdout = is_stdout(&self.path);
        let path = self.path.clone();
        let _ = self.end();
        if !is_stdout {
            // It holds nothing that anyone would miss.
            let _ = fs::remove_file(path);
        }
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
