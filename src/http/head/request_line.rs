//! The request-line: method SP request-target SP HTTP-version (RFC 9112 §3).
//!
//! It is read as it comes. What can no longer become a request-line is refused at the octet
//! that makes it certain, and a complete one is judged before the field section is there: a
//! peer that speaks another protocol may never send CR LF CR LF, and gets its answer at once.

use super::start_line::{Progress, StartLine};
use crate::http::diagnosis::{Fault, MessageKind};
use crate::http::limits::LineEnds;
use crate::http::octet::{self, TCHAR};
use crate::http::span::Part;
use crate::http::target::{self, Target};
use crate::http::version::{self, Version};
use crate::http::word::{ControlOrSpace, run_before};

/// Longest request-target that is served; RFC 9112 §3 asks for 8000 octets at least.
pub(crate) const TARGET_LIMIT: usize = 8000;
/// Longest method that is read. The longest registered one, `UPDATEREDIRECTREF` of
/// RFC 4437, has 17 octets.
const METHOD_LIMIT: usize = 64;
/// Longest request-line: the longest method and target, and a version.
const LINE_LIMIT: usize = METHOD_LIMIT + TARGET_LIMIT + 16;

/// A well-formed request-line, cut into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine {
    pub(crate) method: Part,
    pub(crate) target_part: Part,
    pub(crate) target: Target,
    pub(crate) version_part: Part,
    pub(crate) version: Version,
    /// Where the field section begins.
    pub(crate) next: usize,
}

impl StartLine for RequestLine {
    const KIND: MessageKind = MessageKind::Request;

    type Reader = LineReader;

    fn read(
        reader: &mut LineReader,
        head: &[u8],
        line_ends: LineEnds,
    ) -> Result<Progress<Self>, (Fault, Part)> {
        reader.read(head, line_ends)
    }

    fn end(&self) -> usize {
        self.version_part.range().end
    }

    fn next(&self) -> usize {
        self.next
    }
}

/// Reads one request-line in as many pieces as it comes; no octet is looked at twice before
/// the line is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineReader {
    at: usize,
    method_end: Option<usize>,
    target_end: Option<usize>,
}

impl LineReader {
    /// As [`StartLine::read`].
    fn read(
        &mut self,
        head: &[u8],
        line_ends: LineEnds,
    ) -> Result<Progress<RequestLine>, (Fault, Part)> {
        loop {
            let rest = head.get(self.at..).unwrap_or_default();
            self.at += if self.method_end.is_none() {
                rest.iter().take_while(|&&o| octet::is(o, TCHAR)).count()
            } else {
                run_before::<ControlOrSpace>(rest)
            };
            self.check_limits()?;
            let Some(&octet) = head.get(self.at) else {
                return Ok(Progress::Partial);
            };
            let here = Part::new(self.at, self.at + 1);
            match (octet, head.get(self.at + 1)) {
                (b' ', _) if self.method_end.is_none() => self.method_end = Some(self.at),
                (b' ', _) if self.target_end.is_none() => self.target_end = Some(self.at),
                (b' ', _) => {}
                (b'\r', None) => return Ok(Progress::Partial),
                (b'\r', Some(b'\n')) => return self.complete(head, 2),
                (b'\r', Some(_)) => return Err((Fault::BareCr, here)),
                (b'\n', _) if line_ends == LineEnds::LfToo => return self.complete(head, 1),
                (b'\n', _) => return Ok(Progress::Bare(self.at)),
                (b'\t', _) => return Err((Fault::RequestLineSpace, here)),
                (0..b' ' | 0x7f, _) => return Err((Fault::RequestLineControl, here)),
                _ => return Err((Fault::MethodInvalid, here)),
            }
            self.at += 1;
        }
    }

    /// "A server that receives a method longer than any that it implements SHOULD respond
    /// with a 501. A server that receives a request-target longer than any URI it wishes to
    /// parse MUST respond with a 414" (RFC 9112 §3).
    fn check_limits(&self) -> Result<(), (Fault, Part)> {
        let (fault, limit) = match (self.method_end, self.target_end) {
            (None, _) => (Fault::MethodTooLong, METHOD_LIMIT),
            (Some(method_end), None) => (Fault::TargetTooLong, method_end + 1 + TARGET_LIMIT),
            (Some(_), Some(_)) => (Fault::TargetTooLong, LINE_LIMIT),
        };
        if self.at > limit {
            return Err((fault, Part::new(limit, limit + 1)));
        }
        Ok(())
    }

    /// Judges the line, which ends at `self.at` with a line end of `line_end` octets.
    fn complete(
        &self,
        head: &[u8],
        line_end: usize,
    ) -> Result<Progress<RequestLine>, (Fault, Part)> {
        let end = self.at;
        let line = head.get(..end).unwrap_or_default();
        let Some(method_end) = self.method_end else {
            return Err((Fault::RequestLineShape, Part::new(0, end)));
        };
        if method_end == 0 {
            return Err((Fault::RequestLineSpace, Part::new(0, 1)));
        }
        let Some(target_end) = self.target_end else {
            return Err((Fault::RequestLineShape, Part::new(end, end)));
        };
        let target_at = method_end + 1;
        if target_end == target_at {
            return Err((Fault::RequestLineSpace, Part::new(target_at, target_at + 1)));
        }
        let version_at = target_end + 1;
        let written = line.get(version_at..).unwrap_or_default();
        let version_part = Part::new(version_at, end);
        let version = version::parse(written)
            .map_err(|fault| instead_of_version(line, version_part, fault))?;
        let method = line.get(..method_end).unwrap_or_default();
        Ok(Progress::Complete(RequestLine {
            method: Part::new(0, method_end),
            target_part: Part::new(target_at, target_end),
            target: target::parse(head, target_at, target_end, method)?,
            version_part,
            version,
            next: end + line_end,
        }))
    }
}

