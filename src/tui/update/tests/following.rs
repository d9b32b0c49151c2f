//! Following the newest from anywhere, what came meanwhile, and small things that are typed.

use super::*;
use crate::event::Breakpoint;

fn tap(model: &mut Dashboard, code: KeyCode) -> Option<Effect> {
    update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

#[test]
fn what_came_while_the_newest_was_not_followed_is_counted_until_it_is() {
    let (mut model, mut script) = with(2);
    assert!(model.is_following());
    tap(&mut model, KeyCode::Up);
    assert!(!model.is_following());
    script
        .accept(3)
        .accept(4)
        .receive(4, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    script.answer(4, Status::OK, 5).tell(&mut model);
    let came = model.came_since();
    assert_eq!((came.connections, came.exchanges), (2, 1));
    // From the buffer, from the past, and from a view that stands still.
    for keys in ["1k", ",,", " "] {
        for c in keys.chars() {
            tap(&mut model, KeyCode::Char(c));
        }
        tap(&mut model, KeyCode::Char('F'));
        assert!(model.is_following() && model.frozen.is_none(), "{keys}");
        assert_eq!(model.came_since(), crate::tui::model::Seen::default());
        assert_eq!(model.watched(), Some(id(4)));
    }
}

#[test]
fn the_focus_is_where_it_was_when_it_is_no_longer_large() {
    let (mut model, _) = with(2);
    tap(&mut model, KeyCode::Char('3'));
    tap(&mut model, KeyCode::Char('L'));
    tap(&mut model, KeyCode::Char('L'));
    assert_eq!(model.ui.focus, Pane::Ladder);
}

#[test]
fn a_key_can_be_found_in_the_help() {
    let (mut model, _) = with(1);
    for c in "?/hold".chars() {
        tap(&mut model, KeyCode::Char(c));
    }
    tap(&mut model, KeyCode::Enter);
    assert!(model.ui.help && model.ui.help_search == "hold");
    tap(&mut model, KeyCode::Esc);
    assert!(model.ui.help && model.ui.help_search.is_empty());
    tap(&mut model, KeyCode::Esc);
    assert!(!model.ui.help);
}

#[test]
fn how_many_octets_recv_asks_for_can_be_typed() {
    let (mut model, _) = with(1);
    for c in "=655".chars() {
        assert_eq!(tap(&mut model, KeyCode::Char(c)), None);
    }
    let wanted = Effect::Drive(crate::tui::message::Drive::RecvSize(655));
    assert_eq!(tap(&mut model, KeyCode::Enter), Some(wanted));
    assert!(model.ui.prompt.is_none());
    for c in "=65537".chars() {
        tap(&mut model, KeyCode::Char(c));
    }
    assert_eq!(tap(&mut model, KeyCode::Enter), None);
    assert!(model.ui.prompt.as_ref().unwrap().invalid.is_some());
}

#[test]
fn a_connection_that_is_held_before_its_first_request_is_followed() {
    let (mut model, mut script) = with(1);
    tap(&mut model, KeyCode::Tab);
    tap(&mut model, KeyCode::Char('F'));
    assert_eq!(model.watched(), Some(id(1)));
    let held = Activity::Held {
        before: Breakpoint::Recv,
    };
    script.accept(2).note(2, held.clone()).tell(&mut model);
    assert_eq!(model.watched(), Some(id(2)));
    // What is looked at from then on does not give way.
    tap(&mut model, KeyCode::Char('4'));
    tap(&mut model, KeyCode::Char('k'));
    let before = model.watched();
    script.accept(3).note(3, held).tell(&mut model);
    assert_eq!(model.watched(), Some(id(3)), "the lane alone pins nothing");
    assert_eq!(before, Some(id(2)));
}
