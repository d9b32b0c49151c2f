//! Why a path is not served: a status, and a clause for the screen and the body.

use std::borrow::Cow;
use std::io;

use rustix::io::Errno;

use crate::http::Status;

/// A refusal to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: Status,
    pub(super) because: Cow<'static, str>,
    /// Whether there simply is nothing, and nothing is being hidden.
    pub(super) vacant: bool,
}

impl Refusal {
    /// There is nothing of that name, or nothing that is shown.
    pub(super) const fn not_found(because: &'static str) -> Self {
        Self {
            status: Status::NOT_FOUND,
            because: Cow::Borrowed(because),
            vacant: false,
        }
    }

    /// There is nothing of that name, which is all there is to say.
    pub(super) const fn vacant(because: &'static str) -> Self {
        Self {
            status: Status::NOT_FOUND,
            because: Cow::Borrowed(because),
            vacant: true,
        }
    }

    /// The path is none.
    pub(super) const fn bad_request(because: &'static str) -> Self {
        Self {
            status: Status::BAD_REQUEST,
            because: Cow::Borrowed(because),
            vacant: false,
        }
    }

    /// It is a FIFO, a socket, a device.
    pub(super) const NOT_REGULAR: Self = Self::not_found("not a regular file");
    /// There is no such file.
    pub(super) const NO_FILE: Self = Self::vacant("no such file");
    /// There is one, and the path goes on behind it.
    pub(super) const NO_DIRECTORY: Self = Self::vacant("a file is asked for as a directory");
    /// There is a directory, and nothing to show of it.
    pub(super) const NOT_LISTED: Self =
        Self::not_found("directories are not listed, and this one has no index");
}

/// Why something is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// The system does not, with this error; XDEV where a link leads out.
    System(Errno),
    /// A link leads to a dotfile, which is not served under its own name either.
    Dotfile,
}

impl From<Errno> for Denied {
    fn from(error: Errno) -> Self {
        Self::System(error)
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::System(error) => error.into(),
            Denied::Dotfile => {
                Self::not_found("a link leads to a dotfile, which is not served (-a serves it)")
            }
        }
    }
}

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Self {
        let (status, because) = match error {
            Errno::NOENT => return Self::NO_FILE,
            Errno::NOTDIR => return Self::NO_DIRECTORY,
            Errno::NAMETOOLONG => (Status::NOT_FOUND, "a name is too long to exist"),
            Errno::LOOP => (Status::NOT_FOUND, "a chain of links has no end"),
            Errno::XDEV => (
                Status::NOT_FOUND,
                "a link leads out of the document root (-L follows it)",
            ),
            // The name cannot exist: this file system takes only some octets in names.
            Errno::INVAL | Errno::ILSEQ => (Status::NOT_FOUND, "no file can have this name"),
            // Opening a socket, or a device that nothing stands behind.
            Errno::NXIO | Errno::NODEV | Errno::OPNOTSUPP => return Self::NOT_REGULAR,
            Errno::ACCESS | Errno::PERM => (Status::FORBIDDEN, "permission denied"),
            Errno::MFILE | Errno::NFILE => (
                Status::SERVICE_UNAVAILABLE,
                "every descriptor this process may have is in use",
            ),
            Errno::AGAIN => (
                Status::SERVICE_UNAVAILABLE,
                "directories on the way were moved while they were searched",
            ),
            other => {
                return Self {
                    status: Status::INTERNAL_SERVER_ERROR,
                    because: format!("the file system failed: {}", say(&other.into())).into(),
                    vacant: false,
                };
            }
        };
        Self {
            status,
            because: Cow::Borrowed(because),
            vacant: false,
        }
    }
}

/// An error in words, without the `(os error 2)` that means nothing to most readers.
pub(super) fn say(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}
