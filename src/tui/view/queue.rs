//! For the back of the room: the octets that have come and that no `recv` has taken yet, as a
//! tank beside the buffer into which `recv` moves them.

use crate::trace::format::size;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::block_letters;
use crate::tui::widgets::canvas::{Canvas, width};

/// Rows above the tank: how many octets there are, and what that is.
const ABOVE: u16 = block_letters::ROWS + 2;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some(connection) = model.connection() else {
        return;
    };
    let dim = model.theme.style(Role::Dim);
    let kernel = connection.sampled.as_ref().map(|sampled| &sampled.kernel);
    let is_open = connection.closed.is_none();
    let unread = kernel.and_then(|kernel| kernel.unread).filter(|_| is_open);
    let Some(unread) = unread else {
        let text = if is_open { "not known" } else { "closed" };
        canvas.text(0, 0, text, dim);
        return;
    };
    let role = if unread > 0 { Role::Warning } else { Role::Dim };
    let style = model.theme.style(role);
    let tank = draw_count(model, unread, canvas);
    let rows = canvas.height().saturating_sub(tank);
    if rows == 0 {
        return;
    }
    let room = kernel.and_then(|kernel| kernel.recv_buffer);
    let filled = filled(unread, room, rows);
    let end = canvas.width();
    for y in tank..canvas.height() {
        let full = canvas.height() - y <= filled;
        canvas.rule(
            0,
            end,
            y,
            if full { '█' } else { '░' },
            if full { style } else { dim },
        );
    }
    // Octets leave for the buffer at the bottom.
    if let (Some(y), 1..) = (canvas.height().checked_sub(1), unread) {
        let text = " recv ▶ ";
        let x = end.saturating_sub(width(text));
        canvas.text(x, y, text, model.theme.style(Role::BadgeFrozen));
    }
}

/// Says how many octets there are, as large as there is room for, and where the tank begins.
fn draw_count(model: &Model, unread: u64, canvas: &mut Canvas<'_>) -> u16 {
    let role = if unread > 0 { Role::Warning } else { Role::Dim };
    let style = model.theme.style(role);
    let dim = model.theme.style(Role::Dim);
    let exact = unread.to_string();
    let text = if exact.len() > 3 { size(unread) } else { exact };
    let fits = block_letters::width(&text).is_some_and(|width| width <= canvas.width() + 1);
    if fits && canvas.height() > ABOVE + 2 && !model.theme.is_ascii() {
        block_letters::draw(&text, 0, 0, style, canvas);
        canvas.text(0, block_letters::ROWS, "unread", dim);
        ABOVE
    } else {
        canvas.text(0, 0, &format!("{text} unread"), style);
        1
    }
}

/// How many of `rows` are filled: one from the first octet on, all when there is no more room.
fn filled(unread: u64, room: Option<u64>, rows: u16) -> u16 {
    let room = room.unwrap_or(1 << 16).max(1);
    let part = unread.saturating_mul(rows.into()).div_ceil(room);
    u16::try_from(part).unwrap_or(rows).min(rows)
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn one_octet_is_seen_and_no_more_than_all() {
        for (unread, rows) in [(0, 0), (1, 1), (32_768, 5), (65_536, 10), (1 << 40, 10)] {
            assert_eq!(filled(unread, None, 10), rows, "{unread}");
        }
    }
}
