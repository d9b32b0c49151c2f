//! What tells one state of a file from another, as the file system keeps it.
//!
//! Nothing in here opens anything.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};

/// Which file it is, and which state of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    /// How many octets it has.
    pub(super) length: u64,
    modified: (i64, u32),
    /// When anything about it changed, its modification time included: it moves on when a
    /// tool sets the modification time back, and nobody can set it.
    changed: (i64, u32),
}

/// What a name turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    /// A link, where links are not followed.
    Link,
    Other,
}

impl Stamp {
    /// From what `stat` or `fstat` said.
    pub(super) fn of(stat: &Stat) -> Self {
        Self {
            device: number(stat.st_dev),
            inode: number(stat.st_ino),
            length: number(stat.st_size),
            modified: (number(stat.st_mtime), number(stat.st_mtime_nsec)),
            changed: (number(stat.st_ctime), number(stat.st_ctime_nsec)),
        }
    }

    /// Whether both are the same file or directory, in whatever state.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// When it was last modified.
    pub(super) fn modified(&self) -> Option<SystemTime> {
        time(self.modified)
    }

    /// When anything about it last changed.
    pub(super) fn changed(&self) -> Option<SystemTime> {
        time(self.changed)
    }

    /// Its entity tag (RFC 9110 §8.8.3), a strong one: modification time to the nanosecond,
    /// length and inode. Two edits of the same length within one tick of the file system's
    /// clock cannot be told apart by anyone who does not read the file (§8.8.1 says so).
    pub(super) fn etag(&self) -> String {
        let (seconds, nanoseconds) = self.modified;
        format!(
            "\"{seconds:x}.{nanoseconds:x}-{:x}-{:x}\"",
            self.length, self.inode
        )
    }
}

/// What kind of thing `stat` was asked about.
pub(super) fn kind(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Kind::Other,
    }
}

fn time((seconds, nanoseconds): (i64, u32)) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 {
        UNIX_EPOCH.checked_sub(whole)
    } else {
        UNIX_EPOCH.checked_add(whole)
    };
    second?.checked_add(Duration::from_nanos(nanoseconds.into()))
}

/// A number of `struct stat`, whose widths and signs differ from system to system.
fn number<T, U: TryFrom<T> + Default>(number: T) -> U {
    U::try_from(number).unwrap_or_default()
}
