//! glassport is an HTTP server you can see through: it serves a folder over HTTP/1.1
//! straight from the socket API, and shows on a terminal dashboard how each `recv` lands in
//! the receive buffer, how the search for CR LF CR LF goes, what was cut off and what it
//! meant, what was sent back, and why the connection is still open or was closed.
//!
//! # Code map
//!
//! A room uses only the rooms below it, and `tests/architecture.rs` holds that.
//!
//! ```text
//! 3  main · cli · config · classroom · opened · recording · run   wires everything together
//! 2  server      plain      tui      errand            siblings: none imports another, but
//!    client   ◄─ poke · lesson                         drills and lessons use the client
//! 1              export                                other formats, written from a trace
//!                trace                                 what a stream of records means
//!    docroot     event      lab      signals           files; the vocabulary and its sink; a
//!                                                      simulation; what asks for the end
//! 0  http        units                        octets in, steps out; sizes and times as text
//! ```
//!
//! The one idea: **the inspection is the return type.** [`http::Connection`] is handed octets
//! and returns one observable [`http::Step`] a call. A worker of the [`server`] does what the
//! step says and forwards it as an [`event::Activity`]; nothing is logged on the side, so
//! nothing can happen that is not seen.
//!
//! And its other half: **everything is a record, and a trace is what records mean.** Counts
//! and what the kernel says come as records too. A [`trace::Trace`] keeps the newest of them
//! and folds them, once, for everyone: the dashboard, the access log, exports and lessons read
//! the same [`trace::Connection`], as of now or of any moment that is kept.
//!
//! # Invariants
//!
//! 1. `http` imports `core` and `alloc` alone; any split of the same octets yields the same
//!    messages, in both roles.
//! 2. No octet is scanned twice.
//! 3. Layer 2 rooms do not know each other, but for drills and lessons, which use the client.
//! 4. Time is data outside of the server, the client, the sink and the dashboard's runtime.
//! 5. Every octet from the wire reaches a terminal or a log line through one function that
//!    makes it visible and inert.
//! 6. The view takes `&Model`: drawing the same model twice gives the same cells.
//! 7. Counted + left out = what happened.
//! 8. No `unsafe` but for the system calls no safe crate wraps, in one file of `server` and
//!    one of `signals`.
//! 9. Deadlines are absolute: dribbling octets buys no time.

#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod http;
mod units;

pub mod docroot;
pub mod event;
pub mod export;
pub mod lab;
pub mod session;
pub mod signals;
pub mod trace;

pub mod client;
pub mod errand;
pub mod lesson;
pub mod plain;
pub mod poke;
pub mod server;
pub mod tui;

pub mod cli;
pub mod config;

mod announce;
mod classroom;
mod opened;
mod recording;
mod service;
mod watched;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use announce::{Urls, Words};
use cli::{Log, Options, Task};
use crossbeam_channel::unbounded;
use docroot::Docroot;
use event::{Detail, Flow, Sink};
use plain::Lines;
use recording::Running;
use server::{BindError, Server};
use service::Stopping;
use signals::Taker;
use tui::{Preferences, Report, Theme, Wish};
use watched::{Beside, watch};

/// Why glassport cannot run.
#[derive(Debug)]
pub enum Error {
    /// The configuration is wrong.
    Config(config::Error),
    /// What should be served cannot be.
    Docroot(io::Error),
    /// The server cannot listen.
    Bind(BindError),
    /// The access log cannot be written where it was asked for.
    LogFile(PathBuf, io::Error),
    /// The session cannot be recorded where it was asked for.
    Record(PathBuf, io::Error),
    /// A log file was asked for, and the dashboard is shown in place of the access log.
    LogBesideDashboard,
    /// What is held could never be released.
    HoldWithoutDashboard,
    /// The system refused something else.
    System(&'static str, io::Error),
}

impl Error {
    /// What the program exits with: 2 where it is the arguments that are wrong.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::LogBesideDashboard | Self::HoldWithoutDashboard => 2,
            Self::Docroot(_)
            | Self::Bind(_)
            | Self::LogFile(..)
            | Self::Record(..)
            | Self::System(..) => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Docroot(error) => {
                write!(f, "{error}; name a folder, or none for the sample site")
            }
            Self::Config(error) => error.fmt(f),
            Self::Bind(error) => error.fmt(f),
            Self::LogFile(path, error) | Self::Record(path, error) => write!(f, "{}: {error}", path.display()),
            Self::LogBesideDashboard => f.write_str(
                "--log-file needs --no-tui: the dashboard leaves out what it cannot show, and a log must not",
            ),
            Self::HoldWithoutDashboard => {
                f.write_str("--hold needs the dashboard: without it nothing could be released")
            }
            Self::System(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Docroot(error)
            | Self::LogFile(_, error)
            | Self::Record(_, error)
            | Self::System(_, error) => Some(error),
            Self::Config(error) => Some(error),
            Self::Bind(error) => Some(error),
            Self::LogBesideDashboard | Self::HoldWithoutDashboard => None,
        }
    }
}

