//! The request head: request-line and field section, with the place of every part.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::authority::{self, Authority};
use super::connection::LineEnds;
use super::diagnosis::{Diagnosis, Fault};
use super::field::{self, FieldLine};
use super::request_line::{LineReader, Progress, RequestLine};
use super::span::{Part, Span};
use super::target::Target;

/// Most field lines in one head. Apache allows 100, Node 2000; browsers send about 20.
const FIELD_LIMIT: usize = 128;

/// The HTTP versions that are spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, and any later 1.x, which is answered as 1.1 (RFC 9110 §2.5).
    Http11,
}

/// Methods, by what this server does with them. Comparison is case-sensitive (RFC 9110 §9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Transfer a representation.
    Get,
    /// As GET, without the content.
    Head,
    /// Describe the communication options.
    Options,
    /// Registered with IANA, but not served here.
    Known,
    /// A token nobody has registered.
    Unknown,
}

/// The methods of the IANA registry that are known and not served.
const KNOWN_METHODS: &[&[u8]] = &[
    b"POST",
    b"PUT",
    b"DELETE",
    b"CONNECT",
    b"TRACE",
    b"PATCH",
    b"QUERY",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
    b"REPORT",
    b"SEARCH",
    b"LINK",
    b"UNLINK",
];

/// A request head that is well-formed, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    octets: Box<[u8]>,
    offset: u64,
    method: Part,
    target_part: Part,
    target: Target,
    version_part: Part,
    version: Version,
    fields: Vec<FieldLine>,
}

impl RequestHead {
    /// Reads a head that is complete, its empty line included. `offset` is where it begins
    /// in what the connection received.
    pub fn parse(octets: &[u8], offset: u64, line_ends: LineEnds) -> Result<Self, Diagnosis> {
        let refuse = |(fault, part): (Fault, Part)| Diagnosis::new(fault, part.at(offset), offset);
        let end = Part::new(octets.len(), octets.len());
        match LineReader::default().read(octets, line_ends) {
            Ok(Progress::Complete(line)) => Self::parse_fields(&line, octets, offset, line_ends),
            Ok(Progress::Bare(at)) => Err(refuse((Fault::BareLf, Part::new(at, at + 1)))),
            Ok(Progress::Partial) => Err(refuse((Fault::HeadIncomplete, end))),
            Err(fault) => Err(refuse(fault)),
        }
    }

    /// Reads the field section of a head whose request-line has been read.
    pub(crate) fn parse_fields(
        line: &RequestLine,
        octets: &[u8],
        offset: u64,
        line_ends: LineEnds,
    ) -> Result<Self, Diagnosis> {
        let refuse = |(fault, part): (Fault, Part)| Diagnosis::new(fault, part.at(offset), offset);
        let mut lines = Lines {
            octets,
            at: line.next,
            line_ends,
        };
        // Field lines are longer on average: for nearly every head this is room enough.
        let mut fields = Vec::with_capacity(octets.len() / 32 + 2);
        loop {
            if fields.len() < FIELD_LIMIT
                && let Some((line, next)) = field::well_formed_line(octets, lines.at)
            {
                fields.push(line);
                lines.at = next;
                continue;
            }
            // Anything but a plain field line: the empty line, or something to refuse.
            let (start, end) = lines.next_line().map_err(refuse)?;
            if start == end {
                break;
            }
            if matches!(octets.get(start), Some(b' ' | b'\t')) {
                let fault = if fields.is_empty() {
                    Fault::FieldLeadingSpace
                } else {
                    Fault::ObsFold
                };
                return Err(refuse((fault, Part::new(start, start + 1))));
            }
            if fields.len() == FIELD_LIMIT {
                return Err(refuse((Fault::TooManyFields, Part::new(start, end))));
            }
            fields.push(field::parse_line(octets, start, end).map_err(refuse)?);
        }
        Ok(Self {
            octets: octets.get(..lines.at).unwrap_or(octets).into(),
            offset,
            method: line.method,
            target_part: line.target_part,
            target: line.target,
            version_part: line.version_part,
            version: line.version,
            fields,
        })
    }

