//! What the tables list, in which order, and what stays selected meanwhile.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::http::Status;
use crate::tui::fixture::{Script, about, id};
use crate::tui::model::{in_sight, matches};
use crate::tui::{Dashboard, Msg, update};

fn press(model: &mut Dashboard, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\x1b' => KeyCode::Esc,
            other => KeyCode::Char(other),
        };
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
}

fn add(script: &mut Script, n: u64, path: &str, status: Status, body: u64) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    script
        .accept(n)
        .receive(n, &request)
        .answer(n, status, body);
}

/// 1: /c 200, 2: /b 404, 3: /a 200, 4: /d 404.
fn four() -> (Dashboard, Script) {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    for (n, path, status, body) in [
        (1, "/c", Status::OK, 10),
        (2, "/b", Status::NOT_FOUND, 40),
        (3, "/a", Status::OK, 30),
        (4, "/d", Status::NOT_FOUND, 20),
    ] {
        add(&mut script, n, path, status, body);
    }
    script.tell(&mut model);
    (model, script)
}

fn listed(model: &Model) -> (Vec<u64>, Vec<u64>) {
    let connections = in_sight::connections(model, 10);
    let exchanges = in_sight::exchanges(model, 10);
    (
        connections.iter().map(|conn| conn.id.0).collect(),
        exchanges.iter().map(|id| id.connection.0).collect(),
    )
}

#[test]
fn a_filter_takes_effect_with_every_key_and_stays_until_it_is_cleared() {
    let (mut model, mut script) = four();
    press(&mut model, "/status:4x");
    assert_eq!(listed(&model).0, [1, 2, 3, 4], "not valid yet");
    assert!(model.ui.prompt.as_ref().unwrap().invalid.is_some());
    press(&mut model, "\n");
    assert!(model.ui.prompt.is_some(), "the box stays while it is wrong");
    press(&mut model, "x\n");
    assert!(model.ui.prompt.is_none());
    assert_eq!(listed(&model), (vec![2, 4], vec![2, 4]));
    add(&mut script, 5, "/e", Status::OK, 1);
    add(&mut script, 6, "/f", Status::NOT_FOUND, 1);
    script.tell(&mut model);
    assert_eq!(listed(&model).0, [2, 4, 6]);
    press(&mut model, "/");
    let text = model.ui.prompt.as_ref().unwrap().entry.text().to_owned();
    assert_eq!(text, "status:4xx", "it can be changed");
    press(&mut model, "\x1b");
    assert_eq!(listed(&model).0, [1, 2, 3, 4, 5, 6]);
    press(&mut model, "/status:2xx\n\x1b");
    assert_eq!(model.ui.filter, None, "Esc clears it from the table too");
}

#[test]
fn the_newest_that_is_listed_is_followed_and_a_selection_is_not_stolen() {
    let (mut model, mut script) = four();
    press(&mut model, "/status:200\n");
    assert_eq!(model.watched(), Some(id(3)), "the newest of those listed");
    add(&mut script, 5, "/x", Status::NOT_FOUND, 1);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(3)));
    add(&mut script, 6, "/x", Status::OK, 1);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(6)), "followed");
    press(&mut model, "k");
    assert_eq!(model.watched(), Some(id(3)));
    press(&mut model, "k");
    assert_eq!(
        model.watched(),
        Some(id(1)),
        "rows that are not listed are passed over"
    );
    add(&mut script, 7, "/x", Status::OK, 1);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(1)), "not stolen");
    press(&mut model, "\x1b");
    assert_eq!(model.watched(), Some(id(1)), "nor lost with the filter");
    press(&mut model, "/status:404\n");
    assert_eq!(
        model.watched(),
        Some(id(5)),
        "what is filtered away gives way"
    );
}

#[test]
fn rows_listed_in_slices_are_those_listed_at_once() {
    let (mut model, mut script) = four();
    press(&mut model, "/status:404");
    let at_once = listed(&model);
    let mut listing = Listing::new(model.trace());
    let mut slices = 1;
    while !listing.advance(super::listed(&model), 1) {
        slices += 1;
        if slices == 2 {
            // Between two slices the trace goes on.
            add(&mut script, 5, "/e", Status::NOT_FOUND, 1);
            script.tell(&mut model);
        }
    }
    assert_eq!(slices, 4);
    let records = listing.rows(super::listed(&model), &model.ui.sorts);
    assert!(records.records < model.trace().records, "it is behind");
    model.0.rows = Some(records);
    assert_eq!(listed(&model), at_once);
}

#[test]
fn while_rows_are_being_listed_a_tick_is_due_and_the_selection_waits() {
    let (mut model, _) = four();
    press(&mut model, "/status:200");
    assert_eq!(model.watched(), Some(id(3)));
    model.0.ui.subject = Subject::Connection(id(4));
    model.0.listing = Some(Listing::new(model.trace()));
    select_listed(&mut model.0);
    assert_eq!(model.watched(), Some(id(4)));
    model.0.frozen = Some(model.live.clone());
    let now = model.trace().now;
    assert_eq!(model.next_tick(now), Some(Duration::ZERO));
    update(&mut model, Msg::Tick { at: now });
    assert_eq!(model.watched(), Some(id(3)));
    assert_eq!(model.next_tick(now), None, "nothing is left to do");
}

