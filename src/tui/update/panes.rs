//! Which pane has the focus, and what it shows.

use super::movement;
use crate::tui::model::{Lane, Model, Pane, Subject};

pub(super) fn turn(model: &mut Model, by: usize) {
    let at = Pane::ALL.iter().position(|&pane| pane == model.ui.focus);
    let next = (at.unwrap_or(0) + by) % Pane::ALL.len();
    if let Some(&pane) = Pane::ALL.get(next) {
        focus(model, pane);
    }
}

pub(super) fn focus(model: &mut Model, pane: Pane) {
    model.ui.focus = pane;
    if pane.is_table() {
        model.ui.came_from = pane;
    }
}

pub(super) fn show(model: &mut Model, pane: Pane, lane: Option<Lane>) {
    model.ui.lane = lane.unwrap_or(model.ui.lane);
    focus(model, pane);
}

/// The octets of one connection, large; a second time, everything as it was.
pub(super) fn projector(model: &mut Model) {
    model.ui.projector = !model.ui.projector;
    if model.ui.projector {
        model.theme = model.theme.loud();
        model.ui.narration = true;
        model.ui.before_projector = Some(model.ui.focus);
        focus(model, Pane::Buffer);
    } else {
        model.theme = model.theme.quiet();
        if let Some(before) = model.ui.before_projector.take() {
            focus(model, before);
        }
    }
}

/// From a row into what it stands for; between octets and the line they belong to.
pub(super) fn open(model: &mut Model) {
    let into = match model.ui.focus {
        Pane::Connections | Pane::Head => Pane::Buffer,
        Pane::Exchanges | Pane::Buffer => Pane::Head,
        Pane::Ladder => return,
    };
    if model.ui.focus.is_table() {
        movement::pin(model);
    }
    if model.ui.focus == Pane::Exchanges {
        model.ui.maximised = true;
        if model.exchange().is_none()
            && let Some(newest) = model.newest_exchange()
        {
            // The selected connection has none yet: the newest of another one.
            model.ui.subject = Subject::Exchange(newest);
        }
    }
    focus(model, into);
}
