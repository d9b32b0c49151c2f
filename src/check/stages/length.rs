//! Content-Length is true, and files come whole.

use crate::check::answer::{Answer, Length};
use crate::check::entry::{Check, Seen, Stage};
use crate::check::site::{Site, is_picture};
use crate::check::talk::{Plan, Talk};
use crate::check::verdict::{Finding, Verdict};

/// What every PNG begins with: an octet above 127, CR LF and a lone LF, each of which is lost
/// where a picture is taken for text. See the PNG specification, §5.2.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What every PNG ends with.
const PNG_END: &[u8] = b"IEND\xae\x42\x60\x82";
/// U+FFFD, which stands where octets were no UTF-8.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

pub(super) const STAGE: Stage = Stage {
    title: "Content-Length is true, and files come whole",
    side_by_side: false,
    checks: &[
        Check {
            id: "length-is-octets",
            title: "No more comes than Content-Length says",
            clause: "RFC 9110 §8.6",
            why: "What is too much is taken for the next answer, and what is cut off is lost.",
            hint: "Is the length counted in octets or in characters? One letter can be several octets.",
            lesson: 10,
            plan: every_file,
            judge: |seen| {
                for talk in 0..seen.heard.len() {
                    if let (Ok(answer), Some(stray)) = (seen.answer(talk, 0), seen.stray(talk)) {
                        let what = format!(
                            "{} more came than the {} that were said",
                            stray.len(),
                            answer.content.len()
                        );
                        return Err(Verdict::Wrong(Finding::new(what).at(talk, stray.start)));
                    }
                }
                Ok(())
            },
        },
        Check {
            id: "length-is-kept",
            title: "As much comes as Content-Length says",
            clause: "RFC 9112 §6.3",
            why: "A client waits for the octets that are missing, and then throws the rest away.",
            hint: "Does the length belong to what is sent, and is all of it sent? send may take less than it is given.",
            lesson: 10,
            plan: every_file,
            judge: |seen| {
                for talk in 0..seen.heard.len() {
                    let Ok(answer) = seen.answer(talk, 0) else {
                        continue;
                    };
                    if let Length::Known(length) = answer.length
                        && (answer.content.len() as u64) < length
                        && answer.content.len() < (7 << 20)
                    {
                        let what = format!("{} of {length} octets came", answer.content.len());
                        return Err(Verdict::Wrong(Finding::new(what).at(talk, answer.end)));
                    }
                }
                Ok(())
            },
        },
        Check {
            id: "end-is-known",
            title: "The end of the content can be known",
            clause: "RFC 9112 §6.3",
            why: "Without Content-Length or chunks the content ends where the connection ends, and a browser waits for that.",
            hint: "There is no delimiter behind content: how does a client know that it has all of it?",
            lesson: 10,
            plan: |site| {
                let targets = site.known_answers().map(|(target, _)| target);
                let talks = targets.map(|target| Talk::of(site.keep_of(target)));
                Ok(talks.collect::<Vec<_>>().into())
            },
            judge: |seen| (0..seen.heard.len()).try_for_each(|talk| seen.end_is_known(talk)),
        },
        Check {
            id: "high-octets",
            title: "Octets above 127 come as they are",
            clause: "RFC 9110 §6.4",
            why: "A picture is no text: whoever decodes and encodes it has another picture.",
            hint: "In which mode is the file read, and is there a decode or an encode on its way?",
            lesson: 10,
            plan: binary,
            judge: |seen| {
                let answer = seen.status(0, &[200])?;
                if let Some(octets) = local(seen) {
                    let other = |(ours, theirs): (&u8, &u8)| ours != theirs && *ours > 127;
                    if let Some(place) = octets.iter().zip(&answer.content).position(other) {
                        return Err(differs(answer, place));
                    }
                    return Ok(());
                }
                let first = answer.content.first();
                if first != PNG.first() {
                    let what = "a PNG begins with the octet 0x89, and what came does not";
                    return Err(Verdict::Wrong(Finding::new(what).at(0, answer.head.end)));
                }
                match memchr::memmem::find_iter(&answer.content, REPLACED).nth(3) {
                    None => Ok(()),
                    Some(place) => {
                        let what =
                            "U+FFFD stands where octets should: the file was decoded as UTF-8";
                        Err(Verdict::Wrong(
                            Finding::new(what).at(0, answer.head.end + place),
                        ))
                    }
                }
            },
        },
        Check {
            id: "line-ends-stay",
            title: "CR and LF in a file come as they are",
            clause: "RFC 9110 §6.4",
            why: "The line ends of the protocol are not those of the content.",
            hint: "Is the file opened as text? Some languages change line ends in text.",
            lesson: 10,
            plan: binary,
            judge: |seen| {
                let answer = seen.status(0, &[200])?;
                let expected = local(seen).unwrap_or_else(|| PNG.to_vec());
                let other = |(ours, theirs): (&u8, &u8)| ours != theirs;
                match expected.iter().zip(&answer.content).position(other) {
                    Some(place) => Err(differs(answer, place)),
                    None => Ok(()),
                }
            },
        },
        Check {
            id: "nul-is-an-octet",
            title: "A file comes to its last octet",
            clause: "RFC 9110 §6.4",
            why: "Binary files are full of zeros, and a zero ends no file.",
            hint: "What decides where the file ends: its length, or an octet in it?",
            lesson: 10,
            plan: binary,
            judge: |seen| {
                let answer = seen.status(0, &[200])?;
                let end = local(seen).unwrap_or_else(|| PNG_END.to_vec());
                if answer.content.ends_with(&end) {
                    return Ok(());
                }
                let what = "the end of the file did not come";
                Err(Verdict::Wrong(Finding::new(what).at(0, answer.end)))
            },
        },
    ],
};

fn every_file(site: &Site) -> Result<Plan, String> {
    let targets: Vec<_> = site.known_answers().map(|(target, _)| target).collect();
    if targets.is_empty() {
        return Err("no file was found".into());
    }
    let talks = targets
        .into_iter()
        .map(|target| Talk::of(site.get_of(target)));
    Ok(talks.collect::<Vec<_>>().into())
}

/// A file that is no text.
fn binary(site: &Site) -> Result<Plan, String> {
    let known = site.known.as_ref().filter(|known| known.octets.is_some());
    let png = site
        .files
        .iter()
        .find(|found| is_picture(&found.target) && found.answer.status == Some(200));
    let target = known
        .map(|known| &known.target)
        .or(png.map(|found| &found.target))
        .ok_or("no picture (PNG) was found in the page: name a file with --file and --local")?;
    Ok(Talk::of(site.get_of(target)).into())
}

/// The octets of the copy of the file that is asked for.
fn local(seen: &Seen<'_>) -> Option<Vec<u8>> {
    seen.site.known.as_ref()?.octets.clone()
}

fn differs(answer: &Answer, place: usize) -> Verdict {
    let what = format!("octet {place} of the content is another than that of the file");
    Verdict::Wrong(Finding::new(what).at(0, answer.head.end + place))
}
