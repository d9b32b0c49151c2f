//! What was read again is there: it is shown in place of the history, and says so.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::trace::{ExchangeId, Found, Part, Window};
use crate::tui::model::notice::Notice;
use crate::tui::model::past::Play;
use crate::tui::model::seeking::{Then, Way};
use crate::tui::model::{Model, Subject};
use crate::tui::update::moment::{self, Here};
use crate::tui::update::rows;

/// Takes what was found. What was asked for before something else was is of no interest.
pub(super) fn take(model: &mut Model, found: Found) {
    let wanted = match &found {
        Ok(window) => window.wanted,
        Err(wanted) => *wanted,
    };
    let Some(seeking) = model.seeking.take_if(|seeking| seeking.wanted == wanted) else {
        return;
    };
    match found {
        Ok(window) => show(model, *window, seeking.then),
        Err(wanted) => {
            model.ui.notice = Some(Notice::failed(match wanted.part {
                Part::Before => "no connection in the file is older",
                Part::After => "no connection in the file is newer",
                Part::Moment(_) | Part::Time(_) | Part::Since(_) | Part::Begin | Part::End => {
                    "the file can no longer be read there"
                }
            }));
        }
    }
}

fn show(model: &mut Model, window: Window, then: Then) {
    let id = window.connection;
    if model.frozen.take().is_some() {
        model.live.move_on();
    }
    model.window = Some(window);
    rows::renew(model);
    let Some(now) = model.trace().connections.get(&id).map(Arc::clone) else {
        return;
    };
    let said =
        format!("{id} as the file has it: the history let go of it. G: the end of the session");
    model.ui.notice = Some(Notice::done(said));
    match then {
        Then::Stand(to) => moment::stand_within(model, &now, to),
        Then::Clock(clock) => moment::stand_at_time(model, &now, clock),
        Then::Begin => moment::stand_within(model, &now, now.first_moment()),
        Then::End => moment::stand_within(model, &now, now.moment),
        Then::Go(step, way, from) => {
            let clock = now.time_of(from);
            let here = Here {
                now: Arc::clone(&now),
                moment: from,
                clock,
            };
            moment::go(model, here, step, way);
        }
        Then::Play(from) => {
            moment::stand_within(model, &now, from);
            if let Some(past) = &mut model.ui.past {
                past.play = Some(Play::default());
            }
        }
        Then::Exchange(exchange) => select(model, exchange),
        Then::Beside(exchange, way) => {
            let all = &model.trace().exchanges;
            let at = all.iter().position(|&other| other == exchange);
            let beside = at.and_then(|at| match way {
                Way::Back => at.checked_sub(1),
                Way::On => at.checked_add(1),
            });
            let beside = beside.and_then(|at| all.get(at)).copied();
            select(model, beside.unwrap_or(exchange));
        }
        Then::Edge(way) => {
            let all = &model.trace().exchanges;
            let edge = match way {
                Way::Back => all.front(),
                Way::On => all.back(),
            };
            match edge.copied() {
                Some(edge) => select(model, edge),
                None => moment::stand_within(model, &now, now.first_moment()),
            }
        }
    }
    if model.ui.past.is_none() {
        // Nothing of what was asked for is there: the past stays the past.
        moment::stand_within(model, &now, now.moment);
    }
}

/// Selects an exchange of the window where it was complete.
fn select(model: &mut Model, id: ExchangeId) {
    let connection = model.trace().connections.get(&id.connection);
    let Some(now) = connection.map(Arc::clone) else {
        return;
    };
    let Some(told) = now.exchange(id.n).map(|exchange| exchange.told) else {
        return;
    };
    moment::stand_within(model, &now, told);
    model.ui.subject = Subject::Exchange(id);
}
