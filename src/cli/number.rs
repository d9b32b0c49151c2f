//! A number on the command line, within what it may be.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::Arg;

/// What an option may be a number of. A literal alone would be an `i32`, which no option is.
pub(super) trait Number:
    FromStr + PartialOrd + Display + Clone + Send + Sync + 'static
{
}

impl Number for u8 {}
impl Number for u16 {}
impl Number for u32 {}
impl Number for u64 {}

/// Reads a number of this range. What is none is told the range, whatever is wrong with it:
/// no digits, a sign, too many of them.
pub(super) fn number<T: Number>(
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) | Err(_) => Err(format!(
            "a whole number from {} to {} is taken",
            range.start(),
            range.end()
        )),
    }
}

/// Reads how much of each response is recorded.
pub(super) fn record_bodies(text: &str) -> Result<usize, String> {
    // More of one record than that, nobody would be able to open.
    const MOST: u64 = 16 << 20;
    let size: Result<bytesize::ByteSize, _> = text.parse();
    match size.map(|size| size.as_u64()) {
        Ok(octets @ 0..=MOST) => usize::try_from(octets).map_err(|error| error.to_string()),
        Ok(_) => Err("16MiB is the most".into()),
        Err(_) => Err("a size is taken, such as 64KiB or 1MiB, or 0 for none".into()),
    }
}

/// Whether the argument is a number. The minus of one that is too small is no option's.
pub(super) fn is_number(arg: &Arg) -> bool {
    use std::any::TypeId;
    let of = arg.get_value_parser().type_id();
    [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
    ]
    .into_iter()
    .any(|number| of == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_within_its_range_or_is_told_the_range() {
        let port = number::<u16>(1..=65535);
        assert_eq!(port("1"), Ok(1));
        assert_eq!(port("65535"), Ok(65535));
        for text in [
            "0",
            "65536",
            "-1",
            "",
            " 1",
            "1.5",
            "0x10",
            "99999999999999999999",
        ] {
            let error = port(text).unwrap_err();
            assert_eq!(error, "a whole number from 1 to 65535 is taken", "{text}");
        }
    }
}
