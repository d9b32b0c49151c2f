//! For the back of the room: in a word or two what the connection is doing, as large as a
//! terminal can.

use crate::trace::{Connection, Exchange, labels};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::block_letters;
use crate::tui::widgets::canvas::Canvas;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some(connection) = model.connection().filter(|_| !canvas.is_empty()) else {
        return;
    };
    let (text, role) = says(model, connection);
    let style = model.theme.style(role);
    let room = canvas.width().saturating_sub(2);
    let mut words = text.to_uppercase();
    // What does not fit is left away word by word.
    while block_letters::width(&words).is_none_or(|width| width > room) {
        let Some((before, _)) = words.rsplit_once(' ') else {
            words.clear();
            break;
        };
        words.truncate(before.len());
    }
    if words.is_empty() || model.theme.is_ascii() {
        canvas.text(1, 1, &text.to_uppercase(), style);
    } else {
        let fits = block_letters::width(&words).is_some_and(|width| 2 * width <= room);
        if fits && canvas.height() > block_letters::LARGE_ROWS {
            block_letters::draw_large(&words, 1, 1, style, canvas);
        } else {
            let y = canvas.height() - block_letters::ROWS;
            block_letters::draw(&words, 1, y, style, canvas);
        }
    }
}

/// The newest answer, as long as nothing has come since; else the state.
fn says(model: &Model, connection: &Connection) -> (String, Role) {
    let state = labels::state(connection, &model.about, model.now());
    let answered = connection.exchanges.back().and_then(Exchange::status);
    match answered {
        Some(status) if connection.buffered().is_empty() && connection.held.is_none() => {
            let text = format!("{} {}", status.code(), status.reason());
            (text, Role::of_status(status.class()))
        }
        Some(_) | None => (state.text, Role::of_mood(state.mood)),
    }
}
