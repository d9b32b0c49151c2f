//! Which rows the tables have and in which order: the filter and the sort order applied.
//!
//! Unfiltered and in the order of age nothing is computed: the trace is in that order, and
//! only rows in sight are examined. Otherwise the rows are listed once and kept until
//! something changed; when there are very many, for a moment longer than that.

mod sort;

use std::time::Duration;

pub(crate) use sort::{ConnectionColumn, ExchangeColumn, Sorts};

use crate::event::ConnectionId;
use crate::trace::ExchangeId;

/// So many exchanges are examined whenever something changed; more of them are when
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
    pub(crate) records: u64,
    pub(crate) at: Duration,
    pub(crate) examined: usize,
}

impl Rows {
    /// When they are listed anew at the earliest.
    pub(crate) fn due(&self) -> Duration {
        let wait = self.examined.saturating_sub(FEW) / PACE;
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(u64::MAX));
        self.at.saturating_add(wait)
    }
}
