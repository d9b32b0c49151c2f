//! It listens, and answers one request.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::heard::Heard;
use crate::check::talk::{Ending, Talk, Until};
use crate::check::verdict::{Finding, Verdict};

pub(super) const STAGE: Stage = Stage {
    title: "It listens, and answers one request",
    side_by_side: false,
    checks: &[
        Check {
            id: "accepts",
            title: "A client can connect",
            clause: "RFC 9110 §3.3",
            why: "Everything else needs a connection: socket, bind, listen, accept.",
            hint: "Look at what bind was given: the address, and the port of the URL.",
            lesson: 4,
            plan: |_| Ok(Talk::silent().into()),
            judge: |seen| seen.connected(0),
        },
        Check {
            id: "survives-silence",
            title: "A client that leaves without a word does no harm",
            clause: "RFC 9112 §9.5",
            why: "Browsers open connections in advance and close some of them unused.",
            hint: "What does recv return when the peer has finished sending, and what is done then?",
            lesson: 5,
            plan: |_| {
                let leaves = Talk::silent()
                    .ending(Ending::HalfClose)
                    .until(Until::Closed);
                Ok(vec![leaves, Talk::silent().after(50)].into())
            },
            judge: |seen| lives(seen, 1),
        },
        Check {
            id: "survives-reset",
            title: "A client that resets the connection does no harm",
            clause: "RFC 9112 §9.5",
            why: "A closed tab or a killed client resets a connection, and recv and send then fail.",
            hint: "Which errors may recv and send have, and who catches them?",
            lesson: 5,
            plan: |site| {
                let half = site.get();
                let half = half.get(..half.len() / 2).unwrap_or_default().to_vec();
                let resets = Talk::of(half).ending(Ending::Reset);
                Ok(vec![resets, Talk::silent().after(100)].into())
            },
            judge: |seen| lives(seen, 1),
        },
        Check {
            id: "answers",
            title: "A whole request is answered",
            clause: "RFC 9112 §2.1",
            why: "The empty line ends the request: the client has nothing more to say, and waits.",
            hint: "Does the loop around recv end when the empty line has come, or only when the client closes?",
            lesson: 7,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                seen.connected(0)?;
                if seen.octets(0).is_empty() {
                    return Err(Verdict::wrong(seen.silence(0, 0)));
                }
                Ok(())
            },
        },
        Check {
            id: "status-line-first",
            title: "The answer begins with a status-line",
            clause: "RFC 9112 §4",
            why: "A client looks for HTTP/1.1 and a status code first; content alone is no answer.",
            hint: "What is sent before the content of the file?",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                let octets = seen.octets(0);
                let name = octets.get(..5).unwrap_or(&octets);
                if name.eq_ignore_ascii_case(b"HTTP/") {
                    return Ok(());
                }
                if octets.is_empty() {
                    return Err(Verdict::wrong(seen.silence(0, 0)));
                }
                let what = "what comes does not begin with HTTP/";
                Err(Verdict::Wrong(Finding::new(what).at(0, 0)))
            },
        },
        Check {
            id: "head-ends",
            title: "An empty line ends the head of the answer",
            clause: "RFC 9112 §2.1",
            why: "Without it a client takes the content for more fields and waits for the rest.",
            hint: "What stands between the last field and the content?",
            lesson: 7,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                if answer.has_end {
                    return Ok(());
                }
                let what = "no empty line came";
                Err(Verdict::Wrong(Finding::new(what).at(0, answer.head.end)))
            },
        },
        Check {
            id: "status-200",
            title: "The page is there: 200",
            clause: "RFC 9110 §15.3.1",
            why: "All that follows asks for this page.",
            hint: "Name a URL at which this server has a file; if it has one there: which file is opened for it?",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
    ],
};

/// After what was done before, the server still takes connections.
fn lives(seen: &Seen<'_>, talk: usize) -> Judged {
    match seen.heard.first().map(Heard::is_closed) {
        Some(_) => seen.connected(talk),
        None => Ok(()),
    }
}
