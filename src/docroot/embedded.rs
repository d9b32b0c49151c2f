//! The sample site, built into the binary.
//!
//! The same rules as for a directory on disk, without a disk.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use include_dir::{Dir, DirEntry, include_dir};

use super::listing::{self, EntryKind, Listing, Page, Wanted};
use super::media_type;
use super::near::{self, Near};
use super::open_file::{Content, OpenFile};
use super::options::Options;
use super::own_type::OwnType;
use super::refusal::Refusal;
use super::request_path::{Dotfiles, RequestPath};
use super::resolution::Resolution;
use super::sample::Sample;

static SITE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sample_docroot");

/// The sample site.
#[derive(Debug)]
pub(super) struct Embedded {
    entries: BTreeMap<&'static [u8], Entry>,
    /// When the binary was made, which is what its site is as old as.
    modified: Option<SystemTime>,
    options: Options,
}

#[derive(Debug)]
enum Entry {
    Directory,
    File {
        octets: &'static [u8],
        etag: Arc<str>,
        media_type: Cow<'static, str>,
    },
}

impl Embedded {
    pub(super) fn new(options: Options) -> Self {
        let mut entries = BTreeMap::from([(&b""[..], Entry::Directory)]);
        collect(&SITE, &options.types, &mut entries);
        let modified = std::env::current_exe()
            .and_then(std::fs::metadata)
            .and_then(|binary| binary.modified());
        Self {
            entries,
            modified: modified.ok(),
            options,
        }
    }

    pub(super) fn resolve(&self, path: &[u8], query: Option<&[u8]>) -> Result<Resolution, Refusal> {
        let wanted = RequestPath::parse(path, Dotfiles::Hidden)?;
        match self.entries.get(&*wanted.relative) {
            Some(Entry::Directory) if wanted.directory => self.index(&wanted, query),
            Some(Entry::Directory) => Ok(Resolution::Redirect {
                location: wanted.location(query),
                path: (*wanted.relative).into(),
            }),
            Some(Entry::File { .. }) if wanted.directory => Err(Refusal::NO_DIRECTORY),
            Some(Entry::File { .. }) | None => self
                .file(&wanted.relative)
                .map(Resolution::File)
                .ok_or(Refusal::NO_FILE),
        }
    }

    /// What is near to a path that names nothing.
    pub(super) fn near(&self, path: &[u8]) -> Option<Near> {
        let wanted = RequestPath::parse(path, Dotfiles::Hidden).ok()?;
        if self.entries.contains_key(&*wanted.relative) {
            return None;
        }
        let mut path = &*wanted.relative;
        let (parent, name) = loop {
            let (parent, name) = near::split(path);
            if matches!(self.entries.get(parent), Some(Entry::Directory)) {
                break (parent, name);
            }
            path = parent;
        };
        let here = self.entries.keys().filter_map(|key| {
            let (of, name) = near::split(key);
            (of == parent && !name.is_empty()).then(|| name.to_vec())
        });
        Some(near::near(&wanted, parent, name, here))
    }

    /// What stands for a directory.
    fn index(
        &self,
        directory: &RequestPath<'_>,
        query: Option<&[u8]>,
    ) -> Result<Resolution, Refusal> {
        let mut names = self.options.index.iter();
        if let Some(file) = names.find_map(|name| self.file(&directory.join(name.as_bytes()))) {
            return Ok(Resolution::File(file));
        }
        if self.options.listing {
            return Ok(Resolution::Listing(
                self.list(directory, Wanted::from_query(query)),
            ));
        }
        Err(Refusal::NOT_LISTED)
    }

    fn list(&self, directory: &RequestPath<'_>, wanted: Wanted) -> Listing {
        let prefix = directory.join(b"");
        let entries = self.entries.iter().filter_map(|(path, entry)| {
            let name = path.strip_prefix(&*prefix)?;
            let kind = match entry {
                Entry::Directory => EntryKind::Directory,
                Entry::File { octets, .. } => EntryKind::File {
                    length: octets.len() as u64,
                },
            };
            let inside = !name.is_empty() && !name.contains(&b'/');
            inside.then(|| listing::Entry {
                name: name.to_vec(),
                kind,
                modified: self.modified,
            })
        });
        let mut page = Page::new(wanted);
        entries.for_each(|entry| page.add(entry));
        page.finish(&directory.relative)
    }

    /// The file of this path, where it is one.
    pub(super) fn file(&self, path: &[u8]) -> Option<OpenFile> {
        let Some(Entry::File {
            octets,
            etag,
            media_type,
        }) = self.entries.get(path)
        else {
            return None;
        };
        Some(OpenFile {
            path: path.into(),
            content: Content::Static(octets),
            length: octets.len() as u64,
            modified: self.modified,
            etag: Some(Arc::clone(etag)),
            media_type: media_type.clone(),
            coding: None,
            varies: false,
            known: None,
        })
    }
}

fn collect(
    directory: &'static Dir<'static>,
    types: &[OwnType],
    entries: &mut BTreeMap<&'static [u8], Entry>,
) {
    for entry in directory.entries() {
        let path = entry.path().as_os_str().as_encoded_bytes();
        match entry {
            DirEntry::Dir(inner) => {
                entries.insert(path, Entry::Directory);
                collect(inner, types, entries);
            }
            DirEntry::File(file) => {
                let octets = file.contents();
                let entry = Entry::File {
                    octets,
                    etag: format!("\"{:016x}\"", fnv1a(octets)).into(),
                    media_type: media_type::for_path(path, types, || Sample::from_octets(octets)),
                };
                entries.insert(path, entry);
            }
        }
    }
}

/// FNV-1a, 64 bits: the same in every build, and strong enough to tell two states of a page
/// apart where nobody chooses the octets to deceive.
fn fnv1a(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &o| {
        (hash ^ u64::from(o)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_is_the_one_its_authors_publish() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
