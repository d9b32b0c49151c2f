//! A lesson that runs beside the dashboard: what the strip shows of it, and the keys by which
//! the presenter has it go on. Knows neither what a lesson does nor who runs it.

use crossbeam_channel::{Receiver, Sender};
use crossterm::event::{KeyCode, KeyEvent};

use crate::event::{ConnectionId, Record};
use crate::tui::keymap::Key as Hit;
use crate::tui::message::Effect;
use crate::tui::model::{Lane, Model, Pane, Spot, Subject};
use crate::tui::update::{focus, moment};

/// The way to whoever runs the lesson, on a thread of its own.
#[derive(Debug, Clone, Copy)]
pub struct Lecture<'a> {
    /// Everything that happens, as the dashboard learns it.
    pub records: &'a Sender<Record>,
    /// Something for each time that the presenter wants it to go on.
    pub cues: &'a Sender<()>,
    /// What is to be shown.
    pub strips: &'a Receiver<Strip>,
}

impl Lecture<'_> {
    /// That nobody takes it any more means that the lesson is over.
    pub(in crate::tui) fn hand(&self, record: &Record) {
        let _ = self.records.send(record.clone());
    }

    /// The same.
    pub(in crate::tui) fn cue(&self) {
        let _ = self.cues.send(());
    }
}

/// What is shown of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strip {
    /// Which lesson.
    pub title: String,
    /// Which step, from 1 on.
    pub step: usize,
    /// Of how many.
    pub of: usize,
    /// Where in the step.
    pub moment: Moment,
    /// One or two sentences.
    pub text: String,
    /// The question before it, or the answer after it.
    pub ask: Option<String>,
    /// What was done last.
    pub did: String,
    /// The connection that it is about.
    pub follow: Option<ConnectionId>,
    /// Where the class should look.
    pub look: Look,
}

/// Where in a step a lesson stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before it is done.
    Say,
    /// It is being done.
    Doing,
    /// It was done.
    See,
    /// The lesson is over.
    Over,
    /// Something did not happen as told, and the lesson is over.
    Unlike,
}

/// Where there is most to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Everywhere: nothing is put in front.
    #[default]
    Everywhere,
    /// The Kernel lane.
    Kernel,
    /// The Syscalls lane.
    Syscalls,
}

/// What became of a key.
pub(in crate::tui) enum Key {
    /// It was none of the lesson's.
    Other,
    Taken(Option<Effect>),
}

/// Shows a strip. The selection goes where the lesson goes when that changes, and stays where
/// the presenter puts it until then.
pub(in crate::tui) fn take(model: &mut Model, strip: Strip) {
    let before = model.ui.lesson.as_ref();
    let look = before.is_none().then_some(strip.look);
    let follow = strip
        .follow
        .filter(|id| before.is_none_or(|before| before.follow != Some(*id)));
    model.ui.lesson = Some(strip);
    if let Some(id) = follow {
        moment::leave(model);
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
pub(in crate::tui) fn key(model: &mut Model, event: KeyEvent) -> Key {
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

/// Whether this is one of the keys that have a lesson go on.
pub(crate) fn is_cue(event: KeyEvent) -> bool {
    let keys = [Hit::Code(KeyCode::Enter), Hit::Char(' ')];
    keys.iter().any(|key| key.matches(event))
}

/// Whether a lesson has the key of this hint for itself.
pub(in crate::tui) fn has(model: &Model, hint: &str) -> bool {
    let waits = model
        .ui
        .lesson
        .as_ref()
        .is_some_and(|strip| match strip.moment {
            Moment::Say | Moment::Doing | Moment::See => {
                !model.ui.help && model.ui.overlay.is_none()
            }
            Moment::Over | Moment::Unlike => false,
        });
    waits && ["Enter ", "Space "].iter().any(|key| hint.starts_with(key))
}

#[cfg(test)]
pub(in crate::tui) mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;
    use crate::tui::fixture::{Script, model};
    use crate::tui::{Msg, update};

    pub(crate) fn strip() -> Strip {
        Strip {
            title: "Lesson 6 of 12: recv is not a message".into(),
            step: 2,
            of: 4,
            moment: Moment::Say,
            text: "Now each recv asks for four octets at most, and the server goes on.".into(),
            ask: Some("How many recvs will there be for this one send?".into()),
            did: "send(35) = 35".into(),
            follow: None,
            look: Look::Everywhere,
        }
    }

    fn press(model: &mut Model, code: KeyCode) -> Option<Effect> {
        update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn show(model: &mut Model, moment: Moment) {
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
