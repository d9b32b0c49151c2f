//! What is on its way from one end to the other, in lanes, so that overtaking can be seen.

use ratatui::style::Modifier;

use crate::lab::{Fate, Flight};
use crate::tui::lab::view::NAMES;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::canvas::cells;
use crate::tui::widgets::canvas::{Canvas, width};

/// Cells for the names of the two ends.
const END: u16 = 10;
/// From so many rows on a lane is three rows high, and a packet two.
const ROWS_FOR_HIGH_LANES: u16 = 6;

/// Which way something flies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forth,
    Back,
}

/// Something on its way.
#[derive(Debug)]
pub(super) struct Thing {
    /// What stands on it.
    pub(super) label: String,
    /// The same for a place with two rows.
    pub(super) high: [String; 2],
    pub(super) role: Role,
    /// Which lane it takes, of however many there are.
    pub(super) lane: u32,
    /// So many ticks of so many.
    pub(super) progress: (u64, u64),
    pub(super) lost: bool,
}

impl Thing {
    pub(super) fn new<T>(flight: &Flight<T>, now: u64) -> Self {
        Self {
            label: String::new(),
            high: [String::new(), String::new()],
            role: Role::Text,
            lane: 0,
            progress: flight.progress(now),
            lost: matches!(flight.fate, Fate::LostAt(_)) && flight.is_lost(now),
        }
    }
}

/// Draws both directions and the names of the ends on all of `canvas`.
pub(super) fn draw(theme: Theme, forth: &[Thing], back: &[Thing], canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let back_rows = match height {
        0..=1 => 0,
        2..=3 => 1,
        4..=11 => 2,
        _ => 3,
    };
    let forth_rows = height - back_rows;
    let (left, right) = if width >= 60 { (NAMES, END) } else { (0, 0) };
    let room = width.saturating_sub(left + right);
    draw_ends(theme, forth_rows, back_rows, right, canvas);
    let mut part = canvas.part(left, 0, room, forth_rows);
    draw_lanes(theme, Way::Forth, forth, &mut part);
    let mut part = canvas.part(left, forth_rows, room, back_rows);
    draw_lanes(theme, Way::Back, back, &mut part);
}

fn draw_ends(theme: Theme, forth: u16, back: u16, right: u16, canvas: &mut Canvas<'_>) {
    if right == 0 {
        return;
    }
    let (end, name) = (canvas.width() - 1, theme.style(Role::Title));
    canvas.text(1, 0, "SENDER", name);
    canvas.text_to(end, 0, "RECEIVER", name);
    if back > 0 {
        let dim = theme.style(Role::Dim);
        canvas.text(1, forth, "◀ hears", dim);
        canvas.text_to(end, forth, "answers", dim);
    }
}

fn draw_lanes(theme: Theme, way: Way, things: &[Thing], canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.width(), canvas.height());
    let high = height >= ROWS_FOR_HIGH_LANES;
    let (pitch, line) = if high { (3, 1) } else { (1, 0) };
    let lanes = height / pitch;
    if lanes == 0 || width < 2 {
        return;
    }
    let style = theme.style(Role::Border);
    for lane in 0..lanes {
        let y = lane * pitch + line;
        canvas.rule(0, width, y, '╌', style);
        match way {
            Way::Forth => canvas.cell(width - 1, y, '▶', style),
            Way::Back => canvas.cell(0, y, '◀', style),
        }
    }
    for thing in things {
        let lane = u16::try_from(thing.lane % u32::from(lanes)).unwrap_or(0);
        draw_thing(theme, way, thing, lane * pitch, high, canvas);
    }
}

fn draw_thing(theme: Theme, way: Way, thing: &Thing, y: u16, high: bool, canvas: &mut Canvas<'_>) {
    let texts: Vec<String> = match (thing.lost, high) {
        (false, false) => vec![format!(" {} ", thing.label)],
        (true, false) => vec![format!(" ✕ {} ", thing.label)],
        (false, true) => thing.high.iter().map(|text| format!(" {text} ")).collect(),
        (true, true) => vec![" ✕ ".into(), format!(" {} ", thing.high.join(" "))],
    };
    let wide = texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let (done, whole) = thing.progress;
    let room = canvas.width().saturating_sub(wide + 1);
    let from_start = u64::from(room) * done / whole.max(1);
    let from_start = cells(usize::try_from(from_start).unwrap_or(0));
    let x = match way {
        Way::Forth => from_start,
        Way::Back => canvas.width().saturating_sub(wide + from_start),
    };
    let role = if thing.lost { Role::Bad } else { thing.role };
    let solid = theme
        .style(role)
        .add_modifier(Modifier::BOLD | Modifier::REVERSED);
    // What is lost is an outline of what it was.
    let style = if thing.lost { theme.style(role) } else { solid };
    for (row, text) in (0..).zip(&texts) {
        for dx in 0..wide {
            canvas.cell(x + dx, y + row, ' ', style);
        }
        canvas.text(x + (wide - width(text)) / 2, y + row, text, style);
    }
}
