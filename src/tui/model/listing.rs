//! The listing of rows, done in slices: a history of hundreds of mebioctets takes longer to
//! look through than a key may take. A slice is so much work, not so much time.
//!
//! The newest connections are examined first. What is listed changes at once, when
//! all of it has been examined; until then the rows stay as they were.

use std::collections::HashSet;
use std::ops::Bound;
use std::time::Duration;

use super::rows::{Rows, Sorts};
use crate::event::ConnectionId;
use crate::trace::Connection;
use crate::trace::ExchangeId;
use crate::trace::{About, Trace};
use crate::tui::model::filter::Filter;

/// How much of the history is examined at once, in octets as the history counts them:
/// about ten milliseconds.
pub(crate) const SLICE: usize = 24 << 20;

/// What becomes of the selection when the rows are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// It stays, whether it is listed or not.
    Stays,
    /// It must be listed: the filter is another one.
    Listed,
}

/// What is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'a> {
    pub(crate) trace: &'a Trace,
    pub(crate) about: &'a About,
    pub(crate) filter: Option<&'a Filter>,
}

/// Rows that are being listed.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    /// Everything from here on has been examined.
    from: Bound<ConnectionId>,
    /// The newest first.
    connections: Vec<ConnectionId>,
    exchanges: HashSet<ExchangeId>,
    /// When it began.
    records: u64,
    at: Duration,
    examined: usize,
    pub(crate) selection: Selection,
}

impl Listing {
    pub(crate) fn new(trace: &Trace) -> Self {
        Self {
            from: Bound::Unbounded,
            connections: Vec::new(),
            exchanges: HashSet::new(),
            records: trace.records,
            at: trace.now,
            examined: 0,
            selection: Selection::Stays,
        }
    }

    /// Looks through a slice more, of about so many octets; says whether that was the last.
    pub(crate) fn advance(&mut self, listed: Listed<'_>, slice: usize) -> bool {
        let trace = listed.trace;
        let older = trace.connections.range((Bound::Unbounded, self.from)).rev();
        let mut room = slice;
        for (&id, connection) in older {
            if room == 0 {
                return false;
            }
            self.look_at(connection, listed);
            self.from = Bound::Excluded(id);
            room = room.saturating_sub(connection.cost());
        }
        true
    }

    fn look_at(&mut self, connection: &Connection, listed: Listed<'_>) {
        let (about, now) = (listed.about, listed.trace.now);
        self.examined += connection.exchanges.len() + 1;
        let Some(filter) = listed.filter else {
            self.connections.push(connection.id);
            return;
        };
        let mut any = false;
        for n in filter.admitted(about, now, connection) {
            any = true;
            let connection = connection.id;
            self.exchanges.insert(ExchangeId { connection, n });
        }
        if any || filter.admits_pending(about, now, connection) {
            self.connections.push(connection.id);
        }
    }

    /// The rows, in order.
    pub(crate) fn rows(self, listed: Listed<'_>, sorts: Sorts) -> Rows {
        let trace = listed.trace;
        // Since it was examined, a connection may have been dropped.
        let ids = self.connections.iter().rev();
        let mut connections: Vec<&Connection> = ids
            .filter_map(|id| trace.connections.get(id).map(AsRef::as_ref))
            .collect();
        let everything = listed.filter.is_none();
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
            connections: connections
                .into_iter()
                .map(|connection| connection.id)
                .collect(),
            exchanges,
            newest,
            records: self.records,
            at: self.at,
            examined: self.examined + trace.exchanges.len(),
        }
    }
}
