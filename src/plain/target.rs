//! Where lines end up: standard output, standard error, or a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, OFlags, fstat};
use rustix::io::Errno;

/// A pipe takes so much at once or nothing of it (PIPE_BUF, pipe(7)): what could not be
/// written can be counted.
const PIECE: usize = 4096;
/// A file takes as much as there is.
const FILE_PIECE: usize = 64 * 1024;

/// Where lines end up.
#[derive(Debug)]
pub(super) enum Target {
    Stdout,
    Stderr,
    File(File, PathBuf),
}

impl Target {
    pub(super) fn file(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        Ok(Self::File(file, path))
    }

    /// Opens the file again by its name, which may be another file's by now. After an error
    /// the one that was open stays so.
    pub(super) fn reopen(&mut self) -> Option<(String, io::Result<()>)> {
        let Self::File(file, path) = self else {
            return None;
        };
        // Where a FIFO has that name by now, nobody waits for one who reads it (open(2)).
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let opened = OpenOptions::new()
            .append(true)
            .create(true)
            .custom_flags(flags)
            .open(&*path);
        let name = path.display().to_string();
        Some((name, opened.map(|opened| *file = opened)))
    }

    /// Whether this is a file that nobody reads at the same time, so that it is never waited
    /// for in vain.
    pub(super) fn is_regular(&self) -> bool {
        fstat(self).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file())
    }

    /// How much is written at once.
    pub(super) fn piece(&self) -> usize {
        if self.is_regular() { FILE_PIECE } else { PIECE }
    }
}

impl AsFd for Target {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::Stderr => rustix::stdio::stderr(),
            Self::File(file, _) => file.as_fd(),
        }
    }
}

impl Write for Target {
    /// Waits where the descriptor would not: whoever shares it may have made it non-blocking.
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        loop {
            match rustix::io::write(self.as_fd(), octets) {
                Err(Errno::AGAIN) => match poll(&mut [PollFd::new(&*self, PollFlags::OUT)], None) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                },
                result => return Ok(result?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
