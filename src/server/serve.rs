//! One accepted connection: whether there is room for it, who serves it, and how it is turned
//! away where there is none.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::page;
use super::worker::{Admission, Worker};
use super::{Open, Shared};
use crate::event::{Activity, CloseReason, ConnectionId, ConnectionSink, End, Operation, Policy};

/// How many connections above the limit are answered 503 with all due care; beyond these
/// the answer is sent and the socket closed at once.
const TURNED_AWAY_WITH_CARE: usize = 16;
/// How often `recv` is called on a connection that is turned away at once.
const TURNED_AWAY_READS: usize = 16;

/// A connection that is listed among the open ones, until it is dropped.
pub(super) struct Listed<'a> {
    // Dropped in this order: what happened is told to its end before the place is free.
    tap: ConnectionSink,
    open: Arc<Open>,
    place: Place<'a>,
    peer: SocketAddr,
    admission: Admission,
}

/// A place among the open connections.
struct Place<'a> {
    shared: &'a Shared,
    id: ConnectionId,
}

impl<'a> Listed<'a> {
    /// Lists an accepted connection, and shows it; one that there is no room for at all is
    /// turned away.
    pub(super) fn new(
        shared: &'a Shared,
        stream: TcpStream,
        peer: SocketAddr,
        local: SocketAddr,
    ) -> Option<Self> {
        let busy = shared.busy.fetch_add(1, Ordering::Relaxed);
        let limit = shared.config.max_connections;
        if busy >= limit + TURNED_AWAY_WITH_CARE {
            shared.busy.fetch_sub(1, Ordering::Relaxed);
            turn_away(&stream, Policy::TooManyConnections);
            return None;
        }
        let admission = if busy < limit {
            Admission::Serve
        } else {
            Admission::TurnAway
        };
        let tap = shared.sink.accept(peer, local);
        let id = tap.id();
        let open = shared.register(id, stream);
        Some(Self {
            tap,
            open,
            place: Place { shared, id },
            peer,
            admission,
        })
    }

    /// Serves the connection to its end. A panic ends the connection, with an event, and
    /// nothing else.
    pub(super) fn serve(mut self) {
        let worker = AssertUnwindSafe(|| {
            let _inside = self.open.gate.enter();
            let shared = self.place.shared;
            Worker::new(&*self.open, shared, &mut self.tap, self.peer).serve(self.admission);
        });
        if catch_unwind(worker).is_err() {
            panicked(&mut self.tap);
        }
    }

    /// Answers that nobody can serve the connection, and closes it.
    pub(super) fn give_up(mut self) {
        turn_away(&self.open.stream, Policy::OutOfResources);
        let totals = self.tap.ledger().totals();
        self.tap.note(|| Activity::Closed {
            by: End::Server,
            reason: CloseReason::Full,
            totals,
        });
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.shared.unregister(self.id);
        self.shared.busy.fetch_sub(1, Ordering::Relaxed);
    }
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
pub(crate) fn turn_away(mut stream: &TcpStream, policy: Policy) {
    let answer = page::bare(policy);
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
