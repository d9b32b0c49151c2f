//! What is known of the server behind a tap: of the connection to it, and of its answers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::http::{Diagnosis, ResponseBody, ResponseFraming, ResponseHead};

/// The connection to the server behind a tap.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Upstream {
    /// Where it leads, and how long `connect` took.
    pub(crate) connected: Option<(SocketAddr, Duration)>,
    /// How many octets it took of what the peer sent.
    pub(crate) forwarded: u64,
    /// How many calls of `recv` are known to have returned octets of it.
    pub(crate) recvs: u64,
    /// One past the last octet that came from it.
    pub(crate) received: u64,
    /// When it was made. A later request may have another one, counted from 0 again.
    pub(crate) since: Duration,
    /// The peer's FIN was passed on to it.
    pub(crate) finished: bool,
    /// It has finished sending.
    pub(crate) peer_finished: bool,
    /// What is forwarded now is no HTTP, or is not read.
    pub(crate) is_opaque: bool,
}

/// What the server behind a tap answered, beside the response itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Answer {
    /// When the first octet of it came.
    pub(crate) first: Option<Duration>,
    /// The heads of it, the interim ones first.
    pub(crate) heads: Vec<Arc<ResponseHead>>,
    /// How the end of the response is known.
    pub(crate) framing: Option<ResponseFraming>,
    /// What is wrong with it. It was forwarded all the same.
    pub(crate) faults: Vec<Diagnosis>,
}

impl Answer {
    /// What it takes in memory, in octets.
    pub(crate) fn cost(&self) -> usize {
        let head = |head: &Arc<ResponseHead>| size_of::<ResponseHead>() + 16 + head.footprint();
        let heads: usize = self.heads.iter().map(head).sum();
        size_of::<Self>() + heads + self.faults.len() * size_of::<Diagnosis>()
    }

    /// Whether how long the response is cannot be told from its head.
    pub(crate) fn is_open_ended(&self) -> bool {
        self.framing.is_some_and(|framing| match framing.body {
            ResponseBody::Chunked | ResponseBody::UntilClose => true,
            ResponseBody::None | ResponseBody::Length(_) | ResponseBody::Opaque => false,
        })
    }
}
