//! The colours of each theme.

use ratatui::style::{Color, Modifier, Style};

use crate::trace::octet_role::OctetRole;

/// The colours a theme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Palette {
    pub(super) name: &'static str,
    pub(super) background: Color,
    pub(super) text: Color,
    pub(super) dim: Color,
    pub(super) line: Color,
    pub(super) accent: Color,
    pub(super) red: Color,
    pub(super) green: Color,
    pub(super) yellow: Color,
    pub(super) blue: Color,
    pub(super) magenta: Color,
    pub(super) cyan: Color,
    /// Two backgrounds that recvs take in turns; none where the terminal's own is not known.
    pub(super) runs: [Option<Color>; 2],
    pub(super) selected: Option<Color>,
}

/// The terminal's own colours: right on a dark and on a light background, because it names
/// neither black nor white.
pub(super) const TERMINAL: Palette = Palette {
    name: "terminal",
    background: Color::Reset,
    text: Color::Reset,
    dim: Color::DarkGray,
    line: Color::DarkGray,
    accent: Color::Cyan,
    red: Color::Red,
    green: Color::Green,
    yellow: Color::Yellow,
    // Plain blue can hardly be read on black, in most terminals' palettes.
    blue: Color::LightBlue,
    magenta: Color::Magenta,
    cyan: Color::Cyan,
    runs: [None, None],
    selected: None,
};

const DARK: Palette = Palette {
    name: "dark",
    background: Color::Rgb(13, 17, 23),
    text: Color::Rgb(214, 221, 229),
    dim: Color::Rgb(139, 149, 162),
    line: Color::Rgb(48, 56, 67),
    accent: Color::Rgb(94, 234, 212),
    red: Color::Rgb(255, 123, 114),
    green: Color::Rgb(126, 231, 135),
    yellow: Color::Rgb(240, 190, 80),
    blue: Color::Rgb(121, 192, 255),
    magenta: Color::Rgb(210, 168, 255),
    cyan: Color::Rgb(94, 234, 212),
    runs: [None, Some(Color::Rgb(25, 33, 45))],
    selected: Some(Color::Rgb(33, 44, 60)),
};

const LIGHT: Palette = Palette {
    name: "light",
    background: Color::Rgb(255, 255, 255),
    text: Color::Rgb(31, 35, 40),
    dim: Color::Rgb(101, 109, 118),
    line: Color::Rgb(200, 206, 214),
    accent: Color::Rgb(0, 118, 110),
    red: Color::Rgb(190, 25, 40),
    green: Color::Rgb(20, 110, 45),
    yellow: Color::Rgb(145, 88, 0),
    blue: Color::Rgb(9, 90, 200),
    magenta: Color::Rgb(120, 60, 200),
    cyan: Color::Rgb(0, 118, 110),
    runs: [None, Some(Color::Rgb(236, 241, 248))],
    selected: Some(Color::Rgb(218, 230, 246)),
};

const CONTRAST: Palette = Palette {
    name: "high-contrast",
    background: Color::Rgb(0, 0, 0),
    text: Color::Rgb(255, 255, 255),
    dim: Color::Rgb(200, 200, 200),
    line: Color::Rgb(160, 160, 160),
    accent: Color::Rgb(255, 255, 0),
    red: Color::Rgb(255, 120, 120),
    green: Color::Rgb(100, 255, 100),
    yellow: Color::Rgb(255, 255, 0),
    blue: Color::Rgb(130, 200, 255),
    magenta: Color::Rgb(255, 160, 255),
    cyan: Color::Rgb(0, 255, 255),
    runs: [None, Some(Color::Rgb(40, 40, 40))],
    selected: Some(Color::Rgb(0, 60, 140)),
};

