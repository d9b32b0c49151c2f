//! Keys and what they change; records in any order and with any of them missing.

mod acting;
mod changing;
mod directions;
mod exporting;
mod following;
mod moment;
mod not_typed;
mod recording;

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;

use super::update;
use crate::event::{Activity, ConnectionId, Record};
use crate::http::Status;
use crate::tui::fixture::{Script, about, count, id};
use crate::tui::model::{Lane, Pane, Spot, Subject};
use crate::tui::{Dashboard, Effect, Model, Msg};

pub(super) fn press(model: &mut Dashboard, keys: &str) -> Option<Effect> {
    let code = |c| match c {
        '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\x1b' => KeyCode::Esc,
        c => KeyCode::Char(c),
    };
    let event = |c| KeyEvent::new(code(c), KeyModifiers::NONE);
    keys.chars()
        .map(|c| update(model, Msg::Key(event(c))))
        .last()
        .flatten()
}

/// `n` connections, each with one exchange.
fn with(n: u64) -> (Dashboard, Script) {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    for n in 1..=n {
        add(&mut script, n);
    }
    script.tell(&mut model);
    (model, script)
}

fn add(script: &mut Script, n: u64) {
    script
        .accept(n)
        .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    script.answer(n, Status::OK, 5);
}

#[test]
fn the_newest_is_followed_until_the_cursor_leaves_it() {
    let (mut model, mut script) = with(3);
    assert_eq!(model.watched(), Some(id(3)));
    add(&mut script, 4);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(4)), "followed");
    press(&mut model, "k");
    add(&mut script, 5);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(3)), "not stolen");
    for (keys, expected) in [("j", 4), ("j", 5), ("g", 1), ("k", 1), ("G", 5), ("j", 5)] {
        press(&mut model, keys);
        assert_eq!(model.watched(), Some(id(expected)), "{keys}");
    }
    add(&mut script, 6);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(6)), "G resumes");
}

#[test]
fn what_is_opened_stays_while_it_is_read() {
    let (mut model, mut script) = with(2);
    press(&mut model, "\n");
    assert_eq!(model.ui.focus, Pane::Buffer);
    add(&mut script, 3);
    script.tell(&mut model);
    assert_eq!(model.watched(), Some(id(2)));
    press(&mut model, "\x1b");
    assert_eq!(
        (model.ui.focus, model.watched()),
        (Pane::Connections, Some(id(2)))
    );
}

#[test]
fn exchanges_are_followed_and_selected_the_same_way() {
    let (mut model, mut script) = with(2);
    press(&mut model, "\tkG");
    assert_eq!(model.ui.subject, Subject::NewestExchange);
    add(&mut script, 1);
    script.tell(&mut model);
    assert_eq!(
        model.watched(),
        Some(id(1)),
        "its second exchange is the newest"
    );
    press(&mut model, "g\n");
    let shown = model
        .exchange()
        .map(|(connection, exchange)| (connection.id, exchange.n));
    assert_eq!((model.ui.focus, shown), (Pane::Head, Some((id(1), 1))));
}

#[test]
fn the_detail_of_an_exchange_opens_and_closes_with_one_key() {
    let (mut model, mut script) = with(2);
    press(&mut model, "\tgj\n");
    assert!(model.ui.maximised && model.ui.focus == Pane::Head);
    let shown = model
        .exchange()
        .map(|(connection, exchange)| (connection.id, exchange.n));
    assert_eq!(shown, Some((id(2), 1)));
    press(&mut model, "\x1b");
    assert_eq!(
        (model.ui.maximised, model.ui.focus),
        (false, Pane::Exchanges)
    );
    // The newest connection has no exchange: that of another is opened.
    script.accept(3).tell(&mut model);
    press(&mut model, "\tG\t\t\t\t\t\t");
    press(&mut model, "\n");
    assert!(model.exchange().is_some());
}

#[test]
fn the_layout_for_the_back_of_the_room_comes_and_goes() {
    let (mut model, _) = with(2);
    let before = model.theme;
    press(&mut model, "vL");
    assert!(model.ui.projector && model.ui.narration);
    assert_eq!(model.ui.focus, Pane::Buffer);
    assert_ne!(model.theme, before);
    press(&mut model, "\x1b");
    assert!(!model.ui.projector, "Esc is the way back too");
    assert_eq!(model.theme, before);
    press(&mut model, "4");
    assert_eq!(
        (model.ui.focus, model.ui.lane),
        (Pane::Ladder, Lane::Kernel)
    );
    press(&mut model, "2");
    assert_eq!(model.ui.focus, Pane::Head);
    press(&mut model, "3");
    assert_eq!(
        (model.ui.focus, model.ui.lane),
        (Pane::Ladder, Lane::Ladder)
    );
}

