//! Why the program cannot run, and with which exit code it ends then.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config;
use crate::server::BindError;

/// Why glassport cannot run.
#[derive(Debug)]
pub enum Error {
    /// The configuration is wrong.
    Config(config::Error),
    /// What should be served cannot be.
    Docroot(io::Error),
    /// The server cannot listen.
    Bind(BindError),
    /// The access log cannot be written where it was asked for.
    LogFile(PathBuf, io::Error),
    /// The session cannot be recorded where it was asked for.
    Record(PathBuf, io::Error),
    /// A log file was asked for, and the dashboard is shown in place of the access log.
    LogBesideDashboard,
    /// A tap would connect to itself, here.
    TapOfItself(SocketAddr),
    /// What is held could never be released.
    HoldWithoutDashboard,
    /// The system refused something else.
    System(&'static str, io::Error),
}

impl Error {
    /// What the program exits with: 2 where it is the arguments that are wrong.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::LogBesideDashboard
            | Self::TapOfItself(_)
            | Self::HoldWithoutDashboard => 2,
            Self::Docroot(_)
            | Self::Bind(_)
            | Self::LogFile(..)
            | Self::Record(..)
            | Self::System(..) => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Docroot(error) => {
                write!(f, "{error}; name a folder, or none for the sample site")
            }
            Self::Config(error) => error.fmt(f),
            Self::Bind(error) => error.fmt(f),
            Self::LogFile(path, error) | Self::Record(path, error) => write!(f, "{}: {error}", path.display()),
            Self::LogBesideDashboard => f.write_str(
                "--log-file needs --no-tui: the dashboard leaves out what it cannot show, and a log must not",
            ),
            Self::TapOfItself(bound) => write!(
                f,
                "--to leads to glassport itself, which listens on {bound}: choose another port for it with -p, or lead --to where your server is"
            ),
            Self::HoldWithoutDashboard => {
                f.write_str("--hold needs the dashboard: without it nothing could be released")
            }
            Self::System(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Docroot(error)
            | Self::LogFile(_, error)
            | Self::Record(_, error)
            | Self::System(_, error) => Some(error),
            Self::Config(error) => Some(error),
            Self::Bind(error) => Some(error),
            Self::LogBesideDashboard | Self::TapOfItself(_) | Self::HoldWithoutDashboard => None,
        }
    }
}
