//! What time it is.

use std::fs::File;
use std::time::SystemTime;

use super::file_version::FileVersion;
use super::written_back::is_written_back;

/// The clock that what the file system stamps is compared with: the one it stamps by, as a
/// rule. Time is not an argument of a request; what depends on it is whether the state of a
/// file can be told from its version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    now: fn() -> SystemTime,
    is_written_back: fn(&File, &FileVersion, SystemTime) -> bool,
}

impl Clock {
    /// The system's.
    pub(super) fn system() -> Self {
        Self {
            now: SystemTime::now,
            is_written_back,
        }
    }

    /// One to which every file has been left alone for an hour, and so was written back.
    #[cfg(test)]
    pub(super) fn in_an_hour() -> Self {
        Self {
            now: || SystemTime::now() + std::time::Duration::from_secs(3600),
            is_written_back: |_, _, _| true,
        }
    }

    pub(super) fn now(self) -> SystemTime {
        (self.now)()
    }

    /// Whether any change of the file from now on changes its version.
    pub(super) fn is_at_rest(self, file: &File, version: &FileVersion, now: SystemTime) -> bool {
        (self.is_written_back)(file, version, now)
    }
}
