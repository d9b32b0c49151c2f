//! Text on its way to a clipboard, through the terminal: OSC 52, which works over SSH, as
//! the terminal is where the person is. Knows no terminal, only what it is told in.

use std::ffi::OsStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// The most octets some terminals take (xterm and hterm take 100 000 of base64, the
/// sequence itself included); others are silent about what they cut.
const MOST: usize = 74_994;
/// GNU screen takes this much of a string that is to be passed on.
const SCREEN_PIECE: usize = 512;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clipboard {
    /// Nothing that has to be told.
    #[default]
    Terminal,
    /// tmux, which takes the sequence where `set-clipboard` is `on`, and passes it on where
    /// `allow-passthrough` is.
    Tmux,
    /// GNU screen, which passes on.
    Screen,
}

impl Clipboard {
    /// From the environment: the values of `TMUX` and `TERM`.
    pub fn from_env(tmux: Option<&OsStr>, term: Option<&OsStr>) -> Self {
        let term = term.and_then(OsStr::to_str).unwrap_or_default();
        match tmux {
            Some(tmux) if !tmux.is_empty() => Self::Tmux,
            Some(_) | None if term.starts_with("screen") => Self::Screen,
            Some(_) | None => Self::Terminal,
        }
    }

    /// Where a copy goes, for the sentence that says so.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "the terminal's clipboard (OSC 52)",
            Self::Tmux => "tmux and the terminal around it (OSC 52; tmux wants set-clipboard on)",
            Self::Screen => "the terminal around screen (OSC 52)",
        }
    }

    /// What to write to the terminal; `None` when it is more than a terminal takes.
    pub(crate) fn sequence(self, text: &str) -> Option<Vec<u8>> {
        if text.len() > MOST {
            return None;
        }
        let plain = format!("\x1b]52;c;{}\x07", BASE64.encode(text));
        let plain = plain.into_bytes();
        Some(match self {
            Self::Terminal => plain,
            Self::Tmux => {
                // Both ways: whichever is switched on. Within the string ESC is doubled.
                let mut both = plain.clone();
                both.extend_from_slice(b"\x1bPtmux;\x1b");
                both.extend_from_slice(&plain);
                both.extend_from_slice(b"\x1b\\");
                both
            }
            Self::Screen => {
                let pieces = plain.chunks(SCREEN_PIECE);
                pieces
                    .flat_map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat())
                    .collect()
            }
        })
    }

    pub(crate) const fn most() -> usize {
        MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_is_told_from_the_environment() {
        let os = |text: &'static str| Some(OsStr::new(text));
        for (tmux, term, expected) in [
            (None, os("xterm-256color"), Clipboard::Terminal),
            (
                os("/tmp/tmux-0/default,1,0"),
                os("screen-256color"),
                Clipboard::Tmux,
            ),
            (os(""), os("screen.xterm"), Clipboard::Screen),
            (None, None, Clipboard::Terminal),
        ] {
            assert_eq!(Clipboard::from_env(tmux, term), expected);
        }
    }

    #[test]
    fn the_text_is_base64_and_can_be_passed_on() {
        let sequence = |clipboard: Clipboard, text: &str| {
            String::from_utf8(clipboard.sequence(text).unwrap()).unwrap()
        };
        assert_eq!(sequence(Clipboard::Terminal, "hi\n"), "\x1b]52;c;aGkK\x07");
        assert_eq!(
            sequence(Clipboard::Tmux, "hi\n"),
            "\x1b]52;c;aGkK\x07\x1bPtmux;\x1b\x1b]52;c;aGkK\x07\x1b\\"
        );
        let long = "x".repeat(1000);
        let passed = sequence(Clipboard::Screen, &long);
        let inner: String = passed
            .split("\x1b\\")
            .map(|piece| piece.trim_start_matches("\x1bP"))
            .collect();
        assert_eq!(inner, sequence(Clipboard::Terminal, &long));
        assert!(
            passed
                .split("\x1b\\")
                .all(|piece| piece.len() <= SCREEN_PIECE + 2)
        );
        assert_eq!(Clipboard::Terminal.sequence(&"x".repeat(MOST + 1)), None);
    }
}
