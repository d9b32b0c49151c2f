//! For a person: each check in a line, and under what is wrong the octet, the rule, the hint and
//! the line that repeats it.

use std::io::{self, Write};

use super::said::{Said, Summary, stages};
use crate::check::entry::Check;
use crate::check::run::Wanted;
use crate::check::stages as table;
use crate::check::verdict::Verdict;
use crate::event::escape;

/// Columns of prose.
const COLUMNS: usize = 88;
/// Before what is said of one check.
const INDENT: &str = "          ";

pub(super) fn begin(out: &mut impl Write, url: &str) -> io::Result<()> {
    writeln!(out, "checking {}", escape(url.as_bytes()))
}

pub(super) fn one(
    out: &mut impl Write,
    said: &Said<'_>,
    before: Option<usize>,
    colours: bool,
) -> io::Result<()> {
    let made = said.made;
    if before != Some(made.stage) {
        let title = table::ALL
            .get(made.stage - 1)
            .map_or("", |stage| stage.title);
        if let Verdict::NotReached(first) = made.verdict {
            if before == Some(first) {
                writeln!(out)?;
            }
            let line = format!("stage {} of {}: not reached: {title}", made.stage, stages());
            return writeln!(out, "{}", paint(&line, "2", colours));
        }
        writeln!(out, "\nstage {} of {}: {title}", made.stage, stages())?;
    }
    let (mark, colour) = match &made.verdict {
        Verdict::Passed => ("ok", "32"),
        Verdict::Wrong(_) => ("WRONG", "1;31"),
        Verdict::Allowed(_) => ("allowed", "33"),
        Verdict::NotAsked(_) => ("-", "2"),
        Verdict::NotReached(_) => return Ok(()),
    };
    let mark = paint(&format!("{mark:<8}"), colour, colours);
    writeln!(out, "  {mark}{}  ({})", made.check.title, made.check.id)?;
    match &made.verdict {
        Verdict::Passed | Verdict::NotReached(_) => Ok(()),
        Verdict::NotAsked(why) => prose(out, "", &escape(why.as_bytes())),
        Verdict::Allowed(finding) => prose(out, "but ", &escape(finding.what.as_bytes())),
        Verdict::Wrong(_) => wrong(out, said, colours),
    }
}

fn wrong(out: &mut impl Write, said: &Said<'_>, colours: bool) -> io::Result<()> {
    let what = said.what().unwrap_or_default();
    let place = match &said.place {
        Some((octet, ..)) => format!("octet {octet}: "),
        None => String::new(),
    };
    prose(
        out,
        "",
        &format!("{place}{} ({})", escape(what.as_bytes()), said.rule()),
    )?;
    if let Some((_, line, caret)) = &said.place {
        writeln!(out, "\n{INDENT}    {line}")?;
        let caret = format!("{}^", " ".repeat(*caret));
        writeln!(out, "{INDENT}    {}\n", paint(&caret, "1;31", colours))?;
    }
    prose(out, "why: ", said.made.check.why)?;
    if let Some(remedy) = said.remedy() {
        prose(out, "to do: ", remedy)?;
    }
    prose(out, "hint: ", said.made.check.hint)?;
    if let Some(line) = &said.repeat {
        writeln!(out, "{INDENT}again: {line}")?;
    }
    if let Some(number) = said.connection {
        writeln!(out, "{INDENT}recorded: connection #{number}")?;
    }
    let lesson = said.made.check.lesson;
    writeln!(out, "{INDENT}lesson {lesson}: glassport lesson {lesson}")
}

pub(super) fn end(
    out: &mut impl Write,
    summary: &Summary,
    wanted: &Wanted,
    colours: bool,
) -> io::Result<()> {
    let counts = format!(
        "{} passed, {} wrong, {} allowed but unusual, {} not asked, {} not reached",
        summary.passed, summary.wrong, summary.allowed, summary.not_asked, summary.not_reached
    );
    let (how, colour) = match summary.failed {
        Some(stage) => {
            let how = match wanted {
                Wanted::UpToFirst => "came to stage",
                Wanted::All | Wanted::Stage(_) | Wanted::Only(_) => "wrong from stage",
            };
            let on = if *wanted == Wanted::UpToFirst {
                ""
            } else {
                " on"
            };
            (format!("{how} {stage} of {}{on}", stages()), "1;31")
        }
        None if summary.holds => ("all that was asked for holds".to_owned(), "32"),
        None => (
            "not all that was asked for could be found out".to_owned(),
            "33",
        ),
    };
    writeln!(out, "\n{}: {counts}", paint(&how, colour, colours))
}

/// The checks, by their stages.
///
/// # Errors
/// It cannot be written.
pub fn list(out: &mut impl Write) -> io::Result<()> {
    for (number, stage) in (1..).zip(table::ALL) {
        writeln!(out, "{number:>2}  {}", stage.title)?;
        for check in stage.checks {
            writeln!(out, "    {:<26}{}", check.id, check.title)?;
        }
    }
    Ok(())
}

/// One check.
///
/// # Errors
/// It cannot be written.
pub fn explain(out: &mut impl Write, stage: usize, check: &Check) -> io::Result<()> {
    writeln!(out, "{}  (stage {stage} of {})\n", check.id, stages())?;
    writeln!(out, "{}: {}.\n", check.clause, check.title)?;
    writeln!(out, "why: {}", check.why)?;
    writeln!(out, "hint: {}", check.hint)?;
    writeln!(out, "lesson {0}: glassport lesson {0}", check.lesson)?;
    let host = "localhost:8000".to_owned();
    let site = crate::check::site::Site::new(host, "/".into(), None);
    let talks = match (check.plan)(&site) {
        Ok(plan) => plan.talks,
        Err(why) => return writeln!(out, "\nWhat is sent depends on the server: {why}."),
    };
    let most = 3;
    for talk in talks.iter().take(most) {
        let octets = talk.octets();
        if octets.is_empty() {
            continue;
        }
        writeln!(out)?;
        for (number, piece) in talk.pieces.iter().enumerate().take(most) {
            if number > 0 {
                writeln!(out, "    ({} ms later)", piece.pause.as_millis())?;
            }
            for line in piece.octets.split_inclusive(|&o| o == b'\n').take(12) {
                let shown = line.get(..line.len().min(COLUMNS)).unwrap_or_default();
                let more = if shown.len() < line.len() { " …" } else { "" };
                writeln!(out, "    {}{more}", escape(shown))?;
            }
        }
        if talk.pieces.len() > most {
            writeln!(out, "    … in {} pieces", talk.pieces.len())?;
        }
    }
    if talks.len() > most {
        writeln!(out, "\n    … on {} connections", talks.len())?;
    }
    Ok(())
}

/// Prose in lines that are not too long.
fn prose(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    let mut line = format!("{INDENT}{label}");
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > COLUMNS + INDENT.len() {
            writeln!(out, "{line}")?;
            INDENT.clone_into(&mut line);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    writeln!(out, "{line}")
}

fn paint(text: &str, colour: &str, colours: bool) -> String {
    if colours {
        format!("\x1b[{colour}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_cut_between_words() {
        let mut out = Vec::new();
        prose(&mut out, "why: ", &"word ".repeat(40)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.lines()
                .all(|line| line.len() <= COLUMNS + INDENT.len())
        );
        assert_eq!(text.matches("word").count(), 40);
    }
}
