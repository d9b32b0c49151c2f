//! The workers: one thread per connection, parked between two connections.
//!
//! A finished thread waits for the next connection for a while before it ends; a new one is
//! started only when none waits. (Spawning for each connection costs twice the CPU.)

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::Shared;
use super::page;
use super::worker::{Admission, Worker};
use crate::event::{Activity, CloseReason, ConnectionSink, End, Operation};
use crate::http::Fault;

/// How long a worker stays without a connection.
const PARKED: Duration = Duration::from_secs(10);
/// A worker's stack. Only what is touched takes memory.
const STACK: usize = 256 * 1024;
/// How many connections above the limit are answered 503 with all due care; beyond these
/// the answer is sent and the socket closed at once.
const TURNED_AWAY_WITH_CARE: usize = 16;
/// How often `recv` is called on a connection that is turned away at once.
const TURNED_AWAY_READS: usize = 16;

/// An accepted connection.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

/// The worker threads.
#[derive(Debug)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
    hand_off: Sender<(Job, Admission)>,
    parked: Receiver<(Job, Admission)>,
    busy: Arc<AtomicUsize>,
    /// How large the stack of a worker is.
    stack: usize,
}

impl Pool {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        // No room in the channel: a connection passes only from hand to hand.
        let (hand_off, parked) = bounded(0);
        Self {
            shared,
            hand_off,
            parked,
            busy: Arc::default(),
            stack: STACK,
        }
    }

    /// Gives `job` to a worker. Fails when no thread can be had for it; its peer is told then.
    pub(crate) fn take(&self, job: Job) -> io::Result<()> {
        let busy = self.busy.fetch_add(1, Ordering::Relaxed);
        let limit = self.shared.config.max_connections;
        let admission = if busy < limit {
            Admission::Serve
        } else {
            Admission::TurnAway
        };
        if busy >= limit + TURNED_AWAY_WITH_CARE {
            self.busy.fetch_sub(1, Ordering::Relaxed);
            turn_away(&job.stream, Fault::TooManyConnections);
            return Ok(());
        }
        match self.hand_off.try_send((job, admission)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(task) | TrySendError::Disconnected(task)) => self.spawn(task),
        }
    }

    fn spawn(&self, task: (Job, Admission)) -> io::Result<()> {
        let (shared, parked, busy) = (
            Arc::clone(&self.shared),
            self.parked.clone(),
            Arc::clone(&self.busy),
        );
        // A closure that cannot be run takes what it owns with it: the connection is shared
        // with it, so that it can still be answered.
        let first = Arc::new(Mutex::new(Some(task)));
        let next = Arc::clone(&first);
        let spawned = Builder::new()
            .name("conn".into())
            .stack_size(self.stack)
            .spawn(move || {
                let mut next = take(&next);
                while let Some((job, admission)) = next {
                    serve(&shared, job, admission);
                    busy.fetch_sub(1, Ordering::Relaxed);
                    next = parked.recv_timeout(PARKED).ok();
                }
            });
        spawned.map(drop).inspect_err(|_| {
            self.busy.fetch_sub(1, Ordering::Relaxed);
            if let Some((job, _)) = take(&first) {
                turn_away(&job.stream, Fault::OutOfResources);
            }
        })
    }
}

fn take<T>(from: &Mutex<Option<T>>) -> Option<T> {
    from.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Serves one connection to its end. A panic ends the connection, with an event, and
/// nothing else.
fn serve(shared: &Shared, job: Job, admission: Admission) {
    let Job {
        stream,
        peer,
        local,
    } = job;
    let mut tap = shared.sink.accept(peer, local);
    let id = tap.id();
    let open = shared.register(id, stream);
    let worker = AssertUnwindSafe(|| {
        let _inside = open.gate.enter();
        Worker::new(&*open, shared, &mut tap, peer).serve(admission);
    });
    if catch_unwind(worker).is_err() {
        panicked(&mut tap);
    }
    drop(tap);
    shared.unregister(id);
}

fn panicked(tap: &mut ConnectionSink) {
    let totals = tap.ledger().totals();
    tap.note(|| Activity::Failed {
        operation: Operation::Work,
        kind: io::ErrorKind::Other,
    });
    tap.note(|| Activity::Closed {
        by: End::Server,
        reason: CloseReason::Panicked,
        totals,
    });
}

/// Answers 503 without ever waiting, and closes. What the peer has sent by then is taken
/// first, so that closing does not reset the connection under the answer.
pub(crate) fn turn_away(mut stream: &TcpStream, fault: Fault) {
    let answer = page::bare(fault);
    let sent = stream
        .set_nonblocking(true)
        .and_then(|()| stream.write(&answer))
        .and_then(|_| stream.shutdown(Shutdown::Write));
    // A peer that does not even take this much is closed all the same.
    if sent.is_err() {
        return;
    }
    let mut unread = [0; 4096];
    for _ in 0..TURNED_AWAY_READS {
        if !stream.read(&mut unread).is_ok_and(|n| n > 0) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::docroot::Docroot;
    use crate::server::worker::script::Stage;

    #[test]
    fn a_connection_that_no_thread_can_be_had_for_is_answered() {
        let stage = Stage::new(Docroot::embedded());
        let pool = Pool {
            // More than there is address space for.
            stack: 1 << 60,
            ..Pool::new(Arc::clone(&stage.shared))
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let local = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(local).unwrap();
        client.set_read_timeout(Some(PARKED)).unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let job = Job {
            stream,
            peer,
            local,
        };
        assert!(pool.take(job).is_err());
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("no thread left"), "{answer}");
        for field in ["Date: ", "Content-Security-Policy: ", "Retry-After: "] {
            assert!(answer.contains(field), "{answer}");
        }
        assert!(answer.contains("X-Content-Type-Options: nosniff\r\n"));
        assert_eq!(pool.busy.load(Ordering::Relaxed), 0);
    }
}
