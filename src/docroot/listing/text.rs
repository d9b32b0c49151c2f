//! Names as text that does what it looks like.

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
