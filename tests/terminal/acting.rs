//! What a person does with what is shown: on the real terminal, with the real server.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::support::{Session, count, eventually, get};
use crate::{ARGS, assert_ended_well, dashboard, ready};

const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

#[test]
fn a_copy_reaches_the_terminal_and_the_screen_says_so() {
    let mut session = dashboard();
    get(session.address(), "/hello.txt");
    session.eventually_shows("GET /hello.txt");
    session.send("y");
    session.eventually_shows("Copy request #1.1");
    session.send("r");
    session.eventually_shows("to the terminal's clipboard (OSC 52)");
    let octets = session.octets();
    let text = String::from_utf8_lossy(&octets);
    let base64 = text.split("\x1b]52;c;").nth(1).expect("it was written");
    let base64 = base64.split('\x07').next().expect("it ends");
    let copied = BASE64.decode(base64).expect("it is base64");
    assert!(copied.starts_with(b"GET /hello.txt HTTP/1.1\r\n"));
    assert!(copied.ends_with(b"\r\n\r\n"));
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_request_is_sent_again_and_seen() {
    let mut session = dashboard();
    get(session.address(), "/missing");
    session.eventually_shows("GET /missing");
    session.send("r");
    session.eventually_shows("sent again: answered 404 Not Found");
    session.eventually_shows("2 requests");
    session.eventually_shows("Buffer #2");
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_request_is_changed_in_an_editor_of_ones_own_and_the_answers_are_compared() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = dir.path().join("editor");
    // It takes what is typed, which must not reach the dashboard, and changes the target.
    let text = "#!/bin/sh\necho EDITING; read -r line; sed -i \"s/missing/$line/\" \"$1\"\n";
    fs::write(&script, text).expect("it can be written");
    let editor = format!("sh {}", script.display());
    let environment = [("VISUAL", editor.as_str())];
    let mut session = ready(Session::start_with(&["-p", "0"], &environment, 120, 30));
    get(session.address(), "/missing");
    session.eventually_shows("GET /missing");
    session.send("c");
    session.eventually_shows("Change request #1.1");
    session.send("\x05");
    session.eventually_shows("EDITING");
    session.send("hello.txt\n");
    session.eventually_shows("/hello.txt");
    session.send("\x13");
    session.eventually_shows("Two answers:");
    session.eventually_shows("HTTP/1.1 200 OK");
    session.send("q");
    session.eventually("no window", |screen| {
        !screen.contents().contains("Two answers")
    });
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_file_is_written_and_not_replaced_unasked() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("r");
    let mut session = ready(Session::start(ARGS, 100, 30));
    get(session.address(), "/hello.txt");
    session.eventually_shows("GET /hello.txt");
    let keys = format!("wr\x15{}\r", path.display());
    session.send(&keys);
    session.eventually_shows("wrote");
    assert!(fs::read(&path).is_ok_and(|octets| octets.starts_with(b"GET /hello.txt")));
    fs::write(&path, "mine").expect("it can be written");
    session.send(&keys);
    session.eventually_shows("Enter replaces it");
    assert_eq!(fs::read(&path).ok().as_deref(), Some(&b"mine"[..]));
    session.send("\r");
    eventually("replaced", || {
        fs::read(&path).is_ok_and(|octets| octets != b"mine")
    });
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn the_mouse_is_given_back_and_taken_again() {
    let mut session = ready(Session::in_shell(&["-p", "0"], 100, 30));
    assert_eq!(count(&session.octets(), MOUSE_ON), 1);
    get(session.address(), "/hello.txt");
    session.eventually_shows("GET /hello.txt");
    // A click into the help of a pane that has not the focus.
    session.send("\x1b[<0;60;4M\x1b[<0;60;4m?");
    session.eventually_shows("Help: Exchanges");
    session.send("\x1b");
    session.eventually("no help", |screen| !screen.contents().contains("Help:"));
    session.send("\x1a");
    eventually("stopped", || session.state() == Some('T'));
    session.assert_screen_left();
    session.go_on();
    session.eventually("the mouse again", |screen| {
        screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    });
    session.send("M");
    session.eventually("no mouse", |screen| {
        screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    });
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_configuration_file_changes_keys_and_settings() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("c.toml");
    fs::write(&path, "mouse = false\n[keys]\nfreeze = \"z\"\n").expect("it can be written");
    let path = path.to_str().expect("it is text");
    let mut session = ready(Session::start(&["-p", "0", "--config", path], 100, 30));
    assert_eq!(count(&session.octets(), MOUSE_ON), 0);
    session.eventually_shows("z freeze");
    session.send(" ");
    session.send("z");
    session.eventually_shows("FROZEN");
    session.send("q");
    assert_ended_well(&session);

    fs::write(path, "mose = false\n").expect("it can be written");
    let session = Session::start(&["-p", "0", "--config", path], 100, 30);
    assert_eq!(session.wait_exit().exit_code(), 2);
    session.eventually_shows("there is no setting \"mose\"; \"mouse\" may be meant");
}
