//! The way to a lesson that runs beside the dashboard, on a thread of its own.

use crossbeam_channel::{Receiver, Sender, never};

use crate::event::Record;
use crate::tui::model::lesson::Strip;

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
    /// What is to be shown of a lesson, where there is one.
    pub(super) fn strips(lesson: Option<Self>) -> Receiver<Strip> {
        lesson.map_or_else(never, |lesson| lesson.strips.clone())
    }

    /// That nobody takes it any more means that the lesson is over.
    pub(crate) fn hand(&self, record: &Record) {
        let _ = self.records.send(record.clone());
    }

    /// The same.
    pub(crate) fn cue(&self) {
        let _ = self.cues.send(());
    }
}
