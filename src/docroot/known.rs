//! What is known of a file in one state, and what was made of it.
//!
//! Nothing in here opens or looks at a file.

use std::borrow::Cow;
use std::ffi::CString;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::file_version::FileVersion;
use crate::http::ContentCoding;

/// How long it counts that nothing lies ready in a coding, or that a file waits to be written
/// back. Whoever comes in that time gets the file as it is, in a way that is a little dearer.
const MOMENT: Duration = Duration::from_secs(1);

/// What is known of a file in one state.
#[derive(Debug)]
pub(super) struct KnownFile {
    pub(super) version: FileVersion,
    /// Its path below the root.
    pub(super) path: Arc<[u8]>,
    /// Where it is, from the top of the file system, by way of the root as it was named.
    pub(super) whole_path: CString,
    pub(super) media_type: Cow<'static, str>,
    pub(super) etag: Arc<str>,
    pub(super) kept: Kept,
    /// When this was found out.
    since: u64,
    /// When it was last looked for the file in each coding, and there was none.
    without: [AtomicU64; ContentCoding::ALL.len()],
    /// Whether it was asked for since the last sweep.
    asked: AtomicBool,
    note: OnceLock<Box<[u8]>>,
}

/// What is kept to be sent.
#[derive(Debug)]
pub(super) enum Kept {
    /// Its octets: any change from now on changes its version.
    Octets(Arc<[u8]>),
    /// Its descriptor, which it is read from each time. It is small, and may be changed without
    /// its version saying so.
    Descriptor(Arc<File>),
    /// Nothing: it is long, and opened each time.
    Nothing,
}

/// What is known of a file, for whoever sends it.
#[derive(Debug, Clone)]
pub struct Known(Arc<KnownFile>);

impl From<Arc<KnownFile>> for Known {
    fn from(known: Arc<KnownFile>) -> Self {
        Self(known)
    }
}

impl Known {
    /// A place for what is made of this version of the file and is the same each time.
    pub fn note(&self) -> &OnceLock<Box<[u8]>> {
        &self.0.note
    }

    /// Whether it was found at `now`, a moment ago, that the file is not there in this coding.
    pub(super) fn is_without(&self, coding: usize, now: SystemTime) -> bool {
        let noted = self.0.without.get(coding);
        noted.is_some_and(|noted| is_recent(noted.load(Relaxed), now))
    }

    /// Remembers that the file is not there in this coding.
    pub(super) fn note_without(&self, coding: usize, now: SystemTime) {
        if let Some(noted) = self.0.without.get(coding) {
            noted.store(millis(now), Relaxed);
        }
    }
}

impl KnownFile {
    /// What is found out at `now` of the file at `path` below the root, of which `kept` is kept.
    pub(super) fn new(
        version: FileVersion,
        root: &Path,
        path: &[u8],
        media_type: Cow<'static, str>,
        kept: Kept,
        now: SystemTime,
    ) -> Arc<Self> {
        let whole_path = root.join(std::ffi::OsStr::from_bytes(path));
        Arc::new(Self {
            version,
            path: path.into(),
            // No name has a NUL in it, and an empty one names nothing.
            whole_path: CString::new(whole_path.into_os_string().into_encoded_bytes())
                .unwrap_or_default(),
            media_type,
            etag: version.etag(now).into(),
            kept,
            since: millis(now),
            without: Default::default(),
            asked: AtomicBool::new(false),
            note: OnceLock::new(),
        })
    }

    /// Whether it has to be found out anew `now`, though nothing seems to have changed:
    /// octets could be kept of a file that has been written back.
    pub(super) fn is_due(&self, now: impl Fn() -> SystemTime) -> bool {
        match self.kept {
            Kept::Descriptor(_) => !is_recent(self.since, now()),
            Kept::Octets(_) | Kept::Nothing => false,
        }
    }

    /// Whether it was asked for since this was asked last.
    pub(super) fn was_asked_for(&self) -> bool {
        self.asked.swap(false, Relaxed)
    }

    /// It is asked for.
    pub(super) fn ask(&self) {
        // A store to a line that every thread reads is worth avoiding.
        if !self.asked.load(Relaxed) {
            self.asked.store(true, Relaxed);
        }
    }
}

/// Whether what was noted at that time still counts. It does not where the clock was set back.
fn is_recent(noted: u64, now: SystemTime) -> bool {
    let age = millis(now).checked_sub(noted).map(Duration::from_millis);
    age.is_some_and(|age| age < MOMENT)
}

/// The time, in milliseconds since 1970: 0 is of no time that is.
fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    fn known(kept: Kept) -> Arc<KnownFile> {
        let stat = rustix::fs::stat("/dev/null").unwrap();
        let version = FileVersion::from_stat(&stat);
        let media_type = "text/plain".into();
        KnownFile::new(version, Path::new("/"), b"f", media_type, kept, at(5_000))
    }

    #[test]
    fn that_it_is_not_there_in_a_coding_counts_for_a_moment() {
        let known = Known(known(Kept::Nothing));
        assert!(!known.is_without(0, at(5_000)));
        known.note_without(0, at(5_000));
        for (now, counts) in [
            (5_000, true),
            (5_999, true),
            (6_000, false),
            // The clock was set back.
            (4_999, false),
            (0, false),
        ] {
            assert_eq!(known.is_without(0, at(now)), counts, "{now}");
        }
        assert!(
            !known.is_without(1, at(5_000)),
            "of the other nothing is known"
        );
    }

    #[test]
    fn what_may_change_unseen_is_found_out_anew_after_a_moment() {
        let file = Arc::new(File::open("/dev/null").unwrap());
        let unwritten = known(Kept::Descriptor(file));
        assert!(!unwritten.is_due(|| at(5_999)));
        assert!(unwritten.is_due(|| at(6_000)));
        assert!(unwritten.is_due(|| at(4_000)));
        let kept = known(Kept::Octets([].into()));
        assert!(!kept.is_due(|| at(1_000_000)));
    }
}
