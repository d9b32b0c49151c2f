//! Serving a folder: with the dashboard where there is a terminal for it, with an access log
//! otherwise.

use std::io::{self, Write as _};
use std::net::SocketAddr;
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
use crate::docroot::Docroot;
use crate::event::{Detail, Flow, Sink, escape};
use crate::plain::{Lines, Outlet};
use crate::server::{self, Server};
use crate::signals::Taker;
use crate::tui::{self, Preferences, Report};

/// Serves until the user or a signal ends it.
pub fn run(mut options: Options) -> Result<(), Error> {
    // Before there are threads, each of which would set some aside.
    server::spare_address_space();
    let docroot = match options.docroot {
        None => Docroot::embedded_with(options.site),
        Some(path) => Docroot::open(&path, options.site)
            .map_err(|error| Error::Docroot(error, cli::instead_of_folder(&path)))?,
    };
    if let Some(page) = docroot.lacks_fallback() {
        // It may come to be there: a build empties the folder it writes into.
        let page = escape(page.as_bytes());
        let note = format!("--spa: {page} is not there; until it is, paths of nothing are 404");
        options.notes.push(note);
    }
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
    let (sink, inbox) = Sink::new(detail);
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
            preferences,
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
