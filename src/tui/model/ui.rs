//! How the model is shown: the focus, the cursor, what is open, what is switched on.

use super::filter::Filter;
use super::find::Find;
use super::landing::Landing;
use super::lesson::Strip;
use super::notice::Notice;
use super::overlay::Overlay;
use super::pace::Pace;
use super::pane::{Dump, Lane, Pane};
use super::past::Past;
use super::predict::Predict;
use super::prompt::Prompt;
use super::rows::Sorts;
use super::selection::{Seen, Spot, Subject};
use super::sent::Sent;
use crate::trace::direction::Direction;
use crate::tui::keymap::Context;

/// How the model is shown.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch with a key of its own"
)]
pub(crate) struct Ui {
    pub(in crate::tui) focus: Pane,
    /// The table that was left with Enter.
    pub(in crate::tui) came_from: Pane,
    pub(in crate::tui) subject: Subject,
    /// The moment that is shown, while it is not the present.
    pub(in crate::tui) past: Option<Past>,
    /// How fast it is played.
    pub(in crate::tui) pace: Pace,
    /// Whether the mouse holds the moment.
    pub(in crate::tui) dragged: bool,
    /// What was there when the newest was followed last.
    pub(in crate::tui) seen: Seen,
    pub(in crate::tui) spot: Spot,
    pub(in crate::tui) dump: Dump,
    /// The direction whose octets are shown, and where the cursor stands where both are.
    pub(in crate::tui) direction: Direction,
    pub(in crate::tui) narration: bool,
    /// Whether what happens may be seen as a movement.
    pub(in crate::tui) motion: bool,
    /// The octets that have just come.
    pub(in crate::tui) landing: Option<Landing>,
    pub(in crate::tui) maximised: bool,
    /// One pane for the back of the room.
    pub(in crate::tui) projector: bool,
    /// The pane that had the focus before that.
    pub(in crate::tui) before_projector: Option<Pane>,
    pub(in crate::tui) lane: Lane,
    pub(in crate::tui) help: bool,
    /// How many rows the help is scrolled down.
    pub(in crate::tui) help_top: usize,
    /// What is looked for in it.
    pub(in crate::tui) help_search: String,
    /// What is open over the panes.
    pub(in crate::tui) overlay: Option<Overlay>,
    /// What became of what was asked for last; gone with the next key.
    pub(in crate::tui) notice: Option<Notice>,
    /// What was sent from here, until it has come and was answered.
    pub(in crate::tui) sent: Option<Sent>,
    pub(in crate::tui) mouse: bool,
    pub(in crate::tui) predict: Predict,
    /// How many rows the ladder is scrolled up from its newest.
    pub(in crate::tui) ladder_up: usize,
    /// The box in which something is typed, while it is open.
    pub(in crate::tui) prompt: Option<Prompt>,
    pub(in crate::tui) filter: Option<Filter>,
    pub(in crate::tui) sorts: Sorts,
    pub(in crate::tui) find: Option<Find>,
    /// The lesson that runs beside.
    pub(in crate::tui) lesson: Option<Strip>,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            focus: Pane::Connections,
            came_from: Pane::Connections,
            subject: Subject::NewestConnection,
            past: None,
            pace: Pace::default(),
            dragged: false,
            seen: Seen::default(),
            spot: Spot::Newest,
            dump: Dump::Lines,
            direction: Direction::Requests,
            narration: true,
            motion: true,
            landing: None,
            maximised: false,
            projector: false,
            before_projector: None,
            lane: Lane::Ladder,
            help: false,
            help_top: 0,
            help_search: String::new(),
            overlay: None,
            notice: None,
            sent: None,
            mouse: true,
            predict: Predict::default(),
            ladder_up: 0,
            prompt: None,
            filter: None,
            sorts: Sorts::default(),
            find: None,
            lesson: None,
        }
    }
}

impl Ui {
    /// Where a key is heard now.
    pub(crate) fn context(&self) -> Context {
        match &self.overlay {
            Some(overlay) => overlay.context(),
            None if self.help => Context::Help,
            None => self.pane_context(),
        }
    }

    /// Where a key is heard in the pane that has the focus.
    pub(crate) const fn pane_context(&self) -> Context {
        match self.focus {
            Pane::Connections | Pane::Exchanges => Context::Tables,
            Pane::Buffer => Context::Buffer,
            Pane::Head => Context::Head,
            Pane::Ladder => Context::Ladder,
        }
    }
}
