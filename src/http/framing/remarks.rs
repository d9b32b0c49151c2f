//! What a response does against the rules although it can be read all the same.

use alloc::vec::Vec;

use super::response::Asked;
use crate::http::diagnosis::{Diagnosis, Fault, MessageKind};
use crate::http::head::ResponseHead;
use crate::http::head::field::members_at;
use crate::http::span::Part;

/// What was tolerated in this head of a response to a request that was `asked`, in the order
/// it stands there.
pub fn remarks(head: &ResponseHead, asked: Asked) -> Vec<Diagnosis> {
    let mut parts = Vec::new();
    if head.reason_part().is_none() {
        let end = head.status_part().range().end;
        parts.push((Fault::ReasonSpaceMissing, Part::new(end, end)));
    }
    // "A server MUST NOT send [either] in any response with a status code of 1xx
    // (Informational) or 204 (No Content)", nor "in any 2xx (Successful) response to a CONNECT
    // request" (RFC 9110 §8.6, RFC 9112 §6.1).
    let status = head.status();
    let let_through = asked == Asked::Connect && status.class() == 2;
    let forbidden = status.class() == 1 || status.code() == 204 || let_through;
    let first = |name| head.lines(name).next().map(|line| line.value);
    if forbidden {
        parts.extend(first("content-length").map(|part| (Fault::LengthForbidden, part)));
        parts.extend(first("transfer-encoding").map(|part| (Fault::CodingForbidden, part)));
    } else {
        let lengths = head.lines("content-length").flat_map(|line| {
            let from = line.value.range().start;
            members_at(head.text(line.value))
                .map(move |(at, member)| Part::new(from + at, from + at + member.len()))
        });
        parts.extend(lengths.skip(1).map(|part| (Fault::LengthDoubled, part)));
    }
    parts.sort_by_key(|(_, part)| part.start);
    let start = head.span().start;
    parts
        .into_iter()
        .map(|(fault, part)| {
            Diagnosis::new(fault, head.span_of(part), start).in_a(MessageKind::Response)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::limits::LineEnds;

    #[test]
    fn what_is_tolerated_is_said() {
        let said = |head: &str, asked| -> Vec<(Fault, u64)> {
            let head = ResponseHead::parse(head.as_bytes(), 0, LineEnds::CrLf).unwrap();
            let said = remarks(&head, asked).into_iter();
            said.map(|d| (d.fault, d.span.start)).collect()
        };
        assert_eq!(
            said("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Asked::Other),
            []
        );
        assert_eq!(
            said("HTTP/1.1 204\r\nContent-Length: 0\r\n\r\n", Asked::Other),
            [
                (Fault::ReasonSpaceMissing, 12),
                (Fault::LengthForbidden, 30)
            ]
        );
        assert_eq!(
            said(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                Asked::Connect
            ),
            [(Fault::CodingForbidden, 36)]
        );
        assert_eq!(
            said(
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
                Asked::Head
            ),
            [(Fault::LengthDoubled, 36)]
        );
    }
}
