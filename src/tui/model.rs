//! What is known, and how it is shown. It is changed by `update` alone.

pub(in crate::tui) mod audience;
mod due;
pub(in crate::tui) mod filter;
pub(in crate::tui) mod find;
pub(in crate::tui) mod followed;
pub(in crate::tui) mod in_sight;
pub(in crate::tui) mod landing;
pub(in crate::tui) mod lesson;
pub(in crate::tui) mod listing;
pub(in crate::tui) mod matches;
pub(in crate::tui) mod motion;
pub(in crate::tui) mod notice;
pub(in crate::tui) mod overlay;
pub(in crate::tui) mod pace;
mod pane;
pub(in crate::tui) mod past;
pub(in crate::tui) mod predict;
pub(in crate::tui) mod preferences;
pub(in crate::tui) mod prompt;
pub(in crate::tui) mod reading;
pub(in crate::tui) mod recording;
pub(in crate::tui) mod rows;
pub(in crate::tui) mod scrubber;
pub(in crate::tui) mod search;
pub(in crate::tui) mod seeking;
pub(in crate::tui) mod selected;
mod selection;
pub(in crate::tui) mod sent;
pub(in crate::tui) mod text_input;
mod told;
mod ui;
mod useful;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ratatui::layout::Rect;

use self::audience::{Audience, Shared};
use self::followed::Followed;
use self::listing::Listing;
pub(crate) use self::pane::{Dump, Lane, Pane};
use self::past::Past;
use self::recording::Recording;
use self::rows::Rows;
use self::seeking::Seeking;
pub(crate) use self::selection::{Seen, Spot, Subject};
pub(crate) use self::ui::Ui;
use super::keymap::Keymap;
use super::layout::{self, Half, Regions, Shape};
use super::terminal::clipboard::Clipboard;
use super::theme::Theme;
use crate::event::ConnectionId;
use crate::trace::budget::Budget;
use crate::trace::direction::Direction;
use crate::trace::row_layout::Wrap;
use crate::trace::stream::Stream;
use crate::trace::{About, Connection, Exchange, ExchangeId, Trace, Window};

/// How long a boundary that was just found stands out.
pub(crate) const FLASH: Duration = Duration::from_millis(900);

/// The dashboard's whole state.
#[derive(Debug, Clone)]
pub struct Model {
    pub(in crate::tui) about: About,
    /// What is known now.
    pub(in crate::tui) live: Trace,
    /// What is shown instead while the view is frozen.
    pub(in crate::tui) frozen: Option<Trace>,
    /// What is shown instead where it is a part of the past that the history let go of.
    pub(in crate::tui) window: Option<Window>,
    /// Whether such a part can be read again.
    pub(in crate::tui) reads_again: bool,
    /// The part that is being read.
    pub(in crate::tui) seeking: Option<Seeking>,
    pub(in crate::tui) ui: Ui,
    /// The rows of the tables, unless they are all there are in the order they came.
    pub(in crate::tui) rows: Option<Rows>,
    /// The rows to come, while they are being listed.
    pub(in crate::tui) listing: Option<Listing>,
    pub(in crate::tui) theme: Theme,
    pub(in crate::tui) keymap: Keymap,
    pub(in crate::tui) clipboard: Clipboard,
    /// The recording that goes on, if one does.
    pub(in crate::tui) recording: Option<Recording>,
    /// The page on which others follow, if there is one.
    pub(in crate::tui) shared: Option<Shared>,
    /// Who follows there.
    pub(in crate::tui) audience: Audience,
    /// What follows everything that happens, and how that goes.
    pub(in crate::tui) followed: BTreeMap<&'static str, Followed>,
    /// Whether anything moves that has happened already.
    pub(in crate::tui) moves: bool,
    /// Size of the terminal: keys such as PageDown depend on it, drawing does not.
    pub(in crate::tui) size: (u16, u16),
}

