//! Connections that are waited for together: one poller, and the list of those that rest.
//!
//! One thread leads a crowd at any time: it waits for what becomes ready, and serves that. Its
//! term ends when another one takes over.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::Socket;

use super::poller::{Events, Poller, Ready};
use super::resting::{Put, Resting};
use crate::event::ConnectionId;

/// Connections of type `C` that are waited for together.
pub(super) struct Crowd<C> {
    poller: Poller,
    resting: Mutex<Resting<C>>,
    /// How often the lead has changed.
    term: AtomicU64,
    /// Whether connections are waited for.
    accepts: AtomicBool,
}

impl<C> fmt::Debug for Crowd<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crowd")
            .field("connections", &self.len())
            .finish_non_exhaustive()
    }
}

impl<C> Crowd<C> {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            poller: Poller::new()?,
            resting: Mutex::default(),
            term: AtomicU64::new(0),
            accepts: AtomicBool::new(false),
        })
    }

    /// Which term this is. It changes when another thread takes over.
    pub(super) fn term(&self) -> u64 {
        self.term.load(SeqCst)
    }

    /// The thread that leads does so no longer.
    pub(super) fn end_term(&self) {
        self.term.fetch_add(1, SeqCst);
    }

    /// How many connections are listed.
    pub(super) fn len(&self) -> usize {
        self.resting().len()
    }

    /// Waits for connections on these sockets, or no longer.
    pub(super) fn set_accepts<'s>(
        &self,
        accepts: bool,
        sockets: impl Iterator<Item = &'s Socket>,
    ) -> io::Result<()> {
        if self.accepts.swap(accepts, SeqCst) == accepts {
            return Ok(());
        }
        if accepts {
            let mut sockets = sockets.enumerate();
            return sockets
                .try_for_each(|(number, socket)| self.poller.add_listener(number, socket));
        }
        sockets.for_each(|socket| self.poller.remove_listener(socket));
        Ok(())
    }

    /// Lists a connection that is being served and will rest. What has come is told of.
    pub(super) fn enter(&self, id: ConnectionId, stream: &TcpStream) -> io::Result<()> {
        self.resting().enter(id);
        self.poller.add(stream, id)
    }

    /// Takes a connection off the list that has ended.
    pub(super) fn leave(&self, id: ConnectionId) {
        self.resting().leave(id);
    }

    /// Puts a connection down until something comes, or it is `due`. One for which something
    /// came meanwhile is returned. Says whether whoever waits does so for too long now.
    pub(super) fn put(&self, id: ConnectionId, connection: C, due: Option<Instant>) -> Put<C> {
        self.resting().put(id, connection, due)
    }

    /// Puts a connection down that is to be taken up again after those that are ready.
    pub(super) fn put_last(&self, id: ConnectionId, connection: C) {
        self.resting().put_last(id, connection);
    }

    /// Has a connection taken up that rests.
    pub(super) fn wake(&self, id: ConnectionId) {
        self.resting().ready(id, false);
        self.poller.wake();
    }

    /// Has the thread that leads look around.
    pub(super) fn rouse(&self) {
        self.poller.wake();
    }

    /// How many connections are to be taken up.
    pub(super) fn ready(&self) -> usize {
        self.resting().ready_len()
    }

    /// A connection that is to be taken up, and whether its peer has finished.
    pub(super) fn take(&self) -> Option<(ConnectionId, C, bool)> {
        self.resting().take()
    }

    /// Waits until something is ready, for `longest` at most; not at all where something is.
    pub(super) fn wait(&self, events: &mut Events, longest: Option<Duration>) {
        let resting = self.resting();
        let next = resting.next_timer();
        let at_once = (resting.ready_len() > 0).then_some(Duration::ZERO);
        drop(resting);
        let until = next.map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            // What is cut off a millisecond would be waited for in turns.
            left + Duration::from_millis(1)
        });
        let time = until.into_iter().chain(longest).chain(at_once).min();
        self.poller.wait(events, time);
        let mut resting = self.resting();
        if next.is_some() {
            resting.expire(Instant::now());
        }
        for ready in events.iter() {
            if let Ready::Connection { id, ended } = ready {
                resting.ready(id, ended);
            }
        }
    }

    /// A panic while the lock is held leaves a list that is as good as before.
    fn resting(&self) -> MutexGuard<'_, Resting<C>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
