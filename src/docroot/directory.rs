//! A document root that is a directory on disk.
//!
//! Nothing in here knows how it is seen to that nothing leads out of it (`root_dir`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustix::io::Errno;

use super::cache::Cache;
use super::clock::Clock;
use super::file_version::{self, FileVersion, Kind};
use super::listing::Wanted;
use super::near::{self, Near};
use super::open_file::OpenFile;
use super::options::Options;
use super::refusal::{Refusal, say};
use super::request_path::{Dotfiles, RequestPath};
use super::resolution::Resolution;
use super::root_dir::{Links, RootDir, stat_anywhere};
use super::scan;
use super::serve::Shelf;
use super::sidecar;
use crate::spread::Spread;

/// A directory that is served.
#[derive(Debug)]
pub(super) struct Directory {
    /// As the operator named it, made absolute and nothing else.
    path: PathBuf,
    options: Options,
    /// The directory that was found at the path last.
    newest: Mutex<Arc<Root>>,
    /// Each thread looks up what it needs in a copy of its own: threads that count references
    /// to the same file would wait for each other.
    held: Spread<RwLock<Arc<Held>>>,
}

/// A directory that was found at the path.
#[derive(Debug)]
struct Root {
    dir: RootDir,
    version: FileVersion,
}

/// The same, and what is known of its files.
#[derive(Debug)]
struct Held {
    root: Arc<Root>,
    cache: Cache,
}

