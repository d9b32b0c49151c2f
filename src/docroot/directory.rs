//! A document root that is a directory on disk.
//!
//! Nothing in here knows how it is seen to that nothing leads out of it (`beneath`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustix::io::Errno;

use super::beneath::{Beneath, Links, stat_anywhere};
use super::refusal::Refusal;
use super::request_path::{Dotfiles, RequestPath};
use super::stamp::{self, Kind, Stamp};
use super::{Content, OpenFile, Options, Resolution, media_type};

/// A directory that is served.
#[derive(Debug)]
pub(super) struct Directory {
    /// As the operator named it, made absolute and nothing else.
    path: PathBuf,
    options: Options,
    held: RwLock<Arc<Held>>,
}

/// The directory that was found at the path.
#[derive(Debug)]
struct Held {
    beneath: Beneath,
    stamp: Stamp,
}

impl Directory {
    pub(super) fn open(path: &Path, options: Options) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let held = Held::open(&path, &options)?;
        Ok(Self {
            path,
            options,
            held: RwLock::new(Arc::new(held)),
        })
    }

    /// The same where the kernel does not help to stay beneath the root.
    #[cfg(test)]
    pub(super) fn walking(self) -> Self {
        let held = self.held.into_inner().unwrap();
        let Held { beneath, stamp } = Arc::into_inner(held).unwrap();
        let beneath = beneath.walking();
        Self {
            held: RwLock::new(Arc::new(Held { beneath, stamp })),
            ..self
        }
    }

    pub(super) fn label(&self) -> String {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.beneath.canonical().display().to_string()
    }

    pub(super) fn resolve(&self, path: &[u8], query: Option<&[u8]>) -> Result<Resolution, Refusal> {
        let dotfiles = if self.options.all {
            Dotfiles::Served
        } else {
            Dotfiles::Hidden
        };
        let wanted = RequestPath::parse(path, dotfiles)?;
        let root = self.root()?;
        if wanted.directory {
            return self.index(&root.beneath, &wanted);
        }
        let stat = root.beneath.stat(&wanted.relative)?;
        match stamp::kind(&stat) {
            Kind::File => read(&root.beneath, &wanted.relative).map(Resolution::File),
            Kind::Directory => {
                // A link may have led here from where nothing is served.
                root.beneath.find_directory(&wanted.relative)?;
                Ok(Resolution::Redirect {
                    location: wanted.location(query),
                    path: wanted.relative.into(),
                })
            }
            Kind::Other => Err(Refusal::NOT_REGULAR),
        }
    }

    /// The file of this path beneath the root, where it is one.
    pub(super) fn file(&self, path: &[u8]) -> Result<OpenFile, Refusal> {
        let root = self.root()?;
        match stamp::kind(&root.beneath.stat(path)?) {
            Kind::File => read(&root.beneath, path),
            Kind::Directory | Kind::Other => Err(Refusal::NOT_REGULAR),
        }
    }

    /// What stands for a directory.
    fn index(&self, root: &Beneath, wanted: &RequestPath) -> Result<Resolution, Refusal> {
        if !self.options.index.is_empty() {
            let path = wanted.join(self.options.index.as_bytes());
            match root.stat(&path).map(|stat| stamp::kind(&stat)) {
                Ok(Kind::File) => return read(root, &path).map(Resolution::File),
                Err(Errno::ACCESS) => return Err(Errno::ACCESS.into()),
                Ok(Kind::Directory | Kind::Other) | Err(_) => {}
            }
        }
        root.find_directory(&wanted.relative)?;
        Err(Refusal {
            because: format!("no {} in this directory", self.options.index).into(),
            ..Refusal::not_found("")
        })
    }

    /// The directory that is at the path now. A build that removes its output directory and
    /// makes it anew, or a deployment that moves a link, is followed: the handle of the old
    /// one would answer from what nobody sees any more.
    fn root(&self) -> Result<Arc<Held>, Refusal> {
        let gone = |_| Refusal::not_found("the document root is gone");
        let now = Stamp::of(&stat_anywhere(&self.path).map_err(gone)?);
        let held = Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner));
        if held.stamp.is_same_file(&now) {
            return Ok(held);
        }
        let found = Arc::new(
            Held::open(&self.path, &self.options).map_err(|error| Refusal {
                because: format!("the document root is gone: {}", super::say(&error)).into(),
                ..Refusal::not_found("")
            })?,
        );
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&found);
        Ok(found)
    }
}

impl Held {
    fn open(path: &Path, options: &Options) -> io::Result<Self> {
        let links = if options.follow_links {
            Links::Anywhere
        } else {
            Links::Within
        };
        let beneath = Beneath::open(path, links)?;
        let stamp = Stamp::of(&beneath.stat_root()?);
        Ok(Self { beneath, stamp })
    }
}

/// Opens the regular file at `path` beneath `root`.
fn read(root: &Beneath, path: &[u8]) -> Result<OpenFile, Refusal> {
    let (file, stat) = root.read(path)?;
    describe(path, file, &stat)
}

/// A file that has been opened, if it is a regular one, by what its descriptor says.
pub(super) fn describe(
    path: &[u8],
    file: std::fs::File,
    stat: &rustix::fs::Stat,
) -> Result<OpenFile, Refusal> {
    if stamp::kind(stat) != Kind::File {
        return Err(Refusal::NOT_REGULAR);
    }
    let stamp = Stamp::of(stat);
    Ok(OpenFile {
        path: path.into(),
        length: stamp.length,
        modified: stamp.modified(),
        etag: Some(stamp.etag()),
        media_type: media_type::of(path, || media_type::sample_file(&file)),
        content: Content::File(file),
    })
}
