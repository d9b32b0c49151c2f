//! Requests and connections for tests, made by the protocol core and the trace.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::{Piece, Request, Transcript};
use crate::event::{Activity, ConnectionId};
use crate::http::{self, Limits, Span, Step};
use crate::trace::Connection;

/// What came: milliseconds after the piece before, octets, whether `recv` was full.
pub(super) fn request(pieces: &[(u64, &[u8], bool)]) -> Request {
    let mut connection = http::Connection::new(Limits::default());
    let (mut at, mut offset) = (Duration::ZERO, 0);
    let mut kept = Vec::new();
    for &(wait, octets, full) in pieces {
        at += Duration::from_millis(wait);
        kept.push(Piece {
            at,
            offset,
            octets: octets.to_vec(),
            full,
        });
        offset += octets.len() as u64;
        connection.receive(octets);
    }
    let mut parsed = None;
    loop {
        match connection.step() {
            Step::Parsed { head, framing } => parsed = Some((head, framing)),
            Step::NeedData | Step::MessageComplete | Step::Finished | Step::Rejected { .. } => {
                break;
            }
            Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::BodyReceived { .. } => {}
        }
    }
    Request {
        span: Span::new(0, offset),
        pieces: kept,
        head: parsed.as_ref().map(|(head, _)| Arc::clone(head)),
        framing: parsed.map(|(_, framing)| framing),
        server: SocketAddr::from(([127, 0, 0, 1], 8080)),
    }
}

/// A connection on which these things happened, each after so many milliseconds.
pub(super) fn connection(activities: Vec<(u64, Activity)>) -> Connection {
    let mut connection = Connection::new(ConnectionId(3), Duration::ZERO);
    for ((millis, activity), seq) in activities.into_iter().zip(0..) {
        connection.fold(seq, Duration::from_millis(millis), activity);
    }
    connection
}

/// What is written of it, on a server that started in 2001.
pub(super) fn transcript(connection: &Connection) -> Transcript<'_> {
    Transcript {
        connection,
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        server: SocketAddr::from(([127, 0, 0, 1], 8080)),
    }
}
