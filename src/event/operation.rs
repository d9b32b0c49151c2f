//! The system calls of a connection: which of them there are, what is waited for in them, and
//! what they fail with.

use std::io;

/// What a deadline was set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The first octet of the next request.
    Request,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
    /// Progress of a send.
    Send,
}

/// How octets are handed to the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendCall {
    /// From memory.
    Send,
    /// From two places in memory, one behind the other.
    SendMsg,
    /// From a file, without a way through the program.
    SendFile,
}

/// The system calls that can fail on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Receiving.
    Recv,
    /// Sending from memory or from a file.
    Send,
    /// Sending from a file without reading it: it is read and sent then.
    SendFile,
    /// Reading the file that is being sent.
    ReadFile,
    /// The worker itself: it panicked.
    Work,
}

/// What a system call failed with, in words. Those errors that Rust has no kind for are as a
/// rule of a device, or of what stands for one.
pub fn failure(kind: io::ErrorKind) -> String {
    let of_a_device = io::Error::from(rustix::io::Errno::IO).kind();
    if kind == of_a_device {
        return "input/output error".into();
    }
    kind.to_string()
}
