//! The content of a response: in memory, in a file, or kept back.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A file up to this length is read, and leaves in one `send` with its head; a longer one goes
/// by sendfile.
pub(crate) const SMALL: usize = 64 * 1024;

/// Octets in memory.
pub(crate) enum Octets {
    /// Made for this response.
    Owned(Vec<u8>),
    /// In the binary.
    Static(&'static [u8]),
    /// Part of a file that is kept in memory.
    Shared(Arc<[u8]>, Range<usize>),
}

impl Octets {
    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Owned(octets) => octets,
            Self::Static(octets) => octets,
            Self::Shared(octets, range) => octets.get(range.clone()).unwrap_or_default(),
        }
    }
}

/// What follows the head.
pub(crate) enum Body {
    /// Nothing, and no Content-Length either (204, 304, and HEAD where GET would be answered
    /// with another length).
    None,
    /// Nothing, but Content-Length says what GET would have sent.
    Withheld { length: u64 },
    /// Octets that are in memory.
    Memory(Octets),
    /// A part of a file.
    File(FilePart),
}

impl Body {
    /// As HEAD is answered: the same length, and no content.
    pub(super) fn withhold(self) -> Self {
        match self {
            Self::None | Self::Withheld { .. } => self,
            Self::Memory(_) | Self::File(_) => Self::Withheld {
                length: self.length(),
            },
        }
    }

    /// How many octets of content follow the head.
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::None | Self::Withheld { .. } => 0,
            Self::Memory(octets) => octets.as_slice().len() as u64,
            Self::File(part) => part.length,
        }
    }
}

/// A range of octets of a file.
#[derive(Debug)]
pub(crate) struct FilePart {
    pub(crate) file: Arc<File>,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

impl FilePart {
    /// Reads the first octets of the part, `most` of them at most.
    pub(crate) fn first(&self, most: usize) -> io::Result<Vec<u8>> {
        let length = self.length.min(most as u64);
        let mut octets = vec![0; usize::try_from(length).unwrap_or(most)];
        self.file.read_exact_at(&mut octets, self.offset)?;
        Ok(octets)
    }

    /// Reads the part behind what `out` holds.
    pub(crate) fn append_to(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        out.resize(
            start + usize::try_from(self.length).unwrap_or(usize::MAX),
            0,
        );
        let room = out.get_mut(start..).unwrap_or_default();
        self.file.read_exact_at(room, self.offset)
    }
}
