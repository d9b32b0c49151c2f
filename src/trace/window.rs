//! A part of what was recorded, read once more: what the history has no room for is folded
//! again around the moment that is asked for.

use std::time::Duration;

use super::budget::Budget;
use super::entry::Moment;
use super::standing::Standing;
use super::store::Trace;
use crate::event::{ConnectionId, Record};

/// What is to be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The connection it is about.
    pub connection: ConnectionId,
    /// The part of its life.
    pub part: Part,
}

/// A part of the life of a connection, or of that of its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Around the moment at which so many records had come.
    Moment(Moment),
    /// Around a time within it.
    Time(Duration),
    /// Around a time, whatever connection there is.
    Since(Duration),
    /// Where it begins.
    Begin,
    /// Where it ends.
    End,
    /// Where the connection before it begins.
    Before,
    /// Where the one after it begins.
    After,
}

/// A part that was read again, or what was wanted and cannot be read.
pub type Found = Result<Box<Window>, Wanted>;

/// A part of what was recorded, as a trace.
#[derive(Debug, Clone)]
pub struct Window {
    pub(crate) trace: Trace,
    /// What was asked for.
    pub(crate) wanted: Wanted,
    /// The connection that was found.
    pub(crate) connection: ConnectionId,
    /// Until when that may last, and whether that is behind the end of this.
    pub(crate) until: Duration,
    pub(crate) goes_on: bool,
    /// Whether there is more before it, and after it.
    pub(crate) earlier: bool,
    pub(crate) later: bool,
}

impl Window {
    /// A window that begins where this stood. It takes about `budget` octets at most.
    pub fn new(wanted: Wanted, connection: ConnectionId, stood: &Standing, budget: usize) -> Self {
        let mut trace = Trace::from_standing(stood);
        trace.budget = Budget::from_memory(budget);
        // What it was read for is not what makes room for the rest.
        trace.marks.toggle_connection(connection);
        Self {
            trace,
            wanted,
            connection,
            until: Duration::ZERO,
            goes_on: false,
            earlier: false,
            later: false,
        }
    }

    /// Folds the next record.
    pub fn fold(&mut self, record: Record) {
        self.trace.fold(record);
    }

    /// How much of its budget is left, in octets.
    pub const fn room(&self) -> usize {
        self.trace.budget.0.saturating_sub(self.trace.cost)
    }

    /// How many records of a connection have come.
    pub fn moment_of(&self, id: ConnectionId) -> Option<Moment> {
        Some(self.trace.connections.get(&id)?.moment)
    }

    /// What it tells.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The connection that was found.
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }
}
