//! The sessions that ship with the program: opened by name, and written for other programs.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::assert_ended_well;
use super::support::Session;

/// Runs the program in a folder, where there is no terminal.
fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    let output = command.current_dir(folder).args(args).output();
    output.expect("it runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn each_opens_by_name_and_shows_what_it_is_about() {
    for (name, shown) in [
        ("browser", ["0 open", "/pictures/", "304"].as_slice()),
        ("netcat", &["4xx 1", "GET /hello.txt", "400", "200"]),
        ("class", &["3 requests", "GET /empty.txt", "GET /hello.txt"]),
    ] {
        let mut session = Session::start(&["open", name], 160, 48);
        session.eventually_shows(&format!("{name}, recorded 20"));
        for text in shown {
            session.eventually_shows(text);
        }
        session.send("Q");
        assert_ended_well(&session);
    }
}

#[test]
fn each_is_written_in_every_form() {
    let folder = tempfile::tempdir().expect("there is room");
    for name in ["browser", "netcat", "class"] {
        let export = |form| {
            let output = run(folder.path(), &["export", name, form]);
            assert!(output.status.success(), "{name} {form}: {output:?}");
            output.stdout
        };
        let sentences = text(&export("--text"));
        let requests = sentences.matches("The head was parsed: GET ").count();
        let refused = sentences.matches("The request is refused with 400").count();
        assert_eq!(refused, usize::from(name == "netcat"));
        assert!(requests >= 1, "{name}");
        let har: serde_json::Value = serde_json::from_slice(&export("--har")).expect("it is JSON");
        let entries = har["log"]["entries"].as_array().expect("an array");
        assert_eq!(entries.len(), requests + refused, "{name}");
        let curl = text(&export("--curl"));
        let commands = curl.lines().filter(|line| line.starts_with("curl "));
        assert_eq!(commands.count(), requests, "{name}");
        check_film(&text(&export("--asciicast")), name);
        assert!(
            export("--pcapng").starts_with(b"\x0a\x0d\x0d\x0a"),
            "{name}"
        );
    }
}

#[test]
fn what_is_in_them_can_be_learned_from() {
    let folder = tempfile::tempdir().expect("there is room");
    let told = |name| text(&run(folder.path(), &["export", name, "--text"]).stdout);
    let browser = told("browser");
    for wanted in [
        "The response 304 is complete",
        "The response 404 is complete",
        "  #6  ",
    ] {
        assert!(browser.contains(wanted), "{wanted}");
    }
    let class = told("class");
    assert!(class.contains("recv returned 4 of the 4 octets asked for"));
    assert!(class.contains("recv returned 16 of the 16 octets asked for"));
    assert!(class.contains("held"));
}

#[test]
fn without_a_name_they_are_listed_and_a_mistyped_one_is_answered() {
    let folder = tempfile::tempdir().expect("there is room");
    let listed = run(folder.path(), &["open"]);
    assert!(listed.status.success());
    for name in ["browser", "netcat", "class"] {
        assert!(text(&listed.stdout).contains(&format!("glassport open {name}")));
    }
    let mistyped = run(folder.path(), &["export", "brwser", "--text"]);
    assert_eq!(mistyped.status.code(), Some(1));
    let said = text(&mistyped.stderr);
    assert!(said.ends_with("did you mean browser?\n"), "{said}");
    let unlike = text(&run(folder.path(), &["export", "x.mcap", "--text"]).stderr);
    assert!(unlike.contains("glassport open lists"), "{unlike}");
}

#[test]
fn a_file_of_the_same_name_goes_first_and_a_folder_does_not() {
    let folder = tempfile::tempdir().expect("there is room");
    fs::create_dir(folder.path().join("class")).expect("there is room");
    fs::write(folder.path().join("netcat"), "mine").expect("there is room");
    assert!(
        run(folder.path(), &["export", "class", "--text"])
            .status
            .success()
    );
    let mine = run(folder.path(), &["export", "netcat", "--text"]);
    assert_eq!(mine.status.code(), Some(1));
    let said = text(&mine.stderr);
    assert!(said.contains("netcat: this is no session"), "{said}");
}

/// A film is a header and events in the order of their times, and ends with the session.
fn check_film(cast: &str, name: &str) {
    let mut lines = cast.lines();
    let header: serde_json::Value =
        serde_json::from_str(lines.next().expect("a header")).expect("it is JSON");
    assert_eq!(header["version"], 2, "{name}");
    assert_eq!(
        (&header["width"], &header["height"]),
        (&120.into(), &40.into())
    );
    let size = |n| std::num::NonZeroU16::new(n).expect("it is not 0");
    let mut terminal = vt100::Parser::new(size(40), size(120), 0);
    let mut last = 0.0;
    for line in lines {
        let (at, kind, output): (f64, String, String) =
            serde_json::from_str(line).expect("an event");
        assert!(kind == "o" && at >= last, "{name}: {line}");
        last = at;
        terminal.process(output.as_bytes());
    }
    let screen = terminal.screen().contents();
    assert!(screen.contains(&format!("{name}, recorded 20")), "{screen}");
    assert!(screen.contains("closed"), "{screen}");
}
