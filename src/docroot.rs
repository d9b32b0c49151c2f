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
mod listing;
mod media_type;
mod near;
mod own_type;
mod refusal;
mod request_path;
mod root_dir;
mod sample;
mod scan;
mod serve;
mod sidecar;
mod single;

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::http::{ContentCoding, Status};

pub use listing::Listing;
pub use near::Near;
pub use own_type::OwnType;

use directory::Directory;
use embedded::Embedded;
use refusal::Refusal;
use single::Single;

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

/// What a path was found to name.
#[derive(Debug)]
pub enum Resolution {
    /// A file, opened.
    File(OpenFile),
    /// The page that stands for paths where nothing is, in an application that reads the path
    /// itself.
    Fallback(OpenFile),
    /// A directory that no index file stands for.
    Listing(Listing),
    /// A directory, asked for without its slash: answer 308.
    Redirect {
        /// Where it is, relative to what was asked for: its last name with a slash behind,
        /// rebuilt from what the path was decoded to, and the query.
        location: Vec<u8>,
        /// The directory's path below the root.
        path: Arc<[u8]>,
    },
    /// Nothing that is served.
    Refused {
        /// 404 where nothing is to be found, 403 where it may not be read.
        status: Status,
        /// Why, as a clause.
        because: Cow<'static, str>,
    },
}

/// A file as it was when it was opened.
#[derive(Debug)]
pub struct OpenFile {
    /// Its path below the root, without a slash in front, in the octets of its names.
    pub path: Arc<[u8]>,
    /// What to send.
    pub content: Content,
    /// How many octets that is.
    pub length: u64,
    /// When it was last modified.
    pub modified: Option<SystemTime>,
    /// Its entity tag (RFC 9110 §8.8.3): a strong one, unless it has just been changed.
    pub etag: Option<String>,
    /// What `Content-Type` says.
    pub media_type: Cow<'static, str>,
    /// What `Content-Encoding` says: how the octets are coded, where they are.
    pub coding: Option<ContentCoding>,
    /// Whether another request might have been given the file in another coding, which is
    /// to be said with `Vary: Accept-Encoding` (RFC 9110 §12.5.5), in a 304 too.
    pub varies: bool,
}

/// Where the octets of a file are.
#[derive(Debug)]
pub enum Content {
    /// In a file, whose descriptor has been found to be a regular one.
    File(File),
    /// In memory.
    Memory(Arc<[u8]>),
    /// In the binary.
    Static(&'static [u8]),
}

impl From<Refusal> for Resolution {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            status: refusal.status,
            because: refusal.because,
        }
    }
}

/// An error in words, without the `(os error 2)` that means nothing to most readers.
fn say(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
