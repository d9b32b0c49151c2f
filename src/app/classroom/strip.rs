//! What the dashboard shows of what a lesson tells.

use crossbeam_channel::Sender;

use crate::lesson::{self, Lesson, Setting, Side, Step, Stop, Told};
use crate::tui::lab::{Course, CourseStep, Front};
use crate::tui::{Look, Moment, Strip};

/// Runs a lesson, and sends what is to be shown each time that it changes.
pub(super) fn run(
    lesson: &Lesson,
    place: &Setting<'_>,
    strips: &Sender<Strip>,
) -> Result<(), Stop> {
    let mut strip = Strip {
        title: title(lesson),
        step: 0,
        of: lesson.steps.len(),
        moment: Moment::Doing,
        text: String::new(),
        ask: None,
        did: String::new(),
        follow: None,
        look: match lesson.number {
            1 | 4 => Look::Kernel,
            5 => Look::Syscalls,
            _ => Look::Everywhere,
        },
    };
    let show = |strip: &Strip| strips.send(strip.clone()).map_err(|_| Stop::Left);
    let mut measured = None;
    let ended = lesson::run(lesson, place, &mut |told| {
        if take(&mut strip, &mut measured, told) {
            show(&strip)?;
        }
        Ok(())
    });
    strip.ask = None;
    match &ended {
        Ok(()) => {
            strip.moment = Moment::Over;
            strip.text = format!(
                "That was lesson {}. More on its page: http://{}/lessons/{}",
                lesson.number, place.address, lesson.page
            );
        }
        Err(Stop::Unlike(what)) => {
            strip.moment = Moment::Unlike;
            strip.text = format!("This did not happen as told: {what}.");
        }
        Err(Stop::Left | Stop::Output(_)) => return ended,
    }
    // A dashboard that has gone needs no last word.
    let _ = show(&strip);
    ended
}

fn title(lesson: &Lesson) -> String {
    let of = lesson::ALL.len();
    format!("Lesson {} of {of}: {}", lesson.number, lesson.title)
}

/// A lesson that runs in the lab.
pub(super) fn course(lesson: &Lesson) -> Course {
    let step = |step: &Step| CourseStep {
        say: step.say.into(),
        ask: step.ask.map(|ask| ask.question.into()),
        to: step.simulates().map_or(0, |simulation| simulation.to),
        see: step.see.into(),
        answer: step.ask.map(|ask| ask.answer.into()),
    };
    Course {
        title: title(lesson),
        page: format!("/lessons/{}", lesson.page),
        front: match lesson.simulates().map(|simulation| simulation.side) {
            Some(Side::Naive) => Front::Naive,
            Some(Side::Ordered) | None => Front::Ordered,
        },
        steps: lesson.steps.iter().map(step).collect(),
    }
}

/// Takes in what is told; says whether there is something else to show.
fn take(strip: &mut Strip, measured: &mut Option<String>, told: Told<'_>) -> bool {
    match told {
        Told::Say { number, step, .. } => {
            strip.step = number;
            strip.moment = Moment::Say;
            strip.text = step.say.into();
            strip.ask = step.ask.map(|ask| ask.question.into());
            strip.did.clear();
        }
        Told::Doing => strip.moment = Moment::Doing,
        Told::See(step) => {
            strip.moment = Moment::See;
            // The numbers stay for as long as they are spoken of.
            let numbers = measured.take().map(|line| format!("{line}. "));
            strip.text = numbers.unwrap_or_default() + step.see;
            strip.ask = step.ask.map(|ask| ask.answer.into());
        }
        Told::Follow(id) => strip.follow = Some(id),
        Told::Client(line) => strip.did = format!("client: {line}"),
        Told::Kernel(line) => strip.did = format!("kernel: {line}"),
        Told::Measured(line) => {
            strip.did = format!("kernel: {line}");
            *measured = Some(line.to_owned());
        }
        // The panes show them.
        Told::Octets(_) | Told::Server { .. } | Told::Call(_) | Told::Network(_) => return false,
    }
    true
}
