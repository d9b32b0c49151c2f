//! What an answer carries that goes on: server-sent events, or the frames of a WebSocket, those
//! of both directions.

use std::time::Duration;

use super::connection::Connection;
use super::direction::Direction;
use super::event_stream::{Event, EventReader};
use super::exchange::Exchange;
use super::stream::{Coding, Message, Stream};
use super::web_socket::{Frame, FrameReader};
use crate::http::{ChunkPart, LineEnds, ResponseHead, Span};

/// One thing that is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried {
    pub(crate) direction: Direction,
    pub(crate) span: Span,
    /// When the last octet of it came.
    pub(crate) at: Option<Duration>,
    pub(crate) what: What,
    /// Whether all of it came.
    pub(crate) is_whole: bool,
}

/// What it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Event(Event),
    Frame(Frame),
}

/// Everything that an answer has carried so far, in the order it came; `None` where it is none of
/// its kind.
pub(crate) fn carried(connection: &Connection, exchange: &Exchange) -> Option<Vec<Carried>> {
    let response = exchange.response.as_ref()?;
    let head = ResponseHead::parse(&response.head, response.at, LineEnds::LfToo).ok()?;
    let is = |name, wanted: &[u8]| {
        let value = head.value(name);
        value.is_some_and(|value| {
            let begin = value.get(..wanted.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
        })
    };
    if head.status().code() == 101 && is("upgrade", b"websocket") {
        return Some(frames(connection, exchange));
    }
    if !is("content-type", b"text/event-stream") {
        return None;
    }
    let stream = Stream::responses(connection);
    let message = stream.message_of(exchange.n)?;
    Some(events(&stream, message))
}

fn events(stream: &Stream<'_>, message: &Message<'_>) -> Vec<Carried> {
    let mut reader = EventReader::default();
    let mut events = Vec::new();
    let parts = stream.chunk_parts(message).iter();
    let data = parts.filter(|(part, _)| *part == ChunkPart::Data);
    let mut spans: Vec<Span> = data.map(|&(_, span)| span).collect();
    if message.coding != Coding::Chunked {
        spans.extend(message.body);
    }
    for span in spans {
        read(stream, span, |offset, octets| {
            reader.read(offset, octets, |event| events.push(event));
        });
    }
    let carried = |event: Event| Carried {
        direction: Direction::Responses,
        span: event.span,
        at: came(stream, event.span),
        what: What::Event(event),
        is_whole: true,
    };
    events.into_iter().map(carried).collect()
}

fn frames(connection: &Connection, exchange: &Exchange) -> Vec<Carried> {
    let requests = Stream::requests(connection);
    let responses = Stream::responses(connection);
    let behind = responses.message_of(exchange.n).and_then(|it| it.body);
    let from = exchange.head_span.map(|head| head.end);
    let sent = from.map(|from| Span::new(from, requests.octets().span().end.max(from)));
    let mut all = of_direction(&requests, Direction::Requests, sent);
    all.extend(of_direction(&responses, Direction::Responses, behind));
    // Those of one direction stay in their order.
    all.sort_by_key(|carried| carried.at);
    all
}

fn of_direction(stream: &Stream<'_>, direction: Direction, span: Option<Span>) -> Vec<Carried> {
    let mut reader = FrameReader::default();
    let mut frames = Vec::new();
    if let Some(span) = span {
        read(stream, span, |offset, octets| {
            reader.read(offset, octets, |frame| frames.push((frame, true)));
        });
    }
    frames.extend(reader.pending().map(|frame| (frame.clone(), false)));
    let carried = |(frame, is_whole): (Frame, bool)| Carried {
        direction,
        span: frame.span,
        at: came(stream, frame.span),
        what: What::Frame(frame),
        is_whole,
    };
    frames.into_iter().map(carried).collect()
}

/// Hands on the octets of `span`, run by run, up to the first that is not kept.
fn read(stream: &Stream<'_>, span: Span, mut take: impl FnMut(u64, &[u8])) {
    let mut at = span.start;
    for run in stream.octets().runs_in(span) {
        let index = |offset: u64| usize::try_from(offset.saturating_sub(run.offset));
        let from = index(at).unwrap_or(usize::MAX);
        let to = index(span.end).unwrap_or(usize::MAX).min(run.octets.len());
        let Some(octets) = run.octets.get(from..to).filter(|_| run.offset <= at) else {
            return;
        };
        take(at, octets);
        at = at.saturating_add(octets.len() as u64);
    }
}

/// When the last octet of `span` came.
fn came(stream: &Stream<'_>, span: Span) -> Option<Duration> {
    let run = stream.octets().run_at(span.end.checked_sub(1)?)?;
    Some(run.at)
}

#[cfg(test)]
mod tests;
