//! What is told of a connection that stands still: what its last step did, and what its next
//! will do.

use crate::event::{Activity, Breakpoint, UpstreamActivity};
use crate::trace::connection::Connection;
use crate::trace::format::{self, plural};

/// Whether what a step will do is told beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foresight {
    Tells,
    /// Those who watch are asked.
    Asks,
}

pub(super) fn sentence(connection: &Connection, foresight: Foresight) -> String {
    let next = connection
        .held
        .map(|(before, _)| next(connection, before, foresight));
    let did = did(connection).map(|activity| super::of_activity(connection, activity));
    let parts: Vec<_> = did.into_iter().chain(next).collect();
    parts.join(" ")
}

/// What the last step did: of all that came of it, what it was done for.
fn did(connection: &Connection) -> Option<&Activity> {
    let mut newest_first = connection
        .log()
        .iter()
        .rev()
        .map(|entry| &entry.activity)
        .filter(|activity| kind(activity).is_some());
    let newest = newest_first.next()?;
    let same = newest_first.take_while(|activity| kind(activity) == kind(newest));
    std::iter::once(newest)
        .chain(same)
        .max_by_key(|activity| is_what_it_was_for(activity))
}

/// Which step an activity comes of; `None` for the holding itself and for what was asked.
const fn kind(activity: &Activity) -> Option<Breakpoint> {
    match activity {
        Activity::Accepted { .. }
        | Activity::Received { .. }
        | Activity::PeerFinished
        | Activity::Upstream(
            UpstreamActivity::Connected { .. }
            | UpstreamActivity::Received { .. }
            | UpstreamActivity::Parsed { .. }
            | UpstreamActivity::LeadsPast { .. }
            | UpstreamActivity::Faulty { .. }
            | UpstreamActivity::Switched
            | UpstreamActivity::NotRead
            | UpstreamActivity::PeerFinished,
        ) => Some(Breakpoint::Recv),
        Activity::Scanned { .. } | Activity::BoundaryFound { .. } => Some(Breakpoint::Scan),
        Activity::Parsed { .. }
        | Activity::Rejected { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responding { .. }
        | Activity::Upstream(UpstreamActivity::GoesOn { .. }) => Some(Breakpoint::Parse),
        Activity::Upstream(
            UpstreamActivity::Rewritten { .. }
            | UpstreamActivity::Edited { .. }
            | UpstreamActivity::Forwarded { .. }
            | UpstreamActivity::Finished
            | UpstreamActivity::Failed { .. },
        )
        | Activity::Sent { .. }
        | Activity::Responded { .. }
        | Activity::Finished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. }
        | Activity::Gone => Some(Breakpoint::Send),
        Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::Content { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_) => None,
    }
}

const fn is_what_it_was_for(activity: &Activity) -> bool {
    matches!(
        activity,
        Activity::Received { .. }
            | Activity::PeerFinished
            | Activity::BoundaryFound { .. }
            | Activity::Parsed { .. }
            | Activity::Rejected { .. }
            | Activity::Sent { .. }
    )
}

fn next(connection: &Connection, before: Breakpoint, foresight: Foresight) -> String {
    match before {
        Breakpoint::Recv => format!("Next: recv{}.", recv(connection, foresight)),
        Breakpoint::Scan => {
            let buffered = connection.buffered();
            let from = connection.scan.to.clamp(buffered.start, buffered.end);
            let octets = plural(buffered.end - from, "octet");
            let from = format::count(from);
            format!("Next: the search looks at {octets}, from octet {from} on.")
        }
        Breakpoint::Parse => "Next: the head is parsed.".into(),
        Breakpoint::Send => "Next: send.".into(),
    }
}

fn recv(connection: &Connection, foresight: Foresight) -> String {
    let sampled = connection.sampled.as_ref();
    let known = sampled.and_then(|it| Some((it.kernel.unread?, it.handling.recv_size as u64)));
    match known.filter(|_| foresight == Foresight::Tells) {
        None => String::new(),
        Some((0, _)) if connection.peer_finished => String::new(),
        Some((0, _)) => ", which will wait, as the kernel has nothing unread".into(),
        Some((unread, asked)) if unread <= asked => {
            format!(
                ", which will take the {} that are unread in the kernel",
                plural(unread, "octet")
            )
        }
        Some((unread, asked)) => format!(
            ", which will take {asked} of the {} that are unread in the kernel",
            plural(unread, "octet")
        ),
    }
}
