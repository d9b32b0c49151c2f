//! Where a lesson takes place. Puts a server, a lesson and a screen, or plain text,
//! together.

mod strip;

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::dashboard::{self, Shown, watch};
use super::followers::Followers;
use super::recording::Recordings;
use super::theme::theme;
use crate::cli::{RecordAs, Wanted};
use crate::config;
use crate::docroot::Docroot;
use crate::event::{Credit, Detail, Event, Inbox, ListenerEvent, Record, Sink};
use crate::lesson::{self, Lesson, Plain, Setting, Stop};
use crate::server::{Config, Port, Server, Threads};
use crate::tui::{self, Lecture, Preferences, ThemeOptions};

/// Connections stay open while the presenter explains, however long that takes.
const PATIENCE: Duration = Duration::MAX;
/// How long the server waits before each thing it does slowly.
const PACE: Duration = Duration::from_millis(200);
/// What the workers may tell between two records that are taken in. A lesson needs all.
const CREDIT: Credit = Credit(4096);

/// Runs a lesson, or lists them. The error is a sentence and the exit code.
pub(crate) fn run(wanted: Wanted) -> Result<ExitCode, (String, u8)> {
    let Some(lesson) = wanted.number.and_then(lesson::find) else {
        return written(lesson::list(&mut io::stdout().lock()));
    };
    if wanted.plain || !tui::runtime::usable() {
        return plain(lesson, wanted);
    }
    match lesson.simulates() {
        Some(simulation) => {
            let theme = theme(&preferences()?.looks());
            tui::lab::run(simulation.settings, Some(strip::course(lesson)), theme)
                .map(|()| ExitCode::SUCCESS)
                .map_err(|error| (format!("terminal: {error}"), 1))
        }
        None => dashboard(lesson, wanted.port),
    }
}

/// A server for loopback alone, with patience.
fn server(port: Port, sink: Arc<Sink>) -> Result<(Server, SocketAddr, Config), (String, u8)> {
    start(config(port), sink)
}

/// Another one beside it, which has a thread for each connection, for the lesson that compares.
/// It listens where nobody else does.
fn beside(lesson: &Lesson) -> Result<Option<(Server, SocketAddr)>, (String, u8)> {
    if !lesson.compares_threads() {
        return Ok(None);
    }
    let config = Config {
        threads: Threads::Connection,
        ..config(Port::Exactly(0))
    };
    let (sink, _) = Sink::new(Detail::Totals);
    let (server, address, _) = start(config, sink)?;
    Ok(Some((server, address)))
}

fn config(port: Port) -> Config {
    Config {
        // One listening socket, as in the lessons.
        addresses: vec![IpAddr::V4(Ipv4Addr::LOCALHOST).into()],
        port,
        head_timeout: Some(PATIENCE),
        idle_timeout: PATIENCE,
        body_timeout: PATIENCE,
        ..Config::default()
    }
}

fn start(config: Config, sink: Arc<Sink>) -> Result<(Server, SocketAddr, Config), (String, u8)> {
    let server = Server::start(config.clone(), Arc::new(Docroot::embedded()), sink)
        .map_err(|error| (error.to_string(), 1))?;
    let address = server.local_addrs().next();
    let address = address.ok_or_else(|| ("the server has no address".to_owned(), 1))?;
    Ok((server, address, config))
}

fn stop(beside: Option<(Server, SocketAddr)>) {
    if let Some((server, _)) = beside {
        server.stop();
    }
}

