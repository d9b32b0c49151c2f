//! Layer 0: one thing in several copies, of which every thread has its own, so that threads on
//! different processors do not wait for each other's cache lines.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crossbeam_utils::CachePadded;

/// How many copies there are at most.
const MOST: usize = 8;

/// A value in as many copies as there are processors, up to a few.
#[derive(Debug)]
pub(crate) struct Spread<T> {
    first: Box<CachePadded<T>>,
    others: Box<[CachePadded<T>]>,
}

impl<T> Spread<T> {
    /// Copies that `make` makes, one after the other.
    pub(crate) fn new(mut make: impl FnMut() -> T) -> Self {
        Self {
            first: Box::new(CachePadded::new(make())),
            others: (1..copies()).map(|_| CachePadded::new(make())).collect(),
        }
    }

    /// The copy of the calling thread. Another thread may have the same one, where there are
    /// more of them than copies.
    pub(crate) fn mine(&self) -> &T {
        let at = number() % (1 + self.others.len());
        let other = at.checked_sub(1).and_then(|at| self.others.get(at));
        other.unwrap_or(&self.first)
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        std::iter::once(&*self.first)
            .chain(&self.others)
            .map(|copy| &**copy)
    }
}

impl<T: Default> Default for Spread<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

/// How many copies there are.
pub(crate) fn copies() -> usize {
    // To find that out takes several system calls.
    static COPIES: OnceLock<usize> = OnceLock::new();
    *COPIES.get_or_init(|| {
        let processors = std::thread::available_parallelism();
        processors.map_or(1, usize::from).min(MOST)
    })
}

/// Which thread this is, counted from 0 in the order they first asked.
fn number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Relaxed);
    }
    NUMBER.with(|number| *number)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn a_thread_keeps_its_copy_and_together_they_are_the_whole() {
        let counts = Spread::<AtomicU64>::default();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let mine = counts.mine();
                    for _ in 0..100 {
                        counts.mine().fetch_add(1, Relaxed);
                        assert!(std::ptr::eq(mine, counts.mine()));
                    }
                });
            }
        });
        let sum: u64 = counts.all().map(|count| count.load(Relaxed)).sum();
        assert_eq!(sum, 2000);
        assert_eq!(counts.all().count(), copies());
    }
}
