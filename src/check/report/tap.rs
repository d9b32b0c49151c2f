//! Test Anything Protocol, version 14 (testanything.org).

use std::io::{self, Write};

use super::said::Said;
use crate::check::verdict::Verdict;
use crate::event::escape;

pub(super) fn begin(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "TAP version 14")
}

pub(super) fn one(out: &mut impl Write, said: &Said<'_>, number: usize) -> io::Result<()> {
    let (id, title) = (said.made.check.id, said.made.check.title);
    let not = if said.made.verdict.is_wrong() {
        "not "
    } else {
        ""
    };
    // "#" would begin a directive.
    let title = title.replace('#', "\\#");
    write!(out, "{not}ok {number} - {id}: {title}")?;
    match &said.made.verdict {
        Verdict::NotAsked(_) | Verdict::NotReached(_) => {
            let why = said.what().unwrap_or_default();
            return writeln!(out, " # SKIP {}", line(&why));
        }
        Verdict::Passed => return writeln!(out),
        Verdict::Wrong(_) | Verdict::Allowed(_) => writeln!(out)?,
    }
    writeln!(out, "  ---")?;
    // A string of JSON is one of YAML.
    let mut pair = |key: &str, value: &str| {
        let value = serde_json::to_string(value).unwrap_or_default();
        writeln!(out, "  {key}: {value}")
    };
    pair("message", &said.what().unwrap_or_default())?;
    pair("rule", said.rule())?;
    if let Some((octet, around, _)) = &said.place {
        pair("octet", &octet.to_string())?;
        pair("around", around)?;
    }
    if let Some(remedy) = said.remedy() {
        pair("remedy", remedy)?;
    }
    pair("hint", said.made.check.hint)?;
    if let Some(again) = &said.repeat {
        pair("again", again)?;
    }
    writeln!(out, "  ...")
}

pub(super) fn end(out: &mut impl Write, count: usize) -> io::Result<()> {
    writeln!(out, "1..{count}")
}

/// In one line.
fn line(text: &str) -> String {
    escape(text.as_bytes()).replace('#', "\\#")
}
