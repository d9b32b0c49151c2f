//! Going to other moments by keys and with the mouse, and playing them. Time comes with ticks.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::trace::{ExchangeId, Moment};
use crate::tui::model::scrubber::{name_width, place};

const GET: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// One connection with three exchanges, 20 seconds apart; the last came four octets a recv.
fn three() -> (Dashboard, Script) {
    let mut model = Dashboard::new(Model::new(about()));
    let mut script = Script::new();
    script.accept(1);
    for _ in 0..2 {
        script.wait(20_000).receive(1, GET).answer(1, Status::OK, 5);
    }
    script.wait(20_000);
    for four in GET.as_bytes().chunks(4) {
        script.wait(2).receive_octets(1, four);
    }
    script.answer(1, Status::OK, 5);
    script.tell(&mut model);
    press(&mut model, "\t");
    update(
        &mut model,
        Msg::Resize {
            width: 120,
            height: 40,
        },
    );
    (model, script)
}

fn moment(model: &Model) -> Option<Moment> {
    model.ui.past.as_ref().map(|past| past.moment)
}

#[test]
fn a_record_back_stands_still_while_the_server_goes_on_and_one_on_comes_to_the_present() {
    let (mut model, mut script) = three();
    let last = model.live.connections[&id(1)].moment;
    press(&mut model, ",,,");
    assert_eq!(moment(&model), Some(Moment(last.0 - 3)));
    script
        .receive(1, GET)
        .answer(1, Status::OK, 5)
        .tell(&mut model);
    assert_eq!(moment(&model), Some(Moment(last.0 - 3)));
    assert_eq!(model.connection().unwrap().exchanges.len(), 3);
    let now = model.live.connections[&id(1)].moment;
    for to in last.0 - 2..now.0 {
        press(&mut model, ".");
        assert_eq!(moment(&model), Some(Moment(to)));
    }
    assert_eq!(press(&mut model, "."), None);
    assert_eq!(moment(&model), None);
    assert_eq!(model.connection().unwrap().exchanges.len(), 4);
    let step = press(&mut model, ".");
    assert_eq!(step, Some(Effect::Drive(crate::tui::Drive::Step)));
}

#[test]
fn exchanges_and_seconds_are_steps_too() {
    let (mut model, _) = three();
    let done = |model: &Model| {
        model
            .connection()
            .unwrap()
            .exchanges
            .iter()
            .filter(|e| e.done.is_some())
            .count()
    };
    press(&mut model, "{");
    assert_eq!((done(&model), model.ui.past.is_some()), (2, true));
    press(&mut model, "{{");
    assert_eq!((done(&model), moment(&model)), (0, Some(Moment(1))));
    press(&mut model, "}");
    assert_eq!(done(&model), 1);
    press(&mut model, "}}");
    assert_eq!(moment(&model), None, "the last of them is the present");
    press(&mut model, "(");
    let waited = model.now();
    assert_eq!(done(&model), 2);
    press(&mut model, "(");
    assert_eq!(
        (done(&model), waited.saturating_sub(model.now())),
        (2, Duration::from_secs(5))
    );
    press(&mut model, "(((");
    assert_eq!(done(&model), 1);
    press(&mut model, "))))))))))");
    assert_eq!(moment(&model), None);
}

#[test]
fn an_exchange_is_shown_where_it_was_complete_and_the_newest_as_it_is() {
    let (mut model, _) = three();
    press(&mut model, "k");
    let second = ExchangeId {
        connection: id(1),
        n: 2,
    };
    assert_eq!(model.ui.subject, Subject::Exchange(second));
    assert_eq!(moment(&model), model.live.moment_of(second));
    assert_eq!(model.connection().unwrap().exchanges.len(), 2);
    press(&mut model, "k");
    assert_eq!(model.connection().unwrap().exchanges.len(), 1);
    press(&mut model, "jj");
    assert_eq!(moment(&model), None);
    press(&mut model, "kG");
    assert_eq!(
        (moment(&model), model.ui.subject),
        (None, Subject::NewestExchange)
    );
}

#[test]
fn one_key_is_live_again_from_anywhere() {
    for keys in [
        ",,,",
        "{",
        "(",
        "k",
        ",,,\t",
        "k\n",
        "\t(\t\t\n",
        " ,",
        "{ ",
    ] {
        let (mut model, mut script) = three();
        press(&mut model, keys);
        assert!(model.ui.past.is_some(), "{keys:?}");
        press(&mut model, "G");
        assert!(
            model.ui.past.is_none() && model.frozen.is_none(),
            "{keys:?}"
        );
        script.wait(5).receive(1, "GET").tell(&mut model);
        assert_eq!(model.connection().unwrap().buffered().len(), 3, "{keys:?}");
    }
}

