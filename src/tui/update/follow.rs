//! Following the newest, or not: the selection is by identity, and only what is on the newest
//! goes with it.

use super::{moment, rows};
use crate::tui::model::notice::Notice;
use crate::tui::model::{Model, Pane, Spot, Subject};

/// From wherever one is: the newest of the table that has the focus, or had it last, as it is
/// now, and whatever is newer than that.
pub(crate) fn follow(model: &mut Model) {
    stand_no_longer(model);
    moment::leave(model);
    model.ui.subject = if model.ui.came_from == Pane::Exchanges {
        Subject::NewestExchange
    } else {
        Subject::NewestConnection
    };
    model.ui.spot = Spot::Newest;
    model.ui.ladder_up = 0;
    model.ui.notice = Some(Notice::done("the newest is followed"));
}

/// A view that stands still moves on.
pub(crate) fn stand_no_longer(model: &mut Model) {
    if model.frozen.take().is_some() {
        model.live.move_on();
        rows::renew(model);
    }
}

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
        Subject::NewestExchange => model
            .newest_exchange()
            .map_or(Subject::NewestExchange, Subject::Exchange),
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
