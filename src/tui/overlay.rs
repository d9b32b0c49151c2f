//! What is open over the panes, one thing at a time: the menu of forms, the name of a file,
//! the palette. Knows no cell.

use std::path::PathBuf;

use crossterm::event::{KeyCode, KeyEvent};

use super::clipboard::Clipboard;
use super::entry::Entry;
use super::keymap::{Command, Motion, Place};
use super::model::Model;
use super::msg::{Effect, Errand, Report};
use super::notice::Notice;
use super::palette::{self, Palette};
use super::selected;
use crate::event::inert;
use crate::export::{self, Cannot, Form, Written};
use crate::trace::format;

/// What is open.
#[derive(Debug, Clone)]
pub(crate) enum Overlay {
    /// What to copy or write.
    Menu(Menu),
    /// Under which name.
    Name(Name),
    /// There is a file of this name.
    Replace { path: PathBuf, octets: Vec<u8> },
    /// Which command.
    Palette(Palette),
}

/// What is done with what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Copy,
    Write,
}

/// The forms, with the cursor on one.
#[derive(Debug, Clone)]
pub(crate) struct Menu {
    pub(crate) action: Action,
    /// What is copied or written, such as `#7.1`.
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
    pub(crate) at: usize,
}

/// One form, as it would be written now.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) form: Form,
    pub(crate) written: Result<Written, Cannot>,
}

/// A file's name, being typed.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) entry: Entry,
    pub(crate) form: Form,
    pub(crate) octets: Vec<u8>,
}

impl Overlay {
    pub(crate) const fn place(&self) -> Place {
        match self {
            Self::Menu(_) | Self::Replace { .. } => Place::Menu,
            Self::Name(_) | Self::Palette(_) => Place::Prompt,
        }
    }
}

/// The key of a form in the menu.
pub(crate) const fn letter(form: Form) -> char {
    match form {
        Form::Raw => 'r',
        Form::Hex => 'h',
        Form::Curl => 'c',
        Form::Netcat => 'n',
        Form::Url => 'u',
        Form::Har => 'a',
        Form::Pcapng => 'p',
    }
}

/// Opens the menu of what can be copied or written. What is chosen is what was there when
/// it was opened: nothing moves under the hand.
pub(crate) fn open(model: &mut Model, action: Action) {
    let Some(conn) = model.conn() else {
        model.ui.notice = Some(Notice::failed("there is no request yet"));
        return;
    };
    let connection = conn.id.to_string();
    let (name, request) = selected::request(model).unzip();
    let transcript = match action {
        Action::Copy => None,
        Action::Write => selected::transcript(model),
    };
    let items = Form::ALL.into_iter().filter_map(|form| {
        let written = if form.is_of_connection() {
            export::connection(form, transcript.as_ref()?)
        } else {
            match &request {
                Some(request) => export::request(form, request),
                None => Err(Cannot("nothing of a request has come yet")),
            }
        };
        Some(Item { form, written })
    });
    model.ui.overlay = Some(Overlay::Menu(Menu {
        action,
        items: items.collect(),
        at: 0,
        name: name.unwrap_or(connection),
    }));
}

/// A key while something is open.
pub(crate) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    let place = Place::now(&model.ui);
    let command = model.keymap.command(place, event);
    if command == Some(Command::Quit) {
        return Some(Effect::Quit);
    }
    if command == Some(Command::Back) {
        model.ui.overlay = None;
        return None;
    }
    match model.ui.overlay.take()? {
        Overlay::Menu(menu) => in_menu(model, menu, command, event),
        Overlay::Name(name) => in_name(model, name, command, event),
        Overlay::Replace { path, octets } => {
            if command != Some(Command::Open) {
                model.ui.overlay = Some(Overlay::Replace { path, octets });
                return None;
            }
            let replace = true;
            Some(Effect::Send(Errand::Save {
                path,
                octets,
                replace,
            }))
        }
        Overlay::Palette(palette) => palette::key(model, palette, command, event),
    }
}

/// Where a cursor in a list of `len` goes.
pub(crate) fn moved(at: usize, motion: Motion, len: usize) -> usize {
    let last = len.saturating_sub(1);
    match motion {
        Motion::Up => at.checked_sub(1).unwrap_or(last),
        Motion::Down if at >= last => 0,
        Motion::Down => at + 1,
        Motion::First | Motion::PageUp => 0,
        Motion::Last | Motion::PageDown => last,
        Motion::Left | Motion::Right | Motion::LineStart | Motion::LineEnd => at,
    }
}

fn in_menu(
    model: &mut Model,
    mut menu: Menu,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    let by_letter = menu
        .items
        .iter()
        .position(|item| event.code == KeyCode::Char(letter(item.form)));
    let chosen = match (by_letter, command) {
        (Some(index), _) => Some(index),
        (None, Some(Command::Open)) => Some(menu.at),
        (None, Some(Command::Go(motion))) => {
            menu.at = moved(menu.at, motion, menu.items.len());
            None
        }
        (None, _) => None,
    };
    let item = chosen.and_then(|index| menu.items.get(index).cloned());
    let Some(Item { form, written }) = item else {
        model.ui.overlay = Some(Overlay::Menu(menu));
        return None;
    };
    let written = match written {
        Ok(written) => written,
        Err(why) => {
            let text = format!("no {} of {}: {why}", form.name(), menu.name);
            model.ui.notice = Some(Notice::failed(text));
            return None;
        }
    };
    match menu.action {
        Action::Copy => copy(model, form, &written),
        Action::Write => {
            let name = match form {
                Form::Har | Form::Pcapng => {
                    let connection = menu.name.split('.').next().unwrap_or_default();
                    format!("connection-{}", connection.trim_start_matches('#'))
                }
                Form::Raw | Form::Hex | Form::Curl | Form::Netcat | Form::Url => {
                    format!("request-{}", menu.name.trim_start_matches('#'))
                }
            };
            model.ui.overlay = Some(Overlay::Name(Name {
                entry: Entry::new(format!("{name}.{}", form.extension())),
                form,
                octets: written.octets,
            }));
            None
        }
    }
}

fn copy(model: &mut Model, form: Form, written: &Written) -> Option<Effect> {
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
    let but = written.but.map_or(String::new(), |but| format!(" ({but})"));
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
        let path = name.entry.text().trim();
        if path.is_empty() {
            model.ui.overlay = Some(Overlay::Name(name));
            return None;
        }
        return Some(Effect::Send(Errand::Save {
            path: PathBuf::from(path),
            octets: name.octets,
            replace: false,
        }));
    }
    name.entry.key(event);
    model.ui.overlay = Some(Overlay::Name(name));
    None
}

/// What became of an errand.
pub(crate) fn take(model: &mut Model, report: Report) {
    let shown = |path: &PathBuf| inert(path.as_os_str().as_encoded_bytes());
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
        Report::Failed(why) => Notice::failed(inert(why.as_bytes())),
    });
}
