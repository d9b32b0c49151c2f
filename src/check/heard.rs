//! What came back on one connection. Knows no socket.

use std::net::SocketAddr;
use std::time::Duration;

/// Everything that happened on one connection.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Where it went, and our end; `None` where there was no connection.
    pub ends: Option<(SocketAddr, SocketAddr)>,
    /// When it began, since the first check.
    pub began: Duration,
    /// What was sent and what came, in order.
    pub turns: Vec<Turn>,
    /// How long it lasted, as far as it was listened to.
    pub lasted: Duration,
    /// How it ended.
    pub end: Ended,
}

/// One call that moved octets, and when, since the connection was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// `send` took these.
    Sent(Duration, Vec<u8>),
    /// `recv` brought these.
    Came(Duration, Vec<u8>),
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The server sent FIN.
    Finished,
    /// The server sent RST.
    Reset,
    /// It was still open when enough had been heard.
    Open,
    /// It was still open when the server had been silent for too long.
    Silent,
    /// There was none, for this reason.
    NotMade(String),
    /// A call failed otherwise.
    Failed(String),
}

impl Heard {
    /// Everything that came.
    pub fn octets(&self) -> Vec<u8> {
        let came = self.turns.iter().filter_map(|turn| match turn {
            Turn::Came(_, octets) => Some(octets.as_slice()),
            Turn::Sent(..) => None,
        });
        came.collect::<Vec<_>>().concat()
    }

    /// When the first octet came, since the connection was made.
    pub fn first_at(&self) -> Option<Duration> {
        self.turns.iter().find_map(|turn| match turn {
            Turn::Came(at, _) => Some(*at),
            Turn::Sent(..) => None,
        })
    }

    /// Whether there was no connection.
    pub const fn is_not_made(&self) -> bool {
        matches!(self.end, Ended::NotMade(_))
    }

    /// Whether the server had closed.
    pub const fn is_closed(&self) -> bool {
        matches!(self.end, Ended::Finished | Ended::Reset)
    }
}
