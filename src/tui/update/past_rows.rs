//! The rows that are in sight, as they were at the moment that is shown.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::event::ConnectionId;
use crate::tui::model::{Model, in_sight};

/// Looks up what is not known yet. What was then does not change, so what is known is kept while
/// the moment is the same, and a frame costs no more for all that has come since.
pub(super) fn look(model: &mut Model) {
    note_place(model);
    let seen = ids_in_sight(model);
    let Some(mut past) = model.ui.past.take() else {
        return;
    };
    let is_same_time = past.rows_of == past.clock;
    let mut before = std::mem::take(&mut past.rows);
    for id in seen {
        let Some(now) = model.trace().connections.get(&id) else {
            continue;
        };
        if id == past.connection || past.is_unchanged(now) || !past.was_there(now) {
            continue;
        }
        let row = match before.remove(&id) {
            Some(row) if is_same_time => row,
            known => {
                let moment = now.log().moment_at(past.clock);
                let known = known.filter(|row| row.moment == moment);
                known.unwrap_or_else(|| Arc::new(now.at(moment)))
            }
        };
        past.rows.insert(id, row);
    }
    past.rows_of = past.clock;
    model.ui.past = Some(past);
}

/// Looks for the row of the exchange that is shown, once: it is asked for with each frame.
fn note_place(model: &mut Model) {
    let shown = model.shown_exchange();
    let known = model.ui.past.as_ref().and_then(|past| past.place);
    if known.map(|(id, _)| id) == shown {
        return;
    }
    let place = shown.map(|id| (id, model.trace().begun_before(id)));
    if let Some(past) = &mut model.ui.past {
        past.place = place;
    }
}

/// The connections of which something is in sight, whatever pane has the screen.
fn ids_in_sight(model: &Model) -> BTreeSet<ConnectionId> {
    let room = usize::from(model.size.1);
    let connections = in_sight::connections(model, room);
    let exchanges = in_sight::exchanges(model, room);
    let of_exchanges = exchanges.into_iter().map(|id| id.connection);
    connections
        .into_iter()
        .map(|connection| connection.id)
        .chain(of_exchanges)
        .collect()
}
