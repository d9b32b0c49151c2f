//! Octets as `xxd` prints them.

use std::fmt::Write as _;

/// How many octets stand in a line.
const PER_LINE: usize = 16;
/// How wide the hex of a full line is: eight groups of two octets.
const HEX: usize = 39;

/// Offset, hex in groups of two octets, and printable ASCII; the same as `xxd` prints, so
/// that `xxd -r` makes the octets of it again.
pub(super) fn dump(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len() * 5);
    for (line, part) in octets.chunks(PER_LINE).enumerate() {
        let mut hex = String::with_capacity(HEX);
        for (group, pair) in part.chunks(2).enumerate() {
            if group > 0 {
                hex.push(' ');
            }
            for octet in pair {
                // Writing into memory does not fail.
                let _ = write!(hex, "{octet:02x}");
            }
        }
        let text: String = part
            .iter()
            .map(|&octet| match octet {
                0x20..=0x7e => char::from(octet),
                _ => '.',
            })
            .collect();
        let _ = writeln!(out, "{:08x}: {hex:HEX$}  {text}", line * PER_LINE);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_like_xxd() {
        let octets = b"GET / HTTP/1.1\r\nHost: \x00\xff";
        let expected = "\
00000000: 4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..
00000010: 486f 7374 3a20 00ff                      Host: ..
";
        assert_eq!(dump(octets), expected);
        assert_eq!(dump(b"a"), format!("00000000: 61{}a\n", " ".repeat(39)));
        assert_eq!(dump(b""), "");
    }
}
