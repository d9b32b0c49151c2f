//! The model: the simulation, and how it is shown. It says how long to wait until the next
//! tick.

use std::fmt::Display;
use std::time::Duration;

use crossterm::event::KeyEvent;

use super::course::{Course, Front, Progress};
use super::keymap::{Command, KEYMAP, command};
use crate::lab::{Lab, Settings, Tick, Weight};
use crate::tui::keymap::is_cue;
use crate::tui::model::lesson::Strip;
use crate::tui::theme::Theme;

/// Ticks a second.
const SPEEDS: [u32; 7] = [1, 3, 6, 12, 25, 50, 100];
const USUAL_SPEED: usize = 3;
/// Frames a second at most: a speed above it makes several ticks a frame.
const MOST_FRAMES: u32 = 25;
/// How long a sentence stands before a lighter one may take its place, in ticks.
const TOLD_FOR: u64 = 14;
/// A step goes on for so many ticks at most when nothing happens.
const LONGEST_STEP: u32 = 5000;
/// How much `l` and `L` change the loss, in per cent.
const LOSS_STEP: u8 = 5;

/// Whether time goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Running,
    Paused,
}

/// What the runtime is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Quit,
    Suspend,
    Redraw,
}

/// A sentence on what happened.
#[derive(Debug, Clone)]
struct Told {
    sentence: String,
    weight: Weight,
    at: u64,
}

/// A simulation, and how it is shown.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    lab: Lab,
    pace: Pace,
    speed: usize,
    ordered: Option<Told>,
    naive: Option<Told>,
    course: Option<Progress>,
    pub(crate) help: bool,
    /// Why nothing came of what was done last.
    pub(crate) notice: Option<&'static str>,
    pub(crate) theme: Theme,
}

impl Bench {
    pub(crate) fn new(settings: Settings, theme: Theme) -> Self {
        Self {
            lab: Lab::new(settings),
            pace: Pace::Running,
            speed: USUAL_SPEED,
            ordered: None,
            naive: None,
            course: None,
            help: false,
            notice: None,
            theme,
        }
    }

    /// Time stands still until the course has it go on.
    pub(crate) fn teach(&mut self, course: Course) {
        self.pace = Pace::Paused;
        self.course = Some(Progress::new(course));
    }

    /// What the course shows.
    pub(crate) fn strip(&self) -> Option<&Strip> {
        self.course.as_ref().map(Progress::strip)
    }

    /// The side that is shown where there is room for one only.
    pub(crate) fn front(&self) -> Front {
        self.course.as_ref().map_or(Front::Ordered, Progress::front)
    }

    /// Whether a course has the simulation for itself.
    pub(crate) fn is_taught(&self) -> bool {
        self.course.as_ref().is_some_and(Progress::is_under_way)
    }

    pub(crate) const fn lab(&self) -> &Lab {
        &self.lab
    }

    pub(crate) const fn pace(&self) -> Pace {
        self.pace
    }

    pub(crate) fn ticks_a_second(&self) -> u32 {
        SPEEDS.get(self.speed).copied().unwrap_or(1)
    }

