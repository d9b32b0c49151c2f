//! What is known, and how it is shown. It is changed by `update` alone.

pub(in crate::tui) mod filter;
pub(in crate::tui) mod notice;
pub(in crate::tui) mod pace;
pub(in crate::tui) mod past;
pub(in crate::tui) mod preferences;
pub(in crate::tui) mod rows;
pub(in crate::tui) mod scrubber;
pub(in crate::tui) mod search;
pub(in crate::tui) mod selected;
pub(in crate::tui) mod text_input;

use std::sync::Arc;
use std::time::Duration;

use self::filter::Filter;
use self::notice::Notice;
use self::pace::Pace;
use self::past::Past;
use self::rows::{Listing, Rows, Sorts};
use super::keymap::Keymap;
use super::theme::Theme;
use crate::event::{ConnectionId, Phase};
use crate::trace::advice::{self, Advice, Selected};
use crate::trace::budget::Budget;
use crate::trace::field_tree::{self, Line};
use crate::trace::{About, Connection, Exchange, ExchangeId, Trace};
use crate::tui::runtime::sample;
use crate::tui::terminal::clipboard::Clipboard;
use crate::tui::update::find::Find;
use crate::tui::update::lesson::Strip;
use crate::tui::update::overlay::Overlay;
use crate::tui::update::predict::Predict;
use crate::tui::update::prompt::Prompt;

/// How long a boundary that was just found stands out.
pub(crate) const FLASH: Duration = Duration::from_millis(900);

/// The dashboard's whole state.
#[derive(Debug)]
pub struct Model {
    pub(crate) about: About,
    /// What is known now.
    pub(crate) live: Trace,
    /// What is shown instead while the view is frozen.
    pub(crate) frozen: Option<Trace>,
    pub(crate) ui: Ui,
    /// The rows of the tables, unless they are all there are in the order they came.
    pub(crate) rows: Option<Rows>,
    /// The rows to come, while they are being listed.
    pub(crate) listing: Option<Listing>,
    pub(crate) theme: Theme,
    pub(crate) keymap: Keymap,
    pub(crate) clipboard: Clipboard,
    /// Size of the terminal: keys such as PageDown depend on it, drawing does not.
    pub(crate) size: (u16, u16),
}

/// The panes, in the order Tab takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pane {
    Connections,
    Exchanges,
    Buffer,
    Head,
    Ladder,
}

impl Pane {
    pub(crate) const ALL: [Self; 5] = [
        Self::Connections,
        Self::Exchanges,
        Self::Buffer,
        Self::Head,
        Self::Ladder,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Exchanges => "Exchanges",
            Self::Buffer => "Buffer",
            Self::Head => "Head",
            Self::Ladder => "Ladder",
        }
    }

    pub(crate) const fn is_table(self) -> bool {
        matches!(self, Self::Connections | Self::Exchanges)
    }
}

/// What is selected, by identity: rows may come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whichever connection was accepted last.
    NewestConnection,
    /// Whichever exchange began last.
    NewestExchange,
    Connection(ConnectionId),
    Exchange(ExchangeId),
}

/// Where the cursor stands in what is selected. Buffer and Head share it, so that moving in
/// one moves in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Nowhere: the newest octet is kept in sight.
    Newest,
    /// On an octet of the stream.
    Octet(u64),
    /// On a line of the Head pane that stands for no octets received.
    Line(usize),
}

impl Spot {
    /// Which of these lines it is on.
    pub(crate) fn line(self, lines: &[Line]) -> Option<usize> {
        match self {
            Self::Newest => None,
            Self::Line(index) => (index < lines.len()).then_some(index),
            Self::Octet(offset) => field_tree::line_at(lines, offset),
        }
    }
}

/// How octets are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dump {
    Both,
    Text,
    Hex,
}

/// What the Ladder pane shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Ladder,
    Kernel,
    Syscalls,
}

