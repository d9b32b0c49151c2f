//! The table of exchanges. Only rows in sight are examined.

use crate::event::escape;
use crate::trace::format;
use crate::trace::{Exchange, ExchangeId};
use crate::tui::model::in_sight;
use crate::tui::model::rows::ExchangeColumn;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width as text_width};
use crate::tui::widgets::column_title::{self, Edge};

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let room = usize::from(canvas.height().saturating_sub(1));
    let selected = model.shown_exchange();
    let in_sight = in_sight::exchanges(model, room);
    let columns = Columns::new(canvas.width(), &in_sight);
    columns.header(model, canvas);
    if in_sight.is_empty() {
        let filtered = model.ui.filter.is_some() && selected.is_some();
        let text = if filtered {
            "none is like this"
        } else {
            "none yet"
        };
        canvas.text(0, 1, text, dim);
    }
    for (y, id) in (1..).zip(in_sight) {
        let shown = model.shown(id.connection);
        if let Some(exchange) = shown.and_then(|connection| connection.exchange(id.n)) {
            draw_row(model, id, exchange, columns, y, canvas);
        } else {
            canvas.text_to(columns.id_end, y, &number(id), dim);
            canvas.text(columns.request, y, "not begun yet", dim);
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

/// The exchange in row `y` of a table of this height.
pub(super) fn row_at(model: &Model, height: u16, y: u16) -> Option<ExchangeId> {
    let rows = usize::from(height.saturating_sub(1));
    let index = usize::from(y.checked_sub(1)?);
    in_sight::exchanges(model, rows).get(index).copied()
}

/// Where the columns begin or end.
#[derive(Debug, Clone, Copy)]
struct Columns {
    id_end: u16,
    request: u16,
    status_end: u16,
    took_end: Option<u16>,
    size_end: Option<u16>,
}

impl Columns {
    /// The numbers have the room of the longest in sight and a cell for the marker before
    /// it; what that takes more than usual is taken from the others.
    fn new(width: u16, in_sight: &[ExchangeId]) -> Self {
        let longest = in_sight.iter().map(|id| text_width(&number(*id))).max();
        let id_end = 7.max(longest.unwrap_or(0) + 1);
        let roomy = width.saturating_sub(id_end - 7);
        let size_end = (roomy >= 44).then_some(width);
        let took_end = (roomy >= 30).then(|| size_end.map_or(width, |end| end - 9));
        Self {
            id_end,
            request: id_end + 2,
            status_end: took_end.map_or(width, |end| end - 9),
            took_end,
            size_end,
        }
    }

    fn header(self, model: &Model, canvas: &mut Canvas<'_>) {
        let sort = model.ui.sorts.exchanges;
        let mut title = |column, text, edge| {
            let way = (sort.column == column).then_some(sort.descending);
            column_title::draw(model.theme, text, edge, way, canvas);
        };
        title(ExchangeColumn::Age, "#", Edge::End(self.id_end));
        title(
            ExchangeColumn::Request,
            "request",
            Edge::Begin(self.request),
        );
        title(ExchangeColumn::Status, "status", Edge::End(self.status_end));
        if let Some(end) = self.took_end {
            title(ExchangeColumn::Took, "took", Edge::End(end));
        }
        if let Some(end) = self.size_end {
            title(ExchangeColumn::Size, "size", Edge::End(end));
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
    canvas.text_to(columns.id_end, y, &number(id), dim);
    let room = columns.status_end.saturating_sub(columns.request + 4);
    let end = columns.request + room;
    if let Some(refusal) = exchange.refusal {
        let why = format!("✗ {}", refusal.what());
        canvas.text_in(columns.request, y, room, &why, theme.style(Role::Bad));
    } else if let Some(head) = &exchange.head {
        let method = escape(head.method_octets());
        let strong = theme.style(Role::Strong);
        let x = canvas.text_in(columns.request, y, room, &method, strong) + 1;
        let target = escape(head.target_octets());
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
        if let Some(end) = columns.took_end {
            canvas.text_to(end, y, &format::took(done.took), dim);
        }
        if let Some(end) = columns.size_end {
            canvas.text_to(end, y, &format::short_size(done.body), dim);
        }
    }
}

/// The connection, and which of its exchanges.
fn number(id: ExchangeId) -> String {
    format!("{}.{}", id.connection.0, id.n)
}
