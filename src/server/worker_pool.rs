//! The threads of one listening socket: each accepts a connection, serves it to its end, and
//! accepts the next.
//!
//! One of them waits in `accept` at any time: a thread that takes a connection and leaves
//! nobody behind starts another first. So a connection passes from no thread to another, which
//! costs two context switches where it is done.
//!
//! When descriptors run out the pool says so and never spins. One descriptor is kept in reserve,
//! so that even then a peer is told 503 instead of being left waiting.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread::Builder;
use std::time::Duration;

use super::admission::Admitted;
use super::ceiling::Ceiling;
use super::listener::Listener;
use super::shared::Shared;
use super::shortage::{BACK_OFF, Shortage, is_exhaustion};
use super::tap::Lanes;
use super::turn_away::turn_away;
use crate::event::{CloseReason, Policy};

/// How long somebody is waited for at a time while there are no descriptors.
const WITHOUT_DESCRIPTORS: Duration = Duration::from_secs(1);
/// How many threads may wait in `accept`: those of a burst are kept for the next one.
const WAITING: usize = 32;
/// How many may where the system has no room for as many connections as were asked for. Each
/// has a descriptor set aside for it, which no file can be opened with.
const WAITING_IN_NEED: usize = 4;
/// The stack of a thread. Only what is touched takes memory.
pub(super) const STACK: usize = 256 * 1024;

/// The threads of one listening socket.
#[derive(Debug)]
pub(crate) struct WorkerPool {
    listener: Arc<Listener>,
    shared: Arc<Shared>,
    /// How many wait in `accept`, or have not yet listed what they accepted.
    waiting: AtomicUsize,
    /// How many of them are kept.
    kept: usize,
    shortage: Shortage,
    /// How large the stack of a thread is.
    stack: usize,
    /// The threads that forward what is tapped.
    lanes: Lanes,
}

/// What a thread does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It waits for another connection.
    Stay,
    /// It ends.
    Leave,
}

impl WorkerPool {
    fn new(listener: Arc<Listener>, shared: Arc<Shared>) -> Self {
        let kept = kept(shared.ceiling());
        Self {
            listener,
            shared,
            waiting: AtomicUsize::new(0),
            kept,
            shortage: Shortage::new(),
            stack: STACK,
            lanes: Lanes::default(),
        }
    }

    /// Ends those threads that do not end with a connection.
    pub(crate) fn dismiss(&self) {
        self.lanes.dismiss();
    }

    /// Accepts and serves connections on `listener` until the server stops.
    pub(crate) fn start(listener: Arc<Listener>, shared: Arc<Shared>) -> io::Result<Arc<Self>> {
        let pool = Arc::new(Self::new(listener, shared));
        pool.spawn().map(|()| pool)
    }

    /// Whether a connection may still be accepted and listed.
    pub(crate) fn accepts(&self) -> bool {
        self.waiting.load(SeqCst) > 0
    }

    /// Starts a thread that waits for a connection. It counts as one from now on.
    fn spawn(self: &Arc<Self>) -> io::Result<()> {
        self.waiting.fetch_add(1, SeqCst);
        let pool = Arc::clone(self);
        Builder::new()
            .name("connection".into())
            .stack_size(self.stack)
            .spawn(move || while pool.turn() == Next::Stay {})
            .map(drop)
            .inspect_err(|_| {
                self.waiting.fetch_sub(1, SeqCst);
            })
    }

