//! A lesson on the screen, from its first step to its last, by the presenter's key.

use crate::support::Session;
use crate::{ARGS, assert_ended_well};

#[test]
fn lesson_6_goes_on_by_the_key_and_is_told_on_the_screen() {
    let args = [&["lesson", "6"], ARGS].concat();
    let mut session = Session::start(&args, 120, 40);
    let steps = [
        ("one request of 35 octets", "35 octets wait in the kernel"),
        ("How many recvs will there be", "Answer: Nine"),
        ("in three calls", "Answer: One."),
        ("Predict: How many recvs now?", "Answer: Three"),
    ];
    for (number, (say, see)) in (1..).zip(steps) {
        session.eventually_shows(&format!("step {number} of 4"));
        session.eventually_shows(say);
        session.eventually_shows("Enter does it");
        session.send(if number % 2 == 0 { " " } else { "\r" });
        session.eventually_shows(see);
        session.eventually_shows("Enter next step");
        session.send("\r");
    }
    session.eventually_shows("That was lesson 6.");
    session.eventually_shows("/lessons/recv.html");
    // Nine recvs of the second step, and the requests of the last three.
    session.eventually_shows("3 requests");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn the_calls_before_any_connection_are_shown() {
    let args = [&["lesson", "5"], ARGS].concat();
    let mut session = Session::start(&args, 120, 40);
    session.eventually_shows("Enter does it");
    session.eventually_shows("No connection yet: the lesson makes one.");
    session.eventually_shows("bind(127.0.0.1:");
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn a_lesson_as_text_waits_for_enter() {
    let args = [&["lesson", "6", "--plain", "--pause"], ARGS].concat();
    let mut session = Session::start(&args, 80, 60);
    session.eventually_shows("The client sends one request of 35");
    assert!(!session.text().contains("client   connect"));
    session.send("\r");
    session.eventually_shows("35 octets wait in the kernel");
    assert!(!session.text().contains("Step 2 of 4"));
    session.send("\r");
    session.eventually_shows("Step 2 of 4");
    for _ in 0..6 {
        session.send("\r");
    }
    session.eventually_shows("That was lesson 6");
    assert!(session.wait_exit().success());
}

#[test]
fn a_lesson_can_be_left_at_any_time() {
    let args = [&["lesson", "12"], ARGS].concat();
    let mut session = Session::start(&args, 80, 24);
    session.eventually_shows("Enter does it");
    session.send("q");
    assert_ended_well(&session);

    // While the connection is held, and the next step is asked for.
    let args = [&["lesson", "4"], ARGS].concat();
    let mut session = Session::start(&args, 80, 24);
    session.eventually_shows("Enter does it");
    session.send("\r");
    session.eventually_shows("Enter next step");
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn lessons_about_the_network_run_in_the_lab() {
    let mut session = Session::start(&["lesson", "3"], 100, 36);
    for (number, see) in [
        (1, "Answer: No. It waits"),
        (2, "Answer: No. Each later one"),
    ] {
        session.eventually_shows(&format!("step {number} of 3"));
        session.eventually_shows("Enter does it");
        // As fast as it goes.
        session.send(">>>>>\r");
        session.eventually_shows(see);
        session.send("\r");
    }
    session.eventually_shows("step 3 of 3");
    session.send("\r");
    session.eventually_shows("Answer: Four, p2 to p5");
    session.send("\r");
    session.eventually_shows("More on its page, /lessons/tcp-orders.html.");
    session.send("q");
    session.eventually_shows("glassport lab --seed 138 --loss 30% --packets 5");
}

#[test]
fn every_lesson_comes_to_its_end_by_the_key() {
    for lesson in glassport::lesson::ALL {
        let number = lesson.number.to_string();
        let mut session = Session::start(&["lesson", &number, "-p", "0"], 100, 36);
        for step in 1..=lesson.steps.len() {
            session.eventually_shows(&format!("step {step} of {}", lesson.steps.len()));
            session.eventually_shows("Enter does it");
            // The fastest the lab has; the dashboard's connections are not that slow.
            session.send(if lesson.simulates().is_some() {
                ">>>>>\r"
            } else {
                "\r"
            });
            session.eventually_shows("Enter next step");
            session.send("\r");
        }
        session.eventually_shows("That was ");
        session.send("Q");
        assert_ended_well(&session);
    }
}
