//! The table of exchanges, the newest at the bottom. Only rows in sight are looked at.

use super::canvas::Canvas;
use crate::event::inert;
use crate::tui::exchange::{Exchange, ExchangeId};
use crate::tui::format;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let columns = Columns::of(canvas.width());
    canvas.text_to(columns.id_end, 0, "#", dim);
    canvas.text(columns.request, 0, "request", dim);
    canvas.text_to(columns.status_end, 0, "status", dim);
    canvas.text_to(columns.took_end, 0, "took", dim);
    if let Some(end) = columns.size_end {
        canvas.text_to(end, 0, "size", dim);
    }
    let rows = usize::from(canvas.height().saturating_sub(1));
    let selected = selected(model);
    let visible = in_sight(model, selected, rows);
    if visible.is_empty() {
        canvas.text(0, 1, "none yet", dim);
    }
    for (y, (id, exchange)) in (1..).zip(visible) {
        draw_row(model, id, exchange, columns, y, canvas);
        if Some(id) == selected {
            let width = canvas.width();
            let focused = model.ui.focus == Pane::Exchanges;
            // In the other panes it is the connection that is selected: a lighter mark.
            let role = if focused {
                Role::Selected
            } else {
                Role::Current
            };
            canvas.tint(0, y, width, model.theme.style(role));
            canvas.cell(0, y, '▸', model.theme.style(role));
        }
    }
}

fn selected(model: &Model) -> Option<ExchangeId> {
    model.exchange().map(|(conn, exchange)| ExchangeId {
        connection: conn.id,
        n: exchange.n,
    })
}

/// The exchange in row `y` of a table of this height.
pub(super) fn row_at(model: &Model, height: u16, y: u16) -> Option<ExchangeId> {
    let rows = usize::from(height.saturating_sub(1));
    let visible = in_sight(model, selected(model), rows);
    let index = usize::from(y.checked_sub(1)?);
    visible.get(index).map(|(id, _)| *id)
}

/// `rows` exchanges around the selected one, or the newest.
fn in_sight(
    model: &Model,
    selected: Option<ExchangeId>,
    rows: usize,
) -> Vec<(ExchangeId, &Exchange)> {
    let world = model.world();
    let known = &world.exchanges;
    let newest = known.len().saturating_sub(1);
    let at = selected.and_then(|selected| known.iter().rposition(|&id| id == selected));
    let end = (at.unwrap_or(newest) + rows / 2)
        .max(rows.saturating_sub(1))
        .min(newest);
    let up = (0..=end).rev().filter_map(|index| known.get(index));
    let mut visible: Vec<_> = up
        .filter_map(|&id| Some((id, world.exchange(id)?)))
        .take(rows)
        .collect();
    visible.reverse();
    visible
}

/// Where the columns begin or end.
#[derive(Debug, Clone, Copy)]
struct Columns {
    id_end: u16,
    request: u16,
    status_end: u16,
    took_end: u16,
    size_end: Option<u16>,
}

impl Columns {
    fn of(width: u16) -> Self {
        let size_end = (width >= 44).then_some(width);
        let took_end = size_end.map_or(width, |end| end.saturating_sub(9));
        Self {
            id_end: 7,
            request: 9,
            status_end: took_end.saturating_sub(9),
            took_end,
            size_end,
        }
    }
}

fn draw_row(
    model: &Model,
    id: ExchangeId,
    exchange: &Exchange,
    columns: Columns,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let theme = model.theme;
    let text = theme.style(Role::Text);
    let dim = theme.style(Role::Dim);
    let number = format!("{}.{}", id.connection.0, id.n);
    canvas.text_to(columns.id_end, y, &number, dim);
    let room = columns.status_end.saturating_sub(columns.request + 4);
    let end = columns.request + room;
    if let Some(diagnosis) = exchange.diagnosis {
        let why = format!("✗ {}", diagnosis.what());
        canvas.text_in(columns.request, y, room, &why, theme.style(Role::Bad));
    } else if let Some(head) = &exchange.head {
        let method = inert(head.method_octets());
        let strong = theme.style(Role::Strong);
        let x = canvas.text_in(columns.request, y, room, &method, strong) + 1;
        let target = inert(head.target_octets());
        canvas.text_in(x, y, end.saturating_sub(x), &target, text);
    } else {
        canvas.text_in(columns.request, y, room, "(detail left out)", dim);
    }
    match exchange.status() {
        Some(status) => {
            let role = Role::of_status(status.class());
            canvas.text_to(
                columns.status_end,
                y,
                &status.to_string(),
                theme.style(role),
            );
        }
        None => canvas.text_to(columns.status_end, y, "…", dim),
    }
    if let Some(done) = exchange.done {
        canvas.text_to(columns.took_end, y, &format::took(done.took), dim);
        if let Some(end) = columns.size_end {
            canvas.text_to(end, y, &format::size(done.body), dim);
        }
    }
}
