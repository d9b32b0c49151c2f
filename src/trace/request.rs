//! A request as it came, piece by piece, for whoever writes it elsewhere or sends it again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::connection::Connection;
use super::exchange::Exchange;
use crate::http::{BodyLength, Framing, RequestHead, Span};

/// Why something cannot be written, as a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Cannot(pub &'static str);

/// One request, or the beginning of one, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// The octets of the stream that are the request: head and body.
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
    /// What is in the receive buffer of a connection: the beginning of a request.
    /// `server` is where it listens, should that not be known from the connection.
    pub(crate) fn from_buffer(connection: &Connection, server: SocketAddr) -> Self {
        Self::from_span(connection, connection.buffered(), None, server)
    }

    /// The request of an exchange.
    pub(crate) fn from_exchange(
        connection: &Connection,
        exchange: &Exchange,
        server: SocketAddr,
    ) -> Self {
        let span = match (exchange.head_span, exchange.refusal) {
            (Some(head), _) => {
                let end = exchange
                    .body
                    .map_or(head.end, |body| body.end.max(head.end));
                Span::new(head.start, end)
            }
            // Refused before a boundary was found: everything from its first octet on.
            (None, Some(refusal)) => {
                let end = connection.octets().span().end;
                Span::new(refusal.request_at.min(end), end)
            }
            (None, None) => Span::default(),
        };
        Self::from_span(connection, span, Some(exchange), server)
    }

    fn from_span(
        connection: &Connection,
        span: Span,
        exchange: Option<&Exchange>,
        server: SocketAddr,
    ) -> Self {
        let octets = connection.octets();
        let pieces = octets.runs_in(span).map(|run| {
            let here = Span::new(run.offset.max(span.start), run.span().end.min(span.end));
            Piece {
                at: run.at,
                offset: here.start,
                octets: octets.octets_in(here).map(|(_, octet)| octet).collect(),
                full: run.octets.len() >= run.asked,
            }
        });
        Self {
            span,
            pieces: pieces.collect(),
            head: exchange.and_then(|exchange| exchange.head.clone()),
            framing: exchange.and_then(|exchange| exchange.framing),
            server: connection.local.unwrap_or(server),
        }
    }

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
    pub(crate) fn head(&self) -> Result<&RequestHead, Cannot> {
        self.head
            .as_deref()
            .ok_or(Cannot("its head is not complete, or was refused"))
    }

    /// The body as it came, chunked coding included.
    pub(crate) fn body(&self) -> Result<Vec<u8>, Cannot> {
        let octets = self.octets()?;
        let head = self.head()?.octets().len();
        Ok(octets.get(head..).unwrap_or_default().to_vec())
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.framing
            .is_some_and(|framing| framing.body == BodyLength::Chunked)
    }
}
