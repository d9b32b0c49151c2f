//! Marked connections and exchanges: the history keeps them.

use std::collections::BTreeSet;

use super::exchange::ExchangeId;
use crate::event::ConnectionId;

/// What is marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    pub(crate) connections: BTreeSet<ConnectionId>,
    pub(crate) exchanges: BTreeSet<ExchangeId>,
}

impl Marks {
    pub(crate) fn has_connection(&self, id: ConnectionId) -> bool {
        self.connections.contains(&id)
    }

    pub(crate) fn has_exchange(&self, id: ExchangeId) -> bool {
        self.exchanges.contains(&id)
    }

    /// Whether a connection has to be kept: it is marked, or one of its exchanges is.
    pub(crate) fn keep(&self, id: ConnectionId) -> bool {
        let first = ExchangeId {
            connection: id,
            n: 0,
        };
        let last = ExchangeId {
            connection: id,
            n: u64::MAX,
        };
        self.has_connection(id) || self.exchanges.range(first..=last).next().is_some()
    }

    /// Marks a connection, or unmarks it.
    pub(crate) fn toggle_connection(&mut self, id: ConnectionId) {
        flip(&mut self.connections, id);
    }

    /// Marks an exchange, or unmarks it.
    pub(crate) fn toggle_exchange(&mut self, id: ExchangeId) {
        flip(&mut self.exchanges, id);
    }
}

fn flip<T: Ord>(marked: &mut BTreeSet<T>, what: T) {
    if !marked.remove(&what) {
        marked.insert(what);
    }
}
