//! The orders the tables can have.

use std::cmp::Reverse;
use std::time::Duration;

use crate::event::escape;
use crate::http::Status;
use crate::trace::Connection;
use crate::trace::Trace;
use crate::trace::labels;
use crate::trace::{Exchange, ExchangeId};

/// By which column a table is sorted, and which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sort<Column> {
    pub(crate) column: Column,
    pub(crate) descending: bool,
}

impl<Column> Sort<Column> {
    /// The other way round.
    pub(crate) fn turned(self) -> Self {
        Self {
            descending: !self.descending,
            ..self
        }
    }
}

/// The order of both tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sorts {
    pub(crate) connections: Sort<ConnectionColumn>,
    pub(crate) exchanges: Sort<ExchangeColumn>,
}

/// What connections can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ConnectionColumn {
    /// When they were accepted: the order of their numbers.
    #[default]
    Age,
    Peer,
    State,
    Requests,
    Octets,
}

impl Sort<ConnectionColumn> {
    /// The next column, the way that is usually wanted: much before little.
    pub(crate) const fn next(self) -> Self {
        let column = self.column.next();
        let descending = matches!(
            column,
            ConnectionColumn::Requests | ConnectionColumn::Octets
        );
        Self { column, descending }
    }
}

impl ConnectionColumn {
    const fn next(self) -> Self {
        match self {
            Self::Age => Self::Peer,
            Self::Peer => Self::State,
            Self::State => Self::Requests,
            Self::Requests => Self::Octets,
            Self::Octets => Self::Age,
        }
    }
}

/// What exchanges can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ExchangeColumn {
    /// When they began.
    #[default]
    Age,
    Request,
    Status,
    Took,
    Size,
}

impl Sort<ExchangeColumn> {
    /// The next column, the way that is usually wanted: much before little.
    pub(crate) const fn next(self) -> Self {
        let column = self.column.next();
        let descending = matches!(
            column,
            ExchangeColumn::Status | ExchangeColumn::Took | ExchangeColumn::Size
        );
        Self { column, descending }
    }
}

impl ExchangeColumn {
    const fn next(self) -> Self {
        match self {
            Self::Age => Self::Request,
            Self::Request => Self::Status,
            Self::Status => Self::Took,
            Self::Took => Self::Size,
            Self::Size => Self::Age,
        }
    }
}

impl Sort<ConnectionColumn> {
    /// Whether the newest is at one end.
    pub(crate) fn is_by_age(self) -> bool {
        self.column == ConnectionColumn::Age
    }

    /// Whether it is at the lower one.
    pub(crate) fn has_newest_last(self) -> bool {
        self.is_by_age() && !self.descending
    }

    /// Sorts what stands in the order of age; equals stay in it.
    pub(crate) fn connections(self, rows: &mut [&Connection]) {
        match self.column {
            ConnectionColumn::Age => {}
            ConnectionColumn::Peer => rows.sort_by_key(|connection| connection.peer),
            ConnectionColumn::State => {
                rows.sort_by_cached_key(|connection| labels::state_name(connection));
            }
            ConnectionColumn::Requests => rows.sort_by_key(|connection| connection.totals.requests),
            ConnectionColumn::Octets => {
                rows.sort_by_key(|connection| {
                    connection
                        .totals
                        .received
                        .saturating_add(connection.totals.sent)
                });
            }
        }
        if self.descending {
            rows.reverse();
        }
    }
}

impl Sort<ExchangeColumn> {
    /// Whether the newest is at one end.
    pub(crate) fn is_by_age(self) -> bool {
        self.column == ExchangeColumn::Age
    }

    /// Whether it is at the lower one.
    pub(crate) fn has_newest_last(self) -> bool {
        self.is_by_age() && !self.descending
    }

    /// Sorts what stands in the order of age; equals stay in it.
    pub(crate) fn exchanges(self, rows: &mut [ExchangeId], trace: &Trace) {
        let of = |id: &ExchangeId| trace.exchange(*id);
        match self.column {
            ExchangeColumn::Age => {}
            ExchangeColumn::Request => rows.sort_by_cached_key(|id| of(id).map(request)),
            ExchangeColumn::Status => {
                rows.sort_by_cached_key(|id| of(id).and_then(Exchange::status).map(Status::code));
            }
            ExchangeColumn::Took => rows.sort_by_cached_key(|id| of(id).and_then(took)),
            ExchangeColumn::Size => {
                rows.sort_by_cached_key(|id| of(id).and_then(|e| e.done).map(|done| done.body));
            }
        }
        if self.descending {
            rows.reverse();
        }
    }
}

/// Refused requests first, then by target and method.
fn request(exchange: &Exchange) -> (Reverse<bool>, String, String) {
    let head = exchange.head.as_ref();
    (
        Reverse(exchange.refusal.is_some()),
        head.map_or(String::new(), |head| escape(head.target_octets())),
        head.map_or(String::new(), |head| escape(head.method_octets())),
    )
}

fn took(exchange: &Exchange) -> Option<Duration> {
    exchange.done.map(|done| done.took)
}
