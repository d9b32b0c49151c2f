//! How the dashboard ended, and its last word.

use crate::tui::terminal::stage::Farewell;
use crate::tui::update::Dashboard;

/// Why the dashboard ended. For each of them the process ends with status 0, as what was
/// asked for was done. (Where a signal asked, and the terminal did not take what was left to
/// be said, the process has died of it before.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The user asked for it.
    Quit,
    /// This signal asked for it.
    Signal(i32),
    /// The terminal went away.
    TerminalGone,
}

/// What is left when the screen is gone.
#[derive(Debug)]
pub struct Ended {
    /// Why it ended.
    pub why: Why,
    /// Everything that happened, the last record included.
    pub model: Dashboard,
    pub(super) farewell: Farewell,
}

impl Ended {
    /// The last word on standard output, and then what panics there were on standard error.
    ///
    /// To be used in place of `print!`, which panics when the terminal is gone and blocks
    /// for ever when nobody reads it: if this takes longer than a second, the process ends.
    pub fn say(&self, text: &str) {
        self.farewell.say(text);
    }
}
