//! The sender's window and the receiver's array, one above the other, packet for packet.

use ratatui::style::{Modifier, Style};

use crate::lab::{Lab, octet};
use crate::tui::lab::view::NAMES;
use crate::tui::lab::view::upward;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::canvas::{Canvas, width};

/// Cells of one place at most.
const WIDEST: u16 = 9;

/// Which packets there is room for, and how much of it.
#[derive(Debug, Clone, Copy)]
struct Places {
    first: u32,
    last: u32,
    /// Cells of each, the line behind it included.
    each: u16,
}

impl Places {
    fn new(lab: &Lab, room: u16) -> Self {
        let packets = lab.settings().packets;
        let needs = width(&format!("p{packets}")) + 1;
        let fits = room / u16::try_from(packets).unwrap_or(u16::MAX).max(1);
        let each = fits.clamp(needs, WIDEST);
        let count = u32::from(room / each.max(1)).max(1);
        // A third of the room for what is done, the rest for what is to come.
        let focus = lab
            .ordered()
            .last_reliable_index()
            .saturating_sub(count / 3);
        let first = focus.min(packets.saturating_sub(count)) + 1;
        Self {
            first,
            last: (first + count - 1).min(packets),
            each,
        }
    }

    fn x(self, number: u32) -> u16 {
        let place = u16::try_from(number.saturating_sub(self.first)).unwrap_or(u16::MAX);
        NAMES.saturating_add(place.saturating_mul(self.each))
    }

    fn numbers(self) -> impl Iterator<Item = u32> {
        self.first..=self.last
    }
}

/// Draws the rows from `y` on: window, array (of two rows if `high`), index.
pub(super) fn draw(theme: Theme, lab: &Lab, y: u16, high: bool, canvas: &mut Canvas<'_>) {
    let places = Places::new(lab, canvas.width().saturating_sub(NAMES + 1));
    draw_window(theme, lab, places, y, canvas);
    draw_array(theme, lab, places, y + 1, high, canvas);
    let below = if high { y + 3 } else { y + 2 };
    draw_index(theme, lab, places, below, canvas);
    if places.first > 1 {
        canvas.cell(NAMES - 1, y, '…', theme.style(Role::Dim));
        canvas.cell(NAMES - 1, y + 1, '…', theme.style(Role::Dim));
    }
}

fn draw_window(theme: Theme, lab: &Lab, places: Places, y: u16, canvas: &mut Canvas<'_>) {
    crate::tui::lab::view::draw_name(theme, y, "window", canvas);
    let ordered = lab.ordered();
    let (from, to) = (ordered.acked(), ordered.window_end());
    for number in places.numbers() {
        let (text, style) = if number <= from {
            ("✓".to_owned(), theme.style(Role::Good))
        } else if number <= ordered.sent() {
            let style = theme.style(Role::Warning);
            (format!("p{number}"), style.add_modifier(Modifier::BOLD))
        } else {
            (format!("p{number}"), theme.style(Role::Dim))
        };
        draw_place(places, number, y, &text, style, canvas);
        draw_line(theme, places, number, y, canvas);
    }
    let edge = theme.style(Role::Key).add_modifier(Modifier::REVERSED);
    let mut mark = |number: u32, character| {
        if number + 1 >= places.first && number <= places.last {
            canvas.cell(places.x(number + 1) - 1, y, character, edge);
        }
    };
    if from < lab.settings().packets {
        mark(from, '[');
        mark(to, ']');
    }
}

fn draw_array(
    theme: Theme,
    lab: &Lab,
    places: Places,
    y: u16,
    high: bool,
    canvas: &mut Canvas<'_>,
) {
    crate::tui::lab::view::draw_name(theme, y, "array", canvas);
    let ordered = lab.ordered();
    for number in places.numbers() {
        let held = theme
            .style(Role::Warning)
            .add_modifier(Modifier::BOLD | Modifier::REVERSED);
        let (text, style) = if number <= ordered.last_reliable_index() {
            let style = theme.style(Role::Good).add_modifier(Modifier::BOLD);
            (format!("p{number}"), style)
        } else if ordered.has(number) {
            (format!("p{number}"), held)
        } else if (number as usize) < ordered.highest() {
            ("__".to_owned(), theme.style(Role::Bad))
        } else {
            ("··".to_owned(), theme.style(Role::Dim))
        };
        draw_place(places, number, y, &text, style, canvas);
        draw_line(theme, places, number, y, canvas);
        if high {
            let text = if ordered.has(number) {
                upward::label(octet(number))
            } else {
                String::new()
            };
            draw_place(places, number, y + 1, &text, style, canvas);
            draw_line(theme, places, number, y + 1, canvas);
        }
    }
}

/// A place filled with the style, the text in its middle.
fn draw_place(
    places: Places,
    number: u32,
    y: u16,
    text: &str,
    style: Style,
    canvas: &mut Canvas<'_>,
) {
    let (x, room) = (places.x(number), places.each - 1);
    for dx in 0..room {
        canvas.cell(x + dx, y, ' ', style);
    }
    let before = room.saturating_sub(width(text)) / 2;
    canvas.text_in(x + before, y, room, text, style);
}

fn draw_line(theme: Theme, places: Places, number: u32, y: u16, canvas: &mut Canvas<'_>) {
    let x = places.x(number) + places.each - 1;
    canvas.cell(x, y, '│', theme.style(Role::Border));
}

fn draw_index(theme: Theme, lab: &Lab, places: Places, y: u16, canvas: &mut Canvas<'_>) {
    let index = lab.ordered().last_reliable_index();
    let x = if index < places.first {
        NAMES - 1
    } else {
        places.x(index) + (places.each - 1) / 2
    };
    let style = theme.style(Role::Key);
    canvas.cell(x, y, '▲', style);
    let text = format!("last_reliable_index = {index}");
    let wide = width(&text);
    if x + 2 + wide < canvas.width() {
        canvas.text(x + 2, y, &text, style);
    } else {
        canvas.text_to(x.saturating_sub(1), y, &text, style);
    }
}
