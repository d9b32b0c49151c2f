//! A connected socket. No call waits beyond the moment it is told, and the moment is absolute:
//! octets that dribble in buy no time.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

/// A connected socket.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
}

impl Socket {
    /// `connect`. One send will be one segment, where the kernel can: Nagle's algorithm would
    /// gather small ones while octets are in flight.
    pub(super) fn connect(address: SocketAddr, within: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, within)?;
        // A socket that refuses it is as good, only less didactic.
        let _ = stream.set_nodelay(true);
        Ok(Self { stream })
    }

    /// Our end of it.
    pub(super) fn local(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// One `send`: how many octets the kernel took.
    pub(super) fn send(&mut self, octets: &[u8], until: Instant) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(until)?))?;
        self.stream.write(octets)
    }

    /// One `recv` into `room`: how many octets came; 0 when the peer has sent FIN.
    pub(super) fn receive(&mut self, room: &mut [u8], until: Instant) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(until)?))?;
        self.stream.read(room)
    }

    /// `shutdown(SHUT_WR)`: sends FIN. Nothing more will come from here, but the peer may go
    /// on.
    pub(super) fn half_close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Closes with RST: what was not received yet on either side is thrown away.
    pub(super) fn reset(self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }
}

/// How long it is until then.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    Ok(left)
}

/// Whether a call was told to wait no longer.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
