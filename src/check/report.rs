//! What is written of checks: as text, or for a program that grades. Knows no clock, and no
//! stream but the one it writes to.

mod json;
mod junit;
mod tap;
mod text;

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::SocketAddr;

use super::repeat::repeat;
use super::run::{Made, Wanted};
use super::stages;
use super::verdict::{Finding, Verdict};
pub use text::{explain, list};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a person.
    #[default]
    Text,
    /// One object.
    Json,
    /// Test Anything Protocol, version 14.
    Tap,
    /// As JUnit writes it, in XML.
    Junit,
}

/// Writes what comes of checks.
#[derive(Debug)]
pub struct Report<W> {
    out: W,
    format: Format,
    /// Whether text has colours.
    colours: bool,
    url: String,
    server: Option<SocketAddr>,
    made: Vec<Made>,
}

impl<W: Write> Report<W> {
    /// Nothing was made yet of what is asked of this server.
    pub const fn new(
        out: W,
        format: Format,
        colours: bool,
        url: String,
        server: Option<SocketAddr>,
    ) -> Self {
        Self {
            out,
            format,
            colours,
            url,
            server,
            made: Vec::new(),
        }
    }

    /// Before the first check.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&mut self) -> io::Result<()> {
        match self.format {
            Format::Text => text::begin(&mut self.out, &self.url)?,
            Format::Tap => tap::begin(&mut self.out)?,
            Format::Json | Format::Junit => {}
        }
        self.out.flush()
    }

    /// One more was made.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn tell(&mut self, made: Made) -> io::Result<()> {
        let said = Said::new(&made, self.server);
        match self.format {
            Format::Text => {
                let before = self.made.last().map(|made| made.stage);
                text::one(&mut self.out, &said, before, self.colours)?;
            }
            Format::Tap => tap::one(&mut self.out, &said, self.made.len() + 1)?,
            Format::Json | Format::Junit => {}
        }
        self.made.push(made);
        self.out.flush()
    }

    /// All were made: whether all that was asked for holds.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(&mut self, wanted: &Wanted) -> io::Result<bool> {
        let made: Vec<_> = self
            .made
            .iter()
            .map(|made| Said::new(made, self.server))
            .collect();
        let summary = Summary::of(&self.made, wanted);
        let out = &mut self.out;
        match self.format {
            Format::Text => text::end(out, &summary, wanted, self.colours)?,
            Format::Json => json::all(out, &self.url, &summary, &made)?,
            Format::Tap => tap::end(out, made.len())?,
            Format::Junit => junit::all(out, &self.url, &made)?,
        }
        out.flush()?;
        Ok(summary.holds)
    }

    /// What was made.
    pub fn made(&self) -> &[Made] {
        &self.made
    }
}

/// What all checks came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Summary {
    passed: usize,
    wrong: usize,
    allowed: usize,
    not_asked: usize,
    not_reached: usize,
    /// The first stage in which something is wrong.
    failed: Option<usize>,
    /// Whether all that was asked for holds.
    holds: bool,
}

impl Summary {
    fn of(made: &[Made], wanted: &Wanted) -> Self {
        let count = |is: fn(&Verdict) -> bool| made.iter().filter(|one| is(&one.verdict)).count();
        let not_reached = count(|verdict| matches!(verdict, Verdict::NotReached(_)));
        let not_asked = count(|verdict| matches!(verdict, Verdict::NotAsked(_)));
        let failed = made.iter().find(|one| one.verdict.is_wrong());
        // What is not offered need not be; what was asked for by name is to be found out.
        let by_name = matches!(wanted, Wanted::Only(_));
        let found_out = made.len() > not_asked && !(by_name && not_asked > 0);
        Self {
            passed: count(|verdict| *verdict == Verdict::Passed),
            wrong: count(Verdict::is_wrong),
            allowed: count(|verdict| matches!(verdict, Verdict::Allowed(_))),
            not_asked,
            not_reached,
            failed: failed.map(|one| one.stage),
            holds: failed.is_none() && found_out,
        }
    }
}

/// One check as it is written.
struct Said<'a> {
    made: &'a Made,
    finding: Option<&'a Finding>,
    /// The octet it is about, and the line around it with a place for the caret.
    place: Option<(usize, String, usize)>,
    /// The line for a shell.
    repeat: Option<String>,
}

impl<'a> Said<'a> {
    fn new(made: &'a Made, server: Option<SocketAddr>) -> Self {
        let finding = match &made.verdict {
            Verdict::Wrong(finding) | Verdict::Allowed(finding) => Some(finding),
            Verdict::Passed | Verdict::NotAsked(_) | Verdict::NotReached(_) => None,
        };
        let at = finding.and_then(|finding| finding.at);
        let talk = at.map_or(0, |(talk, _)| talk);
        let heard = made.heard.get(talk);
        let place = at.zip(heard).map(|((_, octet), heard)| {
            let (line, caret) = text::around(&heard.octets(), octet);
            (octet, line, caret)
        });
        let connected = heard.and_then(|heard| heard.ends).map(|(server, _)| server);
        let said = connected.or(server).zip(made.talks.get(talk));
        Self {
            made,
            finding,
            place,
            repeat: said.and_then(|(server, talk)| repeat(talk, server)),
        }
    }

    /// The clause that decides.
    fn rule(&self) -> &'static str {
        let own = self.finding.and_then(|finding| finding.rule);
        own.unwrap_or(self.made.check.clause)
    }

    /// What to do, where more can be said than the hint.
    fn remedy(&self) -> Option<&'static str> {
        self.finding.and_then(|finding| finding.remedy)
    }

    /// What was found, or why nothing was.
    fn what(&self) -> Option<Cow<'_, str>> {
        match &self.made.verdict {
            Verdict::Wrong(finding) | Verdict::Allowed(finding) => Some((&finding.what).into()),
            Verdict::NotAsked(why) => Some(why.into()),
            Verdict::NotReached(first) => Some(format!("stage {first} comes first").into()),
            Verdict::Passed => None,
        }
    }
}

/// How many stages there are.
const fn stages() -> usize {
    stages::ALL.len()
}
