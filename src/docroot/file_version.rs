//! What tells one state of a file from another, as the file system keeps it.
//!
//! Nothing in here opens anything.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};

/// Which file it is, and which state of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FileVersion {
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

impl FileVersion {
    /// From what `stat` or `fstat` said.
    pub(super) fn from_stat(stat: &Stat) -> Self {
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

    /// Whether the file was left alone for so long, at `now`, that another change is bound to
    /// give it another version. `now` is to be asked before the file system is.
    pub(super) fn is_settled(&self, now: SystemTime) -> bool {
        // How long ago that was, and whether it may still be the same tick of the clock.
        let age = |(seconds, nanoseconds): (i64, u32)| {
            // Linux stamps a file with the time of the last tick, of which there are a hundred
            // a second or more. What has no fraction may come from a file system that keeps
            // none; the clock of FAT ticks every two seconds.
            let tick = if nanoseconds == 0 {
                Duration::from_secs(2)
            } else {
                Duration::from_millis(100)
            };
            let age = now.duration_since(time((seconds, nanoseconds))?).ok()?;
            Some(age > tick)
        };
        // Nobody can set the time of the last change. That of the last modification counts
        // where a file system has but that one; set to one to come, it says nothing.
        age(self.changed) == Some(true) && age(self.modified) != Some(false)
    }

    /// Whether, at `now`, nothing about it has changed for longer than `age`.
    pub(super) fn is_older_than(&self, age: Duration, now: SystemTime) -> bool {
        let left_alone = time(self.changed).and_then(|changed| now.duration_since(changed).ok());
        left_alone.is_some_and(|left_alone| left_alone > age)
    }

    /// Its entity tag (RFC 9110 §8.8.3) at `now`: everything that tells this state of the file
    /// from another, the time of its last change above all. Modification time and length are
    /// the same after `cp -p`, and after many a build that makes what can be made again.
    ///
    /// A strong one where no other state can have it. A file that may still change within the
    /// same tick of the file system's clock (§8.8.1) has a weak one, which is of this instant
    /// and matches no other: whoever asks again is sent the file again.
    pub(super) fn etag(&self, now: SystemTime) -> String {
        let Self {
            device,
            inode,
            length,
            modified: (modified, modified_nanos),
            changed: (changed, changed_nanos),
        } = self;
        let state = format!(
            "{changed:x}.{changed_nanos:x}-{modified:x}.{modified_nanos:x}-{length:x}-{inode:x}-{device:x}"
        );
        if self.is_settled(now) {
            return format!("\"{state}\"");
        }
        let instant = match now.duration_since(UNIX_EPOCH) {
            Ok(since) => since,
            Err(before) => before.duration(),
        };
        format!("W/\"{state}-at-{:x}\"", instant.as_nanos())
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

/// Whether `one` time stands before the `other`, as far as the coarser of the two tells. Tools
/// that set a file's time to that of another keep whole seconds of it, or microseconds
/// (`gzip -k` on macOS).
pub(super) fn is_older(one: SystemTime, other: SystemTime) -> bool {
    let unit = unit(one).max(unit(other));
    let floor = |time| time_floor(time, unit);
    floor(one) < floor(other)
}

/// In how many nanoseconds a time seems to be counted.
fn unit(time: SystemTime) -> u32 {
    let fraction = fraction(time);
    let units = [1_000_000_000, 1_000_000, 1_000];
    let unit = units
        .into_iter()
        .find(|unit| fraction.is_multiple_of(*unit));
    unit.unwrap_or(1)
}

fn time_floor(time: SystemTime, unit: u32) -> Option<SystemTime> {
    time.checked_sub(Duration::from_nanos((fraction(time) % unit).into()))
}

/// The nanoseconds of a time since its second began, before 1970 too.
fn fraction(time: SystemTime) -> u32 {
    const SECOND: u32 = 1_000_000_000;
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.subsec_nanos(),
        Err(before) => (SECOND - before.duration().subsec_nanos()) % SECOND,
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

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: FileVersion = FileVersion {
        device: 1,
        inode: 2,
        length: 3,
        modified: (1_000, 5),
        changed: (2_000, 6),
    };

    fn at(seconds: u64, nanoseconds: u32) -> SystemTime {
        UNIX_EPOCH + Duration::new(seconds, nanoseconds)
    }

    /// `cp -p`, a build that sets dates, a rename into place, another mount: each changes one
    /// thing, and not always the modification time or the length.
    #[test]
    fn whatever_differs_makes_another_entity_tag() {
        let now = at(9_000, 0);
        let tag = VERSION.etag(now);
        assert_eq!(tag, "\"7d0.6-3e8.5-3-2-1\"");
        for other in [
            FileVersion {
                device: 9,
                ..VERSION
            },
            FileVersion {
                inode: 9,
                ..VERSION
            },
            FileVersion {
                length: 9,
                ..VERSION
            },
            FileVersion {
                modified: (9, 5),
                ..VERSION
            },
            FileVersion {
                modified: (1_000, 9),
                ..VERSION
            },
            FileVersion {
                changed: (9, 6),
                ..VERSION
            },
            FileVersion {
                changed: (2_000, 9),
                ..VERSION
            },
        ] {
            assert_ne!(other.etag(now), tag, "{other:?}");
        }
    }

    #[test]
    fn a_file_that_may_still_change_unseen_has_a_weak_tag_that_matches_no_other() {
        let soon = VERSION.etag(at(2_000, 50_000_000));
        assert!(soon.starts_with("W/\"") && soon.ends_with('"'), "{soon}");
        let later = VERSION.etag(at(2_000, 60_000_000));
        let opaque = |tag: &str| tag.trim_start_matches("W/").to_owned();
        assert_ne!(opaque(&soon), opaque(&later));
        assert_ne!(opaque(&soon), opaque(&VERSION.etag(at(3_000, 0))));
        // From the future, or by a clock that was set back: who knows.
        for now in [at(1_999, 0), at(0, 0), UNIX_EPOCH - Duration::from_secs(9)] {
            assert!(VERSION.etag(now).starts_with("W/"));
        }
    }

    #[test]
    fn a_file_is_settled_once_the_clock_that_stamped_it_has_ticked() {
        for (modified, changed, settled_after) in [
            ((1_000, 5), (2_000, 6), Duration::from_millis(100)),
            // Whole seconds: they may be all the file system keeps.
            ((1_000, 5), (2_000, 0), Duration::from_secs(2)),
            ((2_000, 0), (2_000, 6), Duration::from_secs(2)),
            // `touch -d` to a year to come.
            ((9_000_000, 5), (2_000, 6), Duration::from_millis(100)),
        ] {
            let version = FileVersion {
                modified,
                changed,
                ..VERSION
            };
            let settled = at(2_000, 6) + settled_after;
            assert!(
                version.is_settled(settled + Duration::from_millis(1)),
                "{version:?}"
            );
            assert!(
                !version.is_settled(settled - Duration::from_millis(1)),
                "{version:?}"
            );
        }
    }

    #[test]
    fn two_times_are_compared_as_far_as_the_coarser_tells() {
        for (one, other, older) in [
            ((5, 0), (5, 999_999_999), false),
            ((5, 999_999_999), (5, 0), false),
            ((4, 0), (5, 1), true),
            ((5, 1), (5, 2), true),
            ((5, 123_456_000), (5, 123_456_789), false),
            ((5, 123_455_000), (5, 123_456_789), true),
            ((5, 123_000_000), (5, 123_456_789), false),
            ((-5, 0), (-5, 700_000_000), false),
            ((-6, 0), (-5, 700_000_000), true),
            ((-5, 1), (-5, 2), true),
            ((i64::MIN, 0), (i64::MIN, 999_999_999), false),
            ((i64::MIN, 999_999_999), (i64::MAX, 1), true),
        ] {
            if let (Some(one), Some(other)) = (time(one), time(other)) {
                assert_eq!(is_older(one, other), older, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn no_time_in_a_file_system_makes_a_tag_panic() {
        for seconds in [i64::MIN, -50_025_600, -1, 0, i64::MAX] {
            let time = (seconds, 999_999_999);
            let version = FileVersion {
                modified: time,
                changed: time,
                ..VERSION
            };
            for now in [
                UNIX_EPOCH - Duration::from_secs(1),
                UNIX_EPOCH,
                at(9_000, 0),
            ] {
                let tag = version.etag(now);
                assert!(tag.bytes().all(|o| o.is_ascii_graphic()), "{tag}");
            }
        }
    }
}
