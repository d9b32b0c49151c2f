//! What stands behind a pane's title: the filter that is applied, what is looked for.

use crate::trace::format;
use crate::tui::model::matches;
use crate::tui::model::{Model, Pane};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// Draws the chip of `pane` from `x` on, on the upper edge of its border.
pub(super) fn draw(model: &Model, pane: Pane, x: u16, canvas: &mut Canvas<'_>) {
    let Some((text, note)) = text(model, pane) else {
        return;
    };
    let end = canvas.width();
    let room = end.saturating_sub(x + crate::tui::widgets::canvas::width(&note) + 2);
    let style = model.theme.style(Role::Chip);
    let x = canvas.text_in(x, 0, room, &format!(" {text} "), style);
    let dim = model.theme.style(Role::Text);
    let x = canvas.text_in(x, 0, end.saturating_sub(x), &format!(" {note} "), dim);
    debug_assert!(x <= end);
}

/// What it says, and the numbers behind it.
fn text(model: &Model, pane: Pane) -> Option<(String, String)> {
    match pane {
        Pane::Connections | Pane::Exchanges => {
            let filter = model.ui.filter.as_ref()?;
            let Some(rows) = &model.rows else {
                return Some((format!("/ {filter}"), "looking …".into()));
            };
            let trace = model.trace();
            let (listed, of) = if pane == Pane::Connections {
                (rows.connections.len(), trace.connections.len())
            } else {
                (rows.exchanges.len(), trace.exchanges.len())
            };
            let (listed, of) = (format::count(listed as u64), format::count(of as u64));
            Some((format!("/ {filter}"), format!("{listed} of {of}")))
        }
        Pane::Buffer | Pane::Head => {
            let find = model.ui.find.as_ref().filter(|_| model.ui.focus == pane)?;
            let note = match matches::count(model)? {
                (_, 0) => "not here".into(),
                (None, of) => format!("{} here", format::count(of as u64)),
                (Some(at), of) => format!("{at} of {}", format::count(of as u64)),
            };
            // As it was typed: a backslash is no octet here.
            let what = crate::event::escape(find.search.source().as_bytes());
            let what = what.replace(r"\\", r"\");
            Some((format!("find {what}"), note))
        }
        Pane::Ladder => None,
    }
}
