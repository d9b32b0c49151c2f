//! Marking what is selected, and going to the next mark.

use crate::event::ConnectionId;
use crate::trace::ExchangeId;
use crate::tui::model::{Model, Pane, Subject};
use crate::tui::update::movement;

/// Whether it is exchanges that are marked where the focus is.
fn of_exchanges(model: &Model) -> bool {
    match model.ui.focus {
        Pane::Exchanges | Pane::Head => true,
        Pane::Connections | Pane::Buffer | Pane::Ladder => false,
    }
}

/// Marks the selected exchange, or connection; a second time, unmarks it.
pub(crate) fn toggle(model: &mut Model) {
    if of_exchanges(model) {
        if let Some(id) = model.shown_exchange() {
            model.live.marks.toggle_exchange(id);
        }
    } else if let Some(id) = model.watched() {
        model.live.marks.toggle_connection(id);
    }
}

/// Selects the next mark after what is selected; behind the last comes the first.
pub(crate) fn next(model: &mut Model) {
    let trace = model.trace();
    let marks = &model.live.marks;
    let exchanges = of_exchanges(model) || marks.connections.is_empty();
    let subject = if exchanges && !marks.exchanges.is_empty() {
        let known = |id: &&ExchangeId| trace.exchange(**id).is_some();
        let here = model.shown_exchange();
        let marked = || marks.exchanges.iter().filter(known);
        let after = marked().find(|&&id| Some(id) > here);
        after
            .or_else(|| marked().next())
            .map(|&id| Subject::Exchange(id))
    } else {
        let known = |id: &&ConnectionId| trace.connections.contains_key(id);
        let here = model.watched();
        let marked = || marks.connections.iter().filter(known);
        let after = marked().find(|&&id| Some(id) > here);
        after
            .or_else(|| marked().next())
            .map(|&id| Subject::Connection(id))
    };
    if let Some(subject) = subject {
        movement::select(model, subject);
    }
}
