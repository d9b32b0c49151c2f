//! Four cells for CR LF CR LF, which light up one after the other.

use super::block_letters;
use super::canvas::Canvas;
use crate::tui::theme::{Role, Theme};

const WANTED: [&str; 4] = ["\\r", "\\n", "\\r", "\\n"];
/// Cells of one that is large: two letters of blocks, and what is around them.
const LARGE_CELLS: u16 = 11;

/// Rows of the cells for the back of a room.
pub(crate) const LARGE: u16 = 5;

/// Draws the four, of which so many have matched, from `x` on, and says where they end. They
/// are as large as the canvas is high.
pub(crate) fn draw(theme: Theme, matched: u8, mut x: u16, canvas: &mut Canvas<'_>) -> u16 {
    for (i, wanted) in (0..).zip(WANTED) {
        let lit = i < matched;
        x = match canvas.height() {
            ..3 => draw_row(theme, wanted, lit, x, canvas),
            3..LARGE => draw_box(theme, wanted, lit, x, canvas),
            LARGE.. => draw_large(theme, wanted, lit, x, canvas),
        };
    }
    x
}

/// One of the four in a row of text.
fn draw_row(theme: Theme, wanted: &str, lit: bool, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    let middle = canvas.height() / 2;
    let style = theme.style(if lit { Role::MatcherLit } else { Role::Dim });
    let open = canvas.text(x, middle, "[", style);
    let x = canvas.text(open, middle, if lit { wanted } else { "  " }, style);
    canvas.text(x, middle, "]", style)
}

/// One of the four, boxed, and filled once it has matched.
fn draw_box(theme: Theme, wanted: &str, lit: bool, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    if lit {
        let style = theme.style(Role::MatcherLit);
        let edge = theme.style(Role::MatcherEdge);
        canvas.rule(x, x + 6, 0, '▄', edge);
        canvas.rule(x, x + 6, 1, ' ', style);
        canvas.rule(x, x + 6, 2, '▀', edge);
        canvas.text(x + 2, 1, wanted, style);
    } else {
        let border = theme.style(Role::MatcherUnlit);
        canvas.text(x, 0, "╭────╮", border);
        canvas.text(x, 1, "│    │", border);
        canvas.text(x, 2, "╰────╯", border);
        canvas.text(x + 2, 1, wanted, theme.style(Role::Dim));
    }
    x + 7
}

/// One of the four, twice as large: no line of it is thinner than a cell is high or wide.
fn draw_large(theme: Theme, wanted: &str, lit: bool, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    let edge = theme.style(if lit {
        Role::MatcherEdge
    } else {
        Role::MatcherUnlit
    });
    let inside = theme.style(if lit { Role::MatcherLit } else { Role::Dim });
    let end = x + LARGE_CELLS;
    canvas.rule(x, end, 0, '▄', edge);
    for y in 1..LARGE - 1 {
        if lit {
            canvas.rule(x, end, y, ' ', inside);
        } else {
            canvas.cell(x, y, '█', edge);
            canvas.cell(end - 1, y, '█', edge);
        }
    }
    canvas.rule(x, end, LARGE - 1, '▀', edge);
    // Half blocks stand for nothing in ASCII.
    if theme.is_ascii() {
        canvas.text(x + LARGE_CELLS / 2 - 1, LARGE / 2, wanted, inside);
    } else {
        block_letters::draw(wanted, x + 2, 1, inside, canvas);
    }
    end + 1
}
