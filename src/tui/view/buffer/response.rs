//! What was sent, below what it answers: the octets of its head, how many there were of
//! content, and the calls that sent them.

use crate::event::SendCall;
use crate::http::Span;
use crate::trace::format::{of, plural};
use crate::trace::octet_flow::{self, Spelling};
use crate::trace::octet_role::OctetRole;
use crate::trace::row_layout::Part;
use crate::trace::sends::{Sent, sends};
use crate::trace::{Connection, Exchange};
use crate::tui::layout::OFFSET;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::octet_cells::{Look, OctetCells};

/// As many calls are told one by one.
const CALLS: usize = 4;

pub(super) fn draw(
    model: &Model,
    connection: &Connection,
    (n, part): (u64, Part),
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let Some(exchange) = connection.exchange(n) else {
        return;
    };
    canvas.text(0, y, "◀", model.theme.style(Role::Good));
    let dim = model.theme.style(Role::Dim);
    match part {
        Part::Head(span) => {
            canvas.text_to(OFFSET - 1, y, &span.start.to_string(), dim);
            draw_head(model, exchange, span, y, canvas);
        }
        Part::Content => {
            let sends = sends(connection, exchange);
            let text = content(exchange, &sends);
            canvas.text(OFFSET, y, &text, model.theme.style(Role::Info));
        }
        Part::Sends => {
            let sends = sends(connection, exchange);
            canvas.text(OFFSET, y, &calls(&sends), dim);
        }
    }
}

/// The octets of `span` of the response's head.
fn draw_head(model: &Model, exchange: &Exchange, span: Span, y: u16, canvas: &mut Canvas<'_>) {
    let Some(response) = &exchange.response else {
        return;
    };
    let spelling = Spelling::Full {
        characters: !model.theme.is_ascii(),
    };
    let status = Role::of_status(response.status.class());
    let roles = roles(&response.head);
    let mut x = OFFSET;
    for (at, octet, glyph) in octet_flow::glyphs(&response.head, spelling) {
        if !span.contains(at.start) {
            continue;
        }
        let index = usize::try_from(at.start).unwrap_or(usize::MAX);
        let role = roles.get(index).copied().unwrap_or(OctetRole::FieldValue);
        // The status code and its phrase.
        let shown = if role == OctetRole::Target {
            status
        } else {
            Role::Octet(role)
        };
        let style = model.theme.style(shown);
        let look = Look {
            style,
            mark: model.theme.style(Role::Mark(role)),
            space: model
                .theme
                .space(model.theme.style(Role::Octet(OctetRole::Space))),
        };
        let cells = OctetCells {
            hex: None,
            text: Some((x, y)),
        };
        cells.draw(octet, glyph, look, canvas);
        x += crate::tui::widgets::canvas::cells(glyph.width());
    }
}

/// The role of every octet of a response's head, which this program made itself.
fn roles(head: &[u8]) -> Vec<OctetRole> {
    let mut roles = Vec::with_capacity(head.len());
    for (index, line) in head.split_inclusive(|&octet| octet == b'\n').enumerate() {
        let separator = if index == 0 { b' ' } else { b':' };
        let (before, after) = if index == 0 {
            (OctetRole::Version, OctetRole::Target)
        } else {
            (OctetRole::FieldName, OctetRole::FieldValue)
        };
        let mut role = before;
        for &octet in line {
            if matches!(octet, b'\r' | b'\n') {
                roles.push(OctetRole::LineEnd);
            } else if octet == separator && role == before {
                role = after;
                roles.push(OctetRole::Colon);
            } else {
                roles.push(role);
            }
        }
    }
    let end = roles.len().saturating_sub(4);
    if head.ends_with(b"\r\n\r\n") {
        roles.truncate(end);
        roles.extend([OctetRole::Boundary; 4]);
    }
    roles
}

/// How many octets of content went out, and why they are not seen.
fn content(exchange: &Exchange, sends: &[Sent]) -> String {
    let sent = exchange.content_sent();
    if sent == 0 {
        return "no content".into();
    }
    let octets = plural(sent, "octet");
    if sends.iter().any(|sent| sent.call == SendCall::SendFile) {
        format!("{octets} of content, by sendfile: the program had no copy of them")
    } else {
        format!("{octets} of content, of which no copy is kept")
    }
}

/// The calls one by one, or how many there were.
fn calls(sends: &[Sent]) -> String {
    if sends.is_empty() {
        return "nothing has been sent, as far as is known".into();
    }
    let name = |call: SendCall| match call {
        SendCall::Send => "send",
        SendCall::SendMsg => "sendmsg",
        SendCall::SendFile => "sendfile",
    };
    if sends.len() > CALLS {
        let octets: u64 = sends.iter().map(|sent| sent.octets).sum();
        let octets = plural(octets, "octet");
        return format!("{octets} in {} calls", sends.len());
    }
    let one = |sent: &Sent| format!("{} {}", name(sent.call), of(sent.octets, sent.of));
    let calls: Vec<_> = sends.iter().map(one).collect();
    calls.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_has_roles_as_what_was_received_has() {
        let known = [
            (OctetRole::Version, 'V'),
            (OctetRole::Target, 'S'),
            (OctetRole::Colon, ':'),
            (OctetRole::FieldName, 'n'),
            (OctetRole::FieldValue, 'v'),
            (OctetRole::LineEnd, '/'),
            (OctetRole::Boundary, '#'),
        ];
        let letter = |role: &OctetRole| {
            let known = known.iter().find(|(known, _)| known == role);
            known.map_or('?', |(_, letter)| *letter)
        };
        let letters: String = roles(b"HTTP/1.1 200 OK\r\nA: b:c\r\n\r\n")
            .iter()
            .map(letter)
            .collect();
        assert_eq!(letters, "VVVVVVVV:SSSSSS//n:vvvv####");
    }

    #[test]
    fn content_that_went_by_sendfile_was_never_here() {
        let sent = |call, octets| Sent {
            call,
            octets,
            of: octets,
        };
        let mixed = [sent(SendCall::Send, 187), sent(SendCall::SendFile, 5310)];
        assert_eq!(calls(&mixed), "send 187 of 187 · sendfile 5310 of 5310");
        assert_eq!(calls(&[mixed[0]; 5]), "935 octets in 5 calls");
        let mut exchange = Exchange::new(1);
        assert_eq!(content(&exchange, &mixed), "no content");
        exchange.done = Some(crate::trace::exchange::Done {
            status: crate::http::Status::OK,
            body: 5310,
            took: std::time::Duration::ZERO,
        });
        assert!(content(&exchange, &mixed).contains("by sendfile"));
        assert!(content(&exchange, &mixed[..1]).contains("no copy is kept"));
    }
}
