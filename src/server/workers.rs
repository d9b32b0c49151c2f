//! The threads of a server, whichever model they follow.

use std::sync::Arc;

use super::config::Threads;
#[cfg(target_os = "linux")]
use super::crew::Crew;
use super::listener::Listener;
use super::shared::Shared;
use super::worker_pool::WorkerPool;

/// The threads of a server.
#[derive(Debug)]
pub(super) enum Workers {
    /// One for each connection, started by one pool for each listening socket.
    Pools(Vec<Arc<WorkerPool>>),
    /// A few, for those connections that something is to be done for.
    #[cfg(target_os = "linux")]
    Crew(Arc<Crew>),
}

impl Workers {
    /// Accepts and serves connections on `listeners` until the server stops.
    pub(super) fn start(
        threads: Threads,
        listeners: &[Arc<Listener>],
        shared: &Arc<Shared>,
    ) -> Self {
        #[cfg(target_os = "linux")]
        if threads == Threads::Ready
            // Those of a tap are forwarded by threads of its own, with two sockets each.
            && shared.config.upstream.is_none()
            && let Ok(crew) = Crew::start(listeners.to_vec(), Arc::clone(shared))
        {
            return Self::Crew(crew);
        }
        let _ = threads;
        let start = |listener| WorkerPool::start(Arc::clone(listener), Arc::clone(shared)).ok();
        Self::Pools(listeners.iter().filter_map(start).collect())
    }

    /// Whether a connection may still be accepted and listed, once the server begins to stop.
    pub(super) fn accept(&self) -> bool {
        match self {
            Self::Pools(pools) => pools.iter().any(|pool| pool.accepts()),
            #[cfg(target_os = "linux")]
            Self::Crew(crew) => crew.accepts(),
        }
    }

    /// Ends them, once no connection is open.
    pub(super) fn dismiss(&self) {
        match self {
            Self::Pools(pools) => pools.iter().for_each(|pool| pool.dismiss()),
            #[cfg(target_os = "linux")]
            Self::Crew(crew) => crew.dismiss(),
        }
    }
}
