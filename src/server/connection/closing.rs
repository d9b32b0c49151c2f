//! The last phase: a peer that is still sending gets to read its answer, and the end is told.

use std::io;
use std::time::Duration;

use super::ending::Ending;
use super::transport::{Recv, Transport};
use crate::event::{Activity, CloseReason, Operation, Phase};
use crate::server::stream::Stream;

/// How long, and how much, is received after the last answer, so that a peer which is still
/// sending gets to read it (RFC 9112 §9.6).
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_LIMIT: u64 = 64 << 20;

/// Sends FIN and receives what the peer still sends, for a bounded time, so that closing
/// does not reset the connection before the peer has read its answer.
pub(super) fn linger<S: Stream>(transport: &mut Transport<S>) {
    transport.reporter().set_phase(Phase::Closing);
    transport.finish();
    transport.reporter().flush();
    transport.lap();
    transport.begin_wait(LINGER_TIME);
    let mut left = LINGER_LIMIT;
    while left > 0 && !transport.is_late() {
        // What comes now is for nobody: it is never taken into the buffer.
        match transport.recv(None) {
            Recv::Octets(octets) => left = left.saturating_sub(octets.len() as u64),
            Recv::Interrupted => {}
            // In all of these cases there is nothing left to protect.
            Recv::Finished | Recv::TimedOut | Recv::Broken(_) => return,
        }
    }
}

/// Tells how the connection ended.
pub(super) fn close<S: Stream>(transport: &mut Transport<S>, ending: Ending) {
    let reporter = transport.reporter();
    let totals = reporter.ledger().totals();
    reporter.note(|| Activity::Closed {
        by: ending.by,
        reason: ending.reason,
        totals,
    });
    reporter.flush();
}

/// Tells that whoever served the connection panicked, which ends it.
pub(super) fn close_after_panic<S: Stream>(transport: &mut Transport<S>) {
    transport.reporter().note(|| Activity::Failed {
        operation: Operation::Work,
        kind: io::ErrorKind::Other,
    });
    close(transport, Ending::by_server(CloseReason::Panicked));
}
