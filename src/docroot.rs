//! Layer 1: from the path of a request-target to the octets below a document root.
//!
//! Nothing in here knows a socket, a request or who is watching: a path comes in as it stands
//! in the request-target and a [`Resolution`] goes out. What a request makes of the file
//! (preconditions, ranges) is decided in [`crate::http`].
//!
//! Three things hold whatever is asked. The path is decoded once, then split, then checked
//! (`request_path`). Every file, an index or an error page too, is opened below a handle of
//! the root directory (`root_dir`). What is served is a regular file, by the facts of the
//! descriptor that is sent from, not of a name.

mod cache;
mod clock;
mod directory;
mod embedded;
mod fallback;
mod file_version;
mod known;
mod listing;
mod media_type;
mod near;
mod open_file;
mod options;
mod own_type;
mod refusal;
mod request_path;
mod resolution;
mod root_dir;
mod sample;
mod scan;
mod serve;
mod sidecar;
mod single;
mod written_back;

use std::io;
use std::path::Path;

use crate::http::Status;

pub use known::Known;
pub use listing::Listing;
pub use near::Near;
pub use open_file::{Content, OpenFile};
pub use options::Options;
pub use own_type::OwnType;
pub use resolution::Resolution;

use directory::Directory;
use embedded::Embedded;
use refusal::say;
use single::Single;

/// What is served, and from where. Shared by every thread that answers requests.
#[derive(Debug)]
pub struct Docroot {
    site: Site,
    fallback: Option<String>,
}

#[derive(Debug)]
enum Site {
    Directory(Directory),
    Single(Single),
    Embedded(Embedded),
}

impl Docroot {
    /// Opens a directory, or a single file, which is then served at `/` and at its name.
    ///
    /// What is not there is an error here, at the start, and never a reason to serve
    /// something else.
    pub fn open(path: &Path, options: Options) -> io::Result<Self> {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {}", path.display(), say(&error)))
        };
        let kind = std::fs::metadata(path).map_err(named)?.file_type();
        let fallback = options.fallback.clone();
        let site = if kind.is_dir() {
            Site::Directory(Directory::open(path, options).map_err(named)?)
        } else if kind.is_file() {
            Site::Single(Single::open(path, options.types).map_err(named)?)
        } else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{}: neither a directory nor a regular file", path.display()),
            ));
        };
        Ok(Self { site, fallback })
    }

    /// The site that is built into the binary.
    pub fn embedded() -> Self {
        Self::embedded_with(Options::default())
    }

    /// The site that is built into the binary, which has no links and no names that begin with
    /// a dot, with these options.
    pub fn embedded_with(options: Options) -> Self {
        Self {
            fallback: options.fallback.clone(),
            site: Site::Embedded(Embedded::new(options)),
        }
    }

    /// What is served, in a few words: the canonical path, or `the sample site`.
    pub fn label(&self) -> String {
        match &self.site {
            Site::Directory(directory) => directory.label(),
            Site::Single(single) => single.label(),
            Site::Embedded(_) => "the sample site".into(),
        }
    }

    /// What `path` names. It is the path of a request-target, still percent-encoded, and
    /// `query` what follows its `?`, which a redirect keeps.
    pub fn resolve(&self, path: &[u8], query: Option<&[u8]>) -> Resolution {
        let resolved = match &self.site {
            Site::Directory(directory) => directory.resolve(path, query),
            Site::Single(single) => single.resolve(path),
            Site::Embedded(embedded) => embedded.resolve(path, query),
        };
        resolved.unwrap_or_else(|refusal| {
            let route = refusal.vacant && fallback::is_route(path);
            let page = route.then(|| self.fallback_page()).flatten();
            page.map_or_else(|| Resolution::from(refusal), Resolution::Fallback)
        })
    }

    /// What was tried for a path that names nothing, and what is there that is near to it;
    /// `None` where the path is no path, or the name is there and not shown.
    pub fn near(&self, path: &[u8]) -> Option<Near> {
        match &self.site {
            Site::Directory(directory) => directory.near(path),
            Site::Single(_) => None,
            Site::Embedded(embedded) => embedded.near(path),
        }
    }

    /// The page for paths inside an application, by its path below the root, while it is not
    /// there.
    pub fn lacks_fallback(&self) -> Option<&str> {
        let name = self.fallback.as_deref()?;
        self.fallback_page().is_none().then_some(name)
    }

    /// The page that stands for paths inside an application, if it is there.
    fn fallback_page(&self) -> Option<OpenFile> {
        let path = self.fallback.as_deref()?.as_bytes();
        match &self.site {
            Site::Directory(directory) => directory.file(path).ok(),
            // There is but one page that can be meant.
            Site::Single(single) => single.file().ok(),
            Site::Embedded(embedded) => embedded.file(path),
        }
    }

    /// The file in the coding that a request prefers, where it lies ready beside it as
    /// `name.br` or `name.gz`, and is not older; the file itself otherwise. `accept` gives
    /// the values of the request's Accept-Encoding lines.
    pub fn encode<'a, L, I>(&self, file: OpenFile, accept: L) -> OpenFile
    where
        L: Fn() -> I,
        I: Iterator<Item = &'a [u8]>,
    {
        match &self.site {
            Site::Directory(directory) => directory.encode(file, accept),
            Site::Single(_) | Site::Embedded(_) => file,
        }
    }

    /// The page at the root that stands for `status`, such as `404.html`, if there is one.
    pub fn error_page(&self, status: Status) -> Option<OpenFile> {
        let name = format!("{status}.html");
        match &self.site {
            Site::Directory(directory) => directory.file(name.as_bytes()).ok(),
            Site::Single(_) => None,
            Site::Embedded(embedded) => embedded.file(name.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests;
