//! The whole head is waited for.

use std::time::Duration;

use crate::check::entry::{Check, Stage};
use crate::check::talk::{Talk, Until};
use crate::check::verdict::{Finding, Verdict};

/// Between two pieces, in milliseconds: long enough for a recv of each.
const APART: u64 = 300;

pub(super) const STAGE: Stage = Stage {
    title: "The whole head is waited for",
    side_by_side: true,
    checks: &[
        Check {
            id: "head-in-two",
            title: "A head that comes in two pieces is one request",
            clause: "RFC 9112 §2.2",
            why: "TCP keeps the order of octets, not the pieces they were sent in: one recv is no message.",
            hint: "How often is recv called before the request is looked at?",
            lesson: 6,
            plan: |site| {
                let request = site.get();
                let middle = request
                    .iter()
                    .position(|&o| o == b'\n')
                    .map_or(0, |lf| lf + 3);
                let (one, two) = request.split_at(middle.min(request.len()));
                Ok(Talk::of(one).then(APART, two).into())
            },
            judge: |seen| seen.as_usual(0).map(drop),
        },
        Check {
            id: "delimiter-in-two",
            title: "CR LF CR LF may come in two pieces",
            clause: "RFC 9112 §2.1",
            why: "The empty line can be cut in its middle, and then no recv holds all of it.",
            hint: "What is searched for CR LF CR LF: what the last recv brought, or all that has come?",
            lesson: 7,
            plan: |site| {
                let request = site.get();
                let (one, two) = request.split_at(request.len().saturating_sub(2));
                Ok(Talk::of(one).then(APART, two).into())
            },
            judge: |seen| seen.as_usual(0).map(drop),
        },
        Check {
            id: "octet-by-octet",
            title: "A head may come one octet at a time",
            clause: "RFC 9112 §2.2",
            why: "Somebody types into netcat, or a network is slow: it is the same request.",
            hint: "Is there anything that counts calls of recv?",
            lesson: 6,
            plan: |site| Ok(Talk::octet_by_octet(&site.get()).into()),
            judge: |seen| seen.as_usual(0).map(drop),
        },
        Check {
            id: "half-is-not-answered",
            title: "Half a request is not answered",
            clause: "RFC 9112 §2.1",
            why: "What the client has not said yet can change what it asks for.",
            hint: "What ends the wait: the first line, or the empty line?",
            lesson: 7,
            plan: |site| {
                let request = site.get();
                let half = request.len().saturating_sub(6);
                let half = request.get(..half).unwrap_or_default();
                Ok(Talk::of(half)
                    .until(Until::Passed(Duration::from_millis(700)))
                    .into())
            },
            judge: |seen| {
                seen.connected(0)?;
                match seen.answers(0).first() {
                    None => Ok(()),
                    // Who waits no longer says so.
                    Some(answer) if answer.status == Some(408) => Ok(()),
                    Some(answer) => {
                        let what = "an answer came before the empty line was sent";
                        Err(Verdict::Wrong(Finding::new(what).at(0, answer.head.start)))
                    }
                }
            },
        },
        Check {
            id: "long-head",
            title: "A head of three thousand octets is read whole",
            clause: "RFC 9110 §5.4",
            why: "Cookies alone make heads longer than one recv of 1024 octets.",
            hint: "How long may a head be here, and what happens to one that is longer?",
            lesson: 6,
            plan: |site| {
                let fields = format!("Connection: close\r\nX-Long: {}\r\n", "x".repeat(3000));
                Ok(Talk::of(site.request("GET", &site.target, &fields)).into())
            },
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                if matches!(answer.status, Some(413 | 414 | 431)) {
                    return Err(Verdict::allowed(
                        "three thousand octets are refused as too long",
                    ));
                }
                seen.as_usual(0).map(drop)
            },
        },
        Check {
            id: "empty-line-first",
            title: "An empty line before the request is no request",
            clause: "RFC 9112 §2.2",
            why: "Some clients send one CR LF too many behind a body: a server should skip it.",
            hint: "What does the search for CR LF CR LF find when CR LF comes first?",
            lesson: 8,
            plan: |site| Ok(Talk::of([b"\r\n", site.get().as_slice()].concat()).into()),
            judge: |seen| {
                let refused = "the empty line is refused, where it should be skipped";
                match seen.answers(0).first() {
                    Some(answer) if matches!(answer.status, Some(400..=499)) => {
                        Err(Verdict::allowed(refused))
                    }
                    None if seen.is_closed_without_a_word(0) => Err(Verdict::allowed(refused)),
                    Some(_) | None => seen.as_usual(0).map(drop),
                }
            },
        },
    ],
};
