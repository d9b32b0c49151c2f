//! Octets from a terminal → keys, and what is done with the mouse. Knows no terminal, clock or thread.
//!
//! The keys are crossterm's, and mean what they mean there. crossterm's own reader is not
//! used: it spins at full speed when the terminal has gone (crossterm#793), forgets octets
//! that come together with a change of size or after the first 1024 of a paste (its poll is
//! edge-triggered), and waits in `read` for the rest of a sequence that was cut off.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use super::mouse;

use super::background::{self, Background};

const ESC: u8 = 0x1b;
/// No sequence that a terminal sends is as long as this; what is, is noise.
const LONGEST_SEQUENCE: usize = 64;

/// Turns octets into keys, however they are cut into reads.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    pending: Vec<u8>,
    background: Option<Background>,
}

/// What the octets at hand begin with.
#[derive(Debug, PartialEq, Eq)]
enum Parsed {
    /// A key of so many octets.
    Key(KeyEvent, usize),
    /// A report of the mouse, of so many octets.
    Mouse(MouseEvent, usize),
    /// So many octets that are no key.
    Skip(usize),
    /// An answer about the background, or another one.
    Answer(Option<Background>, usize),
    /// The beginning of something.
    More,
}

impl Parser {
    /// Hands over each key, and each report of the mouse, that is complete.
    pub(crate) fn feed(&mut self, octets: &[u8], mut take: impl FnMut(Event)) {
        self.pending.extend_from_slice(octets);
        let mut rest = self.pending.as_slice();
        while !rest.is_empty() {
            let len = match parse(rest) {
                Parsed::Key(found, len) => {
                    take(Event::Key(found));
                    len
                }
                Parsed::Mouse(found, len) => {
                    take(Event::Mouse(found));
                    len
                }
                Parsed::Skip(len) => len,
                Parsed::Answer(background, len) => {
                    self.background = background.or(self.background);
                    len
                }
                Parsed::More if rest.len() >= LONGEST_SEQUENCE => rest.len(),
                Parsed::More => break,
            };
            rest = rest.get(len..).unwrap_or_default();
        }
        let done = self.pending.len() - rest.len();
        self.pending.drain(..done);
    }

    /// What the terminal has said about its background since this was last asked.
    pub(crate) fn take_background(&mut self) -> Option<Background> {
        self.background.take()
    }

    /// Whether something has begun that may go on.
    pub(crate) fn is_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Nothing followed for a while: an ESC alone was the key of that name, and `ESC [` was
    /// it with Alt. Longer beginnings are dropped.
    pub(crate) fn nothing_follows(&mut self) -> Option<KeyEvent> {
        let pending = std::mem::take(&mut self.pending);
        match pending.as_slice() {
            [ESC] => Some(plain(KeyCode::Esc)),
            [ESC, octet @ (b'[' | b'O' | b']')] => {
                let code = KeyCode::Char(char::from(*octet));
                Some(KeyEvent::new(code, KeyModifiers::ALT))
            }
            _ => None,
        }
    }
}

fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

fn parse(octets: &[u8]) -> Parsed {
    match octets {
        [] | [ESC] | [ESC, b'O'] | [ESC, b'[', b'['] => Parsed::More,
        // The Linux console has its own way with F1 to F5.
        [ESC, b'[', b'[', letter @ b'A'..=b'E', ..] => {
            Parsed::Key(plain(KeyCode::F(letter - b'A' + 1)), 4)
        }
        [ESC, b']', string @ ..] => parse_string(string),
        [ESC, b'[', sequence @ ..] => parse_control_sequence(sequence),
        // The keypad's.
        [ESC, b'O', b'M', ..] => Parsed::Key(plain(KeyCode::Enter), 3),
        [ESC, b'O', letter, ..] => match named_by_letter(*letter) {
            Some(code) => Parsed::Key(plain(code), 3),
            None => Parsed::Skip(3),
        },
        [ESC, ESC, ..] => Parsed::Key(plain(KeyCode::Esc), 1),
        [ESC, rest @ ..] => match parse_character(rest) {
            Parsed::Key(key, len) => {
                let modifiers = key.modifiers | KeyModifiers::ALT;
                Parsed::Key(KeyEvent::new(key.code, modifiers), len + 1)
            }
            Parsed::Skip(len) => Parsed::Skip(len + 1),
            other @ (Parsed::Answer(..) | Parsed::More) => other,
            Parsed::Mouse(..) => Parsed::More,
        },
        character => parse_character(character),
    }
}

