//! What each octet of a stream is, as far as it is known: the colours of the buffer pane.

use super::stream::{Coding, Message, Parsed, Stream};
use crate::http::{ChunkPart, FieldLine, LineEnds, Part, RequestHead, ResponseHead, Span};

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
    /// A status code of this class.
    Status(u8),
    /// The reason phrase behind it.
    Reason(u8),
    Space,
    FieldName,
    Colon,
    FieldValue,
    LineEnd,
    /// One of the four octets that end the head.
    Boundary,
    Body,
    ChunkSize,
    ChunkExtension,
    ChunkData,
    /// Of a field behind a chunked body.
    Trailer,
    /// No HTTP any more.
    Opaque,
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
            Self::Status(_) => "status code",
            Self::Reason(_) => "reason phrase",
            Self::Body => "body",
            Self::ChunkSize => "chunk size",
            Self::ChunkExtension => "chunk extension",
            Self::ChunkData => "chunk data",
            Self::Trailer => "trailer field",
            Self::Opaque => "another protocol",
            Self::Wrong => "this is wrong",
        }
    }
}

/// The role of every octet of `window`, in order.
pub(crate) fn roles(stream: &Stream<'_>, window: Span) -> Vec<OctetRole> {
    let mut painter = Painter {
        window,
        roles: vec![OctetRole::New; usize::try_from(window.len()).unwrap_or(0)],
    };
    painter.fill(Span::new(0, stream.looked_at()), OctetRole::Searched);
    for message in stream.messages() {
        painter.message(stream, message);
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

    const fn sees(&self, span: Span) -> bool {
        span.start < self.window.end && self.window.start < span.end
    }

    fn message<'a>(&mut self, stream: &Stream<'a>, message: &Message<'a>) {
        if let Some(span) = message.head.filter(|&span| self.sees(span)) {
            self.fill(span, OctetRole::Searched);
            match message.parsed {
                Parsed::Request(head) => self.request(head),
                Parsed::Response(head) => self.response(head),
                Parsed::Written(octets) => {
                    // What this program wrote is well-formed, if all of it was.
                    if let Ok(head) = ResponseHead::parse(octets, span.start, LineEnds::CrLf) {
                        self.response(&head);
                    }
                }
                Parsed::No => {}
            }
            self.fill(boundary(stream, span), OctetRole::Boundary);
        }
        if let Some(span) = message.body.filter(|&span| self.sees(span)) {
            self.body(stream, message, span);
        }
        for refusal in &message.wrong {
            self.fill(refusal.span, OctetRole::Wrong);
        }
    }

    fn body<'a>(&mut self, stream: &Stream<'a>, message: &Message<'a>, span: Span) {
        let whole = match message.coding {
            Coding::Plain | Coding::Chunked => OctetRole::Body,
            Coding::Opaque => OctetRole::Opaque,
        };
        self.fill(span, whole);
        let parts = stream.chunk_parts(message);
        let first = parts.partition_point(|(_, span)| span.end <= self.window.start);
        for &(part, span) in parts.iter().skip(first) {
            if span.start >= self.window.end {
                return;
            }
            let role = match part {
                ChunkPart::Size => OctetRole::ChunkSize,
                ChunkPart::Extension => OctetRole::ChunkExtension,
                ChunkPart::LineEnd => OctetRole::LineEnd,
                ChunkPart::Data => OctetRole::ChunkData,
                ChunkPart::Trailer => OctetRole::Trailer,
            };
            self.fill(span, role);
        }
    }

    fn request(&mut self, head: &RequestHead) {
        self.fill(head.span(), OctetRole::LineEnd);
        let [method, target, version] =
            [head.method_part(), head.target_part(), head.version_part()].map(|p| head.span_of(p));
        self.fill(Span::new(method.end, version.start), OctetRole::Space);
        self.fill(method, OctetRole::Method);
        self.fill(target, OctetRole::Target);
        self.fill(version, OctetRole::Version);
        self.fields(head.fields(), |part| head.span_of(part));
    }

    fn response(&mut self, head: &ResponseHead) {
        self.fill(head.span(), OctetRole::LineEnd);
        let [version, status] =
            [head.version_part(), head.status_part()].map(|part| head.span_of(part));
        let class = head.status().class();
        self.fill(Span::new(version.end, status.start), OctetRole::Space);
        self.fill(version, OctetRole::Version);
        self.fill(status, OctetRole::Status(class));
        if let Some(reason) = head.reason_part().map(|part| head.span_of(part)) {
            self.fill(Span::new(status.end, reason.start), OctetRole::Space);
            self.fill(reason, OctetRole::Reason(class));
        }
        self.fields(head.fields(), |part| head.span_of(part));
    }

    fn fields(&mut self, fields: &[FieldLine], span_of: impl Fn(Part) -> Span) {
        for line in fields {
            let (name, value) = (span_of(line.name), span_of(line.value));
            self.fill(Span::new(name.end + 1, value.start), OctetRole::Space);
            self.fill(name, OctetRole::FieldName);
            self.fill(Span::octet(name.end), OctetRole::Colon);
            self.fill(value, OctetRole::FieldValue);
        }
    }
}

