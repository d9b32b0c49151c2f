//! The footer: the keys of the context where one is, printed from the keymap; or what became
//! of what was asked for last. The ways to help and out are always there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::keymap::{Command, Context};
use crate::tui::model::Model;
use crate::tui::model::lesson::Moment;
use crate::tui::model::notice::Tone;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{self, Canvas, width, wrap};

/// Draws into `area`; a sentence that does not fit stands in the rows `above` it.
pub(super) fn draw(model: &Model, above: Rect, area: Rect, cells: &mut Buffer) {
    let mut canvas = Canvas::new(cells, area);
    let context = model.ui.context();
    let always = always(model, context);
    let taken = always.iter().map(|hint| width(hint) + 2).sum::<u16>();
    let from = canvas.width().saturating_sub(taken);
    let mut x = from;
    for hint in &always {
        x = draw_hint(model, hint, x, &mut canvas) + 2;
    }
    if let Some(notice) = &model.ui.notice {
        let style = model.theme.style(match notice.tone {
            Tone::Done => Role::Good,
            Tone::Failed => Role::Bad,
        });
        // Who changes a request needs the keys that are named here.
        let keys_stay = context == Context::Editor;
        if above.height == 0 || (width(&notice.text) + 2 <= from && !keys_stay) {
            canvas.text_in(1, 0, from.saturating_sub(2), &notice.text, style);
            return;
        }
        draw_above(&notice.text, style, above, cells);
        canvas = Canvas::new(cells, area);
    }
    let mut x = 1;
    for hint in model
        .keymap
        .heard(context, model.ui.past.is_some())
        .filter(|binding| context.is_open_over_panes() || model.does(binding.command))
        .filter_map(|b| b.hint.as_deref())
        .filter(|hint| !lesson_has(model, hint))
    {
        if x + width(hint) + 2 > from {
            break;
        }
        x = draw_hint(model, hint, x, &mut canvas) + 2;
    }
}

/// The keys for help and the way out that are heard at `context`: what is open over the panes
/// hears only the latter.
fn always(model: &Model, context: Context) -> Vec<String> {
    let key = |wanted: Command| {
        let mut bindings = model.keymap.bindings(context);
        let binding = bindings.find(|b| b.command == wanted && !b.keys.is_empty())?;
        binding.shown.split(' ').next()
    };
    let help = key(Command::Help).map(|key| format!("{key} help"));
    let quit = key(Command::QuitOrBack).or_else(|| key(Command::Quit));
    let quit = quit.map(|key| format!("{key} quit"));
    help.into_iter().chain(quit).collect()
}

/// The sentence in the lowest rows of `above`, over what stands there.
fn draw_above(sentence: &str, style: Style, above: Rect, cells: &mut Buffer) {
    let lines = wrap(sentence, above.width.saturating_sub(2).max(1));
    let height = canvas::cells(lines.len()).min(above.height);
    let window = Rect {
        y: above.bottom() - height,
        height,
        ..above
    };
    let mut canvas = Canvas::new(cells, window);
    for (y, line) in (0..height).zip(&lines) {
        canvas.text(0, y, &" ".repeat(window.width.into()), style);
        canvas.text(1, y, line.trim_end(), style);
    }
}

/// The key stands out, the word does not.
fn draw_hint(model: &Model, hint: &str, x: u16, canvas: &mut Canvas<'_>) -> u16 {
    let (key, word) = hint.split_once(' ').unwrap_or((hint, ""));
    let x = canvas.text(x, 0, key, model.theme.style(Role::Key)) + 1;
    canvas.text(x, 0, word, model.theme.style(Role::Dim))
}

/// Whether a lesson has the key of this hint for itself.
fn lesson_has(model: &Model, hint: &str) -> bool {
    let waits = model
        .ui
        .lesson
        .as_ref()
        .is_some_and(|strip| match strip.moment {
            Moment::Say | Moment::Doing | Moment::See => {
                !model.ui.help && model.ui.overlay.is_none()
            }
            Moment::Over | Moment::Unlike => false,
        });
    waits && ["Enter ", "Space "].iter().any(|key| hint.starts_with(key))
}
