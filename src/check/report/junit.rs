//! As JUnit writes it: a suite for each stage.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::said::Said;
use crate::check::stages;
use crate::check::verdict::Verdict;
use crate::event::escape;

pub(super) fn all(out: &mut impl Write, url: &str, made: &[Said<'_>]) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites")
        .with_attribute(("name", format!("glassport check {}", line(url)).as_str()))
        .with_attributes(
            counts(made)
                .iter()
                .map(|(key, count)| (*key, count.as_str())),
        )
        .write_inner_content(|xml| {
            for (number, stage) in (1..).zip(stages::ALL) {
                let of_stage = || made.iter().filter(|said| said.made.stage == number);
                if of_stage().next().is_none() {
                    continue;
                }
                xml.create_element("testsuite")
                    .with_attribute(("name", format!("{number}. {}", stage.title).as_str()))
                    .with_attributes(
                        counts(of_stage())
                            .iter()
                            .map(|(key, count)| (*key, count.as_str())),
                    )
                    .write_inner_content(|xml| of_stage().try_for_each(|said| case(xml, said)))?;
            }
            Ok(())
        })?;
    writeln!(out)
}

fn counts<'a>(made: impl IntoIterator<Item = &'a Said<'a>>) -> [(&'static str, String); 3] {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for said in made {
        tests += 1;
        failures += usize::from(said.made.verdict.is_wrong());
        skipped += usize::from(is_skipped(&said.made.verdict));
    }
    [
        ("tests", tests),
        ("failures", failures),
        ("skipped", skipped),
    ]
    .map(|(key, count): (_, usize)| (key, count.to_string()))
}

fn case<W: Write>(xml: &mut Writer<W>, said: &Said<'_>) -> io::Result<()> {
    let check = said.made.check;
    let what = line(&said.what().unwrap_or_default());
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", check.id))
        .with_attribute(("name", check.title));
    match &said.made.verdict {
        Verdict::Passed => case.write_empty().map(drop),
        Verdict::Wrong(_) => case
            .write_inner_content(|xml| {
                xml.create_element("failure")
                    .with_attribute(("message", what.as_str()))
                    .with_attribute(("type", said.rule()))
                    .write_text_content(BytesText::new(&details(said)))
                    .map(drop)
            })
            .map(drop),
        Verdict::NotAsked(_) | Verdict::NotReached(_) => case
            .write_inner_content(|xml| {
                xml.create_element("skipped")
                    .with_attribute(("message", what.as_str()))
                    .write_empty()
                    .map(drop)
            })
            .map(drop),
        Verdict::Allowed(_) => case
            .write_inner_content(|xml| {
                xml.create_element("system-out")
                    .write_text_content(BytesText::new(&format!("allowed, but {what}")))
                    .map(drop)
            })
            .map(drop),
    }
}

const fn is_skipped(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::NotAsked(_) | Verdict::NotReached(_))
}

fn details(said: &Said<'_>) -> String {
    let mut lines = Vec::new();
    if let Some((octet, around, caret)) = &said.place {
        lines.push(format!("octet {octet}\n{around}\n{}^", " ".repeat(*caret)));
    }
    if let Some(remedy) = said.remedy() {
        lines.push(format!("to do: {remedy}"));
    }
    lines.push(format!("hint: {}", said.made.check.hint));
    if let Some(again) = &said.repeat {
        lines.push(format!("again: {again}"));
    }
    lines.join("\n")
}

/// In one line, without what XML cannot hold.
fn line(text: &str) -> String {
    escape(text.as_bytes())
}
