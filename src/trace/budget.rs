//! How much memory the history may take.

/// How much the history may hold, in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget(pub(super) usize);

impl Budget {
    /// For a history that takes so much memory. A heap from which pieces of many sizes come
    /// and go has holes: up to a quarter was measured (`benches/history.rs`), and half of
    /// that is allowed for.
    pub(crate) const fn from_memory(octets: usize) -> Self {
        Self(octets / 8 * 7)
    }

    /// For one of two histories.
    pub(crate) const fn half(self) -> Self {
        Self(self.0 / 2)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::from_memory(256 << 20)
    }
}
