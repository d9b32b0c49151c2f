//! Signals, being stopped, and a terminal that takes nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use super::support::{Action, Flood, Session, Signal, Threads, eventually};
use super::{ARGS, assert_ended_well, dashboard, footer_row, ready};

/// How long the end may take on a terminal that takes nothing. It is two seconds, and this
/// machine may be busy with other things.
const END: Duration = Duration::from_secs(5);

/// What is said where Ctrl-Z does nothing.
const REFUSED: &str = "not suspended: there is no shell here";

fn in_shell() -> Session {
    ready(Session::in_shell(ARGS, 100, 30))
}

#[test]
fn signals_that_ask_for_the_end_get_it() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let session = dashboard();
        session.signal(signal);
        assert_ended_well(&session);
    }
}

#[test]
fn signals_that_would_only_kill_end_it_in_order() {
    for signal in [Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::XCPU] {
        let session = dashboard();
        session.signal(signal);
        assert_ended_well(&session);
    }
}

#[test]
fn usr1_changes_nothing() {
    let mut session = dashboard();
    session.signal(Signal::USR1);
    session.send("?");
    session.eventually_shows("Help:");
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn what_was_ignored_at_the_start_stays_ignored() {
    let script = "trap '' HUP INT QUIT TSTP; exec \"$0\" -p 0";
    let program = env!("CARGO_BIN_EXE_glassport");
    let mut session = ready(Session::below(
        &["sh", "-c", &format!("({script}); exit $?"), program],
        100,
        30,
    ));
    for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TSTP] {
        session.signal(signal);
        session.send("?");
        session.eventually_shows("Help:");
        session.send("?");
        session.eventually("no help", |screen| !screen.contents().contains("Help:"));
    }
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

/// Memory that runs out and a stack that overflows end in ABRT.
#[test]
fn an_abort_gives_the_terminal_back() {
    let session = dashboard();
    session.signal(Signal::ABORT);
    let status = session.wait_exit();
    assert!(
        status.signal().is_some_and(|name| name.contains("Abort")),
        "{status}"
    );
    session.assert_settings_restored();
    session.assert_screen_left();
}

#[test]
fn suspending_leaves_the_screen_and_going_on_draws_it_at_the_new_size() {
    let mut session = in_shell();
    for (columns, rows) in [(70, 20), (100, 30)] {
        session.send("\x1a");
        eventually("stopped", || session.state() == Some('T'));
        eventually("the settings of before", || session.is_cooked());
        session.assert_screen_left();
        session.resize(columns, rows);
        session.go_on();
        session.eventually("the footer at the bottom", |screen| {
            screen.alternate_screen() && footer_row(screen) == Some(rows)
        });
        assert!(!session.is_cooked());
    }
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_stop_signal_suspends_too() {
    let mut session = in_shell();
    session.signal(Signal::TSTP);
    eventually("stopped", || session.state() == Some('T'));
    eventually("the settings of before", || session.is_cooked());
    session.go_on();
    session.eventually("the screen", |screen| {
        screen.alternate_screen() && footer_row(screen).is_some()
    });
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

/// A shell waits for the whole job, and not for the dashboard alone: `cargo run`, `sh -c`.
#[test]
fn suspending_stops_the_whole_job() {
    let shell =
        "set -m; sh -c '\"$0\" -p 0; exit $?' \"$0\"; echo back at the shell; read -r _; fg";
    let mut session = ready(Session::below(
        &["bash", "-c", shell, env!("CARGO_BIN_EXE_glassport")],
        100,
        30,
    ));
    session.send("\x1a");
    session.eventually_shows("back at the shell");
    session.go_on();
    session.eventually("the screen", |screen| {
        screen.alternate_screen() && footer_row(screen).is_some()
    });
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn where_nobody_could_continue_it_it_is_not_stopped_and_says_so() {
    let program = env!("CARGO_BIN_EXE_glassport");
    let namespace = ["unshare", "-pf", "--mount-proc"];
    let may = Command::new(namespace[0])
        .args(&namespace[1..])
        .arg("true")
        .status();
    // As the leader of its session, in an orphaned process group, as process 1.
    let mut sessions = vec![
        Session::start(ARGS, 100, 30),
        Session::below(&["sh", "-c", "\"$0\" -p 0; exit $?", program], 100, 30),
    ];
    if may.is_ok_and(|status| status.success()) {
        let command = [&namespace[..], &[program, "-p", "0"]].concat();
        sessions.push(Session::below(&command, 100, 30));
    } else {
        println!("skipped: process 1, for want of a namespace");
    }
    for mut session in sessions.into_iter().map(ready) {
        for stop in ["key", "signal"] {
            match stop {
                "key" => session.send("\x1a"),
                _ => session.signal(Signal::TSTP),
            }
            session.eventually_shows(REFUSED);
            session.eventually("the screen", |screen| {
                screen.alternate_screen() && footer_row(screen).is_some()
            });
            assert!(!session.is_cooked());
            session.send("??");
            session.eventually("no sentence", |s| !s.contents().contains(REFUSED));
        }
        session.send("q");
        assert_ended_well(&session);
    }
}

/// The thread that draws waits for the terminal.
fn eventually_stuck(session: &Session) {
    // It has not slept anew for a while, though there was something to draw all the time.
    let mut sleeps = session.sleeps(Threads::Main);
    let mut since = Instant::now();
    eventually("the terminal to be full", || {
        let now = session.sleeps(Threads::Main);
        if now != sleeps {
            (sleeps, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_millis(400)
    });
}

/// It ended in order, or had to be ended: then it died of the signal.
#[track_caller]
fn assert_ended_soon(session: &Session, signal: Signal) {
    let status = session.wait_exit_within(END);
    let names = [
        (Signal::TERM, "Terminated"),
        (Signal::INT, "Interrupt"),
        (Signal::QUIT, "Quit"),
        (Signal::HUP, "Hangup"),
    ];
    let name = names
        .iter()
        .find(|(one, _)| *one == signal)
        .expect("one of four")
        .1;
    let died = status.signal().is_some_and(|died| died.contains(name));
    assert!(status.success() || died, "{status}");
    session.assert_settings_restored();
}

#[test]
fn a_terminal_that_takes_nothing_does_not_keep_a_signal_from_ending_the_process() {
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP] {
        let session = dashboard();
        session.hold();
        let flood = Flood::start(session.address(), 4);
        eventually_stuck(&session);
        let answers = flood.answers();
        eventually("the server to go on all the same", || {
            flood.answers() > answers + 10
        });
        drop(flood);
        session.signal(signal);
        assert_ended_soon(&session, signal);
        session.release();
        session.assert_screen_left();
    }
}

#[test]
fn neither_does_one_whose_output_is_stopped_and_it_is_whole_after_xon() {
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP] {
        let session = dashboard();
        session.flow(Action::OOff);
        let flood = Flood::start(session.address(), 2);
        eventually_stuck(&session);
        drop(flood);
        session.signal(signal);
        assert_ended_soon(&session, signal);
        session.flow(Action::OOn);
        session.assert_screen_left();
    }
}
