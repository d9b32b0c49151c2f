//! Sending: head and content in one `send` or, where the content is elsewhere in memory, one
//! `sendmsg`; a large file by `sendfile`.
//!
//! Every call and what it returned is told. A first `send` does not wait; only when the
//! kernel has no room is the screen brought up to date and the wait begun.

use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::Transport;
use super::timeout::is_timeout;
use crate::event::{Activity, Breakpoint, Operation, Reporter, SendCall};
use crate::server::pace::Verdict;
use crate::server::response::FilePart;
use crate::server::sendfile::NotSent;
use crate::server::stream::{NoRoom, Stream, Then};

/// How much of a file one `sendfile` is given, so that its progress can be seen.
const FILE_PIECE: u64 = 1 << 20;
/// How much of a file is read at a time where the system refuses `sendfile`.
const READ_PIECE: usize = 16 * 1024;

/// What follows the head and is not behind it in memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::server::connection) enum Content<'a> {
    Nothing,
    Octets(&'a [u8]),
    File(&'a FilePart),
}

impl Content<'_> {
    /// The first octets of the content of a response, `most` of them at most, of which `inline`
    /// is sent with its head. Those of a file are read once more: sendfile shows them to nobody.
    /// `None` where there are none, or they cannot be read.
    pub(in crate::server::connection) fn first(
        self,
        inline: &[u8],
        most: usize,
    ) -> Option<Arc<[u8]>> {
        let octets: Arc<[u8]> = match self {
            Self::Nothing => inline.get(..most).unwrap_or(inline).into(),
            Self::Octets(octets) => octets.get(..most).unwrap_or(octets).into(),
            Self::File(part) => part.first(most).ok()?.into(),
        };
        (!octets.is_empty()).then_some(octets)
    }
}

/// Why a response could not be sent to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server::connection) enum Unsent {
    /// The connection is broken.
    Broken,
    /// The peer did not take anything for too long.
    Stalled,
    /// The peer took less than it must.
    TooSlow,
    /// The file became shorter than was announced.
    FileShrank,
    /// The file could not be read.
    FileUnreadable(io::ErrorKind),
}

impl<S: Stream> Transport<S> {
    /// Sends `head` and the content behind it. `then` says what follows.
    pub(in crate::server::connection) fn send(
        &mut self,
        head: &[u8],
        content: Content<'_>,
        then: Then,
    ) -> Result<(), Unsent> {
        let sent = match content {
            Content::Nothing => self.send_octets(head, then),
            Content::Octets(content) => self.send_runs([head, content], then),
            Content::File(part) => self
                .send_octets(head, Then::More)
                .and_then(|()| self.send_file(part)),
        };
        self.pace.end();
        sent
    }

    /// Sends all of `octets`.
    fn send_octets(&mut self, octets: &[u8], then: Then) -> Result<(), Unsent> {
        self.send_runs([octets, &[]], then)
    }

