//! Conditional requests (RFC 9110 §13): what a precondition makes of a request.
//!
//! Nothing in here knows a file, a clock or how a date is written: validators come in as an
//! entity tag's octets and as seconds since 1970.

/// What identifies the current state of the selected representation (RFC 9110 §8.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validators<'a> {
    /// Its entity tag, as it stands in the `ETag` field.
    pub etag: Option<&'a [u8]>,
    /// Its modification date, in seconds since 1970, negative before: a date on the wire has
    /// no fraction.
    pub modified: Option<i64>,
}

/// What a request makes its answer depend on.
#[derive(Debug, Clone, Copy)]
pub struct Preconditions<M, N> {
    /// The values of every If-Match line.
    pub if_match: M,
    /// The values of every If-None-Match line.
    pub if_none_match: N,
    /// If-Modified-Since; `None` when it is missing or no date, which is to be ignored.
    pub if_modified_since: Option<i64>,
    /// If-Unmodified-Since; `None` when it is missing or no date, which is to be ignored.
    pub if_unmodified_since: Option<i64>,
    /// Whether the method is GET or HEAD.
    pub get_or_head: bool,
}

/// What the preconditions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Perform the method.
    Serve,
    /// Answer `304 Not Modified`.
    NotModified {
        /// Which precondition decided, as a sentence.
        because: &'static str,
    },
    /// Answer `412 Precondition Failed`.
    PreconditionFailed {
        /// Which precondition decided, as a sentence.
        because: &'static str,
    },
}

/// Evaluates the preconditions of a request in the order of RFC 9110 §13.2.2, for a
/// representation that exists. Its step 5, If-Range, is [`super::if_range`]: it decides
/// between two ways to serve.
pub fn evaluate_preconditions<'a, M, N>(
    current: Validators<'_>,
    preconditions: Preconditions<M, N>,
) -> Outcome
where
    M: IntoIterator<Item = &'a [u8]>,
    N: IntoIterator<Item = &'a [u8]>,
{
    // 1. If-Match, and 2. If-Unmodified-Since only where there is no If-Match (§13.1.4).
    match look_up(preconditions.if_match, current.etag, strong_match) {
        Lookup::Any | Lookup::Listed => {}
        Lookup::NotListed => {
            return Outcome::PreconditionFailed {
                because: "If-Match does not list the current ETag",
            };
        }
        // What cannot be read asks for nothing this representation is known to meet.
        Lookup::Malformed => {
            return Outcome::PreconditionFailed {
                because: "If-Match is not a list of entity tags",
            };
        }
        Lookup::Absent => {
            let since = preconditions.if_unmodified_since.zip(current.modified);
            if since.is_some_and(|(date, modified)| modified > date) {
                return Outcome::PreconditionFailed {
                    because: "modified after the date of If-Unmodified-Since",
                };
            }
        }
    }
    // 3. If-None-Match, and 4. If-Modified-Since only where there is no If-None-Match, even
    // one that cannot be read (§13.1.3).
    let because = match look_up(preconditions.if_none_match, current.etag, weak_match) {
        Lookup::NotListed | Lookup::Malformed => return Outcome::Serve,
        Lookup::Any => "If-None-Match: * matches whatever exists",
        Lookup::Listed => "If-None-Match lists the current ETag",
        Lookup::Absent => {
            let since = preconditions.if_modified_since.zip(current.modified);
            let unmodified = since.is_some_and(|(date, modified)| modified <= date);
            if !unmodified || !preconditions.get_or_head {
                return Outcome::Serve;
            }
            "not modified since the date of If-Modified-Since"
        }
    };
    if preconditions.get_or_head {
        Outcome::NotModified { because }
    } else {
        Outcome::PreconditionFailed { because }
    }
}

/// Strong comparison (RFC 9110 §8.8.3.2): equal, and neither is weak.
pub(super) fn strong_match(a: &[u8], b: &[u8]) -> bool {
    a == b && a.first() == Some(&b'"')
}

/// Weak comparison (RFC 9110 §8.8.3.2): the opaque tags are equal.
fn weak_match(a: &[u8], b: &[u8]) -> bool {
    let opaque = |tag| <[u8]>::strip_prefix(tag, b"W/").unwrap_or(tag);
    opaque(a) == opaque(b)
}

/// What a list of entity tags says about the current one.
enum Lookup {
    Absent,
    Malformed,
    Any,
    Listed,
    NotListed,
}

