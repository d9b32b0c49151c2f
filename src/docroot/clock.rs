//! What time it is.

use std::time::SystemTime;

/// The clock that what the file system stamps is compared with: the one it stamps by, as a
/// rule. Time is not an argument of a request; what depends on it is whether the state of a
/// file can be told from its version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(fn() -> SystemTime);

impl Clock {
    /// The system's.
    pub(super) fn system() -> Self {
        Self(SystemTime::now)
    }

    /// One to which every file has been left alone for an hour.
    #[cfg(test)]
    pub(super) fn in_an_hour() -> Self {
        Self(|| SystemTime::now() + std::time::Duration::from_secs(3600))
    }

    pub(super) fn now(self) -> SystemTime {
        (self.0)()
    }
}
