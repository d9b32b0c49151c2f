//! Recording from the dashboard: a question first, and what became of it.

use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::KeyEvent;

use crate::event::escape;
use crate::tui::keymap::Command;
use crate::tui::message::{Effect, Job, Recorded};
use crate::tui::model::Model;
use crate::tui::model::notice::Notice;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::recording::{Question, Recording};
use crate::tui::model::text_input::TextInput;
use crate::units;

/// Ends the recording that goes on, or asks for the time, which names the file of a new one.
pub(super) fn toggle(model: &mut Model) -> Option<Effect> {
    if model.about.session.is_some() {
        let said = "this session is recorded already: there is nothing to record";
        model.ui.notice = Some(Notice::failed(said));
        return None;
    }
    Some(match model.recording {
        Some(_) => Effect::Start(Job::StopRecording),
        None => Effect::AskToRecord,
    })
}

/// Asks for the name of the file. What is in it is for others to see as a rule, so that
/// secrets are masked unless they are wanted.
pub(super) fn ask(model: &mut Model, at: Duration) {
    let time = model.about.started.checked_add(at);
    let time = time.and_then(units::timestamp).unwrap_or_default();
    let time: String = time
        .chars()
        .filter(|character| !":Z".contains(*character))
        .map(|character| if character == 'T' { '-' } else { character })
        .collect();
    model.ui.overlay = Some(Overlay::Record(Question {
        input: TextInput::new(format!("glassport-{time}.mcap")),
        masked: true,
    }));
}

/// A key while it is asked.
pub(super) fn key(
    model: &mut Model,
    mut question: Question,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    let path = question.input.text().trim();
    if command == Some(Command::Open) && !path.is_empty() {
        return Some(Effect::Start(Job::Record {
            path: PathBuf::from(path),
            redact: question.masked,
        }));
    }
    if command == Some(Command::Complete) {
        question.masked = !question.masked;
    } else {
        question.input.key(event);
    }
    model.ui.overlay = Some(Overlay::Record(question));
    None
}

/// What became of a recording.
pub(super) fn take(model: &mut Model, recorded: Recorded) {
    match recorded {
        Recorded::Begun { path } => {
            let name = escape(path.as_os_str().as_encoded_bytes());
            model.recording = Some(Recording::new(path));
            model.ui.notice = Some(Notice::done(format!("recording into {name}")));
        }
        Recorded::Written(octets) => {
            if let Some(recording) = &mut model.recording {
                recording.octets = octets;
            }
        }
        Recorded::Ended(said) => {
            model.recording = None;
            let said = escape(said.as_bytes());
            model.ui.notice = Some(Notice::done(format!("recorded {said}")));
        }
        Recorded::Failed(said) => {
            model.recording = None;
            model.ui.notice = Some(Notice::failed(escape(said.as_bytes())));
        }
    }
}