#[test]
fn phases_of_an_exchange_are_measured() {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    script
        .accept(1)
        .wait(500)
        .receive(1, "POST / HTTP/1.1\r\nHost: x\r\n");
    script.wait(20).receive(1, "Content-Length: 2\r\n\r\na");
    script.wait(30).receive(1, "b").wait(7);
    script.answer(1, Status::OK, 5).wait(100);
    script
        .receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .answer(1, Status::OK, 5);
    script.tell(&mut model);
    let phases = |n| {
        let exchange = model.trace().connections[&id(1)].exchange(n).unwrap();
        let phases = exchange.times.phases();
        phases.map(|(_, took)| took.unwrap().as_millis())
    };
    assert_eq!(phases(1), [500, 50, 7, 1]);
    assert_eq!(phases(2), [100, 0, 0, 1]);
}

#[test]
fn tab_goes_round_without_changing_what_is_shown() {
    let (mut model, _) = with(3);
    press(&mut model, "k");
    for pane in [
        Pane::Exchanges,
        Pane::Buffer,
        Pane::Head,
        Pane::Ladder,
        Pane::Connections,
    ] {
        press(&mut model, "\t");
        assert_eq!((model.ui.focus, model.watched()), (pane, Some(id(2))));
    }
}

#[test]
fn a_frozen_view_stands_still_and_counts() {
    let (mut model, mut script) = with(1);
    press(&mut model, " ");
    assert_eq!(model.next_tick(Duration::ZERO), None);
    script.accept(2);
    script.tell(&mut model);
    assert_eq!((model.watched(), model.unseen()), (Some(id(1)), 1));
    assert_eq!(model.live.connections.len(), 2, "the live trace goes on");
    press(&mut model, " ");
    assert_eq!((model.watched(), model.unseen()), (Some(id(2)), 0));
}

#[test]
fn buffer_and_head_share_one_cursor() {
    let (mut model, _) = with(1);
    press(&mut model, "\nhhh");
    assert_eq!(model.ui.spot, Spot::Octet(23));
    press(&mut model, "k0");
    assert_eq!(model.ui.spot, Spot::Octet(0));
    press(&mut model, "\nj");
    assert_eq!(
        (model.ui.focus, model.ui.spot),
        (Pane::Head, Spot::Octet(4))
    );
    press(&mut model, "G");
    assert!(
        matches!(model.ui.spot, Spot::Line(_)),
        "a line of the response is no octet received"
    );
    press(&mut model, "g\nG");
    assert_eq!(
        (model.ui.focus, model.ui.spot),
        (Pane::Buffer, Spot::Newest)
    );
}

#[test]
fn back_goes_one_step_and_at_the_top_quits() {
    let (mut model, _) = with(1);
    press(&mut model, "\n\\?");
    for (help, maximised, focus) in [
        (false, true, Pane::Buffer),
        (false, false, Pane::Buffer),
        (false, false, Pane::Connections),
    ] {
        assert_eq!(press(&mut model, "q"), None);
        assert_eq!(
            (model.ui.help, model.ui.maximised, model.ui.focus),
            (help, maximised, focus)
        );
    }
    assert_eq!(press(&mut model, "\x1b"), None);
    assert_eq!(press(&mut model, "q"), Some(Effect::Quit));
}

#[test]
fn effects() {
    let (mut model, _) = with(1);
    let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    for (event, effect) in [
        (ctrl('c'), Effect::Quit),
        (ctrl('z'), Effect::Suspend),
        (ctrl('l'), Effect::Redraw),
        (
            KeyEvent::new(KeyCode::Char('Q'), KeyModifiers::SHIFT),
            Effect::Quit,
        ),
    ] {
        assert_eq!(update(&mut model, Msg::Key(event)), Some(effect));
        let release = KeyEvent {
            kind: KeyEventKind::Release,
            ..event
        };
        assert_eq!(update(&mut model, Msg::Key(release)), None);
    }
}

#[test]
fn a_tick_is_wanted_only_while_something_counts() {
    let mut model = Dashboard::new(Model::new(about()));
    let at = Duration::from_millis(1_300);
    assert_eq!(model.next_tick(at), None);
    let mut script = Script::new();
    script.wait(1_000).accept(1);
    script.tell(&mut model);
    assert_eq!(model.next_tick(at), Some(Duration::from_millis(700)));
    script.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    script.tell(&mut model);
    assert_eq!(
        model.next_tick(at),
        Some(Duration::from_millis(600)),
        "the flash ends"
    );
    script.answer(1, Status::OK, 5).close(1);
    script.tell(&mut model);
    let late = Duration::from_secs(60);
    assert_eq!(model.next_tick(late), Some(Duration::ZERO), "it is overdue");
    update(&mut model, Msg::Tick { at: late });
    assert_eq!(model.next_tick(Duration::from_secs(60)), None);
}

