//! What is open over the panes, one thing at a time: the menu of forms, the name of a file, the
//! palette.

use std::path::PathBuf;

use crossterm::event::KeyEvent;

use super::{content, editor, palette, recording, resend};
use crate::event::escape;
use crate::export::{self, Form, Written};
use crate::trace::format;
use crate::tui::keymap::{Command, Key, Motion};
use crate::tui::message::{Effect, Job, Report};
use crate::tui::model::notice::Notice;
use crate::tui::model::overlay::{
    Action, Comparison, MASK, Menu, Name, Of, Overlay, SEVERAL, Scope, held, moved,
};
use crate::tui::model::text_input::TextInput;
use crate::tui::model::{Model, selected};
use crate::tui::terminal::clipboard::Clipboard;

/// More rows than a comparison has.
const ROWS: usize = 4096;

const NOT_SHARED: &str = "nobody can follow: --share makes a page for the class";

/// What comes of a key while something is open.
pub(super) enum Outcome {
    Effect(Option<Effect>),
    /// A command was chosen in the palette.
    Chosen(Command),
}

/// A key while something is open.
pub(super) fn key(model: &mut Model, event: KeyEvent) -> Outcome {
    let context = model.ui.context();
    let command = model.keymap.command(context, event);
    if command == Some(Command::Quit) {
        return Outcome::Effect(Some(Effect::Quit));
    }
    if command == Some(Command::Back) {
        model.ui.overlay = None;
        return Outcome::Effect(None);
    }
    let Some(overlay) = model.ui.overlay.take() else {
        return Outcome::Effect(None);
    };
    Outcome::Effect(match overlay {
        Overlay::Menu(menu) => in_menu(model, menu, command, event),
        Overlay::Name(name) => in_name(model, name, command, event),
        Overlay::Record(question) => recording::key(model, question, command, event),
        Overlay::Replace { path, octets } => {
            if command != Some(Command::Open) {
                model.ui.overlay = Some(Overlay::Replace { path, octets });
                return Outcome::Effect(None);
            }
            let replace = true;
            Some(Effect::Start(Job::Save {
                path,
                octets,
                replace,
            }))
        }
        Overlay::Editor(editor) => editor::key(model, editor, command, event),
        // Any key closes it.
        Overlay::Share => None,
        Overlay::Comparison(comparison) => {
            let top = match command {
                Some(Command::Go(Motion::Down)) => comparison.top.saturating_add(1).min(ROWS),
                Some(Command::Go(Motion::Up)) => comparison.top.saturating_sub(1),
                _ => comparison.top,
            };
            model.ui.overlay = Some(Overlay::Comparison(Comparison { top, ..comparison }));
            None
        }
        Overlay::Content(reading) => {
            content::key(model, reading, command);
            None
        }
        Overlay::Palette(palette) => match palette::key(model, palette, command, event) {
            Some(chosen) => return Outcome::Chosen(chosen),
            None => None,
        },
    })
}

/// Takes what is pasted where text is typed, and says whether all of it fitted; `None` where
/// none is.
pub(crate) fn paste(model: &mut Model, text: &str) -> Option<bool> {
    match model.ui.overlay.as_mut()? {
        Overlay::Name(name) => Some(name.input.insert(text)),
        Overlay::Record(question) => Some(question.input.insert(text)),
        Overlay::Palette(palette) => {
            palette.at = 0;
            Some(palette.input.insert(text))
        }
        Overlay::Editor(editor) => Some(editor.insert(text.as_bytes())),
        Overlay::Menu(_)
        | Overlay::Replace { .. }
        | Overlay::Comparison(_)
        | Overlay::Content(_)
        | Overlay::Share => None,
    }
}

fn in_menu(
    model: &mut Model,
    mut menu: Box<Menu>,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    if Key::Char(MASK).matches(event) {
        menu.toggle_masking();
        model.ui.overlay = Some(Overlay::Menu(menu));
        return None;
    }
    if Key::Char(SEVERAL).matches(event) && !menu.sets.is_empty() {
        menu.next_set();
        model.ui.overlay = Some(Overlay::Menu(menu));
        return None;
    }
    let by_letter = menu
        .items
        .iter()
        .position(|item| Key::Char(item.letter()).matches(event));
    let chosen = match (by_letter, command) {
        (Some(index), _) => Some(index),
        (None, Some(Command::Open)) => Some(menu.at),
        (None, Some(Command::Go(motion))) => {
            menu.at = moved(menu.at, motion, menu.items.len());
            None
        }
        (None, _) => None,
    };
    let Some(item) = chosen.and_then(|index| menu.items.get(index).cloned()) else {
        model.ui.overlay = Some(Overlay::Menu(menu));
        return None;
    };
    let form = item.form;
    let several = (item.scope == Scope::Several).then_some(menu.several);
    let transcripts = || selected::transcripts(model, menu.several);
    let sentences = || selected::sentences(model, several);
    let chosen = match menu.choose(&item, transcripts, sentences) {
        Ok(chosen) => chosen,
        Err(why) => {
            let of = match item.scope {
                Scope::Request | Scope::Response | Scope::Connection => &menu.name,
                Scope::Several => "these connections",
            };
            let text = format!("no {} of {of}: {why}", form.name());
            model.ui.notice = Some(Notice::failed(text));
            return None;
        }
    };
    match menu.action {
        Action::Copy => copy(model, form, &chosen.written, &chosen.secrets),
        Action::Write => {
            model.ui.overlay = Some(Overlay::Name(Name {
                input: TextInput::new(menu.file_name(item.scope, form)),
                form,
                secrets: chosen.secrets,
                octets: export::for_file(form, chosen.written.octets),
            }));
            None
        }
    }
}

