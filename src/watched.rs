//! Layer 3: serving with the dashboard. Puts the server, the dashboard and what the dashboard
//! asks others for together.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::announce::Urls;
use crate::event::{Inbox, NoControls};
use crate::http::LineEnds;
use crate::recording::Running;
use crate::server::{Config, Server};
use crate::session::{Merged, Stored};
use crate::tui::runtime::Outside;
use crate::tui::{self, About, Clipboard, Errand, Lecture, Model, Preferences, Report, Wish};
use crate::{Error, client, errand, theme, units};

/// What goes on beside a server that is shown.
pub(crate) struct Beside<'a> {
    pub(crate) lesson: Option<Lecture<'a>>,
    pub(crate) recording: Option<Running>,
    /// What the dashboard is to say.
    pub(crate) news: Receiver<Report>,
}

/// Serves and shows it.
pub(crate) fn watch(
    server: Server,
    inbox: &Inbox,
    served: String,
    config: &Config,
    (history, looks): (Option<usize>, Wish),
    preferences: Preferences,
    beside: Beside<'_>,
) -> Result<(), Error> {
    let urls = Urls::of(&server);
    let reachable = urls.only_for_others().next().cloned();
    let about = About {
        urls: urls.own,
        reachable,
        served,
        session: None,
        recv_size: config.recv_size,
        head_timeout: config.head_time(true),
        idle_timeout: config.idle_timeout,
        accept_lf: config.line_ends == LineEnds::LfToo,
        started: inbox.sink().started(),
    };
    let model = dashboard(about, history, &looks, preferences);
    let control = server.control();
    let server = Cell::new(Some(server));
    let stop = || {
        if let Some(server) = server.take() {
            server.stop();
        }
    };
    let outside = Outside {
        errands: &run_errand,
        controls: &control,
        lesson: beside.lesson,
        news: &beside.news,
        stop: &stop,
    };
    let ended =
        tui::runtime::run(inbox, model, &outside).map_err(|e| Error::System("terminal", e))?;
    let recorded = beside.recording.map(Running::end).unwrap_or_default();
    ended.say(&(ended.model.summary() + &recorded));
    Ok(())
}

/// A dashboard on which nothing has happened.
fn dashboard(
    about: About,
    history: Option<usize>,
    looks: &Wish,
    preferences: Preferences,
) -> Model {
    let env = |name| std::env::var_os(name);
    let clipboard = Clipboard::from_env(env("TMUX").as_deref(), env("TERM").as_deref());
    let model = Model::new(about)
        .with_theme(theme(&looks.or(preferences.looks())))
        .with_clipboard(clipboard)
        .with_preferences(preferences);
    match history {
        Some(octets) => model.with_history(octets),
        None => model,
    }
}

/// Shows sessions that were recorded.
pub(crate) fn open(
    sessions: Merged,
    grows: bool,
    history: Option<usize>,
    preferences: Preferences,
) -> Result<(), Error> {
    let about = about(&sessions);
    let (tell, news) = unbounded();
    let ended = move |wrong: &[String]| {
        if !wrong.is_empty() {
            // The dashboard may be gone.
            let _ = tell.send(Report::Failed(wrong.join("; ")));
        }
    };
    let source = Stored::new(sessions, grows, ended).map_err(|e| Error::System("thread", e))?;
    let model = dashboard(about, history, &Wish::default(), preferences);
    let outside = Outside {
        errands: &|errand, reports| match errand {
            Errand::Save { .. } => run_errand(errand, reports),
            Errand::SendAgain { .. } => {
                let said = "this is a session that was recorded: there is no server to send it to";
                // Nobody is left to tell when the dashboard is gone.
                let _ = reports.send(Report::Failed(said.into()));
            }
        },
        controls: &NoControls,
        lesson: None,
        news: &news,
        stop: &|| {},
    };
    let ended =
        tui::runtime::run(&source, model, &outside).map_err(|e| Error::System("terminal", e))?;
    let mut said = ended.model.summary();
    for wrong in source.what_is_wrong() {
        said.push_str(wrong);
        said.push('\n');
    }
    ended.say(&said);
    Ok(())
}

/// What is known of the server that was recorded; of the first one, where there are several.
fn about(sessions: &Merged) -> About {
    let started = sessions.started();
    let names: Vec<_> = sessions.headers().map(|(name, _)| name).collect();
    let first = sessions.headers().next().map(|(_, header)| header);
    let when = units::timestamp(started).unwrap_or_else(|| "at an unknown time".into());
    let by = first.map_or_else(String::new, |header| format!(" by {}", header.program));
    let limit = |time: Option<Option<Duration>>| time.flatten().unwrap_or(Duration::MAX);
    About {
        urls: Vec::new(),
        reachable: None,
        served: first.map_or_else(String::new, |header| header.serving.clone()),
        session: Some(format!("{}, recorded {when}{by}", names.join(", "))),
        recv_size: first.map_or(0, |header| header.recv_size),
        head_timeout: limit(first.map(|header| header.head_timeout)),
        idle_timeout: limit(first.map(|header| header.idle_timeout)),
        accept_lf: first.is_some_and(|header| header.accept_lf),
        started,
    }
}

/// Does what the dashboard asks for on a thread of its own, and says what became of it.
fn run_errand(errand: Errand, reports: Sender<Report>) {
    let failed = reports.clone();
    let work = move || {
        // Nobody is left to tell when the dashboard is gone.
        let _ = reports.send(do_errand(errand));
    };
    let spawned = std::thread::Builder::new()
        .name("errand".into())
        .spawn(work);
    if let Err(error) = spawned {
        let _ = failed.send(Report::Failed(format!("no thread for it: {error}")));
    }
}

fn do_errand(errand: Errand) -> Report {
    match errand {
        Errand::Save {
            path,
            octets,
            replace,
        } => match errand::save(&path, &octets, replace) {
            Ok(path) => Report::Saved {
                path,
                octets: octets.len(),
            },
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !replace => {
                Report::Exists { path, octets }
            }
            Err(error) => Report::Failed(format!("{} was not written: {error}", path.display())),
        },
        Errand::SendAgain { to, sends } => match client::resend(to, &sends) {
            Ok(status) => Report::Answered(status),
            Err(error) => Report::Failed(format!("not sent again to {to}: {error}")),
        },
    }
}