/// Looks for `current` in the lines of a field of the form `"*" / #entity-tag`
/// (RFC 9110 §13.1.1, §13.1.2). Lines of the same name are one list (§5.3), so a `*` beside
/// anything else is malformed.
fn look_up<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
    current: Option<&[u8]>,
    matches: fn(&[u8], &[u8]) -> bool,
) -> Lookup {
    let mut tags = 0_usize;
    let mut stars = 0_usize;
    let mut lines_seen = false;
    let mut found = false;
    for line in lines {
        lines_seen = true;
        if line.trim_ascii() == b"*" {
            stars += 1;
            continue;
        }
        let mut rest = line;
        loop {
            // A recipient parses and ignores empty members of a list (§5.6.1.2).
            while let [b' ' | b'\t' | b',', tail @ ..] = rest {
                rest = tail;
            }
            if rest.is_empty() {
                break;
            }
            let Some((tag, tail)) = entity_tag(rest) else {
                return Lookup::Malformed;
            };
            tags += 1;
            found |= current.is_some_and(|current| matches(tag, current));
            rest = tail.trim_ascii_start();
            if !matches!(rest.first(), None | Some(b',')) {
                return Lookup::Malformed;
            }
        }
    }
    match (tags, stars) {
        (0, 0) if !lines_seen => Lookup::Absent,
        (0, 1) => Lookup::Any,
        (1.., 0) if found => Lookup::Listed,
        (1.., 0) => Lookup::NotListed,
        _ => Lookup::Malformed,
    }
}

