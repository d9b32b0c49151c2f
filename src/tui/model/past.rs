//! The selected moment, while it is not the present: what is shown of it, and how it
//! is played. It is changed by `update` alone, and holds no record that the trace does not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::event::ConnectionId;
use crate::trace::{Connection, ExchangeId, Moment};

/// A moment of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) connection: ConnectionId,
    /// So many of its records had come.
    pub(crate) moment: Moment,
    /// What time it was: everything else is shown as of then.
    pub(crate) clock: Duration,
    /// The connection as it was then.
    pub(crate) then: Arc<Connection>,
    /// The same while the search of the record that comes next is being watched.
    pub(crate) searching: Option<Arc<Connection>>,
    /// Other connections as they were then, of those rows that are in sight and of those
    /// that have changed since.
    pub(crate) rows: BTreeMap<ConnectionId, Arc<Connection>>,
    /// The time of which these are: what was then does not change any more.
    pub(crate) rows_of: Duration,
    /// The exchange that is shown, and how many were begun before it, which tells its row; `None`
    /// where it has none any more.
    pub(crate) place: Option<(ExchangeId, Option<u64>)>,
    pub(crate) play: Option<Play>,
}

/// How far the play has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Play {
    /// What time it is outside, when the play was last moved on.
    pub(crate) passed_at: Option<Duration>,
    /// How long what is shown has been shown, in the time of the play.
    pub(crate) shown: Duration,
}

impl Past {
    /// The selected connection, as it is shown.
    pub(crate) fn shown(&self) -> &Arc<Connection> {
        self.searching.as_ref().unwrap_or(&self.then)
    }

    /// Whether a connection was there, and what is known of it now is what was known then.
    pub(crate) fn is_unchanged(&self, now: &Connection) -> bool {
        self.was_there(now) && now.time_of(now.moment) <= self.clock
    }

    pub(crate) fn was_there(&self, now: &Connection) -> bool {
        now.heard_of() <= self.clock
    }

    /// Another connection as it was then, or this one; `None` when it was not there yet.
    pub(crate) fn row<'a>(&'a self, now: &'a Connection) -> Option<&'a Connection> {
        if self.connection == now.id {
            return Some(self.shown());
        }
        if self.is_unchanged(now) {
            return Some(now);
        }
        self.rows.get(&now.id).map(AsRef::as_ref)
    }
}
