//! Predict, then reveal: before a held connection does a step, what will happen is asked, and
//! afterwards it is said whether it did.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::event::{Breakpoint, ConnectionId};
use crate::tui::message::{Drive, Effect};
use crate::tui::model::Model;
use crate::tui::model::notice::Notice;
use crate::tui::model::predict::{Answer, Guess, Outcome, Predict, ask, happened};

/// Asks before a step, or not any more.
pub(crate) fn toggle(model: &mut Model) {
    let predict = &mut model.ui.predict;
    *predict = Predict {
        asks: !predict.asks,
        ..Predict::default()
    };
    model.ui.notice = Some(Notice::done(if model.ui.predict.asks {
        "before each step of a held connection you are asked what it will do"
    } else {
        "steps are no longer asked about"
    }));
}

/// The next step of the selected connection: at once, or after a question. One that is open
/// stays open.
pub(crate) fn step(model: &mut Model) -> Option<Effect> {
    model.ui.predict.answer = None;
    if model.ui.predict.asks
        && let Some(question) = model.connection().and_then(|connection| ask(connection))
    {
        if model.ui.predict.question.is_none() {
            model.ui.predict.question = Some(question);
        }
        return None;
    }
    Some(Effect::Drive(Drive::Step))
}

/// What became of a key while a question is open.
pub(crate) enum Key {
    /// It does what it always does, and the question stays.
    Other,
    Taken(Option<Effect>),
}

/// A key while a question is open: its digits answer, and Esc puts it off.
pub(crate) fn key(model: &mut Model, event: KeyEvent) -> Key {
    let is_covered = model.ui.help || model.ui.overlay.is_some() || model.ui.prompt.is_some();
    let Some(question) = model.ui.predict.question.as_ref().filter(|_| !is_covered) else {
        return Key::Other;
    };
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    if event.code == KeyCode::Esc {
        model.ui.predict.question = None;
        return Key::Taken(None);
    }
    let KeyCode::Char(digit @ '1'..='9') = event.code else {
        return Key::Other;
    };
    let index = digit.to_digit(10).and_then(|digit| digit.checked_sub(1));
    let said = index.and_then(|index| question.options.get(usize::try_from(index).ok()?));
    match said.copied().filter(|_| plain) {
        Some(said) => Key::Taken(answer(model, said)),
        None => Key::Other,
    }
}

fn answer(model: &mut Model, said: Outcome) -> Option<Effect> {
    let question = model.ui.predict.question.take()?;
    let since = model
        .trace()
        .connections
        .get(&question.connection)
        .and_then(|connection| connection.held)
        .map(|(_, since)| since)?;
    let guess = Guess {
        connection: question.connection,
        breakpoint: question.breakpoint,
        said,
        since,
    };
    if said == Outcome::Waits || guess.breakpoint == Breakpoint::Recv && nothing_unread(model) {
        // Nobody waits for the end of a wait to be told.
        reveal(model, guess.connection, said, Some(Outcome::Waits));
    } else {
        model.ui.predict.guess = Some(guess);
    }
    Some(Effect::Drive(Drive::Step))
}

fn nothing_unread(model: &Model) -> bool {
    let sampled = model
        .connection()
        .and_then(|connection| connection.sampled.as_ref());
    sampled.is_some_and(|it| it.kernel.unread == Some(0))
}

/// Reveals what happened, once it has. To be called after records.
pub(crate) fn look(model: &mut Model) {
    // It is asked no more when the step was done without an answer.
    let is_moot = model.ui.predict.question.as_ref().is_some_and(|question| {
        let conn = model.live.connections.get(&question.connection);
        let held = conn.and_then(|conn| conn.held).map(|(before, _)| before);
        held != Some(question.breakpoint)
    });
    if is_moot {
        model.ui.predict.question = None;
    }
    let Some(guess) = &model.ui.predict.guess else {
        return;
    };
    let Some(connection) = model.live.connections.get(&guess.connection) else {
        model.ui.predict.guess = None;
        return;
    };
    let stands_again = connection
        .held
        .is_some_and(|(_, since)| since > guess.since);
    if stands_again || connection.closed.is_some() {
        let was = happened(connection, guess);
        let (id, said) = (guess.connection, guess.said);
        reveal(model, id, said, was);
    }
}

