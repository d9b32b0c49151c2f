//! The table of connections, the newest at the bottom. Only rows in sight are looked at.

use super::canvas::Canvas;
use crate::event::ConnectionId;
use crate::tui::conn::Conn;
use crate::tui::format;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;
use crate::tui::words;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let columns = Columns::of(canvas.width());
    columns.header(dim, canvas);
    let rows = usize::from(canvas.height().saturating_sub(1));
    let Some(selected) = model.watched() else {
        canvas.text(0, 1, "none yet", dim);
        return;
    };
    for (y, conn) in (1..).zip(in_sight(model, selected, rows)) {
        draw_row(model, conn, columns, y, canvas);
        if conn.id == selected {
            let width = canvas.width();
            canvas.tint(0, y, width, model.theme.style(Role::Selected));
            if model.ui.focus == Pane::Connections {
                canvas.cell(0, y, '▸', model.theme.style(Role::Selected));
            }
        }
    }
}

/// The connection in row `y` of a table of this height.
pub(super) fn row_at(model: &Model, height: u16, y: u16) -> Option<ConnectionId> {
    let rows = usize::from(height.saturating_sub(1));
    let visible = in_sight(model, model.watched()?, rows);
    let index = usize::from(y.checked_sub(1)?);
    visible.get(index).map(|conn| conn.id)
}

/// `rows` connections around the selected one.
fn in_sight(model: &Model, selected: ConnectionId, rows: usize) -> Vec<&Conn> {
    let connections = &model.world().connections;
    let below = connections.range(selected..).skip(1).take(rows / 2);
    let below: Vec<_> = below.map(|(_, conn)| conn.as_ref()).collect();
    let up_to = rows.saturating_sub(below.len());
    let above = connections.range(..=selected).rev().take(up_to);
    let mut rows_in_sight: Vec<_> = above.map(|(_, conn)| conn.as_ref()).collect();
    rows_in_sight.reverse();
    rows_in_sight.extend(below);
    // Near the top there is room for more below.
    let room = rows.saturating_sub(rows_in_sight.len());
    if let Some(last) = rows_in_sight.last().map(|conn| conn.id) {
        let more = connections.range(last..).skip(1).take(room);
        rows_in_sight.extend(more.map(|(_, conn)| conn.as_ref()));
    }
    rows_in_sight
}

/// Where the columns begin or end.
#[derive(Debug, Clone, Copy)]
struct Columns {
    id_end: u16,
    peer: u16,
    state: u16,
    /// Where the state must end.
    state_end: u16,
    requests_end: Option<u16>,
    octets_end: Option<u16>,
    full_peer: bool,
}

impl Columns {
    fn of(width: u16) -> Self {
        let full_peer = width >= 66;
        let state = if full_peer { 30 } else { 14 };
        let octets_end = (width >= 44).then_some(width);
        let requests_end = (width >= 30).then(|| octets_end.map_or(width, |end| end - 12));
        Self {
            id_end: 5,
            peer: 7,
            state,
            state_end: requests_end.map_or(width, |end| end - 4),
            requests_end,
            octets_end,
            full_peer,
        }
    }

    fn header(self, style: ratatui::style::Style, canvas: &mut Canvas<'_>) {
        canvas.text_to(self.id_end, 0, "#", style);
        canvas.text(self.peer, 0, "peer", style);
        canvas.text(self.state, 0, "state", style);
        if let Some(end) = self.requests_end {
            canvas.text_to(end, 0, "req", style);
        }
        if let Some(end) = self.octets_end {
            canvas.text_to(end, 0, "in/out", style);
        }
    }
}

fn draw_row(model: &Model, conn: &Conn, columns: Columns, y: u16, canvas: &mut Canvas<'_>) {
    let theme = model.theme;
    let state = words::state(conn, &model.about, model.world().now);
    let mood = theme.style(Role::of_mood(state.mood));
    let plain = if conn.closed.is_some() {
        theme.style(Role::Dim)
    } else {
        theme.style(Role::Text)
    };
    canvas.text_to(columns.id_end, y, &conn.id.0.to_string(), plain);
    let peer = match conn.peer {
        Some(peer) if columns.full_peer => peer.to_string(),
        Some(peer) => format!(":{}", peer.port()),
        None => "?".into(),
    };
    let room = columns.state - columns.peer - 1;
    canvas.text_in(columns.peer, y, room, &peer, plain);
    canvas.cell(columns.state, y, state.glyph, mood);
    let left_out = if conn.left_out > 0 { " …" } else { "" };
    let text = format!("{}{left_out}", state.text);
    let room = columns.state_end.saturating_sub(columns.state + 2);
    canvas.text_in(columns.state + 2, y, room, &text, mood);
    if let Some(end) = columns.requests_end {
        canvas.text_to(end, y, &format::count(conn.totals.requests), plain);
    }
    if let Some(end) = columns.octets_end {
        let (received, sent) = (short(conn.totals.received), short(conn.totals.sent));
        canvas.text_to(end, y, &format!("{received}/{sent}"), plain);
    }
}

/// A size for a narrow column.
fn short(octets: u64) -> String {
    match octets {
        0..=9_999 => octets.to_string(),
        10_000..=10_239_999 => format!("{}k", octets / 1024),
        _ => format!("{}M", octets >> 20),
    }
}
