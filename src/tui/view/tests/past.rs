//! Moments: whatever pane is looked at, nothing of another moment is in it.

use std::time::Duration;

use ratatui::layout::Rect;

use super::*;
use crate::event::{Activity, Breakpoint, Event, Record, Sampled};
use crate::tui::fixture::id;
use crate::tui::layout;
use crate::tui::model::Subject;
use crate::tui::{Recorded, Report};

/// Two connections by turns, each record at a time of its own.
fn story() -> Vec<Record> {
    let mut script = Script::new();
    let get = get("/index.html");
    script.accept(1).receive(1, &get[..9]).accept(2);
    script.note(
        1,
        Activity::Held {
            before: Breakpoint::Recv,
        },
    );
    let mut sampled = Sampled::default();
    sampled.kernel.unread = Some(37);
    script.note(1, Activity::Sampled(sampled.into()));
    let after = Duration::from_millis(7);
    script.note(1, Activity::Released { after });
    script.receive(2, &get).answer(2, Status::NOT_FOUND, 77);
    script.receive(1, &get[9..]).answer(1, Status::OK, 5000);
    script
        .accept(3)
        .receive(3, &get)
        .answer(3, Status::OK, 31)
        .close(3);
    let two = format!(
        "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello{}",
        &get[..12]
    );
    script
        .receive(1, &two)
        .answer(1, Status::METHOD_NOT_ALLOWED, 10);
    script
        .receive(1, &get[12..])
        .answer(1, Status::NOT_MODIFIED, 0);
    script.receive(1, "GET / HTTP/1.1\nHost: x\n\n");
    script.answer(1, Status::BAD_REQUEST, 200).close(1).close(2);
    let mut records = script.records;
    for (n, record) in (0_u32..).zip(&mut records) {
        record.at = Duration::from_millis(900) * n;
    }
    records
}

fn told(records: &[Record]) -> Dashboard {
    let mut model = empty();
    let (width, height) = (120, 40);
    update(&mut model, Msg::Resize { width, height });
    for record in records {
        update(&mut model, Msg::Record(record.clone()));
    }
    model
}

/// The lines of a part of a screen, however a border is drawn there.
fn lines(model: &Model, (width, height): (u16, u16), part: Rect) -> Vec<String> {
    let buffer = render(model, width, height).buffer().clone();
    let row = |y| {
        let symbols = (part.left()..part.right()).map(|x| match buffer[(x, y)].symbol() {
            "╔" => "╭",
            "╗" => "╮",
            "╚" => "╰",
            "╝" => "╯",
            "═" => "─",
            "║" => "│",
            other => other,
        });
        symbols.collect::<String>()
    };
    (part.top()..part.bottom()).map(row).collect()
}

/// Compares everything about what is selected. Of the tables, what a row of theirs says:
/// those of what was not there yet say just that.
fn check_panes(past: &Model, then: &Model, moment: u64) {
    for (width, height) in [(120, 40), (80, 24), (200, 60)] {
        let regions = layout::regions(Rect::new(0, 0, width, height), &past.ui);
        for pane in Pane::ALL {
            let part = regions.pane(pane);
            let of = |model: &Model| lines(model, (width, height), part);
            let (mut ours, mut theirs) = (of(past), of(then));
            // What was not asked at that moment is not known of it.
            let is_of_now = |row: &String| row.contains("│ accept ") || row.contains("│ socket ");
            ours.retain(|row| !is_of_now(row));
            theirs.retain(|row| !is_of_now(row));
            if pane.is_table() {
                ours.retain(|row| !row.contains("not there yet") && !row.contains("not begun yet"));
                if height < 40 {
                    // Other rows may be in sight.
                    continue;
                }
                let is_row = |row: &String| row.chars().any(|c| c.is_ascii_digit());
                ours.retain(is_row);
                theirs.retain(is_row);
            }
            assert_eq!(ours, theirs, "{pane:?} {width}x{height}, moment {moment}");
        }
        let voice = |model: &Model| lines(model, (width, height), regions.voice);
        assert_eq!(
            voice(past),
            voice(then),
            "{width}x{height}, moment {moment}"
        );
    }
}

