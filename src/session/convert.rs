//! From the vocabulary to what is written, and back.

use std::io::ErrorKind;
use std::time::Duration;

use super::wire::{self, Octets};
use crate::event::{
    Activity, ConnectionId, ConnectionTotals, Event, ListenerEvent, Record, Resource,
};
use crate::http::{Diagnosis, Fault, Framing, LineEnds, RequestHead, Span, Status};

/// The ways a system call fails on a connection, by the names they are written with.
const ERROR_KINDS: &[ErrorKind] = &[
    ErrorKind::ConnectionReset,
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

impl<'a> From<&'a Record> for wire::Record<'a> {
    fn from(record: &'a Record) -> Self {
        let (connection, event) = match &record.event {
            Event::Listener(event) => (None, listener_to_wire(event)),
            Event::Connection(id, activity) => (Some(id.0), activity_to_wire(activity)),
        };
        Self {
            seq: record.seq,
            at: nanoseconds(record.at),
            connection,
            event,
        }
    }
}

fn listener_to_wire(event: &ListenerEvent) -> wire::Event<'static> {
    match event {
        &ListenerEvent::Opened { wanted } => wire::Event::Opened { wanted },
        &ListenerEvent::Bound { local } => wire::Event::Bound { local },
        &ListenerEvent::Listening { local, backlog } => wire::Event::Listening { local, backlog },
        ListenerEvent::AcceptFailed { error, retry } => wire::Event::AcceptFailed {
            error: error.clone().into_owned(),
            retry: nanoseconds(*retry),
        },
        ListenerEvent::Draining => wire::Event::Draining,
        ListenerEvent::Stopped => wire::Event::Stopped,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each activity")]
fn activity_to_wire(activity: &Activity) -> wire::Event<'_> {
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
            diagnosis,
            head,
            request_line,
        } => wire::Event::Rejected {
            diagnosis: wire::Diagnosis {
                fault: format!("{:?}", diagnosis.fault).into(),
                span: diagnosis.span.into(),
                request_at: diagnosis.request_at,
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
    }
}

/// A record that this version of the program does not understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotUnderstood;

impl TryFrom<wire::Record<'_>> for Record {
    type Error = NotUnderstood;

    fn try_from(record: wire::Record<'_>) -> Result<Self, NotUnderstood> {
        let event = match record.connection {
            None => Event::Listener(listener_from_wire(record.event)?),
            Some(id) => Event::Connection(ConnectionId(id), activity_from_wire(record.event)?),
        };
        Ok(Self {
            seq: record.seq,
            at: Duration::from_nanos(record.at),
            event,
        })
    }
}

fn listener_from_wire(event: wire::Event<'_>) -> Result<ListenerEvent, NotUnderstood> {
    Ok(match event {
        wire::Event::Opened { wanted } => ListenerEvent::Opened { wanted },
        wire::Event::Bound { local } => ListenerEvent::Bound { local },
        wire::Event::Listening { local, backlog } => ListenerEvent::Listening { local, backlog },
        wire::Event::AcceptFailed { error, retry } => ListenerEvent::AcceptFailed {
            error: error.into(),
            retry: Duration::from_nanos(retry),
        },
        wire::Event::Draining => ListenerEvent::Draining,
        wire::Event::Stopped => ListenerEvent::Stopped,
        wire::Event::Accepted { .. }
        | wire::Event::Received { .. }
        | wire::Event::Scanned { .. }
        | wire::Event::BoundaryFound { .. }
        | wire::Event::Parsed { .. }
        | wire::Event::Rejected { .. }
        | wire::Event::Continued
        | wire::Event::BodyReceived { .. }
        | wire::Event::Resolved(_)
        | wire::Event::Responding { .. }
        | wire::Event::Sent { .. }
        | wire::Event::Responded { .. }
        | wire::Event::Held { .. }
        | wire::Event::Released { .. }
        | wire::Event::Finished
        | wire::Event::PeerFinished
        | wire::Event::TimedOut { .. }
        | wire::Event::Failed { .. }
        | wire::Event::Closed { .. } => return Err(NotUnderstood),
    })
}

#[expect(clippy::too_many_lines, reason = "one arm for each activity")]
fn activity_from_wire(event: wire::Event<'_>) -> Result<Activity, NotUnderstood> {
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
            let framing = Framing::of(&head).map_err(|_| NotUnderstood)?;
            Activity::Parsed {
                head: head.into(),
                framing,
            }
        }
        wire::Event::Rejected {
            diagnosis,
            head,
            request_line,
        } => {
            let fault = Fault::ALL
                .iter()
                .find(|fault| format!("{fault:?}") == diagnosis.fault);
            let fault = *fault.ok_or(NotUnderstood)?;
            Activity::Rejected {
                diagnosis: Diagnosis::new(fault, diagnosis.span.into(), diagnosis.request_at),
                head: match head {
                    Some(head) => Some(request_head(&head)?.into()),
                    None => None,
                },
                request_line: request_line.to_octets().ok_or(NotUnderstood)?,
            }
        }
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
            kind: *ERROR_KINDS
                .iter()
                .find(|kind| kind.to_string() == error)
                .unwrap_or(&ErrorKind::Other),
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
        wire::Event::Opened { .. }
        | wire::Event::Bound { .. }
        | wire::Event::Listening { .. }
        | wire::Event::AcceptFailed { .. }
        | wire::Event::Draining
        | wire::Event::Stopped => return Err(NotUnderstood),
    })
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

/// A head is read again as leniently as it can have been read before: it was taken then.
fn request_head(head: &wire::Head<'_>) -> Result<RequestHead, NotUnderstood> {
    let octets = head.octets.to_octets().ok_or(NotUnderstood)?;
    RequestHead::parse(&octets, head.offset, LineEnds::LfToo).map_err(|_| NotUnderstood)
}

impl<'a> From<&'a RequestHead> for wire::Head<'a> {
    fn from(head: &'a RequestHead) -> Self {
        Self {
            offset: head.span().start,
            octets: Octets::new(head.octets()),
        }
    }
}

impl From<Span> for wire::Span {
    fn from(span: Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
        }
    }
}

impl From<wire::Span> for Span {
    fn from(span: wire::Span) -> Self {
        Self::new(span.start, span.end.max(span.start))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
