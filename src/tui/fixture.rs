//! A dashboard for tests, and how a scripted story is told to it.

use crate::event::Totals;
use crate::trace::Exchange;
use crate::trace::readings;
pub(crate) use crate::trace::script::{Script, about, id};
use crate::tui::model::Model;
use crate::tui::model::lesson::{Look, Moment, Strip};
use crate::tui::{Dashboard, Msg, update};

/// A dashboard on which nothing has happened.
pub(crate) fn model() -> Dashboard {
    Dashboard::new(Model::new(about()))
}

/// What a reading of the counts tells a dashboard where nothing was left out.
pub(crate) fn count(model: &mut Dashboard, totals: Totals, at: std::time::Duration) {
    for record in readings::records(&model.live, totals, &[], at) {
        update(model, Msg::Record(record));
    }
}

/// What a lesson shows before one of its steps.
pub(crate) fn strip() -> Strip {
    Strip {
        title: "Lesson 6 of 12: recv is not a message".into(),
        step: 2,
        of: 4,
        moment: Moment::Say,
        text: "Now each recv asks for four octets at most, and the server goes on.".into(),
        ask: Some("How many recvs will there be for this one send?".into()),
        did: "send(35) = 35".into(),
        follow: None,
        look: Look::Everywhere,
    }
}

impl Script {
    /// Hands the records, the counts they come to and the time to a model.
    pub(crate) fn tell(&mut self, model: &mut Dashboard) -> &mut Self {
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
