//! Serving a folder: with the dashboard where there is a terminal for it, with an access log
//! otherwise.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::{Receiver, unbounded};

use super::announce::{self, Announced, Urls};
use super::dashboard::{self, Shown};
use super::error::Error;
use super::recording::{self, Recordings};
use super::service::{self, Stopping};
use super::theme::theme;
use crate::cli::{self, Log, Options, RecordAs};
use crate::config;
use crate::docroot::{self, Docroot};
use crate::event::{Detail, Flow, Inbox, Sink, escape};
use crate::plain::{Lines, Outlet};
use crate::server::{self, Server};
use crate::signals::Taker;
use crate::tui::{self, Preferences, Report};

/// What is under way to the dashboard may take this part of what its history may.
const UNDER_WAY: usize = 8;

/// Serves until the user or a signal ends it.
pub fn run(mut options: Options) -> Result<(), Error> {
    // Before there are threads, each of which would set some aside.
    server::spare_address_space();
    let docroot = docroot(options.docroot.as_deref(), options.site)?;
    options.notes.extend(lacking(&docroot));
    let served = docroot.label();
    let is_shown = options.dashboard && tui::runtime::usable();
    let preferences = if is_shown || options.config.is_some() {
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
    if is_shown && file.is_some() {
        return Err(Error::LogBesideDashboard);
    }
    if !is_shown && options.server.flow == Flow::Held {
        return Err(Error::HoldWithoutDashboard);
    }
    let detail = match (is_shown, format.is_some() || connections) {
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
    let outlets = (!is_shown).then(|| service::outlets(file)).transpose()?;
    let (sink, inbox) = sink_for(detail, options.history.or(preferences.history()));
    // Before the server, so that its first system calls are recorded.
    let errors = outlets.as_ref().map(|outlets| outlets.errors.clone());
    let (recordings, news) =
        recordings(&sink, (&served, &options.server), options.recording, errors);
    if let Some(path) = &options.record {
        recordings.begin(path, recordings.redacts())?;
    }
    let config = options.server.clone();
    let server = match Server::start(options.server, Arc::new(docroot), sink) {
        Ok(server) => server,
        Err(error) => {
            recordings.discard();
            return Err(Error::Bind(error));
        }
    };
    let urls = Urls::from_server(&server);
    let looks = options.looks.or(preferences.looks());
    let announced = Announced {
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
            let said = announce::text(&server, &urls, &announced);
            let _ = io::stderr().write_all(said.as_bytes());
        }
        if options.open {
            // Nobody is left to tell when stderr is gone.
            open_browser(first, |said| drop(io::stderr().write_all(said.as_bytes())));
        }
        let shown = Shown {
            served,
            history: options.history,
            looks,
            preferences: preferences.with_motion(options.motion),
            lesson: None,
            recorded: options.record,
            recordings,
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
    if let Some(said) = recordings.end() {
        recording::say(&said);
    }
    Ok(())
}

fn docroot(path: Option<&Path>, site: docroot::Options) -> Result<Docroot, Error> {
    match path {
        None => Ok(Docroot::embedded_with(site)),
        Some(path) => Docroot::open(path, site)
            .map_err(|error| Error::Docroot(error, cli::instead_of_folder(path))),
    }
}

/// What to say of the page of an application that is not there. It may come to be: a build
/// empties the folder it writes into.
fn lacking(docroot: &Docroot) -> Option<String> {
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

/// What can be recorded. How it goes is said on stderr, or to the dashboard where there is no
/// such outlet: that is what is received.
fn recordings(
    sink: &Arc<Sink>,
    about: (&str, &server::Config),
    how: RecordAs,
    errors: Option<Outlet>,
) -> (Recordings, Receiver<Report>) {
    let (tell, news) = unbounded();
    let recordings = Recordings::new(sink, about, how, move |news| match &errors {
        None => dashboard::tell(&tell, news),
        Some(errors) => service::tell(errors, &news),
    });
    (recordings, news)
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
