//! What is being read again, because the history let go of it, and what is done when it is
//! there.

use std::time::Duration;

use crate::trace::{ExchangeId, Moment, Wanted};

/// How far one goes in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Record,
    /// To where one was complete.
    Exchange,
    /// Five of them.
    Seconds,
    /// To what is out of the ordinary.
    Oddity,
    /// To where the connection begins.
    Begin,
}

/// Which of two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Back,
    On,
}

/// A part of a session that is being read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seeking {
    pub(crate) wanted: Wanted,
    pub(crate) then: Then,
    /// Whether it was asked for: that is done once.
    pub(crate) asked: bool,
}

/// What is done when it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// This moment is shown.
    Stand(Moment),
    /// This time is shown.
    Clock(Duration),
    /// A step from a moment that is in it.
    Go(Step, Way, Moment),
    /// The beginning of the connection is shown, or its end.
    Begin,
    End,
    /// It is played from here on, or from its beginning.
    Play(Moment),
    /// The exchange is selected; the one beside it; the first or last there is.
    Exchange(ExchangeId),
    Beside(ExchangeId, Way),
    Edge(Way),
}
