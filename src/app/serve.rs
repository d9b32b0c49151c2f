//! Serving a folder: with the dashboard where there is a terminal for it, with an access log
//! otherwise.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Sender, unbounded};

use super::announce::{self, Announced, Urls};
use super::dashboard::{self, Shown};
use super::error::Error;
#[cfg(not(any(feature = "otlp", feature = "redis")))]
use super::followers::Followers;
#[cfg(any(feature = "otlp", feature = "redis"))]
use super::following;
use super::recording::{self, Recordings, Tell};
use super::service::{self, Stopping};
use super::theme::theme;
use crate::cli::{self, Log, Options};
use crate::config;
use crate::docroot::{self, Docroot};
use crate::event::{Detail, Flow, Inbox, Sink, escape};
use crate::plain::{Lines, Outlet};
use crate::server::{self, Config, Server, Upstream};
use crate::signals::Taker;
use crate::tui::{self, Preferences, Report};

/// What is under way to the dashboard may take this part of what its history may.
const UNDER_WAY: usize = 8;

/// Serves until the user or a signal ends it.
pub fn run(mut options: Options) -> Result<(), Error> {
    // Before there are threads, each of which would set some aside.
    server::spare_address_space();
    let docroot = open_docroot(options.docroot.as_deref(), options.site)?;
    options.notes.extend(note_of_fallback(&docroot));
    let (served, doing) = name(&docroot, options.server.upstream.as_deref());
    let is_shown = options.dashboard && tui::runtime::usable();
    let preferences = preferences(is_shown, options.config.as_deref())?;
    let shared = options.share.is_some();
    check(is_shown, &options.log, options.server.flow, shared)?;
    let detail = detail(is_shown, &options.log);
    let Log {
        format,
        file,
        connections,
    } = options.log;
    let taker = taker(file.as_deref());
    // A dashboard has no log, and nothing may be opened for one.
    let outlets = (!is_shown).then(|| service::outlets(file)).transpose()?;
    let (sink, inbox) = sink_for(detail, options.history.or(preferences.history()));
    // Before the server, so that its first system calls are recorded.
    let errors = outlets.as_ref().map(|outlets| outlets.errors.clone());
    let (reports, news) = unbounded();
    let tell = voice(errors, reports.clone());
    #[cfg(any(feature = "otlp", feature = "redis"))]
    let redaction = options.recording.to_mask();
    let recordings = Recordings::new(
        &sink,
        (&served, &options.server),
        options.recording,
        Arc::clone(&tell),
    );
    if let Some(path) = &options.record {
        recordings.begin(path, recordings.redacts())?;
    }
    let config = options.server.clone();
    let server = match start(options.server, docroot, Arc::clone(&sink)) {
        Ok(server) => server,
        Err(error) => {
            recordings.discard();
            return Err(error);
        }
    };
    #[cfg(feature = "metrics")]
    if config.metrics {
        // From the first request on.
        sink.measures();
    }
    #[cfg(any(feature = "otlp", feature = "redis"))]
    let followers = {
        let about = (&server, &config, served.as_str());
        following::begin(options.reported, &sink, about, redaction, &tell)?
    };
    #[cfg(not(any(feature = "otlp", feature = "redis")))]
    let followers = Followers::default();
    let urls = Urls::from_server(&server);
    let looks = options.looks.or(preferences.looks());
    let announced = Announced {
        doing: &doing,
        wanted: config.port,
        notes: &options.notes,
        qr: format.is_some().then(|| theme(&looks)),
    };
    let first = server.local_addrs().next();
    let Some(outlets) = outlets else {
        // What the dashboard has no place for stays above it in the terminal.
        if !urls.others.is_empty() || !options.notes.is_empty() {
            say_on_stderr(&announce::text(&server, &urls, &announced));
        }
        if options.open {
            open_browser(first, |said| say_on_stderr(&said));
        }
        let shown = Shown {
            served,
            history: options.history,
            looks,
            preferences: preferences.with_motion(options.motion),
            lesson: None,
            recorded: options.record,
            recordings,
            share: options.share.map(|share| (share, reports)),
            followers,
            news,
        };
        return dashboard::watch(server, &inbox, &config, shown);
    };
    let mut said = announce::text(&server, &urls, &announced);
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
    for said in recordings.end().into_iter().chain(followers.end()) {
        recording::say(&said);
    }
    Ok(())
}

