//! Octets from a terminal → keys, what is done with the mouse, and what is pasted. Knows no
//! terminal, clock or thread.
//!
//! The keys are crossterm's, and mean what they mean there. crossterm's own reader is not
//! used: it spins at full speed when the terminal has gone (crossterm#793), forgets octets
//! that come together with a change of size or after the first 1024 of a paste (its poll is
//! edge-triggered), and waits in `read` for the rest of a sequence that was cut off.
//!
//! A key runs a command, so what is no key must never be taken for one: a terminal answers
//! with sequences and strings in which any letter may stand (ECMA-48 §5.4, §5.6), whole or
//! cut by the line in between. How long the rest of one is waited for:
//!
//! - ESC alone: 50 ms, then it was the key. What it would have begun, coming at once in the
//!   next read, is dropped all the same; a person sends one key at a time.
//! - The beginning of a sequence: 1 s, then the rest of it is dropped from the next read.
//! - A string without its end: 1 s after its last octet, whatever its length. Then a key that
//!   comes alone is a key again, so that nothing can swallow them for good; what comes in
//!   one piece is still the string's.
//! - A paste without its end: 5 s, then the same; what has come of it counts.

mod character;
mod paste;
mod sequence;
mod string;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use crate::tui::terminal::background::Background;
use crate::tui::terminal::keys::paste::Paste;
use crate::tui::terminal::keys::sequence::Parsed;
use crate::tui::terminal::keys::string::ControlString;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
/// The octets of one sequence that are kept. What is longer is no key, and is only looked
/// through for its end.
const LONGEST_SEQUENCE: usize = 64;

/// How long after an ESC the rest of a sequence may come (over a slow line it comes late).
const ESCAPE_PATIENCE: Duration = Duration::from_millis(50);
/// How long after the last octet the rest of a sequence or a string may come.
const PATIENCE: Duration = Duration::from_secs(1);
/// The same for a paste: what is lost of it would be taken for keys.
const PASTE_PATIENCE: Duration = Duration::from_secs(5);

/// Turns octets into keys, however they are cut into reads.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    within: Within,
    /// What may go on, and cannot be told before it does.
    pending: Vec<u8>,
    /// What is pending, or gone through, has been waited for in vain.
    stale: bool,
    background: Option<Background>,
}

/// What the next octets belong to.
#[derive(Debug, Default)]
enum Within {
    #[default]
    Keys,
    /// An ESC was taken for the key of that name.
    LateEscape,
    /// A sequence that is too long for a key.
    Overlong,
    String(ControlString),
    Paste(Paste),
}

impl Parser {
    /// Takes what came with one read, and hands over what is complete.
    pub(crate) fn feed(&mut self, octets: &[u8], mut take: impl FnMut(Event)) {
        if octets.is_empty() {
            return;
        }
        let octets = self.without_what_is_late(octets, &mut take);
        let mut input = std::mem::take(&mut self.pending);
        input.extend_from_slice(octets);
        let mut rest = input.as_slice();
        while !rest.is_empty() {
            let Some(len) = self.step(rest, &mut take) else {
                break;
            };
            rest = rest.get(len..).unwrap_or_default();
        }
        self.pending = rest.to_vec();
    }

    /// Takes one thing from the front and says how long it was; `None` when it may go on.
    fn step(&mut self, rest: &[u8], take: &mut impl FnMut(Event)) -> Option<usize> {
        match &mut self.within {
            Within::Keys | Within::LateEscape => match sequence::parse(rest) {
                Parsed::Key(key, len) => {
                    take(Event::Key(key));
                    Some(len)
                }
                Parsed::Mouse(mouse, len) => {
                    take(Event::Mouse(mouse));
                    Some(len)
                }
                Parsed::Skip(len) => Some(len),
                Parsed::String(string, len) => {
                    self.within = Within::String(string);
                    Some(len)
                }
                Parsed::Paste(len) => {
                    self.within = Within::Paste(Paste::default());
                    Some(len)
                }
                Parsed::More if rest.len() > LONGEST_SEQUENCE => {
                    self.within = Within::Overlong;
                    Some(rest.len())
                }
                Parsed::More => None,
            },
            Within::Overlong => {
                let parameters = sequence::parameters(rest);
                if parameters < rest.len() {
                    self.within = Within::Keys;
                }
                let last = rest.get(parameters);
                Some(parameters + usize::from(last.is_some_and(|octet| sequence::is_final(*octet))))
            }
            Within::String(string) => match string.take(rest) {
                string::Taken::All => Some(rest.len()),
                string::Taken::But(0) => None,
                string::Taken::But(len) => Some(len),
                string::Taken::Ended(len) => {
                    self.background = string.background().or(self.background);
                    self.within = Within::Keys;
                    Some(len)
                }
            },
            Within::Paste(paste) => match paste.take(rest) {
                paste::Taken::All => Some(rest.len()),
                paste::Taken::But(0) => None,
                paste::Taken::But(len) => Some(len),
                paste::Taken::Ended(len) => {
                    take(Event::Paste(paste.text()));
                    self.within = Within::Keys;
                    Some(len)
                }
            },
        }
    }

