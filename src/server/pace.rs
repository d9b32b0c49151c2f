//! How slowly a peer may receive: how long it may take nothing at all, and how little it may
//! take in a while.
//!
//! Only time in which there was something to take counts: not that in which the connection was
//! held, or slowed down by this server. What counts as taken is what the peer's system has
//! acknowledged, where that is known; a send buffer may hold what a slow reader takes in
//! minutes.

use std::num::NonZeroU64;
use std::time::{Duration, Instant};

/// The least rate is measured over this much time, again and again.
pub(super) const WINDOW: Duration = Duration::from_secs(5);

/// What is to be thought of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    GoOn,
    /// It took nothing for too long.
    Stalled,
    /// It took less than it must.
    TooSlow,
}

/// How a peer receives.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How long it may take nothing.
    stall: Duration,
    /// How many octets a second it must take.
    least: Option<NonZeroU64>,
    measured: Option<Measured>,
}

/// What is measured while a response is being sent.
#[derive(Debug)]
struct Measured {
    /// When it took something last.
    progress: Instant,
    /// When the window began, and how much had been taken by then.
    window: Instant,
    taken: u64,
}

impl Pace {
    pub(super) const fn new(stall: Duration, least: Option<NonZeroU64>) -> Self {
        Self {
            stall,
            least,
            measured: None,
        }
    }

    /// Begins to measure at `now`, if that has not begun. `taken` is how much has been taken in
    /// all so far.
    pub(super) fn begin(&mut self, now: Instant, taken: impl FnOnce() -> u64) {
        if self.measured.is_none() {
            self.measured = Some(Measured {
                progress: now,
                window: now,
                taken: if self.least.is_some() { taken() } else { 0 },
            });
        }
    }

    /// The response is sent, or will not be.
    pub(super) fn end(&mut self) {
        self.measured = None;
    }

    /// This much time does not count.
    pub(super) fn stood(&mut self, time: Duration) {
        if let Some(measured) = &mut self.measured {
            measured.progress += time;
            measured.window += time;
        }
    }

    /// A call took octets.
    pub(super) fn progressed(&mut self, now: Instant) {
        if let Some(measured) = &mut self.measured {
            measured.progress = now;
        }
    }

    /// What is to be thought of the peer at `now`.
    pub(super) fn judge(&mut self, now: Instant, taken: impl FnOnce() -> u64) -> Verdict {
        let Some(measured) = &mut self.measured else {
            return Verdict::GoOn;
        };
        if now.saturating_duration_since(measured.progress) >= self.stall {
            return Verdict::Stalled;
        }
        let time = now.saturating_duration_since(measured.window);
        let Some(least) = self.least.filter(|_| time >= WINDOW) else {
            return Verdict::GoOn;
        };
        let taken = taken();
        let got = u128::from(taken.saturating_sub(measured.taken));
        (measured.window, measured.taken) = (now, taken);
        if got * 1000 < u128::from(least.get()) * time.as_millis() {
            Verdict::TooSlow
        } else {
            Verdict::GoOn
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_must_take_something_in_time_and_so_much_in_each_window() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut pace = Pace::new(Duration::from_secs(8), NonZeroU64::new(100));
        assert_eq!(
            pace.judge(after(99), || 0),
            Verdict::GoOn,
            "nothing is sent"
        );
        pace.begin(start, || 1000);
        assert_eq!(pace.judge(after(4), || 1000), Verdict::GoOn);
        assert_eq!(pace.judge(after(5), || 1500), Verdict::GoOn);
        // What was taken before does not help later.
        assert_eq!(pace.judge(after(7), || 1500), Verdict::GoOn);
        assert_eq!(pace.judge(after(8), || 9999), Verdict::Stalled);
        pace.progressed(after(7));
        assert_eq!(pace.judge(after(10), || 1999), Verdict::TooSlow);
    }

    #[test]
    fn time_in_which_it_was_held_does_not_count() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut pace = Pace::new(Duration::from_secs(8), NonZeroU64::new(100));
        pace.begin(start, || 0);
        pace.stood(Duration::from_secs(60));
        assert_eq!(pace.judge(after(64), || 0), Verdict::GoOn);
        assert_eq!(pace.judge(after(65), || 499), Verdict::TooSlow);
        pace.end();
        let mut patient = Pace::new(Duration::MAX, None);
        patient.begin(start, || unreachable!("nobody asks for a rate"));
        assert_eq!(patient.judge(after(1 << 20), || 0), Verdict::GoOn);
    }
}
