//! Sizes and times as people and programs read them: one way to write each, for every room.

use std::time::{SystemTime, UNIX_EPOCH};

use bytesize::ByteSize;

/// The first second that RFC 3339 has no four digits for the year of.
const YEAR_10000: u64 = 253_402_300_800;

/// A number of octets: `41 B`, `1.5 KiB`, `12.0 MiB`.
pub(crate) fn size(octets: u64) -> String {
    ByteSize::b(octets).display().iec().to_string()
}

/// The same in seven cells at most: `41B`, `1.5K`, `1023.9M`.
pub(crate) fn short_size(octets: u64) -> String {
    ByteSize::b(octets).display().iec_short().to_string()
}

/// The same in five cells: exact as long as it fits, `9999`, and then `10K`.
pub(crate) fn shortest_size(octets: u64) -> String {
    match octets {
        0..=9_999 => octets.to_string(),
        _ => format!("{:.0}", ByteSize::b(octets).display().iec_short()),
    }
}

/// A time in UTC to the second, `2000-10-10T13:55:36Z` (RFC 3339 §5.6); `None` for one before
/// 1970 or that four digits do not reach.
pub(crate) fn timestamp(time: SystemTime) -> Option<String> {
    can_be_written(time).then(|| humantime::format_rfc3339_seconds(time).to_string())
}

/// The same to the millisecond, `2000-10-10T13:55:36.123Z`.
pub(crate) fn exact_timestamp(time: SystemTime) -> Option<String> {
    can_be_written(time).then(|| humantime::format_rfc3339_millis(time).to_string())
}

fn can_be_written(time: SystemTime) -> bool {
    let since = time.duration_since(UNIX_EPOCH);
    since.is_ok_and(|since| since.as_secs() < YEAR_10000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn sizes_fit_their_columns() {
        for (octets, long, short, shortest) in [
            (0, "0 B", "0B", "0"),
            (1023, "1023 B", "1023B", "1023"),
            (1024, "1.0 KiB", "1.0K", "1024"),
            (9_999, "9.8 KiB", "9.8K", "9999"),
            (10_000, "9.8 KiB", "9.8K", "10K"),
            (1_047_552, "1023.0 KiB", "1023.0K", "1023K"),
            (1 << 20, "1.0 MiB", "1.0M", "1M"),
            (5 << 30, "5.0 GiB", "5.0G", "5G"),
            (u64::MAX, "16.0 EiB", "16.0E", "16E"),
        ] {
            assert_eq!(size(octets), long);
            assert_eq!(short_size(octets), short);
            assert_eq!(shortest_size(octets), shortest);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_size_is_wider_than_its_column(octets: u64) {
            proptest::prop_assert!(size(octets).len() <= 10);
            proptest::prop_assert!(short_size(octets).len() <= 7);
            proptest::prop_assert!(shortest_size(octets).len() <= 5);
        }

        #[test]
        fn no_time_is_a_panic(seconds: i64, nanos in 0_u32..1_000_000_000) {
            let by = Duration::new(seconds.unsigned_abs(), nanos);
            let time = if seconds < 0 {
                UNIX_EPOCH.checked_sub(by)
            } else {
                UNIX_EPOCH.checked_add(by)
            };
            if let Some(time) = time {
                proptest::prop_assert_eq!(timestamp(time).is_some(), exact_timestamp(time).is_some());
            }
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
        let time = UNIX_EPOCH + Duration::from_millis(1_078_012_799_007);
        assert_eq!(
            exact_timestamp(time).as_deref(),
            Some("2004-02-28T23:59:59.007Z")
        );
        assert_eq!(timestamp(UNIX_EPOCH - Duration::from_secs(1)), None);
    }
}
