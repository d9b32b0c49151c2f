//! The table of connections. Only rows in sight are examined.

use crate::event::{ConnectionId, escape};
use crate::trace::Connection;
use crate::trace::format;
use crate::trace::labels;
use crate::tui::model::in_sight;
use crate::tui::model::rows::ConnectionColumn;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, middle, tail, width as text_width};
use crate::tui::widgets::column_title::{self, Edge};

/// From which width on a server's name is there, where several are watched.
const SOURCE_FROM: u16 = 40;

/// The title: how many had to make room, too.
pub(super) fn title(model: &Model) -> String {
    let name = Pane::Connections.title();
    let new = new(model.came_since().connections);
    if model.window.is_some() {
        return format!("{name}  from the file");
    }
    let evicted = match model.trace().evicted {
        0 => return format!("{name}{new}"),
        evicted => format::count(evicted),
    };
    if model.reads_again {
        return format!("{name}{new}  {evicted} older in the file");
    }
    format!("{name}{new}  {evicted} evicted")
}

/// What came while the newest was not followed, behind the title of a list.
pub(super) fn new(came: u64) -> String {
    match came {
        0 => String::new(),
        came => format!("  +{} new", format::count(came)),
    }
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let room = usize::from(canvas.height().saturating_sub(1));
    let selected = model.watched();
    let in_sight = in_sight::connections(model, room);
    let columns = Columns::new(canvas.width(), model, &in_sight);
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
    for (y, connection) in (1..).zip(in_sight) {
        if let Some(shown) = model.shown(connection.id) {
            draw_row(model, shown, columns, y, canvas);
        } else {
            let id = connection.id.0.to_string();
            canvas.text_to(columns.id_end, y, &id, dim);
            canvas.text(columns.peer, y, "not there yet", dim);
        }
        if model.live.marks.has_connection(connection.id)
            || model.live.marks.moments_of(connection.id).next().is_some()
        {
            canvas.cell(columns.id_end, y, '◆', model.theme.style(Role::Marked));
        }
        if Some(connection.id) == selected {
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
    let index = usize::from(y.checked_sub(1)?);
    let in_sight = in_sight::connections(model, rows);
    in_sight.get(index).map(|connection| connection.id)
}

/// Where the columns begin or end.
#[derive(Debug, Clone, Copy)]
struct Columns {
    id_end: u16,
    /// What the server is called, and how many cells that has, where several are watched.
    source: Option<(u16, u16)>,
    peer: u16,
    state: u16,
    /// Where the state must end.
    state_end: u16,
    requests_end: Option<u16>,
    octets_end: Option<u16>,
    full_peer: bool,
}

impl Columns {
    /// The numbers have the room of the largest there is and a cell for the marker before
    /// it; what that takes more than usual is taken from the others.
    fn new(width: u16, model: &Model, in_sight: &[&Connection]) -> Self {
        let newest = model.trace().connections.keys().next_back();
        let digits = newest.map_or(1, |id| text_width(&id.0.to_string()));
        let id_end = 5.max(digits + 1);
        let sources = in_sight.iter().filter_map(|it| model.shown(it.id));
        let source = source_width(sources).min(width / 4);
        let source = (source > 0 && width >= SOURCE_FROM).then_some((id_end + 2, source));
        let peer = source.map_or(id_end, |(x, cells)| x + cells) + 2;
        let roomy = width.saturating_sub(peer - 7);
        let full_peer = roomy >= 66;
        let state = peer
            + 1
            + if full_peer {
                peer_width(in_sight, roomy - 66)
            } else {
                6
            };
        let requests = in_sight.iter().map(|connection| connection.totals.requests);
        let requests = requests.map(|n| text_width(&format::count(n))).max();
        let requests = 3.max(requests.unwrap_or(0)) + 1;
        // A state is not cut while something beside it can make room.
        let shown = || in_sight.iter().filter_map(|it| model.shown(it.id));
        let states = shown().map(|connection| {
            let left_out = if connection.left_out > 0 { 2 } else { 0 };
            let state = labels::state(connection, &model.about, model.now());
            text_width(&state.text) + left_out
        });
        let wanted = state + 2 + states.max().unwrap_or(0) + 1;
        let octets = shown().map(|it| text_width(&octets(it))).max();
        let octets = octets.unwrap_or(0).max(7) + 1;
        let (usual, least) = (12.max(octets), octets);
        let octets = [usual, least]
            .into_iter()
            .filter(|_| roomy >= 44)
            .find(|octets| wanted + requests + octets <= width);
        let octets = octets.or((roomy >= 56).then_some(least));
        let octets_end = octets.map(|_| width);
        let requests_end = (roomy >= 30).then(|| width - octets.unwrap_or(0));
        Self {
            id_end,
            source,
            peer,
            state,
            state_end: requests_end.map_or(width, |end| end.saturating_sub(requests)),
            requests_end,
            octets_end,
            full_peer,
        }
    }

    fn header(self, model: &Model, canvas: &mut Canvas<'_>) {
        let sort = model.ui.sorts.connections;
        if let Some((x, _)) = self.source {
            column_title::draw(model.theme, "source", Edge::Begin(x), None, canvas);
        }
        let mut title = |column, text, edge| {
            let way = (sort.column == column).then_some(sort.descending);
            column_title::draw(model.theme, text, edge, way, canvas);
        };
        title(ConnectionColumn::Age, "#", Edge::End(self.id_end));
        title(ConnectionColumn::Peer, "peer", Edge::Begin(self.peer));
        title(ConnectionColumn::State, "state", Edge::Begin(self.state));
        if let Some(end) = self.requests_end {
            title(ConnectionColumn::Requests, "req", Edge::End(end));
        }
        if let Some(end) = self.octets_end {
            title(ConnectionColumn::Octets, "in/out", Edge::End(end));
        }
    }
}

fn draw_row(
    model: &Model,
    connection: &Connection,
    columns: Columns,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let theme = model.theme;
    let state = labels::state(connection, &model.about, model.now());
    let mood = theme.style(Role::of_mood(state.mood));
    let plain = if connection.closed.is_some() {
        theme.style(Role::Dim)
    } else {
        theme.style(Role::Text)
    };
    canvas.text_to(columns.id_end, y, &connection.id.0.to_string(), plain);
    if let (Some((x, cells)), Some(source)) = (columns.source, &connection.source) {
        let source = middle(&escape(source.as_bytes()), cells);
        canvas.text_in(x, y, cells, &source, plain);
    }
    let peer = match connection.peer {
        Some(peer) if columns.full_peer => {
            // Of two connections from one address the port is what tells them apart.
            tail(&peer.to_string(), columns.state - columns.peer - 1)
        }
        Some(peer) => format!(":{}", peer.port()),
        None => "?".into(),
    };
    canvas.text(columns.peer, y, &peer, plain);
    canvas.cell(columns.state, y, state.glyph, mood);
    let left_out = if connection.left_out > 0 { " …" } else { "" };
    let text = format!("{}{left_out}", state.text);
    let room = columns.state_end.saturating_sub(columns.state + 2);
    canvas.text_in(columns.state + 2, y, room, &text, mood);
    if let Some(end) = columns.requests_end {
        canvas.text_to(end, y, &format::count(connection.totals.requests), plain);
    }
    if let Some(end) = columns.octets_end {
        canvas.text_to(end, y, &octets(connection), plain);
    }
}

/// How many octets came and went.
fn octets(connection: &Connection) -> String {
    let short = format::shortest_size;
    let totals = connection.totals;
    format!("{}/{}", short(totals.received), short(totals.sent))
}

/// The cells of the longest name of a server; 0 where there is one server alone.
pub(super) fn source_width<'a>(connections: impl Iterator<Item = &'a Connection>) -> u16 {
    let sources = connections.filter_map(|connection| connection.source.as_deref());
    let cells = sources.map(|source| text_width(&escape(source.as_bytes())));
    cells.max().unwrap_or(0)
}

/// The cells of the longest peer, as far as there is so much room beside the usual one.
fn peer_width(in_sight: &[&Connection], more: u16) -> u16 {
    let peers = in_sight.iter().filter_map(|connection| connection.peer);
    let longest = peers.map(|peer| text_width(&peer.to_string())).max();
    longest.unwrap_or(0).clamp(22, 22 + more)
}
