//! A recording that goes on, and the question before one.

use std::path::PathBuf;

use super::text_input::TextInput;

/// A recording that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) path: PathBuf,
    /// How many octets of it are written.
    pub(crate) octets: u64,
}

impl Recording {
    pub(crate) const fn new(path: PathBuf) -> Self {
        Self { path, octets: 0 }
    }
}

/// Into which file, and whether secrets are masked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) input: TextInput,
    pub(crate) masked: bool,
}
