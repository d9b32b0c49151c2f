//! Nothing outside the folder is served.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::site::Site;
use crate::check::talk::{Plan, Talk};
use crate::check::verdict::{Finding, Verdict};

/// What stands in /etc/passwd of every system that has one. It holds no secret (passwd(5)).
const FIRST_LINE: &[u8] = b"root:";
const OF_ROOT: &[u8] = b":0:0:";

pub(super) const STAGE: Stage = Stage {
    title: "Nothing outside the folder is served",
    side_by_side: false,
    checks: &[
        Check {
            id: "dot-dot",
            title: "/../ leads nowhere",
            clause: "RFC 9110 §17.3",
            why: "Whoever joins folder and target gives away every file of the machine.",
            hint: "Where does the path lead once .. has been followed, and is that asked before the file is opened?",
            lesson: 8,
            plan: |site| Ok(up(site, "/../../../../../../../../etc/passwd")),
            judge: stays_inside,
        },
        Check {
            id: "dot-dot-encoded",
            title: "/%2e%2e/ leads nowhere",
            clause: "RFC 9110 §17.3",
            why: "It is the same path, written otherwise.",
            hint: "Is the path decoded before it is looked at?",
            lesson: 8,
            plan: |site| {
                Ok(up(
                    site,
                    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
                ))
            },
            judge: stays_inside,
        },
        Check {
            id: "slash-encoded",
            title: "/..%2f leads nowhere",
            clause: "RFC 9110 §17.3",
            why: "What is cut at slashes before it is decoded has slashes again behind it.",
            hint: "What comes first: cutting the path apart, or decoding it?",
            lesson: 8,
            plan: |site| {
                Ok(up(
                    site,
                    "/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
                ))
            },
            judge: stays_inside,
        },
        Check {
            id: "absolute",
            title: "//etc/passwd leads nowhere",
            clause: "RFC 9110 §17.3",
            why: "In many languages a path that begins with a slash replaces the folder it is joined to.",
            hint: "What does joining folder and path give where the path begins with a slash?",
            lesson: 8,
            plan: |site| Ok(up(site, "//etc/passwd")),
            judge: stays_inside,
        },
        Check {
            id: "decoded-once",
            title: "/%252e%252e/ is decoded once",
            clause: "RFC 3986 §2.4",
            why: "What is decoded twice was looked at once too early.",
            hint: "How often is the target decoded on its way, by the libraries too?",
            lesson: 8,
            plan: |site| {
                Ok(up(
                    site,
                    "/%252e%252e%252f%252e%252e%252f%252e%252e%252f%252e%252e%252f%252e%252e%252f%252e%252e%252fetc%252fpasswd",
                ))
            },
            judge: stays_inside,
        },
        Check {
            id: "absolute-form",
            title: "GET http://host/ is the same page",
            clause: "RFC 9112 §3.2.2",
            why: "A proxy writes targets so, and a server MUST take them.",
            hint: "What does a target look like that does not begin with a slash?",
            lesson: 8,
            plan: |site| {
                let target = format!("http://{}{}", site.host, site.target);
                Ok(Talk::of(site.get_of(&target)).into())
            },
            judge: |seen| seen.as_usual(0).map(drop),
        },
    ],
};

/// That, and after it the page.
fn up(site: &Site, target: &str) -> Plan {
    vec![Talk::of(site.get_of(target)), Talk::of(site.get())].into()
}

fn stays_inside(seen: &Seen<'_>) -> Judged {
    if let Some(answer) = seen.answers(0).first() {
        let root = memchr::memmem::find(&answer.content, FIRST_LINE);
        let is_of_root = memchr::memmem::find(&answer.content, OF_ROOT).is_some();
        if let Some(place) = root.filter(|_| is_of_root) {
            let what = "this is /etc/passwd of this machine";
            return Err(Verdict::Wrong(
                Finding::new(what).at(0, answer.head.end + place),
            ));
        }
    }
    seen.as_usual(1).map(drop)
}
