//! Bodies are framed and skipped; limits, and what smuggles requests.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::heard::Heard;
use crate::check::site::Site;
use crate::check::talk::{Talk, Until};
use crate::check::verdict::{Finding, Verdict};

/// A body that looks like a request. Nobody has asked for what it names.
const TRAP: &str = "GET /glassport-check/trap HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub(super) const STAGE: Stage = Stage {
    title: "Bodies are skipped, limits hold, nothing is smuggled",
    side_by_side: false,
    checks: &[
        Check {
            id: "body-is-no-request",
            title: "The body of a POST is no request",
            clause: "RFC 9112 §9.3",
            why: "A body may hold anything: who takes it for a request answers what nobody asked.",
            hint: "Where does the next request begin when this one has a Content-Length?",
            lesson: 10,
            plan: |site| Ok(then_page(post(site, "POST", &length(TRAP), TRAP), site, 2)),
            judge: |seen| one_for_body(seen, 2),
        },
        Check {
            id: "body-of-get",
            title: "A GET may have a body, and it is skipped",
            clause: "RFC 9110 §9.3.1",
            why: "It has no meaning, and it takes its place in the stream all the same.",
            hint: "Does the method decide whether there is a body, or the fields?",
            lesson: 10,
            plan: |site| Ok(then_page(post(site, "GET", &length(TRAP), TRAP), site, 2)),
            judge: |seen| one_for_body(seen, 2),
        },
        Check {
            id: "body-comes-later",
            title: "A body that comes later is still the body",
            clause: "RFC 9112 §6.3",
            why: "It is a piece of the stream like every other, and cut anywhere.",
            hint: "Is the body in the buffer when the head is, and what if it is not?",
            lesson: 10,
            plan: |site| {
                let request = post(site, "POST", &length(TRAP), "");
                let rest = [TRAP.as_bytes(), &site.get()].concat();
                Ok(Talk::of(request).then(300, rest).asks_for(2).into())
            },
            judge: |seen| one_for_body(seen, 2),
        },
        Check {
            id: "chunks-are-skipped",
            title: "A body in chunks is skipped too, or refused",
            clause: "RFC 9112 §7.1",
            why: "Every HTTP/1.1 server MUST be able to read chunks: it cannot know the end otherwise.",
            hint: "What says where the body ends when there is no Content-Length?",
            lesson: 10,
            plan: |site| {
                let body = format!("{:x}\r\n{TRAP}\r\n0\r\n\r\n", TRAP.len());
                let request = post(site, "POST", "Transfer-Encoding: chunked\r\n", &body);
                Ok(then_page(request, site, 2))
            },
            judge: |seen| one_for_body(seen, 2),
        },
        Check {
            id: "continue-is-answered",
            title: "A client that waits for 100 Continue is answered",
            clause: "RFC 9110 §10.1.1",
            why: "curl waits a second before it sends a large body; others wait for ever.",
            hint: "Who waits for whom when the client has said Expect: 100-continue?",
            lesson: 10,
            plan: |site| {
                let fields = "Expect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n";
                Ok(Talk::of(site.request("POST", &site.target, fields)).into())
            },
            judge: |seen| {
                if seen.interim(0) > 0 {
                    return Ok(());
                }
                seen.answer(0, 0).map(drop)
            },
        },
        Check {
            id: "long-target",
            title: "A target of seventy thousand octets is refused",
            clause: "RFC 9110 §15.5.15",
            why: "Who reads without end is filled up by one client.",
            hint: "How much is kept of a request that does not end?",
            lesson: 8,
            plan: |site| {
                let target = format!("/{}", "x".repeat(70_000));
                Ok(vec![Talk::of(site.get_of(&target)), Talk::of(site.get())].into())
            },
            judge: |seen| {
                let refused = seen.refused(0, "there can be no such file")?;
                seen.as_usual(1)?;
                match refused.and_then(|answer| answer.status) {
                    None => Err(Verdict::allowed("the connection was closed without 414")),
                    Some(_) => Ok(()),
                }
            },
        },
        Check {
            id: "endless-head",
            title: "A head of a megabyte is refused, and the server lives",
            clause: "RFC 9110 §17.5",
            why: "Fields that never end cost the server memory, and the client nothing.",
            hint: "Is there a length at which the server stops to read?",
            lesson: 8,
            plan: |site| {
                let line = format!("X-Long: {}\r\n", "x".repeat(1000));
                let start = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", site.target, site.host);
                let endless = Talk::of([start, line.repeat(1000)].concat()).until(Until::Closed);
                Ok(vec![endless, Talk::of(site.get())].into())
            },
            judge: |seen| {
                if seen.answers(0).is_empty() && !seen.heard.first().is_some_and(Heard::is_closed) {
                    return Err(Verdict::wrong(
                        "a megabyte is taken, and more is waited for",
                    ));
                }
                seen.as_usual(1).map(drop)
            },
        },
        Check {
            id: "two-lengths",
            title: "Two Content-Lengths that differ are 400",
            clause: "RFC 9112 §6.3",
            why: "Two servers that each take another one see other requests in the same octets.",
            hint: "What happens to the first where a field comes twice?",
            lesson: 10,
            plan: |site| {
                let fields = "Content-Length: 5\r\nContent-Length: 6\r\n";
                Ok(then_page(post(site, "POST", fields, "hello"), site, 2))
            },
            judge: |seen| {
                ends_with_refusal(seen, "400 and the end of the connection are the answer")
            },
        },
        Check {
            id: "length-is-digits",
            title: "Content-Length: +5 is 400",
            clause: "RFC 9110 §8.6",
            why: "Whatever a language takes for a number, only digits are a length.",
            hint: "What else does the function take that makes a number of it?",
            lesson: 10,
            plan: |site| {
                Ok(then_page(
                    post(site, "POST", "Content-Length: +5\r\n", "hello"),
                    site,
                    2,
                ))
            },
            judge: |seen| {
                ends_with_refusal(seen, "400 and the end of the connection are the answer")
            },
        },
        Check {
            id: "length-and-chunks",
            title: "After Content-Length beside Transfer-Encoding the connection ends",
            clause: "RFC 9112 §6.1",
            why: "This is how requests are smuggled past a proxy: the server MUST close behind its answer.",
            hint: "Is there anything that looks at both fields?",
            lesson: 10,
            plan: |site| {
                let fields = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
                Ok(then_page(post(site, "POST", fields, "0\r\n\r\n"), site, 2))
            },
            judge: |seen| {
                seen.answer(0, 0)?;
                match seen.answers(0).get(1) {
                    None => Ok(()),
                    Some(second) => {
                        let what = "the connection goes on behind it";
                        Err(Verdict::Wrong(Finding::new(what).at(0, second.head.start)))
                    }
                }
            },
        },
        Check {
            id: "coding-is-known",
            title: "A transfer coding that nobody knows is refused",
            clause: "RFC 9112 §6.1",
            why: "Whoever cannot decode the body does not know where it ends.",
            hint: "Is the value of Transfer-Encoding compared with what can be decoded?",
            lesson: 10,
            plan: |site| {
                let request = post(site, "POST", "Transfer-Encoding: x-unknown\r\n", TRAP);
                Ok(then_page(request, site, 2))
            },
            judge: |seen| {
                ends_with_refusal(seen, "501 and the end of the connection are the answer")
            },
        },
    ],
};

