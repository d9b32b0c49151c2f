//! Server-sent events: octets in, events out (WHATWG HTML §9.2). It knows no HTTP: the content
//! of a response is handed to it piece by piece, with the place of each piece.

use crate::http::Span;

/// How many octets of one event are kept.
const KEPT: usize = 16 << 10;
/// What a stream may begin with: U+FEFF.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What ends at an empty line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// From its first octet to the end of the empty line.
    pub(crate) span: Span,
    /// Its type; `message` where none is given.
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) id: Option<Vec<u8>>,
    /// How many milliseconds to wait before connecting again.
    pub(crate) retry: Option<u64>,
    /// What stands in comment lines.
    pub(crate) comment: Vec<u8>,
    /// Whether there is data, without which nobody is told of it.
    pub(crate) is_dispatched: bool,
    /// Whether it is longer than what is kept of it.
    pub(crate) is_cut: bool,
}

/// A reader in the middle of a stream.
#[derive(Debug, Default)]
pub(crate) struct EventReader {
    line: Vec<u8>,
    event: Event,
    begun: Option<u64>,
    /// The octet before was CR: LF belongs to the same line end.
    after_cr: bool,
    is_past_first_line: bool,
}

impl EventReader {
    /// Reads octets that stand at `offset`, and hands on each event that is complete.
    pub(crate) fn read(&mut self, offset: u64, octets: &[u8], mut tell: impl FnMut(Event)) {
        for (at, &octet) in (offset..).zip(octets) {
            let is_second = std::mem::take(&mut self.after_cr) && octet == b'\n';
            if is_second {
                continue;
            }
            self.begun.get_or_insert(at);
            if !matches!(octet, b'\r' | b'\n') {
                if self.line.len() < KEPT {
                    self.line.push(octet);
                } else {
                    self.event.is_cut = true;
                }
                continue;
            }
            self.after_cr = octet == b'\r';
            let line = std::mem::take(&mut self.line);
            let mut line = &line[..];
            if !std::mem::replace(&mut self.is_past_first_line, true) {
                line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
            }
            if line.is_empty() {
                let mut event = std::mem::take(&mut self.event);
                let start = self.begun.take().unwrap_or(at);
                event.span = Span::new(start, at.saturating_add(1));
                if event.is_something() {
                    tell(event.finished());
                }
            } else {
                self.event.line(line);
            }
        }
    }
}

impl Event {
    fn line(&mut self, line: &[u8]) {
        let colon = line.iter().position(|&octet| octet == b':');
        let (name, value) = match colon.and_then(|at| line.split_at_checked(at)) {
            Some((name, rest)) => (name, rest.get(1..).unwrap_or_default()),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            // A comment.
            b"" => self.comment = value.to_vec(),
            b"event" => self.name = value.to_vec(),
            b"data" => {
                let room = KEPT.saturating_sub(self.data.len());
                self.is_cut |= value.len() > room;
                self.data.extend(value.iter().take(room));
                self.data.push(b'\n');
                self.is_dispatched = true;
            }
            b"id" if !value.contains(&0) => self.id = Some(value.to_vec()),
            b"retry" => {
                let digits = value.iter().all(u8::is_ascii_digit);
                let number = std::str::from_utf8(value).ok().filter(|_| digits);
                self.retry = number.and_then(|text| text.parse().ok()).or(self.retry);
            }
            // Other fields are ignored.
            _ => {}
        }
    }

    fn is_something(&self) -> bool {
        let says = self.id.is_some() || self.retry.is_some();
        self.is_dispatched || says || !self.comment.is_empty() || !self.name.is_empty()
    }

    fn finished(mut self) -> Self {
        if self.is_dispatched {
            self.data.pop();
            if self.name.is_empty() {
                self.name = b"message".to_vec();
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<Event> {
        let mut reader = EventReader::default();
        let mut events = Vec::new();
        let mut offset = 0;
        for piece in pieces {
            reader.read(offset, piece, |event| events.push(event));
            offset += piece.len() as u64;
        }
        events
    }

    fn data(octets: &str) -> Vec<(String, String)> {
        let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
        let events = read(&[octets.as_bytes()]).into_iter();
        let dispatched = events.filter(|event| event.is_dispatched);
        dispatched
            .map(|it| (text(it.name), text(it.data)))
            .collect()
    }

    #[test]
    fn the_examples_of_the_standard_are_read_as_it_says() {
        let one = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        assert_eq!(
            data("data: YHOO\ndata: +2\ndata: 10\n\n"),
            [one("message", "YHOO\n+2\n10")]
        );
        assert_eq!(
            data("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n"),
            [one("add", "73857293"), one("remove", "2153")]
        );
        // No space and one space are the same; the last block is not complete.
        assert_eq!(
            data("data\n\ndata\ndata\n\ndata:"),
            [one("message", ""), one("message", "\n")]
        );
        assert_eq!(
            data("data:test\n\ndata: test\n\n"),
            [one("message", "test"), one("message", "test")]
        );
        for end in ["\r", "\n", "\r\n"] {
            let text = format!("\u{feff}: hi{end}data: a{end}id: 7{end}retry: 30{end}{end}");
            let events = read(&[text.as_bytes()]);
            let [event] = &events[..] else {
                panic!("{events:?}")
            };
            assert_eq!(
                (&event.data[..], event.id.as_deref()),
                (&b"a"[..], Some(&b"7"[..]))
            );
            assert_eq!(
                (event.retry, &event.comment[..]),
                (Some(30), &b"hi"[..]),
                "{end:?}"
            );
        }
    }

    #[test]
    fn what_has_no_data_is_told_of_and_not_dispatched() {
        let events = read(&[b"retry: 5\n\n: ping\n\nretry: x\nid: a\0\n\n"]);
        let told: Vec<_> = events
            .iter()
            .map(|it| (it.retry, it.is_dispatched))
            .collect();
        assert_eq!(told, [(Some(5), false), (None, false)]);
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_events_and_memory_is_bounded(
            octets in "[a-z:\r\n ]{0,80}|(data: ?[ab]*(\r|\n|\r\n)){0,9}(\r|\n|\r\n)+",
            cuts in prop::collection::vec(0_usize..100, 0..6),
        ) {
            let octets = octets.as_bytes();
            let whole = read(&[octets]);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(octets.len())).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(&octets[from..cut]);
                from = cut;
            }
            pieces.push(&octets[from..]);
            prop_assert_eq!(read(&pieces), whole);
        }
    }

    #[test]
    fn of_an_event_without_an_end_no_more_is_kept_than_there_is_room_for() {
        let mut reader = EventReader::default();
        for n in 0..100 {
            reader.read(n * 1000, &[b'x'; 1000], |_| panic!("it has not ended"));
        }
        assert_eq!((reader.line.len(), reader.begun), (KEPT, Some(0)));
    }
}
