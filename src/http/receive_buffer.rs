//! The receive buffer: octets that have come and have not been cut off yet.
//!
//! It knows the absolute stream offset of its first octet and nothing of what octets mean.

use alloc::vec::Vec;

use super::span::Span;

/// Octets in the order they came.
#[derive(Debug, Default)]
pub struct ReceiveBuffer {
    /// What was cut off stands before `start`, until its room is needed.
    store: Vec<u8>,
    start: usize,
    /// Stream offset of `store[start]`.
    offset: u64,
}

impl ReceiveBuffer {
    /// Appends a copy of `octets`. What was cut off makes room before any is asked for.
    pub fn append(&mut self, octets: &[u8]) {
        if self.is_empty() {
            self.store.clear();
            self.start = 0;
        } else if self.store.capacity() - self.store.len() < octets.len() {
            self.store.drain(..self.start);
            self.start = 0;
        }
        self.store.extend_from_slice(octets);
    }

    /// Gives back the memory of an empty buffer.
    pub fn give_back(&mut self) {
        if self.is_empty() {
            (self.store, self.start) = (Vec::new(), 0);
        }
    }

    /// What is in the buffer.
    pub fn as_slice(&self) -> &[u8] {
        self.store.get(self.start..).unwrap_or_default()
    }

    /// How many octets are in the buffer.
    pub const fn len(&self) -> usize {
        self.store.len() - self.start
    }

    /// Whether nothing is in the buffer.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stream offsets the buffer holds.
    pub const fn span(&self) -> Span {
        Span::new(self.offset, self.offset + self.len() as u64)
    }

    /// Cuts off the first `n` octets, and returns them. They stay where they are until more
    /// octets come.
    pub fn take(&mut self, n: usize) -> &[u8] {
        let start = self.start;
        let n = n.min(self.len());
        self.start += n;
        self.offset += n as u64;
        self.store.get(start..self.start).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn offsets_count_from_the_first_octet_ever_received() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(b"GET / HTTP/1.1");
        assert_eq!(buffer.take(4), b"GET ");
        assert_eq!(
            (buffer.as_slice(), buffer.span()),
            (&b"/ HTTP/1.1"[..], Span::new(4, 14))
        );
        assert_eq!(buffer.take(10), b"/ HTTP/1.1");
        assert!(buffer.is_empty());
        buffer.append(b"x");
        assert_eq!(buffer.span(), Span::new(14, 15));
    }

    #[test]
    fn what_was_cut_off_makes_room_for_what_comes() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(&[b'a'; 100]);
        assert_eq!(buffer.take(90), [b'a'; 90]);
        let before = buffer.store.capacity();
        buffer.append(&vec![b'b'; before - 10]);
        assert_eq!(buffer.store.capacity(), before, "no more was asked for");
        assert_eq!(buffer.len(), before);
        assert!(buffer.as_slice().starts_with(&[b'a'; 10]));
        buffer.append(&[b'c'; 5000]);
        assert_eq!(buffer.len(), before + 5000);
        assert_eq!(buffer.span().start, 90);
    }

    #[test]
    fn taking_more_than_there_is_empties_it() {
        let mut buffer = ReceiveBuffer::default();
        buffer.append(b"abc");
        assert_eq!(buffer.take(9), b"abc");
        assert!(buffer.is_empty());
        assert_eq!(buffer.span(), Span::new(3, 3));
    }
}
