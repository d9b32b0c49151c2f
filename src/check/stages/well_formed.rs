//! Status-line and fields are well-formed.

use crate::check::answer::Answer;
use crate::check::entry::{Check, Judged, Seen, Stage};
use crate::check::talk::Talk;
use crate::check::verdict::{Finding, Verdict};
use crate::http::{Asked, Diagnosis, Fault, LineEnds, ResponseHead, parse_date, remarks};

pub(super) const STAGE: Stage = Stage {
    title: "Status-line and fields are well-formed",
    side_by_side: false,
    checks: &[
        Check {
            id: "crlf",
            title: "Every line of the head ends in CR LF",
            clause: "RFC 9112 §2.2",
            why: "LF alone is read by some clients and refused by others.",
            hint: "Which two octets stand at the end of each line that is sent?",
            lesson: 8,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| strict(seen, |fault| matches!(fault, Fault::BareLf | Fault::BareCr)),
        },
        Check {
            id: "status-line",
            title: "The status-line is: version, space, three digits, space, reason",
            clause: "RFC 9112 §4",
            why: "It is the one line every client has to understand.",
            hint: "Write the line down and count its spaces; the reason may be empty, the space before it not.",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                strict(seen, is_of_status_line)?;
                let (start, head) = parsed(seen)?;
                let Ok(head) = head else { return Ok(()) };
                let remark = remarks(&head, Asked::Other).into_iter();
                let mut missing = remark.filter(|it| it.fault == Fault::ReasonSpaceMissing);
                missing
                    .next()
                    .map_or(Ok(()), |diagnosis| Err(wrong(start, diagnosis)))
            },
        },
        Check {
            id: "field-lines",
            title: "A field is: name, colon, value",
            clause: "RFC 9112 §5",
            why: "A space before the colon or a line that is no field makes two readers see two messages.",
            hint: "Look at the octet under the caret, and at the code that joins name and value.",
            lesson: 8,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                strict(seen, |fault| {
                    let other = matches!(fault, Fault::BareLf | Fault::BareCr);
                    !other && !is_of_status_line(fault)
                })
            },
        },
        Check {
            id: "one-framing",
            title: "The length is said once, and in one way",
            clause: "RFC 9112 §6.2",
            why: "Where two fields name two ends, two readers see two different answers.",
            hint: "Which fields say where the content ends, and who adds each of them?",
            lesson: 10,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                let lengths = || {
                    answer
                        .fields
                        .iter()
                        .filter(|(name, ..)| name == "content-length")
                };
                if let Some((_, _, at)) = lengths().nth(1) {
                    let what = "Content-Length stands there twice";
                    return Err(Verdict::Wrong(Finding::new(what).at(0, *at)));
                }
                if let (Some((_, _, at)), Some(_)) =
                    (lengths().next(), answer.line("transfer-encoding"))
                {
                    let what = "Content-Length stands beside Transfer-Encoding";
                    return Err(Verdict::Wrong(Finding::new(what).at(0, *at)));
                }
                if let Some((_, value, at)) = lengths().next()
                    && !value.iter().all(u8::is_ascii_digit)
                {
                    let what = "Content-Length is not digits alone";
                    return Err(Verdict::Wrong(Finding::new(what).at(0, *at)));
                }
                Ok(())
            },
        },
        Check {
            id: "content-type",
            title: "Content-Type is: type/subtype",
            clause: "RFC 9110 §8.3.1",
            why: "By it a browser knows whether to draw a page, a picture or a text.",
            hint: "Which names have media types, and what stands between their two parts?",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                let Some((value, at)) = answer.line("content-type") else {
                    let what =
                        "there is no Content-Type: a client has to guess what the content is";
                    return Err(Verdict::allowed(what));
                };
                let kind = value
                    .split(|&o| o == b';')
                    .next()
                    .unwrap_or_default()
                    .trim_ascii();
                let parts: Vec<_> = kind.split(|&o| o == b'/').collect();
                let token = |part: &&[u8]| {
                    let of_token =
                        |o: &u8| o.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(o);
                    !part.is_empty() && part.iter().all(of_token)
                };
                if parts.len() == 2 && parts.iter().all(token) {
                    return Ok(());
                }
                let what = "the media type is not two words with a slash between them";
                Err(Verdict::Wrong(Finding::new(what).at(0, at)))
            },
        },
        Check {
            id: "date",
            title: "A date looks like: Sun, 06 Nov 1994 08:49:37 GMT",
            clause: "RFC 9110 §5.6.7",
            why: "Caches reckon with dates, and read only this form of them for certain.",
            hint: "In which time zone is the time, and in which language are the names?",
            lesson: 9,
            plan: |site| Ok(Talk::of(site.get()).into()),
            judge: |seen| {
                let answer = seen.answer(0, 0)?;
                for name in ["date", "last-modified", "expires"] {
                    is_date(answer, name)?;
                }
                if answer.line("date").is_none() {
                    let what = "there is no Date: only a server without a clock may leave it out (RFC 9110 §6.6.1)";
                    return Err(Verdict::allowed(what));
                }
                Ok(())
            },
        },
    ],
};

fn is_date(answer: &Answer, name: &str) -> Judged {
    let Some((value, at)) = answer.line(name) else {
        return Ok(());
    };
    // What a recipient must take is more than what may be sent: of one length, and in GMT.
    let is_fixed = value.len() == 29 && value.ends_with(b" GMT") && parse_date(value, 0).is_some();
    // "invalid date formats, especially the value 0, as representing a time in the past"
    // (RFC 9111 §5.3).
    if is_fixed || name == "expires" && (value == b"0" || value == b"-1") {
        return Ok(());
    }
    let what = format!("the value of {name} is no date of this form");
    Err(Verdict::Wrong(Finding::new(what).at(0, at)))
}

const fn is_of_status_line(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::NotAResponse
            | Fault::StatusVersion
            | Fault::StatusSpace
            | Fault::StatusCode
            | Fault::ReasonOctet
            | Fault::ReasonSpaceMissing
            | Fault::StatusLineTooLong
    )
}

/// The head as the protocol core reads it, and where it begins.
fn parsed(seen: &Seen<'_>) -> Result<(usize, Result<ResponseHead, Diagnosis>), Verdict> {
    let answer = seen.answer(0, 0)?;
    let octets = seen.octets(0);
    let head = octets.get(answer.head.clone()).unwrap_or_default();
    let parsed = ResponseHead::parse(head, 0, LineEnds::CrLf);
    // What else is wrong with a head whose lines end in LF is seen where they may.
    let parsed = match parsed {
        Err(diagnosis) if diagnosis.fault == Fault::BareLf => {
            match ResponseHead::parse(head, 0, LineEnds::LfToo) {
                Ok(_) => Err(diagnosis),
                Err(other) => Err(other),
            }
        }
        parsed => parsed,
    };
    Ok((answer.head.start, parsed))
}

/// No fault of this kind stands in the head.
fn strict(seen: &Seen<'_>, is_of_this: fn(Fault) -> bool) -> Judged {
    let (start, head) = parsed(seen)?;
    match head {
        Err(diagnosis) if is_of_this(diagnosis.fault) => Err(wrong(start, diagnosis)),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn wrong(start: usize, diagnosis: Diagnosis) -> Verdict {
    let at = usize::try_from(diagnosis.span.start).unwrap_or_default();
    Verdict::Wrong(Finding {
        what: diagnosis.what().into(),
        at: Some((0, start + at)),
        remedy: Some(diagnosis.remedy()),
        rule: Some(diagnosis.rule()),
    })
}
