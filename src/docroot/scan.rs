//! Reading a directory for a listing: only what would be served is in it.
//!
//! Nothing in here knows how a listing is written.

use rustix::fs::{AtFlags, Dir, FileType, Stat, statat};

use super::file_version::{self, FileVersion, Kind};
use super::listing::{Entry, EntryKind, Listing, Page, Wanted};
use super::refusal::Refusal;
use super::request_path::{Dotfiles, RequestPath, check};
use super::root_dir::RootDir;

/// What is wanted of what is in the directory of this path.
pub(super) fn list(
    root: &RootDir,
    directory: &RequestPath<'_>,
    dotfiles: Dotfiles,
    wanted: Wanted,
) -> Result<Listing, Refusal> {
    let handle = root.list(&directory.relative)?;
    // What is there, is looked at only where that has a say in the order or is shown: in a
    // large directory most of it is neither.
    let by_name = wanted.is_by_name();
    let look = |name: &[u8]| {
        let stat = statat(&handle, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        match file_version::kind(&stat) {
            Kind::Link => entry(name, &root.look(&directory.join(name)).ok()?),
            Kind::File | Kind::Directory | Kind::Other => entry(name, &stat),
        }
    };
    let mut page = Page::new(wanted);
    for found in Dir::read_from(&handle)? {
        let found = found?;
        let name = found.file_name().to_bytes();
        if matches!(name, b"." | b"..") {
            continue;
        }
        if check(&directory.relative, name, dotfiles).is_err() {
            let hidden = dotfiles == Dotfiles::Hidden && name.starts_with(b".");
            if !hidden && name.contains(&b'\\') {
                page.count_backslash();
            }
            continue;
        }
        let known = known(found.file_type()).filter(|_| by_name);
        let entry = match known {
            Some(kind) => Some(Entry {
                name: name.to_vec(),
                kind,
                modified: None,
            }),
            None => look(name),
        };
        if let Some(entry) = entry {
            page.add(entry);
        }
    }
    let mut listing = page.finish(&directory.relative);
    listing.look_at(look);
    Ok(listing)
}

/// What the directory itself says that something in it is, where that settles the matter.
const fn known(kind: FileType) -> Option<EntryKind> {
    match kind {
        FileType::RegularFile => Some(EntryKind::File { length: 0 }),
        FileType::Directory => Some(EntryKind::Directory),
        // A link may lead to either; some file systems say nothing.
        FileType::Symlink
        | FileType::Unknown
        | FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice => None,
    }
}

/// What is listed of something that is no link, or at the end of one.
fn entry(name: &[u8], stat: &Stat) -> Option<Entry> {
    let version = FileVersion::from_stat(stat);
    let kind = match file_version::kind(stat) {
        Kind::Directory => EntryKind::Directory,
        Kind::File => EntryKind::File {
            length: version.length,
        },
        Kind::Link | Kind::Other => return None,
    };
    Some(Entry {
        name: name.to_vec(),
        kind,
        modified: version.modified(),
    })
}
