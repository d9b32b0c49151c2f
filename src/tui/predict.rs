//! Predict, then reveal: before a held connection does a step, what will happen is asked, and
//! afterwards it is said whether it did. Knows no server and no cell.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::drive::Drive;
use super::model::Model;
use super::msg::Effect;
use super::notice::Notice;
use crate::event::{Activity, ConnectionId, Station};
use crate::trace::Connection;
use crate::trace::format::plural;

/// What can happen in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// recv returns so many octets.
    Received(u64),
    /// recv does not return before something comes.
    Waits,
    /// The empty line is found.
    Found,
    /// It is not, and so many of its four octets match at the end.
    NotFound(u8),
    /// The head is parsed.
    Parsed,
    /// It is refused.
    Refused,
    /// send takes everything.
    SentAll,
    /// send takes a part.
    SentPart,
}

impl Outcome {
    fn words(self) -> String {
        match self {
            Self::Received(octets) => plural(octets, "octet"),
            Self::Waits => "none: it waits until something comes".into(),
            Self::Found => "yes, it is complete".into(),
            Self::NotFound(0) => "no, nothing of it stands at the end".into(),
            Self::NotFound(n) => format!("no, {n} of its four octets match so far"),
            Self::Parsed => "it is well-formed".into(),
            Self::Refused => "it is refused".into(),
            Self::SentAll => "all of them".into(),
            Self::SentPart => "a part of them".into(),
        }
    }
}

/// A question, before the step it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    connection: ConnectionId,
    station: Station,
    pub(crate) text: &'static str,
    options: Vec<Outcome>,
}

impl Question {
    /// What can be answered, in the order of the keys 1, 2, 3.
    pub(crate) fn answers(&self) -> impl Iterator<Item = String> {
        self.options.iter().map(|option| option.words())
    }
}

/// A question that was answered, while its step is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guess {
    connection: ConnectionId,
    station: Station,
    said: Outcome,
    /// What happened before this is not what was asked about.
    since: Duration,
}

/// Whether questions are asked, and how many were answered rightly.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Predict {
    pub(crate) asks: bool,
    pub(crate) question: Option<Question>,
    guess: Option<Guess>,
    right: u32,
    answered: u32,
}

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

/// The next step of the selected connection: at once, or after a question.
pub(crate) fn step(model: &mut Model) -> Option<Effect> {
    if model.ui.predict.asks
        && let Some(question) = ask(model)
    {
        model.ui.predict.question = Some(question);
        return None;
    }
    Some(Effect::Drive(Drive::Step))
}

fn ask(model: &Model) -> Option<Question> {
    let conn = model.conn()?;
    let (station, _) = conn.held?;
    let sampled = conn.sampled.as_ref();
    let (text, options) = match station {
        Station::Recv => {
            let unread = sampled.and_then(|it| it.kernel.unread).unwrap_or(0);
            let asked = sampled.map_or(0, |it| it.handling.recv_size as u64);
            let some = unread.min(asked);
            let options = if unread == 0 {
                [
                    Outcome::Waits,
                    Outcome::Received(asked),
                    Outcome::Received(0),
                ]
            } else {
                let other = if asked == some { unread } else { asked };
                let other = if other == some { some + 2 } else { other };
                [
                    Outcome::Received(some),
                    Outcome::Received(other),
                    Outcome::Waits,
                ]
            };
            ("How many octets will this recv return?", options.to_vec())
        }
        Station::Scan => (
            "Will the search find CR LF CR LF?",
            vec![
                Outcome::Found,
                Outcome::NotFound(0),
                Outcome::NotFound(match conn.octets().last().map(|run| run.octets) {
                    Some([.., b'\r', b'\n', b'\r']) => 3,
                    Some([.., b'\r', b'\n']) => 2,
                    Some(_) | None => 1,
                }),
            ],
        ),
        Station::Parse => (
            "What will come of the head that was cut off?",
            vec![Outcome::Parsed, Outcome::Refused],
        ),
        Station::Send => (
            "How many of the octets it is given will send take?",
            vec![Outcome::SentAll, Outcome::SentPart],
        ),
    };
    Some(Question {
        connection: conn.id,
        station,
        text,
        options: turned(options, usize::try_from(conn.moment.0).unwrap_or(0)),
    })
}

/// So that the right answer is not always the first.
fn turned(mut options: Vec<Outcome>, by: usize) -> Vec<Outcome> {
    let by = by % options.len().max(1);
    options.rotate_left(by);
    options
}

/// A key while a question is open.
pub(crate) fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    let question = model.ui.predict.question.as_ref()?;
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let KeyCode::Char(digit @ '1'..='9') = event.code else {
        if plain && matches!(event.code, KeyCode::Esc | KeyCode::Char('q' | 'T' | '.')) {
            model.ui.predict.question = None;
        }
        return None;
    };
    if !plain {
        return None;
    }
    let index = digit.to_digit(10)?.checked_sub(1)?;
    let said = *question.options.get(usize::try_from(index).ok()?)?;
    let since = model
        .trace()
        .connections
        .get(&question.connection)
        .and_then(|conn| conn.held)
        .map(|(_, since)| since)?;
    let guess = Guess {
        connection: question.connection,
        station: question.station,
        said,
        since,
    };
    model.ui.predict.question = None;
    if said == Outcome::Waits || guess.station == Station::Recv && nothing_unread(model) {
        // Nobody waits for the end of a wait to be told.
        reveal(model, said, Some(Outcome::Waits));
    } else {
        model.ui.predict.guess = Some(guess);
    }
    Some(Effect::Drive(Drive::Step))
}

