//! What a terminal sends that nobody typed: pastes, answers, reports, releases of keys.

use super::support::{Session, eventually};
use super::{ARGS, assert_ended_well, dashboard, ready};

#[test]
fn a_paste_is_text_in_a_prompt_and_nothing_outside_of_one() {
    let mut session = dashboard();
    assert!(session.screen().bracketed_paste());
    session.send("\x1b[200~Quick question\rQ\x1b[201~");
    session.eventually_shows("pasted text does nothing here");
    session.send("/");
    session.eventually_shows("Filter both tables");
    session.send("\x1b[200~status:4xx\rQ\r\x1b[201~");
    session.eventually_shows("status:4xx Q");
    session.send("\r");
    session.eventually("the prompt closed", |s| {
        !s.contents().contains("Filter both")
    });
    session.send("q");
    session.eventually("the filter gone", |s| !s.contents().contains("status:4xx"));
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_paste_does_nothing_in_the_lab() {
    let mut session = ready(Session::start(&["lab"], 100, 30));
    session.send("\x1b[200~Quit\r\x1b[201~");
    session.eventually_shows("pasted text does nothing here");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn what_a_terminal_answers_is_no_key() {
    for answer in [
        "\x1bP>|Qterm\x1b\\",
        "\x1b_Gi=1;Qq\x1b\\",
        "\x1b]52;c;QQQQ\x07",
        "\x1b[113;1:3u",
        "\x1b[?62;22c",
        "\x1b[M qQ",
    ] {
        for cut in [1, answer.len() / 2, answer.len() - 1] {
            let mut session = dashboard();
            session.send(&answer[..cut]);
            // Longer than an ESC is waited for, and shorter than the rest of anything else.
            std::thread::sleep(std::time::Duration::from_millis(150));
            session.send(&answer[cut..]);
            session.send("?");
            session.eventually_shows("Help:");
            session.send("Q");
            assert_ended_well(&session);
        }
    }
}

#[test]
fn a_string_that_never_ends_does_not_take_the_keys_for_good() {
    let mut session = dashboard();
    session.send("\x1bPabc");
    eventually("a key", || {
        session.send("?");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        session.text().contains("Help:")
    });
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn what_a_terminal_still_sends_after_it_was_left_does_not_reach_the_shell() {
    for leave in ["q", "\x1a"] {
        // Only below a shell is it stopped.
        let mut session = ready(Session::in_shell(&["-p", "0", "--theme", "auto"], 100, 30));
        session.send(leave);
        session.eventually("the main screen", |screen| !screen.alternate_screen());
        session.send("\x1b]11;rgb:0000/0000/0000\x1b\\");
        if leave == "q" {
            assert_ended_well(&session);
        } else {
            eventually("stopped", || session.state() == Some('T'));
            assert!(session.is_cooked());
        }
        assert_eq!(session.unread(), 0);
        assert!(!session.text().contains("rgb:"), "{}", session.text());
    }
}

#[test]
fn escape_alone_is_still_a_key() {
    let mut session = ready(Session::start(ARGS, 100, 30));
    session.send("?");
    session.eventually_shows("Help:");
    session.send("\x1b");
    session.eventually("the help closed", |s| !s.contents().contains("Help:"));
    session.send("q");
    assert_ended_well(&session);
}
