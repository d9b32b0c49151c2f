//! A line of text that is being typed, with the cursor in it and in sight.

use super::canvas::{Canvas, width};
use crate::event::escape;
use crate::trace::octet_role::OctetRole;
use crate::tui::theme::{Role, Theme};

/// What stands before the cursor, and the rest.
pub(crate) fn draw(theme: Theme, before: &str, rest: &str, canvas: &mut Canvas<'_>) {
    let escape = |text: &str| escape(text.as_bytes()).replace("\\\\", "\\");
    let mut before = escape(before);
    let rest = escape(rest);
    let room = canvas.width().saturating_sub(1);
    while width(&before) > room && !before.is_empty() {
        before.remove(0);
    }
    let style = theme.style(Role::Strong);
    let cursor = canvas.text(0, 0, &before, style);
    canvas.text(cursor, 0, &format!("{rest} "), style);
    canvas.tint(cursor, 0, 1, theme.style(Role::Cursor));
}

/// The same with a mark on the character that is wrong.
pub(crate) fn draw_marked(
    theme: Theme,
    before: &str,
    rest: &str,
    wrong: Option<usize>,
    canvas: &mut Canvas<'_>,
) {
    let cursor = before.chars().count();
    let characters: Vec<char> = before.chars().chain(rest.chars()).chain([' ']).collect();
    // What is before the cursor stays in sight.
    let room = usize::from(canvas.width());
    let first = (cursor + 1).saturating_sub(room);
    let mut x = 0;
    for (index, character) in characters.iter().enumerate().skip(first) {
        let role = if Some(index) == wrong {
            Role::Octet(OctetRole::Wrong)
        } else {
            Role::Strong
        };
        let mut style = theme.style(role);
        if index == cursor {
            style = style.patch(theme.style(Role::Cursor));
        }
        let text = if *character == ' ' {
            " ".into()
        } else {
            escape(character.encode_utf8(&mut [0; 4]).as_bytes())
        };
        let text = if *character == '\\' { "\\" } else { &text };
        let end = x + width(text);
        if end > canvas.width() {
            break;
        }
        canvas.text_in(x, 0, width(text), text, style);
        x = end;
    }
}
