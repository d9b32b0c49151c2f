//! What is known of a connection and of one request on it. Knows no format.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Cannot;
use crate::event::ConnectionId;
use crate::http::{BodyLength, Framing, RequestHead, Span, Status};

/// One request, or the beginning of one, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The octets of the stream that are the request, head and body, as far as they came.
    pub span: Span,
    /// What each `recv` brought of them, in order. Octets that are not known are missing.
    pub pieces: Vec<Piece>,
    /// The head, when it was understood.
    pub head: Option<Arc<RequestHead>>,
    /// How its body was delimited.
    pub framing: Option<Framing>,
    /// Where the server listens.
    pub server: SocketAddr,
}

/// Octets that came in one `recv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// When, counted from the start of the server.
    pub at: Duration,
    /// The stream offset of the first one.
    pub offset: u64,
    /// The octets.
    pub octets: Vec<u8>,
    /// Whether `recv` returned as many as it had been asked for: what came next may have
    /// been sent together with these.
    pub full: bool,
}

impl Request {
    /// The octets, when all of them are known.
    ///
    /// # Errors
    /// There are none, or some were left out or are no longer kept.
    pub fn octets(&self) -> Result<Vec<u8>, Cannot> {
        if self.span.is_empty() {
            return Err(Cannot("no octet of this request is known"));
        }
        let octets: Vec<u8> = self
            .pieces
            .iter()
            .flat_map(|piece| piece.octets.iter().copied())
            .collect();
        if octets.len() as u64 == self.span.len() {
            Ok(octets)
        } else {
            Err(Cannot(
                "some of its octets were left out or are no longer kept",
            ))
        }
    }

    /// What to send so that it arrives in the same pieces: octets, each with how long to
    /// wait before them.
    ///
    /// # Errors
    /// As [`Request::octets`].
    pub fn sends(&self) -> Result<Vec<(Duration, Vec<u8>)>, Cannot> {
        self.octets()?;
        let mut sends: Vec<(Duration, Vec<u8>)> = Vec::new();
        let mut before: Option<&Piece> = None;
        for piece in &self.pieces {
            match (before, sends.last_mut()) {
                (Some(before), Some((_, together))) if before.full => {
                    together.extend_from_slice(&piece.octets);
                }
                (before, _) => {
                    let wait = before.map_or(Duration::ZERO, |p| piece.at.saturating_sub(p.at));
                    sends.push((wait, piece.octets.clone()));
                }
            }
            before = Some(piece);
        }
        Ok(sends)
    }

    /// The head that was understood.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn head(&self) -> Result<&RequestHead, Cannot> {
        self.head
            .as_deref()
            .ok_or(Cannot("its head is not complete, or was refused"))
    }

    /// The body as it came, chunked coding included.
    pub(super) fn body(&self) -> Result<Vec<u8>, Cannot> {
        let octets = self.octets()?;
        let head = self.head()?.octets().len();
        Ok(octets.get(head..).unwrap_or_default().to_vec())
    }

    pub(super) fn is_chunked(&self) -> bool {
        self.framing
            .is_some_and(|framing| framing.body == BodyLength::Chunked)
    }
}

/// What is known of one connection.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// Which one.
    pub id: ConnectionId,
    /// What the times are counted from.
    pub started: SystemTime,
    /// The other end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// What went over it, in order.
    pub steps: Vec<Step>,
    /// The exchanges, in order.
    pub exchanges: Vec<Exchange>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Step {
    /// When, counted from the start of the server.
    pub at: Duration,
    /// What.
    pub happened: Happened,
}

/// What went over a connection.
#[derive(Debug, Clone)]
pub enum Happened {
    /// It was accepted.
    Accepted,
    /// `recv` returned these octets.
    Received {
        /// The stream offset of the first one.
        offset: u64,
        /// The octets.
        octets: Arc<[u8]>,
    },
    /// What was sent just before was `100 Continue`.
    Continued,
    /// A response was begun with this head; its octets go out with what is sent next.
    Responding {
        /// The head.
        head: Arc<[u8]>,
        /// How many octets of content follow it.
        body: u64,
    },
    /// `send` took so many octets.
    Sent(u64),
    /// The peer finished sending.
    PeerFinished,
    /// The connection was closed.
    Closed {
        /// It broke: there was no orderly end.
        broken: bool,
    },
}

/// One request and its response.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Counts on the connection, from 1.
    pub n: u64,
    /// The request.
    pub request: Request,
    /// Its first line as far as it came, when it was refused.
    pub request_line: Option<Arc<[u8]>>,
    /// What was wrong with it, as one line.
    pub diagnosis: Option<String>,
    /// Whether `100 Continue` was sent before its body.
    pub continued: bool,
    /// The status of the response.
    pub status: Option<Status>,
    /// The head of the response, as sent.
    pub response_head: Option<Arc<[u8]>>,
    /// How many octets of content were to follow it.
    pub body: u64,
    /// How many octets of the response were sent, its head included; `None` when that is not
    /// known.
    pub sent: Option<u64>,
    /// When its phases began.
    pub times: Times,
}

/// When the phases of an exchange began, as far as is known, counted from the start of the
/// server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// The `recv` that brought the first octet of the request returned.
    pub first: Option<Duration>,
    /// The request was complete, its body included.
    pub complete: Option<Duration>,
    /// The response was begun.
    pub responding: Option<Duration>,
    /// The last octet of the response was sent.
    pub done: Option<Duration>,
}

impl Exchange {
    /// How many octets of content were sent, as far as is known.
    pub(super) fn content_sent(&self) -> Option<u64> {
        let head = self.response_head.as_ref()?.len() as u64;
        Some(self.sent?.saturating_sub(head))
    }
}
