//! How the screen looks: what was asked for, and what the environment says of the terminal.

use crate::tui::{Theme, ThemeOptions};

/// The theme that was asked for, where the environment has nothing against it.
pub(super) fn theme(looks: &ThemeOptions) -> Theme {
    Theme::choose(looks, |name| std::env::var(name).ok())
}
