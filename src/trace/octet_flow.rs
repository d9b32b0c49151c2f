//! How octets stand beside each other in a row of cells: what stands for each, how wide it is,
//! and which `recv` begins before it. Knows not how they look.

use super::octets::Run;
use super::stream::Stream;
use crate::event::{Glyph, glyph, glyph_in_full};
use crate::http::Span;

/// Where a recv begins, so few octets after the one before need no more than a bar.
const FEW: u64 = 4;

/// What stands for one octet, or for the octets of one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) span: Span,
    /// Its first octet.
    pub(crate) octet: u8,
    pub(crate) glyph: Glyph,
    /// The number of the recv that brought it.
    pub(crate) recv: u64,
    /// What stands before it, if it is the first of that recv.
    pub(crate) tag: Option<Tag>,
}

/// Where a recv begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// With the number of it.
    Number,
    /// Without: it is one of many short ones.
    Bar,
}

impl Item {
    /// How many cells it takes, the tag before it included.
    pub(crate) fn width(&self) -> usize {
        self.tag_width() + self.glyph.width()
    }

    /// How many of them are the tag's.
    pub(crate) fn tag_width(&self) -> usize {
        match self.tag {
            Some(Tag::Number) => self.recv.checked_ilog10().unwrap_or(0) as usize + 2,
            Some(Tag::Bar) => 1,
            None => 0,
        }
    }
}

/// What stands for an octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// As little as there can be: its hexadecimal digits stand beside it.
    Short,
    /// All of it, and the octets of one character together if there may be other than ASCII.
    Full { characters: bool },
}

/// The items of `span`, without a gap in it.
pub(crate) fn items(stream: &Stream<'_>, span: Span, spelling: Spelling) -> Vec<Item> {
    let octets = stream.octets();
    let mut items = Vec::new();
    let mut short_before = octets
        .runs_in(span)
        .next()
        .and_then(|first| octets.before(&first))
        .is_some_and(|before| is_short(&before));
    for run in octets.runs_in(span) {
        let is_short = is_short(&run);
        let tag = if is_short && short_before && !run.number.is_multiple_of(10) {
            Tag::Bar
        } else {
            Tag::Number
        };
        short_before = is_short;
        let from = span.start.max(run.offset);
        let to = span.end.min(run.span().end);
        let index = |offset: u64| usize::try_from(offset - run.offset).unwrap_or(usize::MAX);
        let mut rest = run.octets.get(index(from)..index(to)).unwrap_or_default();
        let mut at = from;
        while let Some(&octet) = rest.first() {
            let (glyph, count) = first_glyph(rest, octet, spelling);
            let next = at.saturating_add(count as u64);
            items.push(Item {
                span: Span::new(at, next),
                octet,
                glyph,
                recv: run.number,
                tag: (at == run.call.start).then_some(tag),
            });
            rest = rest.get(count..).unwrap_or_default();
            at = next;
        }
    }
    items
}

/// Whether a call took so few octets that its number would hide them.
const fn is_short(run: &Run<'_>) -> bool {
    run.call.end - run.call.start < FEW
}

/// What stands for the first of these octets, and for how many of them.
fn first_glyph(octets: &[u8], first: u8, spelling: Spelling) -> (Glyph, usize) {
    match spelling {
        Spelling::Short => (glyph(first), 1),
        Spelling::Full { characters } => {
            let character = (characters && !first.is_ascii()).then(|| character(octets));
            character
                .flatten()
                .unwrap_or_else(|| (glyph_in_full(first), 1))
        }
    }
}

/// The character these octets begin with, if they do and it can be seen.
fn character(octets: &[u8]) -> Option<(Glyph, usize)> {
    // No character has more than four octets.
    let begin = octets.get(..octets.len().min(4))?;
    let valid = begin.utf8_chunks().next()?.valid();
    let character = valid.chars().next()?;
    Some((Glyph::of_character(character)?, character.len_utf8()))
}

