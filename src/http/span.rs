//! Where something stands in the octets a peer has sent.

use core::ops::Range;

/// A run of octets `start..end`, counted from the first octet the connection received.
///
/// Offsets are absolute: they do not change when the receive buffer moves its contents,
/// so an event, a diagnosis and a cell on the screen can all name the same octet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// Offset of the first octet.
    pub start: u64,
    /// Offset one past the last octet.
    pub end: u64,
}

impl Span {
    /// The octets `start..end`.
    pub const fn new(start: u64, end: u64) -> Self {
        Self { start, end }
    }

    /// The single octet at `offset`.
    pub const fn octet(offset: u64) -> Self {
        Self::new(offset, offset + 1)
    }

    /// How many octets.
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether the octet at `offset` is one of these.
    pub const fn contains(self, offset: u64) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A part of a head, counted from the first octet of that head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Part {
    /// First octet.
    pub start: u32,
    /// One past the last octet.
    pub end: u32,
}

impl Part {
    /// The octets `start..end` of a head. A head never passes 64 KiB (the limit is checked
    /// before the buffer grows), so the conversion never cuts anything off.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// How many octets.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// As a slice index.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The same octets, counted from the start of the connection.
    pub const fn at(self, base: u64) -> Span {
        Span::new(base + self.start as u64, base + self.end as u64)
    }
}
