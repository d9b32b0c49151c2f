//! Requests a second over the last seconds. The time comes with the counts.

use std::collections::VecDeque;
use std::time::Duration;

/// How many seconds are remembered.
pub(crate) const SECONDS: usize = 16;

/// Requests in each of the last seconds, the newest last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rate {
    seconds: VecDeque<u64>,
    newest: u64,
    total: u64,
}

impl Rate {
    /// Notes how many requests there have been in all at `at`.
    pub(crate) fn note(&mut self, total: u64, at: Duration) {
        self.advance(at);
        if let Some(now) = self.seconds.back_mut() {
            *now += total.saturating_sub(self.total);
        }
        self.total = self.total.max(total);
    }

    /// Lets the seconds up to `at` begin.
    pub(crate) fn advance(&mut self, at: Duration) {
        let second = at.as_secs();
        if self.seconds.is_empty() {
            self.seconds.push_back(0);
            self.newest = second;
        }
        let passed = second.saturating_sub(self.newest).min(SECONDS as u64);
        for _ in 0..passed {
            self.seconds.push_back(0);
        }
        self.newest = self.newest.max(second);
        while self.seconds.len() > SECONDS {
            self.seconds.pop_front();
        }
    }

    pub(crate) fn seconds(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.seconds.iter().copied()
    }

    /// Requests in the last second that is over, or in this one when it has more.
    pub(crate) fn per_second(&self) -> u64 {
        self.seconds().rev().take(2).max().unwrap_or(0)
    }

    /// Whether nothing happened for as long as is remembered.
    pub(crate) fn is_flat(&self) -> bool {
        self.seconds().all(|n| n == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fall_into_their_second() {
        let mut rate = Rate::default();
        rate.note(3, Duration::from_millis(200));
        rate.note(5, Duration::from_millis(900));
        rate.note(6, Duration::from_millis(2100));
        assert_eq!(rate.seconds().collect::<Vec<_>>(), [5, 0, 1]);
        assert_eq!(rate.per_second(), 1);
        rate.advance(Duration::from_secs(1_000_000));
        assert!(rate.is_flat());
        assert_eq!(rate.seconds().count(), SECONDS);
    }
}
