//! Which rows of the tables are in sight, and which row is how far away.

use super::Model;
use crate::event::ConnectionId;
use crate::trace::Connection;
use crate::trace::ExchangeId;

/// `room` connections around the selected one, from the top.
pub(crate) fn connections(model: &Model, room: usize) -> Vec<&Connection> {
    let connections = &model.trace().connections;
    let selected = model.watched();
    if let Some(rows) = &model.rows {
        let at = selected.and_then(|id| rows.connections.iter().position(|&row| row == id));
        let newest_last = model.ui.sorts.connections.has_newest_last();
        let window = window(rows.connections.len(), at, newest_last, room);
        let ids = rows.connections.get(window).unwrap_or_default();
        return ids
            .iter()
            .filter_map(|id| Some(connections.get(id)?.as_ref()))
            .collect();
    }
    let Some(selected) = selected else {
        return Vec::new();
    };
    let below = connections.range(selected..).skip(1).take(room / 2);
    let below: Vec<_> = below.map(|(_, connection)| connection.as_ref()).collect();
    let up_to = room.saturating_sub(below.len());
    let above = connections.range(..=selected).rev().take(up_to);
    let mut in_sight: Vec<_> = above.map(|(_, connection)| connection.as_ref()).collect();
    in_sight.reverse();
    in_sight.extend(below);
    // Near the top there is room for more below.
    let left = room.saturating_sub(in_sight.len());
    if let Some(last) = in_sight.last().map(|connection| connection.id) {
        let more = connections.range(last..).skip(1).take(left);
        in_sight.extend(more.map(|(_, connection)| connection.as_ref()));
    }
    in_sight
}

/// `room` exchanges around the selected one, or the newest, from the top.
pub(crate) fn exchanges(model: &Model, room: usize) -> Vec<ExchangeId> {
    let trace = model.trace();
    let selected = model.shown_exchange();
    if let Some(rows) = &model.rows {
        let at = selected.and_then(|id| rows.exchanges.iter().rposition(|&row| row == id));
        let newest_last = model.ui.sorts.exchanges.has_newest_last();
        let window = window(rows.exchanges.len(), at, newest_last, room);
        return rows.exchanges.get(window).unwrap_or_default().to_vec();
    }
    let known = &trace.exchanges;
    let newest = known.len().saturating_sub(1);
    let place = model.ui.past.as_ref().and_then(|past| past.place);
    let at = match place.filter(|&(id, _)| Some(id) == selected) {
        Some((_, before)) => before.and_then(|before| trace.row_after(before)),
        None => selected.and_then(|selected| known.iter().rposition(|&id| id == selected)),
    };
    let end = (at.unwrap_or(newest) + room / 2)
        .max(room.saturating_sub(1))
        .min(newest);
    let up = (0..=end)
        .rev()
        .filter_map(|index| known.get(index).copied());
    let mut visible: Vec<_> = up
        .filter(|&id| trace.exchange(id).is_some())
        .take(room)
        .collect();
    visible.reverse();
    visible
}

/// Which of `len` rows are in sight: the row `at` near the middle; without one, the end at
/// which the newest are.
fn window(len: usize, at: Option<usize>, newest_last: bool, room: usize) -> std::ops::Range<usize> {
    let last_top = len.saturating_sub(room);
    let top = match at {
        Some(at) => at.saturating_sub(room / 2),
        None if newest_last => last_top,
        None => 0,
    };
    let top = top.min(last_top);
    top..(top + room).min(len)
}

/// The connection `by` rows from the selected one.
pub(crate) fn connection_away(model: &Model, by: isize) -> Option<ConnectionId> {
    let from = model.watched()?;
    if let Some(rows) = &model.rows {
        return away(
            &rows.connections,
            rows.connections.iter().position(|&id| id == from),
            by,
        );
    }
    let connections = &model.trace().connections;
    let steps = by.unsigned_abs();
    if by < 0 {
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
    }
}

/// The exchange `by` rows from the selected one.
pub(crate) fn exchange_away(model: &Model, by: isize) -> Option<ExchangeId> {
    let trace = model.trace();
    let from = model.shown_exchange();
    let at = |rows: &[ExchangeId]| rows.iter().rposition(|&id| Some(id) == from);
    if let Some(rows) = &model.rows {
        return away(&rows.exchanges, at(&rows.exchanges), by);
    }
    let known: Vec<_> = trace
        .exchanges
        .iter()
        .copied()
        .filter(|&id| trace.exchange(id).is_some())
        .collect();
    away(&known, at(&known), by)
}

fn away<Id: Copy>(rows: &[Id], from: Option<usize>, by: isize) -> Option<Id> {
    let last = rows.len().checked_sub(1)?;
    let to = match from {
        Some(from) => from.saturating_add_signed(by).min(last),
        None if by == isize::MIN => 0,
        None => last,
    };
    rows.get(to).copied()
}
