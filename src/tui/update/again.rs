//! Asking for what the history let go of, where it can be read again.

use crate::event::ConnectionId;
use crate::trace::{Connection, Part, Wanted};
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::model::notice::Notice;
use crate::tui::model::seeking::{Seeking, Then, Way};
use crate::tui::model::{Pane, Subject, in_sight};
use crate::tui::update::rows;

/// Has a part of a session read again; says whether it can be.
pub(super) fn ask(model: &mut Model, connection: ConnectionId, part: Part, then: Then) -> bool {
    if model.reads_again {
        model.seeking = Some(Seeking {
            wanted: Wanted { connection, part },
            then,
            asked: false,
        });
        model.ui.notice = Some(Notice::done("reading the file"));
    }
    model.reads_again
}

/// What the runtime is to have read, if that was not asked yet.
pub(super) fn asked(model: &mut Model) -> Option<Effect> {
    let seeking = model.seeking.as_mut().filter(|seeking| !seeking.asked)?;
    seeking.asked = true;
    Some(Effect::ReadAgain(seeking.wanted))
}

/// What was read again is shown no more.
pub(super) fn close(model: &mut Model) {
    model.seeking = None;
    if model.window.take().is_some() {
        rows::renew(model);
    }
}

/// Whether records of a connection came before those that are kept.
pub(super) fn has_earlier(now: &Connection) -> bool {
    now.log().first() > crate::trace::Moment::default()
}

/// Whether more may come of a connection, behind the part that is shown.
pub(super) fn has_later(model: &Model, now: &Connection) -> bool {
    let window = model.window.as_ref();
    window.is_some_and(|window| window.goes_on || window.connection != now.id)
        && now.closed.is_none()
}

/// Where a motion leaves the list of what is kept, what stands there is read; says whether that
/// is so. `by` is so many rows up or down.
pub(super) fn beside(model: &mut Model, pane: Pane, by: isize) -> bool {
    if !model.reads_again {
        return false;
    }
    let trace = model.trace();
    let (earlier, later) = if let Some(window) = &model.window {
        (window.earlier, window.later)
    } else {
        let forgotten = trace.begun > trace.exchanges.len() as u64;
        let is_let_go = trace.evicted > 0 || pane == Pane::Exchanges && forgotten;
        (is_let_go, is_let_go)
    };
    let way = if by < 0 { Way::Back } else { Way::On };
    let to_the_end = by == isize::MIN || by == isize::MAX;
    let goes_on = match way {
        Way::Back => earlier || model.window.is_some(),
        Way::On => (later || model.window.is_some()) && !to_the_end,
    };
    if !goes_on {
        return false;
    }
    let first = ConnectionId(0);
    if pane == Pane::Exchanges {
        let edge = match (way, &model.rows) {
            (Way::Back, Some(rows)) => rows.exchanges.first(),
            (Way::On, Some(rows)) => rows.exchanges.last(),
            (Way::Back, None) => trace.exchanges.front(),
            (Way::On, None) => trace.exchanges.back(),
        };
        let Some(&edge) = edge.filter(|&&edge| Some(edge) == model.shown_exchange()) else {
            return earlier && to_the_end && ask(model, first, Part::Begin, Then::Edge(Way::Back));
        };
        let id = edge.connection;
        return match way {
            Way::Back if !earlier => false,
            Way::Back if to_the_end => ask(model, first, Part::Begin, Then::Edge(way)),
            Way::Back => {
                let begun = trace
                    .exchange(edge)
                    .and_then(|exchange| exchange.times.first);
                let part = begun.map_or(Part::Begin, Part::Since);
                ask(model, id, part, Then::Beside(edge, way))
            }
            Way::On if later && model.window.is_some() => {
                ask(model, id, Part::Since(trace.now), Then::Beside(edge, way))
            }
            Way::On => false,
        };
    }
    if to_the_end {
        return earlier && ask(model, first, Part::Begin, Then::End);
    }
    let Some(from) = model.watched() else {
        return false;
    };
    let to = in_sight::connection_away(model, by).unwrap_or(from);
    // What is open stays when what came after it goes: a number is missing there.
    let apart = usize::try_from(to.0.abs_diff(from.0)).unwrap_or(usize::MAX);
    let is_gap = model.rows.is_none() && apart > by.unsigned_abs();
    if to != from && !is_gap {
        return false;
    }
    match way {
        Way::Back => (is_gap || earlier) && ask(model, from, Part::Before, Then::End),
        Way::On => {
            (is_gap || later && model.window.is_some()) && ask(model, from, Part::After, Then::End)
        }
    }
}

/// Behind the last row of what was read again comes what is kept.
pub(super) fn newest_of(pane: Pane) -> Subject {
    if pane == Pane::Exchanges {
        Subject::NewestExchange
    } else {
        Subject::NewestConnection
    }
}
