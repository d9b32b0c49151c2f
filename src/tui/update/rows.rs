//! Keeps the rows of the tables up to date, and changes their order.

#[cfg(test)]
mod tests;

use crate::tui::model::rows::{Listed, Listing, SLICE, Selection, Sorts};
use crate::tui::model::{Model, Pane, Subject};
use crate::tui::update::movement;

/// Keeps the rows up to date, after anything that may have changed them.
pub(crate) fn refresh(model: &mut Model) {
    if model.listing.is_none() {
        let plain = model.ui.filter.is_none() && model.ui.sorts == Sorts::default();
        if plain {
            model.rows = None;
            return;
        }
        let trace = model.trace();
        let due = model.rows.as_ref().is_none_or(|rows| {
            let changed = rows.records != trace.records || rows.at != trace.now;
            changed && trace.now >= rows.due()
        });
        if due {
            model.listing = Some(Listing::new(trace));
        }
    }
    let Some(mut listing) = model.listing.take() else {
        return;
    };
    if !listing.advance(listed(model), SLICE) {
        model.listing = Some(listing);
        return;
    }
    let selection = listing.selection;
    model.rows = Some(listing.rows(listed(model), &model.ui.sorts));
    if selection == Selection::Listed {
        select_listed(model);
    }
}

fn listed(model: &Model) -> Listed<'_> {
    Listed {
        trace: model.trace(),
        about: &model.about,
        filter: model.ui.filter.as_ref(),
    }
}

/// Lists the rows anew: the filter, the order or the trace is another one.
pub(crate) fn renew(model: &mut Model) {
    let plain = model.ui.filter.is_none() && model.ui.sorts == Sorts::default();
    model.listing = (!plain).then(|| Listing::new(model.trace()));
    refresh(model);
}

/// Sorts the table that has the focus, or had it last, by its next column.
pub(crate) fn sort_by_next(model: &mut Model) {
    let sorts = &mut model.ui.sorts;
    match model.ui.came_from {
        Pane::Exchanges => sorts.exchanges = sorts.exchanges.next(),
        Pane::Connections | Pane::Buffer | Pane::Head | Pane::Ladder => {
            sorts.connections = sorts.connections.next();
        }
    }
    sorted(model);
}

/// Turns the order of the table that has the focus, or had it last.
pub(crate) fn turn(model: &mut Model) {
    let sorts = &mut model.ui.sorts;
    match model.ui.came_from {
        Pane::Exchanges => sorts.exchanges = sorts.exchanges.turned(),
        Pane::Connections | Pane::Buffer | Pane::Head | Pane::Ladder => {
            sorts.connections = sorts.connections.turned();
        }
    }
    sorted(model);
}

/// In another order the selection stays; the newest is followed only where it is at an end.
fn sorted(model: &mut Model) {
    movement::pin(model);
    renew(model);
    movement::follow_if_last(model);
}

/// What is selected gets a row: if it was filtered away, the newest row is selected instead,
/// and followed. While the rows are being listed, that waits for them.
pub(crate) fn select_listed(model: &mut Model) {
    if let Some(listing) = &mut model.listing {
        listing.selection = Selection::Listed;
        return;
    }
    let Some(rows) = &model.rows else { return };
    model.ui.subject = match model.ui.subject {
        Subject::Connection(id) if !rows.connections.contains(&id) => Subject::NewestConnection,
        Subject::Exchange(id) if !rows.exchanges.contains(&id) => Subject::NewestExchange,
        other @ (Subject::Connection(_)
        | Subject::Exchange(_)
        | Subject::NewestConnection
        | Subject::NewestExchange) => other,
    };
}
