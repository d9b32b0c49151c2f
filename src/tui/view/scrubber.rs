//! The header while another moment than the present is shown: the life of the connection on
//! a line, the moment on it, and the clock of the moment. The totals of the present have no
//! place there.

use std::time::Duration;

use ratatui::style::Modifier;

use crate::trace::format;
use crate::trace::timeline::Mark;
use crate::trace::{Connection, ExchangeId, Moment};
use crate::tui::model::Model;
use crate::tui::model::past::Past;
use crate::tui::model::scrubber::{Cell, Scrubber, badge_room, has_brand, name_width, place};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width};

pub(super) fn draw(model: &Model, now: &Connection, past: &Past, canvas: &mut Canvas<'_>) {
    let room = canvas.width();
    if has_brand(room) {
        canvas.text(0, 0, " glassport ", model.theme.style(Role::Brand));
    }
    let (from, cells) = place(room, name_width(now));
    let name = now.id.to_string();
    let x = from.saturating_sub(name_width(now));
    canvas.text(x, 0, &name, model.theme.style(Role::Strong));
    draw_line(model, now, past, &mut canvas.part(from, 0, cells, 1));
    let badge = badge(model, now, past, badge_room(room));
    canvas.text_to(room, 0, &badge, model.theme.style(Role::BadgeFrozen));
}

/// The moment under a cell of the header.
pub(super) fn moment_at(model: &Model, header: u16, x: u16) -> Option<Moment> {
    let now = model.selected()?;
    let (from, cells) = place(header, name_width(now));
    let x = x.saturating_sub(from).min(cells.saturating_sub(1));
    line(model, now).moment_at(x, cells)
}

/// The line of a connection; of what was read again, it may go on.
fn line(model: &Model, now: &Connection) -> Scrubber {
    let window = model.window.as_ref();
    let goes_on = window.is_some_and(|window| window.goes_on && window.connection == now.id);
    Scrubber::new(now, goes_on)
}

fn draw_line(model: &Model, now: &Connection, past: &Past, canvas: &mut Canvas<'_>) {
    let line = line(model, now);
    let cells = canvas.width();
    let caret = line.caret(past.moment, past.clock, cells);
    for (x, cell) in (0..cells).zip(line.cells(cells)) {
        let (glyph, role) = look(cell);
        // What is still to come does not stand out.
        let role = match cell.mark {
            Some(Mark::LeftOut | Mark::Trouble) => role,
            _ if x > caret => Role::Dim,
            _ => role,
        };
        canvas.cell(x, 0, glyph, model.theme.style(role));
    }
    for moment in marked(model, now) {
        let x = line.caret(moment, now.time_of(moment), cells);
        canvas.cell(x, 0, '◆', model.theme.style(Role::Marked));
    }
    let style = model.theme.style(Role::Cursor);
    canvas.tint(caret, 0, 1, style.add_modifier(Modifier::BOLD));
}

/// The moments of a connection that are marked, and those at which a marked exchange was
/// complete.
fn marked(model: &Model, now: &Connection) -> Vec<Moment> {
    let marks = &model.live.marks;
    let exchanges = now.exchanges.iter().filter(|exchange| {
        marks.has_exchange(ExchangeId {
            connection: now.id,
            n: exchange.n,
        })
    });
    let complete = exchanges.map(|exchange| now.settled_at(exchange.told));
    let first = now.first_moment();
    let moments = marks.moments_of(now.id).filter(|&moment| moment >= first);
    moments.chain(complete).collect()
}

/// A mark where little happened, and a bar where much did.
fn look(cell: Cell) -> (char, Role) {
    let Some(mark) = cell.mark else {
        return (if cell.is_let_go { '░' } else { '─' }, Role::Dim);
    };
    let bar = match cell.count {
        0..=2 => '▂',
        3..=4 => '▃',
        5..=8 => '▅',
        9..=16 => '▆',
        _ => '▇',
    };
    let few = cell.count <= 2;
    match mark {
        Mark::Plain => (bar, Role::Text),
        Mark::Recv => (if few { '▸' } else { bar }, Role::Info),
        Mark::Response => (if few { '◂' } else { bar }, Role::Good),
        Mark::Boundary => ('✂', Role::Cut),
        Mark::Hold => ('‖', Role::Warning),
        Mark::LeftOut => ('┄', Role::Warning),
        Mark::Trouble => ('✗', Role::Bad),
    }
}

/// What the moment is of what: as much of it as there is room for.
fn badge(model: &Model, now: &Connection, past: &Past, room: u16) -> String {
    let begin = now.heard_of();
    let clock = past.clock.saturating_sub(begin);
    let whole = now.time_of(now.moment);
    let window = model.window.as_ref();
    let goes_on = window.filter(|window| window.goes_on && window.connection == now.id);
    let whole = goes_on.map_or(whole, |window| whole.max(window.until));
    let whole = whole.saturating_sub(begin);
    let sign = if past.play.is_some() { "▶" } else { "‖" };
    let clock = format!(" {sign} REPLAY {}", seconds(clock));
    let of = format!(" of {}", seconds(whole));
    let stops = now.stops();
    let later = stops.iter().filter(|stop| stop.moment > past.moment);
    let since = later.count();
    let more = match window {
        Some(_) => " · from the file".to_owned(),
        None => format!(" · +{} since", format::count(since as u64)),
    };
    let pace = past.play.map(|_| format!(" · {}", model.ui.pace.label()));
    let pace = pace.unwrap_or_default();
    // The past is shown, and the present goes on being recorded.
    let recording = model.recording.as_ref().map_or("", |_| " · ● REC");
    let fits = |text: &String| width(text) <= room;
    [
        format!("{clock}{of}{more}{pace}{recording} "),
        format!(
            "{clock}{of}{}{pace}{recording} ",
            more.trim_end_matches(" since")
        ),
        format!("{clock}{of}{pace}{recording} "),
        format!("{clock}{pace}{recording} "),
        format!("{clock}{recording} "),
    ]
    .into_iter()
    .find(fits)
    .unwrap_or(clock)
}

/// A time of the connection's clock, down to where two records can be told apart.
fn seconds(time: Duration) -> String {
    match time.as_micros() {
        0..100_000 => format!("{}.{:03} ms", time.as_millis(), time.as_micros() % 1000),
        100_000..1_000_000 => format!("{}.{} ms", time.as_millis(), time.as_micros() % 1000 / 100),
        1_000_000..60_000_000 => format!("{}.{:03} s", time.as_secs(), time.subsec_millis()),
        _ => format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60),
    }
}
