//! What is shown of a lesson that runs beside the dashboard.

use crate::event::ConnectionId;

/// What is shown of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// Which lesson.
    pub title: String,
    /// Which step, from 1 on.
    pub step: usize,
    /// Of how many.
    pub of: usize,
    /// Where in the step.
    pub moment: Moment,
    /// One or two sentences.
    pub text: String,
    /// The question before it, or the answer after it.
    pub ask: Option<String>,
    /// What was done last.
    pub did: String,
    /// The connection that it is about.
    pub follow: Option<ConnectionId>,
    /// Where the class should look.
    pub look: Look,
}

/// Where in a step a lesson stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before it is done.
    Say,
    /// It is being done.
    Doing,
    /// It was done.
    See,
    /// The lesson is over.
    Over,
    /// Something did not happen as told, and the lesson is over.
    Unlike,
}

/// Where there is most to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Everywhere: nothing is put in front.
    #[default]
    Everywhere,
    /// The Kernel lane.
    Kernel,
    /// The Syscalls lane.
    Syscalls,
}
