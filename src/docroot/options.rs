//! What the operator wants of a document root.

use super::own_type::OwnType;

/// What of a document root is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The names of the files that stand for their directory, the preferred one first.
    pub index: Vec<String>,
    /// Whether names that begin with a dot are served.
    pub all: bool,
    /// Whether links may lead out of the root.
    pub follow_links: bool,
    /// Whether a directory without an index is listed.
    pub listing: bool,
    /// The file, by its path below the root, that stands for paths inside an application,
    /// where nothing else is.
    pub fallback: Option<String>,
    /// The media types that the operator gives to names, of which the last that fits counts.
    pub types: Vec<OwnType>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            index: vec!["index.html".into()],
            all: false,
            follow_links: false,
            listing: true,
            fallback: None,
            types: Vec::new(),
        }
    }
}
