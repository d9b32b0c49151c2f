//! What happened on a connection, without the octets: what the ladder and the narration
//! tell. Knows no order of events.

use std::time::Duration;

use crate::event::{CloseReason, End, Operation, Refusal, Resource, SendCall, Station, Waiting};
use crate::http::{Span, Status};

/// One thing that happened, without the octets: what the ladder and the narration tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rung {
    Accepted,
    Received {
        octets: usize,
        asked: usize,
    },
    Scanned {
        looked_at: u64,
        matched: u8,
    },
    Boundary {
        head: Span,
    },
    Parsed,
    Rejected(Refusal),
    Continued,
    Body {
        octets: u64,
    },
    Resolved(Found),
    Responding(Status),
    Sent {
        call: SendCall,
        octets: u64,
        of: u64,
    },
    Responded {
        status: Status,
        took: Duration,
    },
    Held(Station),
    Released(Duration),
    Finished,
    PeerFinished,
    TimedOut {
        waiting_for: Waiting,
        after: Duration,
    },
    Failed(Operation, std::io::ErrorKind),
    Closed(End, CloseReason),
    LeftOut(u64),
}

/// What a target named, for the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    File(u64),
    Directory,
    Generated,
    Nothing,
}

impl Found {
    pub(crate) fn of(resource: &Resource) -> Self {
        match resource {
            Resource::File { length, .. } => Self::File(*length),
            Resource::Directory { .. } => Self::Directory,
            Resource::Generated { .. } => Self::Generated,
            Resource::Nothing { .. } => Self::Nothing,
        }
    }
}
