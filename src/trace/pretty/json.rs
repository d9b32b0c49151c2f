//! JSON, indented, from one octet to the next: what is cut or wrong shows all that stands
//! before, and strings stand as they came.

use serde::de::IgnoredAny;

use super::line::{Kind, Line};
use super::text;
use crate::event::escape;

/// Deeper ones stand no further to the right.
const DEEPEST: u16 = 24;

/// Whether octets of which nothing is said look like an object or an array.
pub(super) fn looks_like_it(octets: &[u8]) -> bool {
    matches!(octets.trim_ascii_start().first(), Some(b'{' | b'['))
}

pub(super) fn lines(octets: &[u8], is_cut: bool) -> Vec<Line> {
    let mut printer = Printer {
        octets,
        at: 0,
        open: Vec::new(),
        lines: Vec::new(),
        line: Line::default(),
    };
    while printer.token() {}
    let mut lines = printer.end();
    if !is_cut && let Some(error) = what_is_wrong(octets) {
        lines.push(Line::of(Kind::Wrong, format!("✗ {error}")));
    }
    lines
}

/// What keeps it from being JSON, or several values one after the other, one a line.
fn what_is_wrong(octets: &[u8]) -> Option<String> {
    let mut values = serde_json::Deserializer::from_slice(octets).into_iter::<IgnoredAny>();
    let error = values.find_map(Result::err)?;
    Some(escape(error.to_string().as_bytes()))
}

struct Printer<'a> {
    octets: &'a [u8],
    at: usize,
    /// What was opened and is not closed yet.
    open: Vec<u8>,
    lines: Vec<Line>,
    line: Line,
}

impl Printer<'_> {
    fn end(mut self) -> Vec<Line> {
        self.break_line();
        self.lines
    }

    /// Takes one token; says whether there may be another.
    fn token(&mut self) -> bool {
        self.skip_space();
        let Some(&octet) = self.octets.get(self.at) else {
            return false;
        };
        match octet {
            b'{' | b'[' => self.opened(octet),
            b'}' | b']' => return self.closed(octet),
            b',' => {
                self.mark(",");
                self.break_line();
            }
            b':' => self.mark(": "),
            b'"' => self.string(),
            _ => self.word(),
        }
        true
    }

    fn opened(&mut self, octet: u8) {
        self.begin_value();
        let (mark, end, both) = if octet == b'{' {
            ("{", b'}', "{}")
        } else {
            ("[", b']', "[]")
        };
        self.at += 1;
        self.skip_space();
        if self.octets.get(self.at) == Some(&end) {
            self.mark(both);
            return;
        }
        self.line.pieces.push((Kind::Mark, mark.into()));
        self.open.push(end);
        self.break_line();
    }

    fn closed(&mut self, octet: u8) -> bool {
        if self.open.pop() != Some(octet) {
            self.give_up();
            return false;
        }
        self.break_line();
        self.mark(if octet == b'}' { "}" } else { "]" });
        true
    }

    fn string(&mut self) {
        let rest = self.octets.get(self.at + 1..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().position(|&octet| {
            let is_end = octet == b'"' && !is_escaped;
            is_escaped = octet == b'\\' && !is_escaped;
            is_end
        });
        // One that is cut goes on to where it is cut.
        let end = end.map_or(self.octets.len(), |length| self.at + length + 2);
        let text = as_it_came(self.octets.get(self.at..end).unwrap_or_default());
        self.at = end;
        let mut behind = self
            .octets
            .get(end..)
            .unwrap_or_default()
            .trim_ascii_start();
        let is_name = behind.split_off_first() == Some(&b':') && self.open.last() == Some(&b'}');
        self.begin_value();
        let kind = if is_name { Kind::Name } else { Kind::Text };
        self.line.pieces.push((kind, text));
    }

    fn word(&mut self) {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        let is_end = |octet: &u8| b" \t\r\n,:{}[]\"".contains(octet);
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let kind = match word {
            b"true" | b"false" | b"null" => Kind::Word,
            [b'-' | b'0'..=b'9', ..] => Kind::Number,
            _ => Kind::Wrong,
        };
        self.begin_value();
        self.line.pieces.push((kind, escape(word)));
        self.at += length.max(1);
    }

    /// Of several values that stand for themselves each has a line.
    fn begin_value(&mut self) {
        if self.open.is_empty() && !self.line.pieces.is_empty() {
            self.break_line();
        }
    }

    /// What cannot be read any further, as it stands there.
    fn give_up(&mut self) {
        self.break_line();
        let rest = self.octets.get(self.at..).unwrap_or_default();
        self.lines.extend(text::lines(rest, None));
        self.at = self.octets.len();
    }

    fn mark(&mut self, mark: &str) {
        self.line.pieces.push((Kind::Mark, mark.into()));
        self.at += 1;
    }

    fn break_line(&mut self) {
        let depth = u16::try_from(self.open.len())
            .unwrap_or(DEEPEST)
            .min(DEEPEST);
        let line = std::mem::take(&mut self.line);
        self.line.depth = depth;
        if !line.pieces.is_empty() {
            self.lines.push(line);
        }
    }

    fn skip_space(&mut self) {
        let rest = self.octets.get(self.at..).unwrap_or_default();
        self.at += rest.len() - rest.trim_ascii_start().len();
    }
}

/// A string with the escapes it came with, and no other backslashes.
fn as_it_came(octets: &[u8]) -> String {
    let parts: Vec<_> = octets.split(|&octet| octet == b'\\').map(escape).collect();
    parts.join("\\")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::line::shown;
    use super::*;

    #[test]
    fn members_and_elements_have_a_line_each() {
        let octets = br#"{"a":1,"b":[true,null,{}],"c":{"d":"\n\u00e9"},"e":[]}"#;
        assert_eq!(
            shown(&lines(octets, false)),
            [
                "{",
                "  \"a\": 1,",
                "  \"b\": [",
                "    true,",
                "    null,",
                "    {}",
                "  ],",
                "  \"c\": {",
                "    \"d\": \"\\n\\u00e9\"",
                "  },",
                "  \"e\": []",
                "}",
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_shown_as_far_as_it_goes_and_the_reason_is_said() {
        let wrong = shown(&lines(b"{\"a\": oops]", false));
        assert_eq!(wrong[..2], ["{", "  \"a\": oops"]);
        assert_eq!(wrong[2], "]");
        assert!(wrong[3].starts_with("✗ "), "{wrong:?}");
        let several = shown(&lines(b"{\"a\":1}\n{\"a\":2}\n", false));
        assert_eq!(several.len(), 6, "{several:?}");
    }

    proptest! {
        /// Indenting is no more than that: without what stands between tokens, it is the same.
        #[test]
        fn nothing_is_lost(octets in "[\\[\\]{},:\"a1. \n]{0,60}") {
            let all: String = shown(&lines(octets.as_bytes(), true)).concat();
            let bare = |text: &str| text.replace("\\n", "").replace([' ', '\n'], "");
            prop_assert_eq!(bare(&all), bare(&octets));
        }
    }
}
