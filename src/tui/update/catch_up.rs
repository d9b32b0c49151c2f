//! To the present and the newest, from wherever one is.

use super::{moment, rows};
use crate::tui::model::notice::Notice;
use crate::tui::model::{Model, Pane, Spot, Subject};

/// The newest of the table that has the focus, or had it last, as it is
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