impl Lane {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Ladder => "Ladder",
            Self::Kernel => "Kernel",
            Self::Syscalls => "Syscalls",
        }
    }
}

/// How the model is looked at.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch with a key of its own"
)]
pub(crate) struct Ui {
    pub(crate) focus: Pane,
    /// The table that was left with Enter.
    pub(crate) came_from: Pane,
    pub(crate) subject: Subject,
    /// The moment that is shown, while it is not the present.
    pub(crate) past: Option<Past>,
    /// How fast it is played.
    pub(crate) pace: Pace,
    /// Whether the mouse holds the moment.
    pub(crate) dragged: bool,
    pub(crate) spot: Spot,
    pub(crate) dump: Dump,
    pub(crate) narration: bool,
    pub(crate) maximised: bool,
    /// One pane for the back of the room.
    pub(crate) projector: bool,
    pub(crate) lane: Lane,
    pub(crate) help: bool,
    /// How many rows the help is scrolled down.
    pub(crate) help_top: usize,
    /// What is open over the panes.
    pub(crate) overlay: Option<Overlay>,
    /// What became of what was asked for last; gone with the next key.
    pub(crate) notice: Option<Notice>,
    pub(crate) mouse: bool,
    pub(crate) predict: Predict,
    /// How many rows the ladder is scrolled up from its newest.
    pub(crate) ladder_up: usize,
    /// The box in which something is typed, while it is open.
    pub(crate) prompt: Option<Prompt>,
    pub(crate) filter: Option<Filter>,
    pub(crate) sorts: Sorts,
    pub(crate) find: Option<Find>,
    /// The lesson that runs beside.
    pub(crate) lesson: Option<Strip>,
}

impl Model {
    /// A dashboard on which nothing has happened.
    pub fn new(about: About) -> Self {
        Self {
            about,
            live: Trace::default(),
            frozen: None,
            ui: Ui {
                focus: Pane::Connections,
                came_from: Pane::Connections,
                subject: Subject::NewestConnection,
                past: None,
                pace: Pace::default(),
                dragged: false,
                spot: Spot::Newest,
                dump: Dump::Both,
                narration: true,
                maximised: false,
                projector: false,
                lane: Lane::Ladder,
                help: false,
                help_top: 0,
                overlay: None,
                notice: None,
                mouse: true,
                predict: Predict::default(),
                ladder_up: 0,
                prompt: None,
                filter: None,
                sorts: Sorts::default(),
                find: None,
                lesson: None,
            },
            rows: None,
            listing: None,
            theme: Theme::default(),
            keymap: Keymap::default(),
            clipboard: Clipboard::default(),
            size: (80, 24),
        }
    }

    /// The same dashboard in another theme.
    #[must_use]
    pub fn with_theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// The same dashboard with a history of at most `octets` of memory.
    #[must_use]
    pub fn with_history(mut self, octets: usize) -> Self {
        self.live.budget = Budget::from_memory(octets);
        self
    }

    /// What the history takes in memory, in octets, as it is held against its budget.
    pub fn history_cost(&self) -> usize {
        self.live.cost()
    }

    /// The same dashboard with another way to the clipboard.
    #[must_use]
    pub fn with_clipboard(mut self, clipboard: Clipboard) -> Self {
        self.clipboard = clipboard;
        self
    }

    /// What is shown: everything as it is, or as it was when the view was frozen.
    pub(crate) fn trace(&self) -> &Trace {
        self.frozen.as_ref().unwrap_or(&self.live)
    }

    /// The connection that is looked at: its detail is exempt from credit.
    pub fn watched(&self) -> Option<ConnectionId> {
        self.conn().map(|conn| conn.id)
    }

    /// The selected connection, as of the moment that is shown.
    pub(crate) fn conn(&self) -> Option<&Arc<Connection>> {
        let past = self.ui.past.as_ref();
        past.map(Past::shown).or_else(|| self.selected())
    }

