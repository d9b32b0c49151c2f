//! Token classes as one table, each with its production.
//!
//! One octet is looked up once; the answer is a set of bits. Nothing here knows what the
//! octet is part of.

use super::word::{Control, run_before};

/// `tchar` of RFC 9110 §5.6.2: what a method or a field name is made of.
pub(crate) const TCHAR: u8 = 1;
/// `field-vchar / SP / HTAB` of RFC 9110 §5.5, obs-text (0x80-0xFF) included.
pub(crate) const FIELD: u8 = 1 << 1;
/// An octet that may stand in the path of a request-target.
pub(crate) const PATH: u8 = 1 << 2;
/// An octet that may stand in the query of a request-target.
pub(crate) const QUERY: u8 = 1 << 3;
/// An octet of a `reg-name` or an IPv4 address, RFC 3986 §3.2.2 (`%` begins pct-encoded).
pub(crate) const HOST: u8 = 1 << 4;
/// `HEXDIG`, RFC 5234 appendix B.1, in either case.
pub(crate) const HEX: u8 = 1 << 5;
/// `SP / VCHAR`: printable ASCII.
pub(crate) const PRINT: u8 = 1 << 6;

/// An octet that is in [`PATH`] and [`QUERY`] and begins no escape.
pub(crate) const PLAIN: u8 = 1 << 7;

/// Whether `octet` is in `class`.
#[expect(clippy::indexing_slicing, reason = "an octet is less than 256")]
pub(crate) const fn is(octet: u8, class: u8) -> bool {
    TABLE[octet as usize] & class != 0
}

/// How many octets at the start of `octets` are in [`FIELD`].
pub(crate) fn field_run(octets: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += run_before::<Control>(octets.get(len..).unwrap_or_default());
        match octets.get(len) {
            // The one control octet that is in the class.
            Some(b'\t') => len += 1,
            Some(_) | None => return len,
        }
    }
}

/// `unreserved / sub-delims / ":" / "@"` without the letters and digits, and `%`, which
/// begins `pct-encoded`: the rest of `pchar`, RFC 3986 §3.3.
const PCHAR_MARKS: &[u8] = b"-._~!$&'()*+,;=:@%";
/// Browsers leave these unencoded in a path, and a strict reading of RFC 3986 would refuse
/// the page's own links. (WHATWG URL, "path percent-encode set", does not hold them.)
const PATH_TOLERATED: &[u8] = b"[]|";
/// The same for a query: `?filter[name]=x` is what a browser sends.
/// (WHATWG URL, "query percent-encode set", does not hold them.)
const QUERY_TOLERATED: &[u8] = b"[]|{}^`\\";

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time alone")]
const fn has(set: &[u8], octet: u8) -> bool {
    let mut i = 0;
    while i < set.len() {
        if set[i] == octet {
            return true;
        }
        i += 1;
    }
    false
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time alone")]
const TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "i < 256")]
        let octet = i as u8;
        let alphanumeric = octet.is_ascii_alphanumeric();
        let pchar = alphanumeric || has(PCHAR_MARKS, octet);
        let mut class = 0;
        if alphanumeric || has(b"!#$%&'*+-.^_`|~", octet) {
            class |= TCHAR;
        }
        if octet == b'\t' || octet >= b' ' && octet != 0x7f {
            class |= FIELD;
        }
        if pchar || octet == b'/' || has(PATH_TOLERATED, octet) {
            class |= PATH;
        }
        if pchar || octet == b'/' || octet == b'?' || has(QUERY_TOLERATED, octet) {
            class |= QUERY;
        }
        if class & PATH != 0 && class & QUERY != 0 && octet != b'%' {
            class |= PLAIN;
        }
        if alphanumeric || has(b"-._~!$&'()*+,;=%", octet) {
            class |= HOST;
        }
        if octet.is_ascii_hexdigit() {
            class |= HEX;
        }
        if octet >= b' ' && octet < 0x7f {
            class |= PRINT;
        }
        table[i] = class;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tchar_is_the_production_of_rfc_9110() {
        let production =
            b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        for octet in 0..=255u8 {
            assert_eq!(
                is(octet, TCHAR),
                production.contains(&octet),
                "{octet:#04x}"
            );
        }
    }

    #[test]
    fn field_values_hold_no_control_octet_but_tab() {
        for octet in 0..=255u8 {
            let control = octet < 0x20 && octet != b'\t' || octet == 0x7f;
            assert_eq!(is(octet, FIELD), !control, "{octet:#04x}");
        }
    }

    #[test]
    fn a_run_of_field_octets_ends_at_the_first_that_is_none() {
        for len in 0..70 {
            for bad in [0, b'\n', b'\r', 0x1f, 0x7f] {
                let mut octets = vec![b'a'; len];
                assert_eq!(field_run(&octets), len);
                octets.push(bad);
                octets.extend([b'b'; 20]);
                assert_eq!(field_run(&octets), len, "{bad:#04x} at {len}");
            }
        }
        let odd = b"a\tb \xff and the rest of it";
        assert_eq!(field_run(odd), odd.len());
    }

    #[test]
    fn a_target_is_printable_ascii_without_space_quotes_and_angles() {
        for octet in 0..=255u8 {
            if is(octet, PATH) || is(octet, QUERY) {
                assert!(
                    octet.is_ascii_graphic() && !b"\"<>#".contains(&octet),
                    "{octet:#04x}"
                );
            }
        }
        assert!(
            !is(b'\\', PATH),
            "a backslash is a separator on some systems"
        );
    }
}
