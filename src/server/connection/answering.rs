//! The second phase: a request, or what is wrong with it, becomes a response, and it is settled
//! whether the connection stays.

use std::sync::Arc;

use super::received::{Received, Refused};
use crate::event::{Activity, CloseReason, Phase, Refusal, Reporter};
use crate::http::{Persistence, RequestHead};
use crate::server::handler::{self, Request};
use crate::server::response::Response;
use crate::server::shared::Shared;

/// How much of a request-line goes into a log.
const LOGGED_LINE: usize = 1024;

/// What is to be sent, and what follows.
pub(super) struct Answer {
    pub(super) response: Response,
    pub(super) persistence: Persistence,
    /// Why the connection ends behind it, if it does.
    pub(super) closes: Option<CloseReason>,
}

/// Answers one request.
pub(super) fn answer(
    shared: &Shared,
    reporter: &mut Reporter,
    received: &Received,
    request: Request<'_>,
) -> Answer {
    reporter.set_phase(Phase::Handling);
    let response = received.handler.respond(shared.site(), request);
    let head = &received.head;
    if let Some(refusal) = response.refusal {
        tell_refusal(
            reporter,
            refusal,
            Some(Arc::clone(head)),
            head.request_line(),
        );
    }
    if let Some(resource) = &response.resource {
        let told = || handler::resource_told(shared.site().docroot, head, resource);
        reporter.detail(|| Activity::Resolved(told()));
    }
    let draining = shared.draining();
    let asked = received.framing.persistence;
    let stays = !response.close && !draining && received.unread.is_none();
    let persistence = if stays { asked } else { Persistence::Close };
    let reason = match (received.unread, asked) {
        _ if draining => CloseReason::Draining,
        (Some(unread), _) => unread,
        (None, Persistence::Http10) => CloseReason::Http10,
        (None, Persistence::Close) => CloseReason::CloseAsked,
        (None, Persistence::Persistent | Persistence::KeepAlive) => CloseReason::Refused,
    };
    Answer {
        response,
        persistence,
        closes: (!persistence.persists()).then_some(reason),
    }
}

/// Answers a request that cannot be served: `octets` are those of it that are at hand, from
/// `offset` on.
pub(super) fn refuse(
    shared: &Shared,
    reporter: &mut Reporter,
    refused: Refused,
    (octets, offset): (&[u8], u64),
) -> Answer {
    let Refused {
        refusal,
        head,
        reason,
    } = refused;
    let first = octets.split(|&o| o == b'\n').next().unwrap_or_default();
    let line = head.as_ref().map_or(first, |head| head.request_line());
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line: Arc<[u8]> = line.iter().take(LOGGED_LINE).copied().collect();
    let mut response = handler::refuse(shared.site(), refusal, octets, offset);
    // A peer that sent HEAD reads no content, whatever else was wrong (RFC 9110 §9.3.2).
    if line.starts_with(b"HEAD ") {
        response = response.withhold();
    }
    tell_refusal(reporter, refusal, head, &line);
    Answer {
        response,
        persistence: Persistence::Close,
        closes: Some(reason),
    }
}

fn tell_refusal(
    reporter: &mut Reporter,
    refusal: Refusal,
    head: Option<Arc<RequestHead>>,
    line: &[u8],
) {
    reporter.count_refused();
    reporter.note(|| Activity::Rejected {
        refusal,
        head,
        request_line: line.into(),
    });
}
