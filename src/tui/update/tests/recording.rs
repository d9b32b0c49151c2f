//! Recording from the dashboard.

use std::path::PathBuf;
use std::time::Duration;

use crate::trace::Opened;
use crate::tui::fixture::about;
use crate::tui::model::overlay::Overlay;
use crate::tui::update::tests::press;
use crate::tui::update::update;
use crate::tui::{Dashboard, Effect, Job, Model, Msg, Recorded, Report};

/// A dashboard that asks for the name of a file.
fn asked() -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()));
    assert_eq!(press(&mut model, "R"), Some(Effect::AskToRecord));
    let at = Duration::from_secs(61);
    assert_eq!(update(&mut model, Msg::AskToRecord(at)), None);
    model
}

fn report(model: &mut Dashboard, recorded: Recorded) -> String {
    update(model, Msg::Report(Report::Recording(recorded)));
    let notice = model.ui.notice.as_ref();
    notice.map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn a_recording_begins_with_a_question_and_masks_unless_it_is_told_not_to() {
    let mut model = asked();
    let Some(Overlay::Record(question)) = &model.ui.overlay else {
        panic!("{:?}", model.ui.overlay);
    };
    let name = question.input.text().to_owned();
    assert!(
        name.starts_with("glassport-") && name.ends_with("01.mcap"),
        "{name}"
    );
    assert!(!name.contains([':', 'T', 'Z', ' ']), "{name}");
    let job = |path: &str, redact| {
        let path = PathBuf::from(path);
        Some(Effect::Start(Job::Record { path, redact }))
    };
    assert_eq!(press(&mut model, "\n"), job(&name, true));
    assert!(model.ui.overlay.is_none());
    let mut model = asked();
    assert_eq!(press(&mut model, "x\t\n"), job(&format!("{name}x"), false));
    let mut model = asked();
    assert_eq!(press(&mut model, "\x1b"), None);
    assert!(model.ui.overlay.is_none() && model.recording.is_none());
}

#[test]
fn what_becomes_of_a_recording_is_said() {
    let mut model = asked();
    press(&mut model, "\n");
    let path = PathBuf::from("a.mcap");
    let said = report(&mut model, Recorded::Begun { path });
    assert_eq!(said, "recording into a.mcap");
    report(&mut model, Recorded::Written(2048));
    assert_eq!(model.recording.as_ref().map(|it| it.octets), Some(2048));
    assert_eq!(
        press(&mut model, "R"),
        Some(Effect::Start(Job::StopRecording))
    );
    let said = report(&mut model, Recorded::Ended("a.mcap: 9 records".into()));
    assert_eq!(said, "recorded a.mcap: 9 records");
    assert!(model.recording.is_none());
    // What comes late begins nothing.
    report(&mut model, Recorded::Written(9));
    assert!(model.recording.is_none());

    let path = PathBuf::from("a.mcap");
    report(&mut model, Recorded::Begun { path });
    let said = report(
        &mut model,
        Recorded::Failed("a.mcap: the disk is full".into()),
    );
    assert_eq!(said, "a.mcap: the disk is full");
    assert!(model.recording.is_none());
}

#[test]
fn a_session_that_was_recorded_is_not_recorded() {
    let mut about = about();
    about.session = Some(Opened {
        name: "a.mcap".into(),
        recorded: "today".into(),
        is_watched: false,
    });
    let mut model = Dashboard::new(Model::new(about));
    assert_eq!(press(&mut model, "R"), None);
    let notice = model.ui.notice.as_ref().map(|notice| notice.text.as_str());
    assert!(notice.is_some_and(|text| text.contains("nothing to record")));
    assert!(model.ui.overlay.is_none());
}
