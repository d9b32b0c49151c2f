//! Whether the terminal is dark or light, as it answers itself. Nobody waits for the answer:
//! it comes among the keys, or never.

/// Asks for the background colour (xterm's control sequences, operating system command 11).
pub(crate) const QUERY: &[u8] = b"\x1b]11;?\x1b\\";

/// What is behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// It is dark.
    Dark,
    /// It is light.
    Light,
}

/// Reads what stands between `ESC ]` and what ends it: `11;rgb:RRRR/GGGG/BBBB`, with one to
/// four hexadecimal digits a part.
pub(crate) fn answer(text: &[u8]) -> Option<Background> {
    let text = std::str::from_utf8(text).ok()?;
    let color = text.strip_prefix("11;")?;
    let parts = color
        .strip_prefix("rgb:")
        .or_else(|| color.strip_prefix("rgba:"))?;
    let mut parts = parts.split('/').map(part);
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // Rec. 601: how bright the eye finds it.
    let bright = 299 * red + 587 * green + 114 * blue;
    Some(if bright > 500 * 0xffff {
        Background::Light
    } else {
        Background::Dark
    })
}

/// A part on a scale of `0xffff`.
fn part(digits: &str) -> Option<u32> {
    let most = match digits.len() {
        1 => 0xf,
        2 => 0xff,
        3 => 0xfff,
        4 => 0xffff,
        _ => return None,
    };
    Some(u32::from_str_radix(digits, 16).ok()? * 0xffff / most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_several_terminals_are_understood() {
        for (text, background) in [
            ("11;rgb:0000/0000/0000", Some(Background::Dark)),
            ("11;rgb:ffff/ffff/ffff", Some(Background::Light)),
            ("11;rgb:fd/f6/e3", Some(Background::Light)),
            ("11;rgba:0d0d/1111/1717/ffff", Some(Background::Dark)),
            ("11;rgb:0/0", None),
            ("11;#ffffff", None),
            ("10;rgb:0000/0000/0000", None),
            ("11;rgb:\u{e9}/0/0", None),
        ] {
            assert_eq!(answer(text.as_bytes()), background, "{text}");
        }
    }
}
