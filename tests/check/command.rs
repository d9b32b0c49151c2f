//! The command, as somebody calls it.

use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

use serde_json::Value;

use super::Fault;
use super::support::{Server, glassport, run};
use super::tiny::Tiny;

fn check(fault: Fault, arguments: &[&str]) -> (Option<i32>, String) {
    let tiny = Tiny::start(fault);
    let url = format!("http://{}/", tiny.address());
    let (code, text) = said(&run(&[&["check", &url], arguments].concat()));
    (
        code,
        text.replace(&tiny.address().port().to_string(), "PORT"),
    )
}

fn said(output: &Output) -> (Option<i32>, String) {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn nothing_is_wrong_with_glassport() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).unwrap();
    };
    write(
        "index.html",
        "caf\u{e9} <a href=other.txt> <img src=\"picture.png\">".as_bytes(),
    );
    write("other.txt", b"some more octets\n");
    write(
        "picture.png",
        b"\x89PNG\r\n\x1a\n\0\0\xff\xfeIEND\xae\x42\x60\x82",
    );
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    // A file that was written just now has a weak tag first.
    for target in ["/", "/other.txt", "/picture.png"] {
        server.strong_tag(target);
    }
    let url = format!("http://127.0.0.1:{}/", server.port());
    let picture = folder.path().join("picture.png");
    let local = [
        "--file",
        "/picture.png",
        "--local",
        picture.to_str().unwrap(),
    ];
    let arguments = [&["check", &url, "--all", "--format", "json"][..], &local].concat();
    let (code, text) = said(&run(&arguments));
    let report: Value = serde_json::from_str(&text).unwrap();
    for one in report["checks"].as_array().unwrap() {
        assert_eq!(one["result"], "passed", "{one:#}");
    }
    assert_eq!(code, Some(0));
}

#[test]
fn a_failure_is_said_with_octet_rule_reason_hint_and_the_line_that_repeats_it() {
    let (code, text) = check(Fault::LfOnly, &["--only", "crlf"]);
    assert_eq!(code, Some(1));
    let expected = "
stage 4 of 12: Status-line and fields are well-formed
  WRONG   Every line of the head ends in CR LF  (crlf)
          octet 15: a line ends in LF without CR before it (RFC 9112 §2.2)

              HTTP/1.1 200 OK\\n
                             ^

          why: LF alone is read by some clients and refused by others.
          to do: end every line with CR LF
          hint: Which two octets stand at the end of each line that is sent?
          again: printf 'GET / HTTP/1.1\\r\\nHost: 127.0.0.1:PORT\\r\\nConnection: close\\r\\n\\r\\n' | nc 127.0.0.1 PORT
          lesson 8: glassport lesson 8

wrong from stage 4 of 12 on: 0 passed, 1 wrong, 0 allowed but unusual, 0 not asked, 0 not reached
";
    assert_eq!(text.split_once('\n').unwrap().1, expected);
}

