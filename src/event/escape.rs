//! Makes octets from the wire visible and harmless.
//!
//! The one way from an octet somebody sent to a terminal, a log line, a page or the
//! clipboard: what comes out of here cannot move a cursor, change a colour, reorder a line
//! or hide. It does not know where its text goes, nor what the octets mean.

use unicode_width::UnicodeWidthChar;

/// How an octet is drawn in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OctetKind {
    /// Printable ASCII, drawn as itself.
    Printable,
    /// SP.
    Space,
    /// CR.
    Cr,
    /// LF.
    Lf,
    /// Another control octet, or DEL.
    Control,
    /// 0x80 to 0xFF.
    High,
}

/// What stands for one octet: itself, or the escape that [`escape`] writes too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    characters: [char; 4],
    count: usize,
    /// Which must be drawn too: what is typed as a backslash and an `n` is not LF.
    pub kind: OctetKind,
}

impl Glyph {
    const fn new<const N: usize>(shown: [char; N], kind: OctetKind) -> Self {
        let characters = match *shown.as_slice() {
            [one] => [one, '\0', '\0', '\0'],
            [one, two] => [one, two, '\0', '\0'],
            [one, two, three, four] => [one, two, three, four],
            // There is none of another length.
            [..] => ['?'; 4],
        };
        Self {
            characters,
            count: N,
            kind,
        }
    }

    /// A character of several octets, if it shows itself and nothing else.
    pub(crate) fn of_character(character: char) -> Option<Self> {
        shows_itself(character).then(|| Self::new([character], OctetKind::Printable))
    }

    /// Its characters, in order.
    pub fn characters(&self) -> &[char] {
        self.characters.get(..self.count).unwrap_or_default()
    }

    /// How many cells it takes.
    pub(crate) fn width(&self) -> usize {
        let cells = self.characters().iter().map(|c| c.width().unwrap_or(0));
        cells.sum()
    }
}

/// What stands for one octet beside its hexadecimal digits: one character, or two for the
/// control octets a person types.
pub const fn glyph(octet: u8) -> Glyph {
    match octet {
        b' ' => Glyph::new(['·'], OctetKind::Space),
        b'\r' => Glyph::new(['\\', 'r'], OctetKind::Cr),
        b'\n' => Glyph::new(['\\', 'n'], OctetKind::Lf),
        b'\t' => Glyph::new(['\\', 't'], OctetKind::Control),
        0x00..=0x1f | 0x7f => Glyph::new(['?'], OctetKind::Control),
        0x21..=0x7e => Glyph::new([octet as char], OctetKind::Printable),
        0x80..=0xff => Glyph::new(['×'], OctetKind::High),
    }
}

/// What stands for one octet where nothing beside it says which it is.
pub const fn glyph_in_full(octet: u8) -> Glyph {
    const fn digit(nibble: u8) -> char {
        (match nibble {
            0..=9 => b'0' + nibble,
            _ => b'a' - 10 + nibble,
        }) as char
    }
    let short = glyph(octet);
    match (short.kind, short.count) {
        (OctetKind::High, _) | (OctetKind::Control, 1) => {
            let hex = ['\\', 'x', digit(octet >> 4), digit(octet & 15)];
            Glyph::new(hex, short.kind)
        }
        _ => short,
    }
}

/// The octets as text: printable characters as they are, everything else escaped. A
/// backslash is escaped too, so that what was escaped can be told from what was sent.
pub fn escape(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut out, character);
        }
        for &octet in chunk.invalid() {
            push_hex(&mut out, octet);
        }
    }
    out
}

/// The octets as Apache writes them between the quotes of an access log: printable ASCII as
/// it is, quotes and backslashes escaped, and everything else too (`ap_escape_logitem`).
pub fn escape_ascii(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for &octet in octets {
        match octet {
            b'"' => out.push_str("\\\""),
            8 => out.push_str("\\b"),
            11 => out.push_str("\\v"),
            0x80.. => push_hex(&mut out, octet),
            _ => push(&mut out, char::from(octet)),
        }
    }
    out
}

fn push(out: &mut String, character: char) {
    match character {
        '\\' => out.push_str("\\\\"),
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        _ if shows_itself(character) => out.push(character),
        _ => {
            if let Ok(octet @ 0..=0x7f) = u8::try_from(u32::from(character)) {
                push_hex(out, octet);
            } else {
                out.extend(character.escape_unicode());
            }
        }
    }
}

fn push_hex(out: &mut String, octet: u8) {
    out.push_str("\\x");
    for nibble in [octet >> 4, octet & 15] {
        out.extend(char::from_digit(u32::from(nibble), 16));
    }
}

/// Whether a character occupies cells of its own and does nothing else.
pub(crate) fn shows_itself(character: char) -> bool {
    if character == ' ' {
        return true;
    }
    // Characters of no width (combining marks, joiners, bidi controls, variation selectors)
    // change what stands beside them or cannot be seen at all.
    let occupies_cells = character.width().is_some_and(|width| width > 0);
    let hides = character.is_control() || character.is_whitespace();
    occupies_cells
        && !hides
        && !matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
        // These join with what precedes them into one wider or narrower picture.
        | '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}'
        // Private use: what is drawn depends on the font, and may be nothing.
        | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_stays_and_everything_else_is_escaped() {
        for (octets, text) in [
            (&b"GET / HTTP/1.1"[..], "GET / HTTP/1.1"),
            ("caf\u{e9} 東京".as_bytes(), "caf\u{e9} 東京"),
            (b"a\r\n\tb", "a\\r\\n\\tb"),
            (b"\x1b[31m\x07\x7f", "\\x1b[31m\\x07\\x7f"),
            (b"\xff\xc3", "\\xff\\xc3"),
            ("\u{9b}31m".as_bytes(), "\\u{9b}31m"),
            ("\u{202e}gpj.exe".as_bytes(), "\\u{202e}gpj.exe"),
            ("a\u{200b}b\u{301}".as_bytes(), "a\\u{200b}b\\u{301}"),
            (b"\\x1b", "\\\\x1b"),
        ] {
            assert_eq!(escape(octets), text);
        }
    }

    #[test]
    fn every_octet_has_a_glyph_that_is_the_escape_elsewhere() {
        for octet in 0..=255 {
            let full = glyph_in_full(octet);
            let text: String = full.characters().iter().collect();
            let elsewhere = match octet {
                b' ' => "·".into(),
                b'\\' => "\\".into(),
                _ => escape(&[octet]),
            };
            assert_eq!(text, elsewhere);
            assert_eq!(full.width(), full.characters().len());
            let short = glyph(octet);
            assert_eq!(short.kind, full.kind);
            let is_typed = matches!(octet, b'\r' | b'\n' | b'\t');
            assert_eq!(short.width(), if is_typed { 2 } else { 1 }, "{octet}");
            assert_eq!(
                short.kind == OctetKind::Printable,
                octet.is_ascii_graphic(),
                "{octet} is not taken for text"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_comes_out_that_acts_or_hides(octets: Vec<u8>) {
            check(&escape(&octets));
            let text = escape_ascii(&octets);
            check(&text);
            assert!(text.is_ascii());
        }

        #[test]
        fn nor_does_it_from_any_text(text: String, any in any::<char>()) {
            check(&escape(text.as_bytes()));
            check(&escape(any.to_string().as_bytes()));
        }
    }

    fn check(text: &str) {
        for character in text.chars() {
            assert!(!character.is_control(), "{character:?}");
            assert!(character.width().unwrap_or(0) > 0, "{character:?}");
            assert!(
                !matches!(u32::from(character), 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff),
                "{character:?}"
            );
        }
    }
}
