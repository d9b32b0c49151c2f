//! Control strings: DCS, OSC, APC, PM and SOS (ECMA-48 §5.6). A terminal answers with them,
//! and no octet of one is a key.

use crate::tui::terminal::background::{self, Background};
use crate::tui::terminal::keys::{BEL, ESC};

/// The octets that are kept: no answer that is understood is longer.
const KEPT: usize = 64;
/// The end of a string in one octet (C1).
const ST: u8 = 0x9c;

/// A string that is being gone through.
#[derive(Debug)]
pub(super) struct ControlString {
    /// An operating system command: ends with BEL too, as xterm has it.
    is_command: bool,
    /// Begun by one octet: ends so too. Else that octet may be part of a character.
    is_eight_bit: bool,
    kept: Vec<u8>,
}

/// What became of octets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of them belong to it.
    All,
    /// So many do; the ESC behind them may end it.
    But(usize),
    /// It has ended, so many octets further on.
    Ended(usize),
}

impl ControlString {
    /// One that `octets` begin with, by ESC and this letter or by the C1 octet for both.
    pub(super) fn begun(octets: &[u8], letter: u8) -> Self {
        Self {
            is_command: letter == b']',
            is_eight_bit: octets.first() != Some(&ESC),
            kept: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, octets: &[u8]) -> Taken {
        let ends = |octet: &u8| self.is_end(*octet) || *octet == ESC;
        let end = octets.iter().position(ends).unwrap_or(octets.len());
        let (text, behind) = octets.split_at_checked(end).unwrap_or((octets, b""));
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(text.iter().take(room));
        match behind {
            [] => Taken::All,
            [ESC] => Taken::But(end),
            [ESC, b'\\', ..] => Taken::Ended(end + 2),
            // Broken off by something else, which counts for itself.
            [ESC, ..] => Taken::Ended(end),
            [_, ..] => Taken::Ended(end + 1),
        }
    }

    fn is_end(&self, octet: u8) -> bool {
        (self.is_command && octet == BEL) || (self.is_eight_bit && octet == ST)
    }

    /// Whether these octets bring its end.
    pub(super) fn ends_in(&self, octets: &[u8]) -> bool {
        octets.iter().any(|octet| self.is_end(*octet)) || octets.windows(2).any(|w| w == b"\x1b\\")
    }

    /// What it says about the background, if it does.
    pub(super) fn background(&self) -> Option<Background> {
        let is_whole = self.is_command && self.kept.len() < KEPT;
        is_whole.then(|| background::answer(&self.kept)).flatten()
    }
}
