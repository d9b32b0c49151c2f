//! The exact counts of one connection, whatever is shown of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::connection::{ConnectionId, ConnectionTotals};
use super::controls::Breakpoint;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Accepted; nothing has come.
    Accepted,
    /// Between two requests.
    Idle,
    /// Receiving a head.
    Head,
    /// Receiving a body.
    Body,
    /// Looking up what was asked for.
    Handling,
    /// Sending a response.
    Sending,
    /// Half-closed, waiting for the peer to finish.
    Closing,
}

/// What a [`Ledger`] said when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The other end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// When it was accepted.
    pub accepted: Duration,
    /// What went over it so far.
    pub totals: ConnectionTotals,
    /// How many of its records were counted and not shown.
    pub left_out: u64,
    /// What it is doing.
    pub phase: Phase,
    /// What its worker will do next, while it is held.
    pub held: Option<Breakpoint>,
}

/// The exact counts of one open connection, written by its worker alone.
#[derive(Debug)]
// Two ledgers in one pair of cache lines would slow each other's workers down.
#[repr(align(128))]
pub struct Ledger {
    /// Which connection.
    pub id: ConnectionId,
    /// The other end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// When it was accepted.
    pub accepted: Duration,
    pub(super) requests: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) sent: AtomicU64,
    pub(super) left_out: AtomicU64,
    pub(super) phase: AtomicU8,
    /// A [`held_code`].
    pub(super) held: AtomicU8,
}

impl Ledger {
    pub(super) fn new(
        id: ConnectionId,
        peer: SocketAddr,
        local: SocketAddr,
        accepted: Duration,
    ) -> Self {
        Self {
            id,
            peer,
            local,
            accepted,
            requests: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::Accepted as u8),
            held: AtomicU8::new(held_code(None)),
        }
    }

    /// Everything it says now.
    pub fn read(&self) -> Counted {
        Counted {
            peer: self.peer,
            local: self.local,
            accepted: self.accepted,
            totals: self.totals(),
            left_out: self.left_out(),
            phase: self.phase(),
            held: self.held(),
        }
    }

    /// What went over the connection so far.
    pub fn totals(&self) -> ConnectionTotals {
        ConnectionTotals {
            requests: self.requests.load(Relaxed),
            received: self.received.load(Relaxed),
            sent: self.sent.load(Relaxed),
        }
    }

    /// How many records of this connection were counted and not shown.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Relaxed)
    }

    /// What the worker will do next, while it is held.
    pub fn held(&self) -> Option<Breakpoint> {
        let code = usize::from(self.held.load(Relaxed));
        BREAKPOINTS.get(code.checked_sub(1)?).copied()
    }

    /// What the connection is doing.
    pub fn phase(&self) -> Phase {
        const PHASES: [Phase; 7] = [
            Phase::Accepted,
            Phase::Idle,
            Phase::Head,
            Phase::Body,
            Phase::Handling,
            Phase::Sending,
            Phase::Closing,
        ];
        PHASES
            .get(usize::from(self.phase.load(Relaxed)))
            .copied()
            .unwrap_or(Phase::Accepted)
    }
}

/// The breakpoints, as a ledger numbers them from 1; 0 is for a worker that is not held.
const BREAKPOINTS: [Breakpoint; 4] = [
    Breakpoint::Recv,
    Breakpoint::Scan,
    Breakpoint::Parse,
    Breakpoint::Send,
];

pub(super) const fn held_code(before: Option<Breakpoint>) -> u8 {
    match before {
        None => 0,
        Some(Breakpoint::Recv) => 1,
        Some(Breakpoint::Scan) => 2,
        Some(Breakpoint::Parse) => 3,
        Some(Breakpoint::Send) => 4,
    }
}

/// A ledger has one writer, so adding needs no locked instruction.
pub(super) fn add(counter: &AtomicU64, n: u64) {
    counter.store(counter.load(Relaxed) + n, Relaxed);
}
