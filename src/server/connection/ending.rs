//! How a connection ended.

use crate::event::{CloseReason, End};

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ending {
    /// Whose decision it was.
    pub(super) by: End,
    pub(super) reason: CloseReason,
    /// Whether an answer is under way that a peer which is still sending must get to read.
    pub(super) linger: bool,
}

impl Ending {
    pub(super) const fn by_peer(reason: CloseReason) -> Self {
        Self {
            by: End::Peer,
            reason,
            linger: false,
        }
    }

    pub(super) const fn by_server(reason: CloseReason) -> Self {
        Self {
            by: End::Server,
            reason,
            linger: false,
        }
    }

    pub(super) const fn lingering(reason: CloseReason) -> Self {
        Self {
            by: End::Server,
            reason,
            linger: true,
        }
    }
}
