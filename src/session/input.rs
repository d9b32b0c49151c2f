//! What a session is read from, and whether it can be read again from the middle.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// What a session is read from.
pub struct Input(Kind);

enum Kind {
    /// A file, and where the next octet of it is.
    File(Arc<File>, u64),
    /// A file that is part of the program.
    Octets(&'static [u8], usize),
    /// What comes once: standard input, a pipe.
    Stream(Box<dyn Read + Send>),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::File(..) => "a file",
            Kind::Octets(..) => "octets",
            Kind::Stream(_) => "a stream",
        })
    }
}

impl Input {
    /// A file; of a pipe or a device, what comes out of it.
    pub fn file(file: File) -> Self {
        if file.metadata().is_ok_and(|about| about.is_file()) {
            return Self(Kind::File(file.into(), 0));
        }
        Self::stream(file)
    }

    /// What comes once.
    pub fn stream(stream: impl Read + Send + 'static) -> Self {
        Self(Kind::Stream(Box::new(stream)))
    }

    /// Another reading of the same, from an offset on.
    pub(super) fn again(&self, from: u64) -> Option<Self> {
        match &self.0 {
            Kind::File(file, _) => Some(Self(Kind::File(Arc::clone(file), from))),
            Kind::Octets(octets, _) => {
                let from = usize::try_from(from).ok()?;
                Some(Self(Kind::Octets(octets, from)))
            }
            Kind::Stream(_) => None,
        }
    }

    /// Whether there can be another reading.
    pub(super) const fn is_kept(&self) -> bool {
        !matches!(self.0, Kind::Stream(_))
    }
}

impl From<&'static [u8]> for Input {
    fn from(octets: &'static [u8]) -> Self {
        Self(Kind::Octets(octets, 0))
    }
}

impl Read for Input {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::File(file, at) => {
                let n = file.read_at(room, *at)?;
                *at = at.saturating_add(n as u64);
                Ok(n)
            }
            Kind::Octets(octets, at) => {
                let n = octets.get(*at..).unwrap_or_default().read(room)?;
                *at = at.saturating_add(n);
                Ok(n)
            }
            Kind::Stream(stream) => stream.read(room),
        }
    }
}
