//! How long a response is, which depends on the request it answers.

use super::{Codings, Persistence, content_length, length_and_coding};
use crate::http::diagnosis::{Diagnosis, Fault, MessageKind};
use crate::http::head::ResponseHead;
use crate::http::head::field::{FieldLine, members_at};
use crate::http::span::Part;
use crate::http::version::Version;

/// What has to be known of a request to tell how long its response is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// HEAD: the response has no content, whatever its fields say.
    Head,
    /// CONNECT: a response with status 2xx is followed by a tunnel.
    Connect,
    /// Any other method.
    Other,
}

impl Asked {
    /// By a request with this method.
    pub const fn by(method: &[u8]) -> Self {
        match method {
            b"HEAD" => Self::Head,
            b"CONNECT" => Self::Connect,
            _ => Self::Other,
        }
    }
}

/// How the end of a response is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseBody {
    /// It has no content: one to HEAD, or one whose status forbids it.
    None,
    /// Content-Length: this many octets.
    Length(u64),
    /// Transfer-Encoding that ends in chunked.
    Chunked,
    /// Neither: it ends when the server closes the connection.
    UntilClose,
    /// What follows is no HTTP: a tunnel, or the protocol that was switched to.
    Opaque,
}

/// What the head of a response says about the message and the connection as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseFraming {
    /// How the end of the body is known.
    pub body: ResponseBody,
    /// The number of the rule in the list of RFC 9112 §6.3 that decided.
    pub rule: u8,
    /// Whether the connection stays, as far as the fields say.
    pub persistence: Persistence,
    /// What it answers.
    pub asked: Asked,
    /// Whether it is interim: the final response is still to come (RFC 9110 §15.2).
    pub interim: bool,
}

impl ResponseFraming {
    /// Reads the framing of a well-formed head, and refuses what makes it ambiguous.
    pub fn from_head(head: &ResponseHead, asked: Asked) -> Result<Self, Diagnosis> {
        let (body, rule) = body(head, asked).map_err(|(fault, part)| {
            Diagnosis::new(fault, head.span_of(part), head.span().start).in_a(MessageKind::Response)
        })?;
        Ok(Self {
            body,
            rule,
            persistence: Persistence::from_head(head, head.version()),
            asked,
            interim: head.status().is_interim(),
        })
    }

    /// Whether another response may follow on the connection: the fields must say so, and the
    /// end of this one must be known without a close (RFC 9112 §9.3).
    pub const fn persists(self) -> bool {
        self.interim
            || self.persistence.persists()
                && !matches!(self.body, ResponseBody::UntilClose | ResponseBody::Opaque)
    }
}

/// RFC 9112 §6.3, its list for responses, in its order: what decides, and its number.
fn body(head: &ResponseHead, asked: Asked) -> Result<(ResponseBody, u8), (Fault, Part)> {
    let status = head.status();
    // 1. No content "regardless of the header fields present in the message".
    if status.code() == 101 {
        // Behind the head the new protocol begins (RFC 9110 §15.2.2).
        return Ok((ResponseBody::Opaque, 1));
    }
    if asked == Asked::Head || status.forbids_content() {
        return Ok((ResponseBody::None, 1));
    }
    // 2. CONNECT that was let through: both fields are ignored.
    if asked == Asked::Connect && status.class() == 2 {
        return Ok((ResponseBody::Opaque, 2));
    }
    let coding = head.lines("transfer-encoding").next();
    let length = head.lines("content-length").next();
    match (coding, length) {
        // 3. Both.
        (Some(coding), Some(length)) => Err(length_and_coding(coding, length)),
        // 4. Transfer-Encoding.
        (Some(coding), None) => Ok((transfer_coding(head, coding)?, 4)),
        // 5. and 6. Content-Length.
        (None, Some(_)) => Ok((ResponseBody::Length(one_length(head)?), 6)),
        // 8. Neither.
        (None, None) => Ok((ResponseBody::UntilClose, 8)),
    }
}

/// 4.: "If a Transfer-Encoding header field is present in a response and the chunked transfer
/// coding is not the final encoding, the message body length is determined by reading the
/// connection until it is closed by the server."
fn transfer_coding(head: &ResponseHead, first: &FieldLine) -> Result<ResponseBody, (Fault, Part)> {
    // "A client that receives [it in HTTP/1.0] MUST treat the message as if the framing is
    // faulty" (RFC 9112 §6.1).
    if head.version() == Version::Http10 {
        return Err((Fault::CodingIn10, first.value));
    }
    let codings = Codings::from_fields(head, first);
    match (codings.chunked, codings.repeated) {
        (false, _) => Ok(ResponseBody::UntilClose),
        (true, Some(part)) => Err((Fault::CodingRepeated, part)),
        // What else was applied to the content before is decoded by whoever reads it.
        (true, None) => Ok(ResponseBody::Chunked),
    }
}

