//! Sending a response: head and small content in one `send`, a large file by `sendfile`.
//!
//! Every call and what it returned is told. A first `send` does not wait; only when the
//! kernel has no room is the screen brought up to date and the wait begun.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::sendfile::NotSent;
use super::stream::{NoRoom, Stream, Then};
use crate::event::{Activity, ConnectionSink, Operation, SendCall, Station};

/// How much of a file one `sendfile` is given, so that its progress can be seen.
const FILE_PIECE: u64 = 1 << 20;
/// How much of a file is read at a time where the system refuses `sendfile`.
const READ_PIECE: usize = 16 * 1024;

/// Why a response could not be sent to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// The connection is broken.
    Broken(io::ErrorKind),
    /// The peer did not take anything for as long as SO_SNDTIMEO allows.
    Stalled,
    /// The file became shorter than was announced.
    FileShrank,
    /// The file could not be read.
    FileUnreadable(io::ErrorKind),
}

impl From<&io::Error> for Unsent {
    fn from(error: &io::Error) -> Self {
        let kind = error.kind();
        if matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
            Self::Stalled
        } else {
            Self::Broken(kind)
        }
    }
}

/// A range of octets of a file.
#[derive(Debug)]
pub(crate) struct FilePart {
    pub(crate) file: File,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

impl FilePart {
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

/// Sends all of `octets`.
pub(crate) fn all<S: Stream>(
    stream: &mut S,
    tap: &mut ConnectionSink,
    octets: &[u8],
    then: Then,
) -> Result<(), Unsent> {
    let mut rest = octets;
    let mut no_room = NoRoom::Fail;
    while !rest.is_empty() {
        stream.pass(Station::Send, tap);
        let piece = rest.get(..stream.piece(rest.len())).unwrap_or(rest);
        match stream.send(piece, then, no_room) {
            Ok(n) => {
                told(tap, SendCall::Send, n as u64, piece.len() as u64);
                rest = rest.get(n..).unwrap_or_default();
                if piece.len() > n || !rest.is_empty() {
                    tap.flush();
                    stream.rest(n);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && no_room == NoRoom::Fail => {
                tap.flush();
                no_room = NoRoom::Wait;
            }
            Err(error) => return Err(failed(tap, &error)),
        }
    }
    Ok(())
}

/// Sends `head` and then the part of the file.
pub(crate) fn file<S: Stream>(
    stream: &mut S,
    tap: &mut ConnectionSink,
    head: &[u8],
    part: &FilePart,
) -> Result<(), Unsent> {
    all(stream, tap, head, Then::More)?;
    let mut sent = 0;
    while sent < part.length {
        tap.flush();
        stream.pass(Station::Send, tap);
        let piece = (part.length - sent).min(FILE_PIECE);
        let count = stream.piece(usize::try_from(piece).unwrap_or(usize::MAX));
        match stream.send_file(&part.file, part.offset + sent, count) {
            Ok(0) => return Err(Unsent::FileShrank),
            Ok(n) => {
                told(tap, SendCall::SendFile, n as u64, count as u64);
                sent += n as u64;
                stream.rest(n);
            }
            Err(NotSent::Socket(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(NotSent::Socket(error)) => return Err(failed(tap, &error)),
            Err(NotSent::Unreadable(error)) => return Err(Unsent::FileUnreadable(error.kind())),
            Err(NotSent::Refused(error)) => {
                let kind = error.kind();
                tap.note(|| Activity::Failed {
                    operation: Operation::SendFile,
                    kind,
                });
                return read_and_send(stream, tap, part, sent);
            }
        }
    }
    Ok(())
}

/// Sends what follows the first `sent` octets of the part from memory.
fn read_and_send<S: Stream>(
    stream: &mut S,
    tap: &mut ConnectionSink,
    part: &FilePart,
    mut sent: u64,
) -> Result<(), Unsent> {
    let mut buffer = [0; READ_PIECE];
    while sent < part.length {
        let piece = usize::try_from(part.length - sent).unwrap_or(READ_PIECE);
        let room = buffer.get_mut(..piece.min(READ_PIECE)).unwrap_or_default();
        match part.file.read_at(room, part.offset + sent) {
            Ok(0) => return Err(Unsent::FileShrank),
            Ok(n) => {
                let octets = room.get(..n).unwrap_or_default();
                all(stream, tap, octets, Then::Nothing)?;
                sent += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Unsent::FileUnreadable(error.kind())),
        }
    }
    Ok(())
}

fn told(tap: &mut ConnectionSink, call: SendCall, octets: u64, of: u64) {
    tap.count_sent(octets);
    tap.detail(|| Activity::Sent { call, octets, of });
}

fn failed(tap: &mut ConnectionSink, error: &io::Error) -> Unsent {
    let unsent = Unsent::from(error);
    if let Unsent::Broken(kind) = unsent {
        tap.note(|| Activity::Failed {
            operation: Operation::Send,
            kind,
        });
    }
    unsent
}
