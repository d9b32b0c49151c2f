//! The corpus: `tests/http_corpus/*.txt`, which its README explains.

#[path = "http_corpus/driver.rs"]
mod driver;
#[path = "http_corpus/escape.rs"]
mod escape;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use driver::Outcome;
use escape::unescape;
use glassport::http::{
    BodyLength, Limits, LineEnds, Method, Persistence, Step, Version, WaitingFor,
};

/// One case of the corpus.
struct Case {
    name: String,
    octets: Vec<u8>,
    /// Where the diagnosis must point.
    caret: Option<u64>,
    limits: Limits,
    eof: bool,
    expected: Vec<String>,
}

#[test]
fn every_case_comes_out_as_expected_however_its_octets_come_in() {
    let mut cases = 0;
    let mut failures = String::new();
    let mut files: Vec<_> = fs::read_dir("tests/http_corpus")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let blocks: Vec<_> = text.split("\n== ").skip(1).collect();
        say(&format!("{:>4} cases in {}", blocks.len(), file.display()));
        for block in blocks {
            cases += 1;
            let case = Case::parse(block);
            if let Err(difference) = case.check() {
                let _ = writeln!(failures, "{}: {}\n{difference}", file.display(), case.name);
            }
        }
    }
    say(&format!(
        "{cases} cases, each fed whole, octet by octet and at every cut"
    ));
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases >= 250, "the corpus has shrunk to {cases} cases");
}

/// A line on standard output, past the capture that hides what `println!` says.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

impl Case {
    fn parse(block: &str) -> Self {
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
                Some(("!", "lf")) => case.limits.line_ends = LineEnds::LfToo,
                _ => unescape(line, &mut case.octets, &mut case.caret),
            }
        }
        case
    }

    /// Whole, octet by octet, at every cut, and with octets behind it.
    fn check(&self) -> Result<(), String> {
        let octets = self.octets.as_slice();
        let whole = driver::run(self.limits, [octets], self.eof);
        self.compare(&whole)?;
        let same = |outcome: Outcome, how: &str| {
            if outcome == whole {
                Ok(())
            } else {
                Err(format!("  whole {whole:?}\n  {how} {outcome:?}"))
            }
        };
        let singles = driver::run(self.limits, octets.chunks(1), self.eof);
        same(singles, "octet by octet")?;
        // Every cut; in the few cases of many thousand octets, every 97th and the last ones.
        let every =
            |cut: &usize| octets.len() < 2048 || cut.is_multiple_of(97) || cut + 40 > octets.len();
        for cut in (0..octets.len()).filter(every) {
            let (a, b) = octets.split_at(cut);
            same(
                driver::run(self.limits, [a, b], self.eof),
                &format!("cut at {cut}"),
            )?;
        }
        let open = self.expected.last().is_some_and(|e| e.starts_with("waits"));
        if !open && !self.eof {
            let trailing = [octets, b"GET /next HTTP/1.1\r\nHost: x\r\n"].concat();
            let outcome = driver::run(self.limits, [trailing.as_slice()], self.eof);
            if outcome.steps != whole.steps {
                return Err(format!("  with octets behind it: {outcome:?}"));
            }
        }
        Ok(())
    }

    fn compare(&self, outcome: &Outcome) -> Result<(), String> {
        let (got, caret) = describe(outcome);
        let matches = |(got, expected): (&String, &String)| {
            let (shown, more) = got.split_once(" | ").unwrap_or((got, ""));
            let is_more = |part: &&str| {
                ["path=", "query=", "authority=", "version="]
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

/// The outcome in the words of the corpus, and where its diagnosis points.
fn describe(outcome: &Outcome) -> (Vec<String>, Option<u64>) {
    let mut said = Vec::new();
    let mut caret = None;
    let mut request = None;
    let mut received = 0;
    for step in &outcome.steps {
        match step {
            Step::Parsed { head, framing } => {
                received = 0;
                request = Some((head, framing));
            }
            Step::BodyReceived { content, .. } => received += content,
            Step::MessageComplete => {
                let (head, framing) = request.expect("a request before its end");
                let text = String::from_utf8_lossy;
                let body = match framing.body {
                    BodyLength::None => "none".to_owned(),
                    BodyLength::Length(_) => format!("length:{received}"),
                    BodyLength::Chunked => format!("chunked:{received}"),
                };
                let persistence = match framing.persistence {
                    Persistence::Persistent => "persistent",
                    Persistence::KeepAlive => "keep-alive",
                    Persistence::Close | Persistence::Http10 => "close",
                };
                let unknown = if head.method() == Method::Unknown {
                    " unknown"
                } else {
                    ""
                };
                let expects = if framing.expects_continue {
                    " expects-100"
                } else {
                    ""
                };
                let version = match head.version() {
                    Version::Http10 => "1.0",
                    Version::Http11 => "1.1",
                };
                let authority = head.authority().map_or(String::new(), |a| {
                    let port = a.port.map_or(String::new(), |port| format!(":{port}"));
                    format!(" authority={}{port}", text(a.host))
                });
                let query = head
                    .query()
                    .map_or(String::new(), |q| format!(" query={}", text(q)));
                said.push(format!(
                    "{} {} {body} {persistence}{unknown}{expects} | path={}{query}{authority} version={version}",
                    text(head.method_octets()),
                    text(head.target_octets()),
                    text(head.path()),
                ));
            }
            Step::Rejected { diagnosis, .. } => {
                caret = Some(diagnosis.span.start);
                said.push(format!("{} {:?}", diagnosis.status(), diagnosis.fault));
            }
            Step::Finished => said.push("finished".to_owned()),
            Step::NeedData | Step::Scanned { .. } | Step::BoundaryFound { .. } => {}
        }
    }
    let refused = caret.is_some();
    match outcome.waiting_for {
        WaitingFor::Head if !refused => said.push("waits for head".to_owned()),
        WaitingFor::Body if !refused => said.push("waits for body".to_owned()),
        WaitingFor::Request if said.is_empty() => said.push("waits for request".to_owned()),
        WaitingFor::Head | WaitingFor::Body | WaitingFor::Request => {}
    }
    (said, caret)
}
