//! Layer 3: serving with the dashboard. Puts the server, the dashboard and what the dashboard
//! asks others for together.

use std::cell::Cell;
use std::io;

use crossbeam_channel::{Receiver, Sender};

use crate::announce::Urls;
use crate::event::Inbox;
use crate::http::LineEnds;
use crate::recording::Running;
use crate::server::{Config, Server};
use crate::tui::runtime::Outside;
use crate::tui::{self, About, Clipboard, Errand, Lecture, Model, Preferences, Report, Wish};
use crate::{Error, client, errand, theme};

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
        recv_size: config.recv_size,
        head_timeout: config.head_time(true),
        idle_timeout: config.idle_timeout,
        accept_lf: config.line_ends == LineEnds::LfToo,
        started: inbox.sink().started(),
    };
    let env = |name| std::env::var_os(name);
    let clipboard = Clipboard::from_env(env("TMUX").as_deref(), env("TERM").as_deref());
    let model = Model::new(about)
        .with_theme(theme(&looks.or(preferences.looks())))
        .with_clipboard(clipboard)
        .with_preferences(preferences);
    let model = match history {
        Some(octets) => model.with_history(octets),
        None => model,
    };
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
