//! What is known of a connection between two lines of the access log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::format::Exchange;
use crate::event::{Activity, ConnectionId};
use crate::http::{CONTINUE, Diagnosis, RequestHead, Status};

/// One connection: the request that is being answered, and the response.
pub(super) struct Conversation {
    id: ConnectionId,
    peer: SocketAddr,
    request: Request,
    /// A response that has begun and is not complete.
    begun: Option<Begun>,
    /// How many octets were sent before the response that has begun.
    sent: u64,
}

#[derive(Clone, Copy)]
struct Begun {
    status: Status,
    /// How long its head is.
    head: u64,
    /// How much content was to follow.
    body: u64,
}

/// The request that is being answered.
#[derive(Default)]
struct Request {
    /// When its head had come, or what was wrong with it was seen.
    at: Option<Duration>,
    head: Option<Arc<RequestHead>>,
    /// Its first line, where it has no head.
    line: Option<Arc<[u8]>>,
    diagnosis: Option<Diagnosis>,
}

/// A request, and how it was answered.
pub(super) struct Answered {
    at: Duration,
    id: ConnectionId,
    peer: SocketAddr,
    request: Request,
    status: Status,
    content: u64,
    took: Option<Duration>,
}

impl Conversation {
    pub(super) fn new(id: ConnectionId, peer: SocketAddr) -> Self {
        Self {
            id,
            peer,
            request: Request::default(),
            begun: None,
            sent: 0,
        }
    }

    pub(super) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Takes in what happened; says so when that was the end of a response.
    pub(super) fn fold(&mut self, at: Duration, activity: Activity) -> Option<Answered> {
        match activity {
            Activity::Parsed { head, .. } => {
                self.request = Request {
                    at: Some(at),
                    head: Some(head),
                    ..Request::default()
                };
                None
            }
            Activity::Rejected {
                diagnosis,
                head,
                request_line,
            } => {
                let came = self.request.at;
                self.request = Request {
                    at: came.or(Some(at)),
                    head,
                    line: Some(request_line),
                    diagnosis: Some(diagnosis),
                };
                None
            }
            Activity::Continued => {
                self.sent += CONTINUE.len() as u64;
                None
            }
            Activity::Responding {
                status, head, body, ..
            } => {
                let head = head.len() as u64;
                self.begun = Some(Begun { status, head, body });
                None
            }
            Activity::Responded { status, body, took } => {
                let head = self.begun.take().map_or(0, |begun| begun.head);
                self.sent += head + body;
                Some(self.answered(at, status, body, Some(took)))
            }
            // What was being sent then was cut off.
            Activity::Closed { totals, .. } => {
                let Begun { status, head, body } = self.begun?;
                let behind_head = totals.sent.saturating_sub(self.sent + head);
                Some(self.answered(at, status, behind_head.min(body), None))
            }
            Activity::Accepted { .. }
            | Activity::Received { .. }
            | Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Sent { .. }
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Failed { .. } => None,
        }
    }

    fn answered(
        &mut self,
        at: Duration,
        status: Status,
        content: u64,
        took: Option<Duration>,
    ) -> Answered {
        let request = std::mem::take(&mut self.request);
        Answered {
            at: request.at.unwrap_or(at),
            id: self.id,
            peer: self.peer,
            request,
            status,
            content,
            took,
        }
    }
}

impl Answered {
    /// As a line of the log wants it; `started` is when the server was.
    pub(super) fn exchange(&self, started: SystemTime) -> Exchange<'_> {
        let request = &self.request;
        let head = request.head.as_deref();
        let line = head.map(RequestHead::request_line);
        Exchange {
            connection: self.id,
            peer: self.peer,
            at: started + self.at,
            request_line: line.or(request.line.as_deref()).unwrap_or_default(),
            head,
            diagnosis: request.diagnosis,
            status: self.status,
            content: self.content,
            took: self.took,
        }
    }
}
