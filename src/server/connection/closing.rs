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

/// FIN was sent, and what the peer still sends is received for a bounded time, so that closing
/// does not reset the connection before the peer has read its answer.
#[derive(Debug)]
pub(super) struct Linger {
    /// How much is still received.
    left: u64,
    /// Whether it is known that nothing has come yet.
    drained: bool,
}

impl Linger {
    /// There is nothing to protect.
    pub(super) const NOT: Self = Self {
        left: 0,
        drained: false,
    };

    /// Sends FIN.
    pub(super) fn begin<S: Stream>(transport: &mut Transport<S>) -> Self {
        transport.reporter().set_phase(Phase::Closing);
        transport.finish();
        transport.reporter().flush();
        transport.lap();
        transport.begin_wait(LINGER_TIME);
        Self {
            left: LINGER_LIMIT,
            drained: transport.is_drained(),
        }
    }

    /// Receives, and says whether the connection can be closed now: if not, it waits for octets.
    pub(super) fn is_over<S: Stream>(&mut self, transport: &mut Transport<S>) -> bool {
        // A call that would bring nothing is saved.
        if std::mem::take(&mut self.drained) {
            return false;
        }
        while self.left > 0 && !transport.is_late() {
            // What comes now is for nobody: it is never taken into the buffer.
            match transport.recv(None) {
                Recv::Octets(octets) => self.left = self.left.saturating_sub(octets.len() as u64),
                Recv::Interrupted => {}
                Recv::NothingYet => return transport.is_late(),
                // In all of these cases there is nothing left to protect.
                Recv::Finished | Recv::TimedOut | Recv::Broken(_) => return true,
            }
        }
        true
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
