use crossterm::event::{KeyCode, KeyModifiers};

use super::super::course::CourseStep;
use super::*;

fn press(bench: &mut Bench, keys: &str) -> Vec<Option<Effect>> {
    let event = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
    keys.chars().map(|c| bench.key(event(c))).collect()
}

fn bench() -> Bench {
    Bench::new(Settings::default(), Theme::default())
}

#[test]
fn a_course_has_the_simulation_go_on_step_by_step() {
    let step = |to| CourseStep {
        say: format!("up to {to}"),
        ask: None,
        to,
        see: format!("there is {to}"),
        answer: Some("yes".into()),
    };
    let mut bench = bench();
    bench.teach(Course {
        title: "Lesson".into(),
        page: "/page".into(),
        front: Front::Naive,
        steps: vec![step(10), step(u64::MAX)],
    });
    let now = |bench: &Bench| {
        let strip = bench.strip().unwrap();
        (bench.lab().now(), strip.step, strip.text.clone())
    };
    assert_eq!(now(&bench), (0, 1, "up to 10".into()));
    // None of these takes the simulation out of its hands.
    press(&mut bench, ".nrlL");
    assert_eq!(bench.lab().settings(), Settings::default());
    assert_eq!((bench.lab().now(), bench.period()), (0, None));
    press(&mut bench, " ");
    while bench.period().is_some() {
        bench.pass();
    }
    assert_eq!(now(&bench), (10, 1, "there is 10".into()));
    assert_eq!(bench.strip().unwrap().ask.as_deref(), Some("yes"));
    press(&mut bench, " ");
    assert_eq!(bench.period(), None);
    assert_eq!(now(&bench), (10, 2, "up to 18446744073709551615".into()));
    press(&mut bench, " ");
    while bench.period().is_some() {
        bench.pass();
    }
    assert!(bench.lab().is_done());
    press(&mut bench, " ");
    assert!(now(&bench).2.ends_with("/page."));
    assert!(!bench.is_taught());
    press(&mut bench, "r");
    assert_eq!(bench.lab().now(), 0, "it is the user's now");
}

#[test]
fn time_stands_still_when_paused_helped_or_done() {
    let mut bench = bench();
    assert!(bench.period().is_some());
    press(&mut bench, " ");
    assert_eq!(bench.period(), None);
    press(&mut bench, " ?");
    assert_eq!(bench.period(), None);
    assert_eq!(press(&mut bench, "q"), [None]);
    assert!(bench.period().is_some());
    while !bench.lab.is_done() {
        bench.pass();
    }
    assert_eq!(bench.period(), None);
    assert_eq!(press(&mut bench, "q"), [Some(Effect::Quit)]);
}

#[test]
fn a_step_pauses_and_stops_where_something_happened() {
    let mut bench = bench();
    press(&mut bench, ".");
    assert_eq!(bench.lab.now(), 1);
    assert!(bench.ordered_sentence().starts_with("p1 is sent"));
    press(&mut bench, ".");
    assert!(bench.ordered_sentence().starts_with("p2 is sent"));
    assert_eq!(bench.pace(), Pace::Paused);
    for _ in 0..1000 {
        press(&mut bench, ".");
    }
    assert!(bench.lab.is_done());
}

#[test]
fn speed_and_loss_have_bounds() {
    let mut bench = bench();
    for _ in 0..40 {
        press(&mut bench, ">L");
    }
    assert_eq!(bench.ticks_a_second(), 100);
    assert_eq!(bench.period(), Some(Duration::from_millis(40)));
    assert_eq!(bench.lab.settings().loss.as_percent(), 99);
    for _ in 0..40 {
        press(&mut bench, "<l");
    }
    assert_eq!(bench.ticks_a_second(), 1);
    assert_eq!(bench.lab.settings().loss.as_percent(), 0);
}

#[test]
fn restart_is_the_same_run_and_a_new_seed_another() {
    let mut bench = bench();
    let run = |bench: &mut Bench| {
        for _ in 0..100 {
            bench.pass();
        }
        format!("{:?}", bench.lab)
    };
    let first = run(&mut bench);
    press(&mut bench, "r");
    assert_eq!(run(&mut bench), first);
    press(&mut bench, "n");
    assert_eq!(bench.lab.settings().seed, Settings::default().seed + 1);
    assert_ne!(run(&mut bench), first);
}

#[test]
fn what_weighs_more_is_not_pushed_aside_at_once() {
    let mut told = None;
    tell(&mut told, &"lost", Weight::Lesson, 10);
    tell(&mut told, &"sent", Weight::Usual, 12);
    assert_eq!(told.as_ref().unwrap().sentence, "lost");
    tell(&mut told, &"filled", Weight::Lesson, 13);
    assert_eq!(told.as_ref().unwrap().sentence, "filled");
    tell(&mut told, &"sent", Weight::Usual, 13 + TOLD_FOR);
    assert_eq!(told.unwrap().sentence, "sent");
}
