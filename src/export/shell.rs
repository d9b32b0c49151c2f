//! Quoting for a shell. What is written here means the same to every POSIX shell, to zsh and
//! to fish, is one line of printable ASCII, and does not end in a line end: pasting it runs
//! nothing.

use std::fmt::Write as _;

/// What stands around a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// `'`: for a shell that reads the line itself.
    Single,
    /// `"`: within a script that is in single quotes already.
    Double,
}

/// A script of POSIX shell as an argument of `sh -c`, for whichever shell reads the line.
/// fish has no `( … )`, and others have no `begin … end`.
pub(super) fn script(commands: &str) -> String {
    debug_assert!(!commands.contains('\''), "the quotes would end: {commands}");
    format!("sh -c '{commands}'")
}

/// The octets as the first operand of `printf`, in quotes.
///
/// Octal escapes are the only ones POSIX has for any octet (`printf`, "extended
/// description"); a `%` must be doubled instead, as some shells replace escapes first.
pub(super) fn printf_format(octets: &[u8], quotes: Quotes) -> String {
    let quote = match quotes {
        Quotes::Single => '\'',
        Quotes::Double => '"',
    };
    let mut out = String::with_capacity(octets.len() + 2);
    out.push(quote);
    for (index, &octet) in octets.iter().enumerate() {
        match octet {
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            b'%' => out.push_str("%%"),
            // A leading hyphen would be an option; the others end or change the quotes in
            // one shell or another.
            b'-' if index == 0 => push_octal(&mut out, octet),
            b'\'' | b'\\' | b'!' => push_octal(&mut out, octet),
            b'"' | b'$' | b'`' if quotes == Quotes::Double => push_octal(&mut out, octet),
            0x20..=0x7e => out.push(char::from(octet)),
            _ => push_octal(&mut out, octet),
        }
    }
    out.push(quote);
    out
}

fn push_octal(out: &mut String, octet: u8) {
    // Writing into memory does not fail.
    let _ = write!(out, "\\{octet:03o}");
}

/// The text as one word, in quotes where it needs them; `None` where it holds anything but
/// printable ASCII, which no line can carry safely.
pub(super) fn word(text: &[u8]) -> Option<String> {
    if !text.iter().all(|octet| matches!(octet, 0x20..=0x7e)) {
        return None;
    }
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(octet);
    let mut out = String::with_capacity(text.len() + 2);
    if !text.is_empty() && text.iter().all(plain) {
        out.extend(text.iter().copied().map(char::from));
        return Some(out);
    }
    out.push('\'');
    for &octet in text {
        match octet {
            // Out of the quotes, one that is escaped, and in again: all shells agree.
            b'\'' | b'\\' | b'!' => {
                out.push_str("'\\");
                out.push(char::from(octet));
                out.push('\'');
            }
            _ => out.push(char::from(octet)),
        }
    }
    out.push('\'');
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// The shells of this machine that can be asked.
    fn shells() -> Vec<&'static str> {
        let there = |shell: &&str| Command::new(shell).args(["-c", ":"]).output().is_ok();
        ["sh", "dash", "bash", "zsh", "fish"]
            .into_iter()
            .filter(there)
            .collect()
    }

    fn output(shell: &str, line: &str) -> Vec<u8> {
        let output = Command::new(shell).args(["-c", line]).output().unwrap();
        assert!(output.status.success(), "{shell}: {line}: {output:?}");
        output.stdout
    }

    #[test]
    fn every_octet_survives_every_shell() {
        let all: Vec<u8> = (0..=255).collect();
        let backwards: Vec<u8> = (0..=255).rev().collect();
        let tricky = b"-n %s %% %d\\n\\0123 '\"$(id)`id`!! \x00001 \\c after".to_vec();
        for octets in [all, backwards, tricky, b"-".to_vec(), b"%".to_vec()] {
            let plain = printf_format(&octets, Quotes::Single);
            let inner = printf_format(&octets, Quotes::Double);
            let inner = script(&format!("printf {inner}"));
            for line in [format!("printf {plain}"), inner] {
                assert!(line.bytes().all(|octet| matches!(octet, 0x20..=0x7e)));
                for shell in shells() {
                    assert_eq!(output(shell, &line), octets, "{shell}: {line}");
                }
            }
        }
    }

    #[test]
    fn a_word_stays_one_word() {
        for text in [
            "",
            "plain",
            "two words",
            "it's",
            "$(id)",
            "a\\b",
            "!x",
            "~",
            "*",
            "#",
        ] {
            let word = word(text.as_bytes()).unwrap();
            for shell in shells() {
                let line = format!("printf '<%s>' {word}");
                let expected = format!("<{text}>").into_bytes();
                assert_eq!(output(shell, &line), expected, "{shell}: {line}");
            }
        }
        for bad in [&b"a\nb"[..], b"\t", b"\x1b", b"\xc3\xa9", b"\0"] {
            assert_eq!(word(bad), None);
        }
    }
}
