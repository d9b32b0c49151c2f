//! Where records come from, for whoever shows them: a server that runs, or what was recorded
//! of one.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::batch::Batch;
use super::connection::ConnectionId;
use super::ledger::Ledger;
use super::record::Record;
use super::sink::{Credit, Inbox};
use super::totals::Totals;

/// Where records come from, and what goes with them.
pub trait Source {
    /// The channel batches arrive on, to be selected on. Every batch must be
    /// [opened](Self::open).
    fn receiver(&self) -> &Receiver<Batch>;
    /// Hands each record of a batch to `fold`.
    fn open(&self, batch: Batch, fold: &mut dyn FnMut(Record));
    /// The time records are stamped with now.
    fn now(&self) -> Duration;
    /// The counts of everything, as they are now.
    fn totals(&self) -> Totals;
    /// The ledgers of the connections that are open now, where there are ledgers.
    fn ledgers(&self) -> Vec<Arc<Ledger>>;
    /// Allows for so many more batches.
    fn grant(&self, credit: Credit);
    /// The connection that is looked at, which is to lose no detail.
    fn watch(&self, connection: Option<ConnectionId>);
    /// Hands on what was found out by asking, where it is recorded.
    fn keep(&self, record: &Record);
}

/// The live server.
impl Source for Inbox {
    fn receiver(&self) -> &Receiver<Batch> {
        self.receiver()
    }

    fn open(&self, batch: Batch, fold: &mut dyn FnMut(Record)) {
        self.open(batch, fold);
    }

    fn now(&self) -> Duration {
        self.sink().now()
    }

    fn totals(&self) -> Totals {
        self.sink().totals()
    }

    fn ledgers(&self) -> Vec<Arc<Ledger>> {
        self.sink().ledgers()
    }

    fn grant(&self, credit: Credit) {
        self.sink().grant(credit);
    }

    fn watch(&self, connection: Option<ConnectionId>) {
        self.sink().watch(connection);
    }

    fn keep(&self, record: &Record) {
        self.sink().keep(record);
    }
}
