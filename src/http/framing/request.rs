//! How long a request is, and the other rules that look at more than one line of its head.

use super::{Codings, Persistence, content_length, length_and_coding};
use crate::http::authority;
use crate::http::diagnosis::{Diagnosis, Fault};
use crate::http::head::RequestHead;
use crate::http::head::field::FieldLine;
use crate::http::span::{Part, Span};
use crate::http::version::Version;

/// How the end of a request body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// Neither field announces a body.
    None,
    /// Content-Length: this many octets.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
}

impl BodyLength {
    /// The number of the rule in the list of RFC 9112 §6.3 that decided.
    pub const fn rule(self) -> u8 {
        match self {
            Self::Chunked => 4,
            Self::Length(_) => 6,
            Self::None => 7,
        }
    }
}

/// What the head says about the message and the connection as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framing {
    /// How the end of the body is known.
    pub body: BodyLength,
    /// Whether the connection stays.
    pub persistence: Persistence,
    /// Whether the peer waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

impl Framing {
    /// Reads the framing of a well-formed head, and refuses what makes it ambiguous.
    pub fn from_head(head: &RequestHead) -> Result<Self, Diagnosis> {
        let refuse = |(fault, part)| Diagnosis::new(fault, head.span_of(part), head.span().start);
        check_host(head)?;
        let body = body_length(head).map_err(refuse)?;
        let mut expects_continue = false;
        // An HTTP/1.0 peer cannot wait for an interim response (RFC 9110 §10.1.1).
        if head.version() == Version::Http11 {
            for (part, member) in head.members("expect") {
                if !member.eq_ignore_ascii_case(b"100-continue") {
                    return Err(refuse((Fault::ExpectationUnknown, part)));
                }
                // "A server MAY omit sending a 100 response if [...] the framing
                // indicates that there is no content" (RFC 9110 §10.1.1).
                expects_continue = !matches!(body, BodyLength::None | BodyLength::Length(0));
            }
        }
        Ok(Self {
            body,
            persistence: Persistence::from_head(head, head.version()),
            expects_continue,
        })
    }
}

/// RFC 9112 §3.2: exactly one valid Host in HTTP/1.1, at most one valid one in HTTP/1.0.
fn check_host(head: &RequestHead) -> Result<(), Diagnosis> {
    let start = head.span().start;
    let mut lines = head.lines("host");
    let Some(line) = lines.next() else {
        if head.version() == Version::Http10 {
            return Ok(());
        }
        // The place where it is missing: the empty line.
        let end = head.span().end;
        return Err(Diagnosis::new(
            Fault::HostMissing,
            Span::new(end.saturating_sub(2), end),
            start,
        ));
    };
    if let Some(second) = lines.next() {
        return Err(Diagnosis::new(
            Fault::HostRepeated,
            head.span_of(second.name),
            start,
        ));
    }
    authority::parse(head.text(line.value))
        .map(|_| ())
        .map_err(|bad| {
            let value = head.span_of(line.value);
            let at = value.start + bad as u64;
            Diagnosis::new(
                Fault::HostInvalid,
                Span::new(at, (at + 1).min(value.end)),
                start,
            )
        })
}

/// RFC 9112 §6.3, its list for requests, each choice taken to the strict side.
fn body_length(head: &RequestHead) -> Result<BodyLength, (Fault, Part)> {
    let coding = head.lines("transfer-encoding").next();
    let mut lengths = head.lines("content-length");
    match (coding, lengths.next()) {
        (Some(coding), Some(length)) => Err(length_and_coding(coding, length)),
        (Some(coding), None) => transfer_coding(head, coding),
        // 5. and 6. Content-Length, which must be valid. A list of equal numbers may be taken
        // or refused; it is refused.
        (None, Some(line)) => {
            if let Some(second) = lengths.next() {
                return Err((Fault::ContentLengthRepeated, second.value));
            }
            content_length(head.text(line.value), line.value).map(BodyLength::Length)
        }
        // 7. Neither: no body.
        (None, None) => Ok(BodyLength::None),
    }
}

