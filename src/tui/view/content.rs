//! The content of a message, as people read it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::trace::format;
use crate::trace::pretty::{Kind, Line};
use crate::tui::model::Model;
use crate::tui::model::overlay::Reading;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width, wrap};
use crate::tui::widgets::window::window;

/// Cells from one depth to the next, and from a line to what goes on in the row below it.
const INDENT: u16 = 2;

pub(super) fn draw(model: &Model, reading: &Reading, area: Rect, cells: &mut Buffer) {
    let (id, side) = (reading.of, reading.side.name());
    let title = format!("Content of the {side} {}.{}", id.connection, id.n);
    // All of the screen but the footer: half a pane beside it would be read along.
    let area = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    let columns = area.width.saturating_sub(4);
    let rows = area.height.saturating_sub(2);
    let mut inside = window(model.theme, &title, columns, rows, area, cells);
    let dim = model.theme.style(Role::Dim);
    let pretty = match model.read(reading) {
        Ok(pretty) => pretty,
        Err(why) => {
            inside.text(0, 0, why, dim);
            return;
        }
    };
    let height = inside.height();
    let at = match pretty.lines.len() {
        0..2 => String::new(),
        lines => {
            let at = (reading.top + 1).min(lines);
            format!("line {}", format::of(at as u64, lines as u64))
        }
    };
    let end = inside.width();
    inside.text_to(end, 0, &at, dim);
    let room = end.saturating_sub(width(&at) + 1);
    inside.text_in(0, 0, room, &pretty.what, model.theme.style(Role::Strong));
    let mut body = inside.part(0, 2, end, height.saturating_sub(2));
    let mut y = 0;
    for line in pretty.lines.iter().skip(reading.top) {
        if y >= body.height() {
            break;
        }
        y = draw_line(model, line, y, &mut body);
    }
}

/// Draws a line in as many rows as it takes; says where the next one begins.
fn draw_line(model: &Model, line: &Line, mut y: u16, canvas: &mut Canvas<'_>) -> u16 {
    let end = canvas.width();
    let deepest = end / 2;
    let indent = (line.depth * INDENT).min(deepest);
    let mut x = indent;
    for (kind, text) in &line.pieces {
        let style = model.theme.style(role(*kind));
        let room = end.saturating_sub(x);
        if width(text) <= room {
            x = canvas.text(x, y, text, style);
            continue;
        }
        // What does not fit goes on below, a little further to the right.
        let hanging = indent + INDENT;
        let mut rest = text.as_str();
        while !rest.is_empty() && y < canvas.height() {
            let room = end.saturating_sub(x).max(1);
            // No more of it than may fit is looked at: it may be long.
            let enough = rest.char_indices().nth(usize::from(room) + 1);
            let enough = rest.get(..enough.map_or(rest.len(), |(at, _)| at));
            let wrapped = wrap(enough.unwrap_or_default(), room);
            let part = wrapped.into_iter().next().unwrap_or_default();
            let Some(after) = rest.get(part.len()..).filter(|_| !part.is_empty()) else {
                break;
            };
            x = canvas.text(x, y, &part, style);
            rest = after;
            if !rest.is_empty() {
                (x, y) = (hanging, y + 1);
            }
        }
    }
    y + 1
}

const fn role(kind: Kind) -> Role {
    match kind {
        Kind::Name => Role::Key,
        Kind::Text => Role::Text,
        Kind::Number => Role::Info,
        Kind::Word => Role::Good,
        Kind::Mark | Kind::Note => Role::Dim,
        Kind::Wrong => Role::Warning,
    }
}
