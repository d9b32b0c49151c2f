//! The receive buffer: octets that have come and have not been cut off yet.
//!
//! It knows the absolute stream offset of its first octet and nothing of what octets mean.

use alloc::vec;
use alloc::vec::Vec;

use super::span::Span;

/// Octets in the order they came, with free room behind them for the next `recv`.
#[derive(Debug, Default)]
pub struct ReceiveBuffer {
    /// Always initialised in full, so that `recv` can write into the free room.
    store: Vec<u8>,
    start: usize,
    end: usize,
    /// Stream offset of `store[start]`.
    offset: u64,
}

impl ReceiveBuffer {
    /// Free room for up to `want` octets: `recv` into it, then [`commit`](Self::commit).
    pub fn room(&mut self, want: usize) -> &mut [u8] {
        if self.store.len() - self.end < want {
            self.make_room(want);
        }
        let end = self.end;
        self.store.get_mut(end..end + want).unwrap_or_default()
    }

    /// Moves what is left to the front and grows only when that is not enough.
    fn make_room(&mut self, want: usize) {
        self.store.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let needed = self.end + want;
        if self.store.len() < needed {
            if self.store.is_empty() {
                // Zeroed memory fresh from the system costs nothing until it is touched.
                self.store = vec![0; needed];
            } else {
                self.store.resize(needed.next_power_of_two(), 0);
            }
        }
    }

    /// The first `n` octets of the room now hold what came.
    pub fn commit(&mut self, n: usize) {
        self.end = (self.end + n).min(self.store.len());
    }

    /// Appends a copy of `octets`.
    pub fn append(&mut self, octets: &[u8]) {
        self.room(octets.len()).copy_from_slice(octets);
        self.commit(octets.len());
    }

    /// What is in the buffer.
    pub fn as_slice(&self) -> &[u8] {
        self.store.get(self.start..self.end).unwrap_or_default()
    }

    /// How many octets are in the buffer.
    pub const fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing is in the buffer.
    pub const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The stream offsets the buffer holds.
    pub const fn span(&self) -> Span {
        Span::new(self.offset, self.offset + self.len() as u64)
    }

    /// Cuts off the first `n` octets.
    pub fn consume(&mut self, n: usize) {
        let n = n.min(self.len());
        self.start += n;
        self.offset += n as u64;
        if self.is_empty() {
            self.start = 0;
            self.end = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_from_the_first_octet_ever_received() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(b"GET / HTTP/1.1");
        buffer.consume(4);
        assert_eq!(
            (buffer.as_slice(), buffer.span()),
            (&b"/ HTTP/1.1"[..], Span::new(4, 14))
        );
        buffer.consume(10);
        assert!(buffer.is_empty());
        buffer.append(b"x");
        assert_eq!(buffer.span(), Span::new(14, 15));
    }

    #[test]
    fn room_keeps_what_is_there_and_reuses_what_was_cut_off() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(&[b'a'; 100]);
        buffer.consume(90);
        let before = buffer.store.len();
        assert_eq!(buffer.room(80).len(), 80);
        assert_eq!(buffer.store.len(), before, "what was cut off made the room");
        assert_eq!(buffer.as_slice(), &[b'a'; 10]);
        assert_eq!(buffer.room(5000).len(), 5000);
        assert_eq!(buffer.as_slice(), &[b'a'; 10]);
    }

    #[test]
    fn consuming_more_than_there_is_empties_it() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(b"abc");
        buffer.consume(9);
        assert!(buffer.is_empty());
        assert_eq!(buffer.span(), Span::new(3, 3));
    }
}
