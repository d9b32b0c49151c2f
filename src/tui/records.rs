//! A dashboard for tests, and how a scripted story is told to it.

use super::model::Model;
use super::{Msg, update};
use crate::event::Totals;
use crate::trace::Exchange;
use crate::trace::readings;
pub(crate) use crate::trace::script::{Script, about, id};

/// A dashboard on which nothing has happened.
pub(crate) fn model() -> Model {
    Model::new(about())
}

/// What a reading of the counts tells a dashboard where nothing was left out.
pub(crate) fn count(model: &mut Model, totals: Totals, at: std::time::Duration) {
    for record in readings::records(&model.live, totals, &[], at) {
        update(model, Msg::Record(record));
    }
}

impl Script {
    /// Hands the records, the counts they come to and the time to a model.
    pub(crate) fn tell(&mut self, model: &mut Model) -> &mut Self {
        for record in self.records.drain(..) {
            update(model, Msg::Record(record));
        }
        let mut totals = model.live.totals;
        totals.connections = model.live.connections.len() as u64;
        totals.open = model.live.open().count() as u64;
        totals.statuses = [0; 6];
        (totals.received, totals.sent) = (0, 0);
        for conn in model.live.connections.values() {
            totals.received += conn.totals.received;
            totals.sent += conn.totals.sent;
            for status in conn.exchanges.iter().filter_map(Exchange::status) {
                totals.statuses[usize::from(status.class())] += 1;
            }
        }
        count(model, totals, self.now);
        self
    }
}
