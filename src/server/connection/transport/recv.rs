//! One `recv`: how long it is waited for, and what came of it.

use std::io;

use super::Transport;
use crate::event::Activity;
use crate::server::stream::Stream;

/// What came of one `recv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server::connection) enum Recv<'a> {
    /// These octets.
    Octets(&'a [u8]),
    /// The peer has finished sending.
    Finished,
    /// Nothing: a signal came.
    Interrupted,
    /// Nothing, and it was not waited: the connection can rest.
    NothingYet,
    /// Nothing, for as long as it was waited.
    TimedOut,
    /// The connection is broken.
    Broken(io::ErrorKind),
}

impl<S: Stream> Transport<S> {
    /// One `recv`, no longer than the wait may still take. `offset` is where its first octet
    /// stands in what the connection received, for octets that are to be shown.
    pub(in crate::server::connection) fn recv(&mut self, offset: Option<u64>) -> Recv<'_> {
        if let Some(timeout) = self.deadline.timeout(self.now)
            && let Err(error) = self.stream.set_recv_timeout(timeout)
        {
            return Recv::Broken(error.kind());
        }
        let asked = self.stream.recv_size();
        make_room(&mut self.room, asked);
        let result = self.stream.recv(&mut self.room, asked);
        self.now = self.stream.now();
        match result {
            Ok([]) => Recv::Finished,
            Ok(octets) => {
                self.reporter.count_received(octets.len() as u64);
                if let Some(offset) = offset {
                    self.reporter.detail(|| Activity::Received {
                        offset,
                        octets: octets.into(),
                        asked,
                    });
                }
                Recv::Octets(octets)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Recv::Interrupted,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Recv::NothingYet,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Recv::TimedOut,
            Err(error) => Recv::Broken(error.kind()),
        }
    }

    /// Whether it is known, without asking, that nothing had come beside what was received.
    pub(in crate::server::connection) fn is_drained(&self) -> bool {
        self.stream.is_drained()
    }

    /// Whether octets wait in the kernel. It is asked for that: a system call.
    pub(in crate::server::connection) fn has_unread(&self) -> bool {
        self.stream.unread() > 0
    }
}

/// Empties `room` and sees to it that `asked` octets fit in. How many are asked for can be
/// changed at any time, and then what is too large is given back.
fn make_room(room: &mut Vec<u8>, asked: usize) {
    room.clear();
    if room.capacity() != asked {
        *room = Vec::with_capacity(asked);
    }
}
