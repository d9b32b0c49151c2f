//! A missing file is 404, and the server lives.

use crate::check::entry::{Check, Seen, Stage};
use crate::check::site::Site;
use crate::check::talk::Talk;
use crate::check::verdict::{Finding, Verdict};

pub(super) const STAGE: Stage = Stage {
    title: "A missing file is 404, and the server lives",
    side_by_side: false,
    checks: &[
        Check {
            id: "missing-is-404",
            title: "What is not there is 404",
            clause: "RFC 9110 §15.5.5",
            why: "The status tells a program what the page tells a person.",
            hint: "What happens where the file cannot be opened?",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get_of(site.missing())).into()),
            judge: |seen| seen.status(0, &[404, 410]).map(drop),
        },
        Check {
            id: "missing-then-page",
            title: "After a 404 the server goes on",
            clause: "RFC 9110 §15.5.5",
            why: "A request for something that is not there is everyday, and no reason to end.",
            hint: "Which error does opening the file have, and what catches it?",
            lesson: 9,
            plan: |site| {
                let missing = Talk::of(site.get_of(site.missing()));
                Ok(vec![missing, Talk::of(site.get()).after(100)].into())
            },
            judge: |seen| seen.as_usual(1).map(drop),
        },
        Check {
            id: "missing-has-an-end",
            title: "The end of the 404 can be known",
            clause: "RFC 9112 §6.3",
            why: "An error has content too, and a client waits for the end of it.",
            hint: "Is what is sent for an error made by other code than a file is?",
            lesson: 10,
            plan: |site| Ok(Talk::of(site.keep_of(site.missing())).into()),
            judge: |seen| seen.end_is_known(0),
        },
        Check {
            id: "missing-keeps-order",
            title: "After a 404 the connection goes on, or says that it ends",
            clause: "RFC 9112 §9.6",
            why: "A client that was not told sends its next request into nothing.",
            hint: "What happens to the connection behind an error, and does the answer say so?",
            lesson: 11,
            plan: |site| {
                let two = [site.keep_of(site.missing()), site.get()].concat();
                Ok(Talk::of(two).asks_for(2).into())
            },
            judge: |seen| {
                let first = seen.answer(0, 0)?;
                if seen.answers(0).len() > 1 {
                    return seen.nth_as_usual(0, 1).map(drop);
                }
                if first.says_close() {
                    return Ok(());
                }
                let what = "the connection ends with the 404, which does not say Connection: close";
                Err(Verdict::Wrong(Finding::new(what).at(0, first.end)))
            },
        },
        Check {
            id: "percent-encoded",
            title: "%61 is the letter a",
            clause: "RFC 9110 §4.2.3",
            why: "A browser encodes spaces and letters like é; the name of the file is the decoded one.",
            hint: "Is the target decoded before a file is looked for?",
            lesson: 8,
            plan: |site| {
                let encoded = encoded(site)?;
                Ok(Talk::of(site.get_of(&encoded)).into())
            },
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
        Check {
            id: "no-such-name",
            title: "A name that is no text is refused, and the server lives",
            clause: "RFC 3986 §2.1",
            why: "%FF is no UTF-8 and %00 no name: whoever decodes them has to reckon with that.",
            hint: "Which errors does decoding have, and who catches them?",
            lesson: 8,
            plan: |site| {
                let names = ["/%FF", "/%00", "/%zz"].map(|name| Talk::of(site.get_of(name)));
                let talks = names.into_iter().chain([Talk::of(site.get()).after(100)]);
                Ok(talks.collect::<Vec<_>>().into())
            },
            judge: |seen| {
                strange_names(seen)?;
                seen.as_usual(3).map(drop)
            },
        },
    ],
};

/// A file's target with its first letter encoded.
fn encoded(site: &Site) -> Result<String, String> {
    let other = site.other()?;
    let target = &other.target;
    let at = target
        .bytes()
        .position(|octet| octet.is_ascii_alphabetic())
        .ok_or("the file that was found has no letter in its name")?;
    let (before, rest) = target.split_at(at);
    let letter = rest.bytes().next().unwrap_or_default();
    Ok(format!(
        "{before}%{letter:02X}{}",
        rest.get(1..).unwrap_or_default()
    ))
}

/// None of them is served.
fn strange_names(seen: &Seen<'_>) -> Result<(), Verdict> {
    for talk in 0..3 {
        seen.refused(talk, "there can be no such file")?;
    }
    Ok(())
}
