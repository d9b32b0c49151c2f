//! The status-line: HTTP-version SP status-code SP [ reason-phrase ] (RFC 9112 §4).
//!
//! Like the request-line it is read as it comes, and what can no longer become one is refused
//! at the octet that makes it certain.

use super::start_line::{Progress, StartLine};
use crate::http::diagnosis::{Fault, MessageKind};
use crate::http::limits::LineEnds;
use crate::http::octet;
use crate::http::span::Part;
use crate::http::status::Status;
use crate::http::version::{self, Version};

/// Where the HTTP-version ends.
const VERSION_END: usize = 8;
/// Where the status code begins and ends.
const CODE: Part = Part { start: 9, end: 12 };
/// Longest status-line. No rule names a limit; this is that of the request-target.
const LINE_LIMIT: usize = 8000;

/// A well-formed status-line, cut into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusLine {
    pub(crate) version_part: Part,
    pub(crate) version: Version,
    pub(crate) status_part: Part,
    pub(crate) status: Status,
    /// The reason phrase, which may be empty. `None` when not even the space before it is
    /// there: "A server MUST send the space" (RFC 9112 §4), and many do not.
    pub(crate) reason: Option<Part>,
    end: usize,
    next: usize,
}

/// Reads one status-line in as many pieces as it comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusReader {
    at: usize,
}

impl StartLine for StatusLine {
    const KIND: MessageKind = MessageKind::Response;

    type Reader = StatusReader;

    fn read(
        reader: &mut StatusReader,
        head: &[u8],
        line_ends: LineEnds,
    ) -> Result<Progress<Self>, (Fault, Part)> {
        while reader.at < CODE.range().end {
            let Some(&octet) = head.get(reader.at) else {
                return Ok(Progress::Partial);
            };
            if let Some(fault) = fixed(reader.at, octet) {
                return Err((fault, Part::new(reader.at, reader.at + 1)));
            }
            reader.at += 1;
        }
        reader.reason(head, line_ends)
    }

    fn end(&self) -> usize {
        self.end
    }

    fn next(&self) -> usize {
        self.next
    }
}

/// What is wrong with `octet` at `at`, in the part of the line where every octet has its place:
/// `HTTP/1.1 200`.
fn fixed(at: usize, octet: u8) -> Option<Fault> {
    let (good, fault) = match at {
        0..5 => (b"HTTP/".get(at) == Some(&octet), Fault::NotAResponse),
        5 => (octet == b'1', Fault::StatusVersion),
        6 => (octet == b'.', Fault::StatusVersion),
        7 => (octet.is_ascii_digit(), Fault::StatusVersion),
        VERSION_END => (octet == b' ', Fault::StatusSpace),
        // "The first digit of the status code defines the class of response" (RFC 9110 §15).
        9 => (matches!(octet, b'1'..=b'5'), Fault::StatusCode),
        _ => (octet.is_ascii_digit(), Fault::StatusCode),
    };
    (!good).then_some(fault)
}

impl StatusReader {
    /// Reads what follows the status code.
    fn reason(
        &mut self,
        head: &[u8],
        line_ends: LineEnds,
    ) -> Result<Progress<StatusLine>, (Fault, Part)> {
        let begin = CODE.range().end;
        // reason-phrase = 1*( HTAB / SP / VCHAR / obs-text )
        self.at += octet::field_run(head.get(self.at..).unwrap_or_default());
        let here = Part::new(self.at, self.at + 1);
        match head.get(begin) {
            Some(b' ' | b'\r' | b'\n') | None => {}
            Some(_) => return Err((Fault::StatusCode, Part::new(begin, begin + 1))),
        }
        if self.at > LINE_LIMIT {
            let limit = Part::new(LINE_LIMIT, LINE_LIMIT + 1);
            return Err((Fault::StatusLineTooLong, limit));
        }
        match (head.get(self.at), head.get(self.at + 1)) {
            (None, _) | (Some(b'\r'), None) => Ok(Progress::Partial),
            (Some(b'\r'), Some(b'\n')) => self.complete(head, 2),
            (Some(b'\r'), Some(_)) => Err((Fault::BareCr, here)),
            (Some(b'\n'), _) if line_ends == LineEnds::LfToo => self.complete(head, 1),
            (Some(b'\n'), _) => Ok(Progress::Bare(self.at)),
            (Some(_), _) => Err((Fault::ReasonOctet, here)),
        }
    }

