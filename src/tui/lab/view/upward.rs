//! What was delivered upward: the octets a program would get from `recv`, in one row.

use ratatui::style::Style;

use crate::tui::lab::view::NAMES;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::canvas::{Canvas, width};

/// An octet, wherever one stands in the lab.
pub(super) fn label(octet: u8) -> String {
    match octet {
        b' ' => "·".into(),
        octet => octet.escape_ascii().to_string(),
    }
}

/// Draws as much of the end as there is room for.
pub(super) fn draw(
    theme: Theme,
    y: u16,
    octets: impl Iterator<Item = (u8, Style)>,
    canvas: &mut Canvas<'_>,
) {
    crate::tui::lab::view::draw_name(theme, y, "upward", canvas);
    let texts: Vec<_> = octets.map(|(octet, style)| (label(octet), style)).collect();
    let room = canvas.width().saturating_sub(NAMES + 3);
    let mut wide: u16 = texts.iter().map(|(text, _)| width(text)).sum();
    let dim = theme.style(Role::Dim);
    let mut x = NAMES;
    if wide > room {
        x = canvas.text(x, y, "…", dim);
    }
    for (text, style) in texts {
        if wide > room {
            wide -= width(&text);
            continue;
        }
        x = canvas.text(x, y, &text, style);
    }
    canvas.cell(x, y, '▏', dim);
}