fn copy(
    model: &mut Model,
    form: Form,
    written: &Written,
    secrets: &[&'static str],
) -> Option<Effect> {
    let (text, exact) = export::for_clipboard(&written.octets);
    let octets = format::plural(text.len() as u64, "octet");
    let Some(sequence) = model.clipboard.sequence(&text) else {
        let most = format::count(Clipboard::most() as u64);
        let text = format!("{octets} are more than the {most} a terminal takes: w writes a file");
        model.ui.notice = Some(Notice::failed(text));
        return None;
    };
    let what = match (form, exact) {
        (Form::Raw, true) => String::new(),
        (Form::Raw, false) => ", escaped, as not all of it is text".into(),
        (form, _) => format!(", {}", form.name()),
    };
    let held = (!secrets.is_empty()).then(|| held(secrets));
    let remarks: Vec<_> = written.but.iter().chain(&held).cloned().collect();
    let but = match remarks.as_slice() {
        [] => String::new(),
        remarks => format!(" ({})", remarks.join("; ")),
    };
    let comma = if what.is_empty() && but.is_empty() {
        ""
    } else {
        ","
    };
    let text = format!(
        "copied {octets}{what}{but}{comma} to {}",
        model.clipboard.name()
    );
    model.ui.notice = Some(Notice::done(text));
    Some(Effect::Tell(sequence))
}

fn in_name(
    model: &mut Model,
    mut name: Name,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    if command == Some(Command::Open) {
        let path = name.input.text().trim();
        if path.is_empty() {
            model.ui.overlay = Some(Overlay::Name(name));
            return None;
        }
        return Some(Effect::Start(Job::Save {
            path: PathBuf::from(path),
            octets: name.octets,
            replace: false,
        }));
    }
    name.input.key(event);
    model.ui.overlay = Some(Overlay::Name(name));
    None
}

/// What became of an job.
pub(crate) fn take(model: &mut Model, report: Report) {
    let shown = |path: &PathBuf| escape(path.as_os_str().as_encoded_bytes());
    model.ui.notice = Some(match report {
        Report::Saved { path, octets } => {
            let octets = format::plural(octets as u64, "octet");
            Notice::done(format!("wrote {octets} to {}", shown(&path)))
        }
        Report::Exists { path, octets } => {
            let notice = Notice::failed(format!("{} is there already", shown(&path)));
            if model.ui.overlay.is_none() {
                model.ui.overlay = Some(Overlay::Replace { path, octets });
            }
            notice
        }
        Report::Answered(Some(status)) => {
            let reason = status.reason();
            Notice::done(format!("sent again: answered {status} {reason}"))
        }
        Report::Answered(None) => Notice::done("sent again: closed without an answer"),
        Report::Connected { local } => return resend::connected(model, local),
        Report::Recording(recorded) => return recording::take(model, recorded),
        Report::Audience(audience) => {
            model.audience = audience;
            return;
        }
        Report::Followed(followed) => {
            model.followed.insert(followed.name, followed);
            return;
        }
        Report::Done(what) => Notice::done(escape(what.as_bytes())),
        Report::Failed(why) => Notice::failed(escape(why.as_bytes())),
    });
}

/// Shows where others follow.
pub(crate) fn open_share(model: &mut Model) {
    match model.shared {
        Some(_) => model.ui.overlay = Some(Overlay::Share),
        None => model.ui.notice = Some(Notice::failed(NOT_SHARED)),
    }
}

/// Opens the menu of what can be copied or written. What is chosen of a request or of its
/// connection is what was there when it was opened: nothing moves under the hand.
pub(crate) fn open(model: &mut Model, action: Action) {
    let Some(connection) = model.connection() else {
        model.ui.notice = Some(Notice::failed("there is no request yet"));
        return;
    };
    let connection = connection.id.to_string();
    let (name, request) = selected::request(model).unzip();
    let (transcript, sets) = match action {
        Action::Copy => (None, Vec::new()),
        Action::Write => (selected::transcript(model), selected::sets(model)),
    };
    let name = name.unwrap_or(connection);
    let of = Of {
        request,
        response: selected::response(model),
        transcript,
    };
    let menu = Menu::new(action, name, of, sets);
    model.ui.overlay = Some(Overlay::Menu(Box::new(menu)));
}
