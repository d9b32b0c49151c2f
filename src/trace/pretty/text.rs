//! Text as lines.

use super::line::{Kind, Line};
use crate::event::escape;

/// What stands for a tab.
const TAB: &[u8] = b"    ";

/// Whether octets of which nothing is said are text: UTF-8, of which the last character may be
/// cut, with no control octets but those of lines.
pub(super) fn looks_like_it(octets: &[u8]) -> bool {
    let text = match std::str::from_utf8(octets) {
        Ok(text) => text,
        // What is incomplete at the end may be whole further on.
        Err(error) if error.error_len().is_none() => {
            let valid = octets.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_of_lines = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
    text.chars().all(is_of_lines)
}

pub(super) fn lines(octets: &[u8], charset: Option<&str>) -> Vec<Line> {
    let is_latin = matches!(charset, Some("iso-8859-1" | "latin1" | "windows-1252"));
    let mut lines: Vec<Line> = octets
        .split(|&octet| octet == b'\n')
        .map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = if is_latin {
                let text: String = line.iter().map(|&octet| char::from(octet)).collect();
                escape(&without_tabs(text.as_bytes()))
            } else {
                escape(&without_tabs(line))
            };
            Line::of(Kind::Text, text)
        })
        .collect();
    // Behind the last line end there is no line.
    if octets.is_empty() || octets.ends_with(b"\n") {
        lines.pop();
    }
    lines
}

fn without_tabs(line: &[u8]) -> Vec<u8> {
    line.split(|&octet| octet == b'\t')
        .collect::<Vec<_>>()
        .join(TAB)
}

#[cfg(test)]
mod tests {
    use super::super::line::shown;
    use super::*;

    #[test]
    fn lines_end_with_either_line_end_and_octets_are_read_in_their_charset() {
        let octets = b"one\r\n\ttwo\n\xe9";
        assert_eq!(shown(&lines(octets, None)), ["one", "    two", "\\xe9"]);
        let latin = lines(octets, Some("iso-8859-1"));
        assert_eq!(shown(&latin), ["one", "    two", "é"]);
        assert_eq!(shown(&lines(b"one\n", None)), ["one"]);
        assert!(lines(b"", None).is_empty());
    }

    #[test]
    fn a_character_that_is_cut_is_text_and_a_control_octet_is_not() {
        assert!(looks_like_it("é".as_bytes()));
        assert!(looks_like_it(&"é".as_bytes()[..1]));
        assert!(!looks_like_it(b"\xe9a"));
        assert!(!looks_like_it(b"a\x00"));
    }
}
