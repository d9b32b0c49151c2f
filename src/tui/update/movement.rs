//! Moving the cursor: which row, octet or line is next. What is selected is changed by
//! identity, never by row.

use crate::trace::arrivals;
use crate::trace::field_tree::{self, Line};
use crate::trace::row_layout::RowLayout;
use crate::tui::keymap::purpose::Purpose;
use crate::tui::keymap::{self, Motion};
use crate::tui::model::in_sight;
use crate::tui::model::{Model, Pane, Spot, Subject};
pub(crate) use crate::tui::update::follow::{follow_if_last, pin};
use crate::tui::update::{again, moment};

/// More rows than the help can have: a title and a gap for each purpose beside the keys.
const HELP_ROWS: usize = keymap::KEYMAP.len() + 2 * Purpose::ALL.len();

pub(crate) fn go(model: &mut Model, motion: Motion) {
    if model.ui.help {
        model.ui.help_top = match motion {
            Motion::Down => model.ui.help_top.saturating_add(1).min(HELP_ROWS),
            Motion::Up => model.ui.help_top.saturating_sub(1),
            Motion::First | Motion::PageUp => 0,
            Motion::Last | Motion::PageDown => HELP_ROWS,
            Motion::Left | Motion::Right | Motion::LineStart | Motion::LineEnd => model.ui.help_top,
        };
        return;
    }
    go_in(model, model.ui.focus, motion);
}

/// Moves in a pane that need not have the focus.
pub(crate) fn go_in(model: &mut Model, pane: Pane, motion: Motion) {
    let page = model.regions().pane(pane).height.saturating_sub(4);
    let page = usize::from(page.max(1));
    match pane {
        Pane::Connections => go_in_connections(model, motion, page),
        Pane::Exchanges => go_in_exchanges(model, motion, page),
        Pane::Buffer => go_in_buffer(model, motion, page),
        Pane::Head => go_in_head(model, motion, page),
        Pane::Ladder => go_in_ladder(model, motion, page),
    }
}

/// How far a motion goes in a list: rows up (negative) or down, or to one of its ends.
fn rows(motion: Motion, page: usize) -> Option<isize> {
    let page = isize::try_from(page).unwrap_or(isize::MAX);
    match motion {
        Motion::Up => Some(-1),
        Motion::Down => Some(1),
        Motion::PageUp => Some(-page),
        Motion::PageDown => Some(page),
        Motion::First => Some(isize::MIN),
        Motion::Last => Some(isize::MAX),
        Motion::Left | Motion::Right | Motion::LineStart | Motion::LineEnd => None,
    }
}

fn go_in_connections(model: &mut Model, motion: Motion, page: usize) {
    let Some(by) = rows(motion, page) else {
        return;
    };
    if again::beside(model, Pane::Connections, by) || goes_to_the_end(model, Pane::Connections, by)
    {
        return;
    }
    if let Some(id) = in_sight::connection_away(model, by) {
        select(model, Subject::Connection(id));
    }
}

fn go_in_exchanges(model: &mut Model, motion: Motion, page: usize) {
    let Some(by) = rows(motion, page) else {
        return;
    };
    if again::beside(model, Pane::Exchanges, by) || goes_to_the_end(model, Pane::Exchanges, by) {
        return;
    }
    if let Some(id) = in_sight::exchange_away(model, by) {
        select(model, Subject::Exchange(id));
    }
}

/// To the last of all, from what was read again: that is what is kept.
fn goes_to_the_end(model: &mut Model, pane: Pane, by: isize) -> bool {
    let goes = by == isize::MAX && model.window.is_some();
    if goes {
        moment::leave(model);
        model.ui.subject = again::newest_of(pane);
    }
    goes
}

pub(crate) fn select(model: &mut Model, subject: Subject) {
    model.ui.subject = subject;
    model.ui.spot = Spot::Newest;
    model.ui.ladder_up = 0;
    follow_if_last(model);
    moment::select(model);
}

fn go_in_buffer(model: &mut Model, motion: Motion, page: usize) {
    let Some(connection) = model.connection() else {
        return;
    };
    let stream = model.stream(connection);
    let span = stream.octets().span();
    if span.is_empty() {
        return;
    }
    let newest = span.end - 1;
    let from = match model.ui.spot {
        Spot::Octet(offset) => offset.clamp(span.start, newest),
        Spot::Newest | Spot::Line(_) => newest,
    };
    let layout = RowLayout::new(&stream, model.wrap());
    let to = match motion {
        Motion::Left => from.saturating_sub(1),
        Motion::Right => from.saturating_add(1),
        Motion::LineStart => layout.row_of(from).start,
        Motion::LineEnd => layout.row_of(from).end.saturating_sub(1),
        Motion::First => span.start,
        Motion::Last => {
            model.ui.spot = Spot::Newest;
            return;
        }
        Motion::Up | Motion::Down | Motion::PageUp | Motion::PageDown => {
            layout.rows_away(from, rows(motion, page).unwrap_or(0))
        }
    };
    model.ui.spot = Spot::Octet(to.clamp(span.start, newest));
    pin(model);
}

fn go_in_head(model: &mut Model, motion: Motion, page: usize) {
    let Some(by) = rows(motion, page) else {
        return;
    };
    let Some((connection, exchange)) = model.exchange() else {
        return;
    };
    let lines = field_tree::lines(connection, exchange);
    let Some(last) = lines.len().checked_sub(1) else {
        return;
    };
    let from = model.ui.spot.line(model.ui.direction, &lines);
    let mut to = match from {
        Some(from) => from.saturating_add_signed(by).min(last),
        None if by == isize::MAX => last,
        None => 0,
    };
    // Headings are passed over, in the direction of the movement if there is a line.
    let stands_for_something =
        |index: &usize| !lines.get(*index).is_some_and(field_tree::Line::is_heading);
    let mut after = to..=last;
    let mut before = (0..=to).rev();
    let passed = if by < 0 {
        before
            .find(stands_for_something)
            .or_else(|| after.find(stands_for_something))
    } else {
        after
            .find(stands_for_something)
            .or_else(|| before.find(stands_for_something))
    };
    to = passed.unwrap_or(to);
    go_to_line(model, &lines, to);
}

/// Goes to a line of the head, and to the octets it stands for, whichever way they went.
pub(crate) fn go_to_line(model: &mut Model, lines: &[Line], index: usize) {
    pin(model);
    if let Some((direction, span)) = lines.get(index).and_then(|line| line.octets) {
        model.ui.direction = direction;
        model.ui.spot = Spot::Octet(span.start);
        return;
    }
    // No octet says of which exchange it is.
    let is_newest = model.exchange().is_some_and(|(connection, exchange)| {
        let newest = connection.exchanges.back();
        newest.is_some_and(|newest| newest.n == exchange.n)
    });
    if let Some(id) = model.shown_exchange().filter(|_| !is_newest) {
        model.ui.subject = Subject::Exchange(id);
    }
    model.ui.spot = Spot::Line(index);
}

fn go_in_ladder(model: &mut Model, motion: Motion, page: usize) {
    let Some(by) = rows(motion, page) else {
        return;
    };
    let most = model.connection().map_or(0, |connection| {
        arrivals::rungs(connection).len().saturating_sub(1)
    });
    let up = &mut model.ui.ladder_up;
    *up = if by == isize::MIN {
        most
    } else {
        up.saturating_add_signed(by.saturating_neg()).min(most)
    };
}
