//! Reading a directory for a listing: only what would be served is in it.
//!
//! Nothing in here knows how a listing is written.

use rustix::fs::{AtFlags, Dir, Stat, statat};

use super::beneath::Beneath;
use super::listing::{Entry, EntryKind, Listing, Page, Wanted};
use super::refusal::Refusal;
use super::request_path::{Dotfiles, RequestPath, check};
use super::stamp::{self, Kind, Stamp};

/// What is wanted of what is in the directory of this path.
pub(super) fn list(
    root: &Beneath,
    directory: &RequestPath,
    dotfiles: Dotfiles,
    wanted: Wanted,
) -> Result<Listing, Refusal> {
    let handle = root.list(&directory.relative)?;
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
        // What has gone since the directory was read is left out, like what is not served.
        let Ok(stat) = statat(&handle, name, AtFlags::SYMLINK_NOFOLLOW) else {
            continue;
        };
        let entry = match stamp::kind(&stat) {
            Kind::Link => root
                .look(&directory.join(name))
                .ok()
                .and_then(|stat| entry(name, &stat)),
            Kind::File | Kind::Directory | Kind::Other => entry(name, &stat),
        };
        if let Some(entry) = entry {
            page.add(entry);
        }
    }
    Ok(page.finish(&directory.relative))
}

/// What is listed of something that is no link, or at the end of one.
fn entry(name: &[u8], stat: &Stat) -> Option<Entry> {
    let stamp = Stamp::of(stat);
    let kind = match stamp::kind(stat) {
        Kind::Directory => EntryKind::Directory,
        Kind::File => EntryKind::File {
            length: stamp.length,
        },
        Kind::Link | Kind::Other => return None,
    };
    Some(Entry {
        name: name.to_vec(),
        kind,
        modified: stamp.modified(),
    })
}
