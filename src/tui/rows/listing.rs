//! The listing of rows, done in slices: a history of hundreds of mebioctets takes longer to
//! look through than a key may take. Knows no clock: a slice is so much work.
//!
//! The newest connections are looked through first. What is listed changes at once, when
//! all of it has been looked through; until then the rows stay as they were.

use std::collections::HashSet;
use std::ops::Bound;
use std::time::Duration;

use super::Rows;
use crate::event::ConnectionId;
use crate::trace::Connection;
use crate::trace::ExchangeId;
use crate::trace::Trace;
use crate::tui::model::Model;

/// How much of the history is looked through at once, in octets as the history counts them:
/// about ten milliseconds.
pub(super) const SLICE: usize = 24 << 20;

/// What becomes of the selection when the rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selection {
    /// It stays, whether it is listed or not.
    Stays,
    /// It must be listed: the filter is another one.
    Listed,
}

/// Rows that are being listed.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// Everything from here on has been looked through.
    from: Bound<ConnectionId>,
    /// The newest first.
    connections: Vec<ConnectionId>,
    exchanges: HashSet<ExchangeId>,
    /// When it began.
    records: u64,
    at: Duration,
    looked_at: usize,
    pub(super) selection: Selection,
}

impl Listing {
    pub(super) fn new(trace: &Trace) -> Self {
        Self {
            from: Bound::Unbounded,
            connections: Vec::new(),
            exchanges: HashSet::new(),
            records: trace.records,
            at: trace.now,
            looked_at: 0,
            selection: Selection::Stays,
        }
    }

    /// Looks through a slice more, of about so many octets; says whether that was the last.
    pub(super) fn advance(&mut self, model: &Model, slice: usize) -> bool {
        let trace = model.trace();
        let older = trace.connections.range((Bound::Unbounded, self.from)).rev();
        let mut room = slice;
        for (&id, conn) in older {
            if room == 0 {
                return false;
            }
            self.look_at(conn, model);
            self.from = Bound::Excluded(id);
            room = room.saturating_sub(conn.cost());
        }
        true
    }

    fn look_at(&mut self, conn: &Connection, model: &Model) {
        let (about, now) = (&model.about, model.trace().now);
        self.looked_at += conn.exchanges.len() + 1;
        let Some(filter) = &model.ui.filter else {
            self.connections.push(conn.id);
            return;
        };
        let mut any = false;
        for n in filter.admitted(about, now, conn) {
            any = true;
            let connection = conn.id;
            self.exchanges.insert(ExchangeId { connection, n });
        }
        if any || filter.admits_pending(about, now, conn) {
            self.connections.push(conn.id);
        }
    }

    /// The rows, in order.
    pub(super) fn rows(self, model: &Model) -> Rows {
        let trace = model.trace();
        let sorts = &model.ui.sorts;
        // Since it was looked at, a connection may have been dropped.
        let ids = self.connections.iter().rev();
        let mut connections: Vec<&Connection> = ids
            .filter_map(|id| trace.connections.get(id).map(AsRef::as_ref))
            .collect();
        let everything = model.ui.filter.is_none();
        let mut exchanges: Vec<ExchangeId> = trace
            .exchanges
            .iter()
            .copied()
            .filter(|id| everything || self.exchanges.contains(id))
            .filter(|&id| trace.exchange(id).is_some())
            .collect();
        let newest = (connections.last().map(|c| c.id), exchanges.last().copied());
        sorts.connections.connections(&mut connections);
        sorts.exchanges.exchanges(&mut exchanges, trace);
        Rows {
            connections: connections.into_iter().map(|conn| conn.id).collect(),
            exchanges,
            newest,
            records: self.records,
            at: self.at,
            looked_at: self.looked_at + trace.exchanges.len(),
        }
    }
}
