//! Where there is no epoll, each tapped connection has a thread.

use super::relay::Relay;

/// Threads that would forward many connections each. There are none to be had.
#[derive(Debug, Default)]
pub(in crate::server) struct Lanes;

impl Lanes {
    /// Each connection needs a thread of its own.
    #[expect(clippy::unused_self, reason = "as where there are lanes")]
    pub(super) fn take(&self, relay: Relay) -> Option<Relay> {
        Some(relay)
    }

    #[expect(clippy::unused_self, reason = "as where there are lanes")]
    pub(in crate::server) fn dismiss(&self) {}
}