impl Model {
    /// A dashboard on which nothing has happened.
    pub fn new(about: About) -> Self {
        Self {
            about,
            live: Trace::default(),
            frozen: None,
            window: None,
            reads_again: false,
            seeking: None,
            ui: Ui::default(),
            rows: None,
            listing: None,
            theme: Theme::default(),
            keymap: Keymap::default(),
            clipboard: Clipboard::default(),
            recording: None,
            shared: None,
            audience: Audience::default(),
            followed: BTreeMap::new(),
            moves: false,
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

    /// The same dashboard, which others follow on this page. There is another history for them,
    /// and both take what one might.
    #[must_use]
    pub fn with_shared(mut self, shared: Shared) -> Self {
        self.shared = Some(shared);
        self.live.budget = self.live.budget.half();
        self
    }

    /// The same dashboard, for which what its history lets go of can be read again.
    #[must_use]
    pub const fn with_reading_again(mut self) -> Self {
        self.reads_again = true;
        self
    }

    /// What the history takes in memory, in octets, as it is held against its budget.
    pub fn history_cost(&self) -> usize {
        self.live.cost()
    }

    /// The same dashboard, on which octets land one after the other as they come. The time it
    /// is told has to pass.
    #[must_use]
    pub fn with_motion(mut self) -> Self {
        self.moves = self.ui.motion;
        self
    }

    /// The same dashboard with another way to the clipboard.
    #[must_use]
    pub fn with_clipboard(mut self, clipboard: Clipboard) -> Self {
        self.clipboard = clipboard;
        self
    }

    /// The same dashboard, recorded into a file from the beginning, where there is one.
    #[must_use]
    pub fn with_recording(mut self, into: Option<&Path>) -> Self {
        self.recording = into.map(|path| Recording::new(path.into()));
        self
    }

    /// What is shown: everything as it is, or as it was when the view was frozen, or what was
    /// read again.
    pub(crate) fn trace(&self) -> &Trace {
        let window = self.window.as_ref().map(|window| &window.trace);
        self.frozen.as_ref().or(window).unwrap_or(&self.live)
    }

    /// The selected connection: its detail is exempt from credit.
    pub fn watched(&self) -> Option<ConnectionId> {
        self.connection().map(|connection| connection.id)
    }

    /// The time as of which everything is shown.
    pub(crate) fn now(&self) -> Duration {
        let past = self.ui.past.as_ref();
        past.map_or_else(|| self.trace().now, |past| past.clock)
    }

    /// A connection as it is shown: `None` when it was not there yet.
    pub(crate) fn shown(&self, id: ConnectionId) -> Option<&Connection> {
        let now = self.trace().connections.get(&id)?;
        match &self.ui.past {
            Some(past) => past.row(now),
            None => Some(now),
        }
    }

    /// The connection of which a past moment is selected, as it is now, and that moment.
    pub(crate) fn selected_moment(&self) -> Option<(&Connection, &Past)> {
        let past = self.ui.past.as_ref()?;
        let now = self.trace().connections.get(&past.connection)?;
        Some((now, past))
    }

    /// The selected connection, as of the moment that is shown.
    pub(crate) fn connection(&self) -> Option<&Arc<Connection>> {
        let past = self.ui.past.as_ref();
        past.map(Past::shown).or_else(|| self.selected())
    }

    /// The selected connection as it is now. If it is gone, its nearest neighbour.
    pub(crate) fn selected(&self) -> Option<&Arc<Connection>> {
        let trace = self.trace();
        let newest = || trace.connections.values().next_back();
        let nearest = |id| {
            let later = trace.connections.range(id..).next();
            later.map(|(_, connection)| connection).or_else(newest)
        };
        match self.ui.subject {
            Subject::NewestConnection => match self.newest_connection() {
                Some(id) => nearest(id),
                None => newest(),
            },
            Subject::NewestExchange => match (self.held_before_its_first(), self.newest_exchange())
            {
                (Some(held), _) => Some(held),
                (None, Some(id)) => nearest(id.connection),
                (None, None) => newest(),
            },
            Subject::Connection(id) => nearest(id),
            Subject::Exchange(id) => nearest(id.connection),
        }
    }

    /// The connection accepted last, while it is held and has no exchange yet: whoever holds
    /// new ones waits for just this.
    pub(crate) fn held_before_its_first(&self) -> Option<&Arc<Connection>> {
        let id = self.newest_connection()?;
        let connection = self.trace().connections.get(&id)?;
        let waits = connection.held.is_some()
            && connection.closed.is_none()
            && connection.exchanges.is_empty();
        waits.then_some(connection)
    }

    /// The exchange that is shown: the one the cursor is in, else the selected one, else
    /// the newest of the selected connection.
    pub(crate) fn exchange(&self) -> Option<(&Connection, &Exchange)> {
        let connection = self.connection()?;
        let pointed_at = match self.ui.spot {
            Spot::Octet(offset) => connection.exchange_of(self.ui.direction, offset),
            Spot::Newest | Spot::Line(_) => None,
        };
        let selected = match self.ui.subject {
            Subject::Exchange(id) => Some(id),
            Subject::NewestExchange => self.newest_exchange(),
            Subject::NewestConnection | Subject::Connection(_) => None,
        };
        let selected = selected
            .filter(|id| id.connection == connection.id)
            .and_then(|id| connection.exchange(id.n));
        pointed_at
            .or(selected)
            .or(connection.exchanges.back())
            .map(|exchange| (connection.as_ref(), exchange))
    }

    /// The octets of a connection in the direction that is shown.
    pub(crate) fn stream<'a>(&self, connection: &'a Connection) -> Stream<'a> {
        Stream::new(connection, self.ui.direction)
    }

