//! A tap beside a folder: a request that the folder has a file for is answered with that, and
//! every other one goes on to the upstream.
//!
//! This is no pure tap. Who answers is known when the head of a request is complete, so the head
//! waits for that, and is forwarded as it came then; so is the body behind it, as it comes. The
//! request must be well-formed and its end must be known: one that is not is refused as this
//! server refuses it, and nothing of it is forwarded, so that the upstream cannot take octets
//! for a request of its own that were none here. Requests are taken in turn: one that came
//! behind another waits until that is answered, whoever answers either, and so the answers are
//! in order.
//!
//! An upstream connection is made for the first request that needs one, and used for the next
//! ones as long as it persists. Once it cannot be told where a next request would begin (what
//! follows is no HTTP, the answer breaks the protocol or closes the connection), the connection
//! is the upstream's to its end, and forwarded both ways as a pure tap does.

use std::net::SocketAddr;
use std::sync::Arc;

use super::behind::Behind;
use super::relay::{Relay, Returned};
use super::rewriter::host_of;
use super::upstream::{Upstream, connect};
use crate::event::{Activity, UpstreamActivity};
use crate::http::Asked;
use crate::server::connection::{Connection, Outcome};
use crate::server::served_socket::ServedSocket;

type Served = Connection<ServedSocket>;

/// Serves a connection to its end.
pub(in crate::server) fn serve(peer: SocketAddr, upstream: &Arc<Upstream>, connection: Served) {
    let mut next = Some((connection, None));
    while let Some((mut connection, behind)) = next {
        match connection.serve_until_idle() {
            Outcome::Rests => next = Some((connection, behind)),
            Outcome::Ended => next = None,
            Outcome::GoesOn => next = forward(peer, upstream, connection, behind),
        }
    }
}

/// Forwards one request, and what belongs to it.
fn forward(
    peer: SocketAddr,
    upstream: &Arc<Upstream>,
    mut connection: Served,
    behind: Option<Behind>,
) -> Option<(Served, Option<Behind>)> {
    let line_ends = connection.stream().shared().config.line_ends;
    let (request, reporter) = connection.forwarded()?;
    let (head, because) = (Arc::clone(&request.head), request.because);
    reporter.note(|| {
        Activity::Upstream(UpstreamActivity::GoesOn {
            because: because.into(),
        })
    });
    let behind = match behind.filter(Behind::is_quiet) {
        Some(behind) => behind,
        None => match connect(upstream, reporter) {
            Ok(stream) => {
                let tap = reporter.ledger().local;
                Behind::begin(stream, upstream, tap, line_ends)
            }
            Err(policy) => {
                connection.refuse_forwarded(policy);
                return Some((connection, None));
            }
        },
    };
    let (socket, mut reporter, requests) = connection.into_parts();
    let shared = Arc::clone(socket.shared());
    let mut octets = head.octets().to_vec();
    if let (Some(host), Some(span)) = (upstream.own_host(), host_of(&head)) {
        let before = head.span().start;
        let place = |offset: u64| usize::try_from(offset - before).unwrap_or_default();
        octets.splice(place(span.start)..place(span.end), host.iter().copied());
        let octets = Arc::clone(host);
        reporter.note(|| Activity::Upstream(UpstreamActivity::Rewritten { span, octets }));
    }
    octets.extend_from_slice(requests.buffered_octets());
    let asked = Asked::by(head.method_octets());
    let relay = Relay::one(&shared, socket, reporter, behind, (octets, requests, asked));
    let Returned {
        peer: socket,
        reporter,
        requests,
        behind,
    } = relay.serve()?;
    let connection = Connection::resume(shared, socket, reporter, peer, requests);
    Some((connection, Some(behind)))
}
