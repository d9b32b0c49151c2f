//! A request that is being changed: its lines, every octet as it stands in the buffer.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::event::glyph_in_full;
use crate::trace::format;
use crate::trace::octet_role::OctetRole;
use crate::tui::model::Model;
use crate::tui::model::overlay::Editor;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells};
use crate::tui::widgets::octet_cells::{Look, OctetCells};
use crate::tui::widgets::window::window;

pub(super) fn draw(model: &Model, editor: &Editor, area: Rect, buffer: &mut Buffer) {
    let octets = format::plural(editor.octets.len() as u64, "octet");
    let title = format!("Change request {}: {octets}", editor.name);
    let columns = area.width.saturating_sub(12).min(110);
    let rows = area.height.saturating_sub(8).max(3);
    let mut inside = window(model.theme, &title, columns, rows, area, buffer);
    let (width, height) = (inside.width().max(1), inside.height());
    let rows = wrapped(editor, width);
    let at = rows
        .iter()
        .rposition(|(start, _)| *start <= editor.at)
        .unwrap_or(0);
    let top = at.saturating_sub(usize::from(height / 2));
    let top = top.min(rows.len().saturating_sub(usize::from(height)));
    for (y, (start, octets)) in (0..height).zip(rows.iter().skip(top)) {
        draw_row(model, *start, octets, y, &mut inside);
    }
    if let Some((start, octets)) = rows.get(at) {
        let mut widths = octets.iter().map(|&octet| columns_of(octet));
        let x = widths.by_ref().take(editor.at - start).sum();
        // Behind the last octet it stands in the cell that is left for it.
        let wide = widths.next().unwrap_or(1);
        let y = cells(at - top);
        inside.tint(
            cells(x).min(width - 1),
            y,
            cells(wide),
            model.theme.style(Role::Cursor),
        );
    }
}

/// The lines, of which one that is too long goes on in the next row; a cell is left at the end
/// of each for the cursor.
fn wrapped(editor: &Editor, width: u16) -> Vec<(usize, &[u8])> {
    let room = usize::from(width.saturating_sub(1)).max(1);
    let mut rows = Vec::new();
    for (mut start, mut line) in editor.lines() {
        loop {
            let (row, rest) = line.split_at(fitting(line, room));
            rows.push((start, row));
            if rest.is_empty() {
                break;
            }
            start += row.len();
            line = rest;
        }
    }
    rows
}

/// How many octets of a line fit into a row, one at least.
fn fitting(line: &[u8], room: usize) -> usize {
    let mut end = 0;
    let fit = line.iter().take_while(|&&octet| {
        end += columns_of(octet);
        end <= room
    });
    fit.count().max(1).min(line.len())
}

fn columns_of(octet: u8) -> usize {
    glyph_in_full(octet).width()
}

fn draw_row(model: &Model, start: usize, octets: &[u8], y: u16, canvas: &mut Canvas<'_>) {
    let theme = model.theme;
    let style = theme.style(if start == 0 { Role::Strong } else { Role::Text });
    let mut x = 0;
    for &octet in octets {
        let glyph = glyph_in_full(octet);
        let mark = match octet {
            b'\r' | b'\n' => OctetRole::LineEnd,
            _ => OctetRole::New,
        };
        let look = Look {
            style,
            mark: theme.style(Role::Mark(mark)),
            space: theme.space(theme.style(Role::Octet(OctetRole::Space))),
        };
        let text = OctetCells {
            hex: None,
            text: Some((x, y)),
        };
        text.draw(octet, glyph, look, canvas);
        x += cells(glyph.width());
    }
}
