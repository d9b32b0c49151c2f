//! A malformed request is 400, and the server lives; one that only looks strange is answered.

use crate::check::entry::{Check, Stage};
use crate::check::site::Site;
use crate::check::talk::{Plan, Talk};
use crate::check::verdict::Verdict;

pub(super) const STAGE: Stage = Stage {
    title: "A malformed request is 400, and the server lives",
    side_by_side: false,
    checks: &[
        Check {
            id: "garbage-is-400",
            title: "What is no request is 400",
            clause: "RFC 9112 §3",
            why: "A client that speaks another protocol should hear so, in a whole answer.",
            hint: "How many words has a request-line, and what happens where there are fewer?",
            lesson: 8,
            plan: |_| Ok(Talk::of("HELLO\r\n\r\n").into()),
            judge: |seen| seen.refused_in_words(0, "HELLO is no request-line"),
        },
        Check {
            id: "garbage-then-page",
            title: "After a 400 the server goes on",
            clause: "RFC 9112 §3",
            why: "Whatever one client sends, the next one wants its page.",
            hint: "Which line fails on this input, and what does its error end?",
            lesson: 8,
            plan: |site| {
                let lines = ["\r\n\r\n\r\n\r\n", "GET\r\n\r\n", ": : :\r\n:\r\n\r\n"];
                let talks = lines.map(Talk::of).into_iter();
                let talks = talks.chain([Talk::of(site.get()).after(100)]);
                Ok(talks.collect::<Vec<_>>().into())
            },
            judge: |seen| seen.as_usual(3).map(drop),
        },
        Check {
            id: "names-in-any-case",
            title: "host: is Host:, and needs no space behind it",
            clause: "RFC 9110 §5.1",
            why: "Field names have no case, and clients write them in all ways.",
            hint: "How are names compared, and how is the line cut at its colon?",
            lesson: 8,
            plan: |site| {
                let request = format!(
                    "GET {} HTTP/1.1\r\nhOST:{}\r\ncONNECTION:close\r\n\r\n",
                    site.target, site.host
                );
                Ok(Talk::of(request).into())
            },
            judge: |seen| seen.as_usual(0).map(drop),
        },
        Check {
            id: "colons-in-values",
            title: "A value may have colons in it, or be empty",
            clause: "RFC 9112 §5",
            why: "Host: localhost:8080 is one; only the first colon ends the name.",
            hint: "At how many colons is the line cut?",
            lesson: 8,
            plan: |site| {
                let fields = "Connection: close\r\nX-Colons: a:b: c:\r\nX-Empty:\r\n";
                Ok(Talk::of(site.request("GET", &site.target, fields)).into())
            },
            judge: |seen| seen.as_usual(0).map(drop),
        },
        Check {
            id: "octets-are-no-text",
            title: "A field value that is no UTF-8 is answered",
            clause: "RFC 9110 §5.5",
            why: "A head is octets: decoding what one recv brought fails on the first that is no text.",
            hint: "When are octets decoded, and with which encoding? Every octet is a letter in Latin-1.",
            lesson: 8,
            plan: |site| {
                let end = "\r\nConnection: close\r\n\r\n";
                let start = format!(
                    "GET {} HTTP/1.1\r\nHost: {}\r\nX-Name: caf",
                    site.target, site.host
                );
                let request = [start.as_bytes(), b"\xe9", end.as_bytes()].concat();
                Ok(Talk::of(request).into())
            },
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                if answer.status == Some(400) {
                    return Err(Verdict::allowed(
                        "octets above 127 in a value are refused, which they need not be",
                    ));
                }
                seen.as_usual(0).map(drop)
            },
        },
        Check {
            id: "host-is-needed",
            title: "HTTP/1.1 without Host is 400",
            clause: "RFC 9112 §3.2",
            why: "One address can have many sites, and a server MUST refuse to guess.",
            hint: "Is anybody asked whether there is a Host?",
            lesson: 8,
            plan: |site| {
                let request = format!("GET {} HTTP/1.1\r\nConnection: close\r\n\r\n", site.target);
                Ok(Talk::of(request).into())
            },
            judge: |seen| seen.refused_in_words(0, "there was no Host, which is to be refused"),
        },
        Check {
            id: "one-host",
            title: "Two Host fields are 400",
            clause: "RFC 9112 §3.2",
            why: "Two readers that each take another one are led to two sites.",
            hint: "What happens to the first where a name comes twice?",
            lesson: 8,
            plan: |site| Ok(with(site, "Host: elsewhere.example\r\n")),
            judge: |seen| {
                seen.refused_in_words(0, "there were two Host fields, which is to be refused")
            },
        },
        Check {
            id: "space-before-colon",
            title: "A space before the colon is 400",
            clause: "RFC 9112 §5.1",
            why: "Some readers take the space for a part of the name: requests were smuggled by it.",
            hint: "Is the name trimmed? A server MUST refuse it instead.",
            lesson: 8,
            plan: |site| Ok(with(site, "X-Name : value\r\n")),
            judge: |seen| {
                seen.refused_in_words(0, "a space stood before a colon, which is to be refused")
            },
        },
        Check {
            id: "line-without-colon",
            title: "A field line without a colon is answered, with 400",
            clause: "RFC 9112 §2.2",
            why: "What does not match the grammar should be refused, and never leaves a client waiting.",
            hint: "What happens to a line that has no colon?",
            lesson: 8,
            plan: |site| Ok(with(site, "no colon\r\n")),
            judge: |seen| {
                if seen
                    .answers(0)
                    .first()
                    .is_some_and(|answer| answer.status == Some(200))
                {
                    return Err(Verdict::allowed(
                        "the line is skipped, where it should be refused",
                    ));
                }
                seen.refused_in_words(0, "a line had no colon")
            },
        },
    ],
};

fn with(site: &Site, fields: &str) -> Plan {
    let fields = format!("{fields}Connection: close\r\n");
    Talk::of(site.request("GET", &site.target, &fields)).into()
}
