//! A set of numbers most of which follow one another.

/// The numbers, as ranges that neither touch nor overlap, the least first.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids(Vec<(u64, u64)>);

impl Ids {
    pub(super) fn insert(&mut self, id: u64) {
        // The first range that does not end before it.
        let at = self.0.partition_point(|&(_, last)| last < id);
        if self.0.get(at).is_some_and(|&(first, _)| first <= id) {
            return;
        }
        let before = at.checked_sub(1).and_then(|before| self.0.get(before));
        let joins_before = before.is_some_and(|&(_, last)| last.checked_add(1) == Some(id));
        let after = self.0.get(at).map(|&(first, _)| first);
        let joins_after = after.is_some_and(|first| id.checked_add(1) == Some(first));
        match (joins_before, joins_after) {
            (false, false) => self.0.insert(at, (id, id)),
            (true, false) => self.change(at - 1, |(first, _)| (first, id)),
            (false, true) => self.change(at, |(_, last)| (id, last)),
            (true, true) => {
                let (_, last) = self.0.remove(at);
                self.change(at - 1, |(first, _)| (first, last));
            }
        }
    }

    fn change(&mut self, at: usize, to: impl FnOnce((u64, u64)) -> (u64, u64)) {
        if let Some(range) = self.0.get_mut(at) {
            *range = to(*range);
        }
    }

    pub(super) fn contains(&self, id: u64) -> bool {
        self.at_least(id) == Some(id)
    }

    /// The least that is not less than this.
    pub(super) fn at_least(&self, id: u64) -> Option<u64> {
        let at = self.0.partition_point(|&(_, last)| last < id);
        self.0.get(at).map(|&(first, _)| first.max(id))
    }

    /// The greatest that is not greater than this.
    pub(super) fn at_most(&self, id: u64) -> Option<u64> {
        let after = self.0.partition_point(|&(first, _)| first <= id);
        let &(_, last) = self.0.get(after.checked_sub(1)?)?;
        Some(last.min(id))
    }

    /// What it takes in memory, in octets.
    pub(super) fn cost(&self) -> usize {
        self.0.capacity() * size_of::<(u64, u64)>()
    }

    /// No more will come.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(numbers in proptest::collection::vec(prop_oneof![0u64..40, Just(u64::MAX)], 0..60)) {
            let mut ids = Ids::default();
            for &number in &numbers {
                ids.insert(number);
            }
            let set: BTreeSet<u64> = numbers.into_iter().collect();
            for id in (0..41).chain([u64::MAX - 1, u64::MAX]) {
                prop_assert_eq!(ids.contains(id), set.contains(&id));
                prop_assert_eq!(ids.at_least(id), set.range(id..).next().copied());
                prop_assert_eq!(ids.at_most(id), set.range(..=id).next_back().copied());
            }
            let apart = |pair: &[(u64, u64)]| pair[0].1 + 1 < pair[1].0;
            prop_assert!(ids.0.windows(2).all(apart), "{:?}", ids);
        }
    }
}
