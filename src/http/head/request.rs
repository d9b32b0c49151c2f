//! The head of a request: method, request-target, HTTP-version (RFC 9112 §3).

use super::RequestHead;
use crate::http::authority::{self, Authority};
use crate::http::span::Part;
use crate::http::target::Target;
use crate::http::version::Version;

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

impl RequestHead {
    /// The request-line as it came, without its line end.
    pub fn request_line(&self) -> &[u8] {
        self.start_line()
    }

    /// The place of the method.
    pub const fn method_part(&self) -> Part {
        self.line().method
    }

    /// The method as it came.
    pub fn method_octets(&self) -> &[u8] {
        self.text(self.line().method)
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
        self.line().target_part
    }

    /// The request-target as it came.
    pub fn target_octets(&self) -> &[u8] {
        self.text(self.line().target_part)
    }

    /// The request-target, cut into its parts.
    pub const fn target(&self) -> Target {
        self.line().target
    }

    /// The path of the request-target, still percent-encoded; `/` when it has none.
    pub fn path(&self) -> &[u8] {
        let path = self.text(self.line().target.path);
        if path.is_empty() { b"/" } else { path }
    }

    /// The query of the request-target, still percent-encoded.
    pub fn query(&self) -> Option<&[u8]> {
        self.line().target.query.map(|part| self.text(part))
    }

    /// The place of the HTTP-version.
    pub const fn version_part(&self) -> Part {
        self.line().version_part
    }

    /// The HTTP-version to answer as.
    pub const fn version(&self) -> Version {
        self.line().version
    }

    /// The host that is asked for: that of an absolute-form target wins over Host
    /// (RFC 9112 §3.2.2). `None` in HTTP/1.0 without Host.
    pub fn authority(&self) -> Option<Authority<'_>> {
        let written = match self.line().target.authority {
            Some(part) => self.text(part),
            None => self.value("host")?,
        };
        authority::parse(written).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::diagnosis::Fault;
    use crate::http::limits::LineEnds;
    use crate::http::span::Span;

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
