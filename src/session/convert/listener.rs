//! What happens to a listener, or to the server as a whole.

use std::time::Duration;

use super::basics::{NotUnderstood, nanoseconds};
use crate::event::ListenerEvent;
use crate::session::wire;

pub(super) fn to_wire(event: &ListenerEvent) -> wire::Event<'_> {
    match event {
        &ListenerEvent::Opened { wanted } => wire::Event::Opened { wanted },
        &ListenerEvent::Bound { local } => wire::Event::Bound { local },
        &ListenerEvent::Listening { local, backlog } => wire::Event::Listening { local, backlog },
        ListenerEvent::AcceptFailed { error, retry } => wire::Event::AcceptFailed {
            error: error.clone().into_owned(),
            retry: nanoseconds(*retry),
        },
        ListenerEvent::SpawnFailed { error } => wire::Event::SpawnFailed {
            error: error.clone().into_owned(),
        },
        ListenerEvent::Lowered {
            asked,
            holds,
            because,
        } => wire::Event::Lowered {
            asked: *asked,
            holds: *holds,
            because: because.as_ref().into(),
        },
        ListenerEvent::Draining => wire::Event::Draining,
        ListenerEvent::Stopped => wire::Event::Stopped,
        ListenerEvent::Counted(totals) => wire::Event::Totals((**totals).into()),
        ListenerEvent::Handling(handling) => wire::Event::Handling((*handling).into()),
        ListenerEvent::Queue(queue) => wire::Event::Queue((&**queue).into()),
    }
}

pub(super) fn from_wire(event: wire::Event<'_>) -> Result<ListenerEvent, NotUnderstood> {
    Ok(match event {
        wire::Event::Opened { wanted } => ListenerEvent::Opened { wanted },
        wire::Event::Bound { local } => ListenerEvent::Bound { local },
        wire::Event::Listening { local, backlog } => ListenerEvent::Listening { local, backlog },
        wire::Event::AcceptFailed { error, retry } => ListenerEvent::AcceptFailed {
            error: error.into(),
            retry: Duration::from_nanos(retry),
        },
        wire::Event::SpawnFailed { error } => ListenerEvent::SpawnFailed {
            error: error.into(),
        },
        wire::Event::Lowered {
            asked,
            holds,
            because,
        } => ListenerEvent::Lowered {
            asked,
            holds,
            because: because.into_owned().into(),
        },
        wire::Event::Draining => ListenerEvent::Draining,
        wire::Event::Stopped => ListenerEvent::Stopped,
        wire::Event::Totals(totals) => ListenerEvent::Counted(Box::new(totals.into())),
        wire::Event::Handling(handling) => ListenerEvent::Handling(handling.into()),
        wire::Event::Queue(queue) => ListenerEvent::Queue(Box::new(queue.into())),
        wire::Event::Accepted { .. }
        | wire::Event::Received { .. }
        | wire::Event::Scanned { .. }
        | wire::Event::BoundaryFound { .. }
        | wire::Event::Parsed { .. }
        | wire::Event::Rejected { .. }
        | wire::Event::Continued
        | wire::Event::BodyReceived { .. }
        | wire::Event::Resolved(_)
        | wire::Event::Responding { .. }
        | wire::Event::Content { .. }
        | wire::Event::Sent { .. }
        | wire::Event::Responded { .. }
        | wire::Event::Held { .. }
        | wire::Event::Released { .. }
        | wire::Event::Finished
        | wire::Event::PeerFinished
        | wire::Event::TimedOut { .. }
        | wire::Event::Failed { .. }
        | wire::Event::Closed { .. }
        | wire::Event::Counted(_)
        | wire::Event::Sampled(_)
        | wire::Event::Gone
        | wire::Event::OfSource { .. }
        | wire::Event::Upstream(_) => return Err(NotUnderstood),
    })
}
