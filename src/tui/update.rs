//! The only thing that changes a model: one message at a time, and every message can be
//! taken. Knows no terminal and no clock.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::keymap::{self, Command, Place};
use super::layout;
use super::model::{Dump, Model, Pane, Spot, Subject};
use super::msg::{Effect, Msg};
use super::outline;
use super::segments::Segments;
use crate::event::ConnectionId;

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Resize { width, height } => {
            model.size = (width, height);
            None
        }
        Msg::Record(record) => {
            model.live.fold(record);
            None
        }
        Msg::Counts {
            totals,
            ledgers,
            at,
        } => {
            model.live.count(totals, &ledgers, at);
            None
        }
        Msg::Tick { at } => {
            model.live.pass(at);
            model.live.rate.advance(at);
            None
        }
    }
}

fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    // Some terminals report the release too.
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let place = Place::of(model.ui.focus, model.ui.help);
    let command = keymap::command(place, event)?;
    obey(model, command)
}

fn obey(model: &mut Model, command: Command) -> Option<Effect> {
    match command {
        Command::Quit => return Some(Effect::Quit),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Redraw => return Some(Effect::Redraw),
        Command::QuitOrBack => {
            if !back(model) {
                return Some(Effect::Quit);
            }
        }
        Command::Back => {
            back(model);
        }
        Command::Help => model.ui.help = !model.ui.help,
        Command::Freeze => {
            model.frozen = match model.frozen.take() {
                None => Some(model.live.clone()),
                Some(_) => None,
            };
        }
        Command::Dump => {
            model.ui.dump = match model.ui.dump {
                Dump::Both => Dump::Text,
                Dump::Text => Dump::Hex,
                Dump::Hex => Dump::Both,
            };
        }
        Command::Narration => model.ui.narration = !model.ui.narration,
        Command::Maximise => model.ui.maximised = !model.ui.maximised,
        Command::Theme => model.theme = model.theme.next(),
        Command::NextPane => turn(model, 1),
        Command::PreviousPane => turn(model, Pane::ALL.len() - 1),
        Command::Open => open(model),
        Command::Up
        | Command::Down
        | Command::Left
        | Command::Right
        | Command::PageUp
        | Command::PageDown
        | Command::First
        | Command::Last
        | Command::LineStart
        | Command::LineEnd => go(model, command),
    }
    None
}

/// One step back; says whether there was one.
fn back(model: &mut Model) -> bool {
    if model.ui.help {
        model.ui.help = false;
    } else if model.ui.maximised {
        model.ui.maximised = false;
    } else if !model.ui.focus.is_table() {
        model.ui.spot = Spot::Newest;
        model.ui.ladder_up = 0;
        focus(model, model.ui.came_from);
        follow_if_last(model);
    } else {
        return false;
    }
    true
}

fn turn(model: &mut Model, by: usize) {
    let at = Pane::ALL.iter().position(|&pane| pane == model.ui.focus);
    let next = (at.unwrap_or(0) + by) % Pane::ALL.len();
    if let Some(&pane) = Pane::ALL.get(next) {
        focus(model, pane);
    }
}

fn focus(model: &mut Model, pane: Pane) {
    model.ui.focus = pane;
    if pane.is_table() {
        model.ui.came_from = pane;
    }
}

/// From a row into what it stands for; between octets and the line they belong to.
fn open(model: &mut Model) {
    let into = match model.ui.focus {
        Pane::Connections | Pane::Head => Pane::Buffer,
        Pane::Exchanges | Pane::Buffer => Pane::Head,
        Pane::Ladder => return,
    };
    if model.ui.focus.is_table() {
        pin(model);
    }
    focus(model, into);
}

/// What is being read does not give way to what is newer.
fn pin(model: &mut Model) {
    model.ui.subject = match model.ui.subject {
        Subject::NewestConnection => model
            .watched()
            .map_or(Subject::NewestConnection, Subject::Connection),
        Subject::NewestExchange => model
            .world()
            .exchanges
            .back()
            .map_or(Subject::NewestExchange, |&id| Subject::Exchange(id)),
        pinned @ (Subject::Connection(_) | Subject::Exchange(_)) => pinned,
    };
}

/// The newest is followed while the cursor is on it.
fn follow_if_last(model: &mut Model) {
    let world = model.world();
    model.ui.subject = match model.ui.subject {
        Subject::Connection(id) if world.connections.keys().next_back() == Some(&id) => {
            Subject::NewestConnection
        }
        Subject::Exchange(id) if world.exchanges.back() == Some(&id) => Subject::NewestExchange,
        subject => subject,
    };
}

fn go(model: &mut Model, command: Command) {
    if model.ui.help {
        return;
    }
    let page = layout::of(model)
        .pane(model.ui.focus)
        .height
        .saturating_sub(4);
    let page = usize::from(page.max(1));
    match model.ui.focus {
        Pane::Connections => go_in_connections(model, command, page),
        Pane::Exchanges => go_in_exchanges(model, command, page),
        Pane::Buffer => go_in_buffer(model, command, page),
        Pane::Head => go_in_head(model, command, page),
        Pane::Ladder => go_in_ladder(model, command, page),
    }
}

