//! What happens on one connection.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use super::basics::{NotUnderstood, nanoseconds, request_head};
use super::{sample, upstream};
use crate::event::{Activity, ConnectionTotals, Policy, Reason, Refusal, Resource};
use crate::http::{Fault, Framing, Status};
use crate::session::wire::{self, Octets};

/// The ways a system call fails on a connection, by the names they are written with.
const ERROR_KINDS: &[ErrorKind] = &[
    ErrorKind::ConnectionReset,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionAborted,
    ErrorKind::BrokenPipe,
    ErrorKind::TimedOut,
    ErrorKind::NotConnected,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::NetworkDown,
    ErrorKind::PermissionDenied,
    ErrorKind::UnexpectedEof,
    ErrorKind::WriteZero,
    ErrorKind::OutOfMemory,
    ErrorKind::InvalidInput,
    ErrorKind::Unsupported,
    ErrorKind::Interrupted,
    ErrorKind::WouldBlock,
];

#[expect(clippy::too_many_lines, reason = "one arm for each activity")]
pub(super) fn to_wire(activity: &Activity) -> wire::Event<'_> {
    match activity {
        &Activity::Accepted { peer, local } => wire::Event::Accepted { peer, local },
        Activity::Received {
            offset,
            octets,
            asked,
        } => wire::Event::Received {
            offset: *offset,
            asked: *asked,
            octets: Octets::new(octets),
        },
        &Activity::Scanned { from, to, matched } => wire::Event::Scanned { from, to, matched },
        Activity::BoundaryFound { head } => wire::Event::BoundaryFound {
            head: (*head).into(),
        },
        Activity::Parsed { head, .. } => wire::Event::Parsed {
            head: head.as_ref().into(),
        },
        Activity::Rejected {
            refusal,
            head,
            request_line,
        } => wire::Event::Rejected {
            diagnosis: wire::Refusal {
                reason: reason_to_wire(refusal.reason),
                span: refusal.span.into(),
                request_at: refusal.request_at,
            },
            head: head.as_deref().map(Into::into),
            request_line: Octets::new(request_line),
        },
        Activity::Continued => wire::Event::Continued,
        Activity::BodyReceived { span, content } => wire::Event::BodyReceived {
            span: (*span).into(),
            content: *content,
        },
        Activity::Resolved(resource) => wire::Event::Resolved(match resource {
            Resource::File { path, length } => wire::Resource::File {
                path: Octets::new(path),
                length: *length,
            },
            Resource::Directory { path } => wire::Resource::Directory {
                path: Octets::new(path),
            },
            Resource::Generated { what } => wire::Resource::Generated {
                what: what.as_ref().into(),
            },
            Resource::Nothing { because } => wire::Resource::Nothing {
                because: because.as_ref().into(),
            },
        }),
        Activity::Responding {
            status,
            head,
            body,
            because,
        } => wire::Event::Responding {
            status: status.code(),
            head: Octets::new(head),
            body: *body,
            because: because.as_deref().map(Into::into),
        },
        Activity::Content { octets } => wire::Event::Content {
            octets: Octets::new(octets),
        },
        &Activity::Sent { call, octets, of } => wire::Event::Sent {
            call: call.into(),
            octets,
            of,
        },
        &Activity::Responded { status, body, took } => wire::Event::Responded {
            status: status.code(),
            body,
            took: nanoseconds(took),
        },
        &Activity::Held { before } => wire::Event::Held {
            before: before.into(),
        },
        &Activity::Released { after } => wire::Event::Released {
            after: nanoseconds(after),
        },
        Activity::Finished => wire::Event::Finished,
        Activity::PeerFinished => wire::Event::PeerFinished,
        &Activity::TimedOut { waiting_for, after } => wire::Event::TimedOut {
            waiting_for: waiting_for.into(),
            after: nanoseconds(after),
        },
        &Activity::Failed { operation, kind } => wire::Event::Failed {
            operation: operation.into(),
            error: kind.to_string(),
        },
        &Activity::Closed { by, reason, totals } => wire::Event::Closed {
            by: by.into(),
            reason: reason.into(),
            requests: totals.requests,
            received: totals.received,
            sent: totals.sent,
        },
        Activity::Counted(counted) => wire::Event::Counted((**counted).into()),
        Activity::Sampled(sampled) => wire::Event::Sampled(Box::new((&**sampled).into())),
        Activity::Gone => wire::Event::Gone,
        Activity::OfSource(name) => wire::Event::OfSource {
            name: name.as_ref().into(),
        },
        Activity::Upstream(upstream) => wire::Event::Upstream(upstream::to_wire(upstream)),
    }
}

/// The names of faults and policies are those of the vocabulary.
fn reason_to_wire(reason: Reason) -> wire::Reason<'static> {
    match reason {
        Reason::Fault(fault) => wire::Reason::Fault(format!("{fault:?}").into()),
        Reason::Policy(policy) => wire::Reason::Policy(format!("{policy:?}").into()),
    }
}

fn reason_from_wire(reason: &wire::Reason<'_>) -> Result<Reason, NotUnderstood> {
    let known = match reason {
        wire::Reason::Fault(name) => {
            let mut known = Fault::ALL.iter();
            let fault = known.find(|fault| format!("{fault:?}") == *name);
            fault.copied().map(Reason::Fault)
        }
        wire::Reason::Policy(name) => {
            let mut known = Policy::ALL.iter();
            let policy = known.find(|policy| format!("{policy:?}") == *name);
            policy.copied().map(Reason::Policy)
        }
    };
    known.ok_or(NotUnderstood)
}