fn nothing_unread(model: &Model) -> bool {
    let sampled = model.conn().and_then(|conn| conn.sampled.as_ref());
    sampled.is_some_and(|it| it.kernel.unread == Some(0))
}

/// Reveals what happened, once it has. To be called after records.
pub(crate) fn look(model: &mut Model) {
    let Some(guess) = &model.ui.predict.guess else {
        return;
    };
    let Some(conn) = model.live.connections.get(&guess.connection) else {
        model.ui.predict.guess = None;
        return;
    };
    let stands_again = conn.held.is_some_and(|(_, since)| since > guess.since);
    if stands_again || conn.closed.is_some() {
        let was = happened(conn, guess);
        let said = guess.said;
        reveal(model, said, was);
    }
}

/// What the step did.
fn happened(conn: &Connection, guess: &Guess) -> Option<Outcome> {
    let mut outcome = None;
    let entries = conn.log().iter().filter(|entry| entry.at > guess.since);
    for entry in entries {
        let this = match (guess.station, &entry.activity) {
            (Station::Recv, Activity::Received { octets, .. }) => {
                Outcome::Received(octets.len() as u64)
            }
            (Station::Recv, Activity::PeerFinished) => Outcome::Received(0),
            (Station::Scan, Activity::BoundaryFound { .. }) => Outcome::Found,
            (Station::Scan, Activity::Scanned { matched, .. }) => Outcome::NotFound(*matched),
            (Station::Parse, Activity::Parsed { .. }) => Outcome::Parsed,
            (_, Activity::Rejected { .. }) => Outcome::Refused,
            (Station::Send, Activity::Sent { octets, of, .. }) if octets == of => Outcome::SentAll,
            (Station::Send, Activity::Sent { .. }) => Outcome::SentPart,
            _ => continue,
        };
        // The search is told before what it found.
        if outcome.is_none() || this == Outcome::Found || this == Outcome::Refused {
            outcome = Some(this);
        }
    }
    outcome
}

fn reveal(model: &mut Model, said: Outcome, was: Option<Outcome>) {
    let predict = &mut model.ui.predict;
    predict.guess = None;
    let Some(was) = was else { return };
    predict.answered += 1;
    let right = said == was;
    predict.right += u32::from(right);
    let score = format!("{} of {}", predict.right, predict.answered);
    model.ui.notice = Some(if right {
        Notice::done(format!("Right: {}. ({score} so far)", was.words()))
    } else {
        Notice::failed(format!(
            "It was otherwise: {}; you said {}. ({score} so far)",
            was.words(),
            said.words()
        ))
    });
}

#[cfg(test)]
mod tests {
    use super::super::{Msg, update};
    use super::*;
    use crate::event::{Handling, KernelView, Sampled};
    use crate::tui::records::{Script, model};

    fn press(model: &mut Model, key: char) -> Option<Effect> {
        update(model, Msg::Key(KeyEvent::from(KeyCode::Char(key))))
    }

    /// A connection held before `station`, with so many octets unread.
    fn held(station: Station, unread: u64) -> (Model, Script) {
        let mut model = model();
        let mut script = Script::new();
        script.accept(1).wait(10);
        script.note(1, Activity::Held { before: station });
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
    fn answer(model: &mut Model, words: &str) -> Option<Effect> {
        let question = model.ui.predict.question.as_ref().expect("a question");
        let at = question.answers().position(|answer| answer == words);
        let at = u32::try_from(at.unwrap_or_else(|| panic!("{words}: {question:?}"))).unwrap();
        press(model, char::from_digit(at + 1, 10).unwrap())
    }

    fn notice(model: &Model) -> &str {
        &model.ui.notice.as_ref().expect("a notice").text
    }

    #[test]
    fn a_step_is_asked_about_and_done_when_it_was_answered() {
        let (mut model, mut script) = held(Station::Recv, 16);
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
                before: Station::Scan,
            },
        );
        script.tell(&mut model);
        assert_eq!(notice(&model), "Right: 16 octets. (1 of 1 so far)");
    }

    #[test]
    fn what_is_answered_wrongly_is_told_kindly() {
        let (mut model, mut script) = held(Station::Scan, 0);
        press(&mut model, '.');
        answer(&mut model, "yes, it is complete");
        script.wait(10).receive(1, "GET / HTTP/1.1\r\n").wait(10);
        script.note(
            1,
            Activity::Held {
                before: Station::Recv,
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
        let (mut model, _) = held(Station::Recv, 0);
        press(&mut model, '.');
        answer(&mut model, "0 octets");
        assert!(notice(&model).starts_with("It was otherwise: none: it waits"));
    }

    #[test]
    fn escape_takes_a_question_back_and_off_is_off() {
        let (mut model, _) = held(Station::Parse, 0);
        press(&mut model, '.');
        assert_eq!(press(&mut model, '7'), None);
        assert!(model.ui.predict.question.is_some());
        update(&mut model, Msg::Key(KeyEvent::from(KeyCode::Esc)));
        assert!(model.ui.predict.question.is_none());
        press(&mut model, 'T');
        assert_eq!(press(&mut model, '.'), Some(Effect::Drive(Drive::Step)));
    }
}