/// How far a command goes in a list: rows up (negative) or down, or to one of its ends.
fn rows(command: Command, page: usize) -> Option<isize> {
    let page = isize::try_from(page).unwrap_or(isize::MAX);
    match command {
        Command::Up => Some(-1),
        Command::Down => Some(1),
        Command::PageUp => Some(-page),
        Command::PageDown => Some(page),
        Command::First => Some(isize::MIN),
        Command::Last => Some(isize::MAX),
        Command::Left
        | Command::Right
        | Command::LineStart
        | Command::LineEnd
        | Command::NextPane
        | Command::PreviousPane
        | Command::Open
        | Command::Back
        | Command::Freeze
        | Command::Dump
        | Command::Narration
        | Command::Maximise
        | Command::Theme
        | Command::Help
        | Command::QuitOrBack
        | Command::Quit
        | Command::Suspend
        | Command::Redraw => None,
    }
}

fn go_in_connections(model: &mut Model, command: Command, page: usize) {
    let (Some(by), Some(from)) = (rows(command, page), model.watched()) else {
        return;
    };
    let connections = &model.world().connections;
    let steps = by.unsigned_abs();
    let to: Option<ConnectionId> = if by < 0 {
        let mut before = connections.range(..=from).rev().map(|(id, _)| *id);
        let first = connections.keys().next().copied();
        before.nth(steps).or(first)
    } else {
        let mut after = connections.range(from..).map(|(id, _)| *id);
        let last = connections.keys().next_back().copied();
        if by == isize::MAX {
            last
        } else {
            after.nth(steps).or(last)
        }
    };
    if let Some(id) = to {
        select(model, Subject::Connection(id));
    }
}

fn go_in_exchanges(model: &mut Model, command: Command, page: usize) {
    let Some(by) = rows(command, page) else {
        return;
    };
    let world = model.world();
    let known: Vec<_> = world
        .exchanges
        .iter()
        .copied()
        .filter(|&id| world.exchange(id).is_some())
        .collect();
    let Some(last) = known.len().checked_sub(1) else {
        return;
    };
    let shown = model
        .exchange()
        .map(|(conn, exchange)| (conn.id, exchange.n));
    let from = shown.and_then(|(connection, n)| {
        known
            .iter()
            .rposition(|id| (id.connection, id.n) == (connection, n))
    });
    let to = match from {
        Some(from) => from.saturating_add_signed(by).min(last),
        None if by == isize::MIN => 0,
        None => last,
    };
    if let Some(&id) = known.get(to) {
        select(model, Subject::Exchange(id));
    }
}

fn select(model: &mut Model, subject: Subject) {
    model.ui.subject = subject;
    model.ui.spot = Spot::Newest;
    model.ui.ladder_up = 0;
    follow_if_last(model);
}

fn go_in_buffer(model: &mut Model, command: Command, page: usize) {
    let Some(conn) = model.conn() else { return };
    let span = conn.stream.span();
    if span.is_empty() {
        return;
    }
    let newest = span.end - 1;
    let from = match model.ui.spot {
        Spot::Octet(offset) => offset.clamp(span.start, newest),
        Spot::Newest | Spot::Line(_) => newest,
    };
    let segments = Segments::of(conn, layout::octets_in_row(model));
    let page = isize::try_from(page).unwrap_or(1);
    let to = match command {
        Command::Left => from.saturating_sub(1),
        Command::Right => from.saturating_add(1),
        Command::LineStart => segments.row_of(from).start,
        Command::LineEnd => segments.row_of(from).end.saturating_sub(1),
        Command::First => span.start,
        Command::Last => {
            model.ui.spot = Spot::Newest;
            return;
        }
        _ => segments.rows_away(
            from,
            rows(command, usize::try_from(page).unwrap_or(1)).unwrap_or(0),
        ),
    };
    model.ui.spot = Spot::Octet(to.clamp(span.start, newest));
    pin(model);
}

fn go_in_head(model: &mut Model, command: Command, page: usize) {
    let Some(by) = rows(command, page) else {
        return;
    };
    let Some((conn, exchange)) = model.exchange() else {
        return;
    };
    let lines = outline::lines(conn, exchange);
    let Some(last) = lines.len().checked_sub(1) else {
        return;
    };
    let from = outline::line_at(&lines, model.ui.spot);
    let mut to = match from {
        Some(from) => from.saturating_add_signed(by).min(last),
        None if by == isize::MAX => last,
        None => 0,
    };
    // Headings are passed over, in the direction of the movement.
    while lines.get(to).is_some_and(|line| line.is_heading()) {
        to = if by < 0 && to > 0 { to - 1 } else { to + 1 };
        if to >= last {
            break;
        }
    }
    let to = to.min(last);
    let span = lines.get(to).and_then(|line| line.span);
    model.ui.spot = span.map_or(Spot::Line(to), |span| Spot::Octet(span.start));
    pin(model);
}

fn go_in_ladder(model: &mut Model, command: Command, page: usize) {
    let Some(by) = rows(command, page) else {
        return;
    };
    let most = model
        .conn()
        .map_or(0, |conn| conn.ladder.len().saturating_sub(1));
    let up = &mut model.ui.ladder_up;
    *up = if by == isize::MIN {
        most
    } else {
        up.saturating_add_signed(by.saturating_neg()).min(most)
    };
}
