//! The threads of one listening socket: each accepts a connection, serves it to its end, and
//! accepts the next.
//!
//! One of them waits in `accept` at any time: a thread that takes a connection and leaves
//! nobody behind starts another first. So a connection passes from no thread to another, which
//! costs two context switches where it is done.
//!
//! When descriptors run out the crew backs off and says so; it never spins. One descriptor is
//! kept in reserve, so that even then a peer is told 503 instead of being left waiting.

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::Shared;
use super::listener::Listener;
use super::serve::{Listed, turn_away};
use crate::event::{ListenerEvent, Policy};

/// How long nobody accepts when the system has no descriptor, memory or thread for it.
const BACK_OFF: Duration = Duration::from_millis(50);
/// How often a failure that goes on is told.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How many threads may wait in `accept`: those of a burst are kept for the next one.
const WAITING: usize = 32;
/// The stack of a thread. Only what is touched takes memory.
const STACK: usize = 256 * 1024;

/// The threads of one listening socket.
#[derive(Debug)]
pub(crate) struct Crew {
    listener: Arc<Listener>,
    shared: Arc<Shared>,
    /// How many wait in `accept`, or have not yet listed what they accepted.
    waiting: AtomicUsize,
    trouble: Mutex<Trouble>,
    /// How large the stack of a thread is.
    stack: usize,
}

/// What is needed when connections cannot be accepted.
#[derive(Debug)]
struct Trouble {
    /// A descriptor that can be given up.
    reserve: Option<File>,
    told: Option<Instant>,
}

/// What a thread does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It waits for another connection.
    Stay,
    /// It ends.
    Leave,
}

impl Crew {
    fn new(listener: Arc<Listener>, shared: Arc<Shared>) -> Self {
        Self {
            listener,
            shared,
            waiting: AtomicUsize::new(0),
            trouble: Mutex::new(Trouble {
                reserve: reserve(),
                told: None,
            }),
            stack: STACK,
        }
    }

    /// Accepts and serves connections on `listener` until the server stops.
    pub(crate) fn start(listener: Arc<Listener>, shared: Arc<Shared>) -> io::Result<Arc<Self>> {
        let crew = Arc::new(Self::new(listener, shared));
        crew.spawn().map(|()| crew)
    }

    /// Whether a connection may still be accepted and listed.
    pub(crate) fn accepts(&self) -> bool {
        self.waiting.load(SeqCst) > 0
    }

    /// Starts a thread that waits for a connection. It counts as one from now on.
    fn spawn(self: &Arc<Self>) -> io::Result<()> {
        self.waiting.fetch_add(1, SeqCst);
        let crew = Arc::clone(self);
        Builder::new()
            .name("conn".into())
            .stack_size(self.stack)
            .spawn(move || while crew.turn() == Next::Stay {})
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
            Err(error) => {
                let exhausted = is_exhaustion(&error);
                // Each thread in `accept` has a descriptor set aside for it: one is enough.
                if exhausted && self.step_aside() {
                    return Next::Leave;
                }
                let mut trouble = self.trouble();
                if exhausted {
                    self.turn_one_away(&mut trouble);
                }
                self.back_off(&mut trouble, &error);
                Next::Stay
            }
        }
    }

    fn take(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr) -> Next {
        let mut local = self.listener.local();
        if local.ip().is_unspecified() {
            local = stream.local_addr().unwrap_or(local);
        }
        let Some(connection) = Listed::new(&self.shared, stream, peer, local) else {
            return Next::Stay;
        };
        if self.waiting.fetch_sub(1, SeqCst) == 1
            && let Err(error) = self.spawn()
        {
            self.waiting.fetch_add(1, SeqCst);
            connection.give_up();
            self.back_off(&mut self.trouble(), &error);
            return Next::Stay;
        }
        connection.serve();
        if self.waiting.fetch_add(1, SeqCst) >= WAITING && self.step_aside() {
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

    /// A panic while the lock is held leaves a state that is as good as before.
    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives up the reserve to answer one peer that would otherwise wait in the queue.
    fn turn_one_away(&self, trouble: &mut Trouble) {
        if trouble.reserve.take().is_none() {
            return;
        }
        if let Ok((socket, _)) = self.listener.accept() {
            turn_away(&socket.into(), Policy::OutOfResources);
        }
        trouble.reserve = reserve();
    }

    fn back_off(&self, trouble: &mut Trouble, error: &io::Error) {
        if trouble.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            trouble.told = Some(Instant::now());
            let event = ListenerEvent::AcceptFailed {
                error: error.to_string().into(),
                retry: BACK_OFF,
            };
            self.shared.sink.listener(event);
        }
        std::thread::sleep(BACK_OFF);
    }
}

/// A descriptor that can be given up.
fn reserve() -> Option<File> {
    File::open("/dev/null").ok()
}

fn is_exhaustion(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    use crate::docroot::Docroot;
    use crate::server::listener;
    use crate::server::worker::script::Stage;

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
        let crew = Arc::new(Crew {
            // More than there is address space for.
            stack: 1 << 60,
            waiting: AtomicUsize::new(1),
            ..Crew::new(Arc::new(listener), Arc::clone(&stage.shared))
        });
        assert_eq!(crew.turn(), Next::Stay, "somebody has to wait");
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("no thread left"), "{answer}");
        for field in ["Date: ", "Content-Security-Policy: ", "Retry-After: "] {
            assert!(answer.contains(field), "{answer}");
        }
        assert!(answer.contains("X-Content-Type-Options: nosniff\r\n"));
        assert_eq!(crew.waiting.load(SeqCst), 1);
        assert_eq!(stage.shared.busy.load(SeqCst), 0);
        assert!(stage.shared.open().is_empty());
    }
}
