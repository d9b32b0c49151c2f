//! Asking the server and the kernel about what is selected, ten times a second at most. What
//! they answer makes records like any other.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Activity, Controls, Event, ListenerEvent, Record, Sampled, Target};
use crate::tui::model::Model;

/// How often what is selected is asked about.
const EVERY: Duration = Duration::from_millis(100);

/// When what is selected was asked about, and after how many records.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked(Option<(Duration, u64)>);

impl Asked {
    pub(crate) const fn now(at: Duration, model: &Model) -> Self {
        Self(Some((at, model.live.records)))
    }

    /// When it is to be asked about again, if it is.
    pub(crate) fn due(self, model: &Model) -> Option<Duration> {
        let Some((at, records)) = self.0 else {
            return Some(Duration::ZERO);
        };
        let is_news = records != model.live.records && model.is_asked_after_records();
        (model.is_sampled() || is_news).then_some(at + EVERY)
    }
}

/// Asks about what is selected, and says what is new.
pub(crate) fn take(model: &Model, controls: &dyn Controls, at: Duration) -> Vec<Record> {
    let record = |event| Record { seq: 0, at, event };
    let mut records = Vec::new();
    let new = controls.handling(Target::New);
    // Without a server nobody answers, and what was recorded of its answers stands.
    let is_served = new.is_some();
    if let Some(new) = new.filter(|_| new != model.live.new) {
        records.push(record(Event::Listener(ListenerEvent::Handling(new))));
    }
    let open = model
        .selected()
        .filter(|connection| connection.closed.is_none());
    let sampled = open.and_then(|connection| {
        let sampled = Sampled {
            handling: controls.handling(Target::Connection(connection.id))?,
            kernel: controls.kernel(connection.id)?,
        };
        let known = model
            .live
            .connections
            .get(&connection.id)?
            .sampled
            .as_deref();
        (known != Some(&sampled)).then(|| (connection.id, Activity::Sampled(Arc::new(sampled))))
    });
    records.extend(sampled.map(|(id, activity)| record(Event::Connection(id, activity))));
    if is_served && model.shows_kernel() {
        let queue = Some(controls.accept_queue());
        let queue = queue.filter(|queue| model.live.queue.as_ref() != Some(queue));
        let queue = queue.map(|queue| ListenerEvent::Queue(Box::new(queue)));
        records.extend(queue.map(|queue| record(Event::Listener(queue))));
    }
    records
}
