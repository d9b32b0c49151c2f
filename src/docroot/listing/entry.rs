//! One line of a listing.

use std::time::SystemTime;

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Entry {
    pub(in super::super) name: Vec<u8>,
    pub(in super::super) kind: EntryKind,
    pub(in super::super) modified: Option<SystemTime>,
}

/// What it is, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum EntryKind {
    Directory,
    File { length: u64 },
}
