//! Sizes that no screen has: a terminal can report any (`stty cols 65535 rows 65535`).

use super::support::{Session, eventually};
use super::{ARGS, assert_ended_well, footer_row, ready};

/// The sizes at the edges, and the ones beside them.
const EDGES: &[(u16, u16)] = &[
    (65535, 65535),
    (65535, 1),
    (1, 65535),
    (0, 0),
    (0, 65535),
    (65535, 0),
    (2001, 2001),
    (32768, 32768),
];

#[test]
fn a_size_no_screen_has_is_survived_by_the_dashboard_and_the_lab() {
    for args in [ARGS, &["lab"]] {
        let mut session = ready(Session::start(args, 100, 30));
        for &(columns, rows) in EDGES {
            let before = session.frames();
            session.report_size(columns, rows);
            eventually("a frame of that size", || session.frames() > before);
            session.send("?");
            session.send("?");
        }
        session.report_size(100, 30);
        session.eventually("the footer in row 30", |s| footer_row(s) == Some(30));
        let peak = session.peak_memory();
        assert!(peak < 512 << 20, "{peak} octets of memory");
        session.send("Q");
        assert_ended_well(&session);
    }
}

#[test]
fn a_size_no_screen_has_from_the_start_is_survived() {
    let mut session = Session::start_reporting(ARGS, 100, 30, (65535, 65535));
    eventually("a frame", || session.frames() > 0);
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_size_no_screen_has_while_it_is_stopped_is_survived() {
    let mut session = ready(Session::in_shell(ARGS, 100, 30));
    session.send("\x1a");
    eventually("stopped", || session.state() == Some('T'));
    session.report_size(65535, 65535);
    let before = session.frames();
    session.go_on();
    eventually("a frame", || session.frames() > before);
    session.report_size(100, 30);
    session.eventually("the footer in row 30", |s| footer_row(s) == Some(30));
    session.send("q");
    assert_ended_well(&session);
}