/// The items of one row of at most so many `cells` that begins with the octet `start`, and
/// ends before `end`; after LF too, where it is a row of lines. There always is one.
pub(crate) fn row(
    stream: &Stream<'_>,
    Span { start, end }: Span,
    cells: usize,
    spelling: Spelling,
    lines: bool,
) -> Vec<Item> {
    // Every octet takes a cell at least, but for those of one character.
    let most = (cells as u64).saturating_mul(4).saturating_add(1);
    let near = Span::new(start, end.min(start.saturating_add(most)));
    let mut items = items(stream, near, spelling);
    let mut used = 0;
    let mut fits = 0;
    for item in &items {
        used += item.width();
        if used > cells && fits > 0 {
            break;
        }
        fits += 1;
        if lines && item.octet == b'\n' {
            break;
        }
    }
    items.truncate(fits);
    items
}

#[cfg(test)]
mod tests {
    use super::super::connection::Connection;
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;

    fn connection(recvs: &[&[u8]]) -> Connection {
        let mut script = Script::new();
        script.accept(1);
        for octets in recvs {
            script.receive_octets(1, octets);
        }
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        trace.connections[&id(1)].as_ref().clone()
    }

    /// The cells of a row, with tags as they are counted.
    fn text(items: &[Item]) -> String {
        let one = |item: &Item| {
            let tag = match item.tag {
                Some(Tag::Number) => format!("{}▶", item.recv),
                Some(Tag::Bar) => "┃".into(),
                None => String::new(),
            };
            assert_eq!(tag.chars().count(), item.tag_width());
            tag + &item.glyph.characters().iter().collect::<String>()
        };
        items.iter().map(one).collect()
    }

    fn rows(recvs: &[&[u8]], cells: usize, lines: bool) -> Vec<String> {
        let connection = connection(recvs);
        let all = connection.octets().span();
        let spelling = Spelling::Full { characters: true };
        let mut at = all.start;
        let mut rows = Vec::new();
        while at < all.end {
            let stream = Stream::requests(&connection);
            let items = row(&stream, Span::new(at, all.end), cells, spelling, lines);
            at = items.last().unwrap().span.end;
            rows.push(text(&items));
        }
        rows
    }

    #[test]
    fn a_line_ends_after_lf_and_a_long_one_goes_on_below() {
        let head = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        assert_eq!(
            rows(&[head], 40, true),
            ["1▶GET·/·HTTP/1.1\\r\\n", "Host:·x\\r\\n", "\\r\\n"]
        );
        assert_eq!(
            rows(&[head], 12, true),
            ["1▶GET·/·HTTP", "/1.1\\r\\n", "Host:·x\\r\\n", "\\r\\n"]
        );
        assert_eq!(rows(&[b"a\nb\n"], 80, false), ["1▶a\\nb\\n"]);
        assert_eq!(rows(&[b"\r\n"], 1, true), ["1▶\\r", "\\n"]);
    }

    #[test]
    fn recvs_are_told_apart_within_a_line() {
        assert_eq!(
            rows(&[b"GET /fav", b"icon.ico", b"\r\n", b"\r", b"\n"], 80, true),
            ["1▶GET·/fav2▶icon.ico3▶\\r\\n", "┃\\r┃\\n"]
        );
    }

    #[test]
    fn a_character_stands_for_itself_unless_a_recv_cuts_it() {
        assert_eq!(
            rows(&["é東\t\u{1b}".as_bytes()], 80, true),
            ["1▶é東\\t\\x1b"]
        );
        assert_eq!(
            rows(&[b"\xc3", b"\xa9\xff\0"], 80, true),
            ["1▶\\xc3┃\\xa9\\xff\\x00"]
        );
        let hidden = "\u{202e}x".as_bytes();
        assert_eq!(rows(&[hidden], 80, true), ["1▶\\xe2\\x80\\xaex"]);
        let connection = connection(&["é".as_bytes()]);
        let plain = Spelling::Full { characters: false };
        let all = items(&Stream::requests(&connection), Span::new(0, 2), plain);
        assert_eq!(text(&all), "1▶\\xc3\\xa9");
    }
}
