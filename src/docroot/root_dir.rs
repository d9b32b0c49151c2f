//! Opening files below a directory handle, so that no link leads out of it.
//!
//! Nothing in here knows a request: paths come in as names joined by `/`, without dot
//! segments.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, fstat, openat, statat};
#[cfg(target_os = "linux")]
use rustix::fs::{ResolveFlags, openat2};
use rustix::io::Errno;

use super::refusal::Denied;
use super::request_path::{Dotfiles, leads_to_dotfile};

/// How often a search that was disturbed is begun again.
const TRIES: usize = 64;

/// How a file is opened to be sent. Not blocking, so that a FIFO without a writer answers at
/// once (it is refused when `fstat` tells what it is); no terminal becomes ours.
const TO_READ: OFlags = OFlags::RDONLY
    .union(OFlags::NONBLOCK)
    .union(OFlags::NOCTTY)
    .union(OFlags::CLOEXEC);

/// How a directory is opened whose names are to be read.
const TO_LIST: OFlags = TO_READ.union(OFlags::DIRECTORY);

/// How a directory is opened to be passed through, or to see that it is there.
#[cfg(target_os = "linux")]
const TO_PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const TO_PASS: OFlags = TO_LIST;

/// How something is opened to see what it is.
#[cfg(target_os = "linux")]
const TO_LOOK: OFlags = OFlags::PATH.union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const TO_LOOK: OFlags = TO_READ;

/// Where links may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// To what is below the root.
    Within,
    /// Anywhere.
    Anywhere,
}

/// How it is seen to that nothing leads out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// The kernel sees to it: `openat2` with `RESOLVE_BENEATH`.
    #[cfg(target_os = "linux")]
    Kernel,
    /// Links are resolved first, then the result is walked from the root, name by name,
    /// following none: what changes in between is an error, not a way out.
    Walk,
    /// It is not: links may lead anywhere.
    Not,
}

/// A directory, and the only way to what is in it.
#[derive(Debug)]
pub(super) struct RootDir {
    root: OwnedFd,
    canonical: PathBuf,
    how: How,
    dotfiles: Dotfiles,
}

impl RootDir {
    /// Opens the directory at `path`. What is hidden by its name is hidden behind a link too.
    pub(super) fn open(path: &Path, links: Links, dotfiles: Dotfiles) -> io::Result<Self> {
        let canonical = path.canonicalize()?;
        let root = openat(CWD, path, TO_LIST, Mode::empty())?;
        let how = match links {
            Links::Within => confinement(&root),
            Links::Anywhere => How::Not,
        };
        Ok(Self {
            root,
            canonical,
            how,
            dotfiles,
        })
    }

    /// The same directory where the kernel does not help.
    #[cfg(test)]
    pub(super) fn walking(mut self) -> Self {
        if self.how != How::Not {
            self.how = How::Walk;
        }
        self
    }

    /// The path of the directory, every link in it resolved.
    pub(super) fn canonical(&self) -> &Path {
        &self.canonical
    }

    /// What the directory handle is a handle of.
    pub(super) fn stat_root(&self) -> Result<Stat, Errno> {
        fstat(&self.root)
    }

    /// What is at `path`, links followed wherever they lead: good for a decision not to open,
    /// never for one to serve.
    pub(super) fn stat(&self, path: &[u8]) -> Result<Stat, Errno> {
        retry(|| statat(&self.root, not_empty(path), AtFlags::empty()))
    }

    /// Opens what is at `path` to be read, and says what was opened.
    pub(super) fn read(&self, path: &[u8]) -> Result<(File, Stat), Denied> {
        let opened = self.open_as(path, TO_READ)?;
        let stat = fstat(&opened)?;
        Ok((File::from(opened), stat))
    }

    /// Whether there is a directory at `path`, readable or not.
    pub(super) fn find_directory(&self, path: &[u8]) -> Result<(), Denied> {
        self.open_as(path, TO_PASS).map(drop)
    }

    /// Opens the directory at `path` for its names to be read.
    pub(super) fn list(&self, path: &[u8]) -> Result<OwnedFd, Denied> {
        self.open_as(path, TO_LIST)
    }

    /// What is at `path`, if nothing on the way leads out.
    pub(super) fn look(&self, path: &[u8]) -> Result<Stat, Denied> {
        Ok(fstat(self.open_as(path, TO_LOOK)?)?)
    }

