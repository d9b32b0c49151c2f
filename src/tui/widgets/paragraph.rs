//! Text in several lines.

use ratatui::style::Style;

use super::canvas::{Canvas, wrap};

/// Draws a text in at most `lines` lines from `x`, `y` on, the last of which ends in `…` if
/// that is not all of it. Says where the next line is.
pub(crate) fn draw(
    text: &str,
    (x, y): (u16, u16),
    lines: u16,
    style: Style,
    canvas: &mut Canvas<'_>,
) -> u16 {
    let wrapped = wrap(text, room(canvas, x));
    let last = usize::from(lines.saturating_sub(1));
    let mut at = y;
    for (index, line) in wrapped.iter().enumerate().take(usize::from(lines)) {
        if index == last {
            let rest = wrapped.get(index..).unwrap_or_default().concat();
            canvas.text(x, at, rest.trim_end(), style);
        } else {
            canvas.text(x, at, line.trim_end(), style);
        }
        at += 1;
    }
    at
}

/// The cells of a line from `x` on.
pub(crate) fn room(canvas: &Canvas<'_>, x: u16) -> u16 {
    canvas.width().saturating_sub(x).max(1)
}