    /// What is left of a read when the rest of something that was waited for in vain is
    /// taken from its front.
    fn without_what_is_late<'a>(
        &mut self,
        octets: &'a [u8],
        take: &mut impl FnMut(Event),
    ) -> &'a [u8] {
        let stale = std::mem::take(&mut self.stale);
        match &self.within {
            Within::Keys | Within::Overlong if stale => {
                let mut whole = std::mem::take(&mut self.pending);
                if matches!(self.within, Within::Overlong) {
                    whole.extend_from_slice(b"\x1b[0");
                }
                self.within = Within::Keys;
                let begun = whole.len();
                whole.extend_from_slice(octets);
                self.rest_of(&whole, begun, octets)
            }
            Within::LateEscape => {
                self.within = Within::Keys;
                let continues = sequence::begins_with_escape(octets) && octets.len() > 1;
                if !continues {
                    return without_end_of_string(octets);
                }
                let whole = [&[ESC], octets].concat();
                if matches!(sequence::parse(&whole), Parsed::More) {
                    self.pending = vec![ESC];
                    return octets;
                }
                self.rest_of(&whole, 1, octets)
            }
            Within::Keys if self.pending.is_empty() => without_end_of_string(octets),
            Within::String(string) if stale => {
                let whole = [self.pending.as_slice(), octets].concat();
                if string.ends_in(&whole) {
                    return octets;
                }
                if octets.first() == Some(&ESC) || character::is_one(octets) {
                    self.pending.clear();
                    self.within = Within::Keys;
                } else {
                    let may_end = octets.last() == Some(&ESC);
                    self.pending = if may_end { vec![ESC] } else { Vec::new() };
                    self.stale = true;
                    return &[];
                }
                octets
            }
            Within::Paste(paste) if stale => {
                let whole = [self.pending.as_slice(), octets].concat();
                let is_key = octets.first() == Some(&ESC) || character::is_one(octets);
                if is_key && !paste::may_end_in(&whole) {
                    take(Event::Paste(paste.text()));
                    self.pending.clear();
                    self.within = Within::Keys;
                }
                octets
            }
            Within::Keys | Within::Overlong | Within::String(_) | Within::Paste(_) => octets,
        }
    }

    /// What `octets` has behind the end of what `whole` begins with, of which so many octets
    /// came before. What comes late runs no command; but what it begins has begun.
    fn rest_of<'a>(&mut self, whole: &[u8], begun: usize, octets: &'a [u8]) -> &'a [u8] {
        let len = match sequence::parse(whole) {
            Parsed::Key(_, len) | Parsed::Mouse(_, len) | Parsed::Skip(len) => len,
            Parsed::String(string, len) => {
                self.within = Within::String(string);
                len
            }
            Parsed::Paste(len) => {
                self.within = Within::Paste(Paste::default());
                len
            }
            Parsed::More => whole.len(),
        };
        octets.get(len.saturating_sub(begun)..).unwrap_or_default()
    }

    /// What the terminal has said about its background since this was last asked.
    pub(crate) fn take_background(&mut self) -> Option<Background> {
        self.background.take()
    }

    /// How long to wait for the rest of what has begun; `None` when nothing has.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let lone_escape = self.pending == [ESC];
        match self.within {
            Within::Keys | Within::LateEscape if lone_escape => Some(ESCAPE_PATIENCE),
            _ if self.stale => None,
            Within::Keys | Within::LateEscape if self.pending.is_empty() => None,
            Within::Keys | Within::LateEscape | Within::Overlong | Within::String(_) => {
                Some(PATIENCE)
            }
            Within::Paste(_) => Some(PASTE_PATIENCE),
        }
    }

    /// Nothing followed for as long as that: an ESC alone was the key of that name.
    pub(crate) fn nothing_follows(&mut self) -> Option<KeyEvent> {
        self.patience()?;
        let in_keys = matches!(self.within, Within::Keys | Within::LateEscape);
        if !in_keys || self.pending != [ESC] {
            self.stale = true;
            return None;
        }
        self.pending.clear();
        self.within = Within::LateEscape;
        Some(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))
    }
}

/// What follows the end of a string of which the beginning was not seen: text in front of
/// `ESC \` or BEL in one read was typed by nobody.
fn without_end_of_string(octets: &[u8]) -> &[u8] {
    let end = octets.iter().position(|octet| matches!(*octet, ESC | BEL));
    let after =
        end.filter(|at| *at > 0)
            .and_then(|at| match octets.get(at..).unwrap_or_default() {
                [BEL, rest @ ..] | [ESC, b'\\', rest @ ..] => Some(rest),
                _ => None,
            });
    after.unwrap_or(octets)
}
