//! A bracketed paste: the terminal puts what is pasted between two sequences (xterm's control
//! sequences, mode 2004), so that it can be told from keys.

use crate::tui::terminal::keys::ESC;

/// The octets that are kept: more than fit any line in which text is typed.
const KEPT: usize = 4096;
const END: &[u8] = b"\x1b[201~";

/// What has come of a paste.
#[derive(Debug, Default)]
pub(super) struct Paste {
    kept: Vec<u8>,
}

/// What became of octets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of them belong to it.
    All,
    /// So many do; what is behind them may be the beginning of its end.
    But(usize),
    /// It has ended, so many octets further on.
    Ended(usize),
}

impl Paste {
    pub(super) fn take(&mut self, octets: &[u8]) -> Taken {
        let end = octets.iter().position(|octet| *octet == ESC);
        let (text, behind) = octets
            .split_at_checked(end.unwrap_or(octets.len()))
            .unwrap_or((octets, b""));
        let room = KEPT.saturating_sub(self.kept.len());
        self.kept.extend(text.iter().take(room));
        if behind.is_empty() {
            Taken::All
        } else if behind.starts_with(END) {
            Taken::Ended(text.len() + END.len())
        } else if END.starts_with(behind) {
            Taken::But(text.len())
        } else {
            // An ESC that was pasted: no more than any other control character.
            Taken::But(text.len() + 1)
        }
    }

    /// The text: one line without control characters, whatever was pasted.
    pub(super) fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.kept).replace("\r\n", "\n");
        let character = |c: char| match c {
            '\n' | '\r' | '\t' => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        };
        text.trim_end_matches(['\n', '\r'])
            .chars()
            .filter_map(character)
            .collect()
    }
}

/// Whether these octets bring the end of a paste, or may begin it.
pub(super) fn may_end_in(octets: &[u8]) -> bool {
    octets.windows(END.len()).any(|w| w == END)
        || (1..END.len()).any(|len| END.get(..len).is_some_and(|begin| octets.ends_with(begin)))
}
