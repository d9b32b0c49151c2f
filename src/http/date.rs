//! Dates as HTTP writes them (RFC 9110 §5.6.7), and as seconds since 1970.
//!
//! Nothing in here knows a clock: what time it is comes in. Every number of seconds is a
//! date or is not, and none is a panic: a file system holds what anyone has put there.

use core::fmt;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const LONG_DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A date that its four digits of a year can say, written as an IMF-fixdate, which is the one
/// form that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpDate {
    year: i64,
    month: i64,
    day: i64,
    second_of_day: i64,
    day_of_week: i64,
}

impl HttpDate {
    /// The date this many seconds after 1970 begins, or before it; `None` outside the years
    /// 0 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        let days = seconds.div_euclid(DAY);
        let (year, month, day) = civil_from_days(days)?;
        (0..=9999).contains(&year).then_some(Self {
            year,
            month,
            day,
            second_of_day: seconds.rem_euclid(DAY),
            // 1 January 1970 was a Thursday.
            day_of_week: (days + 4).rem_euclid(7),
        })
    }
}

impl fmt::Display for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |names: &[&'static str], at: i64| {
            let name = usize::try_from(at).ok().and_then(|at| names.get(at));
            name.copied().unwrap_or_default()
        };
        write!(
            f,
            "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            name(&DAYS, self.day_of_week),
            self.day,
            name(&MONTHS, self.month - 1),
            self.year,
            self.second_of_day / HOUR,
            self.second_of_day / MINUTE % 60,
            self.second_of_day % MINUTE,
        )
    }
}

/// Reads a date in any of its three forms as seconds since 1970, which a date before then is
/// a negative number of. `now` decides the century of a year of two digits.
///
/// A day that is not in its month is no date. The name of the day is read and not compared:
/// the rest says the day.
pub fn parse_date(value: &[u8], now: i64) -> Option<i64> {
    let text = core::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    imf_fixdate(text)
        .or_else(|| rfc850_date(text, now))
        .or_else(|| asctime_date(text))
}

/// `IMF-fixdate = day-name "," SP day SP month SP year SP time-of-day SP GMT`
fn imf_fixdate(text: &str) -> Option<i64> {
    let (day_name, rest) = text.split_once(", ")?;
    position(&DAYS, day_name)?;
    let mut words = rest.split(' ');
    let day = digits(words.next()?, 2)?;
    let month = position(&MONTHS, words.next()?)? + 1;
    let year = digits(words.next()?, 4)?;
    let second = time_of_day(words.next()?)?;
    (words.next() == Some("GMT") && words.next().is_none())
        .then(|| seconds(year, month, day, second))?
}

/// `rfc850-date = day-name-l "," SP 2DIGIT "-" month "-" 2DIGIT SP time-of-day SP GMT`
fn rfc850_date(text: &str, now: i64) -> Option<i64> {
    let (day_name, rest) = text.split_once(", ")?;
    position(&LONG_DAYS, day_name)?;
    let mut words = rest.split(' ');
    let mut date = words.next()?.split('-');
    let day = digits(date.next()?, 2)?;
    let month = position(&MONTHS, date.next()?)? + 1;
    let short_year = digits(date.next()?, 2)?;
    let second = time_of_day(words.next()?)?;
    if date.next().is_some() || words.next() != Some("GMT") || words.next().is_some() {
        return None;
    }
    // "that appears to be more than 50 years in the future": the latest year of these two
    // digits that is not, by the calendar and not by the year alone.
    let this_year = civil_from_days(now.div_euclid(DAY))?.0;
    let latest = this_year.checked_add(50)?;
    let year = latest - (latest - short_year).rem_euclid(100);
    let date = seconds(year, month, day, second);
    let (_, now_month, now_day) = civil_from_days(now.div_euclid(DAY))?;
    let limit = seconds(latest, now_month, now_day, now.rem_euclid(DAY))
        // 29 February fifty years on is in no leap year.
        .or_else(|| seconds(latest, 3, 1, now.rem_euclid(DAY)))?;
    match date {
        Some(date) if date <= limit => Some(date),
        Some(_) => seconds(year - 100, month, day, second),
        None => None,
    }
}

/// `asctime-date = day-name SP month SP ( 2DIGIT / ( SP 1DIGIT )) SP time-of-day SP year`
fn asctime_date(text: &str) -> Option<i64> {
    let (day_name, rest) = text.split_once(' ')?;
    position(&DAYS, day_name)?;
    let (month, rest) = rest.split_once(' ')?;
    let month = position(&MONTHS, month)? + 1;
    let (day, rest) = rest.split_at_checked(2)?;
    let day = match day.strip_prefix(' ') {
        Some(day) => digits(day, 1)?,
        None => digits(day, 2)?,
    };
    let (time, year) = rest.strip_prefix(' ')?.split_once(' ')?;
    seconds(digits(year, 4)?, month, day, time_of_day(time)?)
}

/// `time-of-day = hour ":" minute ":" second`, where a second may be a leap second.
fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| digits(part, 2));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && hour < 24 && minute < 60 && second <= 60)
        .then_some(hour * HOUR + minute * MINUTE + second)
}

/// Exactly `count` digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let all = text.len() == count && text.bytes().all(|o| o.is_ascii_digit());
    all.then(|| text.parse().ok())?
}

/// Where a name stands; dates are case-sensitive.
fn position(names: &[&str], name: &str) -> Option<i64> {
    let at = names.iter().position(|known| *known == name)?;
    i64::try_from(at).ok()
}

/// Seconds since 1970, if the day is in the calendar.
fn seconds(year: i64, month: i64, day: i64, second_of_day: i64) -> Option<i64> {
    let days = days_from_civil(year, month, day);
    (civil_from_days(days) == Some((year, month, day))).then_some(days * DAY + second_of_day)
}

