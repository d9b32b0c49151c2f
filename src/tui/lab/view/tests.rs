//! The lab as a person sees it, and what no screen of it may do.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

use crate::lab::{Loss, Settings};
use crate::tui::Theme;
use crate::tui::lab::view::draw;
use crate::tui::lab::{Bench, Course, CourseStep, Front};
use crate::tui::{When, Wish};

fn render(bench: &Bench, width: u16, height: u16) -> TestBackend {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(bench, frame)).unwrap();
    terminal.backend().clone()
}

fn press(bench: &mut Bench, keys: &str) {
    for key in keys.chars() {
        bench.key(KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE));
    }
}

fn bench(settings: Settings, ticks: u32) -> Bench {
    let mut bench = Bench::new(settings, Theme::default());
    for _ in 0..ticks {
        bench.pass();
    }
    bench
}

/// The default run, so many ticks on.
fn at(ticks: u32) -> Bench {
    bench(Settings::default(), ticks)
}

fn many() -> Bench {
    let settings = Settings {
        packets: 120,
        window: 20,
        ..Settings::default()
    };
    bench(settings, 400)
}

fn help() -> Bench {
    let mut bench = at(41);
    press(&mut bench, "?");
    bench
}

fn stepped() -> Bench {
    let mut bench = at(0);
    press(&mut bench, "..........");
    bench
}

/// A lesson, before and after its first step.
fn taught(front: Front, steps: &str) -> Bench {
    let mut bench = Bench::new(Settings::default(), Theme::default());
    bench.teach(Course {
        title: "Lesson 3 of 12: TCP puts in order".into(),
        page: "/lessons/tcp-orders.html".into(),
        front,
        steps: vec![CourseStep {
            say: "Packets with numbers. The receiver puts each at its place in an array.".into(),
            ask: Some("p3 arrives before p2. Is it handed upward?".into()),
            to: 45,
            see: "p3 is there, and cannot be used yet.".into(),
            answer: Some("No. There is a hole before it.".into()),
        }],
    });
    press(&mut bench, steps);
    while bench.period().is_some() {
        bench.pass();
    }
    bench
}

macro_rules! screens {
    ($($name:ident $bench:expr, $width:literal x $height:literal;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(render(&$bench, $width, $height));
        }
    )*};
}

screens! {
    start_80x24 at(0), 80 x 24;
    flying_80x24 at(41), 80 x 24;
    lost_80x24 at(31), 80 x 24;
    holes_80x24 at(118), 80 x 24;
    stepped_80x24 stepped(), 80 x 24;
    done_80x24 at(900), 80 x 24;
    resent_120x40 at(140), 120 x 40;
    many_120x40 many(), 120 x 40;
    holes_200x60 at(118), 200 x 60;
    small_50x12 at(41), 50 x 12;
    help_80x24 help(), 80 x 24;
    asked_80x24 taught(Front::Naive, ""), 80 x 24;
    answered_100x36 taught(Front::Ordered, " "), 100 x 36;
}

#[test]
fn any_size_can_be_drawn() {
    for bench in [
        at(0),
        at(41),
        at(140),
        many(),
        help(),
        taught(Front::Naive, ""),
    ] {
        for (width, height) in [
            (1, 1),
            (2, 3),
            (9, 9),
            (20, 60),
            (59, 17),
            (300, 4),
            (500, 200),
        ] {
            render(&bench, width, height);
        }
    }
    let extreme = Settings {
        seed: u64::MAX,
        packets: 999,
        loss: Loss::MOST,
        delay: 1,
        reorder: 500,
        window: 99,
    };
    for ticks in [1, 2, 3000] {
        render(&bench(extreme, ticks), 80, 24);
    }
}

#[test]
fn drawing_the_same_twice_gives_the_same_cells() {
    let bench = at(77);
    let first = render(&bench, 100, 30);
    assert_eq!(first.buffer(), render(&bench, 100, 30).buffer());
}

#[test]
fn without_colour_what_differs_still_does() {
    let never = Wish {
        color: Some(When::Never),
        ..Wish::default()
    };
    let mut bench = Bench::new(Settings::default(), Theme::choose(&never, |_| None));
    for _ in 0..118 {
        bench.pass();
    }
    let screen = render(&bench, 80, 24);
    let cells = screen.buffer().content();
    let plain = |color| color == Color::Reset;
    assert!(cells.iter().all(|cell| plain(cell.fg) && plain(cell.bg)));
    // What waits behind the hole, the hole itself and what was delivered.
    let row = |symbol: &str| {
        let found = cells
            .iter()
            .position(|cell| cell.symbol() == symbol)
            .unwrap();
        found / 80
    };
    let array = row("_");
    let modifier_at = |x: usize| cells[array * 80 + x].modifier;
    let x_of = |text: &str| {
        let line: String = cells[array * 80..][..80]
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        line.chars().count() - line.split_once(text).unwrap().1.chars().count() - text.len()
    };
    assert!(modifier_at(x_of("p7")).contains(Modifier::REVERSED));
    assert!(!modifier_at(x_of("p5")).contains(Modifier::REVERSED));
}
