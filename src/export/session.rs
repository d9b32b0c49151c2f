//! Every connection of a trace, on one time line.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::{Cannot, Form, Transcript, Written, connections, request};
use crate::trace::format::plural;
use crate::trace::{Request, Trace};

/// Everything that is known, in a form that holds whole connections; secrets are `masked` or not.
///
/// # Errors
/// The form cannot hold it, or there is nothing.
pub fn session(
    form: Form,
    trace: &Trace,
    started: SystemTime,
    masked: bool,
) -> Result<Written, Cannot> {
    let server = server(trace);
    let transcripts: Vec<_> = trace
        .connections
        .values()
        .map(|connection| {
            let transcript = Transcript::from_connection(connection, started, server);
            if masked {
                transcript.masked()
            } else {
                transcript
            }
        })
        .collect();
    connections(form, &transcripts)
}

/// Every request in a form that is one line, in the order in which they came. In the place of
/// one that the form cannot hold stands why.
///
/// # Errors
/// There is no request, or the form is not one of a single request.
pub fn requests(form: Form, trace: &Trace) -> Result<Written, Cannot> {
    let server = server(trace);
    let mut all: Vec<(Duration, Request)> = Vec::new();
    for connection in trace.connections.values() {
        for exchange in &connection.exchanges {
            let times = exchange.times;
            let at = times.first.or(times.complete).or(times.responding);
            let request = Request::from_exchange(connection, exchange, server);
            all.push((at.unwrap_or_default(), request));
        }
    }
    if all.is_empty() {
        return Err(Cannot("there is no request"));
    }
    all.sort_by_key(|(at, _)| *at);
    let mut octets = Vec::new();
    let mut left_out = 0_u64;
    for (_, of) in &all {
        match request(form, of) {
            Ok(written) => octets.extend(written.octets),
            Err(Cannot(why)) => {
                left_out += 1;
                octets.extend(format!("# not this one: {why}").into_bytes());
            }
        }
        if octets.last() != Some(&b'\n') {
            octets.push(b'\n');
        }
    }
    let but =
        (left_out > 0).then(|| format!("{} cannot be written so", plural(left_out, "request")));
    Ok(Written { octets, but })
}

/// Where the server listened, as far as is known.
fn server(trace: &Trace) -> SocketAddr {
    let first = trace.listening.first();
    first.map_or(([0, 0, 0, 0], 0).into(), |(address, _)| *address)
}