/// Days since 1970 of a day in the Gregorian calendar. Counted in eras of 400 years of
/// 146 097 days, from 1 March 0000: in a year that begins in March the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The day in the Gregorian calendar, as year, month and day, of a number of days since 1970.
fn civil_from_days(days: i64) -> Option<(i64, i64, i64)> {
    let days = days.checked_add(719_468)?;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    Some((era * 400 + year + i64::from(month <= 2), month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use proptest::prelude::*;

    /// 26 November 2026, 12:00:00.
    const NOW: i64 = 1_795_694_400;

    /// Against `date -u -d @N '+%a, %d %b %Y %T GMT'`.
    #[test]
    fn a_date_is_that_of_the_calendar_before_1970_too() {
        for (seconds, expected) in [
            (784_111_777, Some("Sun, 06 Nov 1994 08:49:37 GMT")),
            (0, Some("Thu, 01 Jan 1970 00:00:00 GMT")),
            (-1, Some("Wed, 31 Dec 1969 23:59:59 GMT")),
            (-50_025_600, Some("Sat, 01 Jun 1968 00:00:00 GMT")),
            (951_782_400, Some("Tue, 29 Feb 2000 00:00:00 GMT")),
            (4_107_542_400, Some("Mon, 01 Mar 2100 00:00:00 GMT")),
            (253_402_300_799, Some("Fri, 31 Dec 9999 23:59:59 GMT")),
            (253_402_300_800, None),
            (-62_167_219_200, Some("Sat, 01 Jan 0000 00:00:00 GMT")),
            (-62_167_219_201, None),
            (i64::MAX, None),
            (i64::MIN, None),
        ] {
            let date = HttpDate::from_seconds(seconds).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{seconds}");
            if let Some(date) = date {
                assert_eq!(parse_date(date.as_bytes(), NOW), Some(seconds), "{date}");
            }
        }
    }

    /// The three forms of RFC 9110 §5.6.7, each with a date before 1970.
    #[test]
    fn a_date_is_read_in_each_of_its_three_forms() {
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Sat, 01 Jun 1968 00:00:00 GMT", -50_025_600),
            ("Sat Jun  1 00:00:00 1968", -50_025_600),
            ("Mon Jun 10 00:00:00 1968", -49_248_000),
            (" Thu, 01 Jan 1970 00:00:00 GMT\t", 0),
            // A leap second is the second after.
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
            // The name of the day is not compared.
            ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ] {
            assert_eq!(parse_date(text.as_bytes(), NOW), Some(expected), "{text}");
        }
    }

    #[test]
    fn two_digits_of_a_year_are_at_most_fifty_years_in_the_future() {
        let year = |text: &str, now: i64| {
            let seconds = parse_date(text.as_bytes(), now)?;
            civil_from_days(seconds.div_euclid(DAY)).map(|(year, ..)| year)
        };
        for (text, expected) in [
            ("Sunday, 06-Nov-94 08:49:37 GMT", 1994),
            ("Thursday, 26-Nov-26 11:00:00 GMT", 2026),
            ("Thursday, 26-Nov-76 12:00:00 GMT", 2076),
            ("Thursday, 26-Nov-76 12:00:01 GMT", 1976),
            ("Saturday, 31-Dec-76 12:00:00 GMT", 1976),
            ("Friday, 01-Jan-77 00:00:00 GMT", 1977),
            ("Tuesday, 01-Jan-74 00:00:00 GMT", 2074),
            ("Saturday, 01-Jan-00 00:00:00 GMT", 2000),
            ("Tuesday, 29-Feb-00 00:00:00 GMT", 2000),
        ] {
            assert_eq!(year(text, NOW), Some(expected), "{text}");
        }
        // On a 29 February, and where the clock is set to a time before 1970.
        let leap_day = 951_782_400;
        assert_eq!(
            year("Tuesday, 01-Mar-50 00:00:00 GMT", leap_day),
            Some(2050)
        );
        assert_eq!(
            year("Tuesday, 02-Mar-50 00:00:00 GMT", leap_day),
            Some(1950)
        );
        assert_eq!(year("Saturday, 01-Jun-68 00:00:00 GMT", -1), Some(1968));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "0",
            "Sun",
            "Sun, ",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT x",
            "sun, 06 nov 1994 08:49:37 gmt",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sunday, 31-Nov-94 08:49:37 GMT",
            "Sunday, 06-Nov-94-1 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 94",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun Nov \u{e9} 08:49:37 1994",
        ] {
            assert_eq!(parse_date(text.as_bytes(), NOW), None, "{text}");
        }
        assert_eq!(parse_date(b"Sun, 06 Nov \xff\xff", NOW), None);
    }

    proptest! {
        #[test]
        fn any_number_of_seconds_is_a_date_or_none_and_comes_back(seconds: i64) {
            let seconds = seconds >> (seconds.unsigned_abs() % 40);
            if let Some(date) = HttpDate::from_seconds(seconds) {
                let text = date.to_string();
                prop_assert_eq!(text.len(), 29);
                prop_assert_eq!(parse_date(text.as_bytes(), NOW), Some(seconds));
            }
        }

        #[test]
        fn no_octets_and_no_clock_make_the_reading_panic(value: Vec<u8>, now: i64) {
            let _ = parse_date(&value, now);
        }

        #[test]
        fn no_date_and_no_clock_make_the_reading_panic(
            text in "(Sun|Sunday),? ?[0-9]{1,2}[ -](Nov|Feb)[ -][0-9]{1,4} [0-9]{2}:[0-9]{2}:[0-9]{2}( GMT)?",
            now: i64,
        ) {
            let _ = parse_date(text.as_bytes(), now);
        }
    }
}
