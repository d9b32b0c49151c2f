//! The few operations a worker needs of an accepted socket, as a trait, so that a test can
//! play the peer, and the clock its waits are measured by, without one.

use std::fs::File;
use std::io;
use std::net::Shutdown;
use std::time::{Duration, Instant};

use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::sendfile::NotSent;
use super::{Open, kernel};
use crate::event::{ConnectionSink, Station};

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

/// Into how many pieces a second is cut when sending is slowed down.
const PIECES_A_SECOND: u64 = 10;

/// An accepted socket.
pub(crate) trait Stream {
    /// One `recv` into the free capacity of `room`, which is empty: up to `asked` octets, or
    /// as many as there is capacity for. None when the peer has finished sending.
    ///
    /// What no octet has come for is never touched: a page of memory counts from then on.
    fn recv<'r>(&mut self, room: &'r mut Vec<u8>, asked: usize) -> io::Result<&'r [u8]>;
    /// One `send`: how many of `octets` the kernel took.
    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize>;
    /// One `sendfile` of up to `count` octets of `file` from `offset`: how many went.
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent>;
    /// SO_RCVTIMEO.
    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()>;
    /// `shutdown(SHUT_WR)`: sends FIN, receiving goes on.
    fn finish(&mut self) -> io::Result<()>;
    /// How many octets wait unread in the kernel.
    fn unread(&self) -> u64;
    /// How many octets one `recv` asks for.
    fn recv_size(&self) -> usize;
    /// Passes a station of the connection's gate; says how long that took.
    fn pass(&mut self, station: Station, tap: &mut ConnectionSink) -> Duration;
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

impl Stream for &Open {
    fn recv<'r>(&mut self, room: &'r mut Vec<u8>, asked: usize) -> io::Result<&'r [u8]> {
        let room = room.spare_capacity_mut();
        let most = room.len().min(asked);
        let room = room.get_mut(..most).unwrap_or_default();
        let ((octets, _), _) = recv(&self.stream, room, RecvFlags::empty())?;
        Ok(octets)
    }

    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize> {
        let mut flags = SendFlags::empty();
        flags.set(SendFlags::DONTWAIT, no_room == NoRoom::Fail);
        // Elsewhere there is no such flag, and what follows leaves in a segment of its own.
        #[cfg(target_os = "linux")]
        flags.set(SendFlags::MORE, then == Then::More);
        #[cfg(not(target_os = "linux"))]
        let _ = then;
        Ok(send(&self.stream, octets, flags)?)
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Result<usize, NotSent> {
        let mut offset = offset;
        Ok(rustix::fs::sendfile(
            &self.stream,
            file,
            Some(&mut offset),
            count,
        )?)
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(&mut self, _file: &File, _offset: u64, _count: usize) -> Result<usize, NotSent> {
        Err(rustix::io::Errno::NOSYS.into())
    }

    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.stream.set_read_timeout(Some(timeout))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.stream).unwrap_or(0)
    }
    fn recv_size(&self) -> usize {
        self.gate.recv_size()
    }

    fn pass(&mut self, station: Station, tap: &mut ConnectionSink) -> Duration {
        self.gate.pass(station, tap)
    }
    fn piece(&self, octets: usize) -> usize {
        let Some(rate) = self.throttle else {
            return octets;
        };
        let tenth = usize::try_from(rate.get() / PIECES_A_SECOND).unwrap_or(usize::MAX);
        octets.min(tenth.max(1))
    }

    fn rest(&mut self, octets: usize) -> Duration {
        let Some(rate) = self.throttle else {
            return Duration::ZERO;
        };
        let nanos = (octets as u128 * 1_000_000_000) / u128::from(rate.get());
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let since = self.now();
        self.gate.rest(time);
        since.elapsed()
    }

    fn untaken(&self) -> u64 {
        kernel::unsent(&self.stream).unwrap_or(0)
    }

    fn dawdle(&mut self, time: Duration) {
        self.gate.rest(time);
    }
}
