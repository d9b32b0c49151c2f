//! What does not change while the server runs.

use std::time::{Duration, SystemTime};

/// A session that was opened, or what goes on elsewhere and is watched.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The names of its files, or where it is watched.
    pub name: String,
    /// When it was recorded, and by what: a clause.
    pub recorded: String,
    /// Whether it goes on, and is watched.
    pub is_watched: bool,
}

/// What does not change while the server runs.
#[derive(Debug, Clone)]
pub struct About {
    /// Where the server can be reached, the best one first.
    pub urls: Vec<String>,
    /// Where others on the network reach it, if they can.
    pub reachable: Option<String>,
    /// What is served, for the header.
    pub served: String,
    /// Whether that is another server, which what comes is passed on to.
    pub passes_on: bool,
    /// What session this is, where it is none that goes on here.
    pub session: Option<Opened>,
    /// How many octets are asked for in one `recv`.
    pub recv_size: usize,
    /// How long a head may take.
    pub head_timeout: Duration,
    /// How long a connection may stay without a request.
    pub idle_timeout: Duration,
    /// Whether a bare LF ends a line.
    pub accept_lf: bool,
    /// Whether a connection that waits for octets rests without a thread.
    pub rests: bool,
    /// What the times of records are counted from.
    pub started: SystemTime,
}
