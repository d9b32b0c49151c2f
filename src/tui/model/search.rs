//! What is looked for in octets: a literal text, whatever its case, or a regular expression.
//! Knows no place where it is looked for.

use regex::bytes::{Regex, RegexBuilder};

use crate::http::Span;

/// How much memory a compiled expression may take, and what it keeps while it searches, in
/// octets each. It is typed by the user, and must not cost more than a slow key.
const COMPILED: usize = 1 << 20;
/// How deep groups may be nested.
const NESTED: u32 = 50;

/// What is looked for. Two are equal when they were written alike.
#[derive(Debug, Clone)]
pub(crate) struct Needle {
    source: String,
    regex: Regex,
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Needle {}

impl Needle {
    /// Looks for `text` itself.
    pub(crate) fn literal(text: &str) -> Result<Self, String> {
        compile(text, &regex::escape(text))
    }

    /// Looks for what the regular expression `pattern` matches. The error is half a sentence.
    pub(crate) fn pattern(pattern: &str) -> Result<Self, String> {
        compile(pattern, pattern)
    }

    /// Looks for exactly these octets; `source` is how they were written.
    pub(crate) fn octets(source: &str, octets: &[u8]) -> Result<Self, String> {
        use std::fmt::Write as _;
        let mut pattern = String::from("(?-ui)");
        for octet in octets {
            // Writing into memory does not fail.
            let _ = write!(pattern, "\\x{octet:02x}");
        }
        compile(source, &pattern)
    }

    /// As it was written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn is_in(&self, octets: &[u8]) -> bool {
        self.regex.is_match(octets)
    }

    /// Where it is in `octets`, the first of which has the offset `base`. Matches without
    /// octets are no matches.
    pub(crate) fn spans_in(&self, octets: &[u8], base: u64) -> impl Iterator<Item = Span> {
        self.regex
            .find_iter(octets)
            .filter(|found| !found.is_empty())
            .map(move |found| Span::new(base + found.start() as u64, base + found.end() as u64))
    }
}

fn compile(source: &str, pattern: &str) -> Result<Needle, String> {
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .multi_line(true)
        .size_limit(COMPILED)
        .dfa_size_limit(COMPILED)
        .nest_limit(NESTED)
        .build();
    match regex {
        Ok(regex) => Ok(Needle {
            source: source.into(),
            regex,
        }),
        Err(regex::Error::CompiledTooBig(_)) => Err("it would need too much memory".into()),
        Err(error) => Err(reason(&error.to_string())),
    }
}

/// The crate draws the expression with a caret below it, and says why in the last line.
fn reason(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_whatever_their_case_and_octets_as_they_are() {
        let literal = Needle::literal("a.B").unwrap();
        assert!(literal.is_in(b"xA.bx") && !literal.is_in(b"aXB"));
        let octets = Needle::octets("\\r\\n", b"\r\n").unwrap();
        let spans: Vec<_> = octets.spans_in(b"a\r\nb\r\n", 10).collect();
        assert_eq!(spans, [Span::new(11, 13), Span::new(14, 16)]);
        let exact = Needle::octets("41", b"A\xff").unwrap();
        assert!(exact.is_in(b"A\xff") && !exact.is_in(b"a\xff"));
        let empty = Needle::pattern("x*").unwrap();
        assert_eq!(empty.spans_in(b"yyy", 0).count(), 0);
    }

    #[test]
    fn what_is_no_expression_is_refused_with_a_reason() {
        assert_eq!(Needle::pattern("(").unwrap_err(), "unclosed group");
        let greedy = "(a{1000}){1000}";
        assert_eq!(
            Needle::pattern(greedy).unwrap_err(),
            "it would need too much memory"
        );
        assert!(Needle::pattern(&"(".repeat(500)).is_err());
    }
}
