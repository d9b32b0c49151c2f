//! The terminal: taken and given back, its keys and its mouse read, its screen drawn on.

pub(in crate::tui) mod background;
pub(in crate::tui) mod clipboard;
pub(in crate::tui) mod input;
pub(in crate::tui) mod keys;
pub(in crate::tui) mod mouse;
pub(in crate::tui) mod panics;
pub(in crate::tui) mod screen;
pub(in crate::tui) mod stage;
pub(in crate::tui) mod surface;
pub(in crate::tui) mod tty;
pub(in crate::tui) mod watchdog;
