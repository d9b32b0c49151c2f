//! Dates of responses: the Date field, and Last-Modified beside it.
//!
//! The file system and the clock may say anything. What is no date on the wire is left out.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::http::{HeadWriter, HttpDate};

/// Whole seconds since 1970, negative before then: the second that had begun.
pub(super) fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            -whole - i64::from(before.subsec_nanos() > 0)
        }
    }
}

/// What the clock says, in whole seconds since 1970.
pub(super) fn now() -> i64 {
    seconds(SystemTime::now())
}

/// Writes the Date field. A server with a clock must date its responses (RFC 9110 §6.6.1);
/// one whose clock says no date has none.
pub(super) fn write(head: &mut HeadWriter<'_>, now: i64) {
    if let Some(date) = formatted(now) {
        head.field("Date", date);
    }
}

/// Writes Last-Modified beside a Date that says `now`, and never a later one: a file from the
/// future is said to be of now (RFC 9110 §8.8.2.1). One from before 1970 has none: many a
/// recipient reads no such date.
pub(super) fn write_modified(head: &mut HeadWriter<'_>, modified: SystemTime, now: i64) {
    let shown = seconds(modified).min(now);
    if shown >= 0
        && let Some(date) = HttpDate::from_seconds(shown)
    {
        head.field_fmt("Last-Modified", format_args!("{date}"));
    }
}

/// The date of `now`, formatted once a second.
fn formatted(now: i64) -> Option<[u8; LENGTH]> {
    thread_local! {
        static LAST: Cell<Option<(i64, [u8; LENGTH])>> = const { Cell::new(None) };
    }
    if let Some((_, date)) = LAST.get().filter(|(at, _)| *at == now) {
        return Some(date);
    }
    let date = HttpDate::from_seconds(now)?.to_string();
    let date = date.as_bytes().try_into().ok()?;
    LAST.set(Some((now, date)));
    Some(date)
}

/// How long an IMF-fixdate is.
const LENGTH: usize = 29;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::http::Status;

    /// What is written of a file modified `modified` seconds after 1970, at `now`.
    fn written(modified: Option<SystemTime>, now: i64) -> String {
        let mut out = Vec::new();
        let mut head = HeadWriter::begin(&mut out, Status::OK);
        write(&mut head, now);
        if let Some(modified) = modified {
            write_modified(&mut head, modified, now);
        }
        head.end();
        let text = String::from_utf8(out).unwrap();
        let fields = text.lines().skip(1).filter(|line| !line.is_empty());
        fields.collect::<Vec<_>>().join("\n")
    }

    fn at(seconds: i64) -> SystemTime {
        let whole = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            UNIX_EPOCH - whole
        } else {
            UNIX_EPOCH + whole
        }
    }

    const NOW: i64 = 1_795_694_400;
    const DATE: &str = "Date: Thu, 26 Nov 2026 12:00:00 GMT";

    #[test]
    fn a_file_from_the_past_says_so_one_from_the_future_is_of_now() {
        for (modified, expected) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (NOW, "Thu, 26 Nov 2026 12:00:00 GMT"),
            (NOW + 1, "Thu, 26 Nov 2026 12:00:00 GMT"),
            (4_070_908_800, "Thu, 26 Nov 2026 12:00:00 GMT"),
            (i64::MAX / 2, "Thu, 26 Nov 2026 12:00:00 GMT"),
        ] {
            let expected = format!("{DATE}\nLast-Modified: {expected}");
            assert_eq!(written(Some(at(modified)), NOW), expected, "{modified}");
        }
    }

    #[test]
    fn a_file_from_before_1970_has_no_last_modified() {
        for modified in [-1, -50_025_600, i64::MIN / 2] {
            assert_eq!(written(Some(at(modified)), NOW), DATE);
        }
        assert_eq!(
            written(Some(UNIX_EPOCH - Duration::from_nanos(1)), NOW),
            DATE
        );
    }

    #[test]
    fn a_clock_that_jumps_writes_what_it_says_or_nothing() {
        for (now, expected) in [
            (NOW, DATE),
            (-1, "Date: Wed, 31 Dec 1969 23:59:59 GMT"),
            (i64::MAX, ""),
            (NOW, DATE),
            (i64::MIN, ""),
        ] {
            assert_eq!(written(None, now), expected, "{now}");
        }
        assert_eq!(
            written(Some(at(NOW)), -1),
            "Date: Wed, 31 Dec 1969 23:59:59 GMT"
        );
    }

    #[test]
    fn the_second_is_the_one_that_had_begun() {
        let half = Duration::from_millis(500);
        assert_eq!(seconds(UNIX_EPOCH + half), 0);
        assert_eq!(seconds(UNIX_EPOCH - half), -1);
        assert_eq!(seconds(UNIX_EPOCH - half * 2), -1);
        assert_eq!(seconds(UNIX_EPOCH - half * 3), -2);
    }

    proptest! {
        #[test]
        fn no_time_makes_the_writing_panic(modified: i64, nanos in 0_u32..1_000_000_000, now: i64) {
            let whole = Duration::new(modified.unsigned_abs(), nanos);
            let modified = if modified < 0 {
                UNIX_EPOCH.checked_sub(whole)
            } else {
                UNIX_EPOCH.checked_add(whole)
            };
            written(modified, now);
        }
    }
}
