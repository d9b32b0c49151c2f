//! How long a request is (RFC 9112 §6.3), whether the connection stays (§9.3), and the
//! other rules that look at more than one line of a head.

use super::authority;
use super::diagnosis::{Diagnosis, Fault};
use super::field::{FieldLine, list_members};
use super::request::{RequestHead, Version};
use super::span::Span;

/// How the end of a message body is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyLength {
    /// Neither field announces a body.
    None,
    /// Content-Length: this many octets.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
}

/// Whether the connection stays after the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// HTTP/1.1 without `close`: persistent by default.
    Persistent,
    /// HTTP/1.0 with `keep-alive`: persistent, and the response must say so.
    KeepAlive,
    /// The peer sent `Connection: close`.
    Close,
    /// HTTP/1.0 that did not ask to stay.
    Http10,
}

impl Persistence {
    /// Whether another request may follow.
    pub const fn persists(self) -> bool {
        matches!(self, Self::Persistent | Self::KeepAlive)
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
    pub fn of(head: &RequestHead) -> Result<Self, Diagnosis> {
        let refuse = |fault, line: &FieldLine| {
            Diagnosis::new(fault, head.span_of(line.value), head.span().start)
        };
        check_host(head)?;
        let body = body_length(head).map_err(|(fault, line)| refuse(fault, line))?;
        let mut expects_continue = false;
        // An HTTP/1.0 peer cannot wait for an interim response (RFC 9110 §10.1.1).
        if head.version() == Version::Http11 {
            for line in head.lines("expect") {
                for member in list_members(head.text(line.value)) {
                    if !member.eq_ignore_ascii_case(b"100-continue") {
                        return Err(refuse(Fault::ExpectationUnknown, line));
                    }
                    expects_continue = body != BodyLength::None;
                }
            }
        }
        Ok(Self {
            body,
            persistence: persistence(head),
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
fn body_length(head: &RequestHead) -> Result<BodyLength, (Fault, &FieldLine)> {
    let coding = head.lines("transfer-encoding").next();
    let length = head.lines("content-length").next();
    match (coding, length) {
        // 3. Both: "ought to be handled as an error".
        (Some(coding), Some(_)) => Err((Fault::LengthAndCoding, coding)),
        (Some(coding), None) => transfer_coding(head, coding),
        // 5. and 6. Content-Length, which must be valid.
        (None, Some(line)) => {
            if let Some(second) = head.lines("content-length").nth(1) {
                return Err((Fault::ContentLengthRepeated, second));
            }
            let value = head.text(line.value);
            if value.contains(&b',') {
                return Err((Fault::ContentLengthRepeated, line));
            }
            // `Content-Length = 1*DIGIT` (RFC 9110 §8.6): no sign, no space, no overflow.
            decimal(value)
                .map(BodyLength::Length)
                .ok_or((Fault::ContentLengthInvalid, line))
        }
        // 7. Neither: no body.
        (None, None) => Ok(BodyLength::None),
    }
}

/// 4. of RFC 9112 §6.3: chunked must be the final coding, and here it must be the only one.
fn transfer_coding<'a>(
    head: &'a RequestHead,
    first: &'a FieldLine,
) -> Result<BodyLength, (Fault, &'a FieldLine)> {
    if head.version() == Version::Http10 {
        return Err((Fault::CodingIn10, first));
    }
    let mut chunked = 0;
    let mut others = None;
    let mut last = (first, false);
    for line in head.lines("transfer-encoding") {
        for coding in list_members(head.text(line.value)) {
            let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
            if is_chunked {
                chunked += 1;
            } else {
                others = others.or(Some(line));
            }
            last = (line, is_chunked);
        }
    }
    match (last, chunked, others) {
        ((line, false), ..) => Err((Fault::CodingNotChunked, line)),
        ((line, true), 2.., _) => Err((Fault::CodingRepeated, line)),
        (_, _, Some(line)) => Err((Fault::CodingUnknown, line)),
        _ => Ok(BodyLength::Chunked),
    }
}

/// `1*DIGIT` that fits 64 bits.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |n, &o| {
        let digit = o.is_ascii_digit().then(|| u64::from(o - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    })
}

/// RFC 9112 §9.3, in its order.
fn persistence(head: &RequestHead) -> Persistence {
    if head.lists("connection", b"close") {
        Persistence::Close
    } else if head.version() == Version::Http11 {
        Persistence::Persistent
    } else if head.lists("connection", b"keep-alive") {
        Persistence::KeepAlive
    } else {
        Persistence::Http10
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::LineEnds;

    fn framing(head: &str) -> Result<Framing, (Fault, u64)> {
        let head = RequestHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
        Framing::of(&head).map_err(|d| (d.fault, d.span.start))
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
        assert_eq!(expects("Expect: tea\r\n"), Err(Fault::ExpectationUnknown));
        let old = framing("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        assert_eq!(old.map(|f| f.expects_continue), Ok(false));
    }
}