#[test]
fn a_filter_that_nothing_fits_selects_nothing_wrong() {
    let (mut model, _) = four();
    press(&mut model, "/nothing-like-this\n");
    assert_eq!(listed(&model), (vec![], vec![]));
    press(&mut model, "jkgG\tjkgG\n");
    assert!(
        model.watched().is_some(),
        "the octets of something are shown"
    );
}

#[test]
fn columns_sort_one_after_the_other_and_either_way() {
    let (mut model, _) = four();
    press(&mut model, "\t");
    for (keys, order) in [
        ("S", vec![4, 3, 2, 1]),
        ("S", vec![1, 2, 3, 4]),
        ("s", vec![3, 2, 1, 4]),
        ("S", vec![4, 1, 2, 3]),
        ("s", vec![4, 2, 3, 1]),
        ("s", vec![4, 3, 2, 1]),
        ("s", vec![2, 3, 4, 1]),
        ("s", vec![1, 2, 3, 4]),
    ] {
        press(&mut model, keys);
        assert_eq!(listed(&model).1, order, "{:?}", model.ui.sorts.exchanges);
        assert_eq!(
            listed(&model).0,
            [1, 2, 3, 4],
            "the other table is as it was"
        );
    }
}

#[test]
fn in_another_order_than_age_nothing_is_followed() {
    let (mut model, mut script) = four();
    press(&mut model, "\tG");
    assert_eq!(model.ui.subject, Subject::NewestExchange);
    press(&mut model, "ssss");
    let selected = model.shown_exchange();
    add(&mut script, 5, "/x", Status::OK, 99);
    script.tell(&mut model);
    assert_eq!(listed(&model).1, [5, 2, 3, 4, 1]);
    assert_eq!(model.shown_exchange(), selected, "by identity");
    press(&mut model, "s");
    press(&mut model, "G");
    assert_eq!(
        model.ui.subject,
        Subject::NewestExchange,
        "by age it is again"
    );
    press(&mut model, "S");
    add(&mut script, 6, "/y", Status::OK, 1);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(6)), "newest first is by age too");
    assert_eq!(listed(&model).1.first(), Some(&6));
}

#[test]
fn a_frozen_view_is_filtered_and_sorted_as_it_stood() {
    let (mut model, mut script) = four();
    press(&mut model, " ");
    add(&mut script, 5, "/x", Status::NOT_FOUND, 1);
    script.tell(&mut model);
    press(&mut model, "/404\n");
    assert_eq!(listed(&model).0, [2, 4]);
    press(&mut model, " ");
    assert_eq!(listed(&model).0, [2, 4, 5]);
}

#[test]
fn many_rows_are_listed_now_and_then() {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    for n in 1..=1500 {
        add(&mut script, n, "/", Status::OK, 1);
    }
    script.tell(&mut model);
    press(&mut model, "/status:200\n");
    let count = |model: &Model| model.rows.as_ref().unwrap().connections.len();
    assert_eq!(count(&model), 1500);
    add(&mut script, 1501, "/", Status::OK, 1);
    script.tell(&mut model);
    assert_eq!(count(&model), 1500, "not at once");
    let wait = model.next_tick(script.now).expect("but soon");
    assert!(!wait.is_zero() && wait < Duration::from_millis(300));
    script.wait(300);
    update(&mut model, Msg::Tick { at: script.now });
    assert_eq!(count(&model), 1501);
}

#[test]
fn marks_are_gone_to_one_after_the_other() {
    let (mut model, _) = four();
    press(&mut model, "gm");
    press(&mut model, "jjm");
    assert!(model.live.marks.has_connection(id(1)) && model.live.marks.has_connection(id(3)));
    press(&mut model, "'");
    assert_eq!(model.watched(), Some(id(1)));
    press(&mut model, "'");
    assert_eq!(model.watched(), Some(id(3)));
    press(&mut model, "m'");
    assert_eq!(
        model.watched(),
        Some(id(1)),
        "the other one is marked no more"
    );
    press(&mut model, "\tGm");
    assert!(
        model
            .live
            .marks
            .has_exchange(model.shown_exchange().unwrap())
    );
    press(&mut model, "g'");
    assert_eq!(model.watched(), Some(id(4)));
}

#[test]
fn matches_are_gone_through_in_buffer_and_head() {
    let (mut model, _) = four();
    press(&mut model, "f/1\n");
    let at = |model: &Model| matches::count(model);
    assert_eq!(model.ui.focus, Pane::Buffer);
    assert_eq!(at(&model), Some((Some(1), 1)), "the slash of HTTP/1.1");
    press(&mut model, "\x1bfx\\x0d\n");
    assert_eq!(at(&model), Some((Some(1), 1)));
    press(&mut model, "f/\n");
    assert_eq!(
        at(&model).unwrap().1,
        2,
        "the target's slash and the version's"
    );
    press(&mut model, "n");
    let first = model.ui.spot;
    press(&mut model, "n");
    assert_ne!(model.ui.spot, first);
    press(&mut model, "n");
    assert_eq!(model.ui.spot, first, "behind the last comes the first");
    press(&mut model, "N");
    assert_ne!(model.ui.spot, first);
    press(&mut model, "\tfhost\n");
    assert_eq!(model.ui.focus, Pane::Head);
    assert_eq!(at(&model), Some((Some(1), 1)));
    press(&mut model, "\x1b");
    assert_eq!((at(&model), model.ui.focus), (None, Pane::Head));
}
