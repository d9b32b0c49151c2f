//! Which connections have a thread, as it is said on the command line.

use clap::ValueEnum;

use crate::server;

/// Which connections have a thread, by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Threads {
    /// each, from accept to close: it waits in recv
    Connection,
    /// those that something is to be done for: the others rest, and are waited for in epoll_wait
    #[cfg(target_os = "linux")]
    Ready,
}

impl From<Threads> for server::Threads {
    fn from(threads: Threads) -> Self {
        match threads {
            Threads::Connection => Self::Connection,
            #[cfg(target_os = "linux")]
            Threads::Ready => Self::Ready,
        }
    }
}
