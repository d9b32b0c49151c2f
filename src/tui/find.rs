//! What is looked for inside Buffer and Head, and going from match to match. Knows no cell.

use super::filter::Invalid;
use super::model::{Model, Pane, Spot};
use super::movement;
use super::needle::Needle;
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::field_tree::{self, Line};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Find {
    pub(crate) needle: Needle,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Next,
    Previous,
}

impl Find {
    /// Reads what was typed: a text, whatever its case, in which `\r`, `\n`, `\t`, `\0`,
    /// `\\` and `\xNN` stand for octets; or `/regex/`. `None` when nothing was typed.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, Invalid> {
        if text.is_empty() {
            return Ok(None);
        }
        let invalid = |at, why: String| Invalid { at, why };
        let regex = text
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        let needle = match regex {
            Some(pattern) if !pattern.is_empty() => {
                Needle::pattern(pattern).map_err(|why| invalid(1, why))?
            }
            Some(_) | None if !text.contains('\\') => {
                Needle::literal(text).map_err(|why| invalid(0, why))?
            }
            Some(_) | None => {
                let octets = unescape(text)?;
                Needle::octets(text, &octets).map_err(|why| invalid(0, why))?
            }
        };
        Ok(Some(Self { needle }))
    }
}

fn unescape(text: &str) -> Result<Vec<u8>, Invalid> {
    let mut octets = Vec::new();
    let mut rest = text.chars().enumerate();
    while let Some((at, character)) = rest.next() {
        if character != '\\' {
            octets.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let octet = match rest.next().map(|(_, escaped)| escaped) {
            Some('r') => Some(b'\r'),
            Some('n') => Some(b'\n'),
            Some('t') => Some(b'\t'),
            Some('0') => Some(0),
            Some('\\') => Some(b'\\'),
            Some('x') => {
                let digits: String = rest.by_ref().take(2).map(|(_, digit)| digit).collect();
                let two = digits.len() == 2;
                two.then(|| u8::from_str_radix(&digits, 16).ok()).flatten()
            }
            Some(_) | None => None,
        };
        let Some(octet) = octet else {
            let why = "a backslash is followed by r n t 0 \\ or xNN".into();
            return Err(Invalid { at, why });
        };
        octets.push(octet);
    }
    Ok(octets)
}

/// Where the needle is in what is kept of a connection, in order.
pub(crate) fn spans(find: &Find, conn: &Connection) -> Vec<Span> {
    let mut spans = Vec::new();
    for piece in conn.octets().pieces_in(conn.octets().span()) {
        let octets = conn.octets().octets_in(piece);
        let octets: Vec<u8> = octets.map(|(_, octet)| octet).collect();
        spans.extend(find.needle.spans_in(&octets, piece.start));
    }
    spans
}

/// Whether a line of the Head pane holds the needle.
pub(crate) fn holds(find: &Find, line: &Line) -> bool {
    find.needle.is_in(line.name.as_bytes()) || find.needle.is_in(line.value.as_bytes())
}

/// Goes to the match that is the first from the cursor on.
pub(crate) fn go_to_first(model: &mut Model) {
    if model.ui.focus == Pane::Buffer
        && let Spot::Octet(at) = model.ui.spot
        && places(model).contains(&Place::Octet(at))
    {
        return;
    }
    go(model, Way::Next);
}

/// Goes to the next match, or the one before; behind the last comes the first.
pub(crate) fn go(model: &mut Model, way: Way) {
    let places = places(model);
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else {
        return;
    };
    let here = here(model);
    let to = match way {
        Way::Next => places
            .iter()
            .find(|&&place| Some(place) > here)
            .copied()
            .unwrap_or(first),
        Way::Previous => {
            let before = places.iter().rev().find(|&&place| Some(place) < here);
            before.copied().unwrap_or(last)
        }
    };
    model.ui.spot = match to {
        Place::Octet(offset) => Spot::Octet(offset),
        Place::Line(index) => lines_of(model)
            .get(index)
            .and_then(|line| line.span)
            .map_or(Spot::Line(index), |span| Spot::Octet(span.start)),
    };
    movement::pin(model);
}

/// Which match the cursor stands on, from 1, and how many there are, in the pane with the
/// focus.
pub(crate) fn count(model: &Model) -> Option<(Option<usize>, usize)> {
    model.ui.find.as_ref()?;
    let places = places(model);
    let here = here(model);
    let at = places.iter().position(|&place| Some(place) == here);
    Some((at.map(|at| at + 1), places.len()))
}

/// A match: where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Octet(u64),
    Line(usize),
}

fn places(model: &Model) -> Vec<Place> {
    let Some(find) = &model.ui.find else {
        return Vec::new();
    };
    if model.ui.focus == Pane::Head {
        let lines = lines_of(model);
        let found = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_heading());
        return found
            .filter(|(_, line)| holds(find, line))
            .map(|(index, _)| Place::Line(index))
            .collect();
    }
    let spans = model
        .conn()
        .map(|conn| spans(find, conn))
        .unwrap_or_default();
    spans
        .into_iter()
        .map(|span| Place::Octet(span.start))
        .collect()
}

fn here(model: &Model) -> Option<Place> {
    if model.ui.focus == Pane::Head {
        return model.ui.spot.line(&lines_of(model)).map(Place::Line);
    }
    match model.ui.spot {
        Spot::Octet(offset) => Some(Place::Octet(offset)),
        Spot::Newest | Spot::Line(_) => None,
    }
}

fn lines_of(model: &Model) -> Vec<Line> {
    let shown = model.exchange();
    shown
        .map(|(conn, exchange)| field_tree::lines(conn, exchange))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_text_octets_or_an_expression() {
        let found = |typed: &str, octets: &[u8]| {
            let find = Find::parse(typed).unwrap().unwrap();
            find.needle.is_in(octets)
        };
        assert!(found("host:", b"Host: x"));
        assert!(found("\\r\\n\\r\\n", b"a\r\n\r\n"));
        assert!(found("\\x47ET", b"GET"));
        assert!(!found("\\x67", b"G"));
        assert!(found("/h.st/", b"Host") && found("/", b"a/b") && found("//", b"a//b"));
        assert_eq!(Find::parse(""), Ok(None));
        assert_eq!(Find::parse("ab\\q").unwrap_err().at, 2);
        assert_eq!(Find::parse("\\x4").unwrap_err().at, 0);
        assert!(Find::parse("/(/").is_err());
    }
}
