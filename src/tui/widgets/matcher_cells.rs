//! Four cells for CR LF CR LF, which light up one after the other.

use super::canvas::Canvas;
use crate::tui::theme::{Role, Theme};

const WANTED: [&str; 4] = ["\\r", "\\n", "\\r", "\\n"];

/// Draws the four, of which so many have matched, from `x` on, and says where they end.
pub(crate) fn draw(theme: Theme, matched: u8, mut x: u16, canvas: &mut Canvas<'_>) -> u16 {
    for (i, wanted) in (0..).zip(WANTED) {
        x = draw_cell(theme, wanted, i < matched, x, canvas);
    }
    x
}

/// One of the four: boxed where there is room, and filled once it has matched.
fn draw_cell(theme: Theme, wanted: &str, lit: bool, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    let tall = canvas.height() >= 3;
    let middle = canvas.height() / 2;
    let unlit = theme.style(Role::Dim);
    if !tall {
        let style = if lit {
            theme.style(Role::MatcherLit)
        } else {
            unlit
        };
        let open = canvas.text(x, middle, "[", style);
        let x = canvas.text(open, middle, if lit { wanted } else { "  " }, style);
        return canvas.text(x, middle, "]", style);
    }
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
        canvas.text(x + 2, 1, wanted, unlit);
    }
    x + 7
}
