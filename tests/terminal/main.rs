//! The terminal: what happens to it while the dashboard has it, and that it comes back.
//!
//! Each test is a trap that a prototype has walked into.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

mod acting;
mod exported;
mod hold;
mod lent;
mod lesson;
mod not_typed;
mod past;
mod session;
mod share;
mod shipped;
mod signals;
mod sizes;
mod support;

use std::time::{Duration, Instant};

use support::{Flood, Session, Signal, Threads, count, eventually, get};

const ARGS: &[&str] = &["-p", "0"];

/// A dashboard that has drawn its first frame.
fn dashboard() -> Session {
    ready(Session::start(ARGS, 100, 30))
}

fn ready(session: Session) -> Session {
    session.eventually_shows("q quit");
    assert!(session.screen().alternate_screen());
    session
}

/// Quiet: nothing was written for a while.
fn quiet(session: &Session) {
    let mut seen = session.octets().len();
    let mut since = Instant::now();
    eventually("quiet", || {
        let now = session.octets().len();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
        since.elapsed() > Duration::from_millis(300)
    });
}

#[track_caller]
fn assert_ended_well(session: &Session) {
    let status = session.wait_exit();
    assert!(status.success(), "{status}");
    session.assert_settings_restored();
    session.assert_screen_left();
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut session = dashboard();
    assert!(!session.is_cooked());
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn the_lab_gives_it_back_too() {
    for end in ["q", "Q", "\x03"] {
        let mut session = ready(Session::start(&["lab"], 100, 30));
        session.send("?");
        session.eventually_shows("Help: the lab");
        session.send("?");
        session.send(end);
        assert_ended_well(&session);
        session.eventually_shows("glassport lab --seed");
    }
    let mut session = ready(Session::in_shell(&["lab"], 100, 30));
    session.send("\x1a");
    eventually("stopped", || session.state() == Some('T'));
    assert!(session.is_cooked());
    session.go_on();
    session.eventually("the screen", |screen| {
        screen.alternate_screen() && footer_row(screen) == Some(30)
    });
    session.resize(80, 24);
    session.eventually("the footer in row 24", |s| footer_row(s) == Some(24));
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

#[test]
fn control_c_is_a_way_to_quit() {
    let mut session = dashboard();
    session.send("\x03");
    assert_ended_well(&session);
}

#[test]
fn a_signal_in_the_middle_of_traffic_gets_the_same_end() {
    let session = dashboard();
    let flood = Flood::start(session.address(), 4);
    eventually("traffic", || flood.answers() > 100);
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

/// The row the footer is in, counted from 1.
fn footer_row(screen: &vt100::Screen) -> Option<u16> {
    let (_, columns) = screen.size();
    let row = screen
        .rows(0, columns.get())
        .position(|row| row.contains("q quit"))?;
    u16::try_from(row + 1).ok()
}

#[test]
fn being_stopped_without_warning_draws_everything_anew() {
    let session = dashboard();
    session.signal(Signal::STOP);
    eventually("stopped", || session.state() == Some('T'));
    let before = session.frames();
    session.signal(Signal::CONT);
    eventually("a new frame", || session.frames() > before);
    session.eventually("the screen", |screen| {
        screen.alternate_screen() && footer_row(screen).is_some()
    });
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

#[test]
fn a_resize_before_the_first_key_is_seen() {
    let session = dashboard();
    session.resize(90, 24);
    session.eventually("the footer in row 24", |s| footer_row(s) == Some(24));
    session.resize(120, 40);
    session.eventually("the footer in row 40", |s| footer_row(s) == Some(40));
}

#[test]
fn any_size_is_survived_down_to_one_cell() {
    let mut session = dashboard();
    for (columns, rows) in [(20, 5), (2, 2), (1, 1), (500, 1), (1, 200), (300, 100)] {
        let before = session.frames();
        session.resize(columns, rows);
        eventually("a frame of that size", || session.frames() > before);
    }
    session.resize(100, 30);
    session.eventually("the footer in row 30", |s| footer_row(s) == Some(30));
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_storm_of_sizes_under_traffic_is_survived() {
    let mut session = dashboard();
    let flood = Flood::start(session.address(), 2);
    let mut random = 0x5eed_u64;
    let mut below = |most: u16| {
        // Knuth's MMIX: the same storm every time.
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        1 + u16::try_from((random >> 33) % u64::from(most)).expect("it is below a u16")
    };
    for turn in 0..200 {
        let before = session.frames();
        session.resize(below(300), below(100));
        session.send(["j", "\t", "?", "?", "L", "L", "x", "\\", "2", "1"][turn % 10]);
        // Some come faster than frames do, some are waited for.
        if turn % 10 == 9 {
            eventually("a frame of that size", || session.frames() > before);
            session.send("G");
        }
    }
    drop(flood);
    session.resize(100, 30);
    session.eventually("the footer in row 30", |s| footer_row(s) == Some(30));
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_terminal_that_tells_its_background_is_believed_and_left_as_it_was() {
    let mut session = ready(Session::start(&["-p", "0", "--theme", "auto"], 100, 30));
    eventually("the question", || {
        count(&session.octets(), b"\x1b]11;?\x1b\\") == 1
    });
    session.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\");
    session.send("?\x04\x04");
    session.eventually_shows("theme: light");
    session.send("q");
    session.send("Q");
    assert_ended_well(&session);
    assert!(!session.text().contains("rgb:"), "{}", session.text());
}

#[test]
fn a_terminal_that_goes_away_ends_the_process() {
    let mut session = dashboard();
    session.hang_up();
    let status = session.wait_exit_within(Duration::from_secs(5));
    assert!(status.success(), "{status}");
}

#[test]
fn no_load_makes_for_more_than_thirty_frames_a_second() {
    let session = dashboard();
    let flood = Flood::start(session.address(), 4);
    eventually("traffic", || flood.answers() > 100);
    let (start, before) = (Instant::now(), session.frames());
    eventually("forty frames", || session.frames() >= before + 40);
    let frames = session.frames() - before;
    let rate = f64::from(u32::try_from(frames).expect("few")) / start.elapsed().as_secs_f64();
    assert!(rate <= 31.5, "{rate} frames a second");
}

#[test]
fn each_frame_is_one_synchronised_update() {
    let session = dashboard();
    let flood = Flood::start(session.address(), 2);
    eventually("ten frames", || session.frames() > 10);
    drop(flood);
    quiet(&session);
    let octets = session.octets();
    assert_eq!(
        count(&octets, b"\x1b[?2026h"),
        count(&octets, b"\x1b[?2026l")
    );
    assert_eq!(
        count(&octets, b"\x1b[6n"),
        0,
        "nothing is asked of the terminal"
    );
}

#[test]
fn nothing_is_done_while_nothing_happens() {
    let session = dashboard();
    quiet(&session);
    let look = || {
        (
            session.octets().len(),
            session.cpu_ticks(),
            session.sleeps(Threads::All),
        )
    };
    // The one place where time has to pass. (A busy machine may be late with something that
    // happened before: then there is another window.)
    eventually("a second without (octets, CPU ticks, sleeps)", || {
        let before = look();
        std::thread::sleep(Duration::from_millis(1200));
        look() == before
    });
}

#[test]
fn what_happens_after_a_quiet_time_is_seen() {
    let session = dashboard();
    quiet(&session);
    get(session.address(), "/now");
    session.eventually_shows("/now");
}

#[test]
fn a_key_is_not_kept_waiting_by_traffic() {
    let mut session = dashboard();
    let flood = Flood::start(session.address(), 4);
    eventually("traffic", || flood.answers() > 100);
    let mut times = Vec::new();
    for _ in 0..10 {
        for shown in [true, false] {
            let start = Instant::now();
            session.send("?");
            session.eventually("help", |s| s.contents().contains("Help:") == shown);
            times.push(start.elapsed());
        }
    }
    times.sort_unstable();
    let (fastest, median, slowest) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("key to screen under load: {fastest:?}, {median:?}, {slowest:?}");
    // The fastest of many: this machine may be busy with other things.
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

#[test]
fn a_long_paste_is_read_to_its_end() {
    let mut session = dashboard();
    session.send(&"x".repeat(3001));
    session.send("?");
    session.eventually_shows("Help:");
}

#[test]
fn keys_are_not_forgotten_when_they_come_together_with_a_resize() {
    let mut session = dashboard();
    for shown in [true, false].repeat(10) {
        session.resize(if shown { 90 } else { 100 }, 30);
        session.send("?");
        session.eventually("help", |s| s.contents().contains("Help:") == shown);
    }
}

#[test]
fn a_log_file_beside_the_dashboard_is_refused_in_one_sentence() {
    let session = Session::start(&["-p", "0", "--log-file", "/dev/null"], 100, 30);
    let status = session.wait_exit();
    assert_eq!(status.exit_code(), 2);
    session.eventually_shows("glassport: --log-file needs --no-tui");
    assert!(!session.screen().alternate_screen());
    session.assert_settings_restored();
}

#[test]
fn a_panic_of_a_worker_leaves_the_screen_alone_and_is_reported_later() {
    let mut session = ready(Session::start_with(
        ARGS,
        &[("GLASSPORT_TEST_PANIC", "worker")],
        100,
        30,
    ));
    let address = session.address();
    let answer = get(address, "/.glassport/panic");
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    get(address, "/there");
    session.eventually_shows("/there");
    assert!(session.screen().alternate_screen() && !session.is_cooked());
    assert!(!session.text().contains("panicked at"));
    session.send("q");
    assert_ended_well(&session);
    session.eventually_shows("panicked at");
}

#[test]
fn a_panic_while_drawing_gives_the_terminal_back_and_is_reported() {
    let mut session = ready(Session::start_with(
        ARGS,
        &[("GLASSPORT_TEST_PANIC", "view")],
        100,
        30,
    ));
    session.send("?");
    let status = session.wait_exit();
    assert_eq!(status.exit_code(), 101);
    session.assert_settings_restored();
    session.assert_screen_left();
    session.eventually_shows("a panic for the tests");
}

#[test]
fn no_color_means_no_colour() {
    let session = ready(Session::start_with(ARGS, &[("NO_COLOR", "1")], 100, 30));
    get(session.address(), "/grey");
    session.eventually_shows("/grey");
    let octets = session.octets();
    for colour in ["\x1b[38;", "\x1b[48;", "\x1b[3", "\x1b[4"] {
        let colours = octets
            .windows(colour.len() + 2)
            .filter(|w| w.starts_with(colour.as_bytes()) && w.ends_with(b"m"))
            .filter(|w| !w.ends_with(b"39m") && !w.ends_with(b"49m"))
            .count();
        assert_eq!(colours, 0, "{colour:?}");
    }
}

/// Whether the screen has a glyph that is no ASCII, once the dashboard is there.
fn has_glyphs(args: &[&str], env: &[(&str, &str)]) -> bool {
    let session = ready(Session::start_with(&[ARGS, args].concat(), env, 100, 30));
    !session.text().is_ascii()
}

#[test]
fn where_the_locale_has_ascii_alone_so_has_the_dashboard_unless_told_otherwise() {
    assert!(has_glyphs(&[], &[]));
    assert!(!has_glyphs(&[], &[("LC_ALL", "C")]));
    assert!(!has_glyphs(&[], &[("LC_ALL", ""), ("LC_CTYPE", "POSIX")]));
    assert!(has_glyphs(&["--ascii=false"], &[("LC_ALL", "C")]));
    assert!(has_glyphs(
        &[],
        &[("LC_ALL", "C"), ("GLASSPORT_ASCII", "no")]
    ));
}
