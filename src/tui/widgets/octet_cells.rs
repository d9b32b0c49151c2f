//! The cells of one octet, in hexadecimal and as text, written one by one: this is most of
//! what a frame costs, so no string is made for an octet. Every octet comes as a [`Glyph`].

use ratatui::style::{Modifier, Style};

use super::canvas::Canvas;
use crate::event::{Glyph, OctetKind};

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

fn digit(nibble: u8) -> char {
    DIGITS.get(usize::from(nibble & 15)).copied().unwrap_or('?')
}

/// An offset in at most five cells: where there are more digits, the last four of them.
pub(crate) fn offset(offset: u64) -> String {
    if offset > 0xf_ffff {
        return format!("…{:04x}", offset & 0xffff);
    }
    format!("{offset:04x}")
}

/// How the two halves of an octet look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Its digits, and itself if it is text.
    pub(crate) style: Style,
    /// What stands for one that is no text.
    pub(crate) mark: Style,
    /// What stands for a space.
    pub(crate) space: (char, Style),
}

/// Where its cells are, if it is written so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OctetCells {
    pub(crate) hex: Option<(u16, u16)>,
    pub(crate) text: Option<(u16, u16)>,
}

impl OctetCells {
    /// Draws the octet, and what stands for it as text.
    pub(crate) fn draw(self, octet: u8, glyph: Glyph, look: Look, canvas: &mut Canvas<'_>) {
        if let Some((x, y)) = self.hex {
            canvas.cell(x, y, digit(octet >> 4), look.style);
            canvas.cell(x + 1, y, digit(octet), look.style);
        }
        let Some((mut x, y)) = self.text else { return };
        let style = match glyph.kind {
            OctetKind::Space => {
                canvas.cell(x, y, look.space.0, look.space.1);
                return;
            }
            OctetKind::Printable => look.style,
            // Many of them in a row would be a wall, if each were a badge.
            OctetKind::High => look.style.add_modifier(Modifier::UNDERLINED),
            OctetKind::Cr | OctetKind::Lf | OctetKind::Control => look.mark,
        };
        for &character in glyph.characters() {
            x = canvas.character(x, y, character, style);
        }
    }

    /// Draws one character in each of its cells.
    pub(crate) fn fill(self, character: char, style: Style, canvas: &mut Canvas<'_>) {
        if let Some((x, y)) = self.hex {
            canvas.cell(x, y, character, style);
            canvas.cell(x + 1, y, character, style);
        }
        if let Some((x, y)) = self.text {
            canvas.cell(x, y, character, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn an_offset_that_is_not_whole_says_so() {
        for (whole, text) in [
            (0x1f, "001f"),
            (0xffff, "ffff"),
            (0x1_0000, "10000"),
            (0xf_fff0, "ffff0"),
            (0x10_0010, "…0010"),
            (u64::MAX, "…ffff"),
        ] {
            assert_eq!(offset(whole), text);
        }
    }
}
