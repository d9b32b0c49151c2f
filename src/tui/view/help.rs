//! The help: the keys that count where one is, printed from the keymap, grouped by what they
//! are for, over the panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use crate::event::escape;
use crate::tui::keymap::purpose::Purpose;
use crate::tui::keymap::{Binding, Context};
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells as count_cells};
use crate::tui::widgets::window;

/// The least cells for one of two columns of keys: in them every label is whole.
const COLUMN: u16 = 58;
/// Cells for a key, and what is between it and its label.
const KEY: u16 = 13;
/// What the footer takes, which says how to get out of here, or the box in which is typed what
/// to find.
const FOOTER: u16 = 1;
/// The border on both sides, and what is kept free of it.
const FRAME: u16 = 4;
const BOX: u16 = 5;

/// One row of the help.
#[derive(Debug, Clone, Copy)]
enum Row<'a> {
    Title(Purpose),
    Key(&'a Binding),
    Gap,
}

pub(super) fn draw(model: &Model, area: Rect, cells: &mut Buffer) {
    let below = if model.ui.prompt.is_some() {
        BOX
    } else {
        FOOTER
    };
    let area = Rect {
        height: area.height.saturating_sub(below),
        ..area
    };
    let rows = rows(model);
    let columns = if area.width >= 2 * COLUMN + FRAME {
        2
    } else {
        1
    };
    let needed = rows.len().div_ceil(columns) + 4;
    let column = COLUMN.min(area.width.saturating_sub(FRAME));
    let width = (column * count_cells(columns) + FRAME).min(area.width);
    let height = count_cells(needed).min(area.height);
    let window = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    Clear.render(window, cells);
    cells.set_style(window, model.theme.base());
    let title = match model.ui.help_search.as_str() {
        "" => format!("Help: {}", model.ui.focus.title()),
        search => format!("Help: {}", escape(search.as_bytes())),
    };
    window::border(model.theme, window::Edge::focused(), &title, window, cells);
    let mut inside = Canvas::new(cells, layout::inside(window));
    let per_column = usize::from(inside.height().saturating_sub(2)).max(1);
    let most = rows.len().saturating_sub(per_column * columns);
    let top = model.ui.help_top.min(most);
    for (index, row) in rows.iter().skip(top).enumerate() {
        let x = count_cells(index / per_column) * column;
        let y = count_cells(index % per_column);
        draw_row(model, *row, (x, y), column, &mut inside);
    }
    if rows.is_empty() {
        inside.text(0, 0, "no key does that", model.theme.style(Role::Dim));
    }
    let y = inside.height().saturating_sub(1);
    let below = most - top;
    let text = if below > 0 {
        format!("j k: {below} more below  ·  / finds a key  ·  Esc closes this")
    } else {
        let theme = model.theme.name();
        format!("/ finds a key  ·  theme: {theme}  ·  Esc closes this")
    };
    inside.text(0, y, &text, model.theme.style(Role::Dim));
}

/// The keys that hold what is looked for, under what they are for.
fn rows(model: &Model) -> Vec<Row<'_>> {
    let context = model.ui.pane_context();
    let wanted = model.ui.help_search.to_lowercase();
    let fits = |binding: &&Binding| {
        let label = binding.label.to_lowercase();
        let purpose = binding.command.purpose().title().to_lowercase();
        label.contains(&wanted)
            || purpose.contains(&wanted)
            || binding.command.name().contains(&wanted)
            || binding
                .shown
                .split(' ')
                .any(|key| key == model.ui.help_search)
    };
    let known = model.keymap.known(context, model.ui.past.is_some());
    let known: Vec<_> = known.filter(fits).collect();
    let mut rows = Vec::new();
    for purpose in Purpose::ALL {
        let mut keys = known
            .iter()
            .filter(|binding| binding.command.purpose() == purpose)
            .peekable();
        if keys.peek().is_none() {
            continue;
        }
        if !rows.is_empty() {
            rows.push(Row::Gap);
        }
        rows.push(Row::Title(purpose));
        rows.extend(keys.map(|binding| Row::Key(binding)));
    }
    rows
}

fn draw_row(model: &Model, row: Row<'_>, (x, y): (u16, u16), column: u16, canvas: &mut Canvas<'_>) {
    match row {
        Row::Gap => {}
        Row::Title(purpose) => {
            let style = model.theme.style(Role::Strong);
            canvas.text_in(x, y, column.saturating_sub(2), purpose.title(), style);
        }
        Row::Key(binding) => {
            canvas.text_in(x, y, KEY - 1, &binding.shown, model.theme.style(Role::Key));
            let elsewhere = binding.place == Context::Past && model.ui.past.is_none();
            let label = if elsewhere {
                format!("in the past: {}", binding.label)
            } else {
                binding.label.to_owned()
            };
            let style = model.theme.style(Role::Text);
            canvas.text_in(x + KEY, y, column.saturating_sub(KEY + 1), &label, style);
        }
    }
}
