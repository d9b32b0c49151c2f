//! Left-over octets are the next request.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::heard::Heard;
use crate::check::talk::Talk;
use crate::check::verdict::Verdict;

pub(super) const STAGE: Stage = Stage {
    title: "Left-over octets are the next request",
    side_by_side: false,
    checks: &[
        Check {
            id: "two-at-once",
            title: "Two requests in one piece are two requests",
            clause: "RFC 9112 §9.3.2",
            why: "What one recv brings may hold more than one request: the rest is not to be thrown away.",
            hint: "Where do the octets behind CR LF CR LF go?",
            lesson: 7,
            plan: |site| {
                let two = [site.keep(), site.get()].concat();
                Ok(Talk::of(two).asks_for(2).into())
            },
            judge: |seen| {
                seen.as_usual(0)?;
                second(seen)?;
                seen.nth_as_usual(0, 1).map(drop)
            },
        },
        Check {
            id: "answers-in-order",
            title: "Answers come in the order of their requests",
            clause: "RFC 9112 §9.3.2",
            why: "A client knows which answer is whose by their order alone.",
            hint: "Who decides which answer is sent first?",
            lesson: 11,
            plan: |site| {
                let other = site.other()?;
                let two = [site.keep(), site.get_of(&other.target)].concat();
                Ok(Talk::of(two).asks_for(2).into())
            },
            judge: |seen| {
                second(seen)?;
                let first = seen.answer(0, 0)?;
                let other = seen.site.other().map_err(Verdict::NotAsked)?;
                let page = seen.site.page.as_ref().map(|page| &page.content);
                if page != Some(&other.answer.content) && first.content == other.answer.content {
                    return Err(seen.at_status(
                        0,
                        first,
                        "the answer to the second request came first",
                    ));
                }
                Ok(())
            },
        },
        Check {
            id: "half-left-over",
            title: "Half a request behind a whole one is kept",
            clause: "RFC 9112 §9.3.2",
            why: "The cut between two pieces can be anywhere, in the second request too.",
            hint: "Is the buffer emptied, or are only the octets taken out that were understood?",
            lesson: 7,
            plan: |site| {
                let next = site.get();
                let (half, rest) = next.split_at(next.len() / 2);
                let one = [site.keep().as_slice(), half].concat();
                Ok(Talk::of(one).then(250, rest).asks_for(2).into())
            },
            judge: |seen| {
                seen.as_usual(0)?;
                second(seen)?;
                seen.nth_as_usual(0, 1).map(drop)
            },
        },
    ],
};

/// There is a second answer, or the first says that there will be none.
fn second(seen: &Seen<'_>) -> Judged {
    let first = seen.answer(0, 0)?;
    if seen.answers(0).len() < 2 && first.says_close() && seen.heard.iter().all(Heard::is_closed) {
        let what =
            "every connection ends after one answer, so the second request has to be sent again";
        return Err(Verdict::allowed(what));
    }
    seen.answer(0, 1).map(drop)
}
