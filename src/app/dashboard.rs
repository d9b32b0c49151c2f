//! Serving below the dashboard.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::announce::Urls;
use super::editor;
use super::effects;
use super::error::Error;
use super::recording::{News, Recordings};
use super::theme::theme;
use crate::event::{Inbox, NoControls};
use crate::export::{Asciicast, Written};
use crate::http::LineEnds;
use crate::replay::Stored;
use crate::server::{Config, Server, Threads};
use crate::session::{Merged, Tally};
use crate::tui::runtime::{Film, Outside};
use crate::tui::{
    self, About, Clipboard, Job, Lecture, Model, Preferences, Recorded, Report, ThemeOptions,
};
use crate::units;

/// How much memory the history of a session may take, in octets, where nothing is said.
const HISTORY: usize = 256 << 20;

/// What is shown, and how.
pub(super) struct Shown<'a> {
    /// The folder, as it is called.
    pub(super) served: String,
    /// How much memory the history may take, in octets, where that was asked for.
    pub(super) history: Option<usize>,
    pub(super) looks: ThemeOptions,
    pub(super) preferences: Preferences,
    /// The lesson that runs beside.
    pub(super) lesson: Option<Lecture<'a>>,
    /// The file that everything is recorded into from the beginning.
    pub(super) recorded: Option<PathBuf>,
    /// What can be recorded, or is.
    pub(super) recordings: Recordings,
    /// What the dashboard is to say.
    pub(super) news: Receiver<Report>,
}

/// Serves and shows it, until the user or a signal ends it.
pub(super) fn watch(
    server: Server,
    inbox: &Inbox,
    config: &Config,
    shown: Shown<'_>,
) -> Result<(), Error> {
    let urls = Urls::from_server(&server);
    let reachable = urls.only_for_others().next().cloned();
    let about = About {
        urls: urls.own,
        reachable,
        served: shown.served,
        session: None,
        recv_size: config.recv_size,
        head_timeout: config.head_time(true),
        idle_timeout: config.idle_timeout,
        accept_lf: config.line_ends == LineEnds::LfToo,
        rests: config.threads == Threads::Ready,
        started: inbox.sink().started(),
    };
    let model = dashboard(about, shown.history, &shown.looks, shown.preferences)
        .with_recording(shown.recorded.as_deref())
        .with_motion();
    let control = server.control();
    let server = Cell::new(Some(server));
    let stop = || {
        if let Some(server) = server.take() {
            server.stop();
        }
    };
    let recordings = Arc::new(shown.recordings);
    let outside = Outside {
        jobs: &|job, reports| effects::run(job, reports, Some(&recordings)),
        edit: &editor::edit,
        controls: &control,
        lesson: shown.lesson,
        news: &shown.news,
        again: None,
        stop: &stop,
    };
    let ended =
        tui::runtime::run(inbox, model, &outside).map_err(|e| Error::System("terminal", e))?;
    let mut said = ended.model.summary();
    if let Some(recorded) = recordings.end() {
        said.push_str(&recorded);
        said.push('\n');
    }
    ended.say(&said);
    Ok(())
}

/// Tells the dashboard how a recording goes. It may be gone.
pub(super) fn tell(dashboard: &Sender<Report>, news: News) {
    let _ = dashboard.send(match news {
        News::Written(octets) => Report::Recording(Recorded::Written(octets)),
        News::Trouble(said) => Report::Failed(said),
        News::Failed(said) => Report::Recording(Recorded::Failed(said)),
    });
}

/// A dashboard on which nothing has happened.
fn dashboard(
    about: About,
    history: Option<usize>,
    looks: &ThemeOptions,
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
pub(super) fn open(
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
    let history = history.or(preferences.history()).unwrap_or(HISTORY);
    let room = history / 8;
    let source =
        Stored::new(sessions, grows, room, ended).map_err(|e| Error::System("thread", e))?;
    let looks = ThemeOptions::default();
    let model = if source.again().is_some() {
        // What is read again, and what has to be known for that, is of the same memory.
        dashboard(about, Some(history - 2 * room), &looks, preferences).with_reading_again()
    } else {
        dashboard(about, Some(history), &looks, preferences)
    };
    let outside = Outside {
        jobs: &|job, reports| match job {
            Job::Save { .. } => effects::run(job, reports, None),
            Job::Resend { .. } => {
                let said = "this is a session that was recorded: there is no server to send it to";
                // Nobody is left to tell when the dashboard is gone.
                let _ = reports.send(Report::Failed(said.into()));
            }
            // The dashboard of a session asks for no recording.
            Job::Record { .. } | Job::StopRecording => {}
        },
        edit: &editor::edit,
        controls: &NoControls,
        lesson: None,
        news: &news,
        again: source.again(),
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

/// Films the dashboard while a session goes on, as it would be shown.
pub(super) fn film(sessions: &mut Merged, how: &Film) -> std::io::Result<Written> {
    let about = about(sessions);
    let title = format!(
        "glassport: {}",
        about.session.as_deref().unwrap_or_default()
    );
    let mut cast = Asciicast::new(how.size, sessions.started(), &title);
    let looks = ThemeOptions::default();
    let model = dashboard(about, None, &looks, Preferences::default());
    let mut tally = Tally::default();
    let records = sessions.map(|record| {
        tally.take(&record);
        (record, tally.totals())
    });
    tui::runtime::film(how, model, records, |at, output| cast.frame(at, output))?;
    Ok(cast.into_written())
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
        rests: first.is_some_and(|header| header.rests),
        started,
    }
}