    fn open_as(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Denied> {
        let path = not_empty(path);
        match (self.how, self.dotfiles) {
            #[cfg(target_os = "linux")]
            (How::Kernel, Dotfiles::Served) => {
                match retry(|| kernel_open(&self.root, path, flags, ResolveFlags::empty())) {
                    // It refuses every absolute link, and every way that leaves and comes
                    // back. Those that end below the root are found by walking.
                    Err(Errno::XDEV) => self.walk(path, flags),
                    opened => Ok(opened?),
                }
            }
            #[cfg(target_os = "linux")]
            (How::Kernel, Dotfiles::Hidden) => {
                match retry(|| kernel_open(&self.root, path, flags, ResolveFlags::NO_SYMLINKS)) {
                    // There is a link on the way: where it leads is seen by walking.
                    Err(Errno::LOOP) => self.walk(path, flags),
                    opened => Ok(opened?),
                }
            }
            (How::Walk, _) => self.walk(path, flags),
            (How::Not, Dotfiles::Hidden) => match self.walk(path, flags) {
                Err(Denied::System(Errno::XDEV)) => Ok(self.open_anywhere(path, flags)?),
                opened => opened,
            },
            (How::Not, Dotfiles::Served) => Ok(self.open_anywhere(path, flags)?),
        }
    }

    fn open_anywhere(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        retry(|| openat(&self.root, path, flags, Mode::empty()))
    }

    /// Resolves every link, sees whether the end is to be opened, and goes there from the root
    /// without following any.
    fn walk(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Denied> {
        let mut hidden = false;
        let opened = retry(|| {
            let end = self.end(path)?;
            hidden = self.is_hidden(path, &end);
            if hidden {
                return Err(Errno::NOENT);
            }
            self.walk_to(&end, flags)
        });
        if hidden {
            return Err(Denied::Dotfile);
        }
        Ok(opened?)
    }

    /// Whether a link on the way from `path` to its `end` led to a dotfile. One that was asked
    /// for by its own name was let through by whoever checked that name.
    fn is_hidden(&self, path: &[u8], end: &Path) -> bool {
        let names = || end.components().map(|name| name.as_os_str().as_bytes());
        self.dotfiles == Dotfiles::Hidden
            && end.as_os_str().as_bytes() != path
            && leads_to_dotfile(names())
    }

    /// Where `path` ends, as a path below the root with no link in it.
    fn end(&self, path: &[u8]) -> Result<PathBuf, Errno> {
        let resolved = self
            .canonical
            .join(OsStr::from_bytes(path))
            .canonicalize()
            .map_err(|error| match Errno::from_io_error(&error) {
                _ if self.strays(path) => Errno::XDEV,
                error => error.unwrap_or(Errno::IO),
            })?;
        // By component, never by prefix: /srv/site-secret is not below /srv/site.
        let inside = resolved.strip_prefix(&self.canonical);
        inside.map(Path::to_path_buf).map_err(|_| Errno::XDEV)
    }

    /// Goes to the `end` of a path name by name.
    fn walk_to(&self, end: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mut here = openat(&self.root, ".", TO_PASS, Mode::empty())?;
        let mut names = end.components().peekable();
        if names.peek().is_none() {
            return openat(here, ".", flags, Mode::empty());
        }
        while let Some(name) = names.next() {
            let Component::Normal(name) = name else {
                return Err(Errno::XDEV);
            };
            let flags = if names.peek().is_some() {
                TO_PASS
            } else {
                flags
            };
            here = openat(&here, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        }
        Ok(here)
    }

    /// Whether a path whose end cannot be reached leads out as far as it goes. Nobody is to
    /// learn which names there are behind a link that is not followed.
    fn strays(&self, path: &[u8]) -> bool {
        Path::new(OsStr::from_bytes(path))
            .ancestors()
            .skip(1)
            .find_map(|parent| self.canonical.join(parent).canonicalize().ok())
            .is_some_and(|reached| !reached.starts_with(&self.canonical))
    }
}

/// Opens `path`, which the operator named, wherever it leads.
pub(super) fn read_anywhere(path: &Path) -> Result<(File, Stat), Errno> {
    let opened = retry(|| openat(CWD, path, TO_READ, Mode::empty()))?;
    let stat = fstat(&opened)?;
    Ok((File::from(opened), stat))
}

/// What is at `path`, which the operator named.
pub(super) fn stat_anywhere(path: impl rustix::path::Arg + Copy) -> Result<Stat, Errno> {
    retry(|| statat(CWD, path, AtFlags::empty()))
}

/// The root itself is `.`: an empty path names nothing.
fn not_empty(path: &[u8]) -> &[u8] {
    if path.is_empty() { b"." } else { path }
}

/// Tries again where a signal came in between, or a directory was moved while the kernel
/// made sure that `..` in a link stays below the root.
fn retry<T>(mut attempt: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    let mut last = Errno::AGAIN;
    for _ in 0..TRIES {
        match attempt() {
            Err(error @ (Errno::INTR | Errno::AGAIN)) => last = error,
            other => return other,
        }
    }
    Err(last)
}

#[cfg(target_os = "linux")]
fn kernel_open(
    root: impl AsFd,
    path: &[u8],
    flags: OFlags,
    besides: ResolveFlags,
) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | besides;
    openat2(root, path, flags, Mode::empty(), resolve)
}

/// `openat2` is there since Linux 5.6, and some sandboxes forbid it: with ENOSYS as they
/// should, or with EPERM.
#[cfg(target_os = "linux")]
fn confinement(root: impl AsFd) -> How {
    match retry(|| kernel_open(&root, b".", TO_PASS, ResolveFlags::empty())) {
        Ok(_) => How::Kernel,
        Err(_) => How::Walk,
    }
}

#[cfg(not(target_os = "linux"))]
fn confinement(_: impl AsFd) -> How {
    How::Walk
}