#[test]
fn every_pane_at_every_moment_is_what_was_told_until_then() {
    let records = story();
    let of_first =
        |record: &Record| matches!(&record.event, Event::Connection(of, _) if *of == id(1));
    for keys in ["", "L", "4", "5", "\t", "\t\t\t\\", "1\\x"] {
        // The first connection is the upper one.
        let mut past = typed(told(&records), "g");
        update(
            &mut past,
            Msg::Resize {
                width: 200,
                height: 60,
            },
        );
        press(&mut past, [KeyCode::Char(','), KeyCode::Home]);
        let mut past = typed(past, keys);
        let mut seen = 0;
        while let Some(moment) = past.ui.past.as_ref().map(|past| past.moment) {
            let until = records
                .iter()
                .enumerate()
                .filter(|(_, record)| of_first(record));
            let (index, record) = until
                .take(usize::try_from(moment.0).unwrap())
                .last()
                .unwrap();
            let mut then = typed(told(&records[..=index]), keys).into_model();
            then.ui.subject = Subject::Connection(id(1));
            assert_eq!(past.now(), record.at);
            check_panes(&past, &then, moment.0);
            press(&mut past, [KeyCode::Char('.')]);
            seen += 1;
        }
        let readings = 1;
        let last = past.live.connections[&id(1)].moment;
        assert_eq!(seen, last.0 - readings - 1, "all but the present");
    }
}

#[test]
fn the_present_is_the_newest_moment_and_looks_as_ever() {
    let records = story();
    let mut model = typed(told(&records), "g");
    let live = render(&model, 120, 40).buffer().clone();
    press(&mut model, [KeyCode::Char(','), KeyCode::Char(',')]);
    assert_ne!(render(&model, 120, 40).buffer(), &live);
    press(&mut model, [KeyCode::Char('.'), KeyCode::Char('.')]);
    press(&mut model, [KeyCode::Null]);
    assert_eq!(render(&model, 120, 40).buffer(), &live);
}

#[test]
fn whatever_moment_is_shown_a_recording_that_goes_on_is_said() {
    let mut model = told(&story());
    let header =
        |model: &Dashboard, width| lines(model, (width, 30), Rect::new(0, 0, width, 1)).concat();
    assert!(!header(&model, 160).contains("REC"));
    let path = "a.mcap".into();
    for recorded in [Recorded::Begun { path }, Recorded::Written(2048)] {
        update(&mut model, Msg::Report(Report::Recording(recorded)));
    }
    for width in [60, 80, 120, 160] {
        let said = header(&model, width);
        assert!(
            said.contains("● RECORDING 2.0K") && said.contains("LIVE"),
            "{said}"
        );
    }
    press(&mut model, [KeyCode::Char(',')]);
    for width in [80, 120, 160] {
        let said = header(&model, width);
        assert!(said.contains("● REC") && said.contains("REPLAY"), "{said}");
    }
    let ended = Recorded::Ended("a.mcap".into());
    update(&mut model, Msg::Report(Report::Recording(ended)));
    assert!(!header(&model, 160).contains("REC"));
}

#[test]
fn marked_moments_and_exchanges_stand_on_the_line() {
    let records = story();
    let line = |keys: &str| {
        let model = typed(told(&records), keys);
        lines(&model, (120, 40), Rect::new(0, 0, 120, 1)).remove(0)
    };
    let count = |keys: &str| line(keys).matches('◆').count();
    assert_eq!(count("g,,,,"), 0);
    // The moment that is shown; it is marked when it is left too.
    assert_eq!(count("g,,,,m"), 1);
    assert_eq!(count("g,,,,m,,,,"), 1);
    assert_eq!(count("g,,,,m,,,,m"), 2);
    assert_eq!(count("g,,,,mm"), 0);
    // An exchange stands where it was complete.
    assert_eq!(count("g\tgm,"), 1);
}
