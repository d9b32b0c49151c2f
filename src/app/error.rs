//! Why the program cannot run, and with which exit code it ends then.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config;
use crate::server::BindError;

/// Why glassport cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(config::Error),
    /// What should be served cannot be; and what to say instead.
    #[error("{0}; {1}")]
    Docroot(#[source] io::Error, String),
    /// The server cannot listen.
    #[error(transparent)]
    Bind(BindError),
    /// The access log cannot be written where it was asked for.
    #[error("{path}: {1}", path = .0.display())]
    LogFile(PathBuf, #[source] io::Error),
    /// The session cannot be recorded where it was asked for.
    #[error("{path}: {1}", path = .0.display())]
    Record(PathBuf, #[source] io::Error),
    /// A log file was asked for, and the dashboard is shown in place of the access log.
    #[error(
        "--log-file needs --no-tui: the dashboard leaves out what it cannot show, and a log must not"
    )]
    LogBesideDashboard,
    /// A tap would connect to itself, here.
    #[error(
        "--to leads to glassport itself, which listens on {0}: choose another port for it with -p, or lead --to where your server is"
    )]
    TapOfItself(SocketAddr),
    /// What is held could never be released.
    #[error("--hold needs the dashboard: without it nothing could be released")]
    HoldWithoutDashboard,
    /// There is nothing to follow.
    #[error("--share shows the dashboard to others: without one there is nothing to follow")]
    ShareWithoutDashboard,
    /// The page for others cannot be opened where it was asked for.
    #[error("--share: port {0}: {1}: --share=PORT names another")]
    Share(u16, #[source] io::Error),
    /// The system refused something else.
    #[error("{0}: {1}")]
    System(&'static str, #[source] io::Error),
}

impl Error {
    /// What the program exits with: 2 where it is the arguments that are wrong.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::LogBesideDashboard
            | Self::TapOfItself(_)
            | Self::HoldWithoutDashboard
            | Self::ShareWithoutDashboard => 2,
            Self::Docroot(..)
            | Self::Bind(_)
            | Self::LogFile(..)
            | Self::Record(..)
            | Self::Share(..)
            | Self::System(..) => 1,
        }
    }
}
