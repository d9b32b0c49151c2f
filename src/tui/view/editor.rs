//! A request that is being changed: its lines, each octet in a cell of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::event::{OctetKind, glyph};
use crate::trace::format;
use crate::trace::octet_role::OctetRole;
use crate::tui::model::Model;
use crate::tui::model::overlay::Editor;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells};
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
    if let Some((start, _)) = rows.get(at) {
        let x = cells(editor.at - start).min(width - 1);
        let y = cells(at - top);
        inside.tint(x, y, 1, model.theme.style(Role::Cursor));
    }
}

/// The lines, of which one that is too long goes on in the next row; a cell is left at the end
/// of each for the cursor.
fn wrapped(editor: &Editor, width: u16) -> Vec<(usize, &[u8])> {
    let room = usize::from(width.saturating_sub(1)).max(1);
    let mut rows = Vec::new();
    for (start, line) in editor.lines() {
        if line.is_empty() {
            rows.push((start, line));
        }
        let pieces = line.chunks(room).enumerate();
        rows.extend(pieces.map(|(index, piece)| (start + index * room, piece)));
    }
    rows
}

fn draw_row(model: &Model, start: usize, octets: &[u8], y: u16, canvas: &mut Canvas<'_>) {
    let theme = model.theme;
    let role = if start == 0 { Role::Strong } else { Role::Text };
    for (x, &octet) in (0..).zip(octets) {
        let (character, kind) = glyph(octet);
        let style = match kind {
            OctetKind::Printable | OctetKind::Space => theme.style(role),
            OctetKind::Cr | OctetKind::Lf => theme.style(Role::Mark(OctetRole::LineEnd)),
            OctetKind::Control | OctetKind::High => theme.style(Role::Mark(OctetRole::New)),
        };
        canvas.cell(x, y, character, style);
    }
}
