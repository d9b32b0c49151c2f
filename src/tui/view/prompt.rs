//! The box in which a filter, or what to find, is typed: over the lower end of the panes,
//! red while what stands in it is not valid.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::event::escape;
use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::model::matches;
use crate::tui::model::prompt::{Prompt, Purpose};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{self, Canvas, wrap};
use crate::tui::widgets::text_line;
use crate::tui::widgets::window::inside;

/// From this height on there is room for a border and a line of explanation.
const BOXED: u16 = 12;

pub(super) fn draw(model: &Model, prompt: &Prompt, area: Rect, cells: &mut Buffer) {
    let role = if prompt.invalid.is_some() {
        Role::Bad
    } else {
        Role::BorderFocused
    };
    let below = below(model, prompt);
    let room = area.width.saturating_sub(4);
    let lines = wrap(&below, room.max(1));
    let boxed = area.height >= BOXED;
    let explained = canvas::cells(lines.len()).min(3);
    let height = if boxed { 3 + explained } else { 1 }.min(area.height);
    let window = Rect {
        y: area.y + area.height - height,
        height,
        ..area
    };
    Clear.render(window, cells);
    cells.set_style(window, model.theme.base());
    if boxed {
        let kind = if prompt.invalid.is_some() {
            BorderType::Thick
        } else {
            BorderType::Rounded
        };
        Block::bordered()
            .border_type(kind)
            .border_style(model.theme.style(role))
            .title(title(model, prompt))
            .title_style(model.theme.style(Role::TitleFocused))
            .render(window, cells);
    }
    let within = if boxed { inside(window) } else { window };
    let mut canvas = Canvas::new(cells, within);
    let sign = match prompt.purpose {
        Purpose::Filter | Purpose::Help => "/ ",
        Purpose::Find => "f ",
        Purpose::RecvSize => "= ",
    };
    let x = canvas.text(0, 0, sign, model.theme.style(Role::Key));
    let room = canvas.width().saturating_sub(x);
    let (before, rest) = prompt.input.around();
    let wrong = prompt.invalid.as_ref().map(|invalid| invalid.at);
    let mut line = canvas.part(x, 0, room, 1);
    text_line::draw_marked(model.theme, before, rest, wrong, &mut line);
    let style = model.theme.style(if prompt.invalid.is_some() {
        Role::Bad
    } else {
        Role::Dim
    });
    for (y, line) in (1..).zip(lines).take(usize::from(explained)) {
        canvas.text(0, y, &line, style);
    }
}

fn title(model: &Model, prompt: &Prompt) -> String {
    match prompt.purpose {
        Purpose::Filter => " Filter both tables ".into(),
        Purpose::Find => format!(" Find in {} ", model.ui.focus.title()),
        Purpose::RecvSize => " How many octets recv asks for ".into(),
        Purpose::Help => " Find a key ".into(),
    }
}

/// What is said below the line.
fn below(model: &Model, prompt: &Prompt) -> String {
    if let Some(invalid) = &prompt.invalid {
        return format!(
            "✗ at {}: {}",
            invalid.at + 1,
            escape(invalid.why.as_bytes())
        );
    }
    if let Some(completion) = &prompt.completion {
        let mark = |(index, candidate): (usize, &String)| {
            if index == completion.chosen {
                format!("▸{candidate}")
            } else {
                candidate.clone()
            }
        };
        let near = completion.candidates.iter().enumerate();
        let shown: Vec<_> = near
            .skip(completion.chosen.saturating_sub(2))
            .map(mark)
            .collect();
        return shown.join("  ");
    }
    match prompt.purpose {
        Purpose::Filter if prompt.input.text().is_empty() => {
            "method: path: status: peer: state: advice: text: /regex/ · space and · | or · ! not · ( ) · Tab completes · Esc clears".into()
        }
        Purpose::Filter => model.rows.as_ref().map_or_else(
            || "everything is listed".into(),
            |rows| {
                format!(
                    "{} and {} · Enter keeps it, Esc clears it",
                    format::plural(rows.connections.len() as u64, "connection"),
                    format::plural(rows.exchanges.len() as u64, "exchange"),
                )
            },
        ),
        Purpose::Find if prompt.input.text().is_empty() => {
            "a text, \\r \\n \\xNN for octets, or /regex/ · n N next and previous · Esc ends it".into()
        }
        Purpose::Find => match matches::count(model) {
            Some((_, 0)) => "not found here".into(),
            Some((Some(at), of)) => format!("{at} of {of} · Enter, then n and N"),
            Some((None, of)) => format!("{of} here · Enter, then n and N"),
            None => String::new(),
        },
        Purpose::RecvSize => {
            "1 to 65536, from the next recv on: of this connection and of new ones · Esc: as it was".into()
        }
        Purpose::Help => "a word, or a key · Enter keeps what is found · Esc shows all".into(),
    }
}
