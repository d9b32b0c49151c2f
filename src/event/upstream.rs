//! What happens between a tap and the server behind it.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::operation::Operation;
use crate::http::{Diagnosis, MessageKind, ResponseFraming, ResponseHead, Span};

/// What happened on the connection to the server behind a tap, or was seen in passing.
#[derive(Debug, Clone, PartialEq)]
pub enum UpstreamActivity {
    /// `connect` succeeded: each accepted connection has one of its own behind it. Beside a folder
    /// it may be made anew for a later request, when the one before was closed.
    Connected {
        /// Where it leads.
        address: SocketAddr,
        /// How long it took.
        took: Duration,
    },
    /// The request that was parsed last is for the upstream: the folder that is served beside it
    /// does not answer it.
    GoesOn {
        /// Why not, as a clause.
        because: Cow<'static, str>,
    },
    /// Octets of the peer are forwarded as others, as was asked for: the value of Host.
    Rewritten {
        /// Where they stand in what the peer sent.
        span: Span,
        /// What is forwarded in their place.
        octets: Arc<[u8]>,
    },
    /// What was held is forwarded as it was edited by hand.
    Edited {
        /// Of which direction it is.
        message: MessageKind,
        /// Where it stood in what came from there.
        span: Span,
        /// What is forwarded in its place.
        octets: Arc<[u8]>,
    },
    /// One `send` handed octets of the peer on.
    Forwarded {
        /// How many it took.
        octets: u64,
        /// How many it was given.
        of: u64,
    },
    /// One `recv` returned octets of the upstream.
    Received {
        /// Stream offset of the first one. Another connection is counted from 0 again.
        offset: u64,
        /// What came.
        octets: Arc<[u8]>,
        /// How many were asked for.
        asked: usize,
    },
    /// The head of a response, interim ones included, was understood.
    Parsed {
        /// The head.
        head: Arc<ResponseHead>,
        /// How its body ends, and by which rule.
        framing: ResponseFraming,
    },
    /// The Location of the response that was parsed last leads past the tap, to the upstream
    /// itself. It was forwarded as it is.
    LeadsPast {
        /// Its value, in what the upstream sent.
        location: Span,
    },
    /// What one of the two sides sent breaks the protocol. It was forwarded all the same.
    Faulty {
        /// What is wrong, where, and in which kind of message.
        diagnosis: Diagnosis,
        /// The first line of the request as far as it came, when that is what is wrong.
        request_line: Arc<[u8]>,
    },
    /// What follows is forwarded, and not read as HTTP: another protocol was switched to, or a
    /// tunnel begins.
    Switched,
    /// So many octets of requests wait for the answers before theirs that what follows is
    /// forwarded without being read.
    NotRead,
    /// `shutdown(SHUT_WR)`: the peer's FIN was passed on.
    Finished,
    /// `recv` returned 0: the upstream has finished sending.
    PeerFinished,
    /// A system call on the connection to the upstream failed.
    Failed {
        /// Which one.
        operation: Operation,
        /// How.
        kind: io::ErrorKind,
    },
}

impl UpstreamActivity {
    /// How many octets it holds on to.
    pub(super) fn octets(&self) -> usize {
        match self {
            Self::Received { octets, .. }
            | Self::Rewritten { octets, .. }
            | Self::Edited { octets, .. } => octets.len(),
            Self::GoesOn { because } => because.len(),
            Self::Parsed { head, .. } => head.octets().len() + size_of_val(head.fields()),
            Self::Faulty { request_line, .. } => request_line.len(),
            Self::Connected { .. }
            | Self::Forwarded { .. }
            | Self::LeadsPast { .. }
            | Self::Switched
            | Self::NotRead
            | Self::Finished
            | Self::PeerFinished
            | Self::Failed { .. } => 0,
        }
    }
}
