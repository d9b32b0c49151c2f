//! The help: the keys that count where one is, printed from the keymap, over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::draw_border;
use crate::tui::keymap::Binding;
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// Cells for one column of keys.
const COLUMN: u16 = 52;

pub(super) fn draw(model: &Model, area: Rect, cells: &mut Buffer) {
    // The footer says how to get out of here.
    let area = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    let context = model.ui.pane_context();
    let rows: Vec<_> = model.keymap.bindings(context).collect();
    let columns = if area.width >= 2 * COLUMN + 4 { 2 } else { 1 };
    let needed = rows.len().div_ceil(columns) + 4;
    let width = (COLUMN * layout_cells(columns) + 4).min(area.width);
    let height = layout_cells(needed).min(area.height);
    let window = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(window, cells);
    cells.set_style(window, model.theme.base());
    let title = format!("Help: {}", model.ui.focus.title());
    draw_border(model, true, &title, window, cells);
    let mut inside = Canvas::new(cells, layout::inside(window));
    let per_column = usize::from(inside.height().saturating_sub(2)).max(1);
    let most = rows.len().saturating_sub(per_column * columns);
    let top = model.ui.help_top.min(most);
    for (index, binding) in rows.iter().skip(top).enumerate() {
        let x = layout_cells(index / per_column) * COLUMN;
        let y = layout_cells(index % per_column);
        draw_row(model, binding, x, y, &mut inside);
    }
    let y = inside.height().saturating_sub(1);
    let below = most - top;
    let text = if below > 0 {
        format!("j k: {below} more below  ·  Esc closes this")
    } else {
        format!("theme: {}  ·  Esc closes this", model.theme.name())
    };
    inside.text(0, y, &text, model.theme.style(Role::Dim));
}

fn layout_cells(n: usize) -> u16 {
    crate::tui::widgets::canvas::cells(n)
}

fn draw_row(model: &Model, binding: &Binding, x: u16, y: u16, canvas: &mut Canvas<'_>) {
    canvas.text_in(x, y, 12, &binding.shown, model.theme.style(Role::Key));
    let room = COLUMN - 14;
    canvas.text_in(
        x + 13,
        y,
        room,
        binding.label,
        model.theme.style(Role::Text),
    );
}
