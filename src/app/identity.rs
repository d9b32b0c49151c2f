//! What a server is called where many are watched.

use std::hash::{BuildHasher as _, RandomState};

/// What this machine is called.
pub(super) fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

/// Sixteen hexadecimal digits, others each time a server starts.
pub(super) fn run() -> String {
    format!("{:016x}", RandomState::new().hash_one(0))
}
