//! Layer 1: sessions that were recorded, as a source of records; and any part of them read
//! once more.
//!
//! A session is read from its beginning to its end, once, and told like what a server tells.
//! What the history has no room for is gone from it, but not from the file. While it is read,
//! an [index](index::Index) is made of it: where each piece of some thousand records begins,
//! which connections it tells of, and what those that were open had come to. A moment that is
//! asked for later is folded from there ([`crate::trace::Window`]), with what was told right
//! before and after it.
//!
//! The index is not written into the file. So every file has one, however it ended and whoever
//! wrote it; none can have a wrong one; and to record costs nothing more. It has a share of the
//! memory of the history: where that is used up, what stood is kept of fewer pieces.

mod ids;
mod index;
mod stored;

#[cfg(test)]
mod tests;

pub use self::index::Index;
pub use self::stored::Stored;
