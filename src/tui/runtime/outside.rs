//! What the dashboard asks others for.

use std::fmt;
use std::ops::ControlFlow;

use crossbeam_channel::{Receiver, Sender, never};

use crate::event::Controls;
use crate::signals::Signal;
use crate::trace::{Found, Wanted};
use crate::tui::message::{Job, Msg, Report};
use crate::tui::runtime::lecture::Lecture;

/// What somebody else makes of octets, or why nothing comes of it; or the signal that asked for
/// the end meanwhile.
pub type Edit = dyn Fn(&[u8], &Receiver<Signal>) -> ControlFlow<i32, Result<Vec<u8>, String>>;

/// Whom to tell which part of a session is to be read again, and where it comes then.
pub type ReadAgain<'a> = (&'a Sender<Wanted>, &'a Receiver<Found>);

/// What the dashboard cannot do itself, as it knows neither server nor file nor socket.
pub struct Outside<'a> {
    /// Sees to an job without making the dashboard wait, and sends what became of it.
    pub jobs: &'a dyn Fn(Job, Sender<Report>),
    /// Has the user's own editor change octets. The terminal is its own meanwhile, and the
    /// signals are seen to here.
    pub edit: &'a Edit,
    /// Holds, steps and slows down connections, and says what the kernel knows of them.
    pub controls: &'a dyn Controls,
    /// The lesson that runs beside, if one does.
    pub lesson: Option<Lecture<'a>>,
    /// What happens elsewhere and is to be said.
    pub news: &'a Receiver<Report>,
    /// Hands everything on that the dashboard is told, to whoever follows it elsewhere.
    pub mirror: &'a dyn Fn(&Msg),
    /// How parts of a session are read again, where they can be.
    pub again: Option<ReadAgain<'a>>,
    /// Stops the server, and returns when it has stopped.
    pub stop: &'a dyn Fn(),
}

impl Outside<'_> {
    /// What was read again comes here.
    pub(super) fn found(&self) -> Receiver<Found> {
        self.again.map_or_else(never, |(_, found)| found.clone())
    }

    /// Has a part of a session read again.
    pub(super) fn read_again(&self, wanted: Wanted) {
        if let Some((again, _)) = self.again {
            // Whoever reads is there as long as the dashboard.
            let _ = again.send(wanted);
        }
    }
}

impl fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}
