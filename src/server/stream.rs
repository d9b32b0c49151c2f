//! The few operations a worker needs of an accepted socket, as a trait, so that a test can
//! play the peer, and the clock its waits are measured by, without one.

use std::fs::File;
use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::{SendFlags, send};

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
    /// One `recv`: up to `buffer.len()` octets; 0 when the peer has finished sending.
    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    /// One `send`: how many of `octets` the kernel took.
    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize>;
    /// One `sendfile` of up to `count` octets of `file` from `offset`. `None` where the
    /// system has no such call.
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Option<io::Result<usize>>;
    /// SO_RCVTIMEO.
    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()>;
    /// `shutdown(SHUT_WR)`: sends FIN, receiving goes on.
    fn finish(&mut self) -> io::Result<()>;
    /// How many octets wait unread in the kernel.
    fn unread(&self) -> u64;
    /// What time it is.
    fn now(&self) -> Instant {
        Instant::now()
    }
}

impl Stream for &TcpStream {
    fn recv(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Read::read(self, buffer)
    }

    fn send(&mut self, octets: &[u8], then: Then, no_room: NoRoom) -> io::Result<usize> {
        let mut flags = SendFlags::empty();
        flags.set(SendFlags::DONTWAIT, no_room == NoRoom::Fail);
        // Elsewhere there is no such flag, and what follows leaves in a segment of its own.
        #[cfg(target_os = "linux")]
        flags.set(SendFlags::MORE, then == Then::More);
        #[cfg(not(target_os = "linux"))]
        let _ = then;
        Ok(send(&**self, octets, flags)?)
    }

    #[cfg(target_os = "linux")]
    fn send_file(&mut self, file: &File, offset: u64, count: usize) -> Option<io::Result<usize>> {
        let mut offset = offset;
        Some(rustix::fs::sendfile(&**self, file, Some(&mut offset), count).map_err(io::Error::from))
    }

    #[cfg(not(target_os = "linux"))]
    fn send_file(
        &mut self,
        _file: &File,
        _offset: u64,
        _count: usize,
    ) -> Option<io::Result<usize>> {
        None
    }

    fn set_recv_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        TcpStream::set_read_timeout(self, Some(timeout))
    }

    fn finish(&mut self) -> io::Result<()> {
        TcpStream::shutdown(self, Shutdown::Write)
    }

    fn unread(&self) -> u64 {
        rustix::io::ioctl_fionread(&**self).unwrap_or(0)
    }
}
