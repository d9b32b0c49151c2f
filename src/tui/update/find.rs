//! Going from match to match of what is looked for.

use super::movement;
use crate::tui::model::matches::{self, Match};
use crate::tui::model::{Model, Pane, Spot};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Next,
    Previous,
}

/// Goes to the match that is the first from the cursor on.
pub(crate) fn go_to_first(model: &mut Model) {
    if model.ui.focus == Pane::Buffer
        && let Spot::Octet(at) = model.ui.spot
        && matches::all(model).contains(&Match::Octet(at))
    {
        return;
    }
    go(model, Way::Next);
}

/// Goes to the next match, or the one before; behind the last comes the first.
pub(crate) fn go(model: &mut Model, way: Way) {
    let places = matches::all(model);
    let (Some(&first), Some(&last)) = (places.first(), places.last()) else {
        return;
    };
    let here = matches::here(model);
    let to = match way {
        Way::Next => places
            .iter()
            .find(|&&place| Some(place) > here)
            .copied()
            .unwrap_or(first),
        Way::Previous => {
            let before = places.iter().rev().find(|&&place| Some(place) < here);
            before.copied().unwrap_or(last)
        }
    };
    model.ui.spot = match to {
        Match::Octet(offset) => Spot::Octet(offset),
        Match::Line(index) => {
            let lines = matches::lines_of(model);
            movement::go_to_line(model, &lines, index);
            return;
        }
    };
    movement::pin(model);
}
