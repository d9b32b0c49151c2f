//! Marked connections, exchanges and moments: the history keeps them.

use std::collections::BTreeSet;

use super::entry::Moment;
use super::exchange::ExchangeId;
use crate::event::ConnectionId;

/// What is marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    pub(crate) connections: BTreeSet<ConnectionId>,
    pub(crate) exchanges: BTreeSet<ExchangeId>,
    pub(crate) moments: BTreeSet<(ConnectionId, Moment)>,
}

impl Marks {
    pub(crate) fn has_connection(&self, id: ConnectionId) -> bool {
        self.connections.contains(&id)
    }

    pub(crate) fn has_exchange(&self, id: ExchangeId) -> bool {
        self.exchanges.contains(&id)
    }

    /// The marked moments of a connection, the oldest first.
    pub(crate) fn moments_of(&self, id: ConnectionId) -> impl DoubleEndedIterator<Item = Moment> {
        let all = (id, Moment::default())..=(id, Moment(u64::MAX));
        self.moments.range(all).map(|(_, moment)| *moment)
    }

    /// Whether a connection has to be kept: it is marked, or an exchange or a moment of it is.
    pub(crate) fn keep(&self, id: ConnectionId) -> bool {
        let first = ExchangeId {
            connection: id,
            n: 0,
        };
        let last = ExchangeId {
            connection: id,
            n: u64::MAX,
        };
        self.has_connection(id)
            || self.exchanges.range(first..=last).next().is_some()
            || self.moments_of(id).next().is_some()
    }

    /// Marks a connection, or unmarks it.
    pub(crate) fn toggle_connection(&mut self, id: ConnectionId) {
        flip(&mut self.connections, id);
    }

    /// Marks an exchange, or unmarks it.
    pub(crate) fn toggle_exchange(&mut self, id: ExchangeId) {
        flip(&mut self.exchanges, id);
    }

    /// Marks a moment of a connection, or unmarks it.
    pub(crate) fn toggle_moment(&mut self, id: ConnectionId, moment: Moment) {
        flip(&mut self.moments, (id, moment));
    }
}

fn flip<T: Ord>(marked: &mut BTreeSet<T>, what: T) {
    if !marked.remove(&what) {
        marked.insert(what);
    }
}
