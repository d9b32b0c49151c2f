//! The box in which a filter, or what to find, is typed: over the lower end of the panes,
//! red while what stands in it is not valid.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use crate::event::inert;
use crate::trace::format;
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::model::matches;
use crate::tui::model::prompt::{Prompt, Purpose};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{self, Canvas, width, wrap};

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
    let inside = if boxed {
        layout::inside(window)
    } else {
        window
    };
    let mut canvas = Canvas::new(cells, inside);
    draw_line(model, prompt, &mut canvas);
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
    }
}

/// The text, the cursor, and a mark on what is wrong.
fn draw_line(model: &Model, prompt: &Prompt, canvas: &mut Canvas<'_>) {
    let sign = match prompt.purpose {
        Purpose::Filter => "/ ",
        Purpose::Find => "f ",
    };
    let x = canvas.text(0, 0, sign, model.theme.style(Role::Key));
    let cursor = prompt.entry.before().chars().count();
    let wrong = prompt.invalid.as_ref().map(|invalid| invalid.at);
    let characters: Vec<char> = prompt.entry.text().chars().chain([' ']).collect();
    // What is before the cursor stays in sight.
    let room = usize::from(canvas.width().saturating_sub(x));
    let first = (cursor + 1).saturating_sub(room);
    let mut x = x;
    for (index, character) in characters.iter().enumerate().skip(first) {
        let role = if Some(index) == wrong {
            Role::Octet(crate::trace::octet_role::OctetRole::Wrong)
        } else {
            Role::Strong
        };
        let mut style = model.theme.style(role);
        if index == cursor {
            style = style.patch(model.theme.style(Role::Cursor));
        }
        let text = if *character == ' ' {
            " ".into()
        } else {
            inert(character.encode_utf8(&mut [0; 4]).as_bytes())
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

/// What is said below the line.
fn below(model: &Model, prompt: &Prompt) -> String {
    if let Some(invalid) = &prompt.invalid {
        return format!("✗ at {}: {}", invalid.at + 1, inert(invalid.why.as_bytes()));
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
        Purpose::Filter if prompt.entry.text().is_empty() => {
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
        Purpose::Find if prompt.entry.text().is_empty() => {
            "a text, \\r \\n \\xNN for octets, or /regex/ · n N next and previous · Esc ends it".into()
        }
        Purpose::Find => match matches::count(model) {
            Some((_, 0)) => "not found here".into(),
            Some((Some(at), of)) => format!("{at} of {of} · Enter, then n and N"),
            Some((None, of)) => format!("{of} here · Enter, then n and N"),
            None => String::new(),
        },
    }
}