/// The line ends at the end of a head: four octets, fewer where bare LFs are taken.
pub(crate) fn boundary(stream: &Stream<'_>, head: Span) -> Span {
    let is_line_end = |offset: &u64| matches!(stream.octets().octet(*offset), Some(b'\r' | b'\n'));
    let earliest = head.end.saturating_sub(4).max(head.start);
    let start = (earliest..head.end).rev().take_while(is_line_end).last();
    Span::new(start.unwrap_or(head.end), head.end)
}

#[cfg(test)]
mod tests {
    use super::super::direction::Direction;
    use super::super::script::{Script, id};
    use super::super::store::Trace;
    use super::*;

    /// One letter for each octet of the window.
    fn letters(octets: &str, window: Span) -> String {
        let mut script = Script::new();
        script.accept(1).receive(1, octets);
        letters_of(&mut script, Direction::Requests, Some(window))
    }

    fn letters_of(script: &mut Script, direction: Direction, window: Option<Span>) -> String {
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        let letter = |role: &OctetRole| match role {
            OctetRole::New => '?',
            OctetRole::Searched => '-',
            OctetRole::Method => 'M',
            OctetRole::Target => 'T',
            OctetRole::Version => 'V',
            OctetRole::Status(_) => 'S',
            OctetRole::Reason(_) => 'R',
            OctetRole::Space => '_',
            OctetRole::FieldName => 'n',
            OctetRole::Colon => ':',
            OctetRole::FieldValue => 'v',
            OctetRole::LineEnd => '/',
            OctetRole::Boundary => '#',
            OctetRole::Body => 'b',
            OctetRole::ChunkSize => 's',
            OctetRole::ChunkExtension => 'x',
            OctetRole::ChunkData => 'd',
            OctetRole::Trailer => 't',
            OctetRole::Opaque => 'o',
            OctetRole::Wrong => '!',
        };
        let stream = Stream::new(&trace.connections[&id(1)], direction);
        let window = window.unwrap_or_else(|| stream.octets().span());
        roles(&stream, window).iter().map(letter).collect()
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

    #[test]
    fn what_was_sent_has_roles_as_what_was_received_has() {
        let mut script = Script::new();
        script
            .accept(1)
            .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        script.answer(1, crate::http::Status::OK, 3);
        let head = "VVVVVVVV_SSS_RR//nnnnnnnnnnnn:_vvvvvvvvvvvvvvvvvvvvvvvv//nnnnnnnnnnnnnn:_v";
        // Of its content no copy is kept; what it is is known all the same.
        assert_eq!(
            letters_of(&mut script, Direction::Responses, None),
            format!("{head}####bbb")
        );
    }

    #[test]
    fn a_chunked_body_has_sizes_data_and_a_trailer() {
        let mut script = Script::new();
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        let body = "3;a\r\nabc\r\n0\r\nT: v\r\n\r\n";
        script.accept(1).receive(1, head).receive(1, &body[..7]);
        script.receive(1, &body[7..]);
        let letters = letters_of(&mut script, Direction::Requests, None);
        assert_eq!(&letters[head.len()..], "sxx//ddd//s//tttt////");
    }
}
