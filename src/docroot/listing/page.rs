//! One page of a directory, however large that is.
//!
//! Entries come in the order of the directory, which is none. No more are held than twice what
//! a page holds: what comes behind it in the order that is wanted is let go.

use super::{Counts, Entry, EntryKind, Listing, Wanted};

/// How many entries one page holds.
pub(in super::super) const PAGE: usize = 10_000;

/// A page that is being gathered.
#[derive(Debug)]
pub(in super::super) struct Page {
    wanted: Wanted,
    size: usize,
    kept: Vec<Entry>,
    /// Whether something was let go behind what is kept.
    more: bool,
    counts: Counts,
}

impl Page {
    /// An empty one, of what is wanted.
    pub(in super::super) fn new(wanted: Wanted) -> Self {
        Self::of_size(wanted, PAGE)
    }

    pub(super) fn of_size(wanted: Wanted, size: usize) -> Self {
        Self {
            wanted,
            size,
            kept: Vec::new(),
            more: false,
            counts: Counts::default(),
        }
    }

    /// Something that is in the directory and is served.
    pub(in super::super) fn add(&mut self, entry: Entry) {
        match entry.kind {
            EntryKind::Directory => self.counts.directories += 1,
            EntryKind::File { .. } => self.counts.files += 1,
        }
        let order = self.wanted.order;
        let after = self.wanted.after.as_ref();
        if after.is_some_and(|after| order.compare(&entry, after).is_le()) {
            return;
        }
        self.kept.push(entry);
        if self.kept.len() >= 2 * self.size {
            self.trim();
        }
    }

    /// A name with a backslash in it.
    pub(in super::super) fn count_backslash(&mut self) {
        self.counts.backslashes += 1;
    }

    /// The page of the directory at `path`.
    pub(in super::super) fn finish(mut self, path: &[u8]) -> Listing {
        self.trim();
        let order = self.wanted.order;
        self.kept.sort_unstable_by(|a, b| order.compare(a, b));
        let last = self.kept.last().filter(|_| self.more);
        let next = last.map(|last| order.reference(Some(last)));
        Listing {
            path: path.into(),
            entries: self.kept,
            wanted: self.wanted,
            next,
            counts: self.counts,
        }
    }

    /// Lets go of what does not go on the page.
    fn trim(&mut self) {
        if self.kept.len() > self.size {
            let order = self.wanted.order;
            self.kept
                .select_nth_unstable_by(self.size, |a, b| order.compare(a, b));
            self.kept.truncate(self.size);
            self.more = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::docroot::listing::tests::{listing, listing_of};
    use crate::docroot::listing::{Listing, PAGE};

    fn names(listing: &Listing) -> Vec<String> {
        let name = |entry: &super::Entry| String::from_utf8_lossy(&entry.name).into_owned();
        listing.entries.iter().map(name).collect()
    }

    #[test]
    fn it_is_sorted_as_the_query_says() {
        let entries: [(&[u8], _, _); 5] = [
            (b"b", Some(1), 30),
            (b"C", Some(3), 10),
            (b"a", Some(2), 20),
            (b"z", None, 0),
            (b"y", None, 5),
        ];
        for (query, expected) in [
            ("", "y z a b C"),
            ("sort=name", "y z a b C"),
            ("sort=-name", "z y C b a"),
            ("sort=size", "y z b a C"),
            ("sort=-size", "z y C a b"),
            ("sort=time", "z y C a b"),
            ("sort=-time", "y z b a C"),
            ("x=1&sort=size", "y z b a C"),
            ("sort=colour", "y z a b C"),
            ("sort=-", "y z a b C"),
            ("after=f.a", "b C"),
            // It need not be there.
            ("after=f.aa", "b C"),
            ("sort=-size&after=f2.a", "b"),
            ("after=f.zz", ""),
        ] {
            let listing = listing_of("", &entries, query, PAGE);
            assert_eq!(names(&listing).join(" "), expected, "{query:?}");
        }
    }

    #[test]
    fn a_page_says_what_the_whole_directory_has() {
        let entries: [(&[u8], _, _); 4] = [
            (b"a", Some(1), 0),
            (b"b", Some(1), 0),
            (b"c", Some(1), 0),
            (b"d", None, 0),
        ];
        let page = listing_of("", &entries, "after=d.d", 2);
        assert_eq!((page.counts.directories, page.counts.files), (1, 3));
        assert_eq!(names(&page), ["a", "b"]);
        assert!(!page.is_whole());
        assert_eq!(page.next.clone().unwrap(), "?sort=name&after=f.b");
        assert_eq!(page.first().unwrap(), "?sort=name");
        let all = listing("", &entries);
        assert!(all.is_whole() && all.next.is_none() && all.first().is_none());
        // Exactly as many as go on a page.
        assert!(listing_of("", &entries, "", 4).is_whole());
    }

    proptest! {
        /// From page to page, every entry comes once, in order, whatever the order of the
        /// directory is.
        #[test]
        fn the_pages_together_are_the_directory(
            found in proptest::collection::btree_map(
                "[a-cA-C%&.\u{e9} ]{1,3}",
                (proptest::option::of(0_u64..4), 0_u64..4),
                0..40,
            ),
            size in 1_usize..8,
            order in "-?(name|size|time)",
        ) {
            let entries: Vec<(&[u8], Option<u64>, u64)> = found
                .iter()
                .map(|(name, (length, time))| (name.as_bytes(), *length, *time))
                .collect();
            let query = format!("sort={order}");
            let whole = names(&listing_of("", &entries, &query, PAGE));
            let mut paged = Vec::new();
            let mut next = Some(format!("?{query}"));
            while let Some(reference) = next {
                let page = listing_of("", &entries, reference.strip_prefix('?').unwrap(), size);
                prop_assert!(page.entries.len() <= size && !page.entries.is_empty() || entries.is_empty());
                paged.extend(names(&page));
                prop_assert!(paged.len() <= whole.len());
                next = page.next;
            }
            prop_assert_eq!(paged, whole);
        }
    }
}
