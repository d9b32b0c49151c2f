//! A border with a title, and a window in the middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Clear, Widget};

use super::canvas::Canvas;
use crate::tui::theme::{Role, Theme};

/// Room for `rows` rows in the middle of the screen.
pub(crate) fn window<'a>(
    theme: Theme,
    title: &str,
    columns: u16,
    rows: u16,
    area: Rect,
    cells: &'a mut Buffer,
) -> Canvas<'a> {
    let width = (columns + 4).min(area.width);
    let height = (rows + 2).min(area.height);
    let window = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
    };
    Clear.render(window, cells);
    cells.set_style(window, theme.base());
    border(theme, Edge::focused(), title, window, cells);
    Canvas::new(cells, inside(window))
}

/// What a border tells of what is inside of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    /// Keys go there.
    pub(crate) focused: bool,
    /// It shows what was, and is never to be taken for what is.
    pub(crate) in_past: bool,
}

impl Edge {
    /// What is open over everything else.
    pub(crate) const fn focused() -> Self {
        Self {
            focused: true,
            in_past: false,
        }
    }
}

/// Draws a border with a title, and says where its title ends on the upper edge.
pub(crate) fn border(theme: Theme, edge: Edge, title: &str, area: Rect, cells: &mut Buffer) -> u16 {
    let (border, name) = match (edge.focused, edge.in_past) {
        (true, _) => (Role::BorderFocused, Role::TitleFocused),
        (false, true) => (Role::BorderPast, Role::Title),
        (false, false) => (Role::Border, Role::Title),
    };
    // Where there is no colour, the weight of the line shows the focus.
    let kind = match (edge.focused && !theme.has_color(), edge.in_past) {
        (true, _) => BorderType::Thick,
        (false, true) => BorderType::Double,
        (false, false) => BorderType::Rounded,
    };
    Block::bordered()
        .border_type(kind)
        .border_style(theme.style(border))
        .render(area, cells);
    let mut canvas = Canvas::new(cells, upper_edge(area));
    let style = theme.style(name);
    let x = canvas.text(0, 0, " ", style);
    let x = canvas.text(x, 0, title, style);
    canvas.text(x, 0, " ", style)
}

/// The part of a border that can be written on.
pub(crate) fn upper_edge(area: Rect) -> Rect {
    if area.height == 0 || area.width <= 6 {
        return Rect::default();
    }
    Rect {
        x: area.x + 2,
        width: area.width - 4,
        height: 1,
        ..area
    }
}

/// The cells inside a pane's border, with a column of air on both sides.
pub(crate) fn inside(pane: Rect) -> Rect {
    Rect {
        x: pane.x.saturating_add(2),
        y: pane.y.saturating_add(1),
        width: pane.width.saturating_sub(4),
        height: pane.height.saturating_sub(2),
    }
}
