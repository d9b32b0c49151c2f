//! Changing a request and sending what was made of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::resend;
use crate::event::escape;
use crate::tui::keymap::Command;
use crate::tui::message::Effect;
use crate::tui::model::notice::Notice;
use crate::tui::model::overlay::{Editor, LONGEST, Move, Overlay};
use crate::tui::model::{Model, selected};

/// Opens the selected request to be changed.
pub(crate) fn open(model: &mut Model) {
    let of = model.shown_exchange();
    let Some((name, request)) = selected::request(model) else {
        model.ui.notice = Some(Notice::failed("there is no request to change"));
        return;
    };
    let octets = match request.octets() {
        Ok(octets) if octets.len() <= LONGEST => octets,
        Ok(_) => {
            let text =
                format!("{name} is longer than the {LONGEST} octets that can be changed here");
            model.ui.notice = Some(Notice::failed(text));
            return;
        }
        Err(why) => {
            model.ui.notice = Some(Notice::failed(format!("{name} is not changed: {why}")));
            return;
        }
    };
    let of = of.filter(|id| name == format!("{}.{}", id.connection, id.n));
    model.ui.overlay = Some(Overlay::Editor(Box::new(Editor {
        name,
        of,
        to: request.server,
        octets,
        at: 0,
    })));
}

/// A key while a request is being changed.
pub(super) fn key(
    model: &mut Model,
    mut editor: Box<Editor>,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    match command {
        Some(Command::SendChanged) => return Some(resend::send_changed(model, &editor)),
        Some(Command::EditOutside) => {
            let octets = editor.octets.clone();
            model.ui.overlay = Some(Overlay::Editor(editor));
            return Some(Effect::EditOutside(octets));
        }
        _ => {}
    }
    let fits = match command {
        Some(Command::InsertLf) => editor.insert(b"\n"),
        Some(Command::InsertCr) => editor.insert(b"\r"),
        _ => typed(&mut editor, event),
    };
    if !fits {
        model.ui.notice = Some(Notice::failed("there is no room for more"));
    }
    model.ui.overlay = Some(Overlay::Editor(editor));
    None
}

/// What a key does to the octets; says whether there was room for it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other key does nothing here"
)]
fn typed(editor: &mut Editor, event: KeyEvent) -> bool {
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let to = match event.code {
        KeyCode::Char(character) if plain => {
            return editor.insert(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        // HTTP ends its lines so.
        KeyCode::Enter => return editor.insert(b"\r\n"),
        KeyCode::Tab => return editor.insert(b"\t"),
        KeyCode::Backspace => {
            editor.backspace();
            return true;
        }
        KeyCode::Delete => {
            editor.delete();
            return true;
        }
        KeyCode::Left => Move::Left,
        KeyCode::Right => Move::Right,
        KeyCode::Up => Move::Up,
        KeyCode::Down => Move::Down,
        KeyCode::Home => Move::LineStart,
        KeyCode::End => Move::LineEnd,
        KeyCode::PageUp => Move::First,
        KeyCode::PageDown => Move::Last,
        _ => return true,
    };
    editor.go(to);
    true
}

/// What the user's own editor made of the octets.
pub(crate) fn take(model: &mut Model, edited: Result<Vec<u8>, String>) {
    let Some(Overlay::Editor(editor)) = &mut model.ui.overlay else {
        return;
    };
    model.ui.notice = match edited {
        Ok(octets) if octets.len() > LONGEST => Some(Notice::failed(format!(
            "that is more than {LONGEST} octets: it stays as it was"
        ))),
        Ok(octets) => {
            editor.replace(octets);
            None
        }
        Err(why) => Some(Notice::failed(escape(why.as_bytes()))),
    };
}
