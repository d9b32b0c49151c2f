//! A URL as a QR code of text, for a telephone's camera.

use qrcode::render::unicode::Dense1x2;
use qrcode::{Color, EcLevel, QrCode};

use crate::tui::Theme;

/// What the terminal can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Nothing but ASCII.
    ascii: bool,
    /// Whether light and dark can be set, whatever the terminal's background is.
    color: bool,
}

impl From<Theme> for Look {
    fn from(theme: Theme) -> Self {
        Self {
            ascii: theme.is_ascii(),
            color: theme.has_color(),
        }
    }
}

/// The modules of the code for `url`, row by row, without its quiet zone: whether each is dark.
/// None where it is too long for a code.
pub(crate) fn modules(url: &str) -> Vec<Vec<bool>> {
    let Ok(code) = QrCode::with_error_correction_level(url, EcLevel::L) else {
        return Vec::new();
    };
    let colors = code.to_colors();
    let rows = colors.chunks(code.width().max(1));
    rows.map(|row| row.iter().map(|color| *color == Color::Dark).collect())
        .collect()
}

/// The code for `url`, with its quiet zone, where it fits into `room`: columns and rows. What
/// is cut off anywhere can be read by nobody.
pub(super) fn drawn(url: &str, look: Look, room: (u16, u16)) -> Option<String> {
    // A screen has no stains: the least redundancy makes the largest modules.
    let code = QrCode::with_error_correction_level(url, EcLevel::L).ok()?;
    let side = code.width() + 2 * 4;
    let needed = if look.ascii {
        (2 * side, side)
    } else {
        (side, side.div_ceil(2))
    };
    if needed.0 > usize::from(room.0) || needed.1 >= usize::from(room.1) {
        return None;
    }
    let text = match (look.ascii, look.color) {
        (false, _) => code
            .render::<Dense1x2>()
            // Its own words mean ink on paper, and a terminal's glyphs are light.
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build(),
        (true, true) => code
            .render::<&str>()
            .dark_color("\x1b[40m  ")
            .light_color("\x1b[107m  ")
            .build(),
        (true, false) => code
            .render::<&str>()
            .dark_color("  ")
            .light_color("##")
            .build(),
    };
    if !look.color {
        return Some(text);
    }
    // Light on dark explicitly: on a light background the glyphs would be the other way round.
    let lines: Vec<_> = text
        .lines()
        .map(|line| format!("\x1b[97;40m{line}\x1b[0m"))
        .collect();
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://192.168.100.100:8080/";

    fn look(ascii: bool, color: bool) -> Look {
        Look { ascii, color }
    }

    #[test]
    fn a_code_that_does_not_fit_is_left_out_whole() {
        for (look, columns, rows) in [(look(false, false), 33, 18), (look(true, false), 66, 34)] {
            let code = drawn(URL, look, (columns, rows)).unwrap();
            let widest = code.lines().map(|line| line.chars().count()).max();
            assert_eq!(widest, Some(usize::from(columns)));
            assert_eq!(code.lines().count() + 1, usize::from(rows));
            assert!(drawn(URL, look, (columns - 1, rows)).is_none());
            assert!(drawn(URL, look, (columns, rows - 1)).is_none());
        }
    }

    #[test]
    fn ascii_is_ascii_and_without_colour_there_is_no_escape_sequence() {
        let room = (200, 200);
        for color in [false, true] {
            let code = drawn(URL, look(true, color), room).unwrap();
            assert!(code.is_ascii());
            assert_eq!(code.contains('\x1b'), color);
        }
        assert!(
            !drawn(URL, look(false, false), room)
                .unwrap()
                .contains('\x1b')
        );
    }

    /// What a camera would see: whether each module is dark.
    fn seen(code: &str, ascii: bool) -> Vec<Vec<bool>> {
        let plain = code.replace("\x1b[40m", "").replace("\x1b[0m", "");
        let plain = plain.replace("\x1b[97;40m", "").replace("\x1b[97;", "");
        if ascii {
            let light = plain.replace("\x1b[107m  ", "##");
            let modules = |line: &str| {
                let cells: Vec<_> = line.chars().collect();
                cells.chunks(2).map(|cell| cell == [' ', ' ']).collect()
            };
            return light.lines().map(modules).collect();
        }
        let half = |line: &str, lit: [char; 2]| line.chars().map(|c| !lit.contains(&c)).collect();
        plain
            .lines()
            .flat_map(|line| [half(line, ['█', '▀']), half(line, ['█', '▄'])])
            .collect()
    }

    #[test]
    fn a_camera_reads_the_url_in_every_look() {
        for ascii in [false, true] {
            for color in [false, true] {
                let code = drawn(URL, look(ascii, color), (200, 200)).unwrap();
                let modules = seen(&code, ascii);
                let scale = 4;
                let mut image = rqrr::PreparedImage::prepare_from_greyscale(
                    modules[0].len() * scale,
                    modules.len() * scale,
                    |x, y| {
                        if modules[y / scale][x / scale] {
                            0
                        } else {
                            255
                        }
                    },
                );
                let grids = image.detect_grids();
                let read = grids.first().map(|grid| grid.decode().unwrap().1);
                assert_eq!(read.as_deref(), Some(URL), "{code}");
            }
        }
    }
}
