//! From a path below the root to a file that can be sent, by way of what is known of it.
//!
//! Nothing in here knows what a request asked for.

use std::fs::File;
use std::sync::Arc;
use std::time::SystemTime;

use rustix::fs::{Stat, fstat};

use super::cache::{Cache, CachedFile, SMALL};
use super::file_version::{self, FileVersion, Kind};
use super::media_type;
use super::open_file::{Content, OpenFile};
use super::own_type::OwnType;
use super::refusal::Refusal;
use super::root_dir::RootDir;
use super::sample::{Sample, read_start, sample_file};

/// The regular file at `path`, of which a first look said `stat`.
///
/// A small file that is known in this very state is answered without being opened. The look
/// may have followed links anywhere; but what is known was opened below the root, it is
/// the same inode, and nothing about it has changed since, not its links nor who may read it.
pub(super) fn serve(
    root: &RootDir,
    cache: &Cache,
    types: &[OwnType],
    path: &[u8],
    stat: &Stat,
) -> Result<OpenFile, Refusal> {
    // Before the look at the descriptor, so that no change after it can seem old.
    let now = cache.now();
    // Not opened to find out: that would wake whoever waits to write to a FIFO.
    let known = cache.get(path, &regular(stat)?);
    if let Some(known) = &known
        && let Some(octets) = &known.content
    {
        return Ok(known.open_file(Content::Memory(Arc::clone(octets)), now));
    }
    let (file, stat) = root.read(path)?;
    let version = regular(&stat)?;
    match known.filter(|known| known.version == version) {
        Some(known) => Ok(known.open_file(Content::File(file), now)),
        None if version.is_settled(now) => learn(cache, types, path, file, version, now),
        None => describe(path, types, file, &stat, now),
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
    Ok(CachedFile::new(version, path, media_type, None).open_file(Content::File(file), now))
}

/// Reads what is worth keeping of a file that is opened and in the state `file_version`.
fn learn(
    cache: &Cache,
    types: &[OwnType],
    path: &[u8],
    file: File,
    version: FileVersion,
    now: SystemTime,
) -> Result<OpenFile, Refusal> {
    if version.length > SMALL {
        let media_type = media_type::for_path(path, types, || sample_file(&file));
        let known = CachedFile::new(version, path, media_type, None);
        cache.put(&known);
        return Ok(known.open_file(Content::File(file), now));
    }
    let length = usize::try_from(version.length).unwrap_or_default();
    let octets = read_start(&file, length).unwrap_or_default();
    let after = fstat(&file)?;
    if octets.len() != length || FileVersion::from_stat(&after) != version {
        // It changed while it was read: what was read may be half of each.
        return describe(path, types, file, &after, now);
    }
    let media_type = media_type::for_path(path, types, || Sample::from_octets(&octets));
    let octets: Arc<[u8]> = octets.into();
    let known = CachedFile::new(version, path, media_type, Some(Arc::clone(&octets)));
    cache.put(&known);
    Ok(known.open_file(Content::Memory(octets), now))
}

/// The state of what was opened, if it is a regular file.
fn regular(stat: &Stat) -> Result<FileVersion, Refusal> {
    match file_version::kind(stat) {
        Kind::File => Ok(FileVersion::from_stat(stat)),
        Kind::Directory | Kind::Link | Kind::Other => Err(Refusal::NOT_REGULAR),
    }
}

impl CachedFile {
    /// A file in the state that is known at `now`, with `content` to send.
    fn open_file(&self, content: Content, now: SystemTime) -> OpenFile {
        OpenFile {
            path: Arc::clone(&self.path),
            content,
            length: self.version.length,
            modified: self.version.modified(),
            etag: Some(self.version.etag(now)),
            media_type: self.media_type.clone(),
            coding: None,
            varies: false,
        }
    }
}
