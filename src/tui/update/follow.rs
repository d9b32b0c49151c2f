//! Following the newest, or not: the selection is by identity, and only what is on the newest
//! goes with it.

use crate::tui::model::{Model, Subject};

/// Notes what has been there while the newest was followed. To be called after everything.
pub(crate) fn note_seen(model: &mut Model) {
    if model.is_following() {
        model.ui.seen = model.counted();
    }
}

/// What is being read does not give way to what is newer.
pub(crate) fn pin(model: &mut Model) {
    model.ui.subject = match model.ui.subject {
        Subject::NewestConnection => model
            .watched()
            .map_or(Subject::NewestConnection, Subject::Connection),
        Subject::NewestExchange => match (model.held_before_its_first(), model.newest_exchange()) {
            (Some(held), _) => Subject::Connection(held.id),
            (None, Some(newest)) => Subject::Exchange(newest),
            (None, None) => Subject::NewestExchange,
        },
        pinned @ (Subject::Connection(_) | Subject::Exchange(_)) => pinned,
    };
}

/// The newest is followed while the cursor is on it, where the newest is at an end.
pub(crate) fn follow_if_last(model: &mut Model) {
    let sorts = model.ui.sorts;
    model.ui.subject = match model.ui.subject {
        Subject::Connection(id)
            if sorts.connections.is_by_age() && model.newest_connection() == Some(id) =>
        {
            Subject::NewestConnection
        }
        Subject::Exchange(id)
            if sorts.exchanges.is_by_age() && model.newest_exchange() == Some(id) =>
        {
            Subject::NewestExchange
        }
        other @ (Subject::Connection(_)
        | Subject::Exchange(_)
        | Subject::NewestConnection
        | Subject::NewestExchange) => other,
    };
}