#[test]
fn the_summary_tells_what_it_came_to() {
    let (mut model, mut script) = with(2);
    script
        .accept(3)
        .receive(3, "GET / HTTP/1.1\r\n\r\n")
        .answer(3, Status::BAD_REQUEST, 5);
    script.tell(&mut model);
    let summary = model.summary();
    assert!(
        summary.starts_with("3 connections, 3 requests, 72 B in, "),
        "{summary}"
    );
    assert!(summary.contains("answered 2xx 2, 4xx 1\n"), "{summary}");
    let slowest = "slowest answer 0.31 ms: #3.1, GET / HTTP/1.1\n";
    assert!(summary.contains(slowest), "{summary}");
    script
        .accept(4)
        .receive(4, "GET /v HTTP/1.1\r\nHost: x\r\n\r\n");
    script.cut_off(4, 3_900_000, 5_000_000).tell(&mut model);
    let cut_off = "1 answer cut off\n  1 × by RST (200, 3.7 of 4.8 MiB, cut off by RST)\n";
    let summary = model.summary();
    assert!(summary.contains(cut_off), "{summary}");

    // What the counts know and the history does not.
    let mut totals = model.live.totals;
    (totals.refused, totals.left_out) = (3, 7);
    count(&mut model, totals, Duration::from_secs(9));
    model.0.live.evicted = 2;
    let summary = model.summary();
    let expected = "slowest answer seen 0.31 ms: #3.1, GET / HTTP/1.1\n\
                    3 requests refused\n  1 × an HTTP/1.1 request needs a Host field, and this one has none\n  \
                    2 × why is not kept\n\
                    1 answer cut off\n  1 × by RST (200, 3.7 of 4.8 MiB, cut off by RST)\n7 records counted and not shown\n\
                    2 connections no longer kept, to save memory\n";
    assert!(summary.ends_with(expected), "{summary}");
}

#[test]
fn loss_is_shown() {
    let (mut model, mut script) = with(0);
    script.accept(1);
    for _ in 0..4 {
        script.note(1, Activity::Continued);
    }
    script.records.truncate(1);
    script.receive(1, "GET");
    script.tell(&mut model);
    assert_eq!(
        model.connection().map(|connection| connection.left_out),
        Some(4)
    );
}

/// Everything that can happen, on three connections.
fn story() -> Vec<Record> {
    let mut script = Script::new();
    for n in 1..=3 {
        script.accept(n).receive(
            n,
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab",
        );
        script
            .receive(n, "cdGET / HTTP/1.1\r\nHo")
            .answer(n, Status::OK, 9);
        script
            .note(n, Activity::Continued)
            .receive(n, "st: y\r\n\r")
            .receive(n, "\n");
        script
            .answer(n, Status::NOT_FOUND, 9)
            .receive(n, "GET / HTTP/1.1\nHost : y\n\n");
        script.answer(n, Status::BAD_REQUEST, 9).close(n);
    }
    script.records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_records_in_any_order_can_be_folded_and_drawn(
        order in Just((0..story().len()).collect::<Vec<_>>()).prop_shuffle(),
        in_order: bool,
        keep in proptest::collection::vec(any::<bool>(), story().len()),
        keys in "[jkhlgG0$x\n\t ?q]{0,12}",
    ) {
        let story = story();
        let mut model = Dashboard::new(Model::new(about()));
        let mut order = order;
        if in_order {
            order.sort_unstable();
        }
        for (index, keep) in order.into_iter().zip(keep) {
            if keep {
                update(&mut model, Msg::Record(story[index].clone()));
            }
        }
        press(&mut model, &keys);
        let backend = ratatui::backend::TestBackend::new(120, 40);
        let mut terminal = ratatui::Terminal::new(backend).unwrap();
        terminal.draw(|frame| crate::tui::view(&model, frame)).unwrap();
        prop_assert!(model.watched().is_none_or(|ConnectionId(n)| n <= 3));
    }
}

#[test]
fn a_view_that_stands_still_does_not_hold_on_to_what_is_dropped() {
    let mut model = Dashboard::new(Model::new(about()).with_history(60_000));
    let mut script = Script::new();
    let tell = |model: &mut Dashboard, script: &mut Script, from: u64, to: u64| {
        for n in from..to {
            script
                .accept(n)
                .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            script.answer(n, Status::OK, 5).close(n);
        }
        script.tell(model);
    };
    tell(&mut model, &mut script, 1, 10);
    model.0.frozen = Some(model.live.clone());
    let kept = model.live.connections.len();
    tell(&mut model, &mut script, 10, 1000);
    assert!(model.live.evicted > 900);
    let frozen = model.frozen.as_ref().unwrap();
    assert!(kept > 0 && frozen.connections.is_empty(), "{kept}");
}
