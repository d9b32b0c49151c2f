//! Absolute deadlines: dribbling octets buys no time.
//!
//! SO_RCVTIMEO limits one `recv`; a deadline limits the wait as a whole. The socket option
//! is set only when it would be wrong by more than [`SLACK`].

use std::time::{Duration, Instant};

/// How late a deadline may be noticed, to save a system call for each small `recv`.
const SLACK: Duration = Duration::from_millis(100);

/// The longest timeout a socket is given. With none at all, a signal would not pull a worker
/// out of its call (signal(7)).
pub(crate) const LONGEST: Duration = Duration::from_secs(86_400);

/// When a wait ends, and what the socket has been told of it.
#[derive(Debug)]
pub(crate) struct Deadline {
    since: Instant,
    time: Duration,
    told: Option<Duration>,
}

impl Deadline {
    /// A wait of `time`, for ever where that is [`Duration::MAX`], that begins at `now`.
    pub(crate) fn new(now: Instant, time: Duration) -> Self {
        Self {
            since: now,
            time,
            told: None,
        }
    }

    /// Begins another wait.
    pub(crate) fn restart(&mut self, now: Instant, time: Duration) {
        self.since = now;
        self.time = time;
    }

    /// The wait stood still for `time`: it ends that much later.
    pub(crate) fn extend(&mut self, time: Duration) {
        self.since += time;
    }

    /// When the wait ends, if it ever does.
    pub(crate) fn at(&self) -> Option<Instant> {
        self.since.checked_add(self.time)
    }

    /// How long the whole wait is.
    pub(crate) fn time(&self) -> Duration {
        self.time
    }

    /// Whether the wait is over at `now`.
    pub(crate) fn is_past(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= self.time
    }

    /// The timeout the socket must be given before it is waited on at `now`, if that is
    /// another one than it has.
    pub(crate) fn timeout(&mut self, now: Instant) -> Option<Duration> {
        let left = self
            .time
            .saturating_sub(now.saturating_duration_since(self.since))
            .clamp(Duration::from_millis(1), LONGEST);
        if self
            .told
            .is_some_and(|told| told >= left && told.saturating_sub(left) <= SLACK)
        {
            return None;
        }
        self.told = Some(left);
        Some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_absolute_and_the_socket_is_told_only_when_it_matters() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut deadline = Deadline::new(start, Duration::from_secs(1));
        assert_eq!(deadline.timeout(start), Some(Duration::from_secs(1)));
        assert_eq!(deadline.timeout(after(50)), None);
        assert_eq!(
            deadline.timeout(after(600)),
            Some(Duration::from_millis(400))
        );
        assert!(!deadline.is_past(after(999)));
        assert!(deadline.is_past(after(1000)));
        deadline.extend(Duration::from_millis(500));
        assert!(!deadline.is_past(after(1499)));
        assert!(deadline.is_past(after(1500)));
        deadline.restart(after(1000), Duration::from_millis(400));
        assert_eq!(deadline.timeout(after(1000)), None);
        assert_eq!(deadline.at(), Some(after(1400)));
        deadline.restart(after(1000), Duration::MAX);
        assert_eq!(deadline.at(), None);
        deadline.extend(Duration::from_secs(1));
        assert_eq!(deadline.timeout(after(1000)), Some(LONGEST));
        assert!(!deadline.is_past(start + 400 * LONGEST));
    }
}
