//! The box at the bottom in which a filter, or what to find, is typed. Every key takes
//! effect at once where the text is valid; where it is not, what was valid last stays.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::message::{Drive, Effect};
use crate::tui::model::filter::{self, Filter, Invalid};
use crate::tui::model::find::Find;
use crate::tui::model::prompt::{Completion, Prompt, Purpose};
use crate::tui::model::text_input::{Edit, TextInput};
use crate::tui::model::{Model, Pane};
use crate::tui::update::{find, panes, rows};

/// What one recv may ask for.
const LARGEST: usize = 65_536;

/// Opens the box for a filter, with the one that is applied.
pub(crate) fn open_filter(model: &mut Model) {
    let text = model.ui.filter.as_ref().map(Filter::to_string);
    open(model, Purpose::Filter, text.unwrap_or_default());
}

/// Opens the box for what to find in the pane, which is Buffer unless it is Head.
pub(crate) fn open_find(model: &mut Model) {
    if !matches!(model.ui.focus, Pane::Buffer | Pane::Head) {
        panes::focus(model, Pane::Buffer);
    }
    open(model, Purpose::Find, String::new());
}

/// Opens the box for how many octets recv asks for.
pub(crate) fn open_recv_size(model: &mut Model) {
    open(model, Purpose::RecvSize, String::new());
}

/// Opens the box for a key to be found in the help.
pub(crate) fn open_help_search(model: &mut Model) {
    let text = model.ui.help_search.clone();
    open(model, Purpose::Help, text);
}

/// What became of a key.
pub(crate) enum Key {
    /// It was none for the box.
    Other,
    Taken(Option<Effect>),
}

fn open(model: &mut Model, purpose: Purpose, text: String) {
    model.ui.prompt = Some(Prompt {
        purpose,
        input: TextInput::new(text),
        invalid: None,
        completion: None,
    });
}

/// Takes a key while the box is open.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "every other key is for typing"
)]
pub(crate) fn key(model: &mut Model, event: KeyEvent) -> Key {
    let Some(mut prompt) = model.ui.prompt.take() else {
        return Key::Other;
    };
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Esc => {
            match prompt.purpose {
                Purpose::Filter => clear_filter(model),
                Purpose::Find => model.ui.find = None,
                Purpose::RecvSize => {}
                Purpose::Help => model.ui.help_search.clear(),
            }
            return Key::Taken(None);
        }
        KeyCode::Enter => {
            apply(model, &mut prompt);
            let effect = match (&prompt.purpose, prompt.input.text().parse()) {
                (Purpose::RecvSize, Ok(octets)) if prompt.invalid.is_none() => {
                    Some(Effect::Drive(Drive::RecvSize(octets)))
                }
                _ => None,
            };
            if prompt.invalid.is_some() {
                model.ui.prompt = Some(prompt);
            }
            return Key::Taken(effect);
        }
        KeyCode::Tab => complete(model, &mut prompt, Turn::Next),
        KeyCode::BackTab => complete(model, &mut prompt, Turn::Previous),
        KeyCode::Char('c' | 'z' | 'l') if ctrl => {
            model.ui.prompt = Some(prompt);
            return Key::Other;
        }
        _ => match prompt.input.key(event) {
            Edit::Changed => edited(model, &mut prompt),
            Edit::Moved => prompt.completion = None,
            Edit::Nothing => {}
        },
    }
    model.ui.prompt = Some(prompt);
    Key::Taken(None)
}

/// The text is another one.
fn edited(model: &mut Model, prompt: &mut Prompt) {
    prompt.completion = None;
    if is_half_a_key(prompt) {
        prompt.invalid = None;
    } else {
        apply(model, prompt);
    }
}

/// Takes what is pasted, and says whether all of it fitted; `None` when no box is open.
pub(crate) fn paste(model: &mut Model, text: &str) -> Option<bool> {
    let mut prompt = model.ui.prompt.take()?;
    let fitted = prompt.input.insert(text);
    edited(model, &mut prompt);
    model.ui.prompt = Some(prompt);
    Some(fitted)
}

/// Whether the word at the cursor may become a key: until that is known it is looked for
/// nowhere, or the tables would be empty for as long as it takes to type it.
fn is_half_a_key(prompt: &Prompt) -> bool {
    match prompt.purpose {
        Purpose::Filter => filter::may_become_key(prompt.input.before()),
        Purpose::Find | Purpose::RecvSize | Purpose::Help => false,
    }
}

fn apply(model: &mut Model, prompt: &mut Prompt) {
    match prompt.purpose {
        Purpose::Filter => match Filter::parse(prompt.input.text()) {
            Ok(filter) => {
                prompt.invalid = None;
                set_filter(model, filter);
            }
            Err(invalid) => prompt.invalid = Some(invalid),
        },
        Purpose::Find => match Find::parse(prompt.input.text()) {
            Ok(found) => {
                prompt.invalid = None;
                model.ui.find = found;
                find::go_to_first(model);
            }
            Err(invalid) => prompt.invalid = Some(invalid),
        },
        Purpose::RecvSize => {
            let wanted = prompt.input.text().parse::<usize>();
            let is_one = wanted.is_ok_and(|octets| (1..=LARGEST).contains(&octets));
            prompt.invalid = (!is_one && !prompt.input.text().is_empty()).then(|| Invalid {
                at: 0,
                why: format!("recv asks for 1 to {LARGEST} octets"),
            });
        }
        Purpose::Help => {
            prompt.input.text().clone_into(&mut model.ui.help_search);
            model.ui.help_top = 0;
        }
    }
}

fn set_filter(model: &mut Model, filter: Option<Filter>) {
    if model.ui.filter != filter {
        model.ui.filter = filter;
        rows::renew(model);
        rows::select_listed(model);
    }
}

/// Lists everything again.
pub(crate) fn clear_filter(model: &mut Model) {
    set_filter(model, None);
}

/// Which way the candidates are gone through.
#[derive(Debug, Clone, Copy)]
enum Turn {
    Next,
    Previous,
}

fn complete(model: &mut Model, prompt: &mut Prompt, turn: Turn) {
    match prompt.purpose {
        Purpose::Filter => {}
        Purpose::Find | Purpose::RecvSize | Purpose::Help => return,
    }
    let mut completion = prompt.completion.take().unwrap_or_else(|| {
        let (begin, candidates) = filter::candidates(prompt.input.before(), model.trace());
        Completion {
            begin,
            candidates,
            chosen: usize::MAX,
        }
    });
    let count = completion.candidates.len();
    if count == 0 {
        return;
    }
    completion.chosen = match turn {
        Turn::Next => completion.chosen.wrapping_add(1) % count,
        Turn::Previous => completion
            .chosen
            .min(count)
            .checked_sub(1)
            .unwrap_or(count - 1),
    };
    if let Some(candidate) = completion.candidates.get(completion.chosen) {
        prompt.input.replace(completion.begin, candidate);
    }
    // The only one there is: what follows it may be completed next.
    prompt.completion = (count > 1).then_some(completion);
    apply(model, prompt);
}