    /// The selected connection as it is now. If it is gone, its nearest neighbour.
    pub(crate) fn selected(&self) -> Option<&Arc<Connection>> {
        let trace = self.trace();
        let newest = || trace.connections.values().next_back();
        let nearest = |id| {
            let later = trace.connections.range(id..).next();
            later.map(|(_, conn)| conn).or_else(newest)
        };
        match self.ui.subject {
            Subject::NewestConnection => match self.newest_connection() {
                Some(id) => nearest(id),
                None => newest(),
            },
            Subject::NewestExchange => match self.newest_exchange() {
                Some(id) => nearest(id.connection),
                None => newest(),
            },
            Subject::Connection(id) => nearest(id),
            Subject::Exchange(id) => nearest(id.connection),
        }
    }

    /// The exchange that is shown: the one the cursor is in, else the selected one, else
    /// the newest of the selected connection.
    pub(crate) fn exchange(&self) -> Option<(&Connection, &Exchange)> {
        let conn = self.conn()?;
        let pointed_at = match self.ui.spot {
            Spot::Octet(offset) => conn.exchange_at(offset),
            Spot::Newest | Spot::Line(_) => None,
        };
        let selected = match self.ui.subject {
            Subject::Exchange(id) => Some(id),
            Subject::NewestExchange => self.newest_exchange(),
            Subject::NewestConnection | Subject::Connection(_) => None,
        };
        let selected = selected
            .filter(|id| id.connection == conn.id)
            .and_then(|id| conn.exchange(id.n));
        pointed_at
            .or(selected)
            .or(conn.exchanges.back())
            .map(|exchange| (conn.as_ref(), exchange))
    }

    /// What the whole run came to: a few lines of text.
    pub fn summary(&self) -> String {
        self.live.summary()
    }

    /// The advice on what is selected.
    pub(crate) fn advice(&self) -> Option<Advice> {
        let connection = self.conn();
        let asked = connection.filter(|_| sample::is_shown(self));
        let selected = Selected {
            connection: connection.map(|conn| &**conn),
            exchange: self.exchange().map(|(_, exchange)| exchange),
            tcp: asked.and_then(|conn| conn.sampled.as_ref()?.kernel.tcp.as_ref()),
        };
        if self.ui.past.is_some() {
            return advice::of_selected(selected, &self.about, self.now());
        }
        advice::most_important(self.trace(), selected, &self.about)
    }

    /// How many records came since the view was frozen.
    pub(crate) fn unseen(&self) -> u64 {
        let shown = self
            .frozen
            .as_ref()
            .map_or(self.live.records, |w| w.records);
        self.live.records.saturating_sub(shown)
    }

    /// How long after `now` something on the screen changes by time alone; `None` while
    /// nothing does. Zero when that moment has passed and the model was not told.
    pub fn next_tick(&self, now: Duration) -> Option<Duration> {
        let listing = self.listing.as_ref().map(|_| Duration::ZERO);
        if self.frozen.is_some() {
            return listing;
        }
        if self.ui.past.is_some() {
            // Nothing but a play changes by time there.
            let play = pace::due(self).map(|due| due.saturating_sub(now));
            return listing.or(play);
        }
        let told = self.live.now;
        let flash = self
            .conn()
            .and_then(|conn| conn.boundary)
            .map(|(_, at)| at.saturating_add(FLASH))
            .filter(|&end| end > told);
        // Everything that counts seconds counts them on the same tick.
        let counting = !self.live.rate.is_flat() || self.live.open().any(|conn| counts(conn));
        let second = counting.then(|| Duration::from_secs(told.as_secs().saturating_add(1)));
        let rows = rows::due(self);
        let due = flash.into_iter().chain(second).chain(rows).min()?;
        Some(due.saturating_sub(now))
    }
}

/// Whether the row of an open connection counts seconds.
fn counts(conn: &Connection) -> bool {
    match conn.phase {
        Phase::Accepted | Phase::Idle | Phase::Head | Phase::Body => true,
        Phase::Handling | Phase::Sending | Phase::Closing => false,
    }
}
