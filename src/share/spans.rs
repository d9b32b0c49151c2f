//! From the cells of a screen to rows of text, each piece with the names of its style, as JSON.
//!
//! A script puts each piece into the page as text, so nothing in it can be markup; control
//! characters and line ends are escaped by JSON, so nothing in it can end a line of the stream.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The rows of a screen: each a JSON array of `["names of styles","text"]`, and with a third
/// member, the columns it takes, where a font may have other ideas of that.
pub(super) fn rows(cells: &Buffer) -> Vec<String> {
    let area = cells.area;
    (area.top()..area.bottom())
        .map(|y| {
            let cells = (area.left()..area.right()).filter_map(|x| cells.cell((x, y)));
            row(cells)
        })
        .collect()
}

struct Piece {
    style: String,
    text: String,
    columns: usize,
}

fn row<'a>(cells: impl Iterator<Item = &'a Cell>) -> String {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut covered = 0;
    for cell in cells {
        // What a wide character covers has no text of its own.
        if covered > 0 {
            covered -= 1;
            continue;
        }
        let symbol = cell.symbol();
        let columns = symbol.width().max(1);
        covered = columns - 1;
        let style = style(cell);
        match pieces.last_mut() {
            Some(last) if last.style == style => {
                last.text.push_str(symbol);
                last.columns += columns;
            }
            Some(_) | None => pieces.push(Piece {
                style,
                text: symbol.into(),
                columns,
            }),
        }
    }
    if let Some(last) = pieces.last_mut()
        && last.style.is_empty()
    {
        let kept = last.text.trim_end_matches(' ').len();
        last.columns -= last.text.len() - kept;
        last.text.truncate(kept);
    }
    pieces.retain(|piece| !piece.text.is_empty());
    let mut json = String::from("[");
    for (index, piece) in pieces.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let text = serde_json::Value::from(piece.text.as_str());
        // Nothing fails in writing to memory.
        let _ = if piece.text.is_ascii() {
            write!(json, "{comma}[\"{}\",{text}]", piece.style)
        } else {
            write!(
                json,
                "{comma}[\"{}\",{text},{}]",
                piece.style, piece.columns
            )
        };
    }
    json.push(']');
    json
}

/// The names of a cell's style, as the style sheet of the page has them.
fn style(cell: &Cell) -> String {
    let mut names = Vec::new();
    if let Some(number) = number(cell.fg) {
        names.push(format!("f{number}"));
    }
    if let Some(number) = number(cell.bg) {
        names.push(format!("g{number}"));
    }
    let modifiers = [
        (Modifier::BOLD, "b"),
        (Modifier::DIM, "d"),
        (Modifier::ITALIC, "i"),
        (Modifier::UNDERLINED, "u"),
        (Modifier::REVERSED, "r"),
        (Modifier::CROSSED_OUT, "x"),
    ];
    let set = modifiers.iter().filter(|(m, _)| cell.modifier.contains(*m));
    names.extend(set.map(|(_, name)| (*name).to_owned()));
    names.join(" ")
}

/// The number of one of the 16 colours; the page knows no others.
const fn number(color: Color) -> Option<u8> {
    Some(match color {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(number @ 0..16) => number,
        Color::Reset | Color::Indexed(_) | Color::Rgb(..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn screen(lines: &[(&str, Style)]) -> Buffer {
        let height = u16::try_from(lines.len()).unwrap();
        let mut cells = Buffer::empty(Rect::new(0, 0, 12, height));
        for (y, (text, style)) in (0..).zip(lines) {
            cells.set_string(0, y, text, *style);
        }
        cells
    }

    #[test]
    fn a_row_is_text_with_the_names_of_its_styles() {
        let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
        let cells = screen(&[
            ("GET /", red),
            ("plain", Style::new()),
            ("", Style::new()),
            ("│ 日本", Style::new().bg(Color::White)),
        ]);
        assert_eq!(
            rows(&cells),
            [
                r#"[["f1 b","GET /"]]"#,
                r#"[["","plain"]]"#,
                "[]",
                r#"[["g15","│ 日本",6]]"#,
            ]
        );
    }

    #[test]
    fn markup_and_line_ends_stay_text() {
        let style = Style::new();
        let mut cells = screen(&[("<script>\"&", style)]);
        cells.cell_mut((11, 0)).unwrap().set_symbol("\n");
        let row = &rows(&cells)[0];
        assert_eq!(row, r#"[["","<script>\"& \n"]]"#);
        assert!(!row.contains('\n'));
    }

    proptest! {
        #[test]
        fn every_row_is_json_on_one_line_and_says_what_the_cells_do(text in "\\PC{0,12}") {
            let cells = screen(&[(&text, Style::new())]);
            let rows = rows(&cells);
            prop_assert!(!rows[0].contains(['\n', '\r']));
            let read: serde_json::Value = serde_json::from_str(&rows[0]).unwrap();
            let pieces = read.as_array().unwrap().iter();
            let read: String = pieces.map(|piece| piece[1].as_str().unwrap()).collect();
            prop_assert!(text.starts_with(&read) || !text.is_ascii(), "{read:?}");
        }
    }
}
