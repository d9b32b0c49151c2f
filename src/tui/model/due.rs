//! When what is shown changes by time alone.

use std::time::Duration;

use super::{FLASH, Model, pace};
use crate::event::Phase;
use crate::trace::Connection;

impl Model {
    /// How long after `now` something on the screen changes by time alone; `None` while
    /// nothing does. Zero when that moment has passed and the model was not told.
    pub fn next_tick(&self, now: Duration) -> Option<Duration> {
        let listing = self.listing.as_ref().map(|_| Duration::ZERO);
        if self.frozen.is_some() {
            return listing;
        }
        if self.ui.past.is_some() {
            // Nothing but a play changes by time there.
            let past = self.selected_moment();
            let play = past.and_then(|(now, past)| pace::due(now, past, self.ui.pace));
            return listing.or(play.map(|due| due.saturating_sub(now)));
        }
        let told = self.live.now;
        let flash = self
            .connection()
            .and_then(|connection| connection.boundary)
            .map(|(_, at)| at.saturating_add(FLASH))
            .filter(|&end| end > told);
        // Everything that counts seconds counts them on the same tick.
        let counting =
            !self.live.rate.is_flat() || self.live.open().any(|connection| counts(connection));
        let second = counting.then(|| Duration::from_secs(told.as_secs().saturating_add(1)));
        let rows = self.rows_due();
        let motion = self.motion_due();
        let due = [flash, second, rows, motion].into_iter().flatten().min()?;
        Some(due.saturating_sub(now))
    }

    /// When rows that are behind are to be listed anew, or further, even if nothing else happens.
    fn rows_due(&self) -> Option<Duration> {
        if self.listing.is_some() {
            return Some(Duration::ZERO);
        }
        let rows = self.rows.as_ref()?;
        (rows.records != self.trace().records).then(|| rows.due())
    }
}

/// Whether the row of an open connection counts seconds.
fn counts(connection: &Connection) -> bool {
    match connection.phase {
        Phase::Accepted | Phase::Idle | Phase::Head | Phase::Body => true,
        Phase::Handling | Phase::Sending | Phase::Closing => false,
    }
}
