//! One direction of a connection: its octets, call by call, and the messages they make. What
//! is said of octets is the same for both.

mod returned;

use std::cell::OnceCell;

use self::returned::Returned;
use super::connection::Connection;
use super::direction::Direction;
use super::exchange::Exchange;
use super::format::{count, plural};
use super::octets::Octets;
use crate::event::{Refusal, SendCall};
use crate::http::{
    BodyLength, ChunkPart, ChunkedDecoder, RequestHead, ResponseBody, ResponseHead, Span,
};

/// One direction of a connection, as of the moment the connection is shown at.
#[derive(Debug)]
pub(crate) struct Stream<'a> {
    connection: &'a Connection,
    /// What the calls took that carried responses; `None` for requests.
    returned: Option<Returned<'a>>,
    messages: Vec<Message<'a>>,
}

/// One message.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    /// The exchange it belongs to.
    pub(crate) n: u64,
    /// Whether another response follows it that answers the same request.
    pub(crate) is_interim: bool,
    pub(crate) head: Option<Span>,
    pub(crate) parsed: Parsed<'a>,
    pub(crate) body: Option<Span>,
    /// How the octets behind the head are to be read.
    pub(crate) coding: Coding,
    /// What is wrong with it.
    pub(crate) wrong: Vec<Refusal>,
    /// What each octet of a chunked body is, once somebody asked.
    parts: OnceCell<Vec<(ChunkPart, Span)>>,
}

/// How the octets behind a head are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// All of them are content.
    Plain,
    Chunked,
    /// They are no HTTP any more.
    Opaque,
}

/// A head, as far as it is understood.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parsed<'a> {
    No,
    Request(&'a RequestHead),
    Response(&'a ResponseHead),
    /// The octets of a response's head that this program made itself.
    Written(&'a [u8]),
}

impl<'a> Stream<'a> {
    pub(crate) fn new(connection: &'a Connection, direction: Direction) -> Self {
        match direction {
            Direction::Requests => Self::requests(connection),
            Direction::Responses => Self::responses(connection),
        }
    }

    /// What came from the peer.
    pub(crate) fn requests(connection: &'a Connection) -> Self {
        Self {
            connection,
            returned: None,
            messages: connection.exchanges.iter().map(Message::request).collect(),
        }
    }

    /// What goes to the peer. Behind a tap it is what came from the upstream.
    pub(crate) fn responses(connection: &'a Connection) -> Self {
        let returned = Returned::new(connection);
        let mut messages = Vec::new();
        let exchanges = connection.exchanges.iter();
        let mut exchanges = exchanges.filter(|it| returned.holds(it)).peekable();
        while let Some(exchange) = exchanges.next() {
            let next = exchanges.peek().and_then(|next| next.answer_start());
            let end = next.unwrap_or(returned.end).min(returned.end);
            Message::responses(exchange, end, &mut messages);
        }
        Self {
            connection,
            returned: Some(returned),
            messages,
        }
    }

    pub(crate) const fn direction(&self) -> Direction {
        match self.returned {
            None => Direction::Requests,
            Some(_) => Direction::Responses,
        }
    }

    pub(crate) const fn connection(&self) -> &'a Connection {
        self.connection
    }

    /// The octets, as far as they are kept.
    pub(crate) fn octets(&self) -> Octets<'_> {
        match &self.returned {
            None => self.connection.octets(),
            Some(returned) => returned.octets(),
        }
    }

    /// The messages, in order.
    pub(crate) fn messages(&self) -> &[Message<'a>] {
        &self.messages
    }

    /// Where the final message of an exchange begins.
    pub(crate) fn message_of(&self, n: u64) -> Option<&Message<'a>> {
        self.messages.iter().rev().find(|message| message.n == n)
    }

    /// One past the last octet that was looked at.
    pub(crate) fn looked_at(&self) -> u64 {
        match &self.returned {
            None => self.connection.scan.to,
            Some(returned) => returned.end,
        }
    }

    /// Whether more may come.
    pub(crate) fn goes_on(&self) -> bool {
        let is_open = self.connection.closed.is_none();
        is_open && self.returned.is_none() && !self.connection.peer_finished
    }

    /// What a call is that carried some of it.
    pub(crate) fn call_name(&self) -> &'static str {
        match &self.returned {
            None => "recv",
            Some(returned) => returned.name(),
        }
    }

    /// What is said in the place of octets that are not kept.
    pub(crate) fn missing(&self, gap: Span) -> String {
        let octets = plural(gap.len(), "octet");
        let Some(returned) = &self.returned else {
            return format!("{octets} left out");
        };
        let holds = |message: &&Message<'_>| message.body.is_some_and(|it| it.contains(gap.start));
        let body = self.messages.iter().find(holds).and_then(|it| it.body);
        let kept = body.map_or(0, |body| gap.start - body.start);
        let call = returned.call_at(gap.start);
        match (call, kept) {
            (Some(SendCall::SendFile), 0) => format!("by sendfile, {octets} not copied"),
            (Some(SendCall::SendFile), kept) => {
                format!(
                    "by sendfile, {octets} not copied beyond the first {}",
                    count(kept)
                )
            }
            (Some(_), 0) => format!("{octets} of content, of which no copy is kept"),
            (Some(_), kept) => format!("{octets} not kept beyond the first {}", count(kept)),
            (None, _) => format!("{octets} left out"),
        }
    }

    /// What each octet of a chunked body is, as far as it is kept from its beginning on.
    pub(crate) fn chunk_parts<'s>(&'s self, message: &'s Message<'a>) -> &'s [(ChunkPart, Span)] {
        let (Coding::Chunked, Some(body)) = (message.coding, message.body) else {
            return &[];
        };
        message.parts.get_or_init(|| {
            let mut decoder = ChunkedDecoder::default();
            let mut parts = Vec::new();
            let mut end = body.start;
            for run in self.octets().runs_in(body) {
                // What is missing cannot be decoded across.
                let from = usize::try_from(end.saturating_sub(run.offset)).unwrap_or(usize::MAX);
                let to = usize::try_from(body.end.saturating_sub(run.offset));
                let to = to.unwrap_or(usize::MAX).min(run.octets.len());
                let Some(octets) = run.octets.get(from..to).filter(|_| run.offset <= end) else {
                    break;
                };
                let mut at = 0;
                while let Some((part, range)) = decoder.next_part(octets, &mut at) {
                    let place = |index: usize| end.saturating_add(index as u64);
                    parts.push((part, Span::new(place(range.start), place(range.end))));
                }
                end = end.saturating_add(octets.len() as u64);
            }
            parts
        })
    }

    /// How many octets of a message are not kept.
    pub(crate) fn lacks(&self, message: &Message<'a>) -> u64 {
        let spans = message.head.into_iter().chain(message.body);
        spans
            .map(|span| {
                let kept = self.octets().octets_in(span).count() as u64;
                span.len().saturating_sub(kept)
            })
            .sum()
    }

    /// The content of a message, as far as it is kept: the octets without the framing.
    pub(crate) fn content(&self, message: &Message<'a>) -> Vec<u8> {
        let of = |span| self.octets().octets_in(span).map(|(_, octet)| octet);
        match (message.coding, message.body) {
            (Coding::Chunked, _) => {
                let parts = self.chunk_parts(message).iter();
                let data = parts.filter(|(part, _)| *part == ChunkPart::Data);
                data.flat_map(|&(_, span)| of(span)).collect()
            }
            (Coding::Plain | Coding::Opaque, Some(body)) => of(body).collect(),
            (Coding::Plain | Coding::Opaque, None) => Vec::new(),
        }
    }
}

