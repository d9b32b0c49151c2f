//! What is looked for inside Buffer and Head, and where it is.

use super::filter::Invalid;
use super::search::Search;
use crate::http::Span;
use crate::trace::field_tree::Line;
use crate::trace::stream::Stream;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Find {
    pub(crate) search: Search,
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
        let search = match regex {
            Some(pattern) if !pattern.is_empty() => {
                Search::pattern(pattern).map_err(|why| invalid(1, why))?
            }
            Some(_) | None if !text.contains('\\') => {
                Search::literal(text).map_err(|why| invalid(0, why))?
            }
            Some(_) | None => {
                let octets = unescape(text)?;
                Search::octets(text, &octets).map_err(|why| invalid(0, why))?
            }
        };
        Ok(Some(Self { search }))
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

/// Where the search is in what is kept of one direction, in order.
pub(crate) fn spans(find: &Find, stream: &Stream<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    for piece in stream.octets().pieces_in(stream.octets().span()) {
        let octets = stream.octets().octets_in(piece);
        let octets: Vec<u8> = octets.map(|(_, octet)| octet).collect();
        spans.extend(find.search.spans_in(&octets, piece.start));
    }
    spans
}

/// Whether a line of the Head pane holds the search.
pub(crate) fn holds(find: &Find, line: &Line) -> bool {
    find.search.is_in(line.name.as_bytes()) || find.search.is_in(line.value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_text_octets_or_an_expression() {
        let found = |typed: &str, octets: &[u8]| {
            let find = Find::parse(typed).unwrap().unwrap();
            find.search.is_in(octets)
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
