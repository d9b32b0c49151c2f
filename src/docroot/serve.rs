//! From a path below the root to a file that can be sent, by way of what is known of it.
//!
//! Nothing in here knows what a request asked for.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::{Stat, fstat};

use super::cache::{Cache, SMALL};
use super::file_version::{self, FileVersion, Kind};
use super::known::{Kept, KnownFile};
use super::media_type;
use super::open_file::{Content, OpenFile};
use super::own_type::OwnType;
use super::refusal::Refusal;
use super::root_dir::{RootDir, stat_anywhere};
use super::sample::{Sample, read_start, sample_file};

/// Where files are looked up, and what is known of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelf<'a> {
    pub(super) root: &'a RootDir,
    /// The root, as it was named.
    pub(super) named: &'a Path,
    pub(super) cache: &'a Cache,
    pub(super) types: &'a [OwnType],
}

impl Shelf<'_> {
    /// The file at `path`, where it is known and in the very state that is known.
    ///
    /// This is one look, by way of the root as it was named, so that another root in its place
    /// is noticed too. It may follow links anywhere; but what is known was opened below the
    /// root, it is the same inode, and nothing about it has changed since, not its links nor
    /// who may read it.
    pub(super) fn recall(self, path: &[u8]) -> Option<OpenFile> {
        let known = self.cache.get(path)?;
        if known.is_due(|| self.cache.clock().now()) {
            return None;
        }
        let stat = stat_anywhere(known.whole_path.as_c_str()).ok()?;
        if regular(&stat).ok()? != known.version {
            return None;
        }
        let content = match &known.kept {
            Kept::Octets(octets) => Content::Memory(Arc::clone(octets)),
            Kept::Descriptor(file) => Content::File(Arc::clone(file)),
            Kept::Nothing => {
                let (file, stat) = self.root.read(path).ok()?;
                (FileVersion::from_stat(&stat) == known.version).then_some(())?;
                Content::File(Arc::new(file))
            }
        };
        Some(open(known, content))
    }

    /// The regular file at `path`, of which a first look said `stat`.
    pub(super) fn serve(self, path: &[u8], stat: &Stat) -> Result<OpenFile, Refusal> {
        // Before the look at the descriptor, so that no change after it can seem old.
        let now = self.cache.clock().now();
        // Not opened to find out: that would wake whoever waits to write to a FIFO.
        regular(stat)?;
        let (file, stat) = self.root.read(path)?;
        let version = regular(&stat)?;
        if version.is_settled(now) {
            self.learn(path, file, version, now)
        } else {
            describe(path, self.types, file, &stat, now)
        }
    }

    /// Keeps what is worth it of a file that is opened and in the state `version`.
    fn learn(
        self,
        path: &[u8],
        file: File,
        version: FileVersion,
        now: SystemTime,
    ) -> Result<OpenFile, Refusal> {
        let keep = |media_type, kept| {
            let known = KnownFile::new(version, self.named, path, media_type, kept, now);
            self.cache.put(&known);
            known
        };
        if version.length > SMALL {
            let media_type = media_type::for_path(path, self.types, || sample_file(&file));
            let known = keep(media_type, Kept::Nothing);
            return Ok(open(known, Content::File(Arc::new(file))));
        }
        // Before it is read, so that no store after it goes unseen.
        let at_rest = self.cache.clock().is_at_rest(&file, &version, now);
        let length = usize::try_from(version.length).unwrap_or_default();
        let octets = read_start(&file, length).unwrap_or_default();
        let after = fstat(&file)?;
        if octets.len() != length || FileVersion::from_stat(&after) != version {
            // It changed while it was read: what was read may be half of each.
            return describe(path, self.types, file, &after, now);
        }
        let media_type = media_type::for_path(path, self.types, || Sample::from_octets(&octets));
        if at_rest {
            let octets: Arc<[u8]> = octets.into();
            let known = keep(media_type, Kept::Octets(Arc::clone(&octets)));
            return Ok(open(known, Content::Memory(octets)));
        }
        if !self.cache.has_room_for_descriptor() {
            return describe(path, self.types, file, &after, now);
        }
        let file = Arc::new(file);
        let known = keep(media_type, Kept::Descriptor(Arc::clone(&file)));
        Ok(open(known, Content::File(file)))
    }
}

/// A file in the state that is known, with `content` to send.
fn open(known: Arc<KnownFile>, content: Content) -> OpenFile {
    known.ask();
    OpenFile {
        path: Arc::clone(&known.path),
        content,
        length: known.version.length,
        modified: known.version.modified(),
        etag: Some(Arc::clone(&known.etag)),
        media_type: known.media_type.clone(),
        coding: None,
        varies: false,
        known: Some(known.into()),
    }
}

/// A file as it is, without keeping anything of it.
pub(super) fn describe(
    path: &[u8],
    types: &[OwnType],
    file: File,
    stat: &Stat,
    now: SystemTime,
) -> Result<OpenFile, Refusal> {
    let version = regular(stat)?;
    let media_type = media_type::for_path(path, types, || sample_file(&file));
    Ok(OpenFile {
        path: path.into(),
        content: Content::File(Arc::new(file)),
        length: version.length,
        modified: version.modified(),
        etag: Some(version.etag(now).into()),
        media_type,
        coding: None,
        varies: false,
        known: None,
    })
}

/// The state of what was opened, if it is a regular file.
fn regular(stat: &Stat) -> Result<FileVersion, Refusal> {
    match file_version::kind(stat) {
        Kind::File => Ok(FileVersion::from_stat(stat)),
        Kind::Directory | Kind::Link | Kind::Other => Err(Refusal::NOT_REGULAR),
    }
}
