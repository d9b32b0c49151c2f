//! What a connection is called, what went over it, and how it ended.

use std::fmt;

/// Names one connection, counted from 1 in the order of `accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What went over a connection in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConnectionTotals {
    /// Responses begun.
    pub requests: u64,
    /// Octets received.
    pub received: u64,
    /// Octets sent.
    pub sent: u64,
}

/// One end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The other end.
    Peer,
    /// This server.
    Server,
    /// The server behind this tap.
    Upstream,
}

/// Why a connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer finished sending, and everything it asked was answered.
    PeerFinished,
    /// The server behind the tap finished sending, and then the peer did.
    UpstreamFinished,
    /// The peer sent `Connection: close`.
    CloseAsked,
    /// HTTP/1.0 without `keep-alive`.
    Http10,
    /// A request was refused, and what follows it cannot be trusted.
    Refused,
    /// A request body was longer than is skipped.
    BodyUnread,
    /// No request came in time.
    Idle,
    /// A head or a body was not complete in time.
    Deadline,
    /// The peer did not take the response in time.
    SendStalled,
    /// The peer took the response more slowly than it may.
    SendSlow,
    /// The file being sent became shorter than announced.
    FileShrank,
    /// The file being sent could not be read to its end.
    FileUnreadable,
    /// The connection broke: reset by the peer, or a failed system call.
    Broken,
    /// Every connection this server may have was in use.
    Full,
    /// There was no descriptor or no thread for it.
    Exhausted,
    /// The server is stopping.
    Draining,
    /// The worker panicked.
    Panicked,
}
