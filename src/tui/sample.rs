//! What the server and the kernel say when they are asked, rather than of themselves.
//!
//! Asked for what is looked at alone, and ten times a second at most.

use std::time::Duration;

use super::layout;
use super::model::{Lane, Model, Pane};
use crate::event::{AcceptQueue, ConnectionId, Controls, Handling, KernelView, Target};

/// How often what is looked at is asked about.
pub(crate) const EVERY: Duration = Duration::from_millis(100);

/// What they said last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// How new connections are driven; `None` where there is no server to ask.
    pub new: Option<Handling>,
    /// The connection that is looked at, while it is open.
    pub connection: Option<Sampled>,
    /// What waits before `accept`, while that is looked at.
    pub queue: Option<AcceptQueue>,
}

/// What they said of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// Which one.
    pub id: ConnectionId,
    /// How it is driven.
    pub handling: Handling,
    /// What the kernel knows of it.
    pub kernel: KernelView,
}

impl Sample {
    /// What they said of `connection`, if it was the one that was asked about.
    pub(crate) fn of(&self, connection: ConnectionId) -> Option<&Sampled> {
        self.connection.as_ref().filter(|it| it.id == connection)
    }
}

/// Asks about what is looked at.
pub(crate) fn take(model: &Model, controls: &dyn Controls) -> Sample {
    let open = model.conn().filter(|conn| conn.closed.is_none());
    let connection = open.and_then(|conn| {
        Some(Sampled {
            id: conn.id,
            handling: controls.handling(Target::Connection(conn.id))?,
            kernel: controls.kernel(conn.id)?,
        })
    });
    Sample {
        new: controls.handling(Target::New),
        connection,
        queue: shows_kernel(model).then(|| controls.accept_queue()),
    }
}

/// Whether what they said may be untrue soon, by itself: it is asked for again and again.
pub(crate) fn is_wanted(model: &Model) -> bool {
    let held = || model.conn().is_some_and(|conn| conn.held.is_some());
    model.frozen.is_none() && (shows_kernel(model) || held())
}

fn shows_kernel(model: &Model) -> bool {
    model.ui.lane == Lane::Kernel && !layout::of(model).pane(Pane::Ladder).is_empty()
}
