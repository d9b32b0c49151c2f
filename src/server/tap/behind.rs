//! The connection to the upstream, and how far what it sends was read.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustix::net::{RecvFlags, recv};

use super::flow::Flow;
use super::location::Past;
use super::upstream::Upstream;
use crate::http::{Limits, LineEnds, ResponseConnection};

/// The connection to the upstream.
#[derive(Debug)]
pub(super) struct Behind {
    stream: TcpStream,
    /// From the upstream to the peer.
    down: Flow,
    answers: Answers,
}

/// How far what an upstream sends was read.
#[derive(Debug)]
pub(super) struct Answers {
    pub(super) responses: ResponseConnection,
    /// How many octets of the upstream have been sent to the peer, or others in their place.
    pub(super) passed_on: i64,
    pub(super) past: Past,
}

impl Behind {
    /// A new connection, for a peer that is connected to `tap`.
    pub(super) fn begin(
        stream: TcpStream,
        upstream: &Arc<Upstream>,
        tap: SocketAddr,
        line_ends: LineEnds,
    ) -> Self {
        let past = Past::new(Arc::clone(upstream), tap);
        Self::new(stream, Flow::new(), Answers::new(past, line_ends))
    }

    pub(super) const fn new(stream: TcpStream, down: Flow, answers: Answers) -> Self {
        Self {
            stream,
            down,
            answers,
        }
    }

    pub(super) fn into_parts(self) -> (TcpStream, Flow, Answers) {
        (self.stream, self.down, self.answers)
    }

    /// Whether nothing has come from it that no request waits for, its end included.
    pub(super) fn is_quiet(&self) -> bool {
        let peeked = recv(
            &self.stream,
            &mut [0; 1][..],
            RecvFlags::PEEK | RecvFlags::DONTWAIT,
        );
        matches!(peeked, Err(rustix::io::Errno::AGAIN))
    }
}

impl Answers {
    pub(super) fn new(past: Past, line_ends: LineEnds) -> Self {
        let limits = Limits {
            line_ends,
            ..Limits::default()
        };
        Self {
            responses: ResponseConnection::new(limits),
            passed_on: 0,
            past,
        }
    }
}
