//! What is open over the panes: a menu, a name, the palette.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{comparison, content, editor, share};
use crate::event::escape;
use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::model::overlay::{Action, Item, MASK, Menu, Name, Overlay, Palette, SEVERAL, held};
use crate::tui::model::recording::Question;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{self, Canvas, width};
use crate::tui::widgets::text_line;
use crate::tui::widgets::window::window;

/// How many commands the palette shows at once.
const COMMANDS: u16 = 12;

pub(super) fn draw(model: &Model, area: Rect, cells: &mut Buffer) {
    match &model.ui.overlay {
        None => {}
        Some(Overlay::Menu(menu)) => draw_menu(model, menu, area, cells),
        Some(Overlay::Name(name)) => draw_name(model, name, area, cells),
        Some(Overlay::Record(question)) => draw_question(model, question, area, cells),
        Some(Overlay::Replace { path, octets }) => {
            let path = escape(path.as_os_str().as_encoded_bytes());
            let octets = format::plural(octets.len() as u64, "octet");
            let text = format!("Enter replaces it with {octets}, Esc leaves it as it is.");
            let title = format!("{path} is there already");
            let mut inside = window(model.theme, &title, 64, 1, area, cells);
            inside.text(0, 0, &text, model.theme.style(Role::Warning));
        }
        Some(Overlay::Editor(editor)) => editor::draw(model, editor, area, cells),
        Some(Overlay::Comparison(comparison)) => {
            comparison::draw(model, comparison, area, cells);
        }
        Some(Overlay::Content(reading)) => content::draw(model, reading, area, cells),
        Some(Overlay::Share) => share::draw(model, area, cells),
        Some(Overlay::Palette(palette)) => draw_palette(model, palette, area, cells),
    }
}

fn draw_menu(model: &Model, menu: &Menu, area: Rect, cells: &mut Buffer) {
    let (verb, columns) = match menu.action {
        Action::Copy => ("Copy", 66),
        Action::Write => ("Write", 66),
    };
    let title = format!("{verb} request {}", menu.name);
    let sets = usize::from(menu.sets.len() > 1);
    let rows = canvas::cells(menu.items.len() + sets + 1);
    let mut inside = window(model.theme, &title, columns, rows, area, cells);
    for (y, (index, item)) in (0..).zip(menu.items.iter().enumerate()) {
        draw_item(model, menu, item, y, &mut inside);
        if index == menu.at {
            let width = inside.width();
            inside.tint(0, y, width, model.theme.style(Role::Selected));
        }
    }
    if sets > 0 {
        let y = rows.saturating_sub(2);
        inside.cell(0, y, SEVERAL, model.theme.style(Role::Key));
        let mut x = inside.text(2, y, "which:", model.theme.style(Role::Dim));
        for (set, count) in &menu.sets {
            let role = if *set == menu.several {
                Role::Strong
            } else {
                Role::Dim
            };
            let sign = if *set == menu.several { '▸' } else { ' ' };
            let count = format::count(*count as u64);
            let text = format!(" {sign}{} {count}", set.name());
            x = inside.text(x, y, &text, model.theme.style(role));
        }
    }
    let secrets = menu.secrets.join(", ");
    let (said, role) = match (menu.masked, secrets.as_str()) {
        (true, "") => ("cookies and credentials are masked".into(), Role::Dim),
        (true, secrets) => (format!("masked: {secrets}"), Role::Dim),
        (false, "") => ("masks cookies and credentials".into(), Role::Dim),
        (false, secrets) => (
            format!("masks the value of {secrets}, which is in it"),
            Role::Warning,
        ),
    };
    let y = rows.saturating_sub(1);
    inside.cell(0, y, MASK, model.theme.style(Role::Key));
    inside.text(2, y, &said, model.theme.style(role));
}

fn draw_item(model: &Model, menu: &Menu, item: &Item, y: u16, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let (name, about) = match &item.written {
        Some(Err(why)) => (dim, format!("✗ {why}")),
        Some(Ok(_)) | None => (model.theme.style(Role::Text), item.about(menu.several)),
    };
    canvas.cell(0, y, item.letter(), model.theme.style(Role::Key));
    canvas.text(2, y, item.form.name(), name);
    let size = match &item.written {
        Some(Ok(written)) => format::size(written.octets.len() as u64),
        Some(Err(_)) | None => String::new(),
    };
    let end = canvas.width();
    let about_end = end.saturating_sub(width(&size) + 1);
    canvas.text_in(10, y, about_end.saturating_sub(10), &about, dim);
    canvas.text_to(end, y, &size, dim);
}

fn draw_name(model: &Model, name: &Name, area: Rect, cells: &mut Buffer) {
    let octets = format::plural(name.octets.len() as u64, "octet");
    let title = format!("Write {}, {octets}, to the file", name.form.name());
    let said = (!name.secrets.is_empty()).then(|| held(&name.secrets));
    let rows = 1 + u16::from(said.is_some());
    let mut inside = window(model.theme, &title, 66, rows, area, cells);
    if let Some(said) = said {
        inside.text(0, 1, &said, model.theme.style(Role::Warning));
    }
    let (before, rest) = name.input.around();
    text_line::draw(model.theme, before, rest, &mut inside);
}

fn draw_question(model: &Model, question: &Question, area: Rect, cells: &mut Buffer) {
    let title = "Record into the new file";
    let mut inside = window(model.theme, title, 66, 2, area, cells);
    let (said, role) = if question.masked {
        (
            "cookies and credentials are masked; Tab: as they are",
            Role::Dim,
        )
    } else {
        (
            "cookies and credentials are in it; Tab: masked",
            Role::Warning,
        )
    };
    inside.text(0, 1, said, model.theme.style(role));
    let (before, rest) = question.input.around();
    text_line::draw(model.theme, before, rest, &mut inside);
}

fn draw_palette(model: &Model, palette: &Palette, area: Rect, cells: &mut Buffer) {
    let found = palette.found(
        &model.keymap,
        model.ui.pane_context(),
        model.ui.past.is_some(),
    );
    let mut inside = window(model.theme, "Command", 70, COMMANDS + 2, area, cells);
    let (dim, text) = (model.theme.style(Role::Dim), model.theme.style(Role::Text));
    inside.cell(0, 0, ':', model.theme.style(Role::Key));
    let line_width = inside.width().saturating_sub(1);
    let (before, rest) = palette.input.around();
    let mut line = inside.part(1, 0, line_width, 1);
    text_line::draw(model.theme, before, rest, &mut line);
    if found.is_empty() {
        inside.text(0, 2, "no command is called that", dim);
    }
    let rows = usize::from(inside.height().saturating_sub(2));
    let top = (palette.at + 1).saturating_sub(rows);
    for (y, (index, binding)) in (2..).zip(found.iter().enumerate().skip(top).take(rows)) {
        let end = inside.width();
        let keys_end = end.saturating_sub(width(&binding.shown) + 1);
        inside.text_in(1, y, 16, binding.command.name(), text);
        inside.text_in(18, y, keys_end.saturating_sub(18), binding.label, dim);
        inside.text_to(end, y, &binding.shown, model.theme.style(Role::Key));
        if index == palette.at {
            inside.tint(0, y, end, model.theme.style(Role::Selected));
        }
    }
}
