//! A tap in front of another server: for each accepted connection one to the upstream, and
//! between the two every octet as it comes.
//!
//! Nothing is added, removed or rewritten, and nothing is waited for: octets go on before, and
//! whatever, they are understood to be. What they mean is read beside that, by an
//! observer that sees copies and can stop nothing. Half-closes are passed on as
//! half-closes and resets as resets. No deadline of this server cuts what its two sides would
//! not cut.
//!
//! Three things are not as pure as that, each in a file of its own: the [host](host_check) that
//! the first head names must be served here, as where files are; `--host` has another one
//! [written](rewriter) into every request; and [beside a folder](beside) a request is read before
//! it is known who answers it.
//!
//! One thread serves both directions: it waits for what can be received or sent next, and never
//! in a call of its own on either socket. Many connections share a [thread](lanes), or each has
//! one, with poll(2). A direction whose receiver takes nothing is not received any further, so
//! its sender is slowed down by TCP as it would be without the tap, and memory is bounded; the
//! other direction goes on.

mod behind;
mod beside;
mod flow;
mod gate;
mod host_check;
#[cfg(target_os = "linux")]
mod lanes;
#[cfg(not(target_os = "linux"))]
#[path = "tap/no_lanes.rs"]
mod lanes;
mod location;
mod observer;
mod relay;
mod rewriter;
mod side;
mod upstream;

use std::net::TcpStream;
use std::sync::Arc;

pub(super) use beside::serve as serve_beside;
pub(super) use lanes::Lanes;
pub use upstream::Upstream;
pub(super) use upstream::connect;

use super::served_socket::ServedSocket;
use super::shared::Shared;
use crate::event::Reporter;
use behind::Behind;
use gate::Gate;
use relay::Relay;

/// Forwards between an accepted connection and its upstream to the end of both: on one of the
/// `lanes`, where that can be, and else on the calling thread.
pub(super) fn serve(
    shared: &Arc<Shared>,
    peer: ServedSocket,
    reporter: Reporter,
    (upstream, stream): (&Arc<Upstream>, TcpStream),
    lanes: &Lanes,
) {
    let config = &shared.config;
    let behind = Behind::begin(stream, upstream, reporter.ledger().local, config.line_ends);
    let gate = Gate::new(config, upstream);
    let relay = Relay::whole(shared, peer, reporter, behind, gate);
    if let Some(relay) = lanes.take(relay) {
        relay.serve();
    }
}
