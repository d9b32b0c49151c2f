//! Wakes the thread of the page, from any other one.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Wakes the thread of the page.
#[derive(Debug, Clone)]
pub struct Bell {
    line: Arc<UnixStream>,
    over: Arc<AtomicBool>,
}

/// Where the bell is heard.
#[derive(Debug)]
pub struct Ear {
    pub(super) line: UnixStream,
    over: Arc<AtomicBool>,
}

/// A bell, and where it is heard.
///
/// # Errors
/// The system has no pair of sockets for it.
pub fn bell() -> io::Result<(Bell, Ear)> {
    let (rings, line) = UnixStream::pair()?;
    rings.set_nonblocking(true)?;
    line.set_nonblocking(true)?;
    let over = Arc::new(AtomicBool::new(false));
    let bell = Bell {
        line: Arc::new(rings),
        over: Arc::clone(&over),
    };
    Ok((bell, Ear { line, over }))
}

impl Bell {
    /// Something is new.
    pub fn ring(&self) {
        // Where it is full it rings already, and where nobody listens nobody need be woken.
        let _ = (&*self.line).write(&[0]);
    }

    /// The page comes to its end.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        self.ring();
    }
}

impl Ear {
    /// It was heard.
    pub(super) fn hush(&mut self) {
        let mut octets = [0; 64];
        while self.line.read(&mut octets).is_ok_and(|n| n > 0) {}
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }
}
