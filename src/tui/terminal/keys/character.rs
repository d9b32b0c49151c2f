//! A character in UTF-8, or a control character, as a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::terminal::keys::sequence::Parsed;

pub(super) fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// The key of a character, which may be one of the few control characters that have one.
pub(super) fn named(character: char) -> KeyCode {
    match character {
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x7f' => KeyCode::Backspace,
        other => KeyCode::Char(other),
    }
}

/// How many octets the character has that begins with this one.
fn length(first: u8) -> usize {
    match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    }
}

/// Whether these octets are one character, as a key that is pressed sends it.
pub(super) fn is_one(octets: &[u8]) -> bool {
    let first = octets.first().copied();
    first.is_some_and(|first| length(first) == octets.len())
}

/// How many octets the next character of an old report of the mouse has, which may be in
/// UTF-8 (mode 1005) or not; 0 when a control character stands there.
pub(super) fn of_report(octets: &[u8]) -> usize {
    match octets {
        [] | [..0x20, ..] => 0,
        [0xc2..=0xdf, 0x80..=0xbf, ..] => 2,
        [_, ..] => 1,
    }
}

pub(super) fn parse(octets: &[u8]) -> Parsed {
    let Some(&first) = octets.first() else {
        return Parsed::More;
    };
    let control = |c| KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    match first {
        b'\r' | b'\t' | 0x7f => return Parsed::Key(plain(named(char::from(first))), 1),
        0 => return Parsed::Key(control(b' '), 1),
        0x01..=0x1a => return Parsed::Key(control(first - 1 + b'a'), 1),
        0x1c..=0x1f => return Parsed::Key(control(first - 0x1c + b'4'), 1),
        _ => {}
    }
    let len = length(first);
    let begun = octets.get(..len.min(octets.len())).unwrap_or_default();
    match std::str::from_utf8(begun) {
        Ok(text) => match text.chars().next() {
            // One of the C1 control characters.
            Some(c) if c.is_control() => Parsed::Skip(len),
            Some(c) if c.is_uppercase() => {
                Parsed::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT), len)
            }
            Some(c) => Parsed::Key(plain(KeyCode::Char(c)), len),
            None => Parsed::More,
        },
        Err(error) if error.error_len().is_none() && octets.len() < len => Parsed::More,
        Err(_) => Parsed::Skip(1),
    }
}
