//! What the Head pane lists of an exchange, line by line, each with the octets it stands
//! for: the same lines are moved over and drawn.

mod carried;

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::answer::{Answer, Upstream};
use super::connection::Connection;
use super::direction::Direction;
use super::exchange::{Exchange, Response};
use super::format;
use super::labels;
use super::octet_role::OctetRole;
use crate::event::{Refusal, escape};
use crate::http::{Part, RequestHead, Span, Status};

/// How many octets of a line that is wrong are shown before and after the place.
const AROUND: u64 = 120;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) value: String,
    /// The octets that say so, and in which direction they went.
    pub(crate) octets: Option<(Direction, Span)>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Heading,
    /// A part of the request-line.
    Part(OctetRole),
    Field,
    /// What a rule makes of it.
    Rule,
    /// The raw line in which something is wrong.
    Raw,
    /// The caret under it.
    Caret,
    Wrong,
    /// What did not go out whole.
    CutOff,
    Status(Status),
    /// A phase: where it begins and ends, in thousandths of the exchange.
    Time(u16, u16),
}

impl Line {
    /// Whether the cursor passes over it.
    pub(crate) const fn is_heading(&self) -> bool {
        matches!(self.kind, Kind::Heading | Kind::Caret)
    }
}

impl Line {
    /// Whether its value may take more than one row. What stands above a caret may not.
    pub(crate) const fn is_wrapped(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Heading | Kind::Raw | Kind::Caret | Kind::Time(..)
        )
    }
}

/// The lines so far, and in which direction the octets of the next went.
struct Lines {
    lines: Vec<Line>,
    direction: Direction,
}

impl Lines {
    fn push(&mut self, kind: Kind, name: &str, value: String, span: Option<Span>) {
        self.lines.push(Line {
            kind,
            name: name.into(),
            value,
            octets: span.map(|span| (self.direction, span)),
        });
    }
}

/// The lines of an exchange.
pub(crate) fn lines(connection: &Connection, exchange: &Exchange) -> Vec<Line> {
    let mut all = Lines {
        lines: Vec::new(),
        direction: Direction::Requests,
    };
    let lines = &mut all;
    let title = format!("request {}.{}", connection.id, exchange.n);
    lines.push(Kind::Heading, &title, String::new(), None);
    if let Some(refusal) = exchange.refusal {
        let (line, caret) = raw_line(connection, refusal);
        lines.push(Kind::Raw, "", line, Some(refusal.span));
        lines.push(Kind::Caret, "", caret, None);
        lines.push(Kind::Wrong, "wrong", refusal.what().into(), None);
        lines.push(Kind::Rule, "rule", refusal.rule().into(), None);
        lines.push(Kind::Rule, "remedy", refusal.remedy().into(), None);
    }
    if let Some(head) = &exchange.head {
        push_head(head, lines);
    }
    if let Some(framing) = exchange.framing {
        let body = exchange.body;
        lines.push(Kind::Rule, "body", labels::body_rule(framing), body);
        lines.push(
            Kind::Rule,
            "then",
            labels::persistence(framing.persistence).into(),
            None,
        );
    }
    if exchange.continued {
        let sent = "100 Continue, as the peer expects (RFC 9110 §10.1.1)";
        lines.push(Kind::Rule, "interim", sent.into(), None);
    }
    if exchange.content > 0 {
        lines.push(
            Kind::Rule,
            "came",
            format::plural(exchange.content, "octet"),
            exchange.body,
        );
    }
    if let Some(resource) = &exchange.resource {
        lines.push(Kind::Rule, "found", labels::resource(resource), None);
    }
    if let Some(upstream) = connection.upstream.as_deref() {
        push_upstream(upstream, exchange, lines);
    }
    if let Some(response) = &exchange.response {
        lines.direction = Direction::Responses;
        lines.push(Kind::Heading, "response", String::new(), None);
        push_response(response, lines);
    }
    if let Some(answer) = exchange.answer.as_deref() {
        push_answer(answer, behind_head(connection, exchange), lines);
    }
    push_end(connection, exchange, lines);
    push_carried(connection, exchange, lines);
    push_times(exchange, lines);
    all.lines
}

/// What the answer carries, where it goes on.
fn push_carried(connection: &Connection, exchange: &Exchange, lines: &mut Lines) {
    let Some(told) = carried::told(connection, exchange) else {
        return;
    };
    lines.push(Kind::Heading, &told.title, String::new(), None);
    for item in told.items {
        lines.direction = item.direction;
        lines.push(Kind::Field, &item.name, item.value, Some(item.span));
        if let Some(wrong) = item.wrong {
            lines.push(Kind::Wrong, "wrong", wrong.into(), None);
        }
    }
}

