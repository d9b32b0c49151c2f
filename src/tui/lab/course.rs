//! A lesson in the lab: what is said, how far the simulation goes then, and what was to be
//! seen. Knows no simulation.

use crate::tui::model::lesson::{Look, Moment, Strip};

/// A lesson, as the lab needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Which lesson.
    pub title: String,
    /// Where more is to be read.
    pub page: String,
    /// The side it is about, where there is room for one only.
    pub front: Front,
    /// In order.
    pub steps: Vec<CourseStep>,
}

/// One of the two ways to get packets across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Front {
    /// With numbers.
    #[default]
    Ordered,
    /// Without.
    Naive,
}

/// One step of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseStep {
    /// What is said before.
    pub say: String,
    /// What is asked before.
    pub ask: Option<String>,
    /// The simulation goes on up to this tick, or to its end.
    pub to: u64,
    /// What is said afterwards.
    pub see: String,
    /// The answer.
    pub answer: Option<String>,
}

/// A course under way.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    course: Course,
    strip: Strip,
}

impl Progress {
    pub(super) fn new(course: Course) -> Self {
        let mut progress = Self {
            strip: Strip {
                title: course.title.clone(),
                step: 0,
                of: course.steps.len(),
                moment: Moment::See,
                text: String::new(),
                ask: None,
                did: String::new(),
                follow: None,
                look: Look::Everywhere,
            },
            course,
        };
        progress.say();
        progress
    }

    pub(super) const fn front(&self) -> Front {
        self.course.front
    }

    pub(super) const fn strip(&self) -> &Strip {
        &self.strip
    }

    /// Whether the simulation is the course's: then only the course has it go on.
    pub(super) const fn is_under_way(&self) -> bool {
        matches!(self.strip.moment, Moment::Say | Moment::Doing | Moment::See)
    }

    /// The presenter wants it to go on; says whether the simulation is to go on now.
    pub(super) fn cue(&mut self) -> bool {
        match self.strip.moment {
            Moment::Say => {
                self.strip.moment = Moment::Doing;
                true
            }
            Moment::See => {
                self.say();
                false
            }
            Moment::Doing | Moment::Over | Moment::Unlike => false,
        }
    }

    /// The simulation stands at this tick; says whether it is to stop here.
    pub(super) fn reached(&mut self, tick: u64, is_done: bool) -> bool {
        let Some(step) = self.course.steps.get(self.strip.step.saturating_sub(1)) else {
            return false;
        };
        if self.strip.moment != Moment::Doing || !(tick >= step.to || is_done) {
            return false;
        }
        self.strip.moment = Moment::See;
        self.strip.text.clone_from(&step.see);
        self.strip.ask.clone_from(&step.answer);
        true
    }

    /// On to the next step, if there is one.
    fn say(&mut self) {
        if let Some(step) = self.course.steps.get(self.strip.step) {
            self.strip.step += 1;
            self.strip.moment = Moment::Say;
            self.strip.text.clone_from(&step.say);
            self.strip.ask.clone_from(&step.ask);
        } else {
            self.strip.moment = Moment::Over;
            self.strip.text = format!(
                "That was the lesson. More on its page, {}.",
                self.course.page
            );
            self.strip.ask = None;
        }
    }
}
