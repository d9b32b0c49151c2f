//! Moments: whatever pane is looked at, nothing of another moment is in it.

use std::time::Duration;

use super::*;
use crate::event::{Activity, Event, Record, Sampled, Station};
use crate::trace::Moment;
use crate::tui::fixture::id;
use crate::tui::model::Subject;
use crate::tui::update::moment;

/// Two connections by turns, each record at a time of its own.
fn story() -> Vec<Record> {
    let mut script = Script::new();
    let get = get("/index.html");
    script.accept(1).receive(1, &get[..9]).accept(2);
    script.note(
        1,
        Activity::Held {
            before: Station::Recv,
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

fn told(records: &[Record]) -> Model {
    let mut model = empty();
    let (width, height) = (120, 40);
    update(&mut model, Msg::Resize { width, height });
    for record in records {
        update(&mut model, Msg::Record(record.clone()));
    }
    model
}

/// The lines of a screen that are about what is selected: not the header, which is the line
/// of the past, not the keys, and not how a border is drawn.
fn panes(model: &Model, width: u16, height: u16) -> Vec<String> {
    let buffer = render(model, width, height).buffer().clone();
    let rows = 1..height - 1;
    let row = |y| {
        let symbols = (0..width).map(|x| match buffer[(x, y)].symbol() {
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
    rows.map(row).collect()
}

/// Everything but rows of what was not there yet.
fn check_panes(past: &Model, then: &Model, moment: u64) {
    for (width, height) in [(120, 40), (80, 24), (200, 60)] {
        let (ours, theirs) = (panes(past, width, height), panes(then, width, height));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let later = ours.contains("not there yet") || ours.contains("not begun yet");
            if later {
                continue;
            }
            assert_eq!(ours, theirs, "{width}x{height}, moment {moment}");
        }
    }
}

#[test]
fn every_pane_at_every_moment_is_what_was_told_until_then() {
    let records = story();
    let of_first =
        |record: &Record| matches!(&record.event, Event::Connection(of, _) if *of == id(1));
    for keys in ["", "L", "4", "5", "\t", "\t\t\t\\", "1\\x"] {
        let mut past = typed(told(&records), keys);
        let last = past.live.connections[&id(1)].moment;
        let mut moment = 0;
        for (index, record) in records.iter().enumerate() {
            if !of_first(record) {
                continue;
            }
            moment += 1;
            let Event::Connection(_, activity) = &record.event else {
                unreachable!()
            };
            let next = &records.get(index + 1).map(|next| &next.event);
            let asked = matches!(next, Some(Event::Connection(_, Activity::Sampled(_))));
            if moment == last.0 || asked || matches!(activity, Activity::Counted(_)) {
                continue;
            }
            let mut then = typed(told(&records[..=index]), keys);
            then.ui.subject = Subject::Connection(id(1));
            moment::stand(&mut past, id(1), Moment(moment));
            update(
                &mut past,
                Msg::Resize {
                    width: 200,
                    height: 60,
                },
            );
            assert_eq!(past.now(), record.at);
            check_panes(&past, &then, moment);
        }
        assert_eq!(moment, last.0);
    }
}

#[test]
fn the_present_is_the_newest_moment_and_looks_as_ever() {
    let records = story();
    let mut model = told(&records);
    model.ui.subject = Subject::Connection(id(1));
    let live = render(&model, 120, 40).buffer().clone();
    press(&mut model, [KeyCode::Char(','), KeyCode::Char(',')]);
    assert_ne!(render(&model, 120, 40).buffer(), &live);
    press(&mut model, [KeyCode::Char('.'), KeyCode::Char('.')]);
    model.ui.notice = None;
    assert_eq!(render(&model, 120, 40).buffer(), &live);
}
