//! The table of exchanges. Only rows in sight are examined.

mod columns;
mod row;
mod waterfall;

use self::columns::{Columns, number};
use self::waterfall::Axis;
use crate::trace::ExchangeId;
use crate::trace::format;
use crate::tui::model::in_sight;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// The title: what came while the newest was not followed, too.
pub(super) fn title(model: &Model) -> String {
    let new = super::connections::new(model.came_since().exchanges);
    format!("{}{new}", Pane::Exchanges.title())
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let room = usize::from(canvas.height().saturating_sub(1));
    let selected = model.shown_exchange();
    let in_sight = in_sight::exchanges(model, room);
    let sources = in_sight.iter().filter_map(|id| model.shown(id.connection));
    let source = super::connections::source_width(sources);
    let columns = Columns::new(canvas.width(), &in_sight, source);
    let axis = columns
        .fall
        .and_then(|_| Axis::new(model, selected, &in_sight));
    let length = axis.map(|axis| format::took(axis.length()));
    columns.header(model, length.as_deref(), canvas);
    if in_sight.is_empty() {
        let filtered = model.ui.filter.is_some() && selected.is_some();
        let text = if filtered {
            "none is like this"
        } else {
            "none yet"
        };
        canvas.text(0, 1, text, dim);
    }
    let pages: Vec<_> = in_sight
        .iter()
        .map(|&id| model.trace().page_of(id))
        .collect();
    for (index, (y, &id)) in (1..).zip(&in_sight).enumerate() {
        let shown = model.shown(id.connection);
        let exchange = shown.and_then(|shown| Some((shown, shown.exchange(id.n)?)));
        if let Some((connection, exchange)) = exchange {
            row::draw(model, (connection, exchange), columns, y, canvas);
            if let (Some(axis), Some(column)) = (axis, columns.fall) {
                waterfall::draw(model, axis, exchange, column, y, canvas);
            }
        } else {
            canvas.text_to(columns.id_end, y, &number(id), dim);
            canvas.text(columns.request.x, y, "not begun yet", dim);
        }
        if let Some(bracket) = bracket(&pages, index) {
            canvas.cell(columns.id_end + 1, y, bracket, dim);
        }
        if model.live.marks.has_exchange(id) {
            canvas.cell(columns.id_end, y, '◆', model.theme.style(Role::Marked));
        }
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

/// What holds the rows of one page load together, where more than one is in sight.
fn bracket(pages: &[Option<ExchangeId>], index: usize) -> Option<char> {
    let page = (*pages.get(index)?)?;
    let same = |pages: &[Option<ExchangeId>]| pages.contains(&Some(page));
    let (before, rest) = pages.split_at_checked(index)?;
    let after = rest.get(1..).unwrap_or_default();
    match (same(before), same(after)) {
        (false, false) => None,
        (false, true) => Some('┌'),
        (true, true) => Some('├'),
        (true, false) => Some('└'),
    }
}

/// The exchange in row `y` of a table of this height.
pub(super) fn row_at(model: &Model, height: u16, y: u16) -> Option<ExchangeId> {
    let rows = usize::from(height.saturating_sub(1));
    let index = usize::from(y.checked_sub(1)?);
    in_sight::exchanges(model, rows).get(index).copied()
}
