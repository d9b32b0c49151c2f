//! The line along which octets were cut off, or a response ends, and what follows below it.

use ratatui::style::Modifier;

use crate::trace::Exchange;
use crate::trace::direction::Direction;
use crate::trace::format::{self, plural};
use crate::trace::row_layout::{Cut, CutPart};
use crate::trace::stream::Stream;
use crate::tui::model::Model;
use crate::tui::model::motion::WHOLE;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

pub(super) fn draw(model: &Model, stream: &Stream<'_>, cut: Cut, y: u16, canvas: &mut Canvas<'_>) {
    let style = model.theme.style(Role::Cut);
    let (what, next) = match stream.direction() {
        Direction::Requests => of_request(stream, cut),
        Direction::Responses => of_response(stream, cut),
    };
    let end = canvas.width();
    // It closes from both ends, once the octets are there.
    let closed = match stream.direction() {
        Direction::Requests => model.closed(stream.connection(), cut.span.end),
        Direction::Responses => WHOLE,
    };
    if closed < WHOLE {
        let half = u32::from(end) * u32::from(closed) / u32::from(WHOLE) / 2;
        let half = u16::try_from(half).unwrap_or(0);
        canvas.rule(0, half, y, '╌', style);
        canvas.rule(end - half, end, y, '╌', style);
        return;
    }
    canvas.rule(0, end, y, '╌', style);
    // What is sent is cut off nothing: it ends.
    let sign = match stream.direction() {
        Direction::Requests => " ✂ ",
        Direction::Responses => " ◀ ",
    };
    let x = canvas.text(1, y, sign, style);
    let x = canvas.text(x, y, &what, style.add_modifier(Modifier::BOLD));
    let x = canvas.text(x, y, " ", style);
    canvas.text((x + 3).min(end), y, &format!(" {next} "), style);
}

/// What was cut off the receive buffer, and what follows.
fn of_request(stream: &Stream<'_>, cut: Cut) -> (String, &'static str) {
    let connection = stream.connection();
    let octets = plural(cut.span.len(), "octet");
    let n = cut.n;
    let rest = connection.octets().span().end.saturating_sub(cut.span.end);
    let exchange = connection.exchange(n);
    let is_body = cut.part == CutPart::Body;
    let body_follows = !is_body && exchange.is_some_and(|e| e.wants_body() || e.body.is_some());
    let what = if is_body {
        match exchange.and_then(|e| Some((e.content, e.body_announced()?))) {
            Some((came, of)) => format!("body of request {n}: {} octets", format::of(came, of)),
            None => format!("body of request {n}: {octets}"),
        }
    } else {
        format!("request {n}: {octets} cut off")
    };
    let next = if body_follows {
        "its body follows"
    } else if rest > 0 {
        "next request"
    } else if exchange.is_some_and(Exchange::wants_body) {
        "more of it is to come"
    } else {
        "nothing left over"
    };
    (what, next)
}

/// Which part of a response ends, and what follows.
fn of_response(stream: &Stream<'_>, cut: Cut) -> (String, &'static str) {
    let octets = plural(cut.span.len(), "octet");
    let n = cut.n;
    let what = match cut.part {
        CutPart::Head => format!("response {n}: head of {octets}"),
        CutPart::Interim => format!("response {n}: interim, {octets}"),
        CutPart::Body => format!("response {n}: body of {octets}"),
    };
    let message = stream.message_of(n);
    let body_follows = cut.part == CutPart::Head && message.is_some_and(|it| it.body.is_some());
    let is_done = stream
        .connection()
        .exchange(n)
        .is_some_and(|it| it.done.is_some());
    let next = if body_follows {
        "its body follows"
    } else if cut.part == CutPart::Interim {
        "the final response follows"
    } else if cut.span.end < stream.octets().span().end {
        "next response"
    } else if is_done {
        "complete"
    } else {
        "not complete"
    };
    (what, next)
}
