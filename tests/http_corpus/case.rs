//! One case of the corpus, as its README says it is written.

use std::fmt::Debug;

use glassport::http::{Limits, LineEnds};

use super::driver::Outcome;
use super::escape::unescape;

/// What came of a case in the words of the corpus, and where its diagnosis points.
pub(crate) type Described = (Vec<String>, Option<u64>);

/// One case of the corpus.
pub(crate) struct Case {
    pub(crate) name: String,
    octets: Vec<u8>,
    /// Where the diagnosis must point.
    pub(crate) caret: Option<u64>,
    pub(crate) limits: Limits,
    /// The methods of the requests that wait for responses.
    pub(crate) asked: Option<String>,
    pub(crate) eof: bool,
    expected: Vec<String>,
}

impl Case {
    pub(crate) fn parse(block: &str) -> Self {
        let mut lines = block.lines();
        let name = lines.next().unwrap_or_default();
        assert!(
            name.contains("(RFC ") && name.contains('§'),
            "no clause: {name}"
        );
        let mut case = Self {
            name: name.to_owned(),
            octets: Vec::new(),
            caret: None,
            limits: Limits::default(),
            asked: None,
            eof: false,
            expected: Vec::new(),
        };
        for line in lines.filter(|line| !line.is_empty()) {
            match line.split_once(' ') {
                Some(("->", expected)) => {
                    let mut plain = Vec::new();
                    unescape(expected, &mut plain, &mut None);
                    case.expected.push(String::from_utf8(plain).unwrap());
                }
                Some(("!", "eof")) => case.eof = true,
                Some(("!", directive)) if directive.starts_with("asked ") => {
                    case.asked = directive.strip_prefix("asked ").map(str::to_owned);
                }
                Some(("!", "lf")) => case.limits.line_ends = LineEnds::LfToo,
                _ => unescape(line, &mut case.octets, &mut case.caret),
            }
        }
        case
    }

    /// Whole, octet by octet, at every cut, and with octets behind it: `run` feeds the pieces it
    /// is given, `run_with_more` these octets and more.
    pub(crate) fn check<H: PartialEq + Debug, F: PartialEq + Debug>(
        &self,
        run: impl Fn(Vec<&[u8]>) -> Outcome<H, F>,
        run_with_more: impl Fn(&[u8]) -> Outcome<H, F>,
        describe: impl Fn(&Outcome<H, F>) -> Described,
    ) -> Result<(), String> {
        let octets = self.octets.as_slice();
        let whole = run(vec![octets]);
        self.compare(describe(&whole))?;
        let same = |outcome: Outcome<H, F>, how: &str| {
            if outcome == whole {
                Ok(())
            } else {
                Err(format!("  whole {whole:?}\n  {how} {outcome:?}"))
            }
        };
        same(run(octets.chunks(1).collect()), "octet by octet")?;
        // Every cut; in the few cases of many thousand octets, every 97th and the last ones.
        let every =
            |cut: &usize| octets.len() < 2048 || cut.is_multiple_of(97) || cut + 40 > octets.len();
        for cut in (0..octets.len()).filter(every) {
            let (a, b) = octets.split_at(cut);
            same(run(vec![a, b]), &format!("cut at {cut}"))?;
        }
        let open = |last: &String| last.starts_with("waits") || last.starts_with("opaque");
        if !self.expected.last().is_some_and(open) && !self.eof {
            let outcome = run_with_more(octets);
            // What stands behind is no part of it, but it may have been begun.
            if outcome.said != whole.said {
                return Err(format!("  with octets behind it: {outcome:?}"));
            }
        }
        Ok(())
    }

    fn compare(&self, (got, caret): Described) -> Result<(), String> {
        let matches = |(got, expected): (&String, &String)| {
            let (shown, more) = got.split_once(" | ").unwrap_or((got, ""));
            let is_more = |part: &&str| {
                [
                    "path=",
                    "query=",
                    "authority=",
                    "version=",
                    "rule=",
                    "reason=",
                    "trailers=",
                ]
                .iter()
                .any(|key| part.starts_with(key))
            };
            let (asked, plain): (Vec<_>, Vec<_>) = expected.split(' ').partition(is_more);
            let more: Vec<_> = more.split(' ').collect();
            plain.join(" ") == shown && asked.iter().all(|part| more.contains(part))
        };
        let as_expected =
            got.len() == self.expected.len() && got.iter().zip(&self.expected).all(matches);
        if as_expected && caret == self.caret {
            return Ok(());
        }
        let at = |caret: Option<u64>| caret.map_or(String::new(), |at| format!(" at octet {at}"));
        Err(format!(
            "  expected {:?}{}\n  got      {got:?}{}",
            self.expected,
            at(self.caret),
            at(caret)
        ))
    }
}
