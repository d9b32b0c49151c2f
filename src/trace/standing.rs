//! What stood at a moment: what the records of every open connection had come to, without the
//! records. A trace can begin there, and what it tells of any later moment is what one tells
//! that began at the beginning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::connection::Connection;
use super::exchange::Exchange;
use super::state::State;
use crate::event::{Activity, ConnectionId, Event, Record};

/// What a connection takes beside its state: its place in a tree, and its counts.
const PLACE: usize = 64;

/// What each connection had come to. A clone is cheap, and shares what does not change.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    connections: BTreeMap<ConnectionId, Arc<Stood>>,
}

/// What one connection had come to.
#[derive(Debug, Clone)]
struct Stood {
    /// Of the exchanges it has the newest alone, as those before it change no more.
    state: State,
    heard_of: Duration,
}

impl Standing {
    /// Folds one record.
    pub fn fold(&mut self, record: &Record) {
        let Event::Connection(id, activity) = &record.event else {
            return;
        };
        let stood = self.connections.entry(*id).or_insert_with(|| {
            Arc::new(Stood {
                state: State::new(*id, record.at),
                heard_of: record.at,
            })
        });
        if let Activity::Counted(counted) = activity
            && stood.state.agrees_with(counted)
        {
            return;
        }
        let state = &mut Arc::make_mut(stood).state;
        if let Activity::Sampled(sampled) = activity
            && state.was_asked
        {
            state.sampled = Some(Arc::clone(sampled));
            return;
        }
        state.fold(record.seq, record.at, activity);
        state.keep_exchanges(1);
    }

    /// Lets go of the connections that are closed: nothing more will come of them.
    pub fn forget_closed(&mut self) {
        self.connections
            .retain(|_, stood| stood.state.closed.is_none());
    }

    /// How many records of a connection had come, or had been counted as nothing new; `None`
    /// where it was not there.
    pub fn moment_of(&self, id: ConnectionId) -> Option<super::Moment> {
        Some(self.connections.get(&id)?.state.moment)
    }

    /// What it takes in memory beside what it shares with `before`, in octets.
    pub fn cost_beside(&self, before: Option<&Self>) -> usize {
        let own = self.connections.iter().map(|(id, stood)| {
            let shared = before.and_then(|before| before.connections.get(id));
            if shared.is_some_and(|shared| Arc::ptr_eq(shared, stood)) {
                return PLACE;
            }
            PLACE + size_of::<Stood>() + size_of::<Exchange>() + stood.state.heads
        });
        own.sum()
    }

    /// The connections, each with no record before what comes next.
    pub(super) fn connections(&self) -> impl Iterator<Item = Connection> {
        let stood = self.connections.values();
        stood.map(|stood| Connection::from_state(stood.state.clone(), stood.heard_of))
    }
}