fn length(body: &str) -> String {
    format!("Content-Length: {}\r\n", body.len())
}

fn post(site: &Site, method: &str, fields: &str, body: &str) -> Vec<u8> {
    let mut request = site.request(method, &site.target, fields);
    request.extend_from_slice(body.as_bytes());
    request
}

/// That, and a GET for the page behind it.
fn then_page(mut request: Vec<u8>, site: &Site, asks: usize) -> crate::check::talk::Plan {
    request.extend(site.get());
    Talk::of(request).asks_for(asks).into()
}

/// No answer is for what stands in the body.
fn one_for_body(seen: &Seen<'_>, most: usize) -> Judged {
    seen.answer(0, 0)?;
    if let Some(extra) = seen.answers(0).get(most) {
        let what = "the body was taken for a request, and answered";
        return Err(Verdict::Wrong(Finding::new(what).at(0, extra.head.start)));
    }
    let Some(second) = seen.answers(0).get(1) else {
        // Who does not want to read the body ends the connection.
        let closed = seen.heard.first().is_some_and(Heard::is_closed);
        return if closed {
            Ok(())
        } else {
            Err(Verdict::wrong(seen.silence(0, 1)))
        };
    };
    if second.status == Some(seen.site.usual) {
        return Ok(());
    }
    let what = "the request behind the body was not understood: something of the body was left";
    Err(seen.at_status(0, second, what))
}

/// It is refused, and nothing behind it is answered.
fn ends_with_refusal(seen: &Seen<'_>, but: &str) -> Judged {
    seen.refused_in_words(0, but)?;
    match seen.answers(0).get(1) {
        None => Ok(()),
        Some(second) => {
            let what = "the connection goes on behind it, where nobody knows where the next request begins";
            Err(Verdict::Wrong(Finding::new(what).at(0, second.head.start)))
        }
    }
}
