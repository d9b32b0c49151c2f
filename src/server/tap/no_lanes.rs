//! Where there is no epoll, each tapped connection has a thread.

use std::io;
use std::sync::Arc;

use super::relay::Relay;

/// Threads that would forward many connections each.
#[derive(Debug)]
pub(in crate::server) struct Lanes;

impl Lanes {
    /// There are none to be had.
    pub(in crate::server) fn start() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn take(self: &Arc<Self>, relay: Relay) {
        drop(relay.serve());
    }

    pub(in crate::server) fn dismiss(&self) {}
}