#[test]
fn the_other_connections_are_shown_as_of_the_same_time_and_can_be_gone_to() {
    let (mut model, mut script) = with(2);
    script
        .wait(100)
        .receive(1, GET)
        .answer(1, Status::NOT_FOUND, 5);
    script.wait(100).receive(2, GET).answer(2, Status::OK, 5);
    script.wait(100).accept(3).tell(&mut model);
    press(&mut model, "k{");
    assert_eq!(
        (model.watched(), model.connection().unwrap().exchanges.len()),
        (Some(id(2)), 1)
    );
    assert_eq!(model.shown(id(1)).unwrap().exchanges.len(), 1);
    assert!(model.shown(id(3)).is_none());
    press(&mut model, "k");
    assert_eq!(model.watched(), Some(id(1)));
    assert!(model.ui.past.is_some());
    assert_eq!(model.connection().unwrap().exchanges.len(), 1);
    press(&mut model, "jj");
    assert_eq!(
        (model.watched(), moment(&model)),
        (Some(id(3)), None),
        "it came later"
    );
}

#[test]
fn what_is_out_of_the_ordinary_is_gone_to_wherever_it_is() {
    let (mut model, mut script) = with(2);
    script
        .receive(1, &GET[..25])
        .receive(1, &GET[25..])
        .answer(1, Status::OK, 5);
    script
        .accept(3)
        .receive(3, "GET / HTTP/1.1\n\n")
        .answer(3, Status::BAD_REQUEST, 5);
    script.accept(4).tell(&mut model);
    press(&mut model, "E");
    assert_eq!(model.watched(), Some(id(3)));
    assert!(model.exchange().unwrap().1.refusal.is_some());
    press(&mut model, "E");
    assert_eq!(model.watched(), Some(id(1)));
    press(&mut model, "E");
    assert_eq!(model.watched(), Some(id(1)), "there is none before");
    press(&mut model, "e");
    assert_eq!(model.watched(), Some(id(3)));
}

/// Lets time pass in frames, and says what was seen: where the search was, and how many of
/// the four had matched.
fn watch(model: &mut Dashboard, from: u64) -> Vec<(u64, u64, u8)> {
    let mut seen = Vec::new();
    let mut now = Duration::from_secs(from);
    while let Some(wait) = model.next_tick(now) {
        let connection = model.connection().unwrap();
        let state = (
            connection.octets().span().end,
            connection.scan.to,
            connection.scan.matched,
        );
        if model.ui.past.is_some() && seen.last() != Some(&state) {
            seen.push(state);
        }
        now += wait.max(Duration::from_millis(1));
        update(model, Msg::Tick { at: now });
        if model.ui.past.is_none() {
            break;
        }
    }
    seen
}

#[test]
fn played_for_the_eye_every_recv_lands_and_the_search_walks_octet_by_octet() {
    let (mut model, _) = three();
    press(&mut model, "{ ");
    let begin = 2 * GET.len() as u64;
    let seen = watch(&mut model, 100);
    assert_eq!(moment(&model), None, "it ends in the present");
    let recvs: Vec<_> = seen.iter().map(|(end, ..)| end - begin).collect();
    for end in [0, 4, 8, 12, 16, 20, 24, 27] {
        assert!(recvs.contains(&end), "{recvs:?}");
    }
    let walked: Vec<_> = seen
        .iter()
        .map(|(_, to, _)| *to)
        .filter(|to| *to > begin)
        .collect();
    let every: Vec<_> = (begin + 1..=begin + GET.len() as u64).collect();
    assert_eq!(
        walked
            .iter()
            .copied()
            .collect::<std::collections::BTreeSet<_>>(),
        every.into_iter().collect()
    );
    let lit: Vec<_> = seen.iter().map(|(.., matched)| *matched).collect();
    assert!(lit.windows(4).any(|lit| lit == [1, 2, 3, 4]), "{lit:?}");
}

#[test]
fn played_as_it_was_time_passes_as_it_did_or_so_many_times_as_slowly() {
    let (mut model, _) = three();
    press(&mut model, "{{{ =");
    let at = |model: &Model| model.now();
    let begin = at(&model);
    let tick = |model: &mut Dashboard, millis: u64| {
        let at = Duration::from_millis(millis);
        update(model, Msg::Tick { at });
    };
    tick(&mut model, 90_000);
    tick(&mut model, 90_100);
    assert_eq!(at(&model).saturating_sub(begin), Duration::from_millis(100));
    press(&mut model, "<");
    tick(&mut model, 90_200);
    assert_eq!(at(&model).saturating_sub(begin), Duration::from_millis(150));
    press(&mut model, " ");
    assert_eq!(
        model.next_tick(Duration::from_millis(90_200)),
        None,
        "nothing moves"
    );
    tick(&mut model, 90_300);
    assert_eq!(at(&model).saturating_sub(begin), Duration::from_millis(150));
    press(&mut model, " >>>>>>>>");
    let mut now = 90_300;
    while model.ui.past.is_some() {
        now += 33;
        tick(&mut model, now);
    }
    assert!(now < 95_000, "forty seconds at 64 times the pace");
}

