//! Names, sizes and times as text that does what it looks like.

use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::percent_encode;

use crate::docroot::request_path::ENCODED;

/// A name as something to read: characters as they are, and everything that is invisible,
/// or changes what stands beside it, as an escape. It may not be a name that says so: names
/// with a backslash are not served.
pub(super) fn visible(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            if shows_itself(character) {
                out.push(character);
            } else {
                out.extend(character.escape_default());
            }
        }
        out.extend(chunk.invalid().escape_ascii().map(char::from));
    }
    out
}

/// Whether a character is none of those that hide, break a line, or turn the direction of
/// what follows. Marks and joiners stay: names in many scripts are written with them.
pub(super) fn shows_itself(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A name as a segment of a relative reference: every octet that could mean something
/// anywhere is percent-encoded, a colon too, before which the name would be a scheme.
pub(super) fn href(name: &[u8]) -> String {
    percent_encode(name, ENCODED).to_string()
}

/// Text as HTML, fit for an attribute too.
pub(crate) fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A length to be read: three digits and a unit.
pub(super) fn size(octets: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if octets < 1024 {
        return format!("{octets} B");
    }
    // In tenths, in integers: 1023.96 KiB must not be written as 1024.0 KiB.
    let mut tenths = u128::from(octets) * 10 / 1024;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10240 {
        tenths /= 1024;
        unit = units.next();
    }
    let unit = unit.unwrap_or(&"");
    if tenths < 1000 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

/// A time in UTC, as RFC 3339 writes it; `None` for one that its four digits do not reach.
pub(super) fn timestamp(time: SystemTime) -> Option<String> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March 0000, in eras of 400 years of 146 097 days: in a year that begins
    // in March the leap day is the last.
    let days = days.checked_add(719_468)?;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    (year <= 9999).then(|| {
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_name_is_shown_and_hides_nothing() {
        for (name, expected) in [
            (&b"plain name.txt"[..], "plain name.txt"),
            (
                "caf\u{e9} \u{1f600} \u{928}\u{93f}".as_bytes(),
                "caf\u{e9} \u{1f600} \u{928}\u{93f}",
            ),
            (
                b"new\nline\ttab\x1b[31m\x7f",
                "new\\nline\\ttab\\u{1b}[31m\\u{7f}",
            ),
            (
                "\u{202e}gpj.exe\u{9b}".as_bytes(),
                "\\u{202e}gpj.exe\\u{9b}",
            ),
            ("zero\u{200b}width".as_bytes(), "zero\\u{200b}width"),
            (b"\xff\xfe", "\\xff\\xfe"),
        ] {
            assert_eq!(visible(name), expected);
        }
    }

    #[test]
    fn sizes_have_three_digits() {
        for (octets, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (102_399, "99.9 KiB"),
            (102_400, "100 KiB"),
            (1_048_575, "1023 KiB"),
            (1_048_576, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(size(octets), expected, "{octets}");
        }
    }

    /// Against `date -u -d @N +%FT%TZ`.
    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, Some("1970-01-01T00:00:00Z")),
            (951_782_400, Some("2000-02-29T00:00:00Z")),
            (1_078_012_799, Some("2004-02-28T23:59:59Z")),
            (1_795_435_445, Some("2026-11-23T12:04:05Z")),
            (4_107_542_400, Some("2100-03-01T00:00:00Z")),
            (253_402_300_799, Some("9999-12-31T23:59:59Z")),
            (253_402_300_800, None),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(timestamp(time).as_deref(), expected, "{seconds}");
        }
        assert_eq!(timestamp(UNIX_EPOCH - Duration::from_secs(1)), None);
    }
}
