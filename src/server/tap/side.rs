//! The two ends of a tapped connection.

use crate::event::End;

/// One end of a tapped connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Whoever connected to the tap.
    Peer,
    /// The server behind it.
    Upstream,
}

impl Side {
    /// The other end.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Peer => Self::Upstream,
            Self::Upstream => Self::Peer,
        }
    }
}

impl From<Side> for End {
    fn from(side: Side) -> Self {
        match side {
            Side::Peer => Self::Peer,
            Side::Upstream => Self::Upstream,
        }
    }
}
