//! One connection of the page. Its socket is never waited for: what it does not take stays here,
//! and that is one message at most.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::asking::{Asking, Heard};
use super::gallery::Sent;

/// How much the kernel keeps of what a viewer has not taken: a frame or a few. Were it more, a
/// viewer that takes up again would first see what is long past.
const SEND_BUFFER: usize = 64 << 10;
/// How long a request may take to come, and an answer to be taken.
const TIME_TO_ASK: Duration = Duration::from_secs(10);
/// How long somebody may take nothing of what was sent to it.
const TIME_TO_TAKE: Duration = Duration::from_secs(60);
/// After so long without a frame a viewer is told that the server is there.
const QUIET: Duration = Duration::from_secs(15);

/// One connection.
#[derive(Debug)]
pub(super) struct Seat {
    socket: TcpStream,
    pub(super) state: State,
    /// What is being sent, and how much of it was taken.
    out: Option<(Arc<[u8]>, usize)>,
    /// When something of it was taken last, or it came.
    moved: Instant,
}

/// What it is doing.
#[derive(Debug)]
pub(super) enum State {
    /// It says what it wants.
    Asking(Box<Asking>),
    /// It is answered, and that is all.
    Answered,
    /// It was answered whole, and is to close its end: what it sends meanwhile would have the
    /// kernel throw the answer away.
    Leaving,
    /// It watches.
    Watching(Watching),
}

/// Who watches.
#[derive(Debug)]
pub(super) struct Watching {
    pub(super) viewer: String,
    pub(super) size: (u16, u16),
    pub(super) sent: Sent,
}

impl Seat {
    /// A connection that was just accepted.
    pub(super) fn new(socket: TcpStream, now: Instant) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER)?;
        Ok(Self {
            socket,
            state: State::Asking(Box::default()),
            out: None,
            moved: now,
        })
    }

    pub(super) const fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Whether it has not taken all that it was sent.
    pub(super) const fn is_sending(&self) -> bool {
        self.out.is_some()
    }

    pub(super) const fn watching(&self) -> Option<&Watching> {
        match &self.state {
            State::Watching(watching) => Some(watching),
            State::Asking(_) | State::Answered | State::Leaving => None,
        }
    }

    /// Receives once; says what it asks for when that has come.
    ///
    /// # Errors
    /// It has gone, or says more where it has nothing more to say.
    pub(super) fn receive(&mut self) -> io::Result<Heard> {
        let mut octets = [0; 4096];
        let n = match self.socket.read(&mut octets) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => n,
            Err(error) if is_for_later(&error) => return Ok(Heard::Part),
            Err(error) => return Err(error),
        };
        match &mut self.state {
            State::Asking(asking) => Ok(asking.hear(octets.get(..n).unwrap_or_default())),
            State::Answered | State::Leaving => Ok(Heard::Part),
            State::Watching(_) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Sends this, as nothing else is being sent.
    ///
    /// # Errors
    /// It has gone.
    pub(super) fn put(&mut self, octets: Arc<[u8]>, now: Instant) -> io::Result<()> {
        self.out = Some((octets, 0));
        self.moved = now;
        self.send(now)
    }

    /// Sends on, as far as that is taken.
    ///
    /// # Errors
    /// It has gone.
    pub(super) fn send(&mut self, now: Instant) -> io::Result<()> {
        while let Some((octets, taken)) = &mut self.out {
            let rest = octets.get(*taken..).unwrap_or_default();
            match self.socket.write(rest) {
                Ok(n) => {
                    *taken += n;
                    self.moved = now;
                    if n == rest.len() {
                        self.out = None;
                    }
                }
                Err(error) if is_for_later(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        if matches!(self.state, State::Answered) {
            self.state = State::Leaving;
            self.socket.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }

    /// Whether nothing has come of it for too long.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.moved);
        match self.state {
            State::Asking(_) | State::Answered | State::Leaving => waited >= TIME_TO_ASK,
            State::Watching(_) => self.is_sending() && waited >= TIME_TO_TAKE,
        }
    }

    /// Whether it is to be told that the server is there.
    pub(super) fn is_quiet(&self, now: Instant) -> bool {
        let waited = now.saturating_duration_since(self.moved);
        self.watching().is_some() && !self.is_sending() && waited >= QUIET
    }
}

/// Whether nothing is wrong: it is tried again when the socket is ready.
fn is_for_later(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, WouldBlock};
    matches!(error.kind(), WouldBlock | Interrupted)
}
