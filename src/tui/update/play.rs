//! Playing what happened: time passes, and the moment with it. Time is data here.

use std::sync::Arc;
use std::time::Duration;

use super::moment;
use crate::tui::model::Model;
use crate::tui::model::pace::{Pace, PaceKind, for_an_eye, search};

/// Time that passes at once is more likely to have been slept through.
const LONGEST: Duration = Duration::from_millis(500);
/// Time has passed outside.
pub(crate) fn pass(model: &mut Model, at: Duration) {
    let Some(past) = &mut model.ui.past else {
        return;
    };
    let Some(play) = &mut past.play else { return };
    let passed = play
        .passed_at
        .map_or(Duration::ZERO, |last| at.saturating_sub(last).min(LONGEST));
    play.passed_at = Some(at);
    let pace: Pace = model.ui.pace;
    let passed = pace.scaled(passed);
    play.shown += passed;
    match pace.kind {
        PaceKind::Eye => at_an_eyes_pace(model),
        PaceKind::Real => at_the_real_pace(model, passed),
    }
}

fn at_the_real_pace(model: &mut Model, passed: Duration) {
    let Some((now, past)) = model.selected_moment() else {
        return;
    };
    let clock = past.clock + passed;
    let moment = now.log().moment_at(clock).max(past.moment);
    if moment >= now.moment {
        let now = now.clone();
        return moment::played_out(model, &now);
    }
    let then = if moment == past.moment {
        Arc::clone(&past.then)
    } else {
        Arc::new(now.at(moment))
    };
    moment::show(model, then, moment, clock);
}

fn at_an_eyes_pace(model: &mut Model) {
    loop {
        let Some((now, past)) = model.selected_moment() else {
            return;
        };
        let Some(play) = past.play else { return };
        let eye = for_an_eye(&past.then);
        let Some(rest) = play.shown.checked_sub(eye) else {
            return;
        };
        let Some(next) = now.moment_after(past.moment) else {
            let now = now.clone();
            return moment::played_out(model, &now);
        };
        let left = match search(now, past) {
            Some((from, to, each)) => {
                let passed = rest.as_nanos() / each.as_nanos().max(1);
                let passed = u64::try_from(passed).unwrap_or(u64::MAX);
                if from.saturating_add(passed) < to {
                    let got = from + passed;
                    let shown = (passed > 0).then(|| Arc::new(past.then.searched_to(from, got)));
                    if let Some(past) = &mut model.ui.past {
                        past.searching = shown;
                    }
                    return;
                }
                let octets = u32::try_from(to - from).unwrap_or(u32::MAX);
                rest.saturating_sub(each.saturating_mul(octets))
            }
            None => rest,
        };
        if now.settled_at(next) >= now.moment {
            let now = now.clone();
            return moment::played_out(model, &now);
        }
        let (then, clock) = (Arc::new(now.at(next)), now.time_of(next));
        moment::show(model, then, next, clock);
        if let Some(play) = model.ui.past.as_mut().and_then(|past| past.play.as_mut()) {
            play.shown = left;
        }
    }
}