fn reveal(model: &mut Model, connection: ConnectionId, said: Outcome, was: Option<Outcome>) {
    let predict = &mut model.ui.predict;
    predict.guess = None;
    let Some(was) = was else { return };
    predict.answered += 1;
    let right = said == was;
    predict.right += u32::from(right);
    let score = format!("{} of {}", predict.right, predict.answered);
    let text = if right {
        format!("Right: {}. ({score} so far)", was.label())
    } else {
        format!(
            "It was otherwise: {}; you said {}. ({score} so far)",
            was.label(),
            said.label()
        )
    };
    predict.answer = Some(Answer {
        connection,
        text,
        right,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Activity, Handling, KernelView, Sampled};
    use crate::tui::fixture::{Script, model};
    use crate::tui::{Dashboard, Msg, update};

    fn press(model: &mut Dashboard, key: char) -> Option<Effect> {
        update(model, Msg::Key(KeyEvent::from(KeyCode::Char(key))))
    }

    /// A connection held before `breakpoint`, with so many octets unread.
    fn held(breakpoint: Breakpoint, unread: u64) -> (Dashboard, Script) {
        let mut model = model();
        let mut script = Script::new();
        script.accept(1).wait(10);
        script.note(1, Activity::Held { before: breakpoint });
        let sampled = Sampled {
            handling: Handling {
                recv_size: 1024,
                ..Handling::default()
            },
            kernel: KernelView {
                unread: Some(unread),
                ..KernelView::default()
            },
        };
        script.note(1, Activity::Sampled(sampled.into()));
        script.tell(&mut model);
        press(&mut model, 'T');
        (model, script)
    }

    /// Answers the open question with what says this.
    fn answer(model: &mut Dashboard, words: &str) -> Option<Effect> {
        let question = model.ui.predict.question.as_ref().expect("a question");
        let at = question.answers().position(|answer| answer == words);
        let at = u32::try_from(at.unwrap_or_else(|| panic!("{words}: {question:?}"))).unwrap();
        press(model, char::from_digit(at + 1, 10).unwrap())
    }

    fn notice(model: &Model) -> &str {
        &model.ui.predict.answer.as_ref().expect("an answer").text
    }

    #[test]
    fn a_step_is_asked_about_and_done_when_it_was_answered() {
        let (mut model, mut script) = held(Breakpoint::Recv, 16);
        assert_eq!(press(&mut model, '.'), None);
        assert_eq!(
            answer(&mut model, "16 octets"),
            Some(Effect::Drive(Drive::Step))
        );
        let mut script = std::mem::replace(&mut script, Script::new());
        script.wait(10).receive(1, "GET / HTTP/1.1\r\n").wait(10);
        script.note(
            1,
            Activity::Held {
                before: Breakpoint::Scan,
            },
        );
        script.tell(&mut model);
        assert_eq!(notice(&model), "Right: 16 octets. (1 of 1 so far)");
        // It stays until the next step, whatever else is looked at.
        for key in ['3', 'x', '1', 'v'] {
            press(&mut model, key);
        }
        assert!(model.ui.predict.answer.is_some());
        press(&mut model, '.');
        assert!(model.ui.predict.answer.is_none());
    }

    #[test]
    fn a_question_stays_open_while_one_looks_around_and_goes_when_it_is_moot() {
        let (mut model, mut script) = held(Breakpoint::Recv, 16);
        press(&mut model, '.');
        let question = model.ui.predict.question.clone();
        assert!(question.is_some());
        for key in ['.', 'x', 'j', '4', '.'] {
            assert_eq!(press(&mut model, key), None);
            assert_eq!(model.ui.predict.question, question, "{key}");
        }
        let after = std::time::Duration::from_secs(1);
        script
            .note(1, Activity::Released { after })
            .tell(&mut model);
        assert_eq!(model.ui.predict.question, None);
    }

    #[test]
    fn what_is_answered_wrongly_is_told_kindly() {
        let (mut model, mut script) = held(Breakpoint::Scan, 0);
        press(&mut model, '.');
        answer(&mut model, "yes, it is complete");
        script.wait(10).receive(1, "GET / HTTP/1.1\r\n").wait(10);
        script.note(
            1,
            Activity::Held {
                before: Breakpoint::Recv,
            },
        );
        script.tell(&mut model);
        assert_eq!(
            notice(&model),
            "It was otherwise: no, 2 of its four octets match so far; you said yes, it is \
             complete. (0 of 1 so far)"
        );
    }

    #[test]
    fn a_recv_with_nothing_to_receive_waits() {
        let (mut model, _) = held(Breakpoint::Recv, 0);
        press(&mut model, '.');
        answer(&mut model, "0 octets");
        assert!(notice(&model).starts_with("It was otherwise: none: it waits"));
    }

    #[test]
    fn escape_takes_a_question_back_and_off_is_off() {
        let (mut model, _) = held(Breakpoint::Parse, 0);
        press(&mut model, '.');
        assert_eq!(press(&mut model, '7'), None);
        assert!(model.ui.predict.question.is_some());
        update(&mut model, Msg::Key(KeyEvent::from(KeyCode::Esc)));
        assert!(model.ui.predict.question.is_none());
        press(&mut model, 'T');
        assert_eq!(press(&mut model, '.'), Some(Effect::Drive(Drive::Step)));
    }
}
