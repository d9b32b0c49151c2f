//! How far the records that wait have been folded.

/// Whether folding is up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pile {
    Folded,
    /// The slice was over before the pile was.
    Left,
}
