//! Asking the server and the kernel about what is selected, ten times a second at most. What
//! they answer makes records like any other.

use std::sync::Arc;
use std::time::Duration;

use crate::event::{Activity, Controls, Event, ListenerEvent, Record, Sampled, Target};
use crate::tui::layout;
use crate::tui::model::{Lane, Model, Pane};

/// How often what is selected is asked about.
pub(crate) const EVERY: Duration = Duration::from_millis(100);

/// Asks about what is selected, and says what is new.
pub(crate) fn take(model: &Model, controls: &dyn Controls, at: Duration) -> Vec<Record> {
    let record = |event| Record { seq: 0, at, event };
    let mut records = Vec::new();
    let new = controls.handling(Target::New);
    if let Some(new) = new.filter(|_| new != model.live.new) {
        records.push(record(Event::Listener(ListenerEvent::Handling(new))));
    }
    let open = model.selected().filter(|conn| conn.closed.is_none());
    let sampled = open.and_then(|conn| {
        let sampled = Sampled {
            handling: controls.handling(Target::Connection(conn.id))?,
            kernel: controls.kernel(conn.id)?,
        };
        let known = model.live.connections.get(&conn.id)?.sampled.as_deref();
        (known != Some(&sampled)).then(|| (conn.id, Activity::Sampled(Arc::new(sampled))))
    });
    records.extend(sampled.map(|(id, activity)| record(Event::Connection(id, activity))));
    if shows_kernel(model) {
        let queue = Some(controls.accept_queue());
        let queue = queue.filter(|queue| model.live.queue.as_ref() != Some(queue));
        let queue = queue.map(|queue| ListenerEvent::Queue(Box::new(queue)));
        records.extend(queue.map(|queue| record(Event::Listener(queue))));
    }
    records
}

/// Whether what they said may be untrue soon, by itself: it is asked for again and again.
pub(crate) fn is_wanted(model: &Model) -> bool {
    model.frozen.is_none() && model.ui.past.is_none() && is_shown(model)
}

/// Whether what they said is of interest.
pub(crate) fn is_shown(model: &Model) -> bool {
    let held = || model.conn().is_some_and(|conn| conn.held.is_some());
    shows_kernel(model) || held()
}

fn shows_kernel(model: &Model) -> bool {
    model.ui.lane == Lane::Kernel && !layout::of(model).pane(Pane::Ladder).is_empty()
}
