//! Requests for tests, made by the protocol core from the octets of each `recv`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::transcript::{Piece, Request};
use crate::http::{Connection, Limits, Span, Step};

/// What came: milliseconds after the piece before, octets, whether `recv` was full.
pub(super) fn request(pieces: &[(u64, &[u8], bool)]) -> Request {
    let mut connection = Connection::new(Limits::default());
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
            Step::NeedData
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished
            | Step::Rejected { .. } => {
                break;
            }
            Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::BodyReceived(_) => {}
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
