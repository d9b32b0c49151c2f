//! A request that is being changed, octet by octet: what is not touched is sent as it came.

use std::net::SocketAddr;

use crate::trace::ExchangeId;

/// How long a request may be to be changed here.
pub(crate) const LONGEST: usize = 64 * 1024;

/// A request, and the cursor in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Editor {
    /// What was changed, such as `#7.1`.
    pub(crate) name: String,
    /// The exchange it is the request of, with whose answer the new one is compared.
    pub(crate) of: Option<ExchangeId>,
    /// Where it is sent.
    pub(crate) to: SocketAddr,
    pub(crate) octets: Vec<u8>,
    /// How many octets stand before the cursor.
    pub(crate) at: usize,
}

/// Where the cursor can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Left,
    Right,
    Up,
    Down,
    LineStart,
    LineEnd,
    First,
    Last,
}

impl Editor {
    /// The octets, or what somebody else made of them; the cursor stays as near as it can.
    pub(crate) fn replace(&mut self, octets: Vec<u8>) {
        self.at = self.at.min(octets.len());
        self.octets = octets;
    }

    /// Puts octets at the cursor, and says whether there was room.
    pub(crate) fn insert(&mut self, octets: &[u8]) -> bool {
        if self.octets.len() + octets.len() > LONGEST {
            return false;
        }
        let at = self.at.min(self.octets.len());
        self.octets.splice(at..at, octets.iter().copied());
        self.at = at + octets.len();
        true
    }

    /// Takes the octet before the cursor away; of a CR LF both.
    pub(crate) fn backspace(&mut self) {
        let before = self.octets.get(..self.at).unwrap_or_default();
        let count = match before {
            [] => return,
            [.., b'\r', b'\n'] => 2,
            [..] => 1,
        };
        self.at -= count;
        self.octets.drain(self.at..self.at + count);
    }

    /// Takes the octet behind the cursor away; of a CR LF both.
    pub(crate) fn delete(&mut self) {
        let count = match self.octets.get(self.at..).unwrap_or_default() {
            [] => return,
            [b'\r', b'\n', ..] => 2,
            [..] => 1,
        };
        self.octets.drain(self.at..self.at + count);
    }

    pub(crate) fn go(&mut self, to: Move) {
        let line = self.line_at(self.at);
        let column = self.at - line.start;
        self.at = match to {
            Move::Left => self.at.saturating_sub(1),
            Move::Right => (self.at + 1).min(self.octets.len()),
            Move::LineStart => line.start,
            Move::LineEnd => self.end_of(&line),
            Move::First => 0,
            Move::Last => self.octets.len(),
            Move::Up => match line.start.checked_sub(1) {
                Some(before) => self.in_line(before, column),
                None => 0,
            },
            Move::Down if line.end >= self.octets.len() && !self.ends(&line) => self.octets.len(),
            Move::Down => self.in_line(line.end, column),
        };
    }

    fn in_line(&self, at: usize, column: usize) -> usize {
        let line = self.line_at(at);
        (line.start + column).min(self.end_of(&line))
    }

    /// Where a line has nothing left but what ends it.
    fn end_of(&self, line: &std::ops::Range<usize>) -> usize {
        match self.octets.get(line.clone()).unwrap_or_default() {
            [.., b'\r', b'\n'] => line.end - 2,
            [.., b'\n'] => line.end - 1,
            [..] => line.end,
        }
    }

    fn ends(&self, line: &std::ops::Range<usize>) -> bool {
        self.octets
            .get(line.clone())
            .unwrap_or_default()
            .ends_with(b"\n")
    }

    /// The line in which the octet at `at` stands, or would stand.
    fn line_at(&self, at: usize) -> std::ops::Range<usize> {
        let before = self.octets.get(..at).unwrap_or(&self.octets);
        let start = before.iter().rposition(|&octet| octet == b'\n');
        let start = start.map_or(0, |lf| lf + 1);
        let rest = self.octets.get(start..).unwrap_or_default();
        let end = rest.iter().position(|&octet| octet == b'\n');
        start..end.map_or(self.octets.len(), |lf| start + lf + 1)
    }

    /// The lines, each with what ends it, and where it begins; one that is empty at the end,
    /// for what may be typed there.
    pub(crate) fn lines(&self) -> Vec<(usize, &[u8])> {
        let mut at = 0;
        let mut lines: Vec<_> = self
            .octets
            .split_inclusive(|&octet| octet == b'\n')
            .map(|line| {
                at += line.len();
                (at - line.len(), line)
            })
            .collect();
        if self.octets.last().is_none_or(|&octet| octet == b'\n') {
            lines.push((self.octets.len(), &[]));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn editor(octets: &[u8], at: usize) -> Editor {
        Editor {
            name: "#1.1".into(),
            of: None,
            to: ([127, 0, 0, 1], 80).into(),
            octets: octets.into(),
            at,
        }
    }

    #[test]
    fn lines_are_moved_over_and_their_ends_stay_whole() {
        let mut editor = editor(b"GET /abc\r\nA: b\n\r\nbody", 4);
        editor.go(Move::LineEnd);
        assert_eq!(editor.at, 8);
        editor.go(Move::Down);
        assert_eq!(editor.at, 14, "the line is shorter, and ends in LF alone");
        editor.go(Move::Down);
        assert_eq!(editor.at, 15);
        editor.go(Move::Down);
        editor.go(Move::Down);
        assert_eq!(editor.at, 21);
        editor.go(Move::First);
        editor.go(Move::Up);
        assert_eq!(editor.at, 0);
        editor.at = 10;
        editor.backspace();
        assert_eq!(editor.octets, b"GET /abcA: b\n\r\nbody");
        editor.delete();
        assert!(editor.insert(b"\r\n"));
        assert_eq!(editor.octets, b"GET /abc\r\n: b\n\r\nbody");
        assert!(!editor.insert(&vec![0; LONGEST]));
    }

    proptest! {
        #[test]
        fn lines_hold_every_octet_once_and_the_cursor_stays_inside(
            octets in prop::collection::vec(prop::sample::select(b"ab\r\n".to_vec()), 0..24),
            moves in prop::collection::vec(0..10_u8, 0..40),
        ) {
            let mut editor = editor(&octets, 0);
            let joined: Vec<u8> = editor.lines().iter().flat_map(|(_, line)| line.to_vec()).collect();
            prop_assert_eq!(joined, octets);
            for step in moves {
                match step {
                    0 => editor.go(Move::Left),
                    1 => editor.go(Move::Right),
                    2 => editor.go(Move::Up),
                    3 => editor.go(Move::Down),
                    4 => editor.go(Move::LineStart),
                    5 => editor.go(Move::LineEnd),
                    6 => editor.go(Move::Last),
                    7 => editor.backspace(),
                    8 => editor.delete(),
                    _ => drop(editor.insert(b"x\r\n")),
                }
                prop_assert!(editor.at <= editor.octets.len());
            }
        }
    }
}
