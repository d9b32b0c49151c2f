//! Marking what is selected, and going to the next mark. In the past it is the moment that is
//! marked, unless it is exchanges that have the focus.

use crate::event::ConnectionId;
use crate::trace::{ExchangeId, Moment};
use crate::tui::model::{Model, Pane, Subject};
use crate::tui::update::{moment, movement};

/// Whether it is exchanges that are marked where the focus is.
fn of_exchanges(model: &Model) -> bool {
    match model.ui.focus {
        Pane::Exchanges | Pane::Head => true,
        Pane::Connections | Pane::Buffer | Pane::Ladder => false,
    }
}

/// Marks the selected exchange, moment or connection; a second time, unmarks it.
pub(crate) fn toggle(model: &mut Model) {
    if of_exchanges(model) {
        if let Some(id) = model.shown_exchange() {
            model.live.marks.toggle_exchange(id);
        }
    } else if let Some(past) = &model.ui.past {
        let (id, moment) = (past.connection, past.moment);
        model.live.marks.toggle_moment(id, moment);
    } else if let Some(id) = model.watched() {
        model.live.marks.toggle_connection(id);
    }
}

/// Selects the next mark after what is selected; behind the last comes the first.
pub(crate) fn next(model: &mut Model) {
    if let Some((id, to)) = next_moment(model) {
        return moment::stand(model, id, to);
    }
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

/// In the past, the next moment that is marked after the one that is shown; behind the last
/// comes the first.
fn next_moment(model: &Model) -> Option<(ConnectionId, Moment)> {
    let past = model.ui.past.as_ref().filter(|_| !of_exchanges(model))?;
    let trace = model.trace();
    let known = |(id, moment): &&(ConnectionId, Moment)| {
        if model.reads_again {
            return true;
        }
        let connection = trace.connections.get(id);
        connection.is_some_and(|connection| *moment >= connection.first_moment())
    };
    let marked = || model.live.marks.moments.iter().filter(known);
    let here = (past.connection, past.moment);
    let after = marked().find(|&&mark| mark > here);
    after.or_else(|| marked().next()).copied()
}
