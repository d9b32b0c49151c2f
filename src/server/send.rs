//! Sending a response: head and small content in one `send`, a large file by `sendfile`.
//!
//! Every call and what it returned is told. A first `send` does not wait; only when the
//! kernel has no room is the screen brought up to date and the wait begun.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::pace::{Pace, Verdict};
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
    /// The peer did not take anything for too long.
    Stalled,
    /// The peer took less than it must.
    TooSlow,
    /// The file became shorter than was announced.
    FileShrank,
    /// The file could not be read.
    FileUnreadable(io::ErrorKind),
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
    pace: &mut Pace,
    octets: &[u8],
    then: Then,
) -> Result<(), Unsent> {
    let mut rest = octets;
    let mut no_room = NoRoom::Fail;
    while !rest.is_empty() {
        pace.stood(stream.pass(Station::Send, tap));
        let piece = rest.get(..stream.piece(rest.len())).unwrap_or(rest);
        match stream.send(piece, then, no_room) {
            Ok(n) => {
                told(tap, SendCall::Send, n as u64, piece.len() as u64);
                rest = rest.get(n..).unwrap_or_default();
                if piece.len() > n || !rest.is_empty() {
                    tap.flush();
                    pace.stood(stream.rest(n));
                    judge(stream, tap, pace, n)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && no_room == NoRoom::Fail => {
                tap.flush();
                no_room = NoRoom::Wait;
                begin(stream, tap, pace);
            }
            Err(error) if waited(&error) => judge(stream, tap, pace, 0)?,
            Err(error) => return Err(failed(tap, &error)),
        }
    }
    Ok(())
}

/// Sends `head` and then the part of the file.
pub(crate) fn file<S: Stream>(
    stream: &mut S,
    tap: &mut ConnectionSink,
    pace: &mut Pace,
    head: &[u8],
    part: &FilePart,
) -> Result<(), Unsent> {
    all(stream, tap, pace, head, Then::More)?;
    begin(stream, tap, pace);
    let mut sent = 0;
    while sent < part.length {
        tap.flush();
        pace.stood(stream.pass(Station::Send, tap));
        let piece = (part.length - sent).min(FILE_PIECE);
        let count = stream.piece(usize::try_from(piece).unwrap_or(usize::MAX));
        match stream.send_file(&part.file, part.offset + sent, count) {
            Ok(0) => return Err(Unsent::FileShrank),
            Ok(n) => {
                told(tap, SendCall::SendFile, n as u64, count as u64);
                sent += n as u64;
                pace.stood(stream.rest(n));
                judge(stream, tap, pace, n)?;
            }
            Err(NotSent::Socket(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(NotSent::Socket(error)) if waited(&error) => judge(stream, tap, pace, 0)?,
            Err(NotSent::Socket(error)) => return Err(failed(tap, &error)),
            Err(NotSent::Unreadable(error)) => return Err(Unsent::FileUnreadable(error.kind())),
            Err(NotSent::Refused(error)) => {
                let kind = error.kind();
                tap.note(|| Activity::Failed {
                    operation: Operation::SendFile,
                    kind,
                });
                return read_and_send(stream, tap, pace, part, sent);
            }
        }
    }
    Ok(())
}

/// Sends what follows the first `sent` octets of the part from memory.
fn read_and_send<S: Stream>(
    stream: &mut S,
    tap: &mut ConnectionSink,
    pace: &mut Pace,
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
                all(stream, tap, pace, octets, Then::Nothing)?;
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

/// Whether SO_SNDTIMEO has passed.
fn waited(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// How many octets of the connection the peer has taken.
fn taken(stream: &impl Stream, tap: &ConnectionSink) -> u64 {
    tap.ledger().totals().sent.saturating_sub(stream.untaken())
}

fn begin(stream: &impl Stream, tap: &ConnectionSink, pace: &mut Pace) {
    pace.begin(stream.now(), || taken(stream, tap));
}

/// Whether the peer may go on receiving as it does, now that a call took `n` octets.
fn judge(
    stream: &impl Stream,
    tap: &ConnectionSink,
    pace: &mut Pace,
    n: usize,
) -> Result<(), Unsent> {
    let now = stream.now();
    if n > 0 {
        pace.progressed(now);
    }
    match pace.judge(now, || taken(stream, tap)) {
        Verdict::GoOn => Ok(()),
        Verdict::Stalled => Err(Unsent::Stalled),
        Verdict::TooSlow => Err(Unsent::TooSlow),
    }
}

fn failed(tap: &mut ConnectionSink, error: &io::Error) -> Unsent {
    let kind = error.kind();
    tap.note(|| Activity::Failed {
        operation: Operation::Send,
        kind,
    });
    Unsent::Broken(kind)
}
