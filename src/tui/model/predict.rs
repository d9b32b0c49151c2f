//! What will happen in the next step of a held connection: the question, what was answered,
//! and what did happen.

use std::time::Duration;

use crate::event::{Activity, Breakpoint, ConnectionId};
use crate::trace::Connection;
use crate::trace::format::plural;

/// What can happen in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// recv returns so many octets.
    Received(u64),
    /// recv does not return before something comes.
    Waits,
    /// The empty line is found.
    Found,
    /// It is not, and so many of its four octets match at the end.
    NotFound(u8),
    /// The head is parsed.
    Parsed,
    /// It is refused.
    Refused,
    /// send takes everything.
    SentAll,
    /// send takes a part.
    SentPart,
}

impl Outcome {
    pub(crate) fn label(self) -> String {
        match self {
            Self::Received(octets) => plural(octets, "octet"),
            Self::Waits => "none: it waits until something comes".into(),
            Self::Found => "yes, it is complete".into(),
            Self::NotFound(0) => "no, nothing of it stands at the end".into(),
            Self::NotFound(n) => format!("no, {n} of its four octets match so far"),
            Self::Parsed => "it is well-formed".into(),
            Self::Refused => "it is refused".into(),
            Self::SentAll => "all of them".into(),
            Self::SentPart => "a part of them".into(),
        }
    }
}

/// A question, before the step it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) connection: ConnectionId,
    pub(crate) breakpoint: Breakpoint,
    pub(crate) text: &'static str,
    pub(crate) options: Vec<Outcome>,
}

impl Question {
    /// What can be answered, in the order of the keys 1, 2, 3.
    pub(crate) fn answers(&self) -> impl Iterator<Item = String> {
        self.options.iter().map(|option| option.label())
    }
}

/// A question that was answered, while its step is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guess {
    pub(crate) connection: ConnectionId,
    pub(crate) breakpoint: Breakpoint,
    pub(crate) said: Outcome,
    /// What happened before this is not what was asked about.
    pub(crate) since: Duration,
}

/// What was said, and what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) connection: ConnectionId,
    pub(crate) text: String,
    pub(crate) right: bool,
}

/// Whether questions are asked, and how many were answered rightly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Predict {
    pub(crate) asks: bool,
    pub(crate) question: Option<Question>,
    pub(crate) guess: Option<Guess>,
    /// What came of the question before, until the next step.
    pub(crate) answer: Option<Answer>,
    pub(crate) right: u32,
    pub(crate) answered: u32,
}

pub(crate) fn ask(connection: &Connection) -> Option<Question> {
    let (breakpoint, _) = connection.held?;
    let sampled = connection.sampled.as_ref();
    let (text, options) = match breakpoint {
        Breakpoint::Recv => {
            let unread = sampled.and_then(|it| it.kernel.unread).unwrap_or(0);
            let asked = sampled.map_or(0, |it| it.handling.recv_size as u64);
            let some = unread.min(asked);
            let options = if unread == 0 {
                [
                    Outcome::Waits,
                    Outcome::Received(asked),
                    Outcome::Received(0),
                ]
            } else {
                let other = if asked == some { unread } else { asked };
                let other = if other == some { some + 2 } else { other };
                [
                    Outcome::Received(some),
                    Outcome::Received(other),
                    Outcome::Waits,
                ]
            };
            ("How many octets will this recv return?", options.to_vec())
        }
        Breakpoint::Scan => (
            "Will the search find CR LF CR LF?",
            vec![
                Outcome::Found,
                Outcome::NotFound(0),
                Outcome::NotFound(match connection.octets().last().map(|run| run.octets) {
                    Some([.., b'\r', b'\n', b'\r']) => 3,
                    Some([.., b'\r', b'\n']) => 2,
                    Some(_) | None => 1,
                }),
            ],
        ),
        Breakpoint::Parse => (
            "What will come of the head that was cut off?",
            vec![Outcome::Parsed, Outcome::Refused],
        ),
        Breakpoint::Send => (
            "How many of the octets it is given will send take?",
            vec![Outcome::SentAll, Outcome::SentPart],
        ),
    };
    Some(Question {
        connection: connection.id,
        breakpoint,
        text,
        options: turned(options, usize::try_from(connection.moment.0).unwrap_or(0)),
    })
}

/// So that the right answer is not always the first.
fn turned(mut options: Vec<Outcome>, by: usize) -> Vec<Outcome> {
    let by = by % options.len().max(1);
    options.rotate_left(by);
    options
}

/// What the step did.
pub(crate) fn happened(connection: &Connection, guess: &Guess) -> Option<Outcome> {
    let mut outcome = None;
    let entries = connection
        .log()
        .iter()
        .filter(|entry| entry.at > guess.since);
    for entry in entries {
        let this = match (guess.breakpoint, &entry.activity) {
            (Breakpoint::Recv, Activity::Received { octets, .. }) => {
                Outcome::Received(octets.len() as u64)
            }
            (Breakpoint::Recv, Activity::PeerFinished) => Outcome::Received(0),
            (Breakpoint::Scan, Activity::BoundaryFound { .. }) => Outcome::Found,
            (Breakpoint::Scan, Activity::Scanned { matched, .. }) => Outcome::NotFound(*matched),
            (Breakpoint::Parse, Activity::Parsed { .. }) => Outcome::Parsed,
            (_, Activity::Rejected { .. }) => Outcome::Refused,
            (Breakpoint::Send, Activity::Sent { octets, of, .. }) if octets == of => {
                Outcome::SentAll
            }
            (Breakpoint::Send, Activity::Sent { .. }) => Outcome::SentPart,
            _ => continue,
        };
        // The search is told before what it found.
        if outcome.is_none() || this == Outcome::Found || this == Outcome::Refused {
            outcome = Some(this);
        }
    }
    outcome
}