impl Directory {
    pub(super) fn open(path: &Path, options: Options) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        let root = Arc::new(Root::open(&path, &options)?);
        let held = || RwLock::new(Held::new(Arc::clone(&root), Clock::system()));
        Ok(Self {
            path,
            options,
            held: Spread::new(held),
            newest: Mutex::new(root),
        })
    }

    /// The same where the kernel does not help to stay below the root.
    #[cfg(test)]
    pub(super) fn walking(self) -> Self {
        let root = Root::open(&self.path, &self.options).unwrap();
        let root = Arc::new(Root {
            dir: root.dir.walking(),
            ..root
        });
        self.change(|held| Held::new(Arc::clone(&root), held.cache.clock()))
    }

    /// The same an hour from now, when every file that is there now can be kept in memory.
    #[cfg(test)]
    pub(super) fn remembering(self) -> Self {
        self.change(|held| Held::new(Arc::clone(&held.root), Clock::in_an_hour()))
    }

    #[cfg(test)]
    fn change(self, change: impl Fn(&Held) -> Arc<Held>) -> Self {
        for held in self.held.all() {
            let mut held = held.write().unwrap();
            *held = change(&held);
        }
        self
    }

    pub(super) fn label(&self) -> String {
        self.held().root.dir.canonical().display().to_string()
    }

    pub(super) fn resolve(&self, path: &[u8], query: Option<&[u8]>) -> Result<Resolution, Refusal> {
        let wanted = RequestPath::parse(path, self.dotfiles())?;
        if wanted.directory {
            return self.index(&wanted, query);
        }
        if let Some(file) = self.recall(&wanted.relative) {
            return Ok(Resolution::File(file));
        }
        let held = self.root()?;
        let stat = held.root.dir.stat(&wanted.relative).map_err(|error| {
            // What is missing is told as it looks from below the root.
            let confined = held.root.dir.look(&wanted.relative).err();
            confined.unwrap_or(error.into())
        })?;
        match file_version::kind(&stat) {
            Kind::File => self
                .shelf(&held)
                .serve(&wanted.relative, &stat)
                .map(Resolution::File),
            Kind::Directory => {
                // A link may have led here from where nothing is served.
                held.root.dir.find_directory(&wanted.relative)?;
                Ok(Resolution::Redirect {
                    location: wanted.location(query),
                    path: (*wanted.relative).into(),
                })
            }
            Kind::Link | Kind::Other => Err(Refusal::NOT_REGULAR),
        }
    }

    /// What is near to a path that names nothing.
    pub(super) fn near(&self, path: &[u8]) -> Option<Near> {
        let wanted = RequestPath::parse(path, self.dotfiles()).ok()?;
        let held = self.held();
        // What is there, and is not served, has a reason of its own.
        let missing = matches!(held.root.dir.stat(&wanted.relative), Err(Errno::NOENT));
        missing.then(|| near::in_directory(&held.root.dir, &wanted, self.dotfiles()))
    }

    /// The file of this path below the root, where it is one.
    pub(super) fn file(&self, path: &[u8]) -> Result<OpenFile, Refusal> {
        if let Some(file) = self.recall(path) {
            return Ok(file);
        }
        let held = self.root()?;
        let stat = held.root.dir.stat(path)?;
        self.shelf(&held).serve(path, &stat)
    }

    /// The file, or what lies beside it in the coding that is preferred.
    pub(super) fn encode<'a, L, I>(&self, file: OpenFile, accept: L) -> OpenFile
    where
        L: Fn() -> I,
        I: Iterator<Item = &'a [u8]>,
    {
        // The directory that `resolve` has just made sure of.
        let held = self.held();
        sidecar::encode(self.shelf(&held), file, accept)
    }

    /// The file at `path`, where what is known of it is true still.
    fn recall(&self, path: &[u8]) -> Option<OpenFile> {
        self.shelf(&self.held()).recall(path)
    }

    fn shelf<'a>(&'a self, held: &'a Held) -> Shelf<'a> {
        Shelf {
            root: &held.root.dir,
            named: &self.path,
            cache: &held.cache,
            types: &self.options.types,
        }
    }

    fn dotfiles(&self) -> Dotfiles {
        Dotfiles::from_options(&self.options)
    }

    /// What stands for a directory.
    fn index(&self, wanted: &RequestPath<'_>, query: Option<&[u8]>) -> Result<Resolution, Refusal> {
        // The preferred one: for none of the others could be told whether it is preferred now.
        if let Some(first) = self.options.index.first()
            && let Some(file) = self.recall(&wanted.join(first.as_bytes()))
        {
            return Ok(Resolution::File(file));
        }
        let held = self.root()?;
        for name in &self.options.index {
            let path = wanted.join(name.as_bytes());
            match held.root.dir.stat(&path) {
                Ok(stat) if file_version::kind(&stat) == Kind::File => {
                    let file = self.shelf(&held).serve(&path, &stat);
                    return file.map(Resolution::File);
                }
                Err(Errno::ACCESS) => return Err(Errno::ACCESS.into()),
                Ok(_) | Err(_) => {}
            }
        }
        if self.options.listing {
            let of = Wanted::from_query(query);
            let listing = scan::list(&held.root.dir, wanted, self.dotfiles(), of);
            return listing.map(Resolution::Listing);
        }
        held.root.dir.find_directory(&wanted.relative)?;
        Err(Refusal::NOT_LISTED)
    }

    fn held(&self) -> Arc<Held> {
        let held = self.held.mine().read();
        Arc::clone(&held.unwrap_or_else(PoisonError::into_inner))
    }

    /// The directory that is at the path now. A build that removes its output directory and
    /// makes it anew, or a deployment that moves a link, is followed: the handle of the old
    /// one would answer from what nobody sees any more.
    fn root(&self) -> Result<Arc<Held>, Refusal> {
        let gone = |_| Refusal::not_found("the document root is gone");
        let now = FileVersion::from_stat(&stat_anywhere(self.path.as_path()).map_err(gone)?);
        let held = self.held();
        if held.root.version.is_same_file(&now) {
            return Ok(held);
        }
        let found = Held::new(self.newest(&now)?, Clock::system());
        let held = self.held.mine().write();
        *held.unwrap_or_else(PoisonError::into_inner) = Arc::clone(&found);
        Ok(found)
    }

    /// The directory that is in this state now, which another thread may have found before.
    fn newest(&self, now: &FileVersion) -> Result<Arc<Root>, Refusal> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if !newest.version.is_same_file(now) {
            let root = Root::open(&self.path, &self.options).map_err(|error| Refusal {
                because: format!("the document root is gone: {}", say(&error)).into(),
                ..Refusal::not_found("")
            })?;
            *newest = Arc::new(root);
        }
        Ok(Arc::clone(&newest))
    }
}

impl Root {
    fn open(path: &Path, options: &Options) -> io::Result<Self> {
        let links = if options.follow_links {
            Links::Anywhere
        } else {
            Links::Within
        };
        let dir = RootDir::open(path, links, Dotfiles::from_options(options))?;
        let version = FileVersion::from_stat(&dir.stat_root()?);
        Ok(Self { dir, version })
    }
}

impl Held {
    /// The directory, of whose files nothing is known.
    fn new(root: Arc<Root>, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            root,
            cache: Cache::new(clock),
        })
    }
}
