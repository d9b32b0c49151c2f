//! Which rows the tables have and in which order: the filter and the sort order applied.
//! Knows no cell.
//!
//! Unfiltered and in the order of age nothing is computed: the trace is in that order, and
//! only rows in sight are looked at. Otherwise the rows are listed once and kept until
//! something changed; when there are very many, for a moment longer than that.

mod listing;
mod sort;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use listing::Listing;
pub(crate) use sort::{ConnectionColumn, ExchangeColumn, Sorts};

use self::listing::Selection;
use super::model::{Model, Pane, Subject};
use super::movement;
use crate::event::ConnectionId;
use crate::trace::Connection;
use crate::trace::ExchangeId;

/// So many exchanges are looked through whenever something changed; more of them are when
/// a millisecond has passed for each [`PACE`].
const FEW: usize = 2048;
/// Looking through so many takes up to 50 µs, a twentieth of a processor's time at this pace.
const PACE: usize = 128;

/// The rows of both tables, from the top.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    pub(crate) connections: Vec<ConnectionId>,
    pub(crate) exchanges: Vec<ExchangeId>,
    /// The connection accepted last, and the exchange begun last, of those that are listed.
    pub(crate) newest: (Option<ConnectionId>, Option<ExchangeId>),
    /// What they were made of.
    records: u64,
    at: Duration,
    looked_at: usize,
}

impl Rows {
    /// When they are listed anew at the earliest.
    fn due(&self) -> Duration {
        let wait = self.looked_at.saturating_sub(FEW) / PACE;
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(u64::MAX));
        self.at.saturating_add(wait)
    }
}

/// Keeps the rows up to date, after anything that may have changed them.
pub(crate) fn refresh(model: &mut Model) {
    if model.listing.is_none() {
        let plain = model.ui.filter.is_none() && model.ui.sorts == Sorts::default();
        if plain {
            model.rows = None;
            return;
        }
        let trace = model.trace();
        let due = model.rows.as_ref().is_none_or(|rows| {
            let changed = rows.records != trace.records || rows.at != trace.now;
            changed && trace.now >= rows.due()
        });
        if due {
            model.listing = Some(Listing::new(trace));
        }
    }
    let Some(mut listing) = model.listing.take() else {
        return;
    };
    if !listing.advance(model, listing::SLICE) {
        model.listing = Some(listing);
        return;
    }
    let selection = listing.selection;
    model.rows = Some(listing.rows(model));
    if selection == Selection::Listed {
        select_listed(model);
    }
}

/// Lists the rows anew: the filter, the order or the trace is another one.
pub(crate) fn renew(model: &mut Model) {
    let plain = model.ui.filter.is_none() && model.ui.sorts == Sorts::default();
    model.listing = (!plain).then(|| Listing::new(model.trace()));
    refresh(model);
}

/// When rows that are behind are to be listed anew, or further, even if nothing else happens.
pub(crate) fn due(model: &Model) -> Option<Duration> {
    if model.listing.is_some() {
        return Some(Duration::ZERO);
    }
    let rows = model.rows.as_ref()?;
    (rows.records != model.trace().records).then(|| rows.due())
}

impl Model {
    /// The connection accepted last, of those that are listed.
    pub(crate) fn newest_connection(&self) -> Option<ConnectionId> {
        match &self.rows {
            Some(rows) => rows.newest.0,
            None => self.trace().connections.keys().next_back().copied(),
        }
    }

    /// The exchange begun last, of those that are listed.
    pub(crate) fn newest_exchange(&self) -> Option<ExchangeId> {
        match &self.rows {
            Some(rows) => rows.newest.1,
            None => self.trace().exchanges.back().copied(),
        }
    }

    /// The selected exchange.
    pub(crate) fn shown_exchange(&self) -> Option<ExchangeId> {
        self.exchange().map(|(conn, exchange)| ExchangeId {
            connection: conn.id,
            n: exchange.n,
        })
    }
}

/// `room` connections around the selected one, from the top.
pub(crate) fn connections_in_sight(model: &Model, room: usize) -> Vec<&Connection> {
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
    let below: Vec<_> = below.map(|(_, conn)| conn.as_ref()).collect();
    let up_to = room.saturating_sub(below.len());
    let above = connections.range(..=selected).rev().take(up_to);
    let mut in_sight: Vec<_> = above.map(|(_, conn)| conn.as_ref()).collect();
    in_sight.reverse();
    in_sight.extend(below);
    // Near the top there is room for more below.
    let left = room.saturating_sub(in_sight.len());
    if let Some(last) = in_sight.last().map(|conn| conn.id) {
        let more = connections.range(last..).skip(1).take(left);
        in_sight.extend(more.map(|(_, conn)| conn.as_ref()));
    }
    in_sight
}

/// `room` exchanges around the selected one, or the newest, from the top.
pub(crate) fn exchanges_in_sight(model: &Model, room: usize) -> Vec<ExchangeId> {
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
    let at = selected.and_then(|selected| known.iter().rposition(|&id| id == selected));
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

/// Sorts the table that has the focus, or had it last, by its next column.
pub(crate) fn sort_by_next(model: &mut Model) {
    let sorts = &mut model.ui.sorts;
    match model.ui.came_from {
        Pane::Exchanges => sorts.exchanges = sorts.exchanges.next(),
        Pane::Connections | Pane::Buffer | Pane::Head | Pane::Ladder => {
            sorts.connections = sorts.connections.next();
        }
    }
    sorted(model);
}

/// Turns the order of the table that has the focus, or had it last.
pub(crate) fn turn(model: &mut Model) {
    let sorts = &mut model.ui.sorts;
    match model.ui.came_from {
        Pane::Exchanges => sorts.exchanges = sorts.exchanges.turned(),
        Pane::Connections | Pane::Buffer | Pane::Head | Pane::Ladder => {
            sorts.connections = sorts.connections.turned();
        }
    }
    sorted(model);
}

/// In another order the selection stays; the newest is followed only where it is at an end.
fn sorted(model: &mut Model) {
    movement::pin(model);
    renew(model);
    movement::follow_if_last(model);
}

/// What is selected gets a row: if it was filtered away, the newest row is selected instead,
/// and followed. While the rows are being listed, that waits for them.
pub(crate) fn select_listed(model: &mut Model) {
    if let Some(listing) = &mut model.listing {
        listing.selection = Selection::Listed;
        return;
    }
    let Some(rows) = &model.rows else { return };
    model.ui.subject = match model.ui.subject {
        Subject::Connection(id) if !rows.connections.contains(&id) => Subject::NewestConnection,
        Subject::Exchange(id) if !rows.exchanges.contains(&id) => Subject::NewestExchange,
        other @ (Subject::Connection(_)
        | Subject::Exchange(_)
        | Subject::NewestConnection
        | Subject::NewestExchange) => other,
    };
}
