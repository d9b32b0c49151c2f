//! What is in a directory that no index file stands for, as a page or as JSON.
//!
//! Nothing in here reads a directory; what is in one comes in. Names are what whoever filled
//! the directory made them, so each is written through `text`.

mod html;
mod json;
mod text;

use std::cmp::Ordering;
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use text::escape_html;

/// How many entries are listed. A page of more is no use to anyone, and makes one request
/// cost as much as thousands.
pub(super) const LIMIT: usize = 10_000;

/// A directory that is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its path beneath the root, without a slash in front or behind.
    pub path: Arc<[u8]>,
    /// What is in it and served, in no order.
    pub(super) entries: Vec<Entry>,
    /// Whether that is all.
    pub(super) complete: bool,
}

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) kind: EntryKind,
    pub(super) modified: Option<SystemTime>,
}

/// What it is, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EntryKind {
    Directory,
    File { length: u64 },
}

impl Listing {
    /// A page, sorted as `query` says: `sort=name`, `size` or `time`, with `-` before it for
    /// the other way round.
    pub fn html(&self, query: Option<&[u8]>) -> String {
        html::write(self, Sort::of(query))
    }

    /// The same as JSON.
    pub fn json(&self, query: Option<&[u8]>) -> String {
        json::write(self, Sort::of(query))
    }

    fn sorted(&self, sort: Sort) -> Vec<&Entry> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by(|a, b| sort.compare(a, b));
        entries
    }
}

/// What a listing is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Name,
    Size,
    Time,
}

/// How a listing is sorted; directories stand first in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sort {
    key: Key,
    descending: bool,
}

impl Sort {
    /// What a query asks for; by name where it asks for nothing that is known.
    fn of(query: Option<&[u8]>) -> Self {
        let asked = query
            .unwrap_or_default()
            .split(|&o| o == b'&')
            .find_map(|pair| pair.strip_prefix(b"sort="))
            .unwrap_or_default();
        let (descending, name) = match asked {
            [b'-', name @ ..] => (true, name),
            name => (false, name),
        };
        match name {
            b"size" => Self::new(Key::Size, descending),
            b"time" => Self::new(Key::Time, descending),
            b"name" => Self::new(Key::Name, descending),
            _ => Self::new(Key::Name, false),
        }
    }

    const fn new(key: Key, descending: bool) -> Self {
        Self { key, descending }
    }

    fn compare(self, a: &Entry, b: &Entry) -> Ordering {
        let is_file = |entry: &Entry| matches!(entry.kind, EntryKind::File { .. });
        let by_key = match self.key {
            Key::Name => Ordering::Equal,
            Key::Size => a.kind.cmp(&b.kind),
            Key::Time => a.modified.cmp(&b.modified),
        };
        let ordered = by_key.then_with(|| by_name(&a.name, &b.name));
        is_file(a).cmp(&is_file(b)).then(if self.descending {
            ordered.reverse()
        } else {
            ordered
        })
    }
}

/// Without regard to case first, and by the octets where that makes no difference.
fn by_name(a: &[u8], b: &[u8]) -> Ordering {
    let folded = |name: &[u8]| name.iter().map(u8::to_ascii_lowercase).collect::<Vec<_>>();
    folded(a).cmp(&folded(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    pub(super) fn listing(path: &str, entries: &[(&[u8], Option<u64>, u64)]) -> Listing {
        Listing {
            path: path.as_bytes().into(),
            entries: entries
                .iter()
                .map(|&(name, length, seconds)| Entry {
                    name: name.to_vec(),
                    kind: length.map_or(EntryKind::Directory, |length| EntryKind::File { length }),
                    modified: Some(UNIX_EPOCH + Duration::from_secs(seconds)),
                })
                .collect(),
            complete: true,
        }
    }

    #[test]
    fn it_is_sorted_as_the_query_says() {
        let listing = listing(
            "",
            &[
                (b"b", Some(1), 30),
                (b"C", Some(3), 10),
                (b"a", Some(2), 20),
                (b"z", None, 0),
                (b"y", None, 5),
            ],
        );
        for (query, expected) in [
            (None, "y z a b C"),
            (Some("sort=name"), "y z a b C"),
            (Some("sort=-name"), "z y C b a"),
            (Some("sort=size"), "y z b a C"),
            (Some("sort=-size"), "z y C a b"),
            (Some("sort=time"), "z y C a b"),
            (Some("sort=-time"), "y z b a C"),
            (Some("x=1&sort=size"), "y z b a C"),
            (Some("sort=colour"), "y z a b C"),
            (Some("sort=-"), "y z a b C"),
            (Some(""), "y z a b C"),
        ] {
            let names: Vec<_> = listing
                .sorted(Sort::of(query.map(str::as_bytes)))
                .into_iter()
                .map(|entry| String::from_utf8_lossy(&entry.name))
                .collect();
            assert_eq!(names.join(" "), expected, "{query:?}");
        }
    }
}
