//! What is known of a connection between two lines of the access log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::format::Exchange;
use crate::event::{Activity, ConnectionId, Refusal};
use crate::http::{CONTINUE, RequestHead, Status};

/// A connection, seen from its log.
pub(super) struct Conversation {
    peer: SocketAddr,
    request: Request,
    /// A response that has begun and is not complete.
    begun: Option<Begun>,
    /// How many octets were sent before the response that has begun.
    sent: u64,
}

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
    diagnosis: Option<Refusal>,
}

/// An exchange that is over.
pub(super) struct Ended {
    peer: SocketAddr,
    request: Request,
    /// When that was.
    at: Duration,
    status: Status,
    content: u64,
    took: Option<Duration>,
}

impl Conversation {
    pub(super) fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            request: Request::default(),
            begun: None,
            sent: 0,
        }
    }

    pub(super) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Takes in what happened, and says which exchange it ended, if it did.
    pub(super) fn learn(&mut self, at: Duration, activity: Activity) -> Option<Ended> {
        let (status, content, took) = match activity {
            Activity::Parsed { head, .. } => {
                self.request = Request {
                    at: Some(at),
                    head: Some(head),
                    ..Request::default()
                };
                return None;
            }
            Activity::Rejected {
                diagnosis,
                head,
                request_line,
            } => {
                self.request = Request {
                    at: self.request.at.or(Some(at)),
                    head,
                    line: Some(request_line),
                    diagnosis: Some(diagnosis),
                };
                return None;
            }
            Activity::Continued => {
                self.sent += CONTINUE.len() as u64;
                return None;
            }
            Activity::Responding {
                status, head, body, ..
            } => {
                let head = head.len() as u64;
                self.begun = Some(Begun { status, head, body });
                return None;
            }
            Activity::Responded { status, body, took } => {
                let head = self.begun.take().map_or(0, |begun| begun.head);
                self.sent += head + body;
                (status, body, Some(took))
            }
            // What was being sent then was cut off.
            Activity::Closed { totals, .. } => {
                let Begun { status, head, body } = self.begun.take()?;
                let behind_head = totals.sent.saturating_sub(self.sent + head);
                (status, behind_head.min(body), None)
            }
            Activity::Accepted { .. }
            | Activity::Received { .. }
            | Activity::Scanned { .. }
            | Activity::BoundaryFound { .. }
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Sent { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. } => return None,
        };
        Some(Ended {
            peer: self.peer,
            request: std::mem::take(&mut self.request),
            at,
            status,
            content,
            took,
        })
    }
}

impl Ended {
    /// What a line is written of, on the clock of a server that started then.
    pub(super) fn exchange(&self, connection: ConnectionId, started: SystemTime) -> Exchange<'_> {
        let Request {
            at,
            head,
            line,
            diagnosis,
        } = &self.request;
        let head = head.as_deref();
        let request_line = head.map(RequestHead::request_line).or(line.as_deref());
        Exchange {
            connection,
            peer: self.peer,
            at: started + at.unwrap_or(self.at),
            request_line: request_line.unwrap_or_default(),
            head,
            diagnosis: *diagnosis,
            status: self.status,
            content: self.content,
            took: self.took,
        }
    }
}