    /// Where the cursor stands in one direction: where both are shown, it is in one of them.
    pub(crate) fn spot_in(&self, direction: Direction) -> Spot {
        if direction == self.ui.direction {
            self.ui.spot
        } else {
            Spot::Newest
        }
    }

    /// The connection accepted last, of those that are listed.
    pub(crate) fn newest_connection(&self) -> Option<ConnectionId> {
        match &self.rows {
            Some(rows) => rows.newest.0,
            None => self.trace().connections.keys().next_back().copied(),
        }
    }

    /// The exchange begun last, of those that are listed.
    pub(crate) fn newest_exchange(&self) -> Option<ExchangeId> {
        match &self.rows {
            Some(rows) => rows.newest.1,
            None => self.trace().exchanges.back().copied(),
        }
    }

    /// The selected exchange.
    pub(crate) fn shown_exchange(&self) -> Option<ExchangeId> {
        self.exchange().map(|(connection, exchange)| ExchangeId {
            connection: connection.id,
            n: exchange.n,
        })
    }

    /// What the whole run came to: a few lines of text.
    pub fn summary(&self) -> String {
        self.live.summary()
    }

    /// Whether what comes next will be selected by itself.
    pub(crate) fn is_following(&self) -> bool {
        let newest = matches!(
            self.ui.subject,
            Subject::NewestConnection | Subject::NewestExchange
        );
        newest && self.ui.past.is_none()
    }

    /// How many connections and exchanges are there now.
    pub(crate) fn counted(&self) -> Seen {
        let trace = self.trace();
        Seen {
            connections: trace.heard_of,
            exchanges: trace.begun,
        }
    }

    /// How many came since the newest was followed last.
    pub(crate) fn came_since(&self) -> Seen {
        let (now, seen) = (self.counted(), self.ui.seen);
        Seen {
            connections: now.connections.saturating_sub(seen.connections),
            exchanges: now.exchanges.saturating_sub(seen.exchanges),
        }
    }

    /// Where everything stands on a screen of this size.
    pub(crate) fn regions(&self) -> Regions {
        let (width, height) = self.size;
        layout::regions(Rect::new(0, 0, width, height), &self.ui)
    }

    /// How octets fall into the rows of the buffer pane.
    pub(crate) fn wrap(&self) -> Wrap {
        let width = layout::inside(self.regions().pane(Pane::Buffer)).width;
        let connection = self.connection();
        let halves = connection.map_or_else(Vec::new, |it| self.halves(it, width));
        let half = halves
            .iter()
            .find(|half| half.direction == self.ui.direction);
        let width = half.map_or(width, |half| half.inside().1);
        Shape::new(&self.ui, width).wrap(self.theme.is_ascii())
    }

    /// The parts of the buffer pane: both directions of a tapped connection where there is room,
    /// but for the back of a room.
    pub(crate) fn halves(&self, connection: &Connection, width: u16) -> Vec<Half> {
        let is_of_both = connection.is_tapped() && !self.ui.projector;
        layout::halves(self.ui.direction, is_of_both, width)
    }

    /// Whether what the kernel knows is on the screen.
    pub(crate) fn shows_kernel(&self) -> bool {
        self.ui.lane == Lane::Kernel && !self.regions().pane(Pane::Ladder).is_empty()
    }

    /// Whether the kernel is asked about what is selected once more after something has
    /// happened: the ladder shows what had come.
    pub(crate) fn is_asked_after_records(&self) -> bool {
        let on_ladder =
            self.ui.lane == Lane::Ladder && !self.regions().pane(Pane::Ladder).is_empty();
        on_ladder && self.frozen.is_none() && self.ui.past.is_none()
    }

    /// Whether the server and the kernel are asked about what is selected again and again.
    pub(crate) fn is_sampled(&self) -> bool {
        self.frozen.is_none() && self.ui.past.is_none() && self.shows_samples()
    }

    /// Whether what they said is of interest.
    fn shows_samples(&self) -> bool {
        let held = || {
            self.connection()
                .is_some_and(|connection| connection.held.is_some())
        };
        self.shows_kernel() || self.ui.projector || held()
    }

    /// How many records came since the view was frozen.
    pub(crate) fn unseen(&self) -> u64 {
        let shown = self
            .frozen
            .as_ref()
            .map_or(self.live.records, |w| w.records);
        self.live.records.saturating_sub(shown)
    }
}