/// What the user prefers, where it has a say.
fn preferences(is_shown: bool, file: Option<&Path>) -> Result<Preferences, Error> {
    if !is_shown && file.is_none() {
        return Ok(Preferences::default());
    }
    config::load(file, |name| std::env::var_os(name)).map_err(Error::Config)
}

/// Refuses what a dashboard cannot do, or only a dashboard can.
fn check(is_shown: bool, log: &Log, flow: Flow, shared: bool) -> Result<(), Error> {
    match is_shown {
        true if log.file.is_some() => Err(Error::LogBesideDashboard),
        false if flow == Flow::Held => Err(Error::HoldWithoutDashboard),
        false if shared => Err(Error::ShareWithoutDashboard),
        true | false => Ok(()),
    }
}

/// What takes the log.
const fn taker(file: Option<&Path>) -> Taker {
    match file {
        Some(_) => Taker::LogFile,
        None => Taker::Log,
    }
}

/// How much of what happens is told.
const fn detail(is_shown: bool, log: &Log) -> Detail {
    match (is_shown, log.format.is_some() || log.connections) {
        (true, _) => Detail::Everything,
        (false, true) => Detail::Exchanges,
        (false, false) => Detail::Totals,
    }
}

fn say_on_stderr(said: &str) {
    // Nobody is left to tell when stderr is gone.
    let _ = io::stderr().write_all(said.as_bytes());
}

/// The folder that is served, or the sample site.
fn open_docroot(path: Option<&Path>, site: docroot::Options) -> Result<Docroot, Error> {
    match path {
        None => Ok(Docroot::embedded_with(site)),
        Some(path) => Docroot::open(path, site)
            .map_err(|error| Error::Docroot(error, cli::instead_of_folder(path))),
    }
}

/// What is to be said of the page of --spa, where it is not there.
fn note_of_fallback(docroot: &Docroot) -> Option<String> {
    // It may come to be there: a build empties the folder it writes into.
    let page = escape(docroot.lacks_fallback()?.as_bytes());
    Some(format!(
        "--spa: {page} is not there; until it is, paths of nothing are 404"
    ))
}

/// The sink and its inbox, where the history may take so many octets.
fn sink_for(detail: Detail, history: Option<usize>) -> (Arc<Sink>, Inbox) {
    match history {
        Some(octets) => Sink::with_room(detail, octets / UNDER_WAY),
        None => Sink::new(detail),
    }
}

/// How it is said what goes on beside serving: on stderr, or to the dashboard where there is no
/// such outlet.
fn voice(errors: Option<Outlet>, dashboard: Sender<Report>) -> Tell {
    Arc::new(move |news| match &errors {
        None => dashboard::tell(&dashboard, news),
        Some(errors) => service::tell(errors, &news),
    })
}

/// What is served, as it is called, and that it is, as a clause.
fn name(docroot: &Docroot, upstream: Option<&Upstream>) -> (String, String) {
    match upstream {
        Some(upstream) if upstream.is_beside_folder() => {
            let both = format!("{}, the rest → {upstream}", docroot.label());
            (both.clone(), format!("serving {both}"))
        }
        Some(upstream) => {
            let tap = format!("{}{upstream}", announce::TAP);
            (tap.clone(), tap)
        }
        None => (docroot.label(), format!("serving {}", docroot.label())),
    }
}

/// Starts a server that is no tap in front of itself.
fn start(config: Config, docroot: Docroot, sink: Arc<Sink>) -> Result<Server, Error> {
    let upstream = config.upstream.clone();
    let server = Server::start(config, Arc::new(docroot), sink).map_err(Error::Bind)?;
    let bound = upstream.and_then(|upstream| announce::in_front_of_itself(&server, &upstream));
    match bound {
        Some(bound) => {
            server.stop();
            Err(Error::TapOfItself(bound))
        }
        None => Ok(server),
    }
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
