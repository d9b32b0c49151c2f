//! What a reading of the exact counts comes to: records like any other.
//!
//! Where detail was left out, the counts are all there is: they say which connections there
//! are, what went over them, and which are gone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::store::Trace;
use crate::event::{Activity, ConnectionId, Event, Ledger, ListenerEvent, Record, Totals};

/// The records that tell a trace what was read at this time. `ledgers` are those of all open
/// connections, or none at all when nothing was left out. The totals come last.
pub fn records(
    trace: &Trace,
    totals: Totals,
    ledgers: &[Arc<Ledger>],
    at: Duration,
) -> Vec<Record> {
    let of = |id: ConnectionId, activity| Record {
        seq: 0,
        at,
        event: Event::Connection(id, activity),
    };
    let mut records = Vec::new();
    for ledger in ledgers {
        let counted = ledger.read();
        let known = trace.connections.get(&ledger.id);
        if !known.is_some_and(|connection| connection.agrees_with(&counted)) {
            records.push(of(ledger.id, Activity::Counted(Arc::new(counted))));
        }
    }
    if !ledgers.is_empty() || totals.open == 0 {
        let listed: BTreeSet<_> = ledgers.iter().map(|ledger| ledger.id).collect();
        let gone = trace.open().filter(|open| !listed.contains(&open.id));
        records.extend(gone.map(|open| of(open.id, Activity::Gone)));
    }
    records.push(Record {
        seq: 0,
        at,
        event: Event::Listener(ListenerEvent::Counted(Box::new(totals))),
    });
    records
}
