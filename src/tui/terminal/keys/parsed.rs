//! What a parser of keys finds.

use crossterm::event::{KeyEvent, MouseEvent};

use crate::tui::terminal::keys::string::ControlString;

/// What the octets at hand begin with, and how many octets it has.
#[derive(Debug)]
pub(super) enum Parsed {
    Key(KeyEvent, usize),
    Mouse(MouseEvent, usize),
    /// No key: an answer, a report, or noise.
    Skip(usize),
    /// The beginning of a control string.
    String(ControlString, usize),
    /// The beginning of a paste.
    Paste(usize),
    /// The beginning of something.
    More,
}