#[test]
fn it_stops_at_the_first_stage_with_something_wrong_unless_told_to_go_on() {
    let (code, text) = check(Fault::EightRecvs, &[]);
    assert_eq!(code, Some(1));
    // The list of what was not reached stands apart from what was found.
    assert!(text.contains("\n\nstage 3 of 12: not reached: "), "{text}");
    assert!(text.contains("\ncame to stage 2 of 12: "), "{text}");
    let (code, text) = check(Fault::EightRecvs, &["--stage", "3"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("\nall that was asked for holds: 3 passed, 0 wrong"),
        "{text}"
    );
}

#[test]
fn programs_that_grade_can_read_it() {
    let only = ["--only", "crlf,date"];
    let form = |name| check(Fault::LfOnly, &[&only[..], &["--format", name]].concat()).1;
    let tap = form("tap");
    let expected = "TAP version 14
not ok 1 - crlf: Every line of the head ends in CR LF
  ---
  message: \"a line ends in LF without CR before it\"
  rule: \"RFC 9112 §2.2\"
  octet: \"15\"
";
    assert!(tap.starts_with(expected), "{tap}");
    assert!(tap.contains("\n  ...\nok 2 - date: "), "{tap}");
    assert!(tap.ends_with("\n1..2\n"), "{tap}");
    let junit = form("junit");
    let suite = "<testsuite name=\"4. Status-line and fields are well-formed\" tests=\"2\" failures=\"1\" skipped=\"0\">";
    assert!(junit.contains(suite), "{junit}");
    assert!(
        junit.contains(
            "<failure message=\"a line ends in LF without CR before it\" type=\"RFC 9112 §2.2\">"
        ),
        "{junit}"
    );
    let json: Value = serde_json::from_str(&form("json")).unwrap();
    assert_eq!(
        (&json["holds"], &json["stage"]),
        (&Value::Bool(false), &Value::from(4))
    );
    assert_eq!(json["checks"][0]["octet"], 15);
    assert_eq!(json["checks"][1]["result"], "passed");
}

#[test]
fn what_is_wrong_with_the_command_line_is_said() {
    for (arguments, code, says) in [
        (&["check"][..], 2, "URL"),
        (
            &["check", "localhost:80", "--only", "crfl"],
            2,
            "did you mean crlf?",
        ),
        (&["check", "localhost:80", "--stage", "13"], 2, "12"),
        (&["check", "http://192.0.2.1/"], 2, "--yes-remote"),
        (&["check", "https://localhost/"], 2, "not https"),
        (&["check", "localhost:80", "--local", "x"], 2, "--file"),
        (
            &[
                "check",
                "localhost:80",
                "--file",
                "/x",
                "--local",
                "no/such",
            ],
            1,
            "no/such",
        ),
        (&["check", "--list"], 0, "two-at-once"),
        (&["check", "--explain", "crlf"], 0, "GET / HTTP/1.1\\r\\n"),
        (
            &["check", "--explain", "same-tag-is-304"],
            0,
            "depends on the server",
        ),
    ] {
        let (exit, text) = said(&run(arguments));
        assert_eq!(exit, Some(code), "{arguments:?}: {text}");
        assert!(text.contains(says), "{arguments:?}: {text}");
    }
}

#[test]
fn what_was_said_and_heard_is_kept_as_a_session() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("check.mcap");
    let file = file.to_str().unwrap();
    let (code, text) = check(Fault::ThrowsLeftOver, &["--stage", "3", "--record", file]);
    assert_eq!(code, Some(1));
    assert!(text.contains("recorded: connection #1\n"), "{text}");
    let (code, told) = said(&run(&["export", file, "--text"]));
    assert_eq!(code, Some(0), "{told}");
    for says in ["#1", "#3", "200", "GET / with"] {
        assert!(told.contains(says), "{says}: {told}");
    }
    let (code, text) = check(Fault::None, &["--stage", "3", "--record", file]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("not replaced"), "{text}");
}

#[test]
fn a_server_that_restarts_is_checked_again() {
    let tiny = Tiny::start(Fault::LfOnly);
    let url = format!("http://{}/", tiny.address());
    let mut child = glassport()
        .args(["check", &url, "--only", "crlf", "--watch"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ends = |with: &str| lines.any(|line| line.unwrap().contains(with));
    assert!(ends("0 passed, 1 wrong"));
    let tiny = tiny.restart(Fault::None);
    assert!(ends("1 passed, 0 wrong"));
    let _tiny = tiny.restart(Fault::LfOnly);
    assert!(ends("0 passed, 1 wrong"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn whoever_waits_for_an_idle_client_is_found_with_the_patience_of_the_command_too() {
    let (code, text) = check(Fault::LockFromAnswer, &["--only", "idle-beside-busy"]);
    assert_eq!(code, Some(1), "{text}");
    let (code, text) = check(Fault::Serial, &["--only", "half-beside-whole"]);
    assert_eq!(code, Some(1), "{text}");
}

#[test]
fn nobody_listens_and_that_is_said() {
    let (code, text) = check(Fault::Deaf, &[]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains("no connection: nobody listens at 127.0.0.1:PORT"),
        "{text}"
    );
    assert!(!text.contains("nobody listens any more"), "{text}");
}

#[test]
fn each_check_says_what_it_is_about() {
    let mut ids = std::collections::BTreeSet::new();
    for (stage, check) in glassport::check::checks() {
        assert!(ids.insert(check.id), "{} is there twice", check.id);
        assert!((1..=12).contains(&stage));
        assert!((1..=14).contains(&check.lesson), "{}", check.id);
        let rule = check.clause.starts_with("RFC ") && check.clause.contains(" §");
        assert!(rule, "{}: {}", check.id, check.clause);
        for sentence in [check.why, check.hint] {
            assert!(sentence.ends_with(['.', '?']), "{sentence}");
        }
        assert!(!check.title.ends_with('.'), "{}", check.title);
    }
    assert!((10..=12).contains(&glassport::check::ALL.len()));
}