/// 5.: more than one number is taken when all of them are valid and the same; it is an
/// unrecoverable error when they are not.
fn one_length(head: &ResponseHead) -> Result<u64, (Fault, Part)> {
    let mut number = None;
    for line in head.lines("content-length") {
        let value = head.text(line.value);
        let from = line.value.range().start;
        let mut empty = true;
        for (at, member) in members_at(value) {
            empty = false;
            let part = Part::new(from + at, from + at + member.len());
            let here = content_length(member, part)?;
            if number.is_some_and(|number| number != here) {
                return Err((Fault::ContentLengthRepeated, part));
            }
            number = Some(here);
        }
        if empty {
            return Err((Fault::ContentLengthInvalid, line.value));
        }
    }
    number.ok_or((Fault::ContentLengthInvalid, Part::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::limits::LineEnds;

    fn framing(head: &str, asked: Asked) -> Result<(ResponseBody, u8), (Fault, u64)> {
        let head = ResponseHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
        ResponseFraming::from_head(&head, asked)
            .map(|framing| (framing.body, framing.rule))
            .map_err(|diagnosis| (diagnosis.fault, diagnosis.span.start))
    }

    fn with(status: &str, fields: &str) -> Result<(ResponseBody, u8), (Fault, u64)> {
        framing(
            &format!("HTTP/1.1 {status} X\r\n{fields}\r\n"),
            Asked::Other,
        )
    }

    #[test]
    fn the_rules_in_their_order() {
        let to = |asked, status: &str, fields: &str| {
            framing(&format!("HTTP/1.1 {status} X\r\n{fields}\r\n"), asked)
        };
        let none = Ok((ResponseBody::None, 1));
        let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
        assert_eq!(to(Asked::Head, "200", both), none);
        for status in ["100", "103", "199", "204", "304"] {
            assert_eq!(with(status, both), none, "{status}");
        }
        assert_eq!(with("101", both), Ok((ResponseBody::Opaque, 1)));
        let opaque = Ok((ResponseBody::Opaque, 2));
        assert_eq!(to(Asked::Connect, "200", both), opaque);
        assert_eq!(to(Asked::Connect, "299", ""), opaque);
        let refused = to(Asked::Connect, "407", "Content-Length: 0\r\n");
        assert_eq!(refused, Ok((ResponseBody::Length(0), 6)));
        assert_eq!(with("200", both), Err((Fault::LengthAndCoding, 54)));
        let coding = |value: &str| with("200", &format!("Transfer-Encoding: {value}\r\n"));
        assert_eq!(coding("chunked"), Ok((ResponseBody::Chunked, 4)));
        assert_eq!(coding("gzip, Chunked"), Ok((ResponseBody::Chunked, 4)));
        assert_eq!(coding("gzip"), Ok((ResponseBody::UntilClose, 4)));
        assert_eq!(coding("chunked, gzip"), Ok((ResponseBody::UntilClose, 4)));
        assert_eq!(coding(""), Ok((ResponseBody::UntilClose, 4)));
        assert_eq!(coding("chunked, chunked"), Err((Fault::CodingRepeated, 44)));
        assert_eq!(with("200", ""), Ok((ResponseBody::UntilClose, 8)));
    }

    #[test]
    fn one_number_however_often() {
        let length = |value: &str| with("200", &format!("Content-Length: {value}\r\n"));
        assert_eq!(length("5"), Ok((ResponseBody::Length(5), 6)));
        assert_eq!(length("5, 5,5"), Ok((ResponseBody::Length(5), 6)));
        assert_eq!(
            length("5\r\nContent-Length: 05"),
            Ok((ResponseBody::Length(5), 6))
        );
        assert_eq!(length("5, 6"), Err((Fault::ContentLengthRepeated, 35)));
        assert_eq!(
            length("5\r\nContent-Length: 6"),
            Err((Fault::ContentLengthRepeated, 51))
        );
        assert_eq!(length("-5"), Err((Fault::ContentLengthInvalid, 32)));
        assert_eq!(length("5 5"), Err((Fault::ContentLengthInvalid, 33)));
        assert_eq!(length(""), Err((Fault::ContentLengthInvalid, 32)));
        assert_eq!(length(","), Err((Fault::ContentLengthInvalid, 32)));
        assert_eq!(
            length("18446744073709551616"),
            Err((Fault::ContentLengthInvalid, 32))
        );
    }

    #[test]
    fn whether_the_connection_stays() {
        let stays = |head: &str| {
            let head = ResponseHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
            ResponseFraming::from_head(&head, Asked::Other)
                .unwrap()
                .persists()
        };
        assert!(stays("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        assert!(!stays("HTTP/1.1 200 OK\r\n\r\n"));
        assert!(!stays("HTTP/1.1 204 X\r\nConnection: x, Close\r\n\r\n"));
        assert!(!stays("HTTP/1.0 204 X\r\n\r\n"));
        assert!(stays("HTTP/1.0 204 X\r\nConnection: keep-alive\r\n\r\n"));
        assert!(stays("HTTP/1.1 100 X\r\nConnection: close\r\n\r\n"));
        assert!(!stays("HTTP/1.1 101 X\r\n\r\n"));
    }

    #[test]
    fn the_length_of_no_response_comes_from_a_field_of_http_1_0_that_it_does_not_have() {
        let old = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(framing(old, Asked::Other), Err((Fault::CodingIn10, 36)));
    }
}
