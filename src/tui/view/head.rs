//! The head pane: the lines of the outline, and the cursor on one of them.

use super::canvas::{Canvas, width};
use crate::tui::meaning::Meaning;
use crate::tui::model::{Model, Pane};
use crate::tui::outline::{self, Kind, Line};
use crate::tui::theme::Role;

/// The widest a name may make its column.
const NAMES: u16 = 18;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some((conn, exchange)) = model.exchange() else {
        let dim = model.theme.style(Role::Dim);
        canvas.text(0, 0, "No head has been cut off yet.", dim);
        return;
    };
    let lines = outline::lines(conn, exchange);
    let selected = outline::line_at(&lines, model.ui.spot);
    let height = usize::from(canvas.height());
    let most = lines.len().saturating_sub(height);
    let top = selected
        .map_or(0, |line| line.saturating_sub(height / 2))
        .min(most);
    let names = lines.iter().filter(|line| !line.value.is_empty());
    let names = names
        .map(|line| width(&line.name))
        .max()
        .unwrap_or(0)
        .min(NAMES);
    for (y, (index, line)) in (0..canvas.height()).zip(lines.iter().enumerate().skip(top)) {
        draw_line(model, line, names, y, canvas);
        if selected == Some(index) {
            let focused = model.ui.focus == Pane::Head;
            let role = if focused { Role::Selected } else { Role::Field };
            let width = canvas.width();
            canvas.tint(0, y, width, model.theme.style(role));
        }
    }
}

fn draw_line(model: &Model, line: &Line, names: u16, y: u16, canvas: &mut Canvas<'_>) {
    let (name, value) = match line.kind {
        Kind::Heading => (Role::Strong, Role::Strong),
        Kind::Part(meaning) => (Role::Dim, Role::Octet(meaning)),
        Kind::Field => (Role::Octet(Meaning::FieldName), Role::Text),
        Kind::Rule => (Role::Dim, Role::Info),
        Kind::Raw => (Role::Text, Role::Text),
        Kind::Caret => (Role::Bad, Role::Bad),
        Kind::Wrong => (Role::Dim, Role::Bad),
        Kind::Status(status) => (Role::Dim, Role::of_status(status.class())),
    };
    let (name, value) = (model.theme.style(name), model.theme.style(value));
    match line.kind {
        Kind::Heading => {
            let x = canvas.text(0, y, &line.name, name);
            let end = canvas.width();
            canvas.rule(x + 1, end, y, '─', model.theme.style(Role::Border));
        }
        Kind::Raw | Kind::Caret => {
            canvas.text(0, y, &line.value, value);
        }
        Kind::Part(_) | Kind::Field | Kind::Rule | Kind::Wrong | Kind::Status(_) => {
            canvas.text_in(0, y, names, &line.name, name);
            canvas.text(names + 2, y, &line.value, value);
        }
    }
}
