//! What a call fails with that was waited for as long as the socket was told.

use std::io;

/// Whether SO_RCVTIMEO or SO_SNDTIMEO has passed.
pub(super) fn is_timeout(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
