//! Numbers and durations as people read them.

use std::time::Duration;

pub(crate) use crate::units::{short_size, shortest_size, size};

/// A number with a thin gap between groups of three digits.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// So many of so many.
pub(crate) fn of(part: u64, whole: u64) -> String {
    format!("{} of {}", count(part), count(whole))
}

/// So much of a size: `3.7 of 4.8 MiB`.
pub(crate) fn part(octets: u64, of: u64) -> String {
    let (part, whole) = (size(octets), size(of));
    match (part.split_once(' '), whole.split_once(' ')) {
        (Some((n, unit)), Some((_, same))) if unit == same => format!("{n} of {whole}"),
        _ => format!("{part} of {whole}"),
    }
}

/// A number of things.
pub(crate) fn plural(n: u64, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(n))
}

/// How long something took: `0.31 ms`, `12 ms`, `1.2 s`.
pub(crate) fn took(duration: Duration) -> String {
    let micros = duration.as_micros();
    match micros {
        // In hundredths of a millisecond it would be none.
        0..=9 => format!("{micros} µs"),
        10..=9_999 => format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10),
        10_000..=999_999 => format!("{} ms", micros / 1000),
        _ => format!("{}.{} s", micros / 1_000_000, micros % 1_000_000 / 100_000),
    }
}

/// A wait as people count it: `90 s`, `15 min`, `24 h`.
pub(crate) fn wait(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..=599 => format!("{seconds} s"),
        seconds @ 600..=35_999 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// How long a part of something took, down to the microsecond: `31 µs`, `1.20 ms`.
pub(crate) fn phase(duration: Duration) -> String {
    match duration.as_micros() {
        micros @ 0..=999 => format!("{micros} µs"),
        _ => took(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1000"),
            (12_841, "12 841"),
            (1_234_567, "1 234 567"),
        ] {
            assert_eq!(count(n), text);
        }
        assert_eq!(of(655, 16384), "655 of 16 384");
        assert_eq!(plural(1, "octet"), "1 octet");
        assert_eq!(plural(2, "octet"), "2 octets");
    }

    #[test]
    fn parts_of_sizes_name_their_unit_once() {
        assert_eq!(part(3_900_000, 5_000_000), "3.7 of 4.8 MiB");
        assert_eq!(part(3, 5_000_000), "3 B of 4.8 MiB");
        assert_eq!(part(3, 5), "3 of 5 B");
    }

    #[test]
    fn durations_read_well() {
        for (seconds, text) in [
            (0, "0 s"),
            (599, "599 s"),
            (900, "15 min"),
            (86_400, "24 h"),
        ] {
            assert_eq!(wait(Duration::from_secs(seconds)), text);
        }
        assert_eq!(phase(Duration::from_micros(31)), "31 µs");
        assert_eq!(phase(Duration::from_micros(1200)), "1.20 ms");
        for (micros, text) in [
            (9, "9 µs"),
            (10, "0.01 ms"),
            (310, "0.31 ms"),
            (9_999, "9.99 ms"),
            (12_300, "12 ms"),
            (1_234_000, "1.2 s"),
        ] {
            assert_eq!(took(Duration::from_micros(micros)), text);
        }
    }
}
