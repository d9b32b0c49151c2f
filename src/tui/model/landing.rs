//! Octets that have just come, and since when they land.

use std::time::Duration;

use crate::event::ConnectionId;

/// How long octets take to land, one after the other, however many they are.
pub(super) const LANDING: Duration = Duration::from_millis(180);

/// Octets that have just come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Landing {
    pub(super) connection: ConnectionId,
    /// The first of them.
    pub(super) from: u64,
    pub(super) began: Duration,
}

impl Landing {
    /// What a recv at `at` brought lands too, with those before it if they still do.
    pub(crate) fn joined(
        before: Option<Self>,
        connection: ConnectionId,
        from: u64,
        at: Duration,
    ) -> Self {
        let goes_on = |landing: &Self| {
            landing.connection == connection && at < landing.began.saturating_add(LANDING)
        };
        before.filter(goes_on).unwrap_or(Self {
            connection,
            from,
            began: at,
        })
    }
}
