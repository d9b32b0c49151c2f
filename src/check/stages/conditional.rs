//! Conditional and range requests, where they are offered.

use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::site::Site;
use crate::check::talk::{Plan, Talk};
use crate::check::verdict::{Finding, Verdict};

/// A day on which nobody has changed a file of today.
const LONG_AGO: &str = "Thu, 01 Jan 1970 00:00:01 GMT";
/// A tag nobody has.
const NO_TAG: &str = "\"glassport-check-no-such-tag\"";

pub(super) const STAGE: Stage = Stage {
    title: "Conditional and range requests, where they are offered",
    side_by_side: false,
    checks: &[
        Check {
            id: "same-tag-is-304",
            title: "If-None-Match with the tag there is: 304, without content",
            clause: "RFC 9110 §13.1.2",
            why: "The browser has the file, and wants to know whether it may keep it.",
            hint: "Is the tag compared as it stands there, quotes included, and is nothing sent behind 304?",
            lesson: 9,
            plan: |site| {
                let (target, _, tag) = site.with_field("etag")?;
                Ok(with(site, target, &format!("If-None-Match: {tag}\r\n")))
            },
            judge: |seen| {
                let answer = seen.status(0, &[304])?;
                nothing_behind(seen, answer.head.end)
            },
        },
        Check {
            id: "tag-before-date",
            title: "A tag that is another decides, whatever the date says",
            clause: "RFC 9110 §13.1.3",
            why: "Where both are sent the tag is the finer of the two: If-Modified-Since MUST be ignored.",
            hint: "In which order are the two asked, and does the second still count?",
            lesson: 9,
            plan: |site| {
                let (target, answer, _) = site.with_field("etag")?;
                let date = answer
                    .value("last-modified")
                    .ok_or("no answer has both ETag and Last-Modified")?;
                let date = String::from_utf8_lossy(date);
                Ok(with(
                    site,
                    target,
                    &format!("If-None-Match: {NO_TAG}\r\nIf-Modified-Since: {date}\r\n"),
                ))
            },
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
        Check {
            id: "same-date-is-304",
            title: "If-Modified-Since with the date there is: 304, without content",
            clause: "RFC 9110 §13.1.3",
            why: "It saves sending what the client has.",
            hint: "Is nothing sent behind a 304, and no length of a content that does not come?",
            lesson: 9,
            plan: |site| {
                let (target, _, date) = site.with_field("last-modified")?;
                Ok(with(
                    site,
                    target,
                    &format!("If-Modified-Since: {date}\r\n"),
                ))
            },
            judge: |seen| {
                let answer = seen.status(0, &[200, 304])?;
                if answer.status == Some(200) {
                    return Err(Verdict::allowed(
                        "the file is sent although it has not changed",
                    ));
                }
                nothing_behind(seen, answer.head.end)
            },
        },
        Check {
            id: "older-date-is-200",
            title: "If-Modified-Since with a date before the change: 200",
            clause: "RFC 9110 §13.1.3",
            why: "Otherwise a client would keep an old file for ever.",
            hint: "Is the date in the request looked at, or only whether there is one?",
            lesson: 9,
            plan: |site| {
                let (target, _, date) = site.with_field("last-modified")?;
                if date.contains(" 1970 ") {
                    return Err("the file is as old as time".into());
                }
                Ok(with(
                    site,
                    target,
                    &format!("If-Modified-Since: {LONG_AGO}\r\n"),
                ))
            },
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
        Check {
            id: "range-is-exact",
            title: "Range: bytes=2-5 is four octets, and Content-Range says which",
            clause: "RFC 9110 §14.1.2",
            why: "Downloads go on where they broke off: one octet off and the file is broken.",
            hint: "Both numbers are positions, and both octets are part of the range.",
            lesson: 10,
            plan: |site| ranged(site, "bytes=2-5", ""),
            judge: |seen| part(seen, |whole| (2, 6.min(whole))),
        },
        Check {
            id: "last-octets",
            title: "Range: bytes=-3 is the last three octets",
            clause: "RFC 9110 §14.1.2",
            why: "The end of an archive holds its table of contents.",
            hint: "What does a range mean that begins with its hyphen?",
            lesson: 10,
            plan: |site| ranged(site, "bytes=-3", ""),
            judge: |seen| part(seen, |whole| (whole.saturating_sub(3), whole)),
        },
        Check {
            id: "range-behind-the-end",
            title: "A range behind the end is 416",
            clause: "RFC 9110 §15.5.17",
            why: "A part that is not there is not to be made up.",
            hint: "What happens where the first number is larger than the file?",
            lesson: 10,
            plan: |site| ranged(site, "bytes=999999999999-", ""),
            judge: |seen| {
                let answer = seen.status(0, &[200, 416])?;
                if answer.status == Some(200) {
                    return Err(Verdict::allowed("the whole file comes in place of 416"));
                }
                Ok(())
            },
        },
        Check {
            id: "unit-is-unknown",
            title: "A range in another unit is ignored: 200",
            clause: "RFC 9110 §14.2",
            why: "A server MUST ignore a Range whose unit it does not understand.",
            hint: "What stands before the equals sign, and is it compared?",
            lesson: 10,
            plan: |site| ranged(site, "lines=1-2", ""),
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
        Check {
            id: "stale-if-range",
            title: "If-Range with another tag: the whole file",
            clause: "RFC 9110 §13.1.5",
            why: "The file has changed since: a part of the new one behind a part of the old one is neither.",
            hint: "Who asks for If-Range before the part is cut out?",
            lesson: 10,
            plan: |site| ranged(site, "bytes=2-5", &format!("If-Range: {NO_TAG}\r\n")),
            judge: |seen| seen.status(0, &[200]).map(drop),
        },
    ],
};

fn with(site: &Site, target: &str, fields: &str) -> Plan {
    let fields = format!("{fields}Connection: close\r\n");
    Talk::of(site.request("GET", target, &fields)).into()
}

/// A range of a file that is long enough, where ranges are offered, and the whole of it.
fn ranged(site: &Site, range: &str, fields: &str) -> Result<Plan, String> {
    let offers = site
        .known_answers()
        .find(|(_, answer)| answer.lists("accept-ranges", "bytes") && answer.content.len() >= 8);
    let (target, _) =
        offers.ok_or("no answer says Accept-Ranges: bytes: ranges are not offered")?;
    let fields = format!("{fields}Range: {range}\r\nConnection: close\r\n");
    let part = Talk::of(site.request("GET", target, &fields));
    Ok(vec![part, Talk::of(site.get_of(target))].into())
}

/// The part that was asked for: from and to, of so many octets.
fn part(seen: &Seen<'_>, wanted: fn(usize) -> (usize, usize)) -> Judged {
    let answer = seen.status(0, &[200, 206])?;
    let whole = &seen.status(1, &[200])?.content;
    if answer.status == Some(200) {
        return Err(Verdict::allowed(
            "the whole file comes, although ranges are offered",
        ));
    }
    let (from, to) = wanted(whole.len());
    let expected = whole.get(from..to).unwrap_or_default();
    if answer.content != expected {
        let what = format!(
            "the content is {} octets, and not octets {from} to {} of the file",
            answer.content.len(),
            to.saturating_sub(1)
        );
        return Err(Verdict::Wrong(Finding::new(what).at(0, answer.head.end)));
    }
    let says = format!("bytes {from}-{}/{}", to.saturating_sub(1), whole.len());
    match answer.line("content-range") {
        Some((value, _)) if value == says.as_bytes() => Ok(()),
        Some((_, at)) => {
            let what = format!("Content-Range should be {says}");
            Err(Verdict::Wrong(Finding::new(what).at(0, at)))
        }
        None => Err(seen.at_status(0, answer, "206 came without Content-Range")),
    }
}

fn nothing_behind(seen: &Seen<'_>, end: usize) -> Judged {
    match seen.stray(0) {
        None => Ok(()),
        Some(stray) => {
            let what = format!(
                "{} octets follow the 304, which has no content",
                stray.len()
            );
            Err(Verdict::Wrong(Finding::new(what).at(0, end)))
        }
    }
}
