//! One record of a connection, as its log keeps it, and how much memory that takes.

use std::time::Duration;

use crate::event::{Activity, UpstreamActivity};

/// A place between two records of one connection: so many have come. Every moment of what a
/// log keeps can be asked for with [`Connection::at`](super::Connection::at).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// One record later.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// One record earlier.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

/// One record of a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The number its worker gave it; what is seen from outside has the number that the
    /// worker's next record is expected to have.
    pub(crate) seq: u64,
    /// Time since the server started.
    pub(crate) at: Duration,
    /// What happened.
    pub(crate) activity: Activity,
}

impl Entry {
    /// Whether it is an answer to a question, or shows what another record tells of: nothing
    /// happened on the connection.
    pub(crate) const fn is_reading(&self) -> bool {
        matches!(
            self.activity,
            Activity::Counted(_)
                | Activity::Sampled(_)
                | Activity::OfSource(_)
                | Activity::Content { .. }
        )
    }

    /// The number the worker's next record has, if none is left out.
    pub(crate) const fn next_seq(&self) -> u64 {
        next_seq(self.seq, &self.activity)
    }

    /// How many octets of the streams it holds, of either direction.
    pub(crate) fn octets(&self) -> usize {
        octets(&self.activity)
    }
}

/// How many octets of the streams it holds, of either direction.
pub(crate) fn octets(activity: &Activity) -> usize {
    if let Activity::Received { octets, .. }
    | Activity::Content { octets }
    | Activity::Upstream(UpstreamActivity::Received { octets, .. }) = activity
    {
        octets.len()
    } else {
        0
    }
}

/// The number of this record: what is seen from outside has the one the worker's next has.
pub(super) const fn numbered(seq: u64, activity: &Activity, next: u64) -> u64 {
    if is_seen_from_outside(activity) {
        next
    } else {
        seq
    }
}

/// The number the worker's next record has, if none is left out.
pub(super) const fn next_seq(seq: u64, activity: &Activity) -> u64 {
    if is_seen_from_outside(activity) {
        seq
    } else {
        seq.saturating_add(1)
    }
}

/// Whether this was not told by the worker, and has no number among what it told.
pub(super) const fn is_seen_from_outside(activity: &Activity) -> bool {
    matches!(
        activity,
        Activity::Counted(_) | Activity::Sampled(_) | Activity::OfSource(_) | Activity::Gone
    )
}