    fn complete(self, head: &[u8], line_end: usize) -> Result<Progress<StatusLine>, (Fault, Part)> {
        let end = self.at;
        let version_part = Part::new(0, VERSION_END);
        let written = head.get(version_part.range()).unwrap_or_default();
        let version = version::parse(written).map_err(|_| (Fault::StatusVersion, version_part))?;
        let code = head.get(CODE.range()).unwrap_or_default();
        let code = code
            .iter()
            .fold(0, |code, &o| code * 10 + u16::from(o.wrapping_sub(b'0')));
        let status = Status::from_code(code).ok_or((Fault::StatusCode, CODE))?;
        let reason_at = CODE.range().end + 1;
        Ok(Progress::Complete(StatusLine {
            version_part,
            version,
            status_part: CODE,
            status,
            reason: (reason_at <= end).then(|| Part::new(reason_at, end)),
            end,
            next: end + line_end,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole and octet by octet: the same line, or the same fault.
    fn check(line: &str, expected: Result<(u16, Option<&str>), (Fault, u32)>) {
        let octets = line.as_bytes();
        let result = |progress: Result<Progress<StatusLine>, (Fault, Part)>| match progress {
            Ok(Progress::Complete(StatusLine { status, reason, .. })) => {
                let reason = reason.map(|part| &line[part.range()]);
                Some(Ok((status.code(), reason)))
            }
            Ok(Progress::Partial | Progress::Bare(_)) => None,
            Err((fault, part)) => Some(Err((fault, part.start))),
        };
        let whole = StatusLine::read(&mut StatusReader::default(), octets, LineEnds::CrLf);
        assert_eq!(result(whole), Some(expected), "{line:?}");
        let mut reader = StatusReader::default();
        let piecemeal = (0..=octets.len()).find_map(|len| {
            result(StatusLine::read(
                &mut reader,
                &octets[..len],
                LineEnds::CrLf,
            ))
        });
        assert_eq!(piecemeal, Some(expected), "{line:?} octet by octet");
    }

    #[test]
    fn version_code_and_reason() {
        check("HTTP/1.1 200 OK\r\n", Ok((200, Some("OK"))));
        check(
            "HTTP/1.0 404 Not  Found\t\r\n",
            Ok((404, Some("Not  Found\t"))),
        );
        check("HTTP/1.1 204 \r\n", Ok((204, Some(""))));
        check("HTTP/1.1 204\r\n", Ok((204, None)));
        check("HTTP/1.7 599 caf\u{e9}\r\n", Ok((599, Some("caf\u{e9}"))));
    }

    #[test]
    fn everything_else_is_refused_at_the_octet_that_is_wrong() {
        for (line, fault, at) in [
            ("220 smtp.example ESMTP\r\n", Fault::NotAResponse, 0),
            ("HTTQ/1.1 200 OK\r\n", Fault::NotAResponse, 3),
            ("http/1.1 200 OK\r\n", Fault::NotAResponse, 0),
            ("\r\nHTTP/1.1 200 OK\r\n", Fault::NotAResponse, 0),
            ("HTTP/2.0 200 OK\r\n", Fault::StatusVersion, 5),
            ("HTTP/1,1 200 OK\r\n", Fault::StatusVersion, 6),
            ("HTTP/1.x 200 OK\r\n", Fault::StatusVersion, 7),
            ("HTTP/1.10 200 OK\r\n", Fault::StatusSpace, 8),
            ("HTTP/1.1  200 OK\r\n", Fault::StatusCode, 9),
            ("HTTP/1.1 600 OK\r\n", Fault::StatusCode, 9),
            ("HTTP/1.1 099 OK\r\n", Fault::StatusCode, 9),
            ("HTTP/1.1 20 OK\r\n", Fault::StatusCode, 11),
            ("HTTP/1.1 2000 OK\r\n", Fault::StatusCode, 12),
            ("HTTP/1.1 200\tOK\r\n", Fault::StatusCode, 12),
            ("HTTP/1.1\r\n", Fault::StatusSpace, 8),
            ("HTTP/1.1 200 O\0K\r\n", Fault::ReasonOctet, 14),
            ("HTTP/1.1 200 OK\rX\r\n", Fault::BareCr, 15),
        ] {
            check(line, Err((fault, at)));
        }
        let long = format!("HTTP/1.1 200 {}", "x".repeat(LINE_LIMIT));
        check(&long, Err((Fault::StatusLineTooLong, 8000)));
    }
}
