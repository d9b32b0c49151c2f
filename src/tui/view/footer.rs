//! The footer: the keys of the place where one is, printed from the keymap.

use super::canvas::{Canvas, width};
use crate::tui::keymap::Place;
use crate::tui::lesson;
use crate::tui::model::Model;
use crate::tui::notice::Tone;
use crate::tui::theme::Role;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    if let Some(notice) = &model.ui.notice {
        let role = match notice.tone {
            Tone::Done => Role::Good,
            Tone::Failed => Role::Bad,
        };
        canvas.text(1, 0, &notice.text, model.theme.style(role));
        return;
    }
    // What is open over the panes hears neither of the two.
    let always: &[&str] = match model.ui.overlay {
        None => &["? help", "q quit"],
        Some(_) => &[],
    };
    let always_width = always.iter().map(|hint| width(hint) + 2).sum::<u16>();
    let from = canvas.width().saturating_sub(always_width);
    let mut x = from;
    for hint in always {
        x = draw_hint(model, hint, x, canvas) + 2;
    }
    let place = Place::now(&model.ui);
    let mut x = 1;
    for hint in model
        .keymap
        .bindings(place)
        .filter_map(|b| b.hint.as_deref())
        .filter(|hint| !lesson::has(model, hint))
    {
        if x + width(hint) + 2 > from {
            break;
        }
        x = draw_hint(model, hint, x, canvas) + 2;
    }
}

/// The key stands out, the word does not.
fn draw_hint(model: &Model, hint: &str, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    let (key, word) = hint.split_once(' ').unwrap_or((hint, ""));
    let x = canvas.text(x, 0, key, model.theme.style(Role::Key)) + 1;
    canvas.text(x, 0, word, model.theme.style(Role::Dim))
}