/// How much of the answer went out.
fn push_end(connection: &Connection, exchange: &Exchange, lines: &mut Lines) {
    if let Some(done) = exchange.done {
        let text = format!(
            "{} of content in {}",
            format::plural(done.body, "octet"),
            format::took(done.took)
        );
        let content = behind_head(connection, exchange).filter(|_| done.body > 0);
        lines.push(Kind::Rule, "sent", text, content);
    }
    if let Some(cut_off) = connection.cut_off_answer(exchange) {
        lines.push(Kind::CutOff, "cut off", cut_off.words(), None);
    }
}

/// The parts of the request-line, and the fields.
fn push_head(head: &RequestHead, lines: &mut Lines) {
    let text = |part| escape(head.text(part));
    for (name, part, role) in [
        ("method", head.method_part(), OctetRole::Method),
        ("target", head.target_part(), OctetRole::Target),
        ("version", head.version_part(), OctetRole::Version),
    ] {
        lines.push(Kind::Part(role), name, text(part), Some(head.span_of(part)));
    }
    for field in head.fields() {
        let span = line_span(head, field.name, field.value);
        lines.push(
            Kind::Field,
            &text(field.name),
            text(field.value),
            Some(span),
        );
    }
}

/// The status-line, why it is that one, and the fields.
fn push_response(response: &Response, lines: &mut Lines) {
    let mut at = response.at;
    for (index, row) in response
        .head
        .split_inclusive(|&octet| octet == b'\n')
        .enumerate()
    {
        let line = row.trim_ascii_end();
        let span = Span::new(at, at.saturating_add(line.len() as u64));
        at = at.saturating_add(row.len() as u64);
        if index == 0 {
            let kind = Kind::Status(response.status);
            lines.push(kind, "status", escape(line), Some(span));
            if let Some(because) = &response.because {
                lines.push(Kind::Rule, "because", escape(because.as_bytes()), None);
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let colon = line.iter().position(|&octet| octet == b':');
        let colon = colon.unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or((line, b""));
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        lines.push(Kind::Field, &escape(name), escape(value), Some(span));
    }
}

/// What stands behind the head of the response, up to the next one.
fn behind_head(connection: &Connection, exchange: &Exchange) -> Option<Span> {
    let response = exchange.response.as_ref()?;
    let start = response.at.saturating_add(response.head.len() as u64);
    let next = connection.exchange(exchange.n.saturating_add(1));
    let end = next.and_then(Exchange::answer_start).unwrap_or(u64::MAX);
    Some(Span::new(start, end.max(start)))
}

/// Where the request went on to, and how long that took.
fn push_upstream(upstream: &Upstream, exchange: &Exchange, lines: &mut Lines) {
    lines.push(Kind::Heading, "upstream", String::new(), None);
    let text = match upstream.connected {
        Some((address, took)) => format!("{address}, connected in {}", format::took(took)),
        None => "not connected".into(),
    };
    lines.push(Kind::Rule, "address", text, None);
    let answer = exchange.answer.as_ref();
    if let (Some(first), Some(head)) = (answer.and_then(|it| it.first), exchange.times.head) {
        let text = format!(
            "{} after the head of the request",
            format::took(first.saturating_sub(head))
        );
        lines.push(Kind::Rule, "first octet", text, None);
    }
}

/// How the end of the response is known, and what is wrong with it.
fn push_answer(answer: &Answer, body: Option<Span>, lines: &mut Lines) {
    if let Some(framing) = answer.framing {
        lines.push(Kind::Rule, "body", labels::response_rule(framing), body);
        let then = labels::persistence(framing.persistence);
        lines.push(Kind::Rule, "then", then.into(), None);
    }
    for diagnosis in &answer.faults {
        lines.push(Kind::Wrong, "wrong", diagnosis.to_string(), None);
        let remedy = format!("{}; it was forwarded all the same", diagnosis.remedy());
        lines.push(Kind::Rule, "remedy", remedy, None);
    }
}

/// How long each phase took. What came before the first octet has no place on the bar: the
/// peer may have thought for minutes.
fn push_times(exchange: &Exchange, lines: &mut Lines) {
    let phases = exchange.times.phases();
    let known = |&(_, took): &(&str, Option<Duration>)| took;
    if phases.iter().all(|phase| known(phase).is_none()) {
        return;
    }
    lines.push(Kind::Heading, "time", String::new(), None);
    let whole: Duration = phases.iter().skip(1).filter_map(known).sum();
    let thousandths = |part: Duration| {
        let part = part.as_nanos() * 1000 / whole.as_nanos().max(1);
        u16::try_from(part).unwrap_or(1000).min(1000)
    };
    let mut at = Duration::ZERO;
    for (index, (name, took)) in phases.into_iter().enumerate() {
        let Some(took) = took else { continue };
        if index == 0 {
            lines.push(Kind::Time(0, 0), name, format::phase(took), None);
            continue;
        }
        let end = at + took;
        let kind = Kind::Time(thousandths(at), thousandths(end));
        lines.push(kind, name, format::phase(took), None);
        at = end;
    }
    lines.push(Kind::Rule, "in all", format::phase(whole), None);
}

/// From the first octet of the name to the last of the value.
fn line_span(head: &RequestHead, name: Part, value: Part) -> Span {
    let (name, value) = (head.span_of(name), head.span_of(value));
    Span::new(name.start, value.end.max(name.end))
}

/// The line something is wrong in, and a line with carets under what is wrong.
fn raw_line(connection: &Connection, refusal: Refusal) -> (String, String) {
    let at = refusal.span.start;
    let first = refusal.request_at.max(at.saturating_sub(AROUND));
    let before: Vec<u8> = connection
        .octets()
        .octets_in(Span::new(first, at))
        .map(|(_, o)| o)
        .collect();
    let line_start = before
        .iter()
        .rposition(|&o| o == b'\n')
        .map_or(0, |lf| lf + 1);
    let before = before.get(line_start..).unwrap_or_default();
    let after = Span::new(at, at.saturating_add(AROUND));
    let mut rest = Vec::new();
    for (offset, octet) in connection.octets().octets_in(after) {
        rest.push(octet);
        if octet == b'\n' && offset + 1 >= refusal.span.end {
            break;
        }
    }
    let wrong = usize::try_from(refusal.span.len())
        .unwrap_or(1)
        .clamp(1, rest.len().max(1));
    let marked = escape(rest.get(..wrong).unwrap_or_default());
    let left = escape(before);
    let caret = format!(
        "{}{}",
        " ".repeat(left.width()),
        "▲".repeat(marked.width().max(1))
    );
    (left + &escape(&rest), caret)
}

/// The first line that stands for this octet of a direction.
pub(crate) fn line_at(lines: &[Line], direction: Direction, offset: u64) -> Option<usize> {
    let holds = |&(way, span): &(Direction, Span)| way == direction && span.contains(offset);
    let stands = |line: &Line| line.octets.as_ref().is_some_and(holds);
    lines.iter().position(stands)
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;
    use crate::event::{Activity, SendCall};

    fn lines_of(tell: impl FnOnce(&mut Script)) -> Vec<Line> {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        lines(connection, connection.exchanges.back().unwrap())
    }

    #[test]
    fn an_interim_response_is_told_and_is_no_part_of_the_final_one() {
        let head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
        let (octets, of) = (25, 25);
        let waiting = |script: &mut Script| {
            let sent = Activity::Sent {
                call: SendCall::Send,
                octets,
                of,
            };
            script.receive(1, head).note(1, sent);
            script.note(1, Activity::Continued);
        };
        let lines = lines_of(waiting);
        assert!(lines.iter().any(|line| line.name == "interim"));
        let mut script = Script::new();
        waiting(script.accept(1));
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let connection = &trace.connections[&id(1)];
        assert_eq!(
            (connection.exchanges[0].sent, connection.totals.sent),
            (0, octets),
            "{:?}",
            connection.exchanges[0]
        );
    }

    #[test]
    fn every_part_of_the_request_stands_for_its_octets() {
        let lines = lines_of(|script| {
            script
                .receive(1, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                .answer(1, Status::OK, 5);
        });
        let seen: Vec<_> = lines
            .iter()
            .map(|line| {
                (
                    line.name.as_str(),
                    line.value.as_str(),
                    line.octets.map(|(_, s)| (s.start, s.end)),
                )
            })
            .collect();
        assert_eq!(
            seen.get(..5).unwrap(),
            [
                ("request #1.1", "", None),
                ("method", "GET", Some((0, 3))),
                ("target", "/a", Some((4, 6))),
                ("version", "HTTP/1.1", Some((7, 15))),
                ("Host", "x", Some((17, 24))),
            ]
        );
        assert!(seen.contains(&("status", "HTTP/1.1 200 OK", Some((0, 15)))));
        assert!(seen.contains(&("Content-Length", "5", Some((57, 74)))));
        let requests = |offset| line_at(&lines, Direction::Requests, offset);
        assert_eq!((requests(18), requests(6)), (Some(4), None));
        let field = line_at(&lines, Direction::Responses, 60).unwrap();
        assert_eq!(lines[field].name, "Content-Length");
        let content = line_at(&lines, Direction::Responses, 80).unwrap();
        assert_eq!(lines[content].name, "sent");
    }

    #[test]
    fn what_is_wrong_has_a_caret_under_it() {
        let lines = lines_of(|script| {
            script.receive(1, "GET / HTTP/1.1\r\nHost : x\r\n\r\n");
        });
        let values: Vec<_> = lines.iter().map(|line| line.value.as_str()).collect();
        assert_eq!(values.get(1..3).unwrap(), ["Host : x\\r\\n", "    ▲"]);
    }
}
