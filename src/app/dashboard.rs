//! Serving below the dashboard.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::announce::{TAP, Urls};
use super::editor;
use super::effects;
use super::error::Error;
use super::followers::Followers;
use super::recording::{Followed, News, Recordings};
use super::share;
use super::theme::theme;
use crate::cli::Share;
use crate::event::{Inbox, NoControls, Source};
use crate::export::{Asciicast, Written};
use crate::http::LineEnds;
use crate::replay::Stored;
use crate::server::{Config, Server, Threads};
use crate::session::{Merged, Tally};
use crate::trace::Opened;
use crate::tui::runtime::{Film, Outside, ReadAgain};
use crate::tui::{
    self, About, Clipboard, Job, Lecture, Model, Msg, Preferences, Recorded, Report, ThemeOptions,
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
    /// On which page others may follow, and where it is told who does.
    pub(super) share: Option<(Share, Sender<Report>)>,
    /// What else follows what happens.
    pub(super) followers: Followers,
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
    let best = urls.others.first().or(urls.own.first()).cloned();
    let about = About {
        urls: urls.own,
        reachable,
        passes_on: config.upstream.is_some(),
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
        .with_recording(shown.recorded.as_deref());
    let bound: Vec<_> = server.local_addrs().collect();
    let opened = shown.share.map(|(how, tell)| {
        let best = best.unwrap_or_default();
        share::open(model.clone(), how, (&bound, &best), tell)
    });
    let (model, page) = match opened.transpose() {
        Ok(Some((model, page))) => (model, Some(page)),
        Ok(None) => (model, None),
        Err(error) => {
            server.stop();
            return Err(error);
        }
    };
    let mirror = |msg: &Msg| {
        if let Some(page) = &page {
            page.take(msg);
        }
    };
    let model = model.with_motion();
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
        mirror: &mirror,
        lesson: shown.lesson,
        news: &shown.news,
        again: None,
        stop: &stop,
    };
    let ended =
        tui::runtime::run(inbox, model, &outside).map_err(|e| Error::System("terminal", e))?;
    let mut said = ended.model.summary();
    for line in recordings.end().into_iter().chain(shown.followers.end()) {
        said.push_str(&line);
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
        News::Followed(Followed {
            name,
            sent,
            lost,
            is_away,
        }) => Report::Followed(tui::Followed {
            name,
            sent,
            lost,
            is_away,
        }),
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
    show(model, (&source, source.again()), &news, || {
        source.what_is_wrong().to_vec()
    })
}

/// Shows servers that are watched from elsewhere: since when, and what they are called
/// together.
#[cfg(feature = "redis")]
pub(super) fn over(
    source: &dyn Source,
    (started, name): (std::time::SystemTime, String),
    likes: (Option<usize>, Preferences),
    news: &Receiver<Report>,
    last_words: impl FnOnce() -> Vec<String>,
) -> Result<(), Error> {
    let about = About {
        urls: Vec::new(),
        reachable: None,
        passes_on: false,
        served: String::new(),
        session: Some(Opened {
            name,
            recorded: "watched".into(),
            is_watched: true,
        }),
        recv_size: 0,
        head_timeout: Duration::MAX,
        idle_timeout: Duration::MAX,
        accept_lf: false,
        rests: false,
        started,
    };
    let (history, preferences) = likes;
    let model = dashboard(about, history, &ThemeOptions::default(), preferences);
    show(model, (source, None), news, last_words)
}

/// Shows what is told of servers elsewhere.
fn show(
    model: Model,
    (source, again): (&dyn Source, Option<ReadAgain<'_>>),
    news: &Receiver<Report>,
    last_words: impl FnOnce() -> Vec<String>,
) -> Result<(), Error> {
    let outside = Outside {
        jobs: &|job, reports| match job {
            Job::Save { .. } => effects::run(job, reports, None),
            Job::Resend { .. } => {
                let said = "this is a session that was recorded, or is watched: there is no server to send it to";
                // Nobody is left to tell when the dashboard is gone.
                let _ = reports.send(Report::Failed(said.into()));
            }
            // The dashboard of a session asks for no recording.
            Job::Record { .. } | Job::StopRecording => {}
        },
        edit: &editor::edit,
        controls: &NoControls,
        mirror: &|_| {},
        lesson: None,
        news,
        again,
        stop: &|| {},
    };
    let ended =
        tui::runtime::run(source, model, &outside).map_err(|e| Error::System("terminal", e))?;
    let mut said = ended.model.summary();
    for line in last_words() {
        said.push_str(&line);
        said.push('\n');
    }
    ended.say(&said);
    Ok(())
}

/// Films the dashboard while a session goes on, as it would be shown.
pub(super) fn film(sessions: &mut Merged, how: &Film) -> std::io::Result<Written> {
    let about = about(sessions);
    let title = about.session.as_ref().map_or_else(String::new, |opened| {
        format!("glassport: {}, {}", opened.name, opened.recorded)
    });
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
        passes_on: first.is_some_and(|header| header.serving.starts_with(TAP)),
        served: first.map_or_else(String::new, |header| header.serving.clone()),
        session: Some(Opened {
            name: names.join(", "),
            recorded: format!("recorded {when}{by}"),
            is_watched: false,
        }),
        recv_size: first.map_or(0, |header| header.recv_size),
        head_timeout: limit(first.map(|header| header.head_timeout)),
        idle_timeout: limit(first.map(|header| header.idle_timeout)),
        accept_lf: first.is_some_and(|header| header.accept_lf),
        rests: first.is_some_and(|header| header.rests),
        started,
    }
}
