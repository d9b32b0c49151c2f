//! One slow client does not stop another.

use std::time::Duration;

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::heard::{Ended, Heard};
use crate::check::talk::{Plan, Talk, Until};
use crate::check::verdict::Verdict;

/// How long the slow client takes, in milliseconds.
const SLOW: u64 = 2000;
/// How long the other one may wait. Finer than a second nothing is measured.
const SOON: Duration = Duration::from_millis(1500);
/// How many come at once.
const MANY: usize = 30;

pub(super) const STAGE: Stage = Stage {
    title: "One slow client does not stop another",
    // They disturb each other on a server that fails them.
    side_by_side: false,
    checks: &[
        Check {
            id: "half-beside-whole",
            title: "While one client has sent half a request, another is answered",
            clause: "RFC 9112 §9.5",
            why: "Somebody who types, or never sends the rest, would keep everybody waiting.",
            hint: "Who calls accept while recv waits?",
            lesson: 5,
            plan: |site| {
                let request = site.get();
                let (half, rest) = request.split_at(request.len() / 2);
                let slow = Talk::of(half).then(SLOW, rest);
                Ok(Plan::together(vec![slow, Talk::of(site.get()).after(200)]))
            },
            judge: |seen| {
                soon(seen, 1)?;
                seen.as_usual(0).map(drop)
            },
        },
        Check {
            id: "idle-beside-busy",
            title: "While one connection is kept and idle, another is answered",
            clause: "RFC 9112 §9.3",
            why: "A browser keeps connections open for minutes, and opens several.",
            hint: "What does the code that has answered wait for, and what does it hold meanwhile?",
            lesson: 11,
            plan: |site| {
                let time = Duration::from_millis(SLOW);
                let idle = Talk::of(site.keep()).until(Until::Passed(time));
                Ok(Plan::together(vec![idle, Talk::of(site.get()).after(300)]))
            },
            judge: |seen| soon(seen, 1),
        },
        Check {
            id: "thirty-at-once",
            title: "Thirty clients at once are all answered",
            clause: "RFC 9110 §15.6.4",
            why: "Five people with a browser each are thirty connections.",
            hint: "How many may wait in listen, and how many are served at a time?",
            lesson: 5,
            plan: |site| {
                let request = site.get();
                let (half, rest) = request.split_at(request.len() / 2);
                let talk = Talk::of(half).then(600, rest);
                Ok(Plan::together(vec![talk; MANY]))
            },
            judge: |seen| {
                let answered = (0..MANY)
                    .filter(|talk| seen.as_usual(*talk).is_ok())
                    .count();
                if answered == MANY {
                    return Ok(());
                }
                // "Some servers might simply refuse the connection" (RFC 9110 §15.6.4).
                let is_refused = |talk: &usize| {
                    let end = seen.heard.get(*talk).map(|heard| &heard.end);
                    let gone = matches!(end, Some(Ended::NotMade(_) | Ended::Reset));
                    gone || seen.status(*talk, &[503, 429]).is_ok()
                };
                let refused = (0..MANY).filter(is_refused).count();
                let what = format!("{answered} of {MANY} were answered, {refused} were refused");
                if answered + refused == MANY {
                    return Err(Verdict::allowed(what));
                }
                Err(Verdict::wrong(what))
            },
        },
    ],
};

fn soon(seen: &Seen<'_>, talk: usize) -> Judged {
    seen.as_usual(talk)?;
    let first = seen.heard.get(talk).and_then(Heard::first_at);
    if first.is_some_and(|at| at < SOON) {
        return Ok(());
    }
    Err(Verdict::wrong(
        "the answer came only when the other client was done",
    ))
}
