//! Letters made of half blocks, three rows of cells high: the largest a terminal has.

use ratatui::style::Style;

use super::canvas::{Canvas, cells};

/// How many rows of cells a letter takes, and how many a large one.
pub(crate) const ROWS: u16 = 3;
pub(crate) const LARGE_ROWS: u16 = 5;
/// Cells for what stands between two words.
const SPACE: u16 = 2;

/// Five rows of dots for each. Of letters there are the large ones, and those of CR and LF.
const LETTERS: &[(char, &str)] = &[
    ('A', ".#. #.# ### #.# #.#"),
    ('B', "##. #.# ##. #.# ##."),
    ('C', ".## #.. #.. #.. .##"),
    ('D', "##. #.# #.# #.# ##."),
    ('E', "### #.. ##. #.. ###"),
    ('F', "### #.. ##. #.. #.."),
    ('G', ".## #.. #.# #.# .##"),
    ('H', "#.# #.# ### #.# #.#"),
    ('I', "### .#. .#. .#. ###"),
    ('J', "..# ..# ..# #.# .#."),
    ('K', "#.# #.# ##. #.# #.#"),
    ('L', "#.. #.. #.. #.. ###"),
    ('M', "#...# ##.## #.#.# #...# #...#"),
    ('N', "#..# ##.# #.## #..# #..#"),
    ('O', ".#. #.# #.# #.# .#."),
    ('P', "##. #.# ##. #.. #.."),
    ('Q', ".#. #.# #.# .#. ..#"),
    ('R', "##. #.# ##. #.# #.#"),
    ('S', ".## #.. .#. ..# ##."),
    ('T', "### .#. .#. .#. .#."),
    ('U', "#.# #.# #.# #.# ###"),
    ('V', "#.# #.# #.# #.# .#."),
    ('W', "#...# #...# #.#.# ##.## #...#"),
    ('X', "#.# #.# .#. #.# #.#"),
    ('Y', "#.# #.# .#. .#. .#."),
    ('Z', "### ..# .#. #.. ###"),
    ('0', "### #.# #.# #.# ###"),
    ('1', ".#. ##. .#. .#. ###"),
    ('2', "##. ..# .#. #.. ###"),
    ('3', "##. ..# .#. ..# ##."),
    ('4', "#.# #.# ### ..# ..#"),
    ('5', "### #.. ##. ..# ##."),
    ('6', ".## #.. ### #.# ###"),
    ('7', "### ..# .#. .#. .#."),
    ('8', "### #.# ### #.# ###"),
    ('9', "### #.# ### ..# ##."),
    ('r', "... #.# ##. #.. #.."),
    ('n', "... ##. #.# #.# #.#"),
    ('\\', "#.. #.. .#. ..# ..#"),
    ('/', "..# ..# .#. #.. #.."),
    (':', ". # . # ."),
    ('.', ". . . . #"),
    ('-', "... ... ### ... ..."),
    ('+', "... .#. ### .#. ..."),
    ('%', "#.# ..# .#. #.. #.#"),
];

fn dots(letter: char) -> Option<&'static str> {
    let known = LETTERS.iter().find(|(known, _)| *known == letter);
    known.map(|(_, dots)| *dots)
}

/// The letter that is drawn for a character, if there is one.
fn letter(character: char) -> Option<char> {
    let large = character.to_ascii_uppercase();
    [character, large]
        .into_iter()
        .find(|&one| dots(one).is_some())
}

/// How many cells a text takes. `None` if there is no letter for a part of it.
pub(crate) fn width(text: &str) -> Option<u16> {
    let mut width = 0;
    for character in text.chars() {
        width += match character {
            ' ' => SPACE,
            _ => letter_width(dots(letter(character)?)?) + 1,
        };
    }
    Some(width)
}

fn letter_width(dots: &str) -> u16 {
    cells(dots.split(' ').next().map_or(0, str::len))
}

/// Draws a text, and says where it ends.
pub(crate) fn draw(text: &str, mut x: u16, y: u16, style: Style, canvas: &mut Canvas<'_>) -> u16 {
    for character in text.chars() {
        let Some(dots) = letter(character).and_then(dots) else {
            x += SPACE;
            continue;
        };
        for column in 0..letter_width(dots) {
            let is_set = |row: usize| {
                let row = dots.split(' ').nth(row);
                row.and_then(|row| row.as_bytes().get(usize::from(column))) == Some(&b'#')
            };
            for row in 0..ROWS {
                let above = usize::from(row) * 2;
                let block = match (is_set(above), is_set(above + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => continue,
                };
                canvas.cell(x + column, y + row, block, style);
            }
        }
        x += letter_width(dots) + 1;
    }
    x
}

/// Draws a text twice as large, in twice the cells.
pub(crate) fn draw_large(text: &str, mut x: u16, y: u16, style: Style, canvas: &mut Canvas<'_>) {
    for character in text.chars() {
        let Some(dots) = letter(character).and_then(dots) else {
            x += 2 * SPACE;
            continue;
        };
        for (y, row) in (y..).zip(dots.split(' ')) {
            for (column, dot) in (0..).zip(row.bytes()) {
                let from = x + 2 * column;
                let block = if dot == b'#' { '█' } else { ' ' };
                canvas.rule(from, from + 2, y, block, style);
            }
        }
        x += 2 * (letter_width(dots) + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    #[test]
    fn letters_are_blocks_as_wide_as_is_said() {
        for (letter, dots) in LETTERS {
            let rows: Vec<_> = dots.split(' ').collect();
            assert_eq!(rows.len(), 5, "{letter}");
            assert!(
                rows.iter().all(|row| row.len() == rows[0].len()),
                "{letter}"
            );
        }
        assert_eq!((width("200 ok"), width("\u{e9}")), (Some(22), None));
        let mut cells = Buffer::empty(Rect::new(0, 0, 9, 3));
        let area = cells.area;
        let end = draw(
            "\\n",
            0,
            0,
            Style::new(),
            &mut Canvas::new(&mut cells, area),
        );
        assert_eq!(end, 8);
        assert_eq!(
            cells,
            Buffer::with_lines(["█   ▄▄   ", " ▀▄ █ █  ", "  ▀ ▀ ▀  "])
        );
    }
}