impl<'a> Message<'a> {
    fn request(exchange: &'a Exchange) -> Self {
        let is_chunked =
            matches!(exchange.framing, Some(framing) if framing.body == BodyLength::Chunked);
        Self {
            n: exchange.n,
            is_interim: false,
            head: exchange.head_span,
            parsed: exchange.head.as_deref().map_or(Parsed::No, Parsed::Request),
            body: exchange.body,
            coding: if is_chunked {
                Coding::Chunked
            } else {
                Coding::Plain
            },
            wrong: exchange.refusal.into_iter().collect(),
            parts: OnceCell::new(),
        }
    }

    /// The interim responses to a request, and the final one, which end before `end`.
    fn responses(exchange: &'a Exchange, end: u64, messages: &mut Vec<Self>) {
        let answer = exchange.answer.as_deref();
        let heads = answer.map_or(&[][..], |answer| &answer.heads);
        messages.extend(heads.iter().map(|head| Self {
            n: exchange.n,
            is_interim: true,
            head: Some(head.span()),
            parsed: Parsed::Response(head),
            body: None,
            coding: Coding::Plain,
            wrong: Vec::new(),
            parts: OnceCell::new(),
        }));
        let faults = answer.map_or(&[][..], |answer| &answer.faults);
        let wrong = || faults.iter().map(|fault| Refusal::from(*fault)).collect();
        let Some(response) = &exchange.response else {
            // What cannot be read is wrong somewhere all the same.
            messages.extend((!faults.is_empty()).then(|| Self {
                n: exchange.n,
                is_interim: false,
                head: None,
                parsed: Parsed::No,
                body: None,
                coding: Coding::Plain,
                wrong: wrong(),
                parts: OnceCell::new(),
            }));
            return;
        };
        if heads.is_empty() {
            let head = Span::new(response.at, response.at + response.head.len() as u64);
            let sent = head.end + exchange.content_sent();
            let body = Span::new(head.end, sent.clamp(head.end, end.max(head.end)));
            messages.push(Self {
                n: exchange.n,
                is_interim: false,
                head: Some(Span::new(head.start, head.end.min(end.max(head.start)))),
                parsed: Parsed::Written(&response.head),
                body: Some(body).filter(|body| !body.is_empty()),
                coding: Coding::Plain,
                wrong: Vec::new(),
                parts: OnceCell::new(),
            });
            return;
        }
        let Some(last) = messages.last_mut() else {
            return;
        };
        last.is_interim = false;
        let start = last.head.map_or(0, |head| head.end);
        let (end, coding) = match answer.and_then(|answer| answer.framing).map(|it| it.body) {
            Some(ResponseBody::None) => (start, Coding::Plain),
            Some(ResponseBody::Length(length)) => {
                (end.min(start.saturating_add(length)), Coding::Plain)
            }
            Some(ResponseBody::Chunked) => (end, Coding::Chunked),
            Some(ResponseBody::Opaque) => (end, Coding::Opaque),
            Some(ResponseBody::UntilClose) | None => (end, Coding::Plain),
        };
        last.coding = coding;
        last.body = Some(Span::new(start, end.max(start))).filter(|body| !body.is_empty());
        last.wrong = wrong();
    }
}

#[cfg(test)]
mod tests;
