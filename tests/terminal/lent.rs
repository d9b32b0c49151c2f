//! The terminal lent to an editor of one's own, and what may happen meanwhile.

use std::fs;
use std::path::Path;

use crate::support::{Session, Signal, eventually, get};
use crate::{assert_ended_well, ready};

/// An editor that takes a line of what is typed for the target, and says when it begins.
fn editor(dir: &Path) -> String {
    let script = dir.join("editor");
    let text = "echo EDITING; read -r line; sed -i \"s/missing/$line/\" \"$1\"\n";
    fs::write(&script, text).expect("it can be written");
    format!("sh {}", script.display())
}

/// A dashboard that has lent the terminal, below a shell that takes it when the job is stopped,
/// and continues the job for a line.
fn lent(dir: &Path) -> Session {
    let editor = format!("VISUAL={}", editor(dir));
    let program = env!("CARGO_BIN_EXE_glassport");
    let shell = "set -m; \"$0\" -p 0; code=$?; while [ $code -ge 146 -a $code -le 148 ]; do \
                 echo back at the shell; read -r _; fg >/dev/null; code=$?; done; exit $code";
    let command = ["env", &editor, "dash", "-c", shell, program];
    let mut session = ready(Session::below(&command, 100, 30));
    get(session.address(), "/missing");
    session.eventually_shows("GET /missing");
    session.send("c");
    session.eventually_shows("Change request #1.1");
    session.send("\x05");
    session.eventually_shows("EDITING");
    session
}

/// What the editor made of it is on the screen, and from there the way out.
fn assert_goes_on(mut session: Session) {
    session.send("hello.txt\n");
    session.eventually("the changed request", |screen| {
        screen.alternate_screen() && screen.contents().contains("/hello.txt")
    });
    session.send("\x1b");
    session.eventually("no window", |screen| !screen.contents().contains("Change"));
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn stopping_an_editor_stops_the_whole_job_and_it_goes_on_as_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut session = lent(dir.path());
    for _ in 0..2 {
        session.send("\x1a");
        eventually("stopped", || session.state() == Some('T'));
        session.eventually_shows("back at the shell");
        session.go_on();
        eventually("continued", || session.state() != Some('T'));
    }
    assert_goes_on(session);
}

#[test]
fn an_editor_has_the_terminal_at_any_size() {
    let dir = tempfile::tempdir().expect("a folder");
    let session = lent(dir.path());
    session.resize(72, 20);
    assert_goes_on(session);
}

#[test]
fn interrupting_an_editor_is_no_end_of_the_dashboard() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut session = lent(dir.path());
    session.send("\x03");
    session.eventually_shows("the request stays as it was");
    assert!(session.screen().alternate_screen());
    session.send("\x1b");
    session.eventually("no window", |screen| !screen.contents().contains("Change"));
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_signal_to_end_ends_the_editor_too_and_leaves_no_file() {
    for signal in [Signal::TERM, Signal::HUP] {
        let dir = tempfile::tempdir().expect("a folder");
        let session = lent(dir.path());
        let left = std::env::temp_dir().join(format!("glassport-request-{}.http", session.id()));
        assert!(left.exists());
        session.signal(signal);
        assert_ended_well(&session);
        assert!(!left.exists());
    }
}