/// 4. of RFC 9112 §6.3: chunked must be the final coding, and here it must be the only one.
///
/// A final coding that is unknown breaks two rules: "the server MUST respond with the 400"
/// (§6.3) and "SHOULD respond with 501" (§6.1). The MUST wins; 501 is for what is unknown
/// before a final chunked.
fn transfer_coding(head: &RequestHead, first: &FieldLine) -> Result<BodyLength, (Fault, Part)> {
    if head.version() == Version::Http10 {
        return Err((Fault::CodingIn10, first.value));
    }
    let codings = Codings::from_fields(head, first);
    match (codings.chunked, codings.repeated, codings.other) {
        (false, ..) => Err((Fault::CodingNotChunked, codings.last)),
        (true, Some(part), _) => Err((Fault::CodingRepeated, part)),
        (true, None, Some(part)) => Err((Fault::CodingUnknown, part)),
        (true, None, None) => Ok(BodyLength::Chunked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::LineEnds;

    fn framing(head: &str) -> Result<Framing, (Fault, u64)> {
        let head = RequestHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
        Framing::from_head(&head).map_err(|d| (d.fault, d.span.start))
    }

    fn with(fields: &str) -> Result<Framing, Fault> {
        framing(&format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n")).map_err(|(fault, _)| fault)
    }

    #[test]
    fn the_length_of_a_body() {
        let body = |fields: &str| with(fields).map(|f| f.body);
        assert_eq!(body(""), Ok(BodyLength::None));
        assert_eq!(body("Content-Length: 0\r\n"), Ok(BodyLength::Length(0)));
        assert_eq!(
            body("content-length: 18446744073709551615\r\n"),
            Ok(BodyLength::Length(u64::MAX))
        );
        assert_eq!(
            body("Transfer-Encoding: Chunked\r\n"),
            Ok(BodyLength::Chunked)
        );
        assert_eq!(body("Content_Length: 5\r\n"), Ok(BodyLength::None));
        for value in [
            "",
            "+5",
            "-5",
            "5 5",
            "0x5",
            "5.0",
            "18446744073709551616",
            "5a",
        ] {
            assert_eq!(
                body(&format!("Content-Length: {value}\r\n")),
                Err(Fault::ContentLengthInvalid),
                "{value}"
            );
        }
        for fields in [
            "Content-Length: 5, 5\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
        ] {
            assert_eq!(body(fields), Err(Fault::ContentLengthRepeated));
        }
        for (value, fault) in [
            ("gzip, chunked", Fault::CodingUnknown),
            ("chunked, gzip", Fault::CodingNotChunked),
            ("gzip", Fault::CodingNotChunked),
            ("identity", Fault::CodingNotChunked),
            ("", Fault::CodingNotChunked),
            ("chunked, chunked", Fault::CodingRepeated),
            ("chunked;q=1", Fault::CodingNotChunked),
            ("xchunked", Fault::CodingNotChunked),
            ("\"chunked\"", Fault::CodingNotChunked),
        ] {
            assert_eq!(
                body(&format!("Transfer-Encoding: {value}\r\n")),
                Err(fault),
                "{value}"
            );
        }
        assert_eq!(
            body("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
            Err(Fault::LengthAndCoding)
        );
        let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(framing(old), Err((Fault::CodingIn10, 36)));
    }

    #[test]
    fn the_caret_stands_under_the_octets_that_are_wrong() {
        let at = |line: &str| {
            let head = format!("GET / HTTP/1.1\r\nHost: x\r\n{line}\r\n\r\n");
            let head = RequestHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
            let diagnosis = Framing::from_head(&head).unwrap_err();
            let at = usize::try_from(diagnosis.span.start).unwrap();
            let from_there = String::from_utf8_lossy(&head.octets()[at..]);
            from_there.trim_end().to_owned()
        };
        assert_eq!(at("Content-Length: 12a4"), "a4");
        assert_eq!(at("Content-Length: 5, 5"), ", 5");
        assert_eq!(at("Transfer-Encoding: gzip,\tchunked"), "gzip,\tchunked");
        assert_eq!(at("Transfer-Encoding: chunked, gzip"), "gzip");
        assert_eq!(at("Transfer-Encoding: chunked, chunked"), "chunked");
        assert_eq!(at("Expect: 100-continue, tea"), "tea");
        assert_eq!(
            at("Content-Length: 5\r\nTransfer-Encoding: chunked"),
            "chunked"
        );
        assert_eq!(at("Transfer-Encoding: chunked\r\nContent-Length: 5"), "5");
    }

    #[test]
    fn exactly_one_host_in_1_1() {
        assert_eq!(
            framing("GET / HTTP/1.1\r\n\r\n"),
            Err((Fault::HostMissing, 16))
        );
        assert_eq!(
            framing("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
            Err((Fault::HostRepeated, 25))
        );
        assert_eq!(
            framing("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
            Err((Fault::HostInvalid, 23))
        );
        assert_eq!(
            framing("GET / HTTP/1.1\r\nHost:\r\n\r\n"),
            Err((Fault::HostInvalid, 21))
        );
        assert!(framing("GET / HTTP/1.0\r\n\r\n").is_ok());
    }

    #[test]
    fn persistence_by_version_and_options() {
        let of = |line: &str, fields: &str| {
            framing(&format!("{line}\r\nHost: x\r\n{fields}\r\n"))
                .unwrap()
                .persistence
        };
        assert_eq!(of("GET / HTTP/1.1", ""), Persistence::Persistent);
        assert_eq!(
            of("GET / HTTP/1.1", "Connection: x, CLOSE\r\n"),
            Persistence::Close
        );
        assert_eq!(
            of(
                "GET / HTTP/1.1",
                "Connection: keep-alive\r\nConnection: close\r\n"
            ),
            Persistence::Close
        );
        assert_eq!(of("GET / HTTP/1.0", ""), Persistence::Http10);
        assert_eq!(
            of("GET / HTTP/1.0", "Connection: Keep-Alive\r\n"),
            Persistence::KeepAlive
        );
        assert_eq!(
            of("GET / HTTP/1.0", "Connection: keep-alive, close\r\n"),
            Persistence::Close
        );
    }

    #[test]
    fn only_a_1_1_request_with_a_body_can_wait_for_100() {
        let expects = |fields| with(fields).map(|f| f.expects_continue);
        assert_eq!(
            expects("Content-Length: 5\r\nExpect: 100-Continue\r\n"),
            Ok(true)
        );
        assert_eq!(expects("Expect: 100-continue\r\n"), Ok(false));
        assert_eq!(
            expects("Content-Length: 0\r\nExpect: 100-continue\r\n"),
            Ok(false)
        );
        assert_eq!(expects("Expect: tea\r\n"), Err(Fault::ExpectationUnknown));
        let old = framing("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        assert_eq!(old.map(|f| f.expects_continue), Ok(false));
    }
}
