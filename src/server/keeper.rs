//! Who looks after a connection while no thread serves it, as its socket reaches them.

use std::fmt::Debug;
use std::sync::Arc;

use crate::event::ConnectionId;

/// Looks after connections that rest.
pub(super) trait Keeper: Debug + Send + Sync {
    /// Has a thread take up the connection, which rests in the crowd of this number.
    fn wake(&self, crowd: usize, id: ConnectionId);
    /// The calling thread, which leads the crowd of this number, is about to block: another one
    /// is to lead it. Says whether there is another one.
    fn hand_over(&self, crowd: usize) -> bool;
}

/// Where a connection rests.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) keeper: Arc<dyn Keeper>,
    pub(super) crowd: usize,
}
