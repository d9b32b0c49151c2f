//! Records → spans: one for each exchange that is over.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::ids::Ids;
use super::json::{hex, nanos, number, text};
use super::trace_context::Parent;
use crate::event::{Activity, ConnectionId, Event, METHODS, Record};
use crate::http::{RequestHead, Status};
use crate::trace::{Exchange, State};

/// How many events a span has at most; more are counted.
const EVENTS: usize = 128;

/// The kind of a span of a server, and the status of one that failed.
const SERVER: u8 = 2;
const ERROR: u8 = 2;

/// Makes spans of records. Any record may be missing.
#[derive(Debug)]
pub(super) struct Spans {
    started: SystemTime,
    ids: Ids,
    connections: HashMap<ConnectionId, Open>,
}

#[derive(Debug)]
struct Open {
    state: State,
    /// What happened since the last span.
    events: Vec<Value>,
    dropped: u64,
}

impl Spans {
    pub(super) fn new(started: SystemTime) -> Self {
        Self {
            started,
            ids: Ids::default(),
            connections: HashMap::new(),
        }
    }

    /// Folds a record, which may end an exchange.
    pub(super) fn fold(&mut self, record: &Record) -> Option<Value> {
        let Event::Connection(id, activity) = &record.event else {
            return None;
        };
        let open = self.connections.entry(*id).or_insert_with(|| Open {
            state: State::new(*id, record.at),
            events: Vec::new(),
            dropped: 0,
        });
        open.note(self.started, record.at, activity);
        open.state.fold(record.seq, record.at, activity);
        open.state.keep_exchanges(1);
        let is_closed = matches!(activity, Activity::Closed { .. } | Activity::Gone);
        let is_answered = matches!(activity, Activity::Responded { .. });
        let last = open.state.exchanges.back();
        let is_cut_off =
            is_closed && last.is_some_and(|e| e.response.is_some() && e.done.is_none());
        let is_over = is_answered || is_cut_off;
        let span = match last.filter(|_| is_over) {
            Some(exchange) => span(
                (self.started, record.at),
                (open, exchange, is_cut_off),
                &mut self.ids,
            ),
            None => None,
        };
        if is_closed {
            self.connections.remove(id);
        } else if is_over && let Some(open) = self.connections.get_mut(id) {
            open.events.clear();
            open.dropped = 0;
        }
        span
    }
}

impl Open {
    fn note(&mut self, started: SystemTime, at: Duration, activity: &Activity) {
        let (name, octets) = match activity {
            Activity::Received { octets, .. } => ("recv", octets.len() as u64),
            Activity::BoundaryFound { head } => ("boundary", head.len()),
            Activity::Sent { octets, .. } => ("send", *octets),
            Activity::Accepted { .. }
            | Activity::Scanned { .. }
            | Activity::Parsed { .. }
            | Activity::Rejected { .. }
            | Activity::Continued
            | Activity::BodyReceived { .. }
            | Activity::Resolved(_)
            | Activity::Responding { .. }
            | Activity::Content { .. }
            | Activity::Responded { .. }
            | Activity::Held { .. }
            | Activity::Released { .. }
            | Activity::Finished
            | Activity::PeerFinished
            | Activity::TimedOut { .. }
            | Activity::Failed { .. }
            | Activity::Closed { .. }
            | Activity::Counted(_)
            | Activity::Sampled(_)
            | Activity::OfSource(_)
            | Activity::Gone
            | Activity::Upstream(_) => return,
        };
        if self.events.len() >= EVENTS {
            self.dropped += 1;
            return;
        }
        self.events.push(json!({
            "name": name,
            "timeUnixNano": nanos(started, at),
            "attributes": [number("glassport.octets", octets)],
        }));
    }
}

