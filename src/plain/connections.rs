//! What is said on stderr about a connection.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::event::{
    Activity, CloseReason, ConnectionId, End, Operation, UpstreamActivity, Waiting, escape, failure,
};
use crate::trace::format::count;

/// Writes a line when a request was refused, or something went wrong here.
pub(super) fn complain(peer: SocketAddr, activity: &Activity, lines: &mut String) {
    let peer = peer.ip().to_canonical();
    // Writing into memory does not fail.
    let _ = match activity {
        Activity::Rejected { refusal, .. } => {
            let status = refusal.status();
            writeln!(lines, "glassport: {peer}: {status}: {refusal}")
        }
        Activity::Upstream(UpstreamActivity::Faulty { diagnosis, .. }) => {
            writeln!(
                lines,
                "glassport: {peer}: forwarded all the same: {diagnosis}"
            )
        }
        Activity::Failed {
            operation: Operation::ReadFile,
            kind,
        } => writeln!(
            lines,
            "glassport: {peer}: a file could not be read to its end: {}",
            failure(*kind)
        ),
        Activity::Accepted { .. }
        | Activity::Received { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Parsed { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responding { .. }
        | Activity::Content { .. }
        | Activity::Sent { .. }
        | Activity::Held { .. }
        | Activity::Finished
        | Activity::Released { .. }
        | Activity::Responded { .. }
        | Activity::PeerFinished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_)
        | Activity::Gone
        | Activity::Upstream(_) => Ok(()),
    };
}

/// Writes a line about what happened, if it makes part of how a connection goes (`--verbose`).
pub(super) fn tell(id: ConnectionId, peer: SocketAddr, activity: &Activity, lines: &mut String) {
    let mut say = |text: std::fmt::Arguments<'_>| {
        // Writing into memory does not fail.
        let _ = writeln!(lines, "glassport: {id} {peer}: {text}");
    };
    match activity {
        Activity::Accepted { .. } => say(format_args!("accepted")),
        Activity::PeerFinished => say(format_args!("the peer has finished sending")),
        Activity::TimedOut { waiting_for, after } => {
            let what = match waiting_for {
                Waiting::Request => "a request",
                Waiting::Head => "the rest of a head",
                Waiting::Body => "the rest of a body",
                Waiting::Send => "the peer to receive",
            };
            say(format_args!("waited {} s for {what}", after.as_secs()));
        }
        Activity::Failed { operation, kind } => {
            // That is said in any case.
            if *operation == Operation::ReadFile {
                return;
            }
            let what = operation_of(*operation);
            say(format_args!("{what} failed: {}", failure(*kind)));
        }
        Activity::Closed { by, reason, totals } => {
            let who = match by {
                End::Peer => "by the peer",
                End::Server => "by glassport",
                End::Upstream => "by the upstream",
            };
            let reason = reason_of(*reason);
            say(format_args!(
                "closed {who}: {reason}; responses {}, octets received {}, sent {}",
                count(totals.requests),
                count(totals.received),
                count(totals.sent)
            ));
        }
        Activity::Received { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Parsed { .. }
        | Activity::Rejected { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responding { .. }
        | Activity::Content { .. }
        | Activity::Sent { .. }
        | Activity::Held { .. }
        | Activity::Finished
        | Activity::Released { .. }
        | Activity::Responded { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_)
        | Activity::Gone => {}
        Activity::Upstream(upstream) => {
            if let Some(text) = of_upstream(upstream) {
                say(format_args!("{text}"));
            }
        }
    }
}

/// What is said of the connection to the server behind a tap.
fn of_upstream(upstream: &UpstreamActivity) -> Option<String> {
    Some(match upstream {
        UpstreamActivity::Connected { address, .. } => {
            format!("connected to the upstream, {address}")
        }
        UpstreamActivity::PeerFinished => "the upstream has finished sending".into(),
        UpstreamActivity::Failed { operation, kind } => {
            let what = operation_of(*operation);
            format!("upstream: {what} failed: {}", failure(*kind))
        }
        UpstreamActivity::GoesOn { because } => {
            format!("the request goes on to the upstream: {because}")
        }
        UpstreamActivity::Rewritten { octets, .. } => {
            format!("Host is forwarded as {}", escape(octets))
        }
        UpstreamActivity::Edited { span, octets, .. } => {
            format!(
                "edited by hand: {} octets instead of {}",
                octets.len(),
                span.len()
            )
        }
        UpstreamActivity::LeadsPast { .. } => "the Location leads past the tap".into(),
        UpstreamActivity::Switched => "what follows is no HTTP".into(),
        UpstreamActivity::NotRead => "what follows is not read".into(),
        // What is wrong is said in any case.
        UpstreamActivity::Faulty { .. }
        | UpstreamActivity::Forwarded { .. }
        | UpstreamActivity::Received { .. }
        | UpstreamActivity::Parsed { .. }
        | UpstreamActivity::Finished => return None,
    })
}

const fn operation_of(operation: Operation) -> &'static str {
    match operation {
        Operation::Connect => "connect",
        Operation::Recv => "recv",
        Operation::Send => "send",
        Operation::SendFile => "sendfile",
        Operation::ReadFile => "reading the file",
        Operation::Work => "answering",
    }
}

const fn reason_of(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::PeerFinished => "it asked for nothing more",
        CloseReason::UpstreamFinished => "it had finished sending",
        CloseReason::CloseAsked => "Connection: close",
        CloseReason::Http10 => "HTTP/1.0 without keep-alive",
        CloseReason::Refused => "the request was refused",
        CloseReason::BodyUnread => "the request body was too long to be skipped",
        CloseReason::Idle => "no request came in time",
        CloseReason::Deadline => "the request was not complete in time",
        CloseReason::SendStalled => "the peer took nothing for too long",
        CloseReason::SendSlow => "the peer took the response too slowly",
        CloseReason::FileShrank => "the file became shorter while it was sent",
        CloseReason::FileUnreadable => "the file could not be read to its end",
        CloseReason::Broken => "the connection broke",
        CloseReason::Full => "too many connections",
        CloseReason::Exhausted => "no descriptor or no thread was left for it",
        CloseReason::Draining => "glassport is stopping",
        CloseReason::Panicked => "answering it failed",
    }
}
