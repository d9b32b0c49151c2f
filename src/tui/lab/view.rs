//! Draws the lab.
//!
//! ```text
//! header   what is simulated, how fast
//! ┌ with numbers ┐  the link, the window, the array, what went upward, counts
//! ├ without      ┤  the link, what went upward, counts
//! voice    what happened last, on either side
//! footer   keys
//! ```

mod array;
mod help;
mod link;
mod naive;
mod ordered;
mod upward;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Widget};

use crate::tui::lab::{Bench, Front, hints};
use crate::tui::layout;
use crate::tui::theme::{Role, Theme};
use crate::tui::view::lesson;
use crate::tui::widgets::canvas::{Canvas, width, wrap};

/// Cells for the names of rows.
const NAMES: u16 = 9;
/// Below this many rows there is only room for the way with numbers.
const ROWS_FOR_BOTH: u16 = 17;

/// Draws everything.
pub(crate) fn draw(bench: &Bench, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cells = frame.buffer_mut();
    cells.set_style(area, bench.theme.base());
    let voice = if area.height >= 34 { 4 } else { 3 };
    let rows = |y: u16, height: u16| Rect {
        x: area.x,
        y: area.y + y.min(area.height),
        width: area.width,
        height: height.min(area.height.saturating_sub(y)),
    };
    let strip = match bench.strip() {
        Some(_) if area.height >= 16 => layout::lesson_lines(area),
        Some(_) | None => 0,
    };
    let panels = area.height.saturating_sub(2 + voice + strip);
    let top = 1 + strip;
    let first = match bench.front() {
        Front::Ordered if panels < ROWS_FOR_BOTH => panels,
        Front::Naive if panels < ROWS_FOR_BOTH => 0,
        Front::Ordered | Front::Naive => (panels * 11).div_ceil(17).min(panels - 7),
    };
    draw_header(bench, &mut Canvas::new(cells, rows(0, 1)));
    if let Some(told) = bench.strip() {
        lesson::draw(bench.theme, told, &mut Canvas::new(cells, rows(1, strip)));
    }
    let title = "1  Numbers, acknowledgements and a window";
    let mut inside = panel(bench.theme, title, rows(top, first), cells);
    ordered::draw(bench, &mut inside);
    let title = "2  Resend until all succeed, without numbers";
    let mut inside = panel(bench.theme, title, rows(top + first, panels - first), cells);
    naive::draw(bench, &mut inside);
    draw_voice(bench, &mut Canvas::new(cells, rows(top + panels, voice)));
    let last = area.height.saturating_sub(1);
    draw_footer(bench, &mut Canvas::new(cells, rows(last, 1)));
    if bench.help {
        help::draw(bench, area, cells);
    }
}

fn panel<'a>(theme: Theme, title: &str, area: Rect, cells: &'a mut Buffer) -> Canvas<'a> {
    if !area.is_empty() {
        Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(theme.style(Role::Border))
            .title(format!(" {title} "))
            .title_style(theme.style(Role::Title))
            .render(area, cells);
    }
    Canvas::new(cells, layout::inside(area))
}

fn draw_header(bench: &Bench, canvas: &mut Canvas<'_>) {
    let theme = bench.theme;
    let settings = bench.lab().settings();
    let (badge, role) = badge(bench);
    let badge = format!(" {badge} · tick {} ", bench.lab().now());
    let end = canvas.width();
    let x = canvas.text(0, 0, " glassport lab ", theme.style(Role::Brand)) + 1;
    let text = format!(
        "seed {} · loss {} · delay {}–{} · window {}",
        settings.seed,
        settings.loss,
        settings.delay,
        settings.delay + settings.reorder,
        settings.window
    );
    let room = end.saturating_sub(x + width(&badge));
    canvas.text_in(x, 0, room, &text, theme.style(Role::Strong));
    canvas.text_to(end, 0, &badge, theme.style(role));
}

fn badge(bench: &Bench) -> (String, Role) {
    use crate::tui::lab::Pace;
    if bench.lab().is_done() {
        return ("■ done".into(), Role::BadgeLive);
    }
    match bench.pace() {
        Pace::Running => (format!("▶ {}/s", bench.ticks_a_second()), Role::BadgeLive),
        Pace::Paused => ("‖ paused".into(), Role::BadgeFrozen),
    }
}

/// The sentence on the numbered way in full, the other one below it.
fn draw_voice(bench: &Bench, canvas: &mut Canvas<'_>) {
    let theme = bench.theme;
    let room = canvas.width().saturating_sub(5);
    let last = canvas.height().saturating_sub(1);
    canvas.text(0, 0, " 1 ", theme.style(Role::Brand));
    let lines = wrap(&bench.ordered_sentence(), room);
    for (y, line) in (0..last).zip(&lines) {
        canvas.text(4, y, line, theme.style(Role::Strong));
    }
    canvas.text(0, last, " 2 ", theme.style(Role::Brand));
    canvas.text_in(
        4,
        last,
        room,
        bench.naive_sentence(),
        theme.style(Role::Text),
    );
}

fn draw_footer(bench: &Bench, canvas: &mut Canvas<'_>) {
    let hint = |hint: &str, x: u16, canvas: &mut Canvas<'_>| {
        let (key, word) = hint.split_once(' ').unwrap_or((hint, ""));
        // "< >" is a key of two characters with a space between them.
        let (key, word) = if key == "<" {
            ("< >", "speed")
        } else {
            (key, word)
        };
        let x = canvas.text(x, 0, key, bench.theme.style(Role::Key)) + 1;
        canvas.text(x, 0, word, bench.theme.style(Role::Dim))
    };
    let always = ["? help", "q quit"];
    let from = canvas
        .width()
        .saturating_sub(always.iter().map(|hint| width(hint) + 2).sum());
    let mut x = from;
    for text in always {
        x = hint(text, x, canvas) + 2;
    }
    if let Some(notice) = bench.notice {
        let style = bench.theme.style(Role::Bad);
        canvas.text_in(1, 0, from.saturating_sub(2), notice, style);
        return;
    }
    let mut x = 1;
    for text in hints(bench) {
        if x + width(text) + 2 > from {
            break;
        }
        x = hint(text, x, canvas) + 2;
    }
}

/// A count with its name.
fn draw_count(
    theme: Theme,
    x: u16,
    y: u16,
    name: &str,
    count: &str,
    canvas: &mut Canvas<'_>,
) -> u16 {
    let x = canvas.text(x, y, name, theme.style(Role::Dim)) + 1;
    canvas.text(x, y, count, theme.style(Role::Strong)) + 3
}

/// The name of a row.
fn draw_name(theme: Theme, y: u16, name: &str, canvas: &mut Canvas<'_>) {
    canvas.text_in(1, y, NAMES - 1, name, theme.style(Role::Dim));
}
