//! Numbers for traces and spans, which nobody else has.

use std::hash::{BuildHasher as _, RandomState};

/// Numbers that look random, from a key of this run.
#[derive(Debug, Default)]
pub(super) struct Ids {
    key: RandomState,
    taken: u64,
}

impl Ids {
    fn next(&mut self) -> u64 {
        self.taken = self.taken.wrapping_add(1);
        // Zero stands for none.
        self.key.hash_one(self.taken).max(1)
    }

    pub(super) fn span(&mut self) -> [u8; 8] {
        self.next().to_be_bytes()
    }

    pub(super) fn trace(&mut self) -> [u8; 16] {
        let both = u128::from(self.next()) << 64 | u128::from(self.next());
        both.to_be_bytes()
    }
}
