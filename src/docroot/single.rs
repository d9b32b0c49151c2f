//! A document root that is one file, served at `/` and at its name.
//!
//! The operator named this file, so whatever it is called and wherever it leads, it is meant.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::clock::Clock;
use super::open_file::OpenFile;
use super::own_type::OwnType;
use super::refusal::Refusal;
use super::request_path::{Dotfiles, RequestPath};
use super::resolution::Resolution;
use super::root_dir::read_anywhere;
use super::serve::describe;

/// One file that is served.
#[derive(Debug)]
pub(super) struct Single {
    path: PathBuf,
    name: Vec<u8>,
    label: String,
    types: Vec<OwnType>,
}

impl Single {
    pub(super) fn open(path: &Path, types: Vec<OwnType>) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let canonical = path.canonicalize()?;
        // Only to see that it can be read: each request opens it anew, so that an edit that
        // replaces the file is served.
        read_anywhere(&path)?;
        let name = path.file_name().or(canonical.file_name());
        Ok(Self {
            name: name
                .map(|name| name.as_bytes().to_vec())
                .unwrap_or_default(),
            label: canonical.display().to_string(),
            path,
            types,
        })
    }

    pub(super) fn label(&self) -> String {
        self.label.clone()
    }

    pub(super) fn resolve(&self, path: &[u8]) -> Result<Resolution, Refusal> {
        let wanted = RequestPath::parse(path, Dotfiles::Served)?;
        let root = wanted.relative.is_empty();
        if !root && (wanted.directory || *wanted.relative != *self.name) {
            return Err(Refusal::vacant("only one file is served, at /"));
        }
        self.file().map(Resolution::File)
    }

    /// The file as it is now.
    pub(super) fn file(&self) -> Result<OpenFile, Refusal> {
        let now = Clock::system().now();
        let (file, stat) = read_anywhere(&self.path)?;
        describe(&self.name, &self.types, file, &stat, now)
    }
}
