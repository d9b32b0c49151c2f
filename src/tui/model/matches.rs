//! The matches of what is looked for, in the pane with the focus.

use super::find::{holds, spans};
use super::{Model, Pane, Spot};
use crate::trace::field_tree::{self, Line};

/// Which match the cursor stands on, from 1, and how many there are, in the pane with the
/// focus.
pub(crate) fn count(model: &Model) -> Option<(Option<usize>, usize)> {
    model.ui.find.as_ref()?;
    let all = all(model);
    let here = here(model);
    let at = all.iter().position(|&place| Some(place) == here);
    Some((at.map(|at| at + 1), all.len()))
}

/// A match: where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    Octet(u64),
    Line(usize),
}

pub(crate) fn all(model: &Model) -> Vec<Match> {
    let Some(find) = &model.ui.find else {
        return Vec::new();
    };
    if model.ui.focus == Pane::Head {
        let lines = lines_of(model);
        let found = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_heading());
        return found
            .filter(|(_, line)| holds(find, line))
            .map(|(index, _)| Match::Line(index))
            .collect();
    }
    let spans = model
        .connection()
        .map(|connection| spans(find, &model.stream(connection)))
        .unwrap_or_default();
    spans
        .into_iter()
        .map(|span| Match::Octet(span.start))
        .collect()
}

pub(crate) fn here(model: &Model) -> Option<Match> {
    if model.ui.focus == Pane::Head {
        let lines = lines_of(model);
        let line = model.ui.spot.line(model.ui.direction, &lines);
        return line.map(Match::Line);
    }
    match model.ui.spot {
        Spot::Octet(offset) => Some(Match::Octet(offset)),
        Spot::Newest | Spot::Line(_) => None,
    }
}

pub(crate) fn lines_of(model: &Model) -> Vec<Line> {
    let shown = model.exchange();
    shown
        .map(|(connection, exchange)| field_tree::lines(connection, exchange))
        .unwrap_or_default()
}
