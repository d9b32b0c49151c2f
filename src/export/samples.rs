//! Requests for tests, made by the protocol core from the octets of each `recv`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{Piece, Request};
use crate::event::{Activity, CloseReason, ConnectionTotals, End, SendCall};
use crate::http::{Connection, Limits, Span, Status, Step};
use crate::trace::Entry;

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

/// These things, a millisecond apart.
pub(super) fn records(activities: Vec<Activity>) -> Vec<Entry> {
    (1..)
        .zip(activities)
        .map(|(millis, activity)| Entry {
            seq: millis - 1,
            at: Duration::from_millis(millis),
            activity,
        })
        .collect()
}

pub(super) fn accepted() -> Activity {
    let address = SocketAddr::from(([127, 0, 0, 1], 8080));
    Activity::Accepted {
        peer: address,
        local: address,
    }
}

pub(super) fn received(offset: u64, octets: &str) -> Activity {
    Activity::Received {
        offset,
        octets: octets.as_bytes().into(),
        asked: 1024,
    }
}

pub(super) fn responding(head: &str, body: u64) -> Activity {
    Activity::Responding {
        status: Status::OK,
        head: head.as_bytes().into(),
        body,
        because: None,
    }
}

pub(super) fn took(octets: u64) -> Activity {
    Activity::Sent {
        call: SendCall::Send,
        octets,
        of: octets,
    }
}

pub(super) fn closed(broken: bool) -> Activity {
    Activity::Closed {
        by: End::Peer,
        reason: if broken {
            CloseReason::Broken
        } else {
            CloseReason::PeerFinished
        },
        totals: ConnectionTotals::default(),
    }
}