#[expect(clippy::too_many_lines, reason = "one arm for each activity")]
pub(super) fn from_wire(event: wire::Event<'_>) -> Result<Activity, NotUnderstood> {
    Ok(match event {
        wire::Event::Accepted { peer, local } => Activity::Accepted { peer, local },
        wire::Event::Received {
            offset,
            asked,
            octets,
        } => Activity::Received {
            offset,
            octets: octets.to_octets().ok_or(NotUnderstood)?,
            asked,
        },
        wire::Event::Scanned { from, to, matched } => Activity::Scanned {
            from,
            to,
            matched: matched.min(4),
        },
        wire::Event::BoundaryFound { head } => Activity::BoundaryFound { head: head.into() },
        wire::Event::Parsed { head } => {
            let head = request_head(&head)?;
            let framing = Framing::from_head(&head).map_err(|_| NotUnderstood)?;
            Activity::Parsed {
                head: head.into(),
                framing,
            }
        }
        wire::Event::Rejected {
            diagnosis,
            head,
            request_line,
        } => Activity::Rejected {
            refusal: Refusal {
                reason: reason_from_wire(&diagnosis.reason)?,
                span: diagnosis.span.into(),
                request_at: diagnosis.request_at,
            },
            head: match head {
                Some(head) => Some(request_head(&head)?.into()),
                None => None,
            },
            request_line: request_line.to_octets().ok_or(NotUnderstood)?,
        },
        wire::Event::Continued => Activity::Continued,
        wire::Event::BodyReceived { span, content } => Activity::BodyReceived {
            span: span.into(),
            content,
        },
        wire::Event::Resolved(resource) => Activity::Resolved(resource_from_wire(resource)?),
        wire::Event::Responding {
            status,
            head,
            body,
            because,
        } => Activity::Responding {
            status: Status::from_code(status).ok_or(NotUnderstood)?,
            head: head.to_octets().ok_or(NotUnderstood)?,
            body,
            because: because.map(|because| because.into_owned().into()),
        },
        wire::Event::Content { octets } => Activity::Content {
            octets: octets.to_octets().ok_or(NotUnderstood)?,
        },
        wire::Event::Sent { call, octets, of } => Activity::Sent {
            call: call.into(),
            octets,
            of,
        },
        wire::Event::Responded { status, body, took } => Activity::Responded {
            status: Status::from_code(status).ok_or(NotUnderstood)?,
            body,
            took: Duration::from_nanos(took),
        },
        wire::Event::Held { before } => Activity::Held {
            before: before.into(),
        },
        wire::Event::Released { after } => Activity::Released {
            after: Duration::from_nanos(after),
        },
        wire::Event::Finished => Activity::Finished,
        wire::Event::PeerFinished => Activity::PeerFinished,
        wire::Event::TimedOut { waiting_for, after } => Activity::TimedOut {
            waiting_for: waiting_for.into(),
            after: Duration::from_nanos(after),
        },
        wire::Event::Failed { operation, error } => Activity::Failed {
            operation: operation.into(),
            kind: error_kind(&error),
        },
        wire::Event::Closed {
            by,
            reason,
            requests,
            received,
            sent,
        } => Activity::Closed {
            by: by.into(),
            reason: reason.into(),
            totals: ConnectionTotals {
                requests,
                received,
                sent,
            },
        },
        wire::Event::Counted(counted) => Activity::Counted(Arc::new(counted.into())),
        wire::Event::Sampled(sampled) => {
            Activity::Sampled(Arc::new(sample::sampled_from_wire(*sampled)?))
        }
        wire::Event::Gone => Activity::Gone,
        wire::Event::OfSource { name } => Activity::OfSource(name.into()),
        wire::Event::Upstream(upstream) => {
            Activity::Upstream(upstream::from_wire(upstream, error_kind)?)
        }
        wire::Event::Opened { .. }
        | wire::Event::Bound { .. }
        | wire::Event::Listening { .. }
        | wire::Event::AcceptFailed { .. }
        | wire::Event::SpawnFailed { .. }
        | wire::Event::Lowered { .. }
        | wire::Event::Totals(_)
        | wire::Event::Handling(_)
        | wire::Event::Queue(_)
        | wire::Event::Draining
        | wire::Event::Stopped => return Err(NotUnderstood),
    })
}

fn error_kind(name: &str) -> ErrorKind {
    let mut known = ERROR_KINDS.iter().copied();
    let kind = known.find(|kind| kind.to_string() == name);
    kind.unwrap_or(ErrorKind::Other)
}

fn resource_from_wire(resource: wire::Resource<'_>) -> Result<Resource, NotUnderstood> {
    Ok(match resource {
        wire::Resource::File { path, length } => Resource::File {
            path: path.to_octets().ok_or(NotUnderstood)?,
            length,
        },
        wire::Resource::Directory { path } => Resource::Directory {
            path: path.to_octets().ok_or(NotUnderstood)?,
        },
        wire::Resource::Generated { what } => Resource::Generated {
            what: what.into_owned().into(),
        },
        wire::Resource::Nothing { because } => Resource::Nothing {
            because: because.into_owned().into(),
        },
    })
}
