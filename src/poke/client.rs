//! One connection of a client, call by call, for whoever decides between the calls what is
//! done next. No call waits for longer than it is told to.

use std::io;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use socket2::SockRef;

/// A connected socket.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
}

impl Client {
    /// `connect`. One send will be one segment, where the kernel can: Nagle's algorithm would
    /// gather small ones while octets are in flight.
    pub fn connect(address: SocketAddr, within: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, within)?;
        // A socket that refuses it is as good, only less didactic.
        let _ = stream.set_nodelay(true);
        Ok(Self { stream })
    }

    /// Our end of it.
    pub fn local(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// One `send`: how many octets the kernel took.
    pub fn send(&mut self, octets: &[u8], within: Duration) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(within))?;
        self.stream.write(octets)
    }

    /// One `recv` into `buffer`: how many octets came; 0 when the peer has sent FIN.
    pub fn receive(&mut self, buffer: &mut [u8], within: Duration) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(within))?;
        self.stream.read(buffer)
    }

    /// `shutdown(SHUT_WR)`: sends FIN. Nothing more will come from here, but the peer may go
    /// on.
    pub fn half_close(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// Closes with RST: what was not received yet on either side is thrown away.
    pub fn reset(self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(Duration::ZERO))
    }
}
