//! One direction of a tapped connection: what came from one side and has not gone to the other.

use std::io;
use std::net::TcpStream;

use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::http::Span;

/// How many octets may be held back before no more are received.
const HELD_LIMIT: usize = 256 * 1024;

/// One direction. What one `recv` brought is sent to its end before the next is made, but for
/// what is held back.
#[derive(Debug)]
pub(super) struct Flow {
    octets: Vec<u8>,
    /// How many of them have been sent.
    sent: usize,
    /// How many of them may be sent. Those behind are held back.
    free: usize,
    /// How many the last `recv` brought.
    came: usize,
    /// Where the octet stands that comes next.
    offset: u64,
    /// The sender has finished.
    ended: bool,
    /// The receiver was told of that.
    told: bool,
}

impl Flow {
    pub(super) const fn new() -> Self {
        Self {
            octets: Vec::new(),
            sent: 0,
            free: 0,
            came: 0,
            offset: 0,
            ended: false,
            told: false,
        }
    }

    /// One of which these octets came before, up to `offset`. They are held back.
    pub(super) fn holding(octets: Vec<u8>, offset: u64) -> Self {
        Self {
            octets,
            offset,
            ..Self::new()
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

    /// Whether the receiver is to be told now that the sender has finished: it is told once,
    /// when all that came has been sent.
    pub(super) fn ends_now(&mut self) -> bool {
        let now = self.ended && !self.told && self.is_empty() && self.held().is_empty();
        self.told |= now;
        now
    }

    /// Whether the sender is to be received from: nothing waits to be sent.
    pub(super) fn wants_octets(&self) -> bool {
        !self.ended && self.is_empty() && self.held().len() < HELD_LIMIT
    }

    /// Whether everything that may be sent has been.
    pub(super) fn is_empty(&self) -> bool {
        self.rest().is_empty()
    }

    /// What came last.
    pub(super) fn last(&self) -> &[u8] {
        let before = self.octets.len().saturating_sub(self.came);
        self.octets.get(before..).unwrap_or_default()
    }

    /// What may be sent and has not been.
    pub(super) fn rest(&self) -> &[u8] {
        self.octets.get(self.sent..self.free).unwrap_or_default()
    }

    /// What has not been sent, whether it may be or not, and where it begins.
    pub(super) fn unsent(&self) -> (&[u8], u64) {
        let octets = self.octets.get(self.sent..).unwrap_or_default();
        (octets, self.offset.saturating_sub(octets.len() as u64))
    }

    /// What is held back.
    fn held(&self) -> &[u8] {
        self.octets.get(self.free..).unwrap_or_default()
    }

    /// One `recv` of up to `asked` octets, without waiting: how many came. They are held back
    /// until they are freed.
    pub(super) fn receive(&mut self, from: &TcpStream, asked: usize) -> io::Result<usize> {
        self.came = 0;
        let came = if self.held().is_empty() {
            self.octets.clear();
            if self.octets.capacity() != asked {
                self.octets = Vec::with_capacity(asked);
            }
            let room = rustix::buffer::spare_capacity(&mut self.octets);
            (self.sent, self.free) = (0, 0);
            recv(from, room, RecvFlags::DONTWAIT)?.0
        } else {
            self.octets.drain(..self.free);
            (self.sent, self.free) = (0, 0);
            let mut room = Vec::with_capacity(asked);
            let spare = rustix::buffer::spare_capacity(&mut room);
            let came = recv(from, spare, RecvFlags::DONTWAIT)?.0;
            self.octets.append(&mut room);
            came
        };
        self.came = came;
        self.offset += came as u64;
        if came == 0 {
            self.ended = true;
        }
        Ok(came)
    }

    /// Everything that came may be sent.
    pub(super) const fn free(&mut self) {
        self.free = self.octets.len();
    }

    /// What is held back is never sent.
    pub(super) fn discard(&mut self) {
        self.octets.truncate(self.free);
    }

    /// What came before `offset` may be sent.
    pub(super) fn free_before(&mut self, offset: u64) {
        self.free = self.free.max(self.place(offset));
    }

    /// `octets` are to be sent in the place of those at `span`, which are held back.
    pub(super) fn replace(&mut self, span: Span, octets: &[u8]) {
        let held = self.offset.saturating_sub(self.held().len() as u64);
        let (from, to) = (self.place(span.start), self.place(span.end));
        if held <= span.start && from <= to {
            self.octets.splice(from..to, octets.iter().copied());
        }
    }

    /// `octets` are to be sent in the place of what may be sent and has not been. Says where that
    /// stood; what was replaced before counts as what it was replaced by.
    pub(super) fn replace_rest(&mut self, octets: &[u8]) -> Span {
        let (rest, held) = (self.rest().len(), self.held().len());
        let end = self.offset.saturating_sub(held as u64);
        let free = self.free;
        self.octets.splice(self.sent..free, octets.iter().copied());
        self.free = self.sent + octets.len();
        Span::new(end.saturating_sub(rest as u64), end)
    }

    /// Where the octet at `offset` is, or the nearest to it of those that are held back.
    fn place(&self, offset: u64) -> usize {
        let behind = usize::try_from(self.offset.saturating_sub(offset)).unwrap_or(usize::MAX);
        self.octets.len().saturating_sub(behind).max(self.free)
    }

    /// One `send` of up to `most` of what may be sent, without waiting: how many octets the
    /// kernel took.
    pub(super) fn send(&mut self, to: &TcpStream, most: usize) -> io::Result<usize> {
        let rest = self.rest();
        let piece = rest.get(..most).unwrap_or(rest);
        let taken = send(to, piece, SendFlags::DONTWAIT)?;
        self.sent += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(octets: &[u8]) -> &str {
        std::str::from_utf8(octets).unwrap()
    }

    #[test]
    fn what_is_held_back_goes_on_where_it_is_freed_and_as_what_it_was_replaced_by() {
        let mut flow = Flow::holding(b"Host: a\r\n\r\nGET".to_vec(), 114);
        assert!(flow.is_empty());
        flow.replace(Span::new(106, 107), b"dev.example");
        flow.free_before(111);
        assert_eq!(text(flow.rest()), "Host: dev.example\r\n\r\n");
        assert_eq!(text(flow.held()), "GET");
        // What is freed already stays as it is.
        flow.replace(Span::new(100, 104), b"X");
        flow.free_before(3);
        assert_eq!(text(flow.rest()), "Host: dev.example\r\n\r\n");
        flow.free();
        assert_eq!(text(flow.rest()), "Host: dev.example\r\n\r\nGET");
    }
}
