//! What happens between a tap and the server behind it.

use std::io::ErrorKind;
use std::time::Duration;

use super::basics::{NotUnderstood, nanoseconds};
use crate::event::UpstreamActivity;
use crate::http::{Asked, Diagnosis, Fault, LineEnds, MessageKind, ResponseFraming, ResponseHead};
use crate::session::wire::{self, Octets};

pub(super) fn to_wire(upstream: &UpstreamActivity) -> wire::Upstream<'_> {
    match upstream {
        &UpstreamActivity::Connected { address, took } => wire::Upstream::Connected {
            address,
            took: nanoseconds(took),
        },
        UpstreamActivity::GoesOn { because } => wire::Upstream::GoesOn {
            because: because.as_ref().into(),
        },
        UpstreamActivity::Rewritten { span, octets } => wire::Upstream::Rewritten {
            span: (*span).into(),
            octets: Octets::new(octets),
        },
        UpstreamActivity::Edited {
            message,
            span,
            octets,
        } => wire::Upstream::Edited {
            message: message_to_wire(*message),
            span: (*span).into(),
            octets: Octets::new(octets),
        },
        UpstreamActivity::LeadsPast { location } => wire::Upstream::LeadsPast {
            location: (*location).into(),
        },
        &UpstreamActivity::Forwarded { octets, of } => wire::Upstream::Forwarded { octets, of },
        UpstreamActivity::Received {
            offset,
            octets,
            asked,
        } => wire::Upstream::Received {
            offset: *offset,
            asked: *asked,
            octets: Octets::new(octets),
        },
        UpstreamActivity::Parsed { head, framing } => wire::Upstream::Parsed {
            head: wire::Head {
                offset: head.span().start,
                octets: Octets::new(head.octets()),
            },
            asked: match framing.asked {
                Asked::Head => wire::Asked::Head,
                Asked::Connect => wire::Asked::Connect,
                Asked::Other => wire::Asked::Other,
            },
        },
        UpstreamActivity::Faulty {
            diagnosis,
            request_line,
        } => wire::Upstream::Faulty {
            fault: format!("{:?}", diagnosis.fault).into(),
            span: diagnosis.span.into(),
            message_at: diagnosis.message_at,
            message: message_to_wire(diagnosis.message),
            request_line: Octets::new(request_line),
        },
        UpstreamActivity::Switched => wire::Upstream::Switched,
        UpstreamActivity::NotRead => wire::Upstream::NotRead,
        UpstreamActivity::Finished => wire::Upstream::Finished,
        UpstreamActivity::PeerFinished => wire::Upstream::PeerFinished,
        &UpstreamActivity::Failed { operation, kind } => wire::Upstream::Failed {
            operation: operation.into(),
            error: kind.to_string(),
        },
    }
}

/// `kind` knows the ways a system call fails by their names.
pub(super) fn from_wire(
    upstream: wire::Upstream<'_>,
    kind: impl FnOnce(&str) -> ErrorKind,
) -> Result<UpstreamActivity, NotUnderstood> {
    Ok(match upstream {
        wire::Upstream::Connected { address, took } => UpstreamActivity::Connected {
            address,
            took: Duration::from_nanos(took),
        },
        wire::Upstream::GoesOn { because } => UpstreamActivity::GoesOn {
            because: because.into_owned().into(),
        },
        wire::Upstream::Rewritten { span, octets } => UpstreamActivity::Rewritten {
            span: span.into(),
            octets: octets.to_octets().ok_or(NotUnderstood)?,
        },
        wire::Upstream::Edited {
            message,
            span,
            octets,
        } => UpstreamActivity::Edited {
            message: message_from_wire(message),
            span: span.into(),
            octets: octets.to_octets().ok_or(NotUnderstood)?,
        },
        wire::Upstream::LeadsPast { location } => UpstreamActivity::LeadsPast {
            location: location.into(),
        },
        wire::Upstream::Forwarded { octets, of } => UpstreamActivity::Forwarded { octets, of },
        wire::Upstream::Received {
            offset,
            asked,
            octets,
        } => UpstreamActivity::Received {
            offset,
            octets: octets.to_octets().ok_or(NotUnderstood)?,
            asked,
        },
        wire::Upstream::Parsed { head, asked } => {
            let octets = head.octets.to_octets().ok_or(NotUnderstood)?;
            // A head is read again as leniently as it can have been read before.
            let head = ResponseHead::parse(&octets, head.offset, LineEnds::LfToo)
                .map_err(|_| NotUnderstood)?;
            let asked = match asked {
                wire::Asked::Head => Asked::Head,
                wire::Asked::Connect => Asked::Connect,
                wire::Asked::Other => Asked::Other,
            };
            let framing = ResponseFraming::from_head(&head, asked).map_err(|_| NotUnderstood)?;
            UpstreamActivity::Parsed {
                head: head.into(),
                framing,
            }
        }
        wire::Upstream::Faulty {
            fault,
            span,
            message_at,
            message,
            request_line,
        } => {
            let mut known = Fault::ALL.iter();
            let fault = known.find(|known| format!("{known:?}") == fault);
            let fault = *fault.ok_or(NotUnderstood)?;
            let diagnosis = Diagnosis::new(fault, span.into(), message_at);
            UpstreamActivity::Faulty {
                diagnosis: diagnosis.in_a(message_from_wire(message)),
                request_line: request_line.to_octets().ok_or(NotUnderstood)?,
            }
        }
        wire::Upstream::Switched => UpstreamActivity::Switched,
        wire::Upstream::NotRead => UpstreamActivity::NotRead,
        wire::Upstream::Finished => UpstreamActivity::Finished,
        wire::Upstream::PeerFinished => UpstreamActivity::PeerFinished,
        wire::Upstream::Failed { operation, error } => UpstreamActivity::Failed {
            operation: operation.into(),
            kind: kind(&error),
        },
    })
}

const fn message_to_wire(message: MessageKind) -> wire::Message {
    match message {
        MessageKind::Request => wire::Message::Request,
        MessageKind::Response => wire::Message::Response,
    }
}

const fn message_from_wire(message: wire::Message) -> MessageKind {
    match message {
        wire::Message::Request => MessageKind::Request,
        wire::Message::Response => MessageKind::Response,
    }
}
