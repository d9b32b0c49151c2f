//! The head pane: the lines of the field tree, and the cursor on one of them.

use ratatui::layout::Size;

use crate::trace::direction::Direction;
use crate::trace::field_tree::{self, Kind, Line};
use crate::trace::octet_role::OctetRole;
use crate::tui::model::find::Find;
use crate::tui::model::{Model, Pane, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width, wrap};

/// The widest a name may make its column.
const NAMES: u16 = 18;
/// Cells for how long something took.
const TOOK: u16 = 8;

/// From this width on request and response stand side by side.
const SIDE_BY_SIDE: u16 = 90;

/// The title: of which exchange, where it has the screen for itself.
pub(super) fn title(model: &Model) -> String {
    match model.shown_exchange().filter(|_| model.ui.maximised) {
        Some(id) => format!("Exchange {}.{}", id.connection, id.n),
        None => Pane::Head.title().into(),
    }
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some((connection, exchange)) = model.exchange() else {
        let dim = model.theme.style(Role::Dim);
        canvas.text(0, 0, "No head has been cut off yet.", dim);
        return;
    };
    let lines = field_tree::lines(connection, exchange);
    let selected = model.ui.spot.line(model.ui.direction, &lines);
    let (width, height) = (canvas.width(), canvas.height());
    for column in columns(&lines, width) {
        let mut canvas = canvas.part(column.x, 0, column.width, height);
        draw_lines(model, column.lines, column.first, selected, &mut canvas);
    }
}

/// Lines that stand below each other.
struct Column<'a> {
    lines: &'a [Line],
    /// Which of all lines is its first.
    first: usize,
    x: u16,
    width: u16,
}

/// The request and, beside it where there is room, the response.
fn columns(lines: &[Line], width: u16) -> Vec<Column<'_>> {
    let headings = lines.iter().enumerate().skip(1);
    let second = headings
        .filter(|(_, line)| line.kind == Kind::Heading)
        .map(|(index, _)| index)
        .next()
        .filter(|_| width >= SIDE_BY_SIDE);
    let first = second.unwrap_or(lines.len());
    let (request, response) = lines.split_at_checked(first).unwrap_or((lines, &[]));
    let column = |lines, first, x, width| Column {
        lines,
        first,
        x,
        width,
    };
    if response.is_empty() {
        return vec![column(request, 0, 0, width)];
    }
    let half = width / 2 - 1;
    vec![
        column(request, 0, 0, half),
        column(response, first, half + 2, width - half - 2),
    ]
}

/// Draws `lines`, the first of which is the line `first` of all.
fn draw_lines(
    model: &Model,
    lines: &[Line],
    first: usize,
    selected: Option<usize>,
    canvas: &mut Canvas<'_>,
) {
    let selected = selected.and_then(|line| line.checked_sub(first));
    let size = Size::new(canvas.width(), canvas.height());
    let Shown { rows, names, top } = Shown::new(lines, selected, size);
    for (y, (index, name, value)) in (0..canvas.height()).zip(rows.iter().skip(top)) {
        let Some(line) = lines.get(*index) else {
            continue;
        };
        draw_row(model, line, name, value, names, y, canvas);
        if let Some(find) = &model.ui.find {
            let x = if line.kind == Kind::Raw { 0 } else { names + 2 };
            draw_found(model, find, name, 0, names, y, canvas);
            draw_found(model, find, value, x, canvas.width(), y, canvas);
        }
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
    fn new(lines: &'a [Line], selected: Option<usize>, size: Size) -> Self {
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

/// Lets what was looked for stand out in a text drawn from `x` to `end`.
fn draw_found(
    model: &Model,
    find: &Find,
    text: &str,
    x: u16,
    end: u16,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let style = model.theme.style(Role::Match);
    let cells_before = |octets: u64| {
        let octets = usize::try_from(octets).unwrap_or(usize::MAX);
        text.get(..octets).map(width)
    };
    for span in find.search.spans_in(text.as_bytes(), 0) {
        if let (Some(from), Some(to)) = (cells_before(span.start), cells_before(span.end)) {
            let from = x.saturating_add(from).min(end);
            let to = x.saturating_add(to).min(end);
            canvas.tint(from, y, to - from, style);
        }
    }
}

/// Where the cursor goes for the cell `x`, `y` of a pane of this size.
pub(super) fn spot_at(model: &Model, size: Size, x: u16, y: u16) -> Option<(Direction, Spot)> {
    let (connection, exchange) = model.exchange()?;
    let lines = field_tree::lines(connection, exchange);
    let selected = model.ui.spot.line(model.ui.direction, &lines);
    let columns = columns(&lines, size.width);
    let column = columns.iter().rfind(|column| column.x <= x)?;
    let selected = selected.and_then(|line| line.checked_sub(column.first));
    let size = Size::new(column.width, size.height);
    let shown = Shown::new(column.lines, selected, size);
    let (index, ..) = *shown.rows.get(shown.top + usize::from(y)).as_ref()?;
    let line = column.lines.get(*index).filter(|line| !line.is_heading())?;
    let (direction, spot) = match line.octets {
        Some((direction, span)) => (direction, Spot::Octet(span.start)),
        None => (model.ui.direction, Spot::Line(column.first + *index)),
    };
    Some((direction, spot))
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
        Kind::Time(from, to) => {
            canvas.text_in(0, y, names, name, name_style);
            canvas.text_to(names + 2 + TOOK, y, value, value_style);
            let begin = names + 2 + TOOK + 2;
            let room = u32::from(canvas.width().saturating_sub(begin));
            let cell = |part: u16| u16::try_from(u32::from(part) * room / 1000).unwrap_or(0);
            if to > 0 {
                // Whatever took time is seen, however short it was.
                let end = (begin + cell(to)).max(begin + cell(from) + 1);
                canvas.rule(
                    begin + cell(from),
                    end,
                    y,
                    '█',
                    model.theme.style(Role::Info),
                );
            }
        }
        Kind::Part(_) | Kind::Field | Kind::Rule | Kind::Wrong | Kind::CutOff | Kind::Status(_) => {
            canvas.text_in(0, y, names, name, name_style);
            canvas.text(names + 2, y, value, value_style);
        }
    }
}

/// How the name and the value of a line look.
fn roles(kind: Kind) -> (Role, Role) {
    match kind {
        Kind::Heading => (Role::Strong, Role::Strong),
        Kind::Part(role) => (Role::Dim, Role::Octet(role)),
        Kind::Field => (Role::Octet(OctetRole::FieldName), Role::Text),
        Kind::Time(..) => (Role::Dim, Role::Text),
        Kind::Rule => (Role::Dim, Role::Info),
        Kind::Raw => (Role::Text, Role::Text),
        Kind::Caret => (Role::Bad, Role::Bad),
        Kind::Wrong => (Role::Dim, Role::Bad),
        // It is to be read: what is crossed out is in the table.
        Kind::CutOff => (Role::Dim, Role::Marked),
        Kind::Status(status) => (Role::Dim, Role::of_status(status.class())),
    }
}