    /// Sends all of two runs of octets, one behind the other.
    fn send_runs(&mut self, runs: [&[u8]; 2], then: Then) -> Result<(), Unsent> {
        let mut rest = runs;
        let mut no_room = NoRoom::Fail;
        while length(rest) > 0 {
            self.pass_before_send();
            let (piece, _) = split(rest, self.stream.piece(length(rest)));
            let (call, sent) = match piece {
                [octets, []] | [[], octets] => {
                    (SendCall::Send, self.stream.send(octets, then, no_room))
                }
                both => (SendCall::SendMsg, self.stream.send_msg(both, then, no_room)),
            };
            match sent {
                Ok(n) => {
                    let of = length(piece);
                    self.tell_sent(call, n as u64, of as u64);
                    (_, rest) = split(rest, n);
                    if of > n || length(rest) > 0 {
                        self.reporter.flush();
                        self.after_piece(n)?;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error)
                    if error.kind() == io::ErrorKind::WouldBlock && no_room == NoRoom::Fail =>
                {
                    self.reporter.flush();
                    no_room = NoRoom::Wait;
                    self.begin_pace();
                }
                Err(error) if is_timeout(&error) => self.judge(0)?,
                Err(error) => return Err(self.broken(&error)),
            }
        }
        Ok(())
    }

    /// Sends the part of a file.
    fn send_file(&mut self, part: &FilePart) -> Result<(), Unsent> {
        self.begin_pace();
        let mut sent = 0;
        while sent < part.length {
            self.reporter.flush();
            self.pass_before_send();
            let piece = (part.length - sent).min(FILE_PIECE);
            let count = self
                .stream
                .piece(usize::try_from(piece).unwrap_or(usize::MAX));
            match self.stream.send_file(&part.file, part.offset + sent, count) {
                Ok(0) => return Err(Unsent::FileShrank),
                Ok(n) => {
                    self.tell_sent(SendCall::SendFile, n as u64, count as u64);
                    sent += n as u64;
                    self.after_piece(n)?;
                }
                Err(NotSent::Socket(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(NotSent::Socket(error)) if is_timeout(&error) => self.judge(0)?,
                Err(NotSent::Socket(error)) => return Err(self.broken(&error)),
                Err(NotSent::Unreadable(error)) => {
                    return Err(Unsent::FileUnreadable(error.kind()));
                }
                Err(NotSent::Refused(error)) => {
                    let kind = error.kind();
                    self.reporter.note(|| Activity::Failed {
                        operation: Operation::SendFile,
                        kind,
                    });
                    return self.read_and_send(part, sent);
                }
            }
        }
        Ok(())
    }

    /// Sends what follows the first `sent` octets of the part from memory.
    fn read_and_send(&mut self, part: &FilePart, mut sent: u64) -> Result<(), Unsent> {
        let mut buffer = [0; READ_PIECE];
        while sent < part.length {
            let piece = usize::try_from(part.length - sent).unwrap_or(READ_PIECE);
            let room = buffer.get_mut(..piece.min(READ_PIECE)).unwrap_or_default();
            match part.file.read_at(room, part.offset + sent) {
                Ok(0) => return Err(Unsent::FileShrank),
                Ok(n) => {
                    let octets = room.get(..n).unwrap_or_default();
                    self.send_octets(octets, Then::Nothing)?;
                    sent += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Unsent::FileUnreadable(error.kind())),
            }
        }
        Ok(())
    }

    /// Time in which the connection is held is not the peer's.
    fn pass_before_send(&mut self) {
        let stood = self.stream.pass(Breakpoint::Send, &mut self.reporter);
        self.pace.stood(stood);
    }

    /// The kernel took a piece of `n` octets: waits for as long as those are to take, and looks
    /// at how the peer receives. The wait is not the peer's.
    fn after_piece(&mut self, n: usize) -> Result<(), Unsent> {
        let rested = self.stream.rest(n);
        self.pace.stood(rested);
        self.judge(n)
    }

    fn tell_sent(&mut self, call: SendCall, octets: u64, of: u64) {
        self.reporter.count_sent(octets);
        self.reporter.detail(|| Activity::Sent { call, octets, of });
    }

    fn begin_pace(&mut self) {
        let now = self.stream.now();
        self.pace.begin(now, || taken(&self.stream, &self.reporter));
    }

    /// Whether the peer may go on receiving as it does, now that a call took `n` octets.
    fn judge(&mut self, n: usize) -> Result<(), Unsent> {
        let now = self.stream.now();
        if n > 0 {
            self.pace.progressed(now);
        }
        let taken = || taken(&self.stream, &self.reporter);
        match self.pace.judge(now, taken) {
            Verdict::GoOn => Ok(()),
            Verdict::Stalled => Err(Unsent::Stalled),
            Verdict::TooSlow => Err(Unsent::TooSlow),
        }
    }

    fn broken(&mut self, error: &io::Error) -> Unsent {
        let kind = error.kind();
        self.reporter.note(|| Activity::Failed {
            operation: Operation::Send,
            kind,
        });
        Unsent::Broken
    }
}

const fn length([first, second]: [&[u8]; 2]) -> usize {
    first.len() + second.len()
}

/// The first `n` octets of two runs, and what is behind them.
fn split([first, second]: [&[u8]; 2], n: usize) -> ([&[u8]; 2], [&[u8]; 2]) {
    let (first, first_rest) = first.split_at(n.min(first.len()));
    let n = (n - first.len()).min(second.len());
    let (second, second_rest) = second.split_at(n);
    ([first, second], [first_rest, second_rest])
}

/// How many octets of the connection the peer has taken.
fn taken(stream: &impl Stream, reporter: &Reporter) -> u64 {
    let sent = reporter.ledger().totals().sent;
    sent.saturating_sub(stream.untaken())
}
