//! Marked connections and exchanges: the history keeps them, and a key goes to the next.
//! Knows no cell.

use std::collections::BTreeSet;

use super::exchange::ExchangeId;
use super::model::{Model, Pane, Subject};
use super::movement;
use crate::event::ConnectionId;

/// What is marked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    connections: BTreeSet<ConnectionId>,
    exchanges: BTreeSet<ExchangeId>,
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
}

impl Marks {
    /// Marks a connection, or unmarks it.
    pub(crate) fn toggle_connection(&mut self, id: ConnectionId) {
        flip(&mut self.connections, id);
    }
}

/// Whether it is exchanges that are marked where the focus is.
fn of_exchanges(model: &Model) -> bool {
    match model.ui.focus {
        Pane::Exchanges | Pane::Head => true,
        Pane::Connections | Pane::Buffer | Pane::Ladder => false,
    }
}

/// Marks the selected exchange, or connection; a second time, unmarks it.
pub(crate) fn toggle(model: &mut Model) {
    if of_exchanges(model) {
        if let Some(id) = model.shown_exchange() {
            flip(&mut model.live.marks.exchanges, id);
        }
    } else if let Some(id) = model.watched() {
        model.live.marks.toggle_connection(id);
    }
}

fn flip<T: Ord>(marked: &mut BTreeSet<T>, what: T) {
    if !marked.remove(&what) {
        marked.insert(what);
    }
}

/// Selects the next mark after what is selected; behind the last comes the first.
pub(crate) fn next(model: &mut Model) {
    let world = model.world();
    let marks = &model.live.marks;
    let exchanges = of_exchanges(model) || marks.connections.is_empty();
    let subject = if exchanges && !marks.exchanges.is_empty() {
        let known = |id: &&ExchangeId| world.exchange(**id).is_some();
        let here = model.shown_exchange();
        let marked = || marks.exchanges.iter().filter(known);
        let after = marked().find(|&&id| Some(id) > here);
        after
            .or_else(|| marked().next())
            .map(|&id| Subject::Exchange(id))
    } else {
        let known = |id: &&ConnectionId| world.connections.contains_key(id);
        let here = model.watched();
        let marked = || marks.connections.iter().filter(known);
        let after = marked().find(|&&id| Some(id) > here);
        after
            .or_else(|| marked().next())
            .map(|&id| Subject::Connection(id))
    };
    if let Some(subject) = subject {
        movement::select(model, subject);
    }
}