/// Serves until the user or a signal ends it.
pub fn run(options: Options) -> Result<(), Error> {
    // Before there are threads, each of which would set some aside.
    server::spare_address_space();
    let docroot = match options.docroot {
        None => Docroot::embedded_with(options.site),
        Some(path) => Docroot::open(&path, options.site).map_err(Error::Docroot)?,
    };
    let served = docroot.label();
    let dashboard = options.dashboard && tui::runtime::usable();
    let preferences = if dashboard || options.config.is_some() {
        let env = |name: &str| std::env::var_os(name);
        config::load(options.config.as_deref(), env).map_err(Error::Config)?
    } else {
        Preferences::default()
    };
    let Log {
        format,
        file,
        connections,
    } = options.log;
    if dashboard && file.is_some() {
        return Err(Error::LogBesideDashboard);
    }
    if !dashboard && options.server.flow == Flow::Held {
        return Err(Error::HoldWithoutDashboard);
    }
    let detail = match (dashboard, format.is_some() || connections) {
        (true, _) => Detail::Everything,
        (false, true) => Detail::Exchanges,
        (false, false) => Detail::Totals,
    };
    let taker = if file.is_some() {
        Taker::LogFile
    } else {
        Taker::Log
    };
    // A dashboard has no log, and nothing may be opened for one.
    let outlets = (!dashboard).then(|| service::outlets(file)).transpose()?;
    let (sink, inbox) = Sink::new(detail);
    let (tell, news) = unbounded();
    // Before the server, so that its first system calls are recorded.
    let recording = options.record.as_ref();
    let recording = recording.map(|wanted| match &outlets {
        None => recording::begin(wanted, &sink, (&served, &options.server), move |said| {
            // The dashboard may be gone.
            let _ = tell.send(Report::Failed(said));
        }),
        Some(outlets) => {
            let errors = outlets.errors.clone();
            let say = move |said| errors.put(&mut format!("glassport: {said}\n"));
            recording::begin(wanted, &sink, (&served, &options.server), say)
        }
    });
    let recording = recording.transpose()?;
    let config = options.server.clone();
    let server = match Server::start(options.server, Arc::new(docroot), sink) {
        Ok(server) => server,
        Err(error) => {
            recording.map(Running::discard).unwrap_or_default();
            return Err(Error::Bind(error));
        }
    };
    let urls = Urls::of(&server);
    let looks = options.looks.or(preferences.looks());
    let words = Words {
        served: &served,
        wanted: config.port,
        notes: &options.notes,
        qr: format.is_some().then(|| theme(&looks)),
    };
    let first = server.local_addrs().next();
    let Some(outlets) = outlets else {
        // What the dashboard has no place for stays above it in the terminal.
        if !urls.others.is_empty() || !options.notes.is_empty() {
            // Nobody is left to tell when stderr is gone.
            let said = announce::text(&server, &urls, &words);
            let _ = io::stderr().write_all(said.as_bytes());
        }
        if options.open {
            // Nobody is left to tell when stderr is gone.
            open_browser(first, |said| drop(io::stderr().write_all(said.as_bytes())));
        }
        let beside = Beside {
            lesson: None,
            recording,
            news,
        };
        let looks = (options.history, looks);
        return watch(server, &inbox, served, &config, looks, preferences, beside);
    };
    let mut said = announce::text(&server, &urls, &words);
    // Before anyone is told that there is a server to be stopped.
    let stopping = Stopping::listen(server, &outlets, taker)?;
    outlets.errors.put(&mut said);
    let lines = Lines {
        format,
        connections,
    };
    if options.open {
        open_browser(first, |mut said| outlets.errors.put(&mut said));
    }
    stopping.run(&inbox, lines, &outlets);
    if let Some(recording) = recording {
        recording::say(recording.end().trim_end());
    }
    Ok(())
}

/// Opens the browser at an address, or says that none was. A server without one is still a
/// server.
fn open_browser(address: Option<SocketAddr>, say: impl FnOnce(String)) {
    let Some(address) = address else {
        return;
    };
    if let Err(error) = open::that_detached(announce::url(announce::here(address))) {
        say(format!("glassport: no browser was opened: {error}\n"));
    }
}

/// Does something other than serve. The error is a sentence and the exit code.
pub fn perform(task: Task) -> Result<ExitCode, (String, u8)> {
    match task {
        Task::Lab { settings, plain } if !plain && tui::runtime::usable() => {
            tui::lab::run(settings, None, theme(&Wish::default()))
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| (format!("terminal: {error}"), 1))
        }
        Task::Lab { settings, .. } => {
            match lab::timeline(settings, &mut BufWriter::new(io::stdout().lock())) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err((format!("output: {error}"), 1))
                }
                Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
            }
        }
        Task::Lesson(wanted) => classroom::run(wanted),
        Task::Open(wanted) => opened::open(&wanted).map(|()| ExitCode::SUCCESS),
        Task::Export(wanted) => opened::export(&wanted).map(|()| ExitCode::SUCCESS),
        Task::Poke(drill) => match poke::run(&drill, &mut io::stdout().lock()) {
            Ok(poke::Outcome::AsPlanned) => Ok(ExitCode::SUCCESS),
            Ok(poke::Outcome::Otherwise) => Ok(ExitCode::FAILURE),
            // Whoever read the report has gone: there is nothing left to do here.
            Err(poke::Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => Err((error.to_string(), if error.is_usage() { 2 } else { 1 })),
        },
    }
}

/// The theme that is wished for, where the environment has nothing against it.
fn theme(looks: &Wish) -> Theme {
    Theme::choose(looks, |name| std::env::var(name).ok())
}
