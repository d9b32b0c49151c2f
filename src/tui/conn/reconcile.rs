//! What the exact counts of a connection say, where records were left out.

use std::time::Duration;

use super::{Closed, Conn};
use crate::event::{ConnectionTotals, Ledger};

impl Conn {
    /// Takes over what a ledger knows better.
    pub(crate) fn reconcile(&mut self, ledger: &Ledger, at: Duration) {
        self.peer = Some(ledger.peer);
        self.local = Some(ledger.local);
        self.count(ledger.totals());
        self.left_out = self.left_out.max(ledger.left_out());
        if self.closed == Some(Closed::LeftOut) {
            self.closed = None;
        }
        self.enter(ledger.phase(), at);
        if self.held.map(|(before, _)| before) != ledger.held() {
            self.held = ledger.held().map(|before| (before, at));
        }
    }

    pub(super) fn count(&mut self, totals: ConnectionTotals) {
        self.totals.requests = self.totals.requests.max(totals.requests);
        self.totals.received = self.totals.received.max(totals.received);
        self.totals.sent = self.totals.sent.max(totals.sent);
    }
}
