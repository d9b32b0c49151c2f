//! One escape or control sequence (ECMA-48 §5.4, xterm's control sequences, the kitty
//! keyboard protocol) from the front of octets.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use crate::tui::terminal::keys::ESC;
use crate::tui::terminal::keys::character::{self, named, plain};
use crate::tui::terminal::keys::string::ControlString;
use crate::tui::terminal::mouse;

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

pub(super) fn parse(octets: &[u8]) -> Parsed {
    if let Some((introducer, begin)) = introducer(octets) {
        let rest = octets.get(begin..).unwrap_or_default();
        return match introducer {
            b'[' => control_sequence(rest, begin),
            b'O' => single_shift(rest, begin),
            letter => Parsed::String(ControlString::begun(octets, letter), begin),
        };
    }
    match octets {
        [] | [ESC] => Parsed::More,
        [ESC, ESC, ..] => Parsed::Key(plain(KeyCode::Esc), 1),
        [ESC, rest @ ..] => match character::parse(rest) {
            Parsed::Key(key, len) => {
                let modifiers = key.modifiers | KeyModifiers::ALT;
                Parsed::Key(KeyEvent::new(key.code, modifiers), len + 1)
            }
            Parsed::Skip(len) => Parsed::Skip(len + 1),
            other @ (Parsed::Mouse(..) | Parsed::String(..) | Parsed::Paste(_) | Parsed::More) => {
                other
            }
        },
        character => character::parse(character),
    }
}

/// Whether what follows an ESC makes it the beginning of more than a key.
pub(super) fn begins_with_escape(octets: &[u8]) -> bool {
    matches!(octets, [first, ..] if is_introducer(*first))
}

