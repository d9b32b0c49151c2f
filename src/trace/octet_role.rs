//! What each octet of a stream is, as far as it is known: the colours of the buffer pane.

use super::connection::Connection;
use super::exchange::Exchange;
use crate::http::{RequestHead, Span};

/// What an octet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OctetRole {
    /// The search has not come to it.
    New,
    /// The search has passed it; it is not understood yet.
    Searched,
    Method,
    Target,
    Version,
    Space,
    FieldName,
    Colon,
    FieldValue,
    LineEnd,
    /// One of the four octets that end the head.
    Boundary,
    Body,
    /// It is what is wrong.
    Wrong,
}

impl OctetRole {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::New => "not looked at yet",
            Self::Searched => "not understood yet",
            Self::Method => "method",
            Self::Target => "request-target",
            Self::Version => "HTTP-version",
            Self::Space => "white space",
            Self::FieldName => "field name",
            Self::Colon => "colon",
            Self::FieldValue => "field value",
            Self::LineEnd => "line end",
            Self::Boundary => "empty line: end of the head",
            Self::Body => "body",
            Self::Wrong => "this is wrong",
        }
    }
}

/// The role of every octet of `window`, in order.
pub(crate) fn roles(connection: &Connection, window: Span) -> Vec<OctetRole> {
    let mut painter = Painter {
        window,
        roles: vec![OctetRole::New; usize::try_from(window.len()).unwrap_or(0)],
    };
    painter.fill(Span::new(0, connection.scan.to), OctetRole::Searched);
    for exchange in &connection.exchanges {
        painter.exchange(connection, exchange);
    }
    painter.roles
}

struct Painter {
    window: Span,
    roles: Vec<OctetRole>,
}

impl Painter {
    fn fill(&mut self, span: Span, role: OctetRole) {
        let index = |offset: u64| {
            let offset = offset.clamp(self.window.start, self.window.end.max(self.window.start));
            usize::try_from(offset - self.window.start).unwrap_or(0)
        };
        if span.start < span.end {
            let range = index(span.start)..index(span.end);
            if let Some(cells) = self.roles.get_mut(range) {
                cells.fill(role);
            }
        }
    }

    fn exchange(&mut self, connection: &Connection, exchange: &Exchange) {
        let in_sight = |span: &Span| span.start < self.window.end && self.window.start < span.end;
        if let Some(span) = exchange.head_span.filter(in_sight) {
            self.fill(span, OctetRole::Searched);
            if let Some(head) = &exchange.head {
                self.head(head);
            }
            self.fill(boundary(connection, span), OctetRole::Boundary);
        }
        if let Some(span) = exchange.body {
            self.fill(span, OctetRole::Body);
        }
        if let Some(refusal) = exchange.refusal {
            self.fill(refusal.span, OctetRole::Wrong);
        }
    }

    fn head(&mut self, head: &RequestHead) {
        self.fill(head.span(), OctetRole::LineEnd);
        let [method, target, version] =
            [head.method_part(), head.target_part(), head.version_part()].map(|p| head.span_of(p));
        self.fill(Span::new(method.end, version.start), OctetRole::Space);
        self.fill(method, OctetRole::Method);
        self.fill(target, OctetRole::Target);
        self.fill(version, OctetRole::Version);
        for line in head.fields() {
            let (name, value) = (head.span_of(line.name), head.span_of(line.value));
            self.fill(Span::new(name.end + 1, value.start), OctetRole::Space);
            self.fill(name, OctetRole::FieldName);
            self.fill(Span::octet(name.end), OctetRole::Colon);
            self.fill(value, OctetRole::FieldValue);
        }
    }
}

/// The line ends at the end of a head: four octets, fewer where bare LFs are taken.
pub(crate) fn boundary(connection: &Connection, head: Span) -> Span {
    let is_line_end =
        |offset: &u64| matches!(connection.octets().octet(*offset), Some(b'\r' | b'\n'));
    let earliest = head.end.saturating_sub(4).max(head.start);
    let start = (earliest..head.end).rev().take_while(is_line_end).last();
    Span::new(start.unwrap_or(head.end), head.end)
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;

    /// One letter for each octet.
    fn letters(octets: &str, window: Span) -> String {
        let mut script = Script::new();
        script.accept(1).receive(1, octets);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let letter = |role: &OctetRole| match role {
            OctetRole::New => '?',
            OctetRole::Searched => '-',
            OctetRole::Method => 'M',
            OctetRole::Target => 'T',
            OctetRole::Version => 'V',
            OctetRole::Space => '_',
            OctetRole::FieldName => 'n',
            OctetRole::Colon => ':',
            OctetRole::FieldValue => 'v',
            OctetRole::LineEnd => '/',
            OctetRole::Boundary => '#',
            OctetRole::Body => 'b',
            OctetRole::Wrong => '!',
        };
        roles(&trace.connections[&id(1)], window)
            .iter()
            .map(letter)
            .collect()
    }

    #[test]
    fn octets_have_the_role_the_parser_found() {
        let post = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(
            letters(post, Span::new(0, 52)),
            "MMMM_TT_VVVVVVVV//nnnn:_v//nnnnnnnnnnnnnn:_v####bbb?"
        );
        assert_eq!(letters(post, Span::new(16, 20)), "//nn");
    }

    #[test]
    fn before_it_is_parsed_an_octet_is_searched_or_new() {
        assert_eq!(letters("GET / H", Span::new(0, 9)), "-------??");
        assert_eq!(
            letters("GET / HTTP/1.1\r\nHost : x\r\n\r\n", Span::new(16, 28)),
            "----!---####"
        );
    }
}
