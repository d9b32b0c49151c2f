//! The counts of everything that happened, on all connections together.

/// Counts of everything that happened, exact at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Connections accepted.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Responses begun, by the first digit of their status (index 1 to 5).
    pub statuses: [u64; 6],
    /// Octets received.
    pub received: u64,
    /// Octets sent.
    pub sent: u64,
    /// Requests refused.
    pub refused: u64,
    /// Records counted and not shown.
    pub left_out: u64,
}

impl Totals {
    /// Responses begun.
    pub fn requests(&self) -> u64 {
        self.statuses.iter().sum()
    }
}
