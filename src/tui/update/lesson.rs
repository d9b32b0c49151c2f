//! What a lesson beside the dashboard does to it, and the keys by which the presenter has it
//! go on.

use crossterm::event::KeyEvent;

use super::panes::focus;
use crate::tui::keymap::is_cue;
use crate::tui::message::Effect;
use crate::tui::model::lesson::{Look, Moment, Strip};
use crate::tui::model::{Lane, Model, Pane, Spot, Subject};

/// What became of a key.
pub(crate) enum Key {
    /// It was none of the lesson's.
    Other,
    Taken(Option<Effect>),
}

/// Shows a strip. The selection goes where the lesson goes when that changes, and stays where
/// the presenter puts it until then.
pub(crate) fn take(model: &mut Model, strip: Strip) {
    let before = model.ui.lesson.as_ref();
    let look = before.is_none().then_some(strip.look);
    let follow = strip
        .follow
        .filter(|id| before.is_none_or(|before| before.follow != Some(*id)));
    model.ui.lesson = Some(strip);
    if let Some(id) = follow {
        model.ui.subject = Subject::Connection(id);
        model.ui.spot = Spot::Newest;
    }
    let lane = match look {
        Some(Look::Kernel) => Lane::Kernel,
        Some(Look::Syscalls) => Lane::Syscalls,
        Some(Look::Everywhere) | None => return,
    };
    model.ui.lane = lane;
    focus(model, Pane::Ladder);
}

/// Enter and Space have the lesson go on while there is one.
pub(crate) fn key(model: &mut Model, event: KeyEvent) -> Key {
    let is_cue = is_cue(event);
    let Some(strip) = model
        .ui
        .lesson
        .as_mut()
        .filter(|_| is_cue && !model.ui.help)
    else {
        return Key::Other;
    };
    match strip.moment {
        Moment::Say | Moment::See => {
            // Until it says what comes of this, a second key means nothing.
            strip.moment = Moment::Doing;
            Key::Taken(Some(Effect::Cue))
        }
        Moment::Doing => Key::Taken(None),
        Moment::Over | Moment::Unlike => Key::Other,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::event::ConnectionId;
    use crate::tui::fixture::{Script, model, strip};
    use crate::tui::{Dashboard, Msg, update};

    fn press(model: &mut Dashboard, code: KeyCode) -> Option<Effect> {
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn show(model: &mut Dashboard, moment: Moment) {
        let strip = Strip { moment, ..strip() };
        assert_eq!(update(model, Msg::Lesson(Box::new(strip))), None);
    }

    #[test]
    fn enter_and_space_are_one_cue_each_time_the_lesson_waits() {
        for code in [KeyCode::Enter, KeyCode::Char(' ')] {
            let mut model = model();
            for moment in [Moment::Say, Moment::See] {
                show(&mut model, moment);
                assert_eq!(press(&mut model, code), Some(Effect::Cue));
                assert_eq!(press(&mut model, code), None);
            }
            assert!(model.frozen.is_none());
            show(&mut model, Moment::Over);
            press(&mut model, KeyCode::Char(' '));
            assert!(model.frozen.is_some(), "the key is the dashboard's again");
        }
    }

    #[test]
    fn other_keys_and_the_help_are_the_dashboards() {
        let mut model = model();
        show(&mut model, Moment::Say);
        assert_eq!(press(&mut model, KeyCode::Char('q')), Some(Effect::Quit));
        press(&mut model, KeyCode::Char('?'));
        assert_eq!(press(&mut model, KeyCode::Enter), None);
        assert!(!model.ui.help);
        assert_eq!(press(&mut model, KeyCode::Enter), Some(Effect::Cue));
    }

    #[test]
    fn the_selection_follows_the_lesson_and_not_others() {
        let mut model = model();
        let mut script = Script::new();
        script.accept(1).accept(2);
        script.tell(&mut model);
        let follow = |id| {
            Msg::Lesson(Box::new(Strip {
                follow: Some(ConnectionId(id)),
                ..strip()
            }))
        };
        update(&mut model, follow(1));
        assert_eq!(model.ui.subject, Subject::Connection(ConnectionId(1)));
        press(&mut model, KeyCode::Char('j'));
        let own = model.ui.subject;
        assert_ne!(own, Subject::Connection(ConnectionId(1)));
        update(&mut model, follow(1));
        assert_eq!(model.ui.subject, own);
    }
}