/// Takes an entity tag off the front of `octets` (RFC 9110 §8.8.3):
/// `entity-tag = [ %s"W/" ] DQUOTE *etagc DQUOTE`, `etagc = %x21 / %x23-7E / obs-text`.
pub(super) fn entity_tag(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let opaque = octets.strip_prefix(b"W/").unwrap_or(octets);
    let inner = opaque.strip_prefix(b"\"")?;
    let len = inner
        .iter()
        .position(|o| !matches!(o, 0x21 | 0x23..=0x7e | 0x80..))?;
    if inner.get(len) != Some(&b'"') {
        return None;
    }
    octets.split_at_checked(octets.len() - inner.len() + len + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Lines are separated by `|`; the current ETag is `"now"`, modified at 1000.
    fn check(
        if_match: Option<&str>,
        unmodified_since: Option<i64>,
        if_none_match: Option<&str>,
        modified_since: Option<i64>,
        expected: u16,
    ) {
        check_as(
            b"\"now\"",
            if_match,
            unmodified_since,
            if_none_match,
            modified_since,
            expected,
        );
    }

    fn check_as(
        etag: &[u8],
        if_match: Option<&str>,
        unmodified_since: Option<i64>,
        if_none_match: Option<&str>,
        modified_since: Option<i64>,
        expected: u16,
    ) {
        let lines = |field: Option<&'static str>| -> Vec<&'static [u8]> {
            field.map_or_else(Vec::new, |f| f.split('|').map(str::as_bytes).collect())
        };
        // Leaked: a test's few octets.
        let leak = |f: Option<&str>| f.map(|f| &*alloc::string::String::from(f).leak());
        for (get_or_head, expected) in [
            (true, expected),
            // Without GET or HEAD a 304 is a 412, and If-Modified-Since is ignored.
            (
                false,
                match expected {
                    304 if if_none_match.is_none() => 200,
                    304 => 412,
                    other => other,
                },
            ),
        ] {
            let outcome = evaluate_preconditions(
                Validators {
                    etag: Some(etag),
                    modified: Some(1000),
                },
                Preconditions {
                    if_match: lines(leak(if_match)),
                    if_none_match: lines(leak(if_none_match)),
                    if_modified_since: modified_since,
                    if_unmodified_since: unmodified_since,
                    get_or_head,
                },
            );
            let status = match outcome {
                Outcome::Serve => 200,
                Outcome::NotModified { .. } => 304,
                Outcome::PreconditionFailed { .. } => 412,
            };
            assert_eq!(
                status, expected,
                "If-Match {if_match:?}, If-Unmodified-Since {unmodified_since:?}, \
                 If-None-Match {if_none_match:?}, If-Modified-Since {modified_since:?}, \
                 GET or HEAD {get_or_head}: {outcome:?}"
            );
        }
    }

    const HIT: Option<&str> = Some("\"now\"");
    const MISS: Option<&str> = Some("\"then\"");

    /// RFC 9110 §13.2.2, every combination: each of the four fields absent, true or false.
    #[test]
    fn the_precedence_of_preconditions_is_that_of_the_rfc() {
        for if_match in [None, HIT, MISS] {
            for unmodified in [None, Some(1000), Some(999)] {
                for none_match in [None, MISS, HIT] {
                    for modified in [None, Some(999), Some(1000)] {
                        let may = match (if_match, unmodified) {
                            (None, Some(999)) => false,
                            (None, _) => true,
                            (Some(_), _) => if_match == HIT,
                        };
                        let changed = match (none_match, modified) {
                            (None, Some(1000)) => false,
                            (None, _) => true,
                            (Some(_), _) => none_match == MISS,
                        };
                        let expected = match (may, changed) {
                            (false, _) => 412,
                            (true, true) => 200,
                            (true, false) => 304,
                        };
                        check(if_match, unmodified, none_match, modified, expected);
                    }
                }
            }
        }
    }

    /// Six of sixteen static servers answered 304 here.
    #[test]
    fn if_modified_since_is_ignored_beside_if_none_match() {
        check(None, None, MISS, Some(2000), 200);
        check(None, None, Some("not a tag"), Some(2000), 200);
        check(None, None, Some(""), Some(2000), 200);
    }

    #[test]
    fn dates_are_compared_to_the_second() {
        for (date, expected) in [
            (999, 200),
            (1000, 304),
            (1001, 304),
            (i64::MAX, 304),
            (-1, 200),
        ] {
            check(None, None, None, Some(date), expected);
        }
        for (date, expected) in [
            (i64::MIN, 412),
            (-1, 412),
            (0, 412),
            (999, 412),
            (1000, 200),
            (1001, 200),
        ] {
            check(None, Some(date), None, None, expected);
        }
    }

    #[test]
    fn if_none_match_compares_weakly_and_if_match_strongly() {
        check(None, None, Some("W/\"now\""), None, 304);
        check(Some("W/\"now\""), None, None, None, 412);
        check_as(b"W/\"now\"", None, None, Some("\"now\""), None, 304);
        check_as(b"W/\"now\"", Some("W/\"now\""), None, None, None, 412);
        check_as(b"W/\"now\"", Some("*"), None, None, None, 200);
    }

    #[test]
    fn a_list_may_stand_on_several_lines_with_empty_members() {
        check(None, None, Some("\"a\", \"now\""), None, 304);
        check(None, None, Some("\"a\",\"b\"|\"now\""), None, 304);
        check(None, None, Some(" ,, \"a\" ,\t\"now\" ,"), None, 304);
        check(None, None, Some("\"a,\"now\""), None, 200);
        check(None, None, Some("\"a, b\", \"now\""), None, 200);
        check_as(b"\"a,b\"", None, None, Some("\"x\", \"a,b\""), None, 304);
        check(Some("\"a\"|\"now\""), None, None, None, 200);
    }

    #[test]
    fn a_star_stands_alone() {
        check(None, None, Some("*"), None, 304);
        check(Some("*"), None, None, None, 200);
        check(Some("*, \"now\""), None, None, None, 412);
        check(Some("\"now\"|*"), None, None, None, 412);
        check(None, None, Some("*|*"), None, 200);
        check(None, None, Some("\"*\""), None, 200);
    }

    #[test]
    fn what_is_no_entity_tag_matches_nothing() {
        for bad in [
            "now",
            "\"now",
            "now\"",
            "w/\"now\"",
            "W/ \"now\"",
            "\"now\" \"a\"",
            "\"now\"x",
            "\"now\", x",
            "'now'",
            ",",
        ] {
            check(None, None, Some(bad), None, 200);
            check(Some(bad), None, None, None, 412);
        }
    }

    #[test]
    fn a_representation_without_validators_meets_star_and_ignores_dates() {
        let none = Validators::default();
        let ask = |if_match: &'static [u8]| {
            evaluate_preconditions(
                none,
                Preconditions {
                    if_match: Some(if_match),
                    if_none_match: None,
                    if_modified_since: Some(5),
                    if_unmodified_since: Some(5),
                    get_or_head: true,
                },
            )
        };
        assert_eq!(ask(b"*"), Outcome::Serve);
        assert!(matches!(
            ask(b"\"now\""),
            Outcome::PreconditionFailed { .. }
        ));
    }
}
