//! The head pane: the lines of the outline, and the cursor on one of them.

use ratatui::layout::Size;

use super::canvas::{Canvas, width, wrap};
use crate::tui::meaning::Meaning;
use crate::tui::model::{Model, Pane, Spot};
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
    let Shown { rows, names, top } = Shown::of(&lines, selected, canvas.as_size());
    for (y, (index, name, value)) in (0..canvas.height()).zip(rows.iter().skip(top)) {
        let Some(line) = lines.get(*index) else {
            continue;
        };
        draw_row(model, line, name, value, names, y, canvas);
        if selected == Some(*index) {
            let focused = model.ui.focus == Pane::Head;
            let role = if focused { Role::Selected } else { Role::Field };
            let width = canvas.width();
            canvas.tint(0, y, width, model.theme.style(role));
        }
    }
}

/// The rows the lines take, and the first that is shown.
struct Shown<'a> {
    /// Of each row the line it belongs to, the name and the value.
    rows: Vec<(usize, &'a str, String)>,
    /// The width of the names.
    names: u16,
    top: usize,
}

impl<'a> Shown<'a> {
    fn of(lines: &'a [Line], selected: Option<usize>, size: Size) -> Self {
        let names = lines.iter().filter(|line| !line.value.is_empty());
        let names = names.map(|line| width(&line.name)).max().unwrap_or(0);
        let names = names.min(NAMES).min(size.width * 2 / 5);
        let room = size.width.saturating_sub(names + 2);
        // A value that is too long goes on in the rows below.
        let mut rows = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if line.is_wrapped() {
                let mut parts = wrap(&line.value, room).into_iter();
                rows.push((index, line.name.as_str(), parts.next().unwrap_or_default()));
                rows.extend(parts.map(|part| (index, "", part)));
            } else {
                rows.push((index, line.name.as_str(), line.value.clone()));
            }
        }
        let height = usize::from(size.height);
        let most = rows.len().saturating_sub(height);
        let at = selected.and_then(|line| rows.iter().position(|(index, ..)| *index == line));
        let top = at.map_or(0, |row| row.saturating_sub(height / 2)).min(most);
        Self { rows, names, top }
    }
}

/// Where the cursor goes for row `y` of a pane of this size.
pub(super) fn spot_at(model: &Model, size: Size, y: u16) -> Option<Spot> {
    let (conn, exchange) = model.exchange()?;
    let lines = outline::lines(conn, exchange);
    let selected = outline::line_at(&lines, model.ui.spot);
    let shown = Shown::of(&lines, selected, size);
    let (index, ..) = *shown.rows.get(shown.top + usize::from(y)).as_ref()?;
    let line = lines.get(*index).filter(|line| !line.is_heading())?;
    Some(
        line.span
            .map_or(Spot::Line(*index), |span| Spot::Octet(span.start)),
    )
}

fn draw_row(
    model: &Model,
    line: &Line,
    name: &str,
    value: &str,
    names: u16,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let (name_role, value_role) = roles(line.kind);
    let name_style = model.theme.style(name_role);
    let value_style = model.theme.style(value_role);
    match line.kind {
        Kind::Heading => {
            let x = canvas.text(0, y, name, name_style);
            let end = canvas.width();
            canvas.rule(x + 1, end, y, '─', model.theme.style(Role::Border));
        }
        Kind::Raw | Kind::Caret => {
            canvas.text(0, y, value, value_style);
        }
        Kind::Part(_) | Kind::Field | Kind::Rule | Kind::Wrong | Kind::Status(_) => {
            canvas.text_in(0, y, names, name, name_style);
            canvas.text(names + 2, y, value, value_style);
        }
    }
}

/// How the name and the value of a line look.
fn roles(kind: Kind) -> (Role, Role) {
    match kind {
        Kind::Heading => (Role::Strong, Role::Strong),
        Kind::Part(meaning) => (Role::Dim, Role::Octet(meaning)),
        Kind::Field => (Role::Octet(Meaning::FieldName), Role::Text),
        Kind::Rule => (Role::Dim, Role::Info),
        Kind::Raw => (Role::Text, Role::Text),
        Kind::Caret => (Role::Bad, Role::Bad),
        Kind::Wrong => (Role::Dim, Role::Bad),
        Kind::Status(status) => (Role::Dim, Role::of_status(status.class())),
    }
}