/// What is wrong with `line`, whose third part, at `written_at`, is no version that is spoken
/// here, for the reason `fault`.
fn instead_of_version(line: &[u8], written_at: Part, fault: Fault) -> (Fault, Part) {
    if line == b"PRI * HTTP/2.0" {
        return (Fault::LooksLikeHttp2, Part::new(0, line.len()));
    }
    let from = written_at.range().start;
    let written = line.get(from..).unwrap_or_default();
    let Some(space) = written.iter().position(|&o| o == b' ') else {
        return (fault, written_at);
    };
    let behind = written.get(space + 1..).unwrap_or_default();
    let (fault, at) = if space == 0 || behind.is_empty() {
        (Fault::RequestLineSpace, from + space)
    } else if behind.windows(5).any(|w| w == b"HTTP/") {
        (Fault::TargetSpace, from - 1)
    } else {
        (Fault::RequestLineShape, from + space)
    };
    (fault, Part::new(at, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole and octet by octet: both must agree on the fault and its place.
    fn check(line: &[u8], expected: Result<Version, (Fault, u32)>) {
        let text = line.escape_ascii();
        let result = |progress: Result<Progress<RequestLine>, (Fault, Part)>| match progress {
            Ok(Progress::Complete(line)) => Some(Ok(line.version)),
            Ok(Progress::Partial | Progress::Bare(_)) => None,
            Err((fault, part)) => {
                let part: Part = part;
                Some(Err((fault, part.start)))
            }
        };
        let whole = LineReader::default().read(line, LineEnds::CrLf);
        assert_eq!(result(whole), Some(expected), "{text}");
        let mut reader = LineReader::default();
        let piecemeal =
            (0..=line.len()).find_map(|len| result(reader.read(&line[..len], LineEnds::CrLf)));
        assert_eq!(piecemeal, Some(expected), "{text} octet by octet");
    }

    #[test]
    fn the_request_line_is_three_parts_and_two_spaces() {
        for (line, fault, at) in [
            ("GET / HTTP/1.1 ", Fault::RequestLineSpace, 14),
            ("GET  / HTTP/1.1", Fault::RequestLineSpace, 4),
            ("GET /  HTTP/1.1", Fault::RequestLineSpace, 6),
            ("GET\t/ HTTP/1.1", Fault::RequestLineSpace, 3),
            ("GET /\tHTTP/1.1", Fault::RequestLineSpace, 5),
            (" GET / HTTP/1.1", Fault::RequestLineSpace, 0),
            ("GET /a b HTTP/1.1", Fault::TargetSpace, 6),
            ("GET /", Fault::RequestLineShape, 5),
            ("GET", Fault::RequestLineShape, 0),
            ("G{T / HTTP/1.1", Fault::MethodInvalid, 1),
            ("HTTP/1.1 200 OK", Fault::MethodInvalid, 4),
            ("GET / http/1.1", Fault::VersionMalformed, 6),
            ("GET / HTTP/1.10", Fault::VersionMalformed, 6),
            ("GET / HTTP/2.0", Fault::VersionUnsupported, 6),
            ("GET / HTTP/0.9", Fault::VersionUnsupported, 6),
            ("GET / ", Fault::VersionMalformed, 6),
            ("GET /\u{1} HTTP/1.1", Fault::RequestLineControl, 5),
            ("GET / HTTP/1.1\0", Fault::RequestLineControl, 14),
            ("GET /\rX HTTP/1.1", Fault::BareCr, 5),
            ("PRI * HTTP/2.0", Fault::LooksLikeHttp2, 0),
            ("SSH-2.0-OpenSSH_9.6", Fault::RequestLineShape, 0),
        ] {
            check(format!("{line}\r\n").as_bytes(), Err((fault, at)));
        }
        check(b"GET / HTTP/1.0\r\n", Ok(Version::Http10));
        check(b"GET / HTTP/1.9\r\n", Ok(Version::Http11));
    }

    #[test]
    fn what_is_certain_is_said_before_the_line_ends() {
        check(b"GET\0", Err((Fault::RequestLineControl, 3)));
        check(b"G\xff", Err((Fault::MethodInvalid, 1)));
        check(b"GET / HTTP/1.1\r\r", Err((Fault::BareCr, 14)));
        check(b"G{T /\0", Err((Fault::MethodInvalid, 1)));
        check(&[b'A'; 65], Err((Fault::MethodTooLong, 64)));
        let long = |len: usize| [b"GET /".as_slice(), &vec![b'a'; len - 1]].concat();
        check(&long(8001), Err((Fault::TargetTooLong, 8004)));
        let served = [&long(8000), &b" HTTP/1.1\r\n"[..]].concat();
        check(&served, Ok(Version::Http11));
        let spaces = [b"GET / ".as_slice(), &[b' '; 9000]].concat();
        check(&spaces, Err((Fault::TargetTooLong, 8080)));
    }

    #[test]
    fn a_bare_lf_is_left_to_the_empty_line() {
        let line = b"GET / HTTP/1.1\n";
        let mut reader = LineReader::default();
        assert_eq!(reader.read(line, LineEnds::CrLf), Ok(Progress::Bare(14)));
        let progress = LineReader::default().read(line, LineEnds::LfToo);
        assert!(matches!(progress, Ok(Progress::Complete(l)) if l.next == 15));
    }
}
