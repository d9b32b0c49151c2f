//! What the first octets of a file look like.
//!
//! Nothing in here knows what the file is called.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// How much of a file is looked at. What follows is taken to be like it: to read a log of a
/// gigabyte whole before its first octet is sent would cost more than a wrong character.
pub(super) const SAMPLE: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What the first octets of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is found out by itself, and any of them may be true"
)]
pub(super) struct Sample {
    /// Whether they are valid UTF-8.
    utf8: bool,
    /// Whether there are control characters in them that no text has.
    binary: bool,
    /// Whether there are none.
    empty: bool,
    /// Whether they begin with `<`, white space aside.
    markup: bool,
}

impl Sample {
    /// Looks at a whole file, or as much of it as is looked at.
    pub(super) fn from_octets(octets: &[u8]) -> Self {
        let whole = octets.len() <= SAMPLE;
        let octets = octets.get(..SAMPLE).unwrap_or(octets);
        let utf8 = match std::str::from_utf8(octets) {
            Ok(_) => true,
            // The sample may end within a character.
            Err(error) => error.error_len().is_none() && !whole,
        };
        // "Binary data byte", WHATWG MIME Sniffing §3.
        let binary = octets
            .iter()
            .any(|o| matches!(o, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f));
        let start = octets.strip_prefix(BYTE_ORDER_MARK).unwrap_or(octets);
        Self {
            utf8,
            binary,
            empty: octets.is_empty(),
            markup: start.trim_ascii_start().starts_with(b"<"),
        }
    }

    /// Whether they are valid UTF-8.
    pub(super) const fn is_utf8(self) -> bool {
        self.utf8
    }

    /// Whether they can be read as text.
    pub(super) const fn is_text(self) -> bool {
        self.utf8 && !self.binary
    }

    pub(super) const fn is_empty(self) -> bool {
        self.empty
    }

    /// Whether they look like XML or HTML.
    pub(super) const fn is_markup(self) -> bool {
        self.markup
    }
}

/// Looks at the first octets of `file`. What cannot be read is no text.
pub(super) fn sample_file(file: &File) -> Sample {
    match read_start(file, SAMPLE + 1) {
        Ok(octets) => Sample::from_octets(&octets),
        Err(_) => Sample {
            utf8: false,
            binary: true,
            empty: false,
            markup: false,
        },
    }
}

/// Reads the first `length` octets of `file`, or as many as there are.
pub(super) fn read_start(file: &File, length: usize) -> std::io::Result<Vec<u8>> {
    let mut octets = vec![0; length];
    let mut filled = 0;
    while let Some(rest) = octets.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    octets.truncate(filled);
    Ok(octets)
}
