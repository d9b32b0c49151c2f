//! The counts of a session, from its records.

use std::collections::BTreeSet;

use crate::event::{Activity, ConnectionId, Event, ListenerEvent, Record, Totals};

/// What the records so far come to. Where records are missing, the counts among them say how
/// much there was.
#[derive(Debug, Default)]
pub struct Tally {
    told: Totals,
    counted: Totals,
    open: BTreeSet<ConnectionId>,
}

impl Tally {
    /// Takes one in.
    pub fn take(&mut self, record: &Record) {
        let (id, activity) = match &record.event {
            Event::Connection(id, activity) => (*id, activity),
            Event::Listener(ListenerEvent::Counted(totals)) => {
                self.counted = **totals;
                return;
            }
            Event::Listener(_) => return,
        };
        let told = &mut self.told;
        match activity {
            Activity::Accepted { .. } => {
                told.connections = told.connections.saturating_add(1);
            }
            Activity::Received { octets, .. } => {
                told.received = told.received.saturating_add(octets.len() as u64);
            }
            Activity::Sent { octets, .. } => told.sent = told.sent.saturating_add(*octets),
            Activity::Rejected { .. } => told.refused = told.refused.saturating_add(1),
            Activity::Responding { status, .. } => {
                if let Some(class) = told.statuses.get_mut(usize::from(status.class())) {
                    *class = class.saturating_add(1);
                }
            }
            Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::Parsed { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Content { .. }
            | Activity::Responded { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. }
            | Activity::Closed { .. }
            | Activity::Counted(_)
            | Activity::Sampled(_)
            | Activity::OfSource(_)
            | Activity::Gone
            | Activity::Upstream(_) => {}
        }
        if matches!(activity, Activity::Closed { .. } | Activity::Gone) {
            self.open.remove(&id);
        } else {
            self.open.insert(id);
        }
    }

    /// What they come to.
    pub fn totals(&self) -> Totals {
        let (told, counted) = (self.told, self.counted);
        let mut statuses = told.statuses;
        for (told, counted) in statuses.iter_mut().zip(counted.statuses) {
            *told = counted.max(*told);
        }
        Totals {
            connections: told.connections.max(counted.connections),
            open: self.open.len() as u64,
            statuses,
            received: told.received.max(counted.received),
            sent: told.sent.max(counted.sent),
            refused: told.refused.max(counted.refused),
            left_out: counted.left_out,
        }
    }
}
