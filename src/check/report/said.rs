//! One check, and all of them, as every form says them.

use std::borrow::Cow;
use std::net::SocketAddr;

use crate::check::repeat::repeat;
use crate::check::run::{Made, Wanted};
use crate::check::stages as table;
use crate::check::verdict::{Finding, Verdict};
use crate::event::escape;

/// Octets before and behind the one a caret stands under.
const AROUND: usize = 40;

/// What all checks came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) passed: usize,
    pub(super) wrong: usize,
    pub(super) allowed: usize,
    pub(super) not_asked: usize,
    pub(super) not_reached: usize,
    /// The first stage in which something is wrong.
    pub(super) failed: Option<usize>,
    /// Whether all that was asked for holds.
    pub(super) holds: bool,
}

impl Summary {
    pub(super) fn of(made: &[Made], wanted: &Wanted) -> Self {
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
pub(super) struct Said<'a> {
    pub(super) made: &'a Made,
    pub(super) finding: Option<&'a Finding>,
    /// The octet it is about, and the line around it with a place for the caret.
    pub(super) place: Option<(usize, String, usize)>,
    /// The line for a shell.
    pub(super) repeat: Option<String>,
    /// Which connection of the recording it begins with.
    pub(super) connection: Option<usize>,
}

impl<'a> Said<'a> {
    pub(super) fn new(made: &'a Made, server: Option<SocketAddr>) -> Self {
        let finding = match &made.verdict {
            Verdict::Wrong(finding) | Verdict::Allowed(finding) => Some(finding),
            Verdict::Passed | Verdict::NotAsked(_) | Verdict::NotReached(_) => None,
        };
        let at = finding.and_then(|finding| finding.at);
        let talk = at.map_or(0, |(talk, _)| talk);
        let heard = made.heard.get(talk);
        let place = at.zip(heard).map(|((_, octet), heard)| {
            let (line, caret) = around(&heard.octets(), octet);
            (octet, line, caret)
        });
        let connected = heard.and_then(|heard| heard.ends).map(|(server, _)| server);
        let said = connected.or(server).zip(made.talks.get(talk));
        Self {
            made,
            finding,
            place,
            repeat: said.and_then(|(server, talk)| repeat(talk, server)),
            connection: None,
        }
    }

    /// The clause that decides.
    pub(super) fn rule(&self) -> &'static str {
        let own = self.finding.and_then(|finding| finding.rule);
        own.unwrap_or(self.made.check.clause)
    }

    /// What to do, where more can be said than the hint.
    pub(super) fn remedy(&self) -> Option<&'static str> {
        self.finding.and_then(|finding| finding.remedy)
    }

    /// What was found, or why nothing was.
    pub(super) fn what(&self) -> Option<Cow<'_, str>> {
        match &self.made.verdict {
            Verdict::Wrong(finding) | Verdict::Allowed(finding) => Some((&finding.what).into()),
            Verdict::NotAsked(why) => Some(why.into()),
            Verdict::NotReached(first) => Some(format!("stage {first} comes first").into()),
            Verdict::Passed => None,
        }
    }
}

/// How many stages there are.
pub(super) const fn stages() -> usize {
    table::ALL.len()
}

/// The line an octet stands in, and where in it a caret has to stand.
fn around(octets: &[u8], at: usize) -> (String, usize) {
    let at = at.min(octets.len());
    let (before, behind) = octets.split_at(at);
    let start = memchr::memrchr(b'\n', before).map_or(0, |lf| lf + 1);
    let start = start.max(at.saturating_sub(AROUND));
    let end = memchr::memchr(b'\n', behind).map_or(octets.len(), |lf| at + lf + 1);
    let end = end.min(at + AROUND);
    let before = escape(octets.get(start..at).unwrap_or_default());
    let behind = escape(octets.get(at..end).unwrap_or_default());
    let caret = unicode_width::UnicodeWidthStr::width(before.as_str());
    (before + &behind, caret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_octet_whatever_stands_before_it() {
        assert_eq!(around(b"one\r\ntwo\r\nthree", 7), ("two\\r\\n".into(), 2));
        assert_eq!(around(b"\x1b[2J\xffx", 5), ("\\x1b[2J\\xffx".into(), 11));
        assert_eq!(around(b"ab", 2), ("ab".into(), 2));
        assert_eq!(around(b"", 9), (String::new(), 0));
        let long = [b'x'; 500];
        assert_eq!(around(&long, 250), ("x".repeat(2 * AROUND), AROUND));
    }
}
