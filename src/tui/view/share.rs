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

/// How the class answered, a bar for each answer, side by side as far as there is room from row
/// `y` on; says where that ends.
pub(super) fn bars(model: &Model, y: u16, canvas: &mut Canvas<'_>) -> u16 {
    const LABEL: u16 = 24;
    const BAR: usize = 12;
    let audience = &model.audience;
    let most = audience.most();
    if model.shared.is_none() || most == 0 {
        return y;
    }
    let (mut x, mut y) = (1, y);
    for (answer, count) in &audience.answers {
        let cells = size((BAR * count).div_ceil(most));
        let count = format::count(*count as u64);
        let label = width(answer).min(LABEL);
        let wanted = label + 1 + cells + u16::from(cells > 0) + width(&count);
        if x > 1 && x + wanted > canvas.width() {
            (x, y) = (1, y + 1);
        }
        x = canvas.text_in(x, y, label, answer, model.theme.style(Role::Text)) + 1;
        canvas.rule(x, x + cells, y, '█', model.theme.style(Role::Info));
        x += cells + u16::from(cells > 0);
        x = canvas.text(x, y, &count, model.theme.style(Role::Strong)) + 3;
    }
    y + 1
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixture::model;
    use crate::tui::{Audience, Msg, Report, Shared, update};

    fn shared() -> Shared {
        Shared {
            url: "http://10.0.0.7:8081/.glassport/watch/0123456789abcdef".into(),
            code: vec![vec![true, false], vec![false, true]],
        }
    }

    fn rows(cells: &Buffer) -> Vec<String> {
        let area = cells.area;
        let symbol = |x, y| cells.cell((x, y)).map_or(" ", |cell| cell.symbol());
        (area.top()..area.bottom())
            .map(|y| (area.left()..area.right()).map(|x| symbol(x, y)).collect())
            .collect()
    }

    #[test]
    fn a_code_has_a_quiet_border_and_each_module_is_half_a_cell() {
        let code = code(&shared().code, false);
        assert_eq!(code.len(), 5);
        assert_eq!(code[0], "██████████");
        assert_eq!(code[2], "████▄▀████");
        assert_eq!(super::code(&shared().code, true)[4], "########  ##########");
    }

    #[test]
    fn answers_are_bars_beside_each_other_and_below_where_it_is_narrow() {
        let mut dashboard = model();
        let answers = [("44 octets", 12), ("1024 octets", 3), ("none", 0)];
        let answers = answers.map(|(answer, count)| (answer.into(), count)).into();
        let audience = Audience {
            watching: 20,
            own: 1,
            answers,
        };
        update(&mut dashboard, Msg::Report(Report::Audience(audience)));
        let model = dashboard.into_model().with_shared(shared());
        let drawn = |width| {
            let area = Rect::new(0, 0, width, 3);
            let mut cells = Buffer::empty(area);
            let end = bars(&model, 0, &mut Canvas::new(&mut cells, area));
            let rows = rows(&cells).into_iter().take(end.into());
            rows.map(|row| row.trim_end().to_owned())
                .collect::<Vec<_>>()
        };
        let whole = [" 44 octets ████████████ 12   1024 octets ███ 3   none 0"];
        assert_eq!(drawn(80), whole);
        let narrow = [" 44 octets ████████████ 12", " 1024 octets ███ 3   none 0"];
        assert_eq!(drawn(40), narrow);
        let asked = answered(&model);
        assert_eq!(asked.as_deref(), Some("20 watch, 15 answered"));
    }
}
