//! Serving beneath the dashboard.

use std::cell::Cell;

use super::announce::Urls;
use super::effects;
use super::error::Error;
use super::theme::theme;
use crate::event::Inbox;
use crate::http::LineEnds;
use crate::server::{Config, Server};
use crate::tui::runtime::Outside;
use crate::tui::{self, About, Clipboard, Lecture, Model, Preferences, ThemeOptions};

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
        recv_size: config.recv_size,
        head_timeout: config.head_time(true),
        idle_timeout: config.idle_timeout,
        accept_lf: config.line_ends == LineEnds::LfToo,
        started: inbox.sink().started(),
    };
    let env = |name| std::env::var_os(name);
    let clipboard = Clipboard::from_env(env("TMUX").as_deref(), env("TERM").as_deref());
    let model = Model::new(about)
        .with_theme(theme(&shown.looks.or(shown.preferences.looks())))
        .with_clipboard(clipboard)
        .with_preferences(shown.preferences);
    let model = match shown.history {
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
        jobs: &effects::run,
        controls: &control,
        lesson: shown.lesson,
        stop: &stop,
    };
    let ended =
        tui::runtime::run(inbox, model, &outside).map_err(|e| Error::System("terminal", e))?;
    ended.say(&ended.model.summary());
    Ok(())
}