#[test]
fn the_mouse_takes_the_moment_along_the_line_and_the_wheel_turns_it() {
    let (mut model, _) = three();
    let mouse = |model: &mut Dashboard, kind, column, row| {
        let modifiers = KeyModifiers::NONE;
        update(
            model,
            Msg::Mouse(MouseEvent {
                kind,
                column,
                row,
                modifiers,
            }),
        );
    };
    let left = MouseButton::Left;
    mouse(&mut model, MouseEventKind::Down(left), 30, 0);
    assert_eq!(moment(&model), None, "in the present there is no line");
    press(&mut model, ",");
    let (from, width) = place(120, name_width(model.connection().unwrap()));
    mouse(&mut model, MouseEventKind::Down(left), from, 0);
    assert_eq!(moment(&model), Some(Moment(1)));
    let mut before = Moment(1);
    for x in from..from + width {
        // The hand may leave the line.
        mouse(&mut model, MouseEventKind::Drag(left), x, 7);
        assert!(moment(&model).unwrap() >= before);
        before = moment(&model).unwrap();
    }
    assert_eq!(before, model.live.connections[&id(1)].moment);
    mouse(&mut model, MouseEventKind::Up(left), from, 7);
    mouse(&mut model, MouseEventKind::Drag(left), from, 7);
    assert_eq!(moment(&model), Some(before), "it was let go");
    mouse(&mut model, MouseEventKind::ScrollUp, from, 0);
    assert_eq!(moment(&model), Some(before.before()));
    mouse(&mut model, MouseEventKind::Down(left), from + width, 7);
    assert!(
        moment(&model).is_some_and(|at| at > Moment(1)),
        "a click in a pane is none on the line"
    );
}

#[test]
fn what_is_evicted_while_it_is_selected_is_selected_no_longer() {
    let (mut model, mut script) = with(1);
    script.close(1).tell(&mut model);
    press(&mut model, ",,");
    let small = model.into_model().with_history(1 << 20);
    let mut model = Dashboard::new(small);
    for n in 2..4000 {
        add(&mut script, n);
        script.close(n);
    }
    script.tell(&mut model);
    assert!(!model.live.connections.contains_key(&id(1)));
    assert_eq!(moment(&model), None);
}

#[test]
fn a_marked_moment_is_gone_back_to_and_its_connection_is_kept() {
    let (mut model, _) = three();
    // In Buffer: among the exchanges it is those that are marked.
    press(&mut model, "\t,,m");
    let first = moment(&model).unwrap();
    press(&mut model, ",,,m");
    let second = moment(&model).unwrap();
    assert!(second < first);
    let marks = &model.live.marks;
    assert!(marks.keep(id(1)) && !marks.has_connection(id(1)));
    press(&mut model, "'");
    assert_eq!(moment(&model), Some(first));
    press(&mut model, "'");
    assert_eq!(moment(&model), Some(second));
    press(&mut model, "m'");
    assert_eq!(
        moment(&model),
        Some(first),
        "the other one is marked no more"
    );
    press(&mut model, "mG");
    assert!(!model.live.marks.keep(id(1)));
    // At the present it is the connection.
    press(&mut model, "m");
    assert!(model.live.marks.has_connection(id(1)));
}

#[test]
fn a_row_stays_what_it_was_however_much_comes_since_and_its_records_go() {
    let (mut model, mut script) = three();
    script
        .wait(1)
        .accept(2)
        .receive(2, GET)
        .answer(2, Status::OK, 5);
    script.wait(1).receive(1, GET).answer(1, Status::OK, 5);
    script.tell(&mut model);
    press(&mut model, "F");
    press(&mut model, ",,");
    let past = |model: &Model| {
        let now = &model.live.connections[&id(2)];
        let row = model.shown(id(2)).unwrap();
        (row.moment, row.exchanges.len(), now.log().first())
    };
    let (then, exchanges, _) = past(&model);
    assert_eq!(exchanges, 1);
    let mut first = Moment::default();
    for _ in 0..4000 {
        script.wait(1).receive(2, GET).answer(2, Status::OK, 5);
        script.tell(&mut model);
        let at = model.live.now;
        update(&mut model, Msg::Tick { at });
        first = past(&model).2;
        if first > then {
            break;
        }
    }
    assert!(first > then, "its records went");
    let (moment, exchanges, _) = past(&model);
    assert_eq!((moment, exchanges), (then, 1));
}
