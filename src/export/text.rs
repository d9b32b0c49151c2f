//! Text that may be put on a clipboard.

use std::borrow::Cow;

use crate::event::escape;

/// The octets as text for a clipboard, and whether it is exactly these octets.
///
/// What is pasted goes to an editor or a shell: text, line ends and tabs are left as they
/// are; where there is anything else (control characters, characters that hide or reorder,
/// octets that are no text) every line is escaped, as on the screen.
pub fn for_clipboard(octets: &[u8]) -> (Cow<'_, str>, bool) {
    if let Ok(text) = std::str::from_utf8(octets)
        && text.split(['\n', '\t']).all(is_plain)
    {
        return (Cow::Borrowed(text), true);
    }
    let lines: Vec<_> = octets
        .split_inclusive(|&octet| octet == b'\n')
        .map(escape)
        .collect();
    (Cow::Owned(lines.join("\n")), false)
}

/// Whether a line without its LF shows everything it holds.
fn is_plain(line: &str) -> bool {
    let line = line.strip_suffix('\r').unwrap_or(line);
    // The one character that is escaped though it shows itself.
    let line = line.replace('\\', "/");
    escape(line.as_bytes()) == line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_and_everything_else_is_made_inert() {
        for plain in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "a\\b\tc", "é 東京", ""] {
            assert_eq!(
                for_clipboard(plain.as_bytes()),
                (Cow::Borrowed(plain), true)
            );
        }
        for (octets, expected) in [
            (&b"a\x1b[201~\nid\n"[..], "a\\x1b[201~\\n\nid\\n"),
            (b"\xff", "\\xff"),
            (b"a\rb", "a\\rb"),
            ("\u{202e}x".as_bytes(), "\\u{202e}x"),
            (b"\0", "\\x00"),
        ] {
            assert_eq!(for_clipboard(octets), (Cow::Borrowed(expected), false));
        }
    }
}