    /// What the footer shows. A lesson has the simulation for itself.
    pub(crate) fn hints(&self) -> impl Iterator<Item = &'static str> {
        let (pace, is_taught) = (self.pace, self.is_taught());
        KEYMAP
            .iter()
            .filter(move |row| !is_taught || !row.command.drives())
            .filter_map(move |row| match (row.command, pace) {
                (Command::RunOrPause, Pace::Paused) => Some("Space run"),
                _ => row.hint,
            })
    }

    /// How long until [`Bench::pass`] is due; `None` when time stands still.
    pub(crate) fn period(&self) -> Option<Duration> {
        let goes_on = self.pace == Pace::Running && !self.lab.is_done() && !self.help;
        let frames = self.ticks_a_second().min(MOST_FRAMES);
        goes_on.then(|| Duration::from_secs(1) / frames)
    }

    /// A period has passed.
    pub(crate) fn pass(&mut self) {
        for _ in 0..self.ticks_a_second().div_ceil(MOST_FRAMES) {
            if self.pace == Pace::Running {
                self.tick();
            }
        }
    }

    /// What happened last where there are numbers.
    pub(crate) fn ordered_sentence(&self) -> String {
        self.ordered.as_ref().map_or_else(
            || {
                format!(
                    "One end sends, the other receives. The link between them loses {} of what is sent, in either direction.",
                    self.lab.settings().loss
                )
            },
            |told| told.sentence.clone(),
        )
    }

    /// What happened last where there are none.
    pub(crate) fn naive_sentence(&self) -> &str {
        self.naive.as_ref().map_or(
            "Call send_packet for each packet, until it has said True for all of them.",
            |told| &told.sentence,
        )
    }

    /// Something was pasted. There is nothing here in which text is typed.
    pub(crate) fn paste(&mut self) {
        self.notice = Some("pasted text does nothing here");
    }

    pub(crate) fn key(&mut self, event: KeyEvent) -> Option<Effect> {
        self.notice = None;
        let cue = is_cue(event) && !self.help;
        let under_way = self.course.as_mut().filter(|course| course.is_under_way());
        let command = match under_way {
            Some(course) if cue => {
                if course.cue() {
                    self.pace = Pace::Running;
                }
                return None;
            }
            // Neither the run nor its end may differ from what is told.
            Some(_) => command(event).filter(|command| !command.drives())?,
            None => command(event)?,
        };
        match command {
            Command::RunOrPause => {
                self.pace = match self.pace {
                    Pace::Running => Pace::Paused,
                    Pace::Paused => Pace::Running,
                };
            }
            Command::Step => self.step(),
            Command::Tick => {
                self.pace = Pace::Paused;
                self.tick();
            }
            Command::Slower => self.speed = self.speed.saturating_sub(1),
            Command::Faster => self.speed = (self.speed + 1).min(SPEEDS.len() - 1),
            Command::LessLoss => self.lab.set_loss(self.lab.settings().loss.less(LOSS_STEP)),
            Command::MoreLoss => self.lab.set_loss(self.lab.settings().loss.more(LOSS_STEP)),
            Command::Restart => self.restart(self.lab.settings()),
            Command::NewSeed => {
                let settings = self.lab.settings();
                self.restart(Settings {
                    seed: settings.seed.wrapping_add(1),
                    ..settings
                });
            }
            Command::Theme => self.theme = self.theme.next(),
            Command::Help => self.help = !self.help,
            Command::Back if self.help => self.help = false,
            Command::Back | Command::Quit => return Some(Effect::Quit),
            Command::Suspend => return Some(Effect::Suspend),
            Command::Redraw => return Some(Effect::Redraw),
        }
        None
    }

    fn restart(&mut self, settings: Settings) {
        self.lab = Lab::new(settings);
        self.ordered = None;
        self.naive = None;
    }

    /// On to the next thing that happens where there are numbers, or, when that is over,
    /// where there are none.
    fn step(&mut self) {
        self.pace = Pace::Paused;
        let ordered_is_over = self.lab.ordered().done().is_some();
        self.ordered = self.ordered.take().filter(|_| ordered_is_over);
        for _ in 0..LONGEST_STEP {
            let tick = self.tick();
            let happened = if ordered_is_over {
                !tick.naive.is_empty()
            } else {
                !tick.ordered.is_empty()
            };
            if happened || self.lab.is_done() {
                return;
            }
        }
    }

    fn tick(&mut self) -> Tick {
        let tick = self.lab.tick();
        let now = self.lab.now();
        for happening in &tick.ordered {
            tell(&mut self.ordered, happening, happening.weight(), now);
        }
        for happening in &tick.naive {
            tell(&mut self.naive, happening, happening.weight(), now);
        }
        let is_done = self.lab.is_done();
        if let Some(course) = &mut self.course
            && course.reached(now, is_done)
        {
            self.pace = Pace::Paused;
        }
        tick
    }
}

/// Tells what happened, unless something that weighs more was told just now.
fn tell(told: &mut Option<Told>, happening: &impl Display, weight: Weight, now: u64) {
    let stands = told
        .as_ref()
        .is_some_and(|told| told.weight > weight && now < told.at + TOLD_FOR);
    if !stands {
        *told = Some(Told {
            sentence: happening.to_string(),
            weight,
            at: now,
        });
    }
}

#[cfg(test)]
mod tests;
