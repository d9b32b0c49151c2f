//! One accepted connection: whether there is room for it, who serves it, and how it is turned
//! away where there is none.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::turn_away::turn_away;
use super::worker::{Admission, Worker};
use super::{Open, Shared};
use crate::event::{Activity, CloseReason, ConnectionId, ConnectionSink, End, Operation, Policy};

/// How many connections above the limit are answered 503 with all due care; beyond these
/// the answer is sent and the socket closed at once.
const TURNED_AWAY_WITH_CARE: usize = 16;

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
        let limit = shared.ceiling.connections;
        let mut tap = shared.sink.accept(peer, local);
        if busy >= limit + TURNED_AWAY_WITH_CARE {
            shared.busy.fetch_sub(1, Ordering::Relaxed);
            let policy = shared.policy_above_ceiling();
            turn_away(shared, &mut tap, &stream, policy, CloseReason::Full);
            return None;
        }
        let admission = if busy < limit {
            Admission::Serve
        } else {
            Admission::TurnAway
        };
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

    /// Answers that there is no thread to serve the connection, and closes it.
    pub(super) fn give_up(mut self) {
        turn_away(
            self.place.shared,
            &mut self.tap,
            &self.open.stream,
            Policy::OutOfThreads,
            CloseReason::Exhausted,
        );
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
