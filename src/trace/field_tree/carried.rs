//! The lines of what an answer carries: one for each event or frame, with the octets of it.

use crate::event::escape;
use crate::http::Span;
use crate::trace::carried::{Carried, What, carried};
use crate::trace::connection::Connection;
use crate::trace::direction::Direction;
use crate::trace::event_stream::Event;
use crate::trace::exchange::Exchange;
use crate::trace::format::{plural, took};
use crate::trace::web_socket::{Frame, Opcode};

/// How many of them are listed: the newest.
const LISTED: usize = 50;
/// How many octets of each are shown, and how many of one that is no text.
const SHOWN: usize = 200;
const BINARY: usize = 16;

/// What is said of an answer that carries something.
pub(super) struct Told {
    pub(super) title: String,
    pub(super) items: Vec<Item>,
}

/// What is said of one event or frame.
pub(super) struct Item {
    pub(super) direction: Direction,
    pub(super) span: Span,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) wrong: Option<&'static str>,
}

pub(super) fn told(connection: &Connection, exchange: &Exchange) -> Option<Told> {
    let all = carried(connection, exchange)?;
    let is_event = matches!(all.first(), Some(one) if matches!(one.what, What::Event(_)));
    let thing = if is_event { "event" } else { "frame" };
    let mut title = plural(all.len() as u64, thing);
    let before = all.len().saturating_sub(LISTED);
    if before > 0 {
        title.push_str(", the newest here");
    }
    let items = all.iter().skip(before).map(|one| item(one, exchange));
    let items = items.collect();
    Some(Told { title, items })
}

fn item(one: &Carried, exchange: &Exchange) -> Item {
    let arrow = match one.direction {
        Direction::Requests => "▶",
        Direction::Responses => "◀",
    };
    let (name, value, wrong) = match &one.what {
        What::Event(event) => (of_event(event), event_text(event), None),
        What::Frame(frame) => {
            let wrong = frame.wrong(one.direction == Direction::Requests);
            (frame.opcode.name().into(), frame_text(one, frame), wrong)
        }
    };
    let since = one.at.zip(exchange.times.responding);
    let since = since.map(|(at, began)| took(at.saturating_sub(began)));
    let since = since.map_or(String::new(), |since| format!("+{since}  "));
    Item {
        direction: one.direction,
        span: one.span,
        name: format!("{arrow} {name}"),
        value: format!("{since}{value}"),
        wrong,
    }
}

fn of_event(event: &Event) -> String {
    if event.is_dispatched || !event.name.is_empty() {
        return escape(&event.name);
    }
    if event.comment.is_empty() {
        "fields".into()
    } else {
        "comment".into()
    }
}

fn event_text(event: &Event) -> String {
    let mut parts = Vec::new();
    if event.is_dispatched {
        parts.push(text(&event.data, event.is_cut));
    } else {
        parts.push("no data, so nobody is told".into());
    }
    if !event.comment.is_empty() {
        parts.push(format!(": {}", text(&event.comment, false)));
    }
    parts.extend(event.id.as_ref().map(|id| format!("id {}", escape(id))));
    parts.extend(event.retry.map(|retry| format!("retry {retry} ms")));
    parts.join(" · ")
}

fn frame_text(one: &Carried, frame: &Frame) -> String {
    let mut parts = Vec::new();
    let is_cut = (frame.payload.len() as u64) < frame.length;
    if let Some((code, reason)) = frame.close() {
        parts.push(format!("{code} {}", text(reason, false)).trim_end().into());
    } else if frame.is_compressed() {
        parts.push("compressed (RSV1, permessage-deflate), not inflated".into());
    } else if let (Opcode::Binary, Some(first)) = (frame.opcode, frame.payload.get(..BINARY)) {
        parts.push(text(first, true));
    } else if !frame.payload.is_empty() {
        parts.push(text(&frame.payload, is_cut));
    }
    parts.push(if frame.fin { "FIN" } else { "more to come" }.into());
    let length = plural(frame.length, "octet");
    parts.push(format!("{length} ({}-bit length)", frame.length_bits));
    if let Some([a, b, c, d]) = frame.mask {
        parts.push(format!("mask {a:02x}{b:02x}{c:02x}{d:02x}"));
    }
    if !one.is_whole {
        parts.push("not complete".into());
    }
    parts.join(" · ")
}

/// The beginning of octets, harmless.
fn text(octets: &[u8], is_cut: bool) -> String {
    let shown = octets.get(..SHOWN).unwrap_or(octets);
    let text = escape(shown);
    if is_cut || shown.len() < octets.len() {
        format!("{text}…")
    } else {
        text
    }
}
