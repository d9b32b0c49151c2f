//! The heads of responses.

use glassport::http::{Asked, Limits, ResponseHead, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::driver;
use super::{Difference, Verdict};

const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "LF without CR ends a line",
        example: b"HTTP/1.1 200 OK\nA: b\r\n\r\n",
        ours: "BareLf",
        httparse: "taken",
        rule: "RFC 9112 §2.2: a recipient MAY take it; it is refused, with the remedy",
    },
    Difference {
        what: "an empty line before the status-line",
        example: b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        ours: "NotAResponse",
        httparse: "taken",
        rule: "RFC 9112 §2.2: only a server is to ignore empty lines, before a request-line",
    },
    Difference {
        what: "a status above 599",
        example: b"HTTP/1.1 600 X\r\n\r\n",
        ours: "StatusCode",
        httparse: "taken",
        rule: "RFC 9110 §15: values outside the range 100..599 are invalid",
    },
    Difference {
        what: "a later minor version",
        example: b"HTTP/1.2 200 OK\r\n\r\n",
        ours: "taken",
        httparse: "Version",
        rule: "RFC 9110 §2.5: a higher minor version is to be read as the highest known",
    },
];

#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    minor: u8,
    code: u16,
    /// Empty where it holds more than ASCII: httparse keeps none of that.
    reason: Vec<u8>,
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    len: usize,
}

fn ours(octets: &[u8]) -> Verdict<Head> {
    let outcome = driver::responses(Limits::default(), &[Asked::Other], [octets], false);
    super::verdict(&outcome.said, read)
}

fn read(head: &ResponseHead) -> Head {
    let text = |part| head.text(part).to_vec();
    Head {
        minor: match head.version() {
            Version::Http10 => 0,
            Version::Http11 => 1,
        },
        code: head.status().code(),
        reason: Some(head.reason().to_vec())
            .filter(|reason| reason.is_ascii())
            .unwrap_or_default(),
        fields: head
            .fields()
            .iter()
            .map(|field| (text(field.name), text(field.value)))
            .collect(),
        len: usize::try_from(head.span().end).unwrap(),
    }
}

fn httparse(octets: &[u8]) -> Verdict<Head> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(octets) {
        Ok(httparse::Status::Complete(len)) => Verdict::Taken(Head {
            minor: response.version.unwrap(),
            code: response.code.unwrap(),
            reason: response.reason.unwrap().into(),
            fields: response
                .headers
                .iter()
                .map(|header| (header.name.into(), header.value.into()))
                .collect(),
            len,
        }),
        Ok(httparse::Status::Partial) => Verdict::Waits,
        Err(error) => Verdict::Refused(format!("{error:?}")),
    }
}

#[test]
fn every_example_is_the_difference_it_stands_for() {
    super::examples(DIFFERENCES, ours, httparse);
}

#[test]
fn no_head_is_read_differently_but_for_the_differences_that_are_listed() {
    super::compare(DIFFERENCES, head(), ours, httparse);
}

/// The lines of a head, each well-formed, without the empty line.
fn head() -> impl Strategy<Value = Vec<u8>> {
    let version = select(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.0"][..]);
    let status = 100..=599_u16;
    let reason = prop_oneof![
        3 => "( [ -~\t]{0,30})?".prop_map(String::into_bytes),
        1 => vec(prop_oneof![33..=126_u8, 128..=255_u8], 0..20).prop_map(|reason| [b" ", &reason[..]].concat()),
    ];
    (version, status, reason, vec(super::field_line(), 0..8)).prop_map(
        |(version, status, reason, lines)| {
            let line = format!("{version} {status}");
            [line.as_bytes(), &reason, b"\r\n", &lines.concat()].concat()
        },
    )
}