const fn is_introducer(octet: u8) -> bool {
    matches!(octet, b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_')
}

/// The octet that says what begins here, and where it ends: after ESC, or as a C1 control
/// in one octet, or that in UTF-8.
fn introducer(octets: &[u8]) -> Option<(u8, usize)> {
    let (octet, len) = match octets {
        [ESC, octet, ..] => (*octet, 2),
        [c1 @ 0x80..=0x9f, ..] => (c1 - 0x40, 1),
        [0xc2, c1 @ 0x80..=0x9f, ..] => (c1 - 0x40, 2),
        _ => return None,
    };
    is_introducer(octet).then_some((octet, len))
}

/// How many octets stand before the one that ends a control sequence.
pub(super) fn parameters(sequence: &[u8]) -> usize {
    let count = sequence.iter().take_while(|o| matches!(o, 0x20..=0x3f));
    count.count()
}

/// Whether an octet ends a control sequence.
pub(super) const fn is_final(octet: u8) -> bool {
    matches!(octet, 0x40..=0x7e)
}

/// What follows SS3: a letter, before which old terminals put a digit for modifiers.
fn single_shift(rest: &[u8], begin: usize) -> Parsed {
    let digits = parameters(rest);
    let Some(last) = rest.get(digits) else {
        return Parsed::More;
    };
    if !is_final(*last) {
        return Parsed::Skip(begin + digits);
    }
    let len = begin + digits + 1;
    match (digits, last) {
        // The keypad's.
        (0, b'M') => Parsed::Key(plain(KeyCode::Enter), len),
        (0, letter) => match named_by_letter(*letter) {
            Some(code) => Parsed::Key(plain(code), len),
            None => Parsed::Skip(len),
        },
        _ => Parsed::Skip(len),
    }
}

/// What follows CSI: parameters, then one octet that says what they are for.
fn control_sequence(sequence: &[u8], begin: usize) -> Parsed {
    // The Linux console has its own way with F1 to F5.
    match sequence {
        [b'['] => return Parsed::More,
        [b'[', letter @ b'A'..=b'E', ..] => {
            return Parsed::Key(plain(KeyCode::F(letter - b'A' + 1)), begin + 2);
        }
        _ => {}
    }
    let count = parameters(sequence);
    let Some((parameters, [last, ..])) = sequence.split_at_checked(count) else {
        return Parsed::More;
    };
    let len = begin + count + 1;
    if !is_final(*last) {
        // Broken off by a control character, which counts for itself.
        return Parsed::Skip(len - 1);
    }
    match (parameters, last) {
        (b"", b'M') => return old_mouse(sequence.get(1..).unwrap_or_default(), len),
        (b"200", b'~') => return Parsed::Paste(len),
        (_, b'M' | b'm') => {
            if let Some(mouse) = mouse::parse(parameters, *last) {
                return Parsed::Mouse(mouse, len);
            }
        }
        _ => {}
    }
    match key(parameters, *last) {
        Some(key) => Parsed::Key(key, len),
        None => Parsed::Skip(len),
    }
}

/// The mouse, from a terminal that knows the old ways alone (X10, 1005): three characters
/// follow that must not be taken for keys.
fn old_mouse(rest: &[u8], begin: usize) -> Parsed {
    let mut len = 0;
    for _ in 0..3 {
        let rest = rest.get(len..).unwrap_or_default();
        match (character::of_report(rest), rest) {
            // The second octet of a character may be under way.
            (_, [] | [0xc2..=0xdf]) => return Parsed::More,
            (0, _) => break,
            (more, _) => len += more,
        }
    }
    Parsed::Skip(begin + len)
}

/// The key of a control sequence, unless it is an answer, a report or the release of a key.
fn key(parameters: &[u8], last: u8) -> Option<KeyEvent> {
    let parameters = std::str::from_utf8(parameters).ok()?;
    let mut parameters = parameters.split(';');
    let mut which = parameters.next().unwrap_or_default().split(':');
    let mut how = parameters.next().unwrap_or_default().split(':');
    // The third is the text that a key brings (kitty); there is no fourth.
    let is_key = parameters.count() <= usize::from(last == b'u');
    let number = |part: Option<&str>| match part {
        None | Some("") => Some(1),
        Some(digits) => digits.parse::<u32>().ok(),
    };
    let first = number(which.next())?;
    let shifted = which.next().and_then(|digits| digits.parse().ok());
    let held = Held::of(number(how.next())?)?;
    // Pressed or repeated; 3 is released.
    let is_down = matches!(number(how.next())?, 1 | 2);
    if !is_key || !is_down {
        return None;
    }
    let (code, modifiers) = match last {
        b'Z' => (KeyCode::BackTab, held.modifiers | KeyModifiers::SHIFT),
        b'~' => (named_by_number(first)?, held.modifiers),
        b'u' => held.character(char::from_u32(first)?, shifted.and_then(char::from_u32))?,
        letter if first == 1 => (named_by_letter(letter)?, held.modifiers),
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// What is held down with a key.
struct Held {
    modifiers: KeyModifiers,
    caps_lock: bool,
}

impl Held {
    /// The modifier parameter: one more than the sum of Shift 1, Alt 2, Control 4, Super 8,
    /// Hyper 16, Meta 32, and the locks 64 and 128. No key of ours has one of the middle three.
    fn of(parameter: u32) -> Option<Self> {
        let bits = u8::try_from(parameter.checked_sub(1)?).ok()?;
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
        modifiers.set(KeyModifiers::ALT, bits & 2 != 0);
        modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
        (bits & 0b11_1000 == 0).then_some(Self {
            modifiers,
            caps_lock: bits & 64 != 0,
        })
    }

    /// The key of a character as it stands on the keyboard. What Shift makes of it is known
    /// for letters, or told.
    fn character(self, base: char, shifted: Option<char>) -> Option<(KeyCode, KeyModifiers)> {
        let code = named(base);
        if !matches!(code, KeyCode::Char(_)) {
            return Some((code, self.modifiers));
        }
        // Functional keys are numbered in the private use area.
        if base.is_control() || matches!(base, '\u{e000}'..='\u{f8ff}') {
            return None;
        }
        let shift = self.modifiers.contains(KeyModifiers::SHIFT);
        let ctrl = self.modifiers.contains(KeyModifiers::CONTROL);
        let character = if ctrl || base == ' ' {
            base
        } else if base.is_ascii_alphabetic() {
            if shift == self.caps_lock {
                base.to_ascii_lowercase()
            } else {
                base.to_ascii_uppercase()
            }
        } else if shift {
            shifted?
        } else {
            base
        };
        Some((KeyCode::Char(character), self.modifiers))
    }
}

fn named_by_letter(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

fn named_by_number(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11 => KeyCode::F(1),
        12 => KeyCode::F(2),
        13 => KeyCode::F(3),
        14 => KeyCode::F(4),
        15 => KeyCode::F(5),
        17 => KeyCode::F(6),
        18 => KeyCode::F(7),
        19 => KeyCode::F(8),
        20 => KeyCode::F(9),
        21 => KeyCode::F(10),
        23 => KeyCode::F(11),
        24 => KeyCode::F(12),
        _ => return None,
    })
}
