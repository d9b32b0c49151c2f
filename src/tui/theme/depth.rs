//! How many colours the terminal has.

use ratatui::style::Color;

/// What a colour becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// There are none.
    None,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

/// The steps of xterm's cube of 6 × 6 × 6 colours, from index 16.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    pub(super) fn color(self, color: Color) -> Option<Color> {
        match (self, color) {
            (Self::None, _) => None,
            (Self::Indexed, Color::Rgb(r, g, b)) => Some(Color::Indexed(nearest(r, g, b))),
            (Self::Indexed | Self::True, color) => Some(color),
        }
    }
}

/// The nearest of the cube and of the 24 greys behind it.
fn nearest(r: u8, g: u8, b: u8) -> u8 {
    let distance = |a: [u8; 3]| -> u32 {
        a.into_iter()
            .zip([r, g, b])
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let step = |part: u8| {
        let steps = (0_u8..).zip(STEPS);
        steps
            .min_by_key(|(_, step)| step.abs_diff(part))
            .unwrap_or((0, 0))
    };
    let [(ri, rs), (gi, gs), (bi, bs)] = [step(r), step(g), step(b)];
    let cube = (16 + 36 * ri + 6 * gi + bi, [rs, gs, bs]);
    let grey = (0..24_u8)
        .map(|n| (232 + n, [8 + 10 * n; 3]))
        .min_by_key(|(_, grey)| distance(*grey))
        .unwrap_or(cube);
    if distance(grey.1) < distance(cube.1) {
        grey.0
    } else {
        cube.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_256_is_taken() {
        for (rgb, index) in [
            ((0, 0, 0), 16),
            ((255, 255, 255), 231),
            ((255, 0, 0), 196),
            ((13, 17, 23), 233),
            ((94, 234, 212), 80),
        ] {
            let (r, g, b) = rgb;
            assert_eq!(nearest(r, g, b), index, "{rgb:?}");
        }
        assert_eq!(Depth::None.color(Color::Red), None);
        assert_eq!(Depth::Indexed.color(Color::Red), Some(Color::Red));
    }
}
