//! One direction of a tapped connection: what came from one side and has not gone to the other.

use std::io;
use std::net::TcpStream;

use rustix::net::{RecvFlags, SendFlags, recv, send};

/// One direction. What one `recv` brought is sent to its end before the next is made.
#[derive(Debug)]
pub(super) struct Flow {
    octets: Vec<u8>,
    /// How many of them have been sent.
    sent: usize,
    /// Where the octet stands that comes next.
    offset: u64,
    /// The sender has finished.
    ended: bool,
}

impl Flow {
    pub(super) const fn new() -> Self {
        Self {
            octets: Vec::new(),
            sent: 0,
            offset: 0,
            ended: false,
        }
    }

    /// Where the octet stands that comes next.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether the sender has finished.
    pub(super) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the sender is to be received from: nothing waits to be sent.
    pub(super) fn wants_octets(&self) -> bool {
        !self.ended && self.is_empty()
    }

    /// Whether everything that came has been sent.
    pub(super) fn is_empty(&self) -> bool {
        self.rest().is_empty()
    }

    /// What came last.
    pub(super) fn last(&self) -> &[u8] {
        &self.octets
    }

    /// What of it has not been sent.
    pub(super) fn rest(&self) -> &[u8] {
        self.octets.get(self.sent..).unwrap_or_default()
    }

    /// One `recv` of up to `asked` octets, without waiting: how many came.
    pub(super) fn receive(&mut self, from: &TcpStream, asked: usize) -> io::Result<usize> {
        self.octets.clear();
        self.sent = 0;
        if self.octets.capacity() != asked {
            self.octets = Vec::with_capacity(asked);
        }
        let room = rustix::buffer::spare_capacity(&mut self.octets);
        let came = recv(from, room, RecvFlags::DONTWAIT)?.0;
        self.offset += came as u64;
        if came == 0 {
            self.ended = true;
        }
        Ok(came)
    }

    /// One `send` of up to `most` of what has not been sent, without waiting: how many octets
    /// the kernel took.
    pub(super) fn send(&mut self, to: &TcpStream, most: usize) -> io::Result<usize> {
        let rest = self.rest();
        let piece = rest.get(..most).unwrap_or(rest);
        let taken = send(to, piece, SendFlags::DONTWAIT)?;
        self.sent += taken;
        Ok(taken)
    }
}
