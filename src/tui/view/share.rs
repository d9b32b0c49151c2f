//! Where others follow: the address, large enough to be copied by hand, and its QR code.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells as size, width};
use crate::tui::widgets::window::window;

/// The light border that a reader of the code looks for.
const QUIET: usize = 4;

pub(super) fn draw(model: &Model, area: Rect, cells: &mut Buffer) {
    let Some(shared) = &model.shared else {
        return;
    };
    let code = code(&shared.code, model.theme.is_ascii());
    let code_width = code.first().map_or(0, |row| width(row));
    // What is cut off anywhere can be read by nobody.
    let fits = size(code.len()) + 6 <= area.height && code_width + 4 <= area.width;
    let code: &[String] = if fits { &code } else { &[] };
    let columns = width(&shared.url)
        .max(if fits { code_width } else { 0 })
        .max(44);
    let rows = size(code.len()) + 3;
    let title = "Follow in a browser";
    let mut inside = window(model.theme, title, columns, rows, area, cells);
    let room = inside.width();
    let middle = |text: u16| room.saturating_sub(text) / 2;
    inside.text(
        middle(width(&shared.url)),
        0,
        &shared.url,
        model.theme.style(Role::Strong),
    );
    for (y, row) in (2..).zip(code) {
        inside.text(middle(code_width), y, row, model.theme.style(Role::Code));
    }
    let said = watching(model);
    let y = rows.saturating_sub(1);
    inside.text(middle(width(&said)), y, &said, model.theme.style(Role::Dim));
}

/// How many follow, in words.
fn watching(model: &Model) -> String {
    let audience = &model.audience;
    match (audience.watching, audience.own) {
        (0, _) => "nobody watches yet; secrets are masked there".into(),
        (watching, 0) => format!("{} watch", format::count(watching as u64)),
        (watching, own) => format!(
            "{} watch, {} of them look around",
            format::count(watching as u64),
            format::count(own as u64)
        ),
    }
}

/// The code in rows of text, a light module as ink.
fn code(modules: &[Vec<bool>], ascii: bool) -> Vec<String> {
    let side = modules.len();
    if side == 0 {
        return Vec::new();
    }
    let all = side + 2 * QUIET;
    let dark = |x: usize, y: usize| {
        let at = |n: usize| n.checked_sub(QUIET);
        let row = at(y).and_then(|y| modules.get(y));
        let module = row.zip(at(x)).and_then(|(row, x)| row.get(x));
        module.copied().unwrap_or(false)
    };
    let row = |y: usize| -> String {
        let cell = |x: usize| match (dark(x, y), y + 1 >= all || dark(x, y + 1)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        };
        (0..all).map(cell).collect()
    };
    if ascii {
        let module = |x: usize, y: usize| if dark(x, y) { "  " } else { "##" };
        return (0..all)
            .map(|y| (0..all).map(|x| module(x, y)).collect())
            .collect();
    }
    (0..all).step_by(2).map(row).collect()
}

/// How the class answered, one bar an answer, in at most `rows` rows; says how many it took.
pub(super) fn bars(model: &Model, y: u16, canvas: &mut Canvas<'_>) -> u16 {
    const BAR: u16 = 24;
    let audience = &model.audience;
    let most = audience.most();
    if model.shared.is_none() || most == 0 {
        return y;
    }
    let label = audience.answers.iter().map(|(answer, _)| width(answer));
    let label = label.max().unwrap_or(0).min(canvas.width() / 2);
    let mut at = y;
    for (answer, count) in &audience.answers {
        if at >= canvas.height() {
            break;
        }
        canvas.text_in(1, at, label, answer, model.theme.style(Role::Text));
        let cells = size((usize::from(BAR) * count).div_ceil(most.max(1)));
        let x = label + 2;
        canvas.rule(x, x + cells, at, '█', model.theme.style(Role::Info));
        let count = format::count(*count as u64);
        canvas.text(x + cells + 1, at, &count, model.theme.style(Role::Strong));
        at += 1;
    }
    at
}

/// How many of the class have answered the question that is open, in words.
pub(super) fn answered(model: &Model) -> Option<String> {
    let audience = &model.audience;
    let anyone = model.shared.is_some() && audience.watching > 0;
    anyone.then(|| {
        let (answered, watching) = (audience.answered() as u64, audience.watching as u64);
        format!(
            "{} watch, {} answered",
            format::count(watching),
            format::count(answered)
        )
    })
}
