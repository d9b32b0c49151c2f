//! What every thread of a server shares: its options, what it serves, where it tells what
//! happens, and which connections are open.

use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::ceiling::Ceiling;
use super::config::Config;
use super::handler::Site;
use super::kernel;
use super::open_socket::OpenSocket;
use crate::docroot::Docroot;
use crate::event::{ConnectionId, Handling, ListenerEvent, Policy, Sink};

/// How many connections make a crowd, whose memory is worth giving back.
const CROWD: usize = 512;

/// The sockets of the connections that are open.
pub(super) type OpenSockets = HashMap<ConnectionId, Arc<OpenSocket>>;

/// What every thread of the server shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) sink: Arc<Sink>,
    docroot: Arc<Docroot>,
    ceiling: Ceiling,
    draining: AtomicBool,
    /// How connections are driven that are accepted from now on.
    new: Mutex<Handling>,
    /// How many connections there are, those that are turned away with care counted.
    busy: AtomicUsize,
    /// How many there were at most since memory was given back.
    crowd: AtomicUsize,
    open: Mutex<OpenSockets>,
    closed: Condvar,
}

impl Shared {
    pub(super) fn new(
        config: Config,
        ceiling: Ceiling,
        docroot: Arc<Docroot>,
        sink: Arc<Sink>,
    ) -> Self {
        Self {
            new: Mutex::new(Handling {
                flow: config.flow,
                recv_size: config.recv_size,
            }),
            ceiling,
            config,
            docroot,
            sink,
            draining: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            crowd: AtomicUsize::new(0),
            open: Mutex::default(),
            closed: Condvar::new(),
        }
    }

    /// What is served, and to whom.
    pub(super) fn site(&self) -> Site<'_> {
        Site {
            docroot: &self.docroot,
            config: &self.config,
            #[cfg(feature = "metrics")]
            sink: &self.sink,
        }
    }

    /// How many connections may be open at once.
    pub(super) const fn ceiling(&self) -> Ceiling {
        self.ceiling
    }

    /// What is said to those that come when every place is taken.
    pub(super) const fn policy_above_ceiling(&self) -> Policy {
        match self.ceiling.lowered {
            None => Policy::TooManyConnections,
            Some(_) => Policy::TooManyForSystem,
        }
    }

    /// Whether the server is stopping.
    pub(super) fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// The server begins to stop.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
        self.sink.listener(ListenerEvent::Draining);
    }

    /// Takes one of the places there are for connections; says how many were taken before.
    pub(super) fn take_place(&self) -> usize {
        self.busy.fetch_add(1, Ordering::Relaxed)
    }

    /// Gives the memory back that a crowd took, once most of it is gone.
    pub(super) fn give_back(&self) {
        let (busy, crowd) = (self.busy.load(Ordering::Relaxed), &self.crowd);
        let most = crowd.fetch_max(busy, Ordering::Relaxed);
        if most < CROWD || busy > most / 4 {
            return;
        }
        if crowd
            .compare_exchange(most, busy, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
        {
            let mut open = self.open();
            let listed = open.len();
            open.shrink_to(2 * listed);
            drop(open);
            kernel::give_memory_back();
        }
    }

    /// Gives a place back.
    pub(super) fn free_place(&self) {
        self.busy.fetch_sub(1, Ordering::Relaxed);
    }

    /// How connections are driven that are accepted from now on.
    pub(super) fn new_handling(&self) -> MutexGuard<'_, Handling> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The socket of a connection, while it is open.
    pub(super) fn find(&self, id: ConnectionId) -> Option<Arc<OpenSocket>> {
        self.open().get(&id).cloned()
    }

    /// Lists a socket among the open ones.
    pub(super) fn register(&self, id: ConnectionId, socket: &Arc<OpenSocket>) {
        self.open().insert(id, Arc::clone(socket));
        // A connection that slipped in while the server began to stop is stopped too.
        if self.draining() {
            socket.stop(Shutdown::Read);
        }
    }

    /// Takes a socket off the list.
    pub(super) fn unregister(&self, id: ConnectionId) {
        let socket = self.open().remove(&id);
        // The socket may be closed by this, and the others are not to wait for that.
        drop(socket);
        // Waking nobody is a system call too; whoever waits has begun to drain before.
        if self.draining() {
            self.tell_of_closing();
        }
    }

    /// Wakes whoever waits for connections, or for those who accept them, to be gone.
    pub(super) fn tell_of_closing(&self) {
        // Who has looked at the state with the lock held, and seen it as it was, waits by now.
        drop(self.open());
        self.closed.notify_all();
    }

    /// Wakes every worker that stands at a breakpoint or is blocked on its socket.
    pub(super) fn close_all(&self, how: Shutdown) {
        for socket in self.open().values() {
            socket.stop(how);
        }
    }

    /// Waits for the server to come to a state in which `done`, and says whether it has.
    pub(super) fn wait_until(&self, time: Duration, done: impl Fn(&OpenSockets) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let mut open = self.open();
        while !done(&open) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            open = self
                .closed
                .wait_timeout(open, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    /// A panic while the lock is held leaves a map that is as good as before.
    fn open(&self) -> MutexGuard<'_, OpenSockets> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Shared {
    /// How many places are taken, and how many sockets are listed.
    pub(super) fn taken(&self) -> (usize, usize) {
        (self.busy.load(Ordering::SeqCst), self.open().len())
    }
}
