//! The few operations a connection needs of its socket, as a trait, so that a test can play
//! the peer, and the clock its waits are measured by, without one.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use super::sendfile::NotSent;
use crate::event::{Breakpoint, Reporter};

/// What one `send` does when the socket's send buffer has no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// Fail with `WouldBlock`.
    Fail,
    /// Wait for room, up to SO_SNDTIMEO.
    Wait,
}

/// What follows the octets of one `send`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing that is known of: they leave at once.
    Nothing,
    /// More octets, or FIN, and at once: the last segment is kept back for them.
    More,
}

/// An accepted socket.
pub(crate) trait Stream {
    /// The calling thread serves the connection from now on: it is the one to be interrupted.
    fn take_up(&mut self) {}
    /// No thread serves it from now on.
    fn put_down(&mut self) {}
    /// One `recv` into the free capacity of `room`, which is empty: up to `asked` octets, or
    /// as many as there is capacity for. None when the peer has finished sending.
    ///
    /// Fails with `TimedOut` when nothing came for as long as the socket was told, and with
    /// `WouldBlock` where the connection can rest instead: then nothing is waited for.
    ///
    /// What no octet has come for is never touched: a page of memory counts from then on.
    fn recv<'r>(&mut self, room: &'r mut Vec<u8>, asked: usize) -> io::Result<&'r [u8]>;
    /// One `send`: how many of `octets` the kernel took.
    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize>;
    /// One `sendmsg` of two runs of octets, one behind the other: how many the kernel took.
    fn send_msg(&mut self, runs: [&[u8]; 2], then: Then, no_room: NoRoom) -> io::Result<usize>;
    /// One `sendfile` of up to `count` octets of `file` from `offset`: how many went.
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent>;
    /// SO_RCVTIMEO.
    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()>;
    /// `shutdown(SHUT_WR)`: sends FIN, receiving goes on.
    fn finish(&mut self) -> io::Result<()>;
    /// How many octets wait unread in the kernel.
    fn unread(&self) -> u64;
    /// Whether it is known, without asking, that nothing had come beside what was received:
    /// then the connection can rest at once.
    fn is_drained(&self) -> bool {
        false
    }
    /// How many octets one `recv` asks for.
    fn recv_size(&self) -> usize;
    /// Passes a breakpoint; says how long that took.
    fn pass(&mut self, breakpoint: Breakpoint, reporter: &mut Reporter) -> Duration;
    /// How many of `octets` one `send` is given.
    fn piece(&self, octets: usize) -> usize {
        octets
    }
    /// Waits as long as `octets` take on the way that is to be had; says how long that was.
    fn rest(&mut self, _octets: usize) -> Duration {
        Duration::ZERO
    }
    /// How many octets that were sent the peer has not acknowledged, where that is known.
    fn untaken(&self) -> u64 {
        0
    }
    /// Waits as long as a response is to be waited with.
    fn dawdle(&mut self, _time: Duration) {}
    /// What time it is.
    fn now(&self) -> Instant {
        Instant::now()
    }
}
