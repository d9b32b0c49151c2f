//! Range requests (RFC 9110 §14): which octets of a representation are asked for.
//!
//! Nothing in here knows a file or a method: that Range means something on GET alone is for
//! the caller to see to (§14.2).

use super::conditional::{self, Validators};

/// Octets `first..=last` of a representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    /// Position of the first octet.
    pub first: u64,
    /// Position of the last octet, which is included.
    pub last: u64,
}

impl ByteRange {
    /// How many octets it covers.
    pub const fn length(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

/// What a Range field selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// The whole representation, as if there were no Range.
    Whole {
        /// Why, as a clause.
        because: &'static str,
    },
    /// One part of it: answer `206 Partial Content`.
    Part(ByteRange),
    /// Nothing it has: answer `416 Range Not Satisfiable` with `Content-Range: bytes */length`.
    Unsatisfiable {
        /// Why, as a clause.
        because: &'static str,
    },
}

/// Reads the value of a Range field for a representation of `length` octets.
///
/// A server may ignore Range (§14.2), and this one does so wherever it is not one plain
/// range. A unit it does not know must be ignored, not refused. Of two or more ranges it
/// sends the whole, which no request can make larger than the file (CVE-2011-3192).
pub fn select_range(range: &[u8], length: u64) -> Selection {
    let whole = |because| Selection::Whole { because };
    let unsatisfiable = |because| Selection::Unsatisfiable { because };
    // ranges-specifier = range-unit "=" range-set (§14.1.1)
    let Some(equals) = range.iter().position(|&o| o == b'=') else {
        return whole("Range has no unit");
    };
    let (unit, set) = range.split_at_checked(equals).unwrap_or_default();
    // "All range unit names are case-insensitive" (§14.1).
    if !unit.eq_ignore_ascii_case(b"bytes") {
        return whole("Range asks in a unit that is not bytes");
    }
    // range-set = 1#range-spec, empty members ignored (§5.6.1.2)
    let mut members = set
        .get(1..)
        .unwrap_or_default()
        .split(|&o| o == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|member| !member.is_empty());
    let Some(spec) = members.next() else {
        return whole("Range lists no range");
    };
    if members.next().is_some() {
        return whole("Range lists more than one range");
    }
    let Some(dash) = spec.iter().position(|&o| o == b'-') else {
        return whole("Range is malformed");
    };
    let (from, to) = spec.split_at_checked(dash).unwrap_or_default();
    let to = to.get(1..).unwrap_or_default();
    match (decimal(from), decimal(to)) {
        // suffix-range = "-" suffix-length: the last so many, or all there are (§14.1.2).
        (None, Some(0)) if from.is_empty() => unsatisfiable("the last 0 octets are none"),
        (None, Some(suffix)) if from.is_empty() => match length.checked_sub(1) {
            // It is satisfiable (§14.1.2), and there is no way to write that part.
            None => whole("the representation is empty"),
            Some(last) => Selection::Part(ByteRange {
                first: length.saturating_sub(suffix),
                last,
            }),
        },
        // int-range = first-pos "-" [ last-pos ], the last position clamped (§14.1.2)
        (Some(first), last) if last.is_some() || to.is_empty() => {
            if last.is_some_and(|last| last < first) {
                return whole("Range ends before it begins");
            }
            match length.checked_sub(1) {
                Some(end) if first <= end => Selection::Part(ByteRange {
                    first,
                    last: last.map_or(end, |last| last.min(end)),
                }),
                Some(_) | None => unsatisfiable("Range begins past the end"),
            }
        }
        _ => whole("Range is malformed"),
    }
}

/// Whether If-Range lets a Range be honoured (RFC 9110 §13.1.5): only where it names the
/// current state by a strong entity tag.
///
/// A date never does. It would have to be a strong validator, which it is where the server
/// reliably knows that the file did not change twice within its second (§8.8.2.2). A file
/// system tells no such thing, and tools that copy a file keep its date: what came of it would
/// be the beginning of one version and the end of another.
pub fn if_range(value: &[u8], current: Validators<'_>) -> bool {
    conditional::entity_tag(value).is_some_and(|(tag, rest)| {
        let matches = |etag| conditional::strong_match(tag, etag);
        rest.is_empty() && current.etag.is_some_and(matches)
    })
}

/// `1*DIGIT`. A number too large for 64 bits is past the end of any file: it saturates.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, &o| {
        o.is_ascii_digit().then(|| {
            number
                .saturating_mul(10)
                .saturating_add(u64::from(o - b'0'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is `200`, `416`, or `first-last`.
    fn check(range: &str, length: u64, expected: &str) {
        let selection = select_range(range.as_bytes(), length);
        let got = match selection {
            Selection::Whole { .. } => alloc::string::String::from("200"),
            Selection::Unsatisfiable { .. } => alloc::string::String::from("416"),
            Selection::Part(part) => alloc::format!("{}-{}", part.first, part.last),
        };
        assert_eq!(got, expected, "{range:?} of {length}: {selection:?}");
    }

    #[test]
    fn one_range_is_a_part() {
        check("bytes=0-0", 1000, "0-0");
        check("bytes=0-499", 1000, "0-499");
        check("bytes=500-", 1000, "500-999");
        check("bytes=999-", 1000, "999-999");
        check("bytes=-1", 1000, "999-999");
        check("bytes=-500", 1000, "500-999");
        check("BYTES=0-1", 1000, "0-1");
        check("bytes= 0-1 ", 1000, "0-1");
        check("bytes=,0-1, ,", 1000, "0-1");
        check("bytes=0-0", 1, "0-0");
    }

    /// miniserve answered `0-99999` of 1000 octets with 200 and a Content-Range.
    #[test]
    fn s7_what_reaches_past_the_end_is_clamped() {
        check("bytes=0-99999", 1000, "0-999");
        check("bytes=998-1000", 1000, "998-999");
        check("bytes=-1000", 1000, "0-999");
        check("bytes=-1001", 1000, "0-999");
        check("bytes=0-18446744073709551615", 1000, "0-999");
        check("bytes=0-99999999999999999999999", 1000, "0-999");
        check("bytes=-99999999999999999999999", 1000, "0-999");
        check("bytes=00000000000000000000000000001-2", 1000, "1-2");
    }

    #[test]
    fn s7_what_begins_past_the_end_is_unsatisfiable() {
        check("bytes=1000-", 1000, "416");
        check("bytes=1000-2000", 1000, "416");
        check("bytes=99999999999999999999999-", 1000, "416");
        check(
            "bytes=18446744073709551615-18446744073709551615",
            1000,
            "416",
        );
        check("bytes=-0", 1000, "416");
        check("bytes=0-0", 0, "416");
        check("bytes=0-", 0, "416");
        check("bytes=-0", 0, "416");
    }

    /// There is no `Content-Range` for the last octets of nothing.
    #[test]
    fn s7_a_suffix_of_an_empty_file_is_the_empty_file() {
        check("bytes=-5", 0, "200");
    }

    #[test]
    fn s7_offsets_past_four_gibibytes_and_up_to_the_last_one() {
        check("bytes=5368709119-", 5_368_709_120, "5368709119-5368709119");
        check(
            "bytes=-1",
            u64::MAX,
            "18446744073709551614-18446744073709551614",
        );
        check("bytes=0-", u64::MAX, "0-18446744073709551614");
        let all = ByteRange {
            first: 0,
            last: u64::MAX,
        };
        assert_eq!(all.length(), u64::MAX);
    }

    /// Six of sixteen static servers answered 416 to a unit they did not know.
    #[test]
    fn a_range_that_is_unknown_malformed_or_several_is_ignored() {
        for range in [
            "lines=1-2",
            "bytes",
            "bytes:0-1",
            "",
            "=",
            "=0-1",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=--1",
            "bytes=1",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=0-b",
            "bytes=0-+1",
            "bytes=0x1-2",
            "bytes=0 - 1",
            "bytes=0-1-2",
            "bytes =0-1",
            " bytes=0-1",
            "bytes=0-1,2-3",
            "bytes=0-,0-,0-",
            "bytes=0-1, bytes=2-3",
            "bytes=\u{661}-",
        ] {
            check(range, 1000, "200");
        }
    }

    /// CVE-2011-3192: many ranges made Apache send many times the file.
    #[test]
    fn s7_many_ranges_never_amplify() {
        let mut many = alloc::string::String::from("bytes=");
        for _ in 0..500 {
            many.push_str("0-,");
        }
        check(&many, 1000, "200");
    }

    /// Six of sixteen static servers ignored If-Range and sent parts of a changed file.
    #[test]
    fn if_range_wants_the_very_same_representation() {
        let now = Validators {
            etag: Some(b"\"now\""),
            modified: Some(1000),
        };
        let weak = Validators {
            etag: Some(b"W/\"now\""),
            modified: None,
        };
        for (value, current, expected) in [
            ("\"now\"", now, true),
            ("\"then\"", now, false),
            ("W/\"now\"", now, false),
            ("W/\"now\"", weak, false),
            ("\"now\"", weak, false),
            ("\"now\", \"then\"", now, false),
            ("*", now, false),
            ("now", now, false),
            ("", now, false),
            // Also where it is the very date: the file may have changed twice in that second.
            ("Thu, 01 Jan 1970 00:16:40 GMT", now, false),
        ] {
            assert_eq!(
                if_range(value.as_bytes(), current),
                expected,
                "{value:?} {current:?}"
            );
        }
    }
}
