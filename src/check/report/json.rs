//! One object of JSON.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::said::{Said, Summary, stages};
use crate::event::escape;

#[derive(Serialize)]
struct Whole<'a> {
    url: &'a str,
    holds: bool,
    /// The first stage in which something is wrong.
    stage: Option<usize>,
    stages: usize,
    passed: usize,
    wrong: usize,
    allowed: usize,
    not_asked: usize,
    not_reached: usize,
    checks: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    stage: usize,
    title: &'a str,
    result: &'a str,
    clause: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    octet: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    around: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
    why: &'a str,
    hint: &'a str,
    lesson: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<&'a str>,
    connections: Vec<Talked>,
}

/// What was sent and what came, each octet that is no printable character escaped.
#[derive(Serialize)]
struct Talked {
    sent: String,
    came: String,
    octets: usize,
}

/// What came is quoted up to this many octets.
const QUOTED: usize = 4096;

pub(super) fn all(
    out: &mut impl Write,
    url: &str,
    summary: &Summary,
    made: &[Said<'_>],
) -> io::Result<()> {
    let checks = made.iter().map(|said| {
        let connections = said.made.talks.iter().zip(&said.made.heard);
        let quoted = |octets: &[u8]| escape(octets.get(..QUOTED).unwrap_or(octets));
        One {
            id: said.made.check.id,
            stage: said.made.stage,
            title: said.made.check.title,
            result: said.made.verdict.name(),
            clause: said.rule(),
            what: said.what(),
            octet: said.place.as_ref().map(|(octet, ..)| *octet),
            around: said.place.as_ref().map(|(_, line, _)| line.as_str()),
            remedy: said.remedy(),
            why: said.made.check.why,
            hint: said.made.check.hint,
            lesson: said.made.check.lesson,
            again: said.repeat.as_deref(),
            connections: connections
                .map(|(talk, heard)| {
                    let came = heard.octets();
                    Talked {
                        sent: quoted(&talk.octets()),
                        came: quoted(&came),
                        octets: came.len(),
                    }
                })
                .collect(),
        }
    });
    let whole = Whole {
        url,
        holds: summary.holds,
        stage: summary.failed,
        stages: stages(),
        passed: summary.passed,
        wrong: summary.wrong,
        allowed: summary.allowed,
        not_asked: summary.not_asked,
        not_reached: summary.not_reached,
        checks: checks.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}