/// Shows a lesson on the dashboard.
fn dashboard(lesson: &Lesson, port: Port) -> Result<ExitCode, (String, u8)> {
    let preferences = preferences()?;
    let (sink, inbox) = Sink::new(Detail::Everything);
    let (server, address, config) = server(port, sink)?;
    let beside = beside(lesson)?;
    let control = server.control();
    let (records, recorded) = unbounded();
    let (cues, cued) = unbounded();
    let (strips, stripped) = unbounded();
    let place = Setting {
        address,
        thread_each: beside.as_ref().map(|(_, address)| *address),
        controls: &control,
        records: &recorded,
        cues: Some(&cued),
        pace: PACE,
    };
    std::thread::scope(|scope| {
        let runs = std::thread::Builder::new().name("lesson".into());
        let runs = runs
            .spawn_scoped(scope, move || strip::run(lesson, &place, &strips))
            .map_err(|error| (format!("thread: {error}"), 1))?;
        let lecture = Lecture {
            records: &records,
            cues: &cues,
            strips: &stripped,
        };
        let served = Docroot::embedded().label();
        let (tell, news) = unbounded();
        let about = (served.as_str(), &config);
        let tell = Arc::new(move |news| dashboard::tell(&tell, news));
        let recordings = Recordings::new(inbox.sink(), about, RecordAs::default(), tell);
        let shown = Shown {
            served,
            history: None,
            looks: ThemeOptions::default(),
            preferences,
            lesson: Some(lecture),
            recorded: None,
            recordings,
            share: None,
            followers: Followers::default(),
            news,
        };
        let shown = watch(server, &inbox, &config, shown);
        // Now the lesson is over too, wherever it stood.
        drop((records, cues));
        let ended = runs.join();
        stop(beside);
        shown.map_err(|error| (error.to_string(), error.exit_code()))?;
        match ended {
            Ok(Err(Stop::Unlike(what))) => Err(unlike(&what)),
            Ok(Ok(()) | Err(Stop::Left | Stop::Output(_))) => Ok(ExitCode::SUCCESS),
            Err(_) => Err(("the lesson panicked".into(), 1)),
        }
    })
}

/// What the user likes the screen to be.
fn preferences() -> Result<Preferences, (String, u8)> {
    config::load(None, |name: &str| std::env::var_os(name)).map_err(|error| (error.to_string(), 2))
}

fn unlike(what: &str) -> (String, u8) {
    (format!("it did not happen as told: {what}"), 1)
}

/// Prints a lesson.
fn plain(lesson: &Lesson, wanted: Wanted) -> Result<ExitCode, (String, u8)> {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let (server, address, _) = server(wanted.port, sink)?;
    let beside = beside(lesson)?;
    let control = server.control();
    let (sender, records) = unbounded();
    spawn("records", move || hand_on(&inbox, &sender))?;
    let cues = (wanted.pause && io::stdin().is_terminal()).then(cues);
    let cues = cues.transpose()?;
    if cues.is_some() {
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(
            io::stderr(),
            "glassport: Enter does each step, and then goes on to the next"
        );
    }
    let place = Setting {
        address,
        thread_each: beside.as_ref().map(|(_, address)| *address),
        controls: &control,
        records: &records,
        cues: cues.as_ref(),
        pace: Duration::ZERO,
    };
    let mut out = io::stdout().lock();
    let mut text = Plain::new(&mut out);
    let ended = text
        .begin(lesson)
        .and_then(|()| lesson::run(lesson, &place, &mut |told| text.tell(told)))
        .and_then(|()| text.end(lesson));
    server.stop();
    stop(beside);
    match ended {
        Ok(()) | Err(Stop::Left) => Ok(ExitCode::SUCCESS),
        Err(Stop::Output(error)) => written(Err(error)),
        Err(Stop::Unlike(what)) => Err(unlike(&what)),
    }
}

/// Hands records on, one by one, until the server has stopped or nobody takes them.
fn hand_on(inbox: &Inbox, records: &Sender<Record>) {
    let mut over = false;
    while let Ok(batch) = inbox.receiver().recv() {
        inbox.sink().grant(CREDIT);
        inbox.open(batch, |record| {
            over |= record.event == Event::Listener(ListenerEvent::Stopped);
            over |= records.send(record).is_err();
        });
        if over {
            return;
        }
    }
}

/// A cue for each line on stdin, until it ends.
fn cues() -> Result<Receiver<()>, (String, u8)> {
    let (sender, cues) = bounded(0);
    spawn("cues", move || {
        for line in io::stdin().lock().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    })?;
    Ok(cues)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), (String, u8)> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map(drop)
        .map_err(|error| (format!("thread: {error}"), 1))
}

/// Whoever read the output and has gone has seen enough.
fn written(result: io::Result<()>) -> Result<ExitCode, (String, u8)> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err((format!("output: {error}"), 1))
        }
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}