    /// The head as it came, its empty line included.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Where the head stands in what the connection received.
    pub fn span(&self) -> Span {
        Span::new(self.offset, self.offset + self.octets.len() as u64)
    }

    /// Where `part` stands in what the connection received.
    pub const fn span_of(&self, part: Part) -> Span {
        part.at(self.offset)
    }

    /// The octets of `part`.
    pub fn text(&self, part: Part) -> &[u8] {
        self.octets.get(part.range()).unwrap_or_default()
    }

    /// The request-line as it came, without its line end.
    pub fn request_line(&self) -> &[u8] {
        self.octets
            .get(..self.version_part.end as usize)
            .unwrap_or_default()
    }

    /// The place of the method.
    pub const fn method_part(&self) -> Part {
        self.method
    }

    /// The method as it came.
    pub fn method_octets(&self) -> &[u8] {
        self.text(self.method)
    }

    /// The method, by what this server does with it.
    pub fn method(&self) -> Method {
        match self.method_octets() {
            b"GET" => Method::Get,
            b"HEAD" => Method::Head,
            b"OPTIONS" => Method::Options,
            other if KNOWN_METHODS.contains(&other) => Method::Known,
            _ => Method::Unknown,
        }
    }

    /// The place of the whole request-target.
    pub const fn target_part(&self) -> Part {
        self.target_part
    }

    /// The request-target as it came.
    pub fn target_octets(&self) -> &[u8] {
        self.text(self.target_part)
    }

    /// The request-target, cut into its parts.
    pub const fn target(&self) -> Target {
        self.target
    }

    /// The path of the request-target, still percent-encoded; `/` when it has none.
    pub fn path(&self) -> &[u8] {
        let path = self.text(self.target.path);
        if path.is_empty() { b"/" } else { path }
    }

    /// The query of the request-target, still percent-encoded.
    pub fn query(&self) -> Option<&[u8]> {
        self.target.query.map(|part| self.text(part))
    }

    /// The place of the HTTP-version.
    pub const fn version_part(&self) -> Part {
        self.version_part
    }

    /// The HTTP-version to answer as.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The field lines, in the order they came.
    pub fn fields(&self) -> &[FieldLine] {
        &self.fields
    }

    /// Every field line of the name, compared without case.
    pub fn lines(&self, name: &str) -> impl Iterator<Item = &FieldLine> {
        self.fields.iter().filter(move |line| {
            line.name.len() == name.len()
                && self.text(line.name).eq_ignore_ascii_case(name.as_bytes())
        })
    }

    /// The value of every field line of the name, in order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.lines(name).map(|line| self.text(line.value))
    }

    /// The value of a field that is meant to stand once; the first, if it stands more often.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// Whether a list-valued field holds `member`, compared without case.
    pub fn lists(&self, name: &str, member: &[u8]) -> bool {
        self.values(name)
            .any(|value| field::list_members(value).any(|m| m.eq_ignore_ascii_case(member)))
    }

    /// The host that is asked for: that of an absolute-form target wins over Host
    /// (RFC 9112 §3.2.2). `None` in HTTP/1.0 without Host.
    pub fn authority(&self) -> Option<Authority<'_>> {
        let written = match self.target.authority {
            Some(part) => self.text(part),
            None => self.value("host")?,
        };
        authority::parse(written).ok()
    }
}

/// Cuts a head into lines and checks their ends.
struct Lines<'a> {
    octets: &'a [u8],
    at: usize,
    line_ends: LineEnds,
}

