//! The lab's help: its keys, printed from the keymap, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::tui::lab::{Bench, KEYMAP};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::cells;

const WIDTH: u16 = 66;

/// What can be seen, and what it is.
const LEGEND: [(&str, &str); 5] = [
    ("p7 ↻p7", "a packet; one that is sent again"),
    ("✕", "lost here, and nobody is told"),
    ("ack 6", "everything up to p6 has arrived"),
    ("[ ]", "what may be under way without an ack"),
    ("__ ··", "a hole; nothing sent has come so far"),
];

pub(super) fn draw(bench: &Bench, area: Rect, cells_of: &mut Buffer) {
    let theme = bench.theme;
    let rows = cells(KEYMAP.len() + LEGEND.len() + 3);
    let (width, height) = (WIDTH.min(area.width), rows.min(area.height));
    let window = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(window, cells_of);
    cells_of.set_style(window, theme.base());
    let mut canvas = crate::tui::lab::view::panel(theme, "Help: the lab", window, cells_of);
    let keys = KEYMAP.iter().map(|row| (row.shown, row.label));
    let rows = keys.map(Some).chain([None]).chain(LEGEND.map(Some));
    for (y, row) in (0..).zip(rows) {
        if let Some((mark, meaning)) = row {
            canvas.text_in(1, y, 10, mark, theme.style(Role::Key));
            canvas.text(12, y, meaning, theme.style(Role::Text));
        }
    }
}
