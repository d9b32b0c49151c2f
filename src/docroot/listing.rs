//! What is in a directory that no index file stands for: as a page (`html`) or as JSON.
//!
//! Nothing in here reads a directory; what is in one comes in. Names are what whoever filled
//! the directory made them, so each is written through `text`.

mod entry;
mod html;
mod json;
mod order;
mod page;
mod text;

use std::sync::Arc;

pub(super) use entry::{Entry, EntryKind};
pub(super) use order::Wanted;
#[cfg(test)]
pub(super) use page::PAGE;
pub(super) use page::Page;

/// A directory that is listed, or so much of it as one page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its path below the root, without a slash in front or behind.
    pub path: Arc<[u8]>,
    /// What is in it and served, in the order that was asked for.
    entries: Vec<Entry>,
    wanted: Wanted,
    /// A reference to what comes behind the last entry, if something does.
    next: Option<String>,
    counts: Counts,
}

/// What there is in the whole of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    directories: usize,
    files: usize,
    /// Names with a backslash in them, which are not served.
    backslashes: usize,
}

impl Listing {
    /// Whether everything that is in the directory is here.
    fn is_whole(&self) -> bool {
        self.wanted.after.is_none() && self.next.is_none()
    }

    /// Looks at the entries of which no more is known than name and kind. What has gone since
    /// the directory was read is left out.
    pub(super) fn look_at(&mut self, mut look: impl FnMut(&[u8]) -> Option<Entry>) {
        self.entries.retain_mut(|entry| {
            if entry.modified.is_none() {
                let Some(seen) = look(&entry.name) else {
                    return false;
                };
                *entry = seen;
            }
            true
        });
    }

    /// A reference to where the directory begins, if that is not here.
    fn first(&self) -> Option<String> {
        let begins = self.wanted.after.is_none();
        (!begins).then(|| self.wanted.order.reference(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    pub(super) fn entry(&(name, length, seconds): &(&[u8], Option<u64>, u64)) -> Entry {
        Entry {
            name: name.to_vec(),
            kind: length.map_or(EntryKind::Directory, |length| EntryKind::File { length }),
            modified: Some(UNIX_EPOCH + Duration::from_secs(seconds)),
        }
    }

    /// A directory of these names, lengths and times, as `query` asks for it, where so many go
    /// on one page.
    pub(super) fn listing_of(
        path: &str,
        entries: &[(&[u8], Option<u64>, u64)],
        query: &str,
        size: usize,
    ) -> Listing {
        let mut page = Page::of_size(Wanted::from_query(Some(query.as_bytes())), size);
        for found in entries {
            page.add(entry(found));
        }
        page.finish(path.as_bytes())
    }

    pub(super) fn listing(path: &str, entries: &[(&[u8], Option<u64>, u64)]) -> Listing {
        listing_of(path, entries, "", PAGE)
    }
}
