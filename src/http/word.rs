//! Eight octets at a time: where the next octet stands that needs a second look.
//!
//! A `u64` is a small vector that every machine has: one subtraction compares eight octets.
//! A borrow may run from an octet that is marked into the one above it, so marks above the
//! first are not to be trusted; the first always is, and it is all that is asked for. (The
//! method is that of Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte less
//! than n".)

const ONES: u64 = u64::from_le_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// Octets to look for. Each mark is the high bit of an octet of the word.
pub(crate) trait Sought {
    fn marks(word: u64) -> u64;
}

/// A control octet: below SP, or DEL.
pub(crate) struct Control;

impl Sought for Control {
    fn marks(word: u64) -> u64 {
        below_or_del(word, b' ')
    }
}

/// A control octet or SP.
pub(crate) struct ControlOrSpace;

impl Sought for ControlOrSpace {
    fn marks(word: u64) -> u64 {
        below_or_del(word, b' ' + 1)
    }
}

/// How many octets stand before the first that is sought.
pub(crate) fn run_before<S: Sought>(octets: &[u8]) -> usize {
    let (pairs, rest) = octets.as_chunks::<16>();
    let mut len = 0;
    for pair in pairs {
        let pair = u128::from_le_bytes(*pair);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the lower half, then the upper"
        )]
        let (low, high) = (S::marks(pair as u64), S::marks((pair >> 64) as u64));
        if low | high != 0 {
            let marks = u128::from(high) << 64 | u128::from(low);
            return len + marks.trailing_zeros() as usize / 8;
        }
        len += 16;
    }
    let is_plain = |&&o: &&u8| S::marks(u64::from(o) | !0xff) & 0x80 == 0;
    len + rest.iter().take_while(is_plain).count()
}

/// The octets of `word` below `bound`, which is 128 at most, and DEL: the one octet of seven
/// bits that has eight when one is added.
const fn below_or_del(word: u64, bound: u8) -> u64 {
    let one_more = (word & !HIGHS) + ONES;
    (word.wrapping_sub(ONES * bound as u64) | one_more) & !word & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every octet, at every place in and behind words and blocks of them.
    fn check<S: Sought>(sought: impl Fn(u8) -> bool) {
        for before in [0, b' ', b'a', 0x7e, 0x80, 0x8a, 0x8d, 0xff] {
            if sought(before) {
                continue;
            }
            for at in 0..75 {
                for octet in 0..=255 {
                    let mut octets = [before; 75];
                    octets[at] = octet;
                    let expected = if sought(octet) { at } else { octets.len() };
                    let got = run_before::<S>(&octets);
                    assert_eq!(got, expected, "{octet:#04x} at {at} behind {before:#04x}");
                }
            }
        }
    }

    std::thread_local! {
        static COMPARED: core::cell::Cell<usize> = const { core::cell::Cell::new(0) };
    }

    /// [`Control`], counted.
    struct Counted;

    impl Sought for Counted {
        fn marks(word: u64) -> u64 {
            COMPARED.set(COMPARED.get() + 1);
            Control::marks(word)
        }
    }

    #[test]
    fn nothing_is_compared_behind_the_sixteen_octets_that_hold_what_is_found() {
        for at in 0..100 {
            let mut octets = [b'a'; 4096];
            octets[at] = b'\n';
            COMPARED.set(0);
            assert_eq!(run_before::<Counted>(&octets), at);
            assert_eq!(COMPARED.get(), 2 * (at / 16 + 1));
        }
    }

    #[test]
    fn the_first_octet_sought_is_found_wherever_it_stands() {
        check::<Control>(|o| o < b' ' || o == 0x7f);
        check::<ControlOrSpace>(|o| o <= b' ' || o == 0x7f);
    }
}