/// The span of an exchange that is over; `None` where its trace is not sampled.
fn span(
    (started, now): (SystemTime, Duration),
    (open, exchange, is_cut_off): (&Open, &Exchange, bool),
    ids: &mut Ids,
) -> Option<Value> {
    let head = exchange.head.as_deref();
    let parent = head.and_then(parent);
    if parent.is_some_and(|parent| !parent.sampled) {
        return None;
    }
    let (trace, above) = match parent {
        Some(parent) => (parent.trace, hex(&parent.span)),
        None => (ids.trace(), String::new()),
    };
    let times = exchange.times;
    let begin = times.first.or(times.head).or(times.responding);
    let end = times.done.unwrap_or(now);
    let (method, original) = method(head);
    let mut attributes = vec![
        text("http.request.method", method),
        text("url.scheme", "http"),
    ];
    attributes.extend(original.map(|name| text("http.request.method_original", &name)));
    if let Some(head) = head {
        of_head(head, &mut attributes);
    }
    of_ends(open.state.peer, open.state.local, head, &mut attributes);
    let status = exchange.status().map(Status::code);
    attributes.extend(status.map(|code| number("http.response.status_code", u64::from(code))));
    attributes.push(number("http.request.body.size", exchange.content));
    attributes.push(number("http.response.body.size", exchange.content_sent()));
    if let Some(refusal) = exchange.refusal {
        attributes.push(text("glassport.diagnosis", &refusal.reason.name()));
    }
    let error = match (is_cut_off, status) {
        (true, _) => Some("cut_off".into()),
        (false, Some(code)) if code >= 500 => Some(code.to_string()),
        (false, _) => None,
    };
    attributes.extend(error.as_ref().map(|error| text("error.type", error)));
    Some(json!({
        "traceId": hex(&trace),
        "spanId": hex(&ids.span()),
        "parentSpanId": above,
        "name": if method == "_OTHER" { "HTTP" } else { method },
        "kind": SERVER,
        "startTimeUnixNano": nanos(started, begin.unwrap_or(end)),
        "endTimeUnixNano": nanos(started, end),
        "attributes": attributes,
        "events": open.events,
        "droppedEventsCount": open.dropped,
        "status": if error.is_some() { json!({"code": ERROR}) } else { json!({}) },
    }))
}

/// The parent a request names. More than one names none.
fn parent(head: &RequestHead) -> Option<Parent> {
    let mut values = head.values("traceparent");
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    Parent::parse(value.trim_ascii())
}

/// The method, and how it was written where it is none of those that are known.
fn method(head: Option<&RequestHead>) -> (&'static str, Option<String>) {
    let Some(head) = head else {
        return ("_OTHER", None);
    };
    let written = head.method_octets();
    let known = METHODS.into_iter().find(|name| name.as_bytes() == written);
    match known {
        Some(name) => (name, None),
        None => ("_OTHER", Some(lossy(written))),
    }
}

fn of_head(head: &RequestHead, attributes: &mut Vec<Value>) {
    attributes.push(text("url.path", &lossy(head.path())));
    attributes.extend(
        head.value("user-agent")
            .map(|agent| text("user_agent.original", &lossy(agent))),
    );
}

/// Who asked, and whom.
fn of_ends(
    peer: Option<SocketAddr>,
    local: Option<SocketAddr>,
    head: Option<&RequestHead>,
    attributes: &mut Vec<Value>,
) {
    if let Some(peer) = peer {
        let ip = peer.ip().to_string();
        attributes.push(text("client.address", &ip));
        attributes.push(number("client.port", u64::from(peer.port())));
        attributes.push(text("network.peer.address", &ip));
        attributes.push(number("network.peer.port", u64::from(peer.port())));
    }
    let named = head.and_then(RequestHead::authority);
    let host = named.map(|authority| lossy(authority.host));
    let host = host.or_else(|| local.map(|local| local.ip().to_string()));
    attributes.extend(host.map(|host| text("server.address", &host)));
    let port = local.map(|local| u64::from(local.port()));
    attributes.extend(port.map(|port| number("server.port", port)));
}

fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::script::Script;

    /// The spans of a story.
    fn spans(script: &Script) -> Vec<Value> {
        let mut spans = Spans::new(SystemTime::UNIX_EPOCH);
        script
            .records
            .iter()
            .filter_map(|record| spans.fold(record))
            .collect()
    }

    #[test]
    fn an_exchange_is_one_span_and_keeps_its_events_to_itself() {
        let mut script = Script::new();
        script.accept(1);
        for _ in 0..2 {
            script.receive(1, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n");
            script.answer(1, Status::OK, 10);
        }
        let spans = spans(&script);
        assert_eq!(spans.len(), 2);
        for span in &spans {
            let names = span["events"].as_array().unwrap().iter();
            let names: Vec<_> = names.map(|event| event["name"].as_str().unwrap()).collect();
            assert_eq!(names.iter().filter(|name| **name == "recv").count(), 1);
            assert_eq!(names.iter().filter(|name| **name == "boundary").count(), 1);
        }
        assert_ne!(spans[0]["spanId"], spans[1]["spanId"]);
        assert_ne!(spans[0]["traceId"], spans[1]["traceId"]);
    }
}
