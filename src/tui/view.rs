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

mod buffer;
mod canvas;
mod connections;
mod empty;
mod exchanges;
mod footer;
mod head;
mod header;
mod help;
mod hit;
mod ladder;
mod matcher;
mod octets;
mod overlay;
mod voice;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::widgets::{Block, BorderType, Widget};

use self::canvas::Canvas;
pub(crate) use self::hit::{Hit, hit};
use super::layout;
use super::model::{Model, Pane};
use super::theme::Role;

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cells = frame.buffer_mut();
    cells.set_style(area, model.theme.base());
    let regions = layout::regions(area, &model.ui);

    header::draw(model, &mut Canvas::new(cells, regions.header));
    draw_tabs(model, &mut Canvas::new(cells, regions.tabs));
    for pane in Pane::ALL {
        let area = regions.pane(pane);
        if area.is_empty() {
            continue;
        }
        let title = match pane {
            Pane::Buffer => buffer::title(model),
            Pane::Connections | Pane::Exchanges | Pane::Head | Pane::Ladder => pane.title().into(),
        };
        let focused = model.ui.focus == pane;
        draw_border(model, focused, &title, area, cells);
        let mut inside = Canvas::new(cells, layout::inside(area));
        match pane {
            Pane::Connections => connections::draw(model, &mut inside),
            Pane::Exchanges => exchanges::draw(model, &mut inside),
            Pane::Buffer => buffer::draw(model, &mut inside),
            Pane::Head => head::draw(model, &mut inside),
            Pane::Ladder => ladder::draw(model, &mut inside),
        }
    }
    voice::draw(model, &mut Canvas::new(cells, regions.voice));
    footer::draw(model, &mut Canvas::new(cells, regions.footer));
    if model.ui.help {
        help::draw(model, area, cells);
    }
    overlay::draw(model, area, cells);
}

fn draw_border(
    model: &Model,
    focused: bool,
    title: &str,
    area: ratatui::layout::Rect,
    cells: &mut ratatui::buffer::Buffer,
) {
    let (border, name) = if focused {
        (Role::BorderFocused, Role::TitleFocused)
    } else {
        (Role::Border, Role::Title)
    };
    // Where there is no colour, the weight of the line shows the focus.
    let kind = if focused && !model.theme.has_color() {
        BorderType::Thick
    } else {
        BorderType::Rounded
    };
    Block::bordered()
        .border_type(kind)
        .border_style(model.theme.style(border))
        .render(area, cells);
    if area.height > 0 && area.width > 6 {
        let top = ratatui::layout::Rect {
            x: area.x + 2,
            width: area.width - 4,
            height: 1,
            ..area
        };
        let mut canvas = Canvas::new(cells, top);
        let style = model.theme.style(name);
        let x = canvas.text(0, 0, " ", style);
        let x = canvas.text(x, 0, title, style);
        canvas.text(x, 0, " ", style);
    }
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
