//! The corpus: `tests/http_corpus/*.txt` and `tests/http_corpus/responses/*.txt`, which its
//! README explains.

#[path = "http_corpus/case.rs"]
mod case;
#[path = "http_corpus/driver.rs"]
mod driver;
#[path = "http_corpus/escape.rs"]
mod escape;
#[path = "http_corpus/requests.rs"]
mod requests;
#[path = "http_corpus/responses.rs"]
mod responses;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use case::Case;

#[test]
fn every_request_comes_out_as_expected_however_its_octets_come_in() {
    let cases = run("tests/http_corpus", requests::check);
    assert!(cases >= 250, "the corpus has shrunk to {cases} requests");
}

#[test]
fn every_response_comes_out_as_expected_however_its_octets_come_in() {
    let cases = run("tests/http_corpus/responses", responses::check);
    assert!(cases >= 190, "the corpus has shrunk to {cases} responses");
}

/// Checks every case in a folder. Gives how many there are.
fn run(folder: &str, check: fn(&Case) -> Result<(), String>) -> usize {
    let mut cases = 0;
    let mut failures = String::new();
    let mut files: Vec<_> = fs::read_dir(folder)
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
            if let Err(difference) = check(&case) {
                let _ = writeln!(failures, "{}: {}\n{difference}", file.display(), case.name);
            }
        }
    }
    say(&format!(
        "{cases} cases, each fed whole, octet by octet and at every cut"
    ));
    assert!(failures.is_empty(), "\n{failures}");
    cases
}

/// A line on standard output, past the capture that hides what `println!` says.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
