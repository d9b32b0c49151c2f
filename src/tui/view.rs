//! Draws a model. Cannot change it: what is drawn follows from the model and the size of
//! the frame alone.
//!
//! ```text
//! header   what is bound and served, totals, rate, mode
//! ┌ connections ┐┌ buffer: octets, recvs, the search ┐
//! ├ exchanges   ┤├ head ────────────┬ ladder ────────┤
//! voice    what happened last; what to do about it
//! footer   keys
//! ```

mod banner;
mod buffer;
mod chip;
mod comparison;
mod connections;
mod content;
mod editor;
mod empty;
mod exchanges;
mod footer;
mod head;
mod header;
mod help;
mod hit;
mod kernel;
mod ladder;
mod lanes;
pub(super) mod lesson;
mod matcher;
mod octets;
mod overlay;
mod prompt;
mod question;
mod queue;
mod scrubber;
mod share;
mod syscalls;
mod voice;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(crate) use self::hit::{Hit, hit, moment_at};
use super::layout;
use super::model::{Lane, Model, Pane};
use super::theme::{Glyphs, Role};
use super::widgets::ascii;
use super::widgets::canvas::{self, Canvas};
use super::widgets::window;

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    paint(model, area, frame.buffer_mut());
}

/// Draws everything, wherever it is to be seen.
pub(crate) fn paint(model: &Model, area: Rect, cells: &mut Buffer) {
    cells.set_style(area, model.theme.base());
    let regions = layout::regions(area, &model.ui);

    let mut header = Canvas::new(cells, regions.header);
    match model.selected_moment() {
        Some((now, past)) => scrubber::draw(model, now, past, &mut header),
        None => header::draw(model, &mut header),
    }
    if let Some(strip) = &model.ui.lesson {
        let mut canvas = Canvas::new(cells, regions.lesson);
        lesson::draw(model.theme, strip, &mut canvas);
    }
    draw_tabs(model, &mut Canvas::new(cells, regions.tabs));
    banner::draw(model, &mut Canvas::new(cells, regions.banner));
    draw_queue(model, regions.queue, cells);
    for pane in Pane::ALL {
        let area = regions.pane(pane);
        if area.is_empty() {
            continue;
        }
        let title = match pane {
            Pane::Buffer => buffer::title(model),
            Pane::Connections => connections::title(model),
            Pane::Ladder => lanes::title(model),
            Pane::Head => head::title(model),
            Pane::Exchanges => exchanges::title(model),
        };
        let focused = model.ui.focus == pane;
        let edge = window::Edge {
            focused,
            in_past: model.ui.past.is_some(),
        };
        let end = window::border(model.theme, edge, &title, area, cells);
        chip::draw(
            model,
            pane,
            end,
            &mut Canvas::new(cells, window::upper_edge(area)),
        );
        let mut inside = Canvas::new(cells, layout::inside(area));
        match pane {
            Pane::Connections => connections::draw(model, &mut inside),
            Pane::Exchanges => exchanges::draw(model, &mut inside),
            Pane::Buffer => buffer::draw(model, &mut inside),
            Pane::Head => head::draw(model, &mut inside),
            Pane::Ladder => match model.ui.lane {
                Lane::Ladder => ladder::draw(model, &mut inside),
                Lane::Kernel => kernel::draw(model, &mut inside),
                Lane::Syscalls => syscalls::draw(model, &mut inside),
            },
        }
    }
    voice::draw(model, &mut Canvas::new(cells, regions.voice));
    footer::draw(model, regions.voice, regions.footer, cells);
    if regions.voice.is_empty() {
        question::draw(model, &mut Canvas::new(cells, regions.footer));
    }
    if model.ui.help {
        help::draw(model, area, cells);
    }
    if let Some(prompt) = &model.ui.prompt {
        prompt::draw(model, prompt, area, cells);
    }
    overlay::draw(model, area, cells);
    if model.theme.glyphs() == Glyphs::Ascii {
        ascii::flatten(cells);
    }
}

/// The queue of the kernel, beside the buffer.
fn draw_queue(model: &Model, area: Rect, cells: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let edge = window::Edge {
        focused: false,
        in_past: model.ui.past.is_some(),
    };
    window::border(model.theme, edge, "Kernel", area, cells);
    queue::draw(model, &mut Canvas::new(cells, layout::inside(area)));
}

fn draw_tabs(model: &Model, canvas: &mut Canvas<'_>) {
    for tab in tabs(model, canvas.width()) {
        let focused = tab.pane == model.ui.focus;
        let role = if focused { Role::Brand } else { Role::Dim };
        let style = model.theme.style(role);
        let x = canvas.text(tab.x, 0, " ", style);
        let x = canvas.text(x, 0, tab.title, style);
        canvas.text(x, 0, " ", style);
    }
}

/// A tab, and where it stands.
struct Tab {
    pane: Pane,
    title: &'static str,
    x: u16,
    width: u16,
}

fn tabs(model: &Model, room: u16) -> Vec<Tab> {
    let mut x = 1;
    let tab = |pane: Pane| {
        let title = pane.title();
        // All names fit from 60 on; under that the first letters do.
        let title = if room < 52 && pane != model.ui.focus {
            title.get(..1).unwrap_or(title)
        } else {
            title
        };
        let width = canvas::width(title) + 2;
        let at = x;
        x += width + 1;
        Tab {
            pane,
            title,
            x: at,
            width,
        }
    };
    Pane::ALL.into_iter().map(tab).collect()
}