/// What follows `ESC ]`, up to BEL or `ESC \` (ECMA-48 §8.3.89, which knows only the latter).
fn parse_string(string: &[u8]) -> Parsed {
    let ends = |octet: &u8| matches!(*octet, 0x07 | ESC);
    let Some(end) = string.iter().position(ends) else {
        return Parsed::More;
    };
    let (text, end) = string.split_at_checked(end).unwrap_or((string, b""));
    let end = match end {
        [0x07, ..] => 1,
        [ESC, b'\\', ..] => 2,
        [ESC] => return Parsed::More,
        // Broken off by what counts for itself.
        _ => 0,
    };
    Parsed::Answer(background::answer(text), 2 + text.len() + end)
}

/// What follows `ESC [`: parameters, then one octet that says what they are for (ECMA-48
/// §5.4).
fn parse_control_sequence(sequence: &[u8]) -> Parsed {
    let parameters = sequence
        .iter()
        .take_while(|octet| matches!(octet, 0x20..=0x3f))
        .count();
    let Some((parameters, [last, ..])) = sequence.split_at_checked(parameters) else {
        return Parsed::More;
    };
    let len = 2 + parameters.len() + 1;
    if !matches!(last, 0x40..=0x7e) {
        // Broken off by a control character, which counts for itself.
        return Parsed::Skip(len - 1);
    }
    if let (b'M' | b'm', Some(mouse)) = (last, mouse::parse(parameters, *last)) {
        return Parsed::Mouse(mouse, len);
    }
    if (parameters, last) == (b"", &b'M') {
        // The mouse, from a terminal that knows the old way alone: three octets follow that
        // must not be taken for keys.
        return if sequence.len() < 4 {
            Parsed::More
        } else {
            Parsed::Skip(len + 3)
        };
    }
    if matches!(parameters, [b'<'..=b'?', ..]) {
        // An answer or a report, not a key.
        return Parsed::Skip(len);
    }
    let mut numbers = parameters.split(|octet| *octet == b';').map(number);
    let first = numbers.next().flatten();
    let modifiers = numbers
        .next()
        .flatten()
        .map_or(KeyModifiers::NONE, modifiers);
    let code = match (last, first) {
        (b'Z', _) => Some((KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        (b'~', Some(n)) => named_by_number(n).map(|code| (code, modifiers)),
        (b'u', Some(n)) => char::from_u32(n).map(|c| (named_by_character(c), modifiers)),
        (letter, _) => named_by_letter(*letter).map(|code| (code, modifiers)),
    };
    match code {
        Some((code, modifiers)) => Parsed::Key(KeyEvent::new(code, modifiers), len),
        None => Parsed::Skip(len),
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// xterm's modifier parameter: one more than the sum of Shift 1, Alt 2, Control 4.
fn modifiers(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
    modifiers.set(KeyModifiers::ALT, bits & 2 != 0);
    modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
    modifiers
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

fn named_by_character(character: char) -> KeyCode {
    match character {
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        '\x7f' => KeyCode::Backspace,
        other => KeyCode::Char(other),
    }
}

/// A character in UTF-8, or a control character.
fn parse_character(octets: &[u8]) -> Parsed {
    let Some(&first) = octets.first() else {
        return Parsed::More;
    };
    let control = |c| KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    match first {
        b'\r' | b'\t' | 0x7f => {
            return Parsed::Key(plain(named_by_character(char::from(first))), 1);
        }
        0 => return Parsed::Key(control(b' '), 1),
        0x01..=0x1a => return Parsed::Key(control(first - 1 + b'a'), 1),
        0x1c..=0x1f => return Parsed::Key(control(first - 0x1c + b'4'), 1),
        _ => {}
    }
    let len = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    let begun = octets.get(..len.min(octets.len())).unwrap_or_default();
    match std::str::from_utf8(begun) {
        Ok(text) => match text.chars().next() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use KeyModifiers as Mod;

    fn key(event: &Event) -> Option<(KeyCode, Mod)> {
        event.as_key_event().map(|key| (key.code, key.modifiers))
    }

    fn keys(octets: &[u8]) -> Vec<(KeyCode, Mod)> {
        let mut parser = Parser::default();
        let mut keys = Vec::new();
        parser.feed(octets, |event| keys.extend(key(&event)));
        keys.extend(parser.nothing_follows().map(|k| (k.code, k.modifiers)));
        keys
    }

    fn keys_octet_by_octet(octets: &[u8]) -> Vec<(KeyCode, Mod)> {
        let mut parser = Parser::default();
        let mut keys = Vec::new();
        for octet in octets {
            parser.feed(&[*octet], |event| keys.extend(key(&event)));
        }
        keys.extend(parser.nothing_follows().map(|k| (k.code, k.modifiers)));
        keys
    }

    #[test]
    fn each_key_is_understood_whole_and_octet_by_octet() {
        type Keys<'a> = &'a [(KeyCode, Mod)];
        let table: &[(&[u8], Keys)] = &[
            (b"q", &[(KeyCode::Char('q'), Mod::NONE)]),
            (b"G", &[(KeyCode::Char('G'), Mod::SHIFT)]),
            (b"?", &[(KeyCode::Char('?'), Mod::NONE)]),
            (
                "é€😀".as_bytes(),
                &[
                    (KeyCode::Char('é'), Mod::NONE),
                    (KeyCode::Char('€'), Mod::NONE),
                    (KeyCode::Char('😀'), Mod::NONE),
                ],
            ),
            (b"\x03", &[(KeyCode::Char('c'), Mod::CONTROL)]),
            (b"\x1a", &[(KeyCode::Char('z'), Mod::CONTROL)]),
            (b"\x00", &[(KeyCode::Char(' '), Mod::CONTROL)]),
            (
                b"\r\t\x7f",
                &[
                    (KeyCode::Enter, Mod::NONE),
                    (KeyCode::Tab, Mod::NONE),
                    (KeyCode::Backspace, Mod::NONE),
                ],
            ),
            (b"\x1b", &[(KeyCode::Esc, Mod::NONE)]),
            (
                b"\x1b\x1b",
                &[(KeyCode::Esc, Mod::NONE), (KeyCode::Esc, Mod::NONE)],
            ),
            (b"\x1bx", &[(KeyCode::Char('x'), Mod::ALT)]),
            (b"\x1b[", &[(KeyCode::Char('['), Mod::ALT)]),
            (
                b"\x1b[A\x1bOB",
                &[(KeyCode::Up, Mod::NONE), (KeyCode::Down, Mod::NONE)],
            ),
            (b"\x1b[1;5C", &[(KeyCode::Right, Mod::CONTROL)]),
            (b"\x1b[1;4D", &[(KeyCode::Left, Mod::SHIFT.union(Mod::ALT))]),
            (b"\x1b[Z", &[(KeyCode::BackTab, Mod::SHIFT)]),
            (
                b"\x1b[5~\x1b[6;2~",
                &[
                    (KeyCode::PageUp, Mod::NONE),
                    (KeyCode::PageDown, Mod::SHIFT),
                ],
            ),
            (
                b"\x1bOP\x1b[15~\x1b[[E",
                &[
                    (KeyCode::F(1), Mod::NONE),
                    (KeyCode::F(5), Mod::NONE),
                    (KeyCode::F(5), Mod::NONE),
                ],
            ),
            (b"\x1b[97;5u", &[(KeyCode::Char('a'), Mod::CONTROL)]),
            // Answers and reports that nobody asked for.
            (
                b"\x1b[?62;c\x1b[200~a\x1b[<0;1;1Mb",
                &[
                    (KeyCode::Char('a'), Mod::NONE),
                    (KeyCode::Char('b'), Mod::NONE),
                ],
            ),
            (
                b"a\x1b]11;rgb:0000/0000/0000\x1b\\b\x1b]0;x\x07c\x1b]11\x1b[A",
                &[
                    (KeyCode::Char('a'), Mod::NONE),
                    (KeyCode::Char('b'), Mod::NONE),
                    (KeyCode::Char('c'), Mod::NONE),
                    (KeyCode::Up, Mod::NONE),
                ],
            ),
            (b"\x1b]", &[(KeyCode::Char(']'), Mod::ALT)]),
            (b"\x1b[1\x03", &[(KeyCode::Char('c'), Mod::CONTROL)]),
            (b"\x1b[Mqqqb", &[(KeyCode::Char('b'), Mod::NONE)]),
            (b"\xff\xc3a", &[(KeyCode::Char('a'), Mod::NONE)]),
        ];
        for (octets, expected) in table {
            assert_eq!(keys(octets), *expected, "{octets:?}");
            assert_eq!(keys_octet_by_octet(octets), *expected, "{octets:?}");
        }
    }

    #[test]
    fn the_background_is_told_once_and_is_no_key() {
        let mut parser = Parser::default();
        for octet in b"\x1b]11;rgb:ffff/ffff/ffff\x07" {
            parser.feed(&[*octet], |_| unreachable!("no key"));
        }
        assert_eq!(parser.take_background(), Some(Background::Light));
        assert_eq!(parser.take_background(), None);
    }

    #[test]
    fn a_sequence_without_end_is_dropped() {
        let mut endless = b"\x1b[".to_vec();
        endless.extend([b'1'; 200]);
        let mut parser = Parser::default();
        parser.feed(&endless, |_| unreachable!("no key"));
        assert!(!parser.is_pending());
    }

    proptest::proptest! {
        #[test]
        fn any_octets_are_survived(octets: Vec<u8>) {
            let _ = keys(&octets);
            let _ = keys_octet_by_octet(&octets);
        }
    }
}
