//! HEAD, keep-alive, close, HTTP/1.0, and other methods.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::heard::Heard;
use crate::check::talk::{Talk, Until};
use crate::check::verdict::{Finding, Verdict};
use crate::http::Asked;

pub(super) const STAGE: Stage = Stage {
    title: "HEAD, keep-alive, close, HTTP/1.0",
    side_by_side: true,
    checks: &[
        Check {
            id: "head-has-no-content",
            title: "HEAD is answered without content",
            clause: "RFC 9110 §9.3.2",
            why: "The client reads the next answer where it does not expect content.",
            hint: "Is the method asked for before the content is sent?",
            lesson: 10,
            plan: |site| {
                let request = site.request("HEAD", &site.target, "Connection: close\r\n");
                Ok(Talk::of(request).asks(&[Asked::Head]).into())
            },
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                if let Some(stray) = seen.stray(0) {
                    let what = format!("{} octets follow the head", stray.len());
                    return Err(Verdict::Wrong(Finding::new(what).at(0, stray.start)));
                }
                if matches!(answer.status, Some(405 | 501)) {
                    let what = "HEAD must be supported wherever GET is (RFC 9110 §9.1)";
                    return Err(seen.at_status(0, answer, what));
                }
                Ok(())
            },
        },
        Check {
            id: "head-has-the-length",
            title: "The length that HEAD says is that of GET",
            clause: "RFC 9110 §8.6",
            why: "Whoever asks with HEAD wants to know how much GET would bring.",
            hint: "Where is the length taken from when nothing is sent?",
            lesson: 10,
            plan: |site| {
                let head = site.request("HEAD", &site.target, "Connection: close\r\n");
                Ok(vec![Talk::of(head).asks(&[Asked::Head]), Talk::of(site.get())].into())
            },
            judge: |seen| {
                let (head, get) = (seen.answer(0, 0)?, seen.answer(1, 0)?);
                match (head.line("content-length"), get.value("content-length")) {
                    (Some((said, at)), Some(real)) if said != real => {
                        let said = String::from_utf8_lossy(said);
                        let what =
                            format!("HEAD says {said}, GET {}", String::from_utf8_lossy(real));
                        Err(Verdict::Wrong(Finding::new(what).at(0, at)))
                    }
                    (Some(_) | None, Some(_) | None) => Ok(()),
                }
            },
        },
        Check {
            id: "connection-stays",
            title: "The connection stays for the next request, or the answer says that it ends",
            clause: "RFC 9112 §9.3",
            why: "HTTP/1.1 keeps connections: a client that is not told otherwise sends its next request on the same.",
            hint: "What does the code do behind an answer, and what does the answer say?",
            lesson: 11,
            plan: |site| {
                Ok(Talk::of(site.keep())
                    .then(200, site.get())
                    .asks_for(2)
                    .into())
            },
            judge: |seen| {
                let first = seen.answer(0, 0)?;
                if seen.answers(0).len() > 1 {
                    return seen.nth_as_usual(0, 1).map(drop);
                }
                if first.says_close() && seen.heard.iter().all(Heard::is_closed) {
                    return Err(Verdict::allowed(
                        "each answer ends its connection, and says so",
                    ));
                }
                let what = if first.says_close() {
                    "the answer says close, and the connection stays open"
                } else {
                    "no second answer came, and the first does not say Connection: close"
                };
                Err(Verdict::Wrong(Finding::new(what).at(0, first.end)))
            },
        },
        Check {
            id: "close-closes",
            title: "After Connection: close the server closes",
            clause: "RFC 9112 §9.6",
            why: "The client has said that it is done, and waits for the end.",
            hint: "Is the Connection field of the request looked at? Options in it have no case.",
            lesson: 11,
            plan: |site| {
                let other = site.request("GET", &site.target, "Connection: Close\r\n");
                let talks =
                    [site.get(), other].map(|request| Talk::of(request).until(Until::Closed));
                Ok(talks.to_vec().into())
            },
            judge: |seen| {
                closes(seen, 0)?;
                closes(seen, 1)
            },
        },
        Check {
            id: "old-version-closes",
            title: "HTTP/1.0 is answered, and the connection closed",
            clause: "RFC 9112 §9.3",
            why: "A client of HTTP/1.0 knows the end of the answer by the end of the connection.",
            hint: "What does the version in the request decide?",
            lesson: 11,
            plan: |site| {
                let request = format!(
                    "GET {} HTTP/1.0\r\nHost: {}\r\n\r\n",
                    site.target, site.host
                );
                Ok(Talk::of(request).until(Until::Closed).into())
            },
            judge: |seen| {
                seen.as_usual(0)?;
                closes(seen, 0)
            },
        },
        Check {
            id: "old-version-has-no-host",
            title: "HTTP/1.0 needs no Host",
            clause: "RFC 9112 §3.2",
            why: "The rule is for HTTP/1.1; clients older than it send none.",
            hint: "Is the version asked for before the Host is?",
            lesson: 8,
            plan: |site| Ok(Talk::of(format!("GET {} HTTP/1.0\r\n\r\n", site.target)).into()),
            judge: |seen| {
                if seen.status(0, &[400, 421]).is_ok() {
                    let what = "it is refused, as if it were HTTP/1.1";
                    let answer = seen.answer(0, 0)?;
                    return Err(seen.at_status(0, answer, what));
                }
                seen.answer(0, 0).map(drop)
            },
        },
        Check {
            id: "old-version-has-no-chunks",
            title: "HTTP/1.0 gets no chunks",
            clause: "RFC 9112 §6.1",
            why: "A client of HTTP/1.0 takes the sizes of chunks for content.",
            hint: "Who decides that the answer is sent in chunks?",
            lesson: 10,
            plan: |site| {
                let request = format!(
                    "GET {} HTTP/1.0\r\nHost: {}\r\n\r\n",
                    site.target, site.host
                );
                Ok(Talk::of(request).into())
            },
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                match answer.line("transfer-encoding") {
                    None => Ok(()),
                    Some((_, at)) => {
                        let what = "Transfer-Encoding stands in an answer to HTTP/1.0";
                        Err(Verdict::Wrong(Finding::new(what).at(0, at)))
                    }
                }
            },
        },
        Check {
            id: "method-is-known",
            title: "A method that nobody knows is refused",
            clause: "RFC 9110 §9.1",
            why: "Who asks for something else than GET does not want what GET brings.",
            hint: "Is the first word of the request-line looked at?",
            lesson: 9,
            plan: |site| {
                let request = site.request("BREW", &site.target, "Connection: close\r\n");
                Ok(Talk::of(request).into())
            },
            judge: |seen| seen.refused_in_words(0, "BREW is no method: 501 is the answer"),
        },
        Check {
            id: "methods-have-case",
            title: "get is not GET",
            clause: "RFC 9110 §9.1",
            why: "Methods have case, other than field names.",
            hint: "Is the method changed before it is compared?",
            lesson: 8,
            plan: |site| {
                let request = site.request("get", &site.target, "Connection: close\r\n");
                Ok(Talk::of(request).into())
            },
            judge: |seen| seen.refused_in_words(0, "get is no method"),
        },
        Check {
            id: "405-says-allow",
            title: "405 says which methods there are",
            clause: "RFC 9110 §15.5.6",
            why: "A server MUST say in Allow what it takes in place of what it refuses.",
            hint: "Which fields belong to this status?",
            lesson: 9,
            plan: |site| {
                let fields = "Connection: close\r\nContent-Length: 0\r\n";
                Ok(Talk::of(site.request("POST", &site.target, fields)).into())
            },
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                if answer.status == Some(405) && answer.line("allow").is_none() {
                    return Err(seen.at_status(0, answer, "405 came without the field Allow"));
                }
                if matches!(answer.status, Some(200..=399)) {
                    return Err(Verdict::allowed("POST is answered as if it were GET"));
                }
                Ok(())
            },
        },
    ],
};

fn closes(seen: &Seen<'_>, talk: usize) -> Judged {
    let answer = seen.answer(talk, 0)?;
    if seen.heard.get(talk).is_some_and(Heard::is_closed) {
        return Ok(());
    }
    let what = "the answer came, and the connection stays open";
    Err(Verdict::Wrong(Finding::new(what).at(talk, answer.end)))
}
