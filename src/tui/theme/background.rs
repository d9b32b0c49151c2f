//! What is behind the text of a terminal.

/// What is behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// It is dark.
    Dark,
    /// It is light.
    Light,
}