impl Lines<'_> {
    /// Where the next line begins and ends, its line end not included.
    fn next_line(&mut self) -> Result<(usize, usize), (Fault, Part)> {
        let start = self.at;
        let rest = self.octets.get(start..).unwrap_or_default();
        let Some(len) = rest.iter().position(|&o| matches!(o, b'\r' | b'\n')) else {
            let end = self.octets.len();
            return Err((Fault::HeadIncomplete, Part::new(end, end)));
        };
        let end = start + len;
        match (rest.get(len), rest.get(len + 1), self.line_ends) {
            (Some(b'\r'), Some(b'\n'), _) => self.at = end + 2,
            (Some(b'\n'), _, LineEnds::LfToo) => self.at = end + 1,
            (Some(b'\n'), _, LineEnds::CrLf) => {
                return Err((Fault::BareLf, Part::new(end, end + 1)));
            }
            (_, _, LineEnds::CrLf | LineEnds::LfToo) => {
                return Err((Fault::BareCr, Part::new(end, end + 1)));
            }
        }
        Ok((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &str) -> Result<RequestHead, (Fault, u64)> {
        RequestHead::parse(head.as_bytes(), 0, LineEnds::CrLf).map_err(|d| (d.fault, d.span.start))
    }

    #[test]
    fn every_part_knows_its_place() {
        let octets = b"GET /cat.png?x HTTP/1.1\r\nHost: localhost\r\nAccept:*/*\r\n\r\n";
        let head = RequestHead::parse(octets, 100, LineEnds::CrLf).unwrap();
        assert_eq!(head.request_line(), b"GET /cat.png?x HTTP/1.1");
        assert_eq!(
            (head.method(), head.version()),
            (Method::Get, Version::Http11)
        );
        assert_eq!(
            (head.path(), head.query()),
            (&b"/cat.png"[..], Some(&b"x"[..]))
        );
        assert_eq!(head.span(), Span::new(100, 156));
        assert_eq!(head.span_of(head.version_part()), Span::new(115, 123));
        assert_eq!(head.span_of(head.fields()[1].name), Span::new(142, 148));
        assert_eq!(head.value("hOST"), Some(&b"localhost"[..]));
    }

    #[test]
    fn lines_end_in_cr_lf_unless_lf_is_accepted_too() {
        assert_eq!(
            parse("GET / HTTP/1.1\nHost: x\r\n\r\n"),
            Err((Fault::BareLf, 14))
        );
        assert_eq!(
            parse("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n"),
            Err((Fault::BareCr, 20))
        );
        assert_eq!(
            parse("GET / HTTP/1.1\r\n X: y\r\n\r\n"),
            Err((Fault::FieldLeadingSpace, 16))
        );
        assert_eq!(
            parse("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"),
            Err((Fault::ObsFold, 22))
        );
        let lenient =
            RequestHead::parse(b"GET / HTTP/1.1\nHost: x\n\n", 0, LineEnds::LfToo).unwrap();
        assert_eq!(lenient.value("host"), Some(&b"x"[..]));
    }

    #[test]
    fn a_head_without_its_empty_line_is_not_complete() {
        for (head, at) in [
            ("", 0),
            ("GET / HT", 8),
            ("GET / HTTP/1.1\r\n", 16),
            ("GET / HTTP/1.1\r\nA: b\r\n", 22),
        ] {
            assert_eq!(parse(head), Err((Fault::HeadIncomplete, at)), "{head:?}");
        }
        let with_more = parse("GET / HTTP/1.1\r\n\r\nmore").unwrap();
        assert_eq!(with_more.octets(), b"GET / HTTP/1.1\r\n\r\n");
    }

    #[test]
    fn at_most_128_field_lines() {
        let head = |n: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(n));
        assert_eq!(parse(&head(128)).map(|h| h.fields().len()), Ok(128));
        assert_eq!(parse(&head(129)), Err((Fault::TooManyFields, 16 + 128 * 6)));
    }

    #[test]
    fn the_authority_of_an_absolute_target_wins_over_host() {
        let head = parse("GET http://a:1/ HTTP/1.1\r\nHost: b:2\r\n\r\n").unwrap();
        assert_eq!(
            head.authority().map(|a| (a.host, a.port)),
            Some((&b"a"[..], Some(1)))
        );
        let head = parse("GET / HTTP/1.1\r\nHost: b:2\r\n\r\n").unwrap();
        assert_eq!(
            head.authority().map(|a| (a.host, a.port)),
            Some((&b"b"[..], Some(2)))
        );
    }
}