/// Safe for those who cannot tell red from green: good is blue and bad is orange, after the
/// palette of Okabe and Ito, lightened until it can be read on black.
const COLOR_BLIND: Palette = Palette {
    name: "colour-blind",
    background: Color::Rgb(16, 18, 24),
    text: Color::Rgb(226, 228, 233),
    dim: Color::Rgb(150, 155, 168),
    line: Color::Rgb(62, 68, 82),
    accent: Color::Rgb(86, 180, 233),
    red: Color::Rgb(255, 140, 60),
    green: Color::Rgb(86, 180, 233),
    yellow: Color::Rgb(240, 228, 66),
    blue: Color::Rgb(160, 178, 255),
    magenta: Color::Rgb(230, 170, 205),
    cyan: Color::Rgb(130, 225, 215),
    runs: [None, Some(Color::Rgb(30, 35, 46))],
    selected: Some(Color::Rgb(40, 50, 70)),
};

/// Every palette, in the order they are gone through.
pub(super) const PALETTES: [Palette; 5] = [TERMINAL, DARK, LIGHT, CONTRAST, COLOR_BLIND];

impl Palette {
    /// The colour of a status of this class.
    const fn status(self, class: u8) -> Color {
        match class {
            2 => self.green,
            3 => self.blue,
            4 => self.yellow,
            5 => self.red,
            _ => self.text,
        }
    }

    pub(super) fn octet(self, role: OctetRole) -> Style {
        let (color, modifier) = match role {
            OctetRole::New => (self.text, Modifier::BOLD),
            OctetRole::Method => (self.green, Modifier::BOLD),
            OctetRole::Target => (self.cyan, Modifier::BOLD),
            OctetRole::Version | OctetRole::LineEnd => (self.blue, Modifier::empty()),
            OctetRole::Space | OctetRole::Colon => (self.dim, Modifier::empty()),
            OctetRole::FieldName => (self.magenta, Modifier::BOLD),
            OctetRole::Searched | OctetRole::FieldValue => (self.text, Modifier::empty()),
            OctetRole::Boundary | OctetRole::ChunkSize => (self.yellow, Modifier::BOLD),
            OctetRole::Body | OctetRole::ChunkData => (self.blue, Modifier::ITALIC),
            OctetRole::Status(class) => (self.status(class), Modifier::BOLD),
            OctetRole::Reason(class) => (self.status(class), Modifier::empty()),
            OctetRole::ChunkExtension => (self.yellow, Modifier::empty()),
            OctetRole::Trailer => (self.magenta, Modifier::empty()),
            OctetRole::Opaque => (self.magenta, Modifier::ITALIC),
            OctetRole::Wrong => (self.red, Modifier::BOLD.union(Modifier::REVERSED)),
        };
        Style::new().fg(color).add_modifier(modifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_names_neither_black_nor_white() {
        let p = TERMINAL;
        for color in [
            p.background,
            p.text,
            p.dim,
            p.line,
            p.accent,
            p.red,
            p.green,
            p.yellow,
            p.blue,
            p.magenta,
        ] {
            assert!(!matches!(
                color,
                Color::Black | Color::White | Color::Gray | Color::Rgb(..)
            ));
        }
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(color: Color) -> Option<f64> {
        let Color::Rgb(r, g, b) = color else {
            return None;
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
    }

    #[test]
    fn every_colour_can_be_read_on_every_background_it_may_stand_on() {
        for p in PALETTES {
            let [_, odd] = p.runs;
            for background in [Some(p.background), odd].into_iter().flatten() {
                let Some(behind) = luminance(background) else {
                    continue;
                };
                for (color, least) in [
                    (p.text, 7.0),
                    (p.dim, 4.5),
                    (p.accent, 4.5),
                    (p.red, 4.5),
                    (p.green, 4.5),
                    (p.yellow, 4.5),
                    (p.blue, 4.5),
                    (p.magenta, 4.5),
                    (p.cyan, 4.5),
                ] {
                    let front = luminance(color).unwrap();
                    let (light, dark) = (front.max(behind), front.min(behind));
                    let contrast = (light + 0.05) / (dark + 0.05);
                    assert!(contrast >= least, "{}: {color} {contrast:.1}", p.name);
                }
            }
        }
    }
}