    /// One connection, from `accept` to its end.
    fn turn(self: &Arc<Self>) -> Next {
        let accepted = self.listener.accept();
        if self.shared.draining() {
            return self.leave();
        }
        match accepted {
            // Another thread gave the reserve up for whoever waits, and this took it. Were it
            // served, nobody could be told anything until a connection ends.
            Ok((socket, peer))
                if self.shortage.lacks_reserve() && !self.shortage.restore_reserve() =>
            {
                self.turn_away(socket.into(), peer)
            }
            Ok((socket, peer)) => self.take(socket.into(), peer),
            // The peer was gone before we came to it, or a signal came: the next one, please.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
                ) =>
            {
                Next::Stay
            }
            Err(error) if is_exhaustion(&error) => {
                // Each thread in `accept` has a descriptor set aside for it: one is enough.
                if self.step_aside() {
                    return Next::Leave;
                }
                self.without_descriptors(&error)
            }
            Err(error) => {
                self.tell_of_accept(&error);
                std::thread::sleep(BACK_OFF);
                Next::Stay
            }
        }
    }

    /// `accept` fails for want of descriptors whether or not somebody waits. The reserve is
    /// given up for whoever does.
    fn without_descriptors(self: &Arc<Self>, error: &io::Error) -> Next {
        if !self.listener.has_waiting(WITHOUT_DESCRIPTORS) {
            return Next::Stay;
        }
        // Those that have come to `accept` since have descriptors, which nobody else can get.
        if self.step_aside() {
            return Next::Leave;
        }
        if !self.shortage.give_up_reserve() {
            self.tell_of_accept(error);
            std::thread::sleep(BACK_OFF);
            self.shortage.restore_reserve();
            return Next::Stay;
        }
        let accepted = self.listener.accept();
        if self.shared.draining() {
            return self.leave();
        }
        let is_over = self.shortage.restore_reserve() || self.waiting.load(SeqCst) > 1;
        let Ok((socket, peer)) = accepted else {
            return Next::Stay;
        };
        // Whoever came may have come only after descriptors were to be had again.
        if is_over {
            return self.take(socket.into(), peer);
        }
        self.tell_of_accept(error);
        self.turn_away(socket.into(), peer)
    }

    /// Turns a connection away whose descriptor is to be the reserve.
    fn turn_away(&self, stream: TcpStream, peer: SocketAddr) -> Next {
        let local = self.listener.local_of(&stream);
        let mut reporter = self.shared.sink.accept(peer, local);
        turn_away(
            &self.shared,
            &mut reporter,
            &stream,
            Policy::OutOfDescriptors,
            CloseReason::Exhausted,
        );
        drop(stream);
        self.shortage.restore_reserve();
        Next::Stay
    }

    fn take(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) -> Next {
        let local = self.listener.local_of(&stream);
        let Some(connection) = Admitted::new(&self.shared, stream, peer, local, None) else {
            return Next::Stay;
        };
        if self.waiting.fetch_sub(1, SeqCst) == 1
            && let Err(error) = self.spawn()
        {
            self.waiting.fetch_add(1, SeqCst);
            connection.give_up();
            self.shortage.tell_of_spawn(&self.shared.sink, &error);
            return Next::Stay;
        }
        connection.serve(&self.lanes);
        if self.waiting.fetch_add(1, SeqCst) >= self.kept && self.step_aside() {
            return Next::Leave;
        }
        Next::Stay
    }

    /// No longer waits in `accept`, when somebody else does.
    fn step_aside(&self) -> bool {
        let one_less = |waiting: usize| (waiting > 1).then(|| waiting - 1);
        self.waiting.fetch_update(SeqCst, SeqCst, one_less).is_ok()
    }

    /// The server stops, and whoever waits for that is told.
    fn leave(&self) -> Next {
        self.waiting.fetch_sub(1, SeqCst);
        self.shared.tell_of_closing();
        // Where the listener does not wake all who wait, each wakes the next.
        if cfg!(not(target_os = "linux")) && self.accepts() {
            self.listener.wake();
        }
        Next::Leave
    }

    fn tell_of_accept(&self, error: &io::Error) {
        self.shortage.tell_of_accept(&self.shared.sink, error);
    }
}

/// How many threads may wait for so many connections: they are to leave room for what these
/// need to be served.
fn kept(ceiling: Ceiling) -> usize {
    let most = if ceiling.lowered.is_some() {
        WAITING_IN_NEED
    } else {
        WAITING
    };
    ceiling.connections.div_ceil(4).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    use crate::docroot::Docroot;
    use crate::event::{Activity, Event, ListenerEvent};
    use crate::server::connection::script::Stage;
    use crate::server::listener;

    #[test]
    fn a_connection_that_no_thread_can_be_had_for_is_answered() {
        let stage = Stage::new(Docroot::embedded());
        let listener = listener::open(&stage.shared.config, &stage.shared.sink)
            .unwrap()
            .remove(0);
        let mut client = TcpStream::connect(listener.local()).unwrap();
        client
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let pool = Arc::new(WorkerPool {
            // More than there is address space for.
            stack: 1 << 60,
            waiting: AtomicUsize::new(1),
            ..WorkerPool::new(Arc::new(listener), Arc::clone(&stage.shared))
        });
        assert_eq!(pool.turn(), Next::Stay, "somebody has to wait");
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("no thread left"), "{answer}");
        for field in ["Date: ", "Content-Security-Policy: ", "Retry-After: "] {
            assert!(answer.contains(field), "{answer}");
        }
        assert!(answer.contains("X-Content-Type-Options: nosniff\r\n"));
        // It is counted, and told as what it is.
        let totals = stage.shared.sink.totals();
        assert_eq!((totals.connections, totals.refused), (1, 1));
        assert_eq!((totals.statuses[5], totals.open), (1, 0));
        assert_eq!(totals.sent, answer.len() as u64);
        let (mut told, mut closed) = (None, None);
        for batch in stage.inbox.receiver().try_iter() {
            stage.inbox.open(batch, |record| match record.event {
                Event::Listener(ListenerEvent::SpawnFailed { error }) => told = Some(error),
                Event::Connection(_, Activity::Closed { reason, .. }) => closed = Some(reason),
                Event::Listener(_) | Event::Connection(..) => {}
            });
        }
        assert!(told.is_some());
        assert_eq!(closed, Some(CloseReason::Exhausted));
        assert_eq!(pool.waiting.load(SeqCst), 1);
        assert_eq!(stage.shared.taken(), (0, 0));
    }
}
