//! The server, end to end: the real binary without a terminal, and real sockets.

use glassport::server::Threads;

mod advisories;
mod clients;
mod command_line;
mod deadlines;
mod downloads;
mod echo;
mod edits;
mod exchange;
mod files;
mod hold;
mod hostile_names;
mod lessons;
mod limits;
#[cfg(feature = "metrics")]
mod metrics;
mod one_voice;
mod options;
#[cfg(feature = "otlp")]
mod otlp;
mod poke;
mod record;
mod resting;
mod runner;
mod secrets;
mod serve;
mod signals;
mod support;
mod tap;
mod watched;
mod wire;

/// What holds where connections rest...
const THREADS: Threads = Threads::Ready;

/// ... holds where each has a thread.
#[expect(clippy::duplicate_mod, reason = "the same is asked of both")]
#[path = "."]
mod with_a_thread_each {
    use glassport::server::Threads;

    const THREADS: Threads = Threads::Connection;

    #[path = "deadlines.rs"]
    mod deadlines;
    #[path = "hold.rs"]
    mod hold;
}
