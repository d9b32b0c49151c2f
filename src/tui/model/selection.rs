//! What is selected, and where the cursor stands in it.

use crate::event::ConnectionId;
use crate::trace::ExchangeId;
use crate::trace::direction::Direction;
use crate::trace::field_tree::{self, Line};

/// What is selected, by identity: rows may come and go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whichever connection was accepted last.
    NewestConnection,
    /// Whichever exchange began last.
    NewestExchange,
    Connection(ConnectionId),
    Exchange(ExchangeId),
}

/// How many connections and exchanges there had been.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    pub(crate) connections: u64,
    pub(crate) exchanges: u64,
}

/// Where the cursor stands in what is selected. Buffer and Head share it, so that moving in
/// one moves in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// Nowhere: the newest octet is kept in sight.
    Newest,
    /// On an octet of the direction that is shown.
    Octet(u64),
    /// On a line of the Head pane that stands for no octets.
    Line(usize),
}

impl Spot {
    /// Which of these lines it is on, where octets are those of this direction.
    pub(crate) fn line(self, direction: Direction, lines: &[Line]) -> Option<usize> {
        match self {
            Self::Newest => None,
            Self::Line(index) => (index < lines.len()).then_some(index),
            Self::Octet(offset) => field_tree::line_at(lines, direction, offset),
        }
    }
}
