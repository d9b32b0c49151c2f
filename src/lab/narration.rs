//! What happened, as one plain sentence.

use core::fmt;

use super::naive;
use super::ordered::{self, Arrival, REPEATS, Why};

/// How much there is to learn from something; of two things that happen at once, the one
/// that weighs more is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It happens all the time.
    Usual,
    /// It is worth a look.
    Notable,
    /// It is what the lab is about.
    Lesson,
}

impl ordered::Happening {
    /// How much there is to learn from it.
    pub const fn weight(self) -> Weight {
        match self {
            Self::Sent { why: Why::Turn, .. }
            | Self::Old { .. }
            | Self::Acked { .. }
            | Self::Repeated { .. } => Weight::Usual,
            Self::Arrived {
                number, arrival, ..
            } => match arrival {
                Arrival::Next { up_to } if up_to == number => Weight::Usual,
                Arrival::BehindHole { .. } => Weight::Notable,
                Arrival::Next { .. } | Arrival::Copy => Weight::Lesson,
            },
            Self::AckLost { .. } => Weight::Notable,
            Self::Sent { .. } | Self::Lost { .. } | Self::Done { .. } => Weight::Lesson,
        }
    }
}

impl fmt::Display for ordered::Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Sent { number, why } => match why {
                Why::Turn => write!(f, "p{number} is sent: the window has room for it."),
                Why::Timer => write!(
                    f,
                    "No ack has come for p{number} in time: the sender sends it again."
                ),
                Why::Repeats => write!(
                    f,
                    "The same ack {REPEATS} times more: others arrive, p{number} does not. p{number} is sent again without waiting for the timer."
                ),
                Why::NextHole => write!(
                    f,
                    "The ack stops short at p{}: p{number} must be missing too, and is sent again.",
                    number - 1
                ),
            },
            Self::Lost { number } => write!(
                f,
                "p{number} is lost. IP fires and forgets: neither end is told."
            ),
            Self::Arrived {
                number,
                arrival,
                ack,
            } => match arrival {
                Arrival::Next { up_to } if up_to == number => write!(
                    f,
                    "p{number} arrives and leaves no hole: it goes upward, and ack {ack} goes back."
                ),
                Arrival::Next { up_to } => write!(
                    f,
                    "p{number} fills the hole: p{number} to p{up_to} go upward together, and ack {ack} goes back."
                ),
                Arrival::BehindHole { missing } => write!(
                    f,
                    "p{number} arrives before p{missing}: it waits at its place in the array, and ack {ack} is said again."
                ),
                Arrival::Copy => write!(
                    f,
                    "p{number} arrives once more: its number is known, so it is thrown away. Ack {ack} is said again."
                ),
            },
            Self::AckLost { up_to } => write!(
                f,
                "Ack {up_to} is lost. No harm: each later ack says as much or more."
            ),
            Self::Acked { up_to, window_end } => write!(
                f,
                "Ack {up_to}: everything up to p{up_to} is there, so the window reaches to p{window_end}."
            ),
            Self::Repeated { up_to, times } => write!(
                f,
                "Ack {up_to} once more ({times}): something arrived while p{} had not.",
                up_to + 1
            ),
            Self::Old { up_to } => {
                write!(
                    f,
                    "Ack {up_to} comes too late: the sender knows more by now."
                )
            }
            Self::Done { packets: 1 } => f.write_str("The only packet was delivered, once."),
            Self::Done { packets } => write!(
                f,
                "The sender knows it all arrived: {packets} packets went upward, each once and in order."
            ),
        }
    }
}

impl naive::Happening {
    /// How much there is to learn from it.
    pub const fn weight(self) -> Weight {
        match self {
            Self::Sent { .. } | Self::Answered { .. } => Weight::Usual,
            Self::Arrived { verdict, .. } => match verdict {
                naive::Verdict::Right => Weight::Usual,
                naive::Verdict::TooLate | naive::Verdict::Twice => Weight::Lesson,
            },
            Self::Lost { .. } | Self::PassOver { .. } => Weight::Notable,
            Self::AnswerLost { .. } | Self::Done { .. } => Weight::Lesson,
        }
    }
}

impl fmt::Display for naive::Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Sent { number, pass: 1 } => write!(f, "send_packet(p{number})"),
            Self::Sent { number, pass } => write!(f, "send_packet(p{number}) again, pass {pass}."),
            Self::Lost { number } => {
                write!(
                    f,
                    "p{number} is lost: send_packet(p{number}) will say False."
                )
            }
            Self::Arrived { number, verdict } => match verdict {
                naive::Verdict::Right => write!(f, "p{number} arrives and goes straight upward."),
                naive::Verdict::TooLate => write!(
                    f,
                    "p{number} goes upward behind a later one: the order is broken."
                ),
                naive::Verdict::Twice => write!(
                    f,
                    "p{number} goes upward twice: without numbers a copy cannot be told."
                ),
            },
            Self::AnswerLost { number } => write!(
                f,
                "The answer for p{number} is lost: it arrived, and will be sent again."
            ),
            Self::Answered { number } => write!(f, "send_packet(p{number}) says True."),
            Self::PassOver { pass, unsent } => {
                write!(f, "Pass {pass} is over, {unsent} to send again.")
            }
            Self::Done { right: true } => {
                f.write_str("All succeeded, and in order: luck, this time.")
            }
            Self::Done { right: false } => {
                f.write_str("All succeeded, and what went upward is not what was sent.")
            }
        }
    }
}
