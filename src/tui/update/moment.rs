//! Going to another moment. Live is the moment that goes by itself; in the past one stands
//! where something has just happened on the selected connection, and all else is shown as of
//! that time. Nothing is folded but the connections that are in sight.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::event::ConnectionId;
use crate::trace::{Connection, ExchangeId, Moment, Part};
use crate::tui::model::notice::Notice;
use crate::tui::model::past::{Past, Play};
use crate::tui::model::seeking::{Step, Then, Way};
use crate::tui::model::{Model, Spot, Subject};
use crate::tui::update::{again, follow, past_rows, rows};

/// How far `(` and `)` go.
const SECONDS: Duration = Duration::from_secs(5);

/// What the move is from.
pub(super) struct Here {
    pub(super) now: Arc<Connection>,
    pub(super) moment: Moment,
    pub(super) clock: Duration,
}

fn here(model: &Model) -> Option<Here> {
    let now = Arc::clone(model.selected()?);
    let (moment, clock) = match &model.ui.past {
        Some(past) => (past.moment, past.clock),
        None => (now.moment, now.time_of(now.moment)),
    };
    Some(Here { now, moment, clock })
}

/// Goes a step back in time, or on. Where that leaves what is kept, it is read again first.
pub(crate) fn travel(model: &mut Model, step: Step, way: Way) {
    let Some(here) = here(model) else {
        model.ui.notice = Some(Notice::failed("there is no connection to go back on"));
        return;
    };
    if !reads_for(model, &here, step, way) {
        go(model, here, step, way);
    }
}

/// Has what a step leads to read again; says whether it is not kept and can be.
fn reads_for(model: &mut Model, here: &Here, step: Step, way: Way) -> bool {
    let Here { now, moment, clock } = here;
    let (first, last) = (now.first_moment(), now.moment);
    let earlier = model.reads_again && again::has_earlier(now);
    let later = again::has_later(model, now);
    let told = || now.exchanges.iter().map(|e| now.settled_at(e.told));
    let complete = || {
        let complete = now.exchanges.iter().filter(|e| e.done.is_some());
        complete.map(|e| now.settled_at(e.told))
    };
    let part = match (step, way) {
        (Step::Begin, _) if earlier => (Part::Begin, Then::Begin),
        (Step::Record, Way::Back) if earlier && *moment <= first => {
            (Part::Moment(first), Then::Go(step, way, first))
        }
        (Step::Exchange, Way::Back)
            if earlier && !told().any(|told| told < *moment && told >= first) =>
        {
            (Part::Moment(first), Then::Go(step, way, first))
        }
        (Step::Seconds, Way::Back)
            if earlier && clock.saturating_sub(SECONDS) < now.time_of(first) =>
        {
            let to = clock.saturating_sub(SECONDS);
            (Part::Time(to), Then::Clock(to))
        }
        (Step::Record, Way::On)
            if later && now.moment_after(*moment).is_none_or(|to| to >= last) =>
        {
            (Part::Moment(last.next()), Then::Go(step, way, *moment))
        }
        // One that goes on behind the end is not complete there.
        (Step::Exchange, Way::On) if later && !complete().any(|told| told > *moment) => {
            (Part::Moment(last.next()), Then::Go(step, way, *moment))
        }
        (Step::Seconds, Way::On) if later && clock.saturating_add(SECONDS) > now.time_of(last) => {
            let to = clock.saturating_add(SECONDS);
            (Part::Time(to), Then::Clock(to))
        }
        (Step::Record | Step::Exchange | Step::Seconds | Step::Oddity | Step::Begin, _) => {
            return false;
        }
    };
    again::ask(model, now.id, part.0, part.1)
}

/// Goes a step within what is kept.
pub(super) fn go(model: &mut Model, here: Here, step: Step, way: Way) {
    let Here { now, moment, clock } = here;
    let first = now.first_moment();
    let back = way == Way::Back;
    let to = match step {
        Step::Record if back => now.moment_before(moment),
        Step::Record => now.moment_after(moment),
        Step::Exchange => {
            let told = now.exchanges.iter().map(|e| now.settled_at(e.told));
            if back {
                let before = told.rev().find(|&told| told < moment);
                let before = before.unwrap_or(first).max(first);
                Some(before).filter(|&to| to < moment)
            } else {
                let mut told = told;
                told.find(|&told| told > moment)
            }
        }
        Step::Seconds => {
            let clock = if back {
                clock.saturating_sub(SECONDS).max(now.time_of(first))
            } else {
                clock.saturating_add(SECONDS)
            };
            return to_time(model, &now, clock);
        }
        Step::Oddity => return to_oddity(model, &now, moment, way),
        Step::Begin => Some(first),
    };
    match to {
        None if back => {
            let said = "nothing older of this connection is kept";
            model.ui.notice = Some(Notice::failed(said));
        }
        Some(to) if back || to < now.moment => stand_within(model, &now, to),
        Some(_) | None => to_the_end(model, &now),
    }
}

/// Goes where the clock showed this time. In a pause nothing has happened, and time passes.
fn to_time(model: &mut Model, now: &Connection, clock: Duration) {
    let moment = now.log().moment_at(clock);
    if moment >= now.moment {
        return to_the_end(model, now);
    }
    stand_at_time(model, now, clock);
}

/// Shows a connection as of this time.
pub(super) fn stand_at_time(model: &mut Model, now: &Connection, clock: Duration) {
    let moment = now.log().moment_at(clock).max(now.first_moment());
    stand_at(model, now, moment, clock);
}

/// To the end of what is kept of a connection: that is the present, where it is not the past
/// that was read again.
fn to_the_end(model: &mut Model, now: &Connection) {
    if model.window.is_none() {
        return present(model);
    }
    stand_within(model, now, now.moment);
    if !again::has_later(model, now) {
        let said = format!("{} goes no further. G: the end of the session", now.id);
        model.ui.notice = Some(Notice::done(said));
    }
}

/// What is played has come to the end of what is kept.
pub(super) fn played_out(model: &mut Model, now: &Connection) {
    if again::has_later(model, now) {
        let (last, next) = (now.moment, now.moment.next());
        // It is asked for once; until it is there, the end is shown.
        stand_within(model, now, last);
        again::ask(model, now.id, Part::Moment(next), Then::Play(last));
    } else {
        to_the_end(model, now);
    }
}

/// Back to the present, where the newest is followed if it is what is selected.
pub(crate) fn present(model: &mut Model) {
    model.ui.notice = Some(Notice::done("this is the present"));
    if model.ui.past.is_none() {
        return;
    }
    leave(model);
    if let Subject::Exchange(id) = model.ui.subject {
        let connection = model.trace().connections.get(&id.connection);
        let newest = connection.and_then(|connection| connection.exchanges.back());
        let n = newest.map_or(id.n, |newest| newest.n);
        model.ui.subject = Subject::Exchange(ExchangeId { n, ..id });
    }
    let is_kept = match model.ui.subject {
        Subject::Connection(id) => model.trace().connections.contains_key(&id),
        Subject::Exchange(id) => model.trace().exchange(id).is_some(),
        Subject::NewestConnection | Subject::NewestExchange => true,
    };
    if !is_kept {
        model.ui.subject = again::newest_of(model.ui.came_from);
    }
    follow::follow_if_last(model);
}

/// No moment of the past is selected any more.
pub(crate) fn leave(model: &mut Model) {
    if model.ui.past.take().is_some() {
        model.ui.spot = Spot::Newest;
        model.ui.ladder_up = 0;
    }
    again::close(model);
}

/// Shows this moment of a connection, and stands still. Where it is not kept, it is read again.
pub(crate) fn stand(model: &mut Model, id: ConnectionId, moment: Moment) {
    let now = model.trace().connections.get(&id).map(Arc::clone);
    let is_kept = |now: &Connection| {
        let is_later = model.window.is_some() && moment > now.moment;
        !is_later && (moment >= now.log().first() || !again::has_earlier(now))
    };
    let Some(now) = now.clone().filter(|now| is_kept(now)).or_else(|| {
        let asked = again::ask(model, id, Part::Moment(moment), Then::Stand(moment));
        now.filter(|_| !asked)
    }) else {
        return;
    };
    stand_within(model, &now, moment);
}

/// Shows this moment of a connection, or the nearest to it that is kept, and stands still.
pub(super) fn stand_within(model: &mut Model, now: &Connection, moment: Moment) {
    let moment = moment.clamp(now.first_moment(), now.moment.max(now.first_moment()));
    let moment = now.settled_at(moment);
    stand_at(model, now, moment, now.time_of(moment));
}

fn stand_at(model: &mut Model, now: &Connection, moment: Moment, clock: Duration) {
    let then = Arc::new(now.at(moment));
    model.ui.subject = Subject::Connection(now.id);
    show(model, then, moment, clock);
    if let Some(past) = &mut model.ui.past {
        past.play = None;
    }
}

/// Shows a connection as it was at this moment, whatever is selected and played.
pub(super) fn show(model: &mut Model, then: Arc<Connection>, moment: Moment, clock: Duration) {
    // The past stands still by itself.
    if model.frozen.take().is_some() {
        model.live.move_on();
        rows::renew(model);
    }
    let before = model.ui.past.take();
    let (rows, rows_of, play) = before.map_or_else(Default::default, |past| {
        (past.rows, past.rows_of, past.play)
    });
    model.ui.past = Some(Past {
        connection: then.id,
        moment,
        clock,
        then,
        searching: None,
        rows,
        rows_of,
        place: None,
        play,
    });
    model.ui.spot = Spot::Newest;
    model.ui.ladder_up = 0;
    look(model);
}

/// What was selected is shown where it was complete, if it is an exchange, and as of now if
/// it is the newest one of its connection.
pub(crate) fn select(model: &mut Model) {
    let id = match model.ui.subject {
        Subject::Exchange(id) => Some(id),
        Subject::NewestExchange => model.newest_exchange(),
        Subject::Connection(_) | Subject::NewestConnection => return look(model),
    };
    let Some(id) = id else { return look(model) };
    let connection = model.trace().connections.get(&id.connection);
    let newest = connection.and_then(|connection| connection.exchanges.back());
    if newest.is_none_or(|newest| newest.n == id.n) && model.window.is_none() {
        return leave(model);
    }
    let Some(told) = model.trace().moment_of(id) else {
        return;
    };
    stand(model, id.connection, told);
    model.ui.subject = Subject::Exchange(id);
    if let Some(seeking) = model.seeking.as_mut().filter(|seeking| !seeking.asked) {
        seeking.then = Then::Exchange(id);
    }
}

/// What is selected, and what is in sight, is known as it was. To be called after everything
/// that may have changed either.
pub(crate) fn look(model: &mut Model) {
    let Some(past) = &model.ui.past else { return };
    let Some(now) = model.selected() else {
        return leave(model);
    };
    if matches!(
        model.ui.subject,
        Subject::NewestConnection | Subject::NewestExchange
    ) {
        // What comes now is not selected.
        model.ui.subject = Subject::Connection(now.id);
        return look(model);
    }
    if now.id != past.connection {
        if !past.was_there(now) {
            // It came later: it is shown as it is.
            return match model.window {
                Some(_) => {
                    let now = Arc::clone(now);
                    stand_within(model, &now, now.moment);
                }
                None => leave(model),
            };
        }
        let clock = past.clock;
        let moment = now.log().moment_at(clock).max(now.first_moment());
        let then = Arc::new(now.at(moment));
        if let Some(past) = &mut model.ui.past {
            past.play = None;
        }
        return show(model, then, moment, clock);
    }
    past_rows::look(model);
}

/// To the next oddity of this connection; where there is none, to the nearest of another
/// one that is listed.
fn to_oddity(model: &mut Model, now: &Connection, moment: Moment, way: Way) {
    let here = match way {
        Way::On => now.oddities().find(|&odd| odd > moment),
        Way::Back => now.oddities().rev().find(|&odd| odd < moment),
    };
    if let Some(odd) = here {
        return stand(model, now.id, odd);
    }
    let listed: Option<BTreeSet<_>> = model
        .rows
        .as_ref()
        .map(|rows| rows.connections.iter().copied().collect());
    let is_listed = |id: &ConnectionId| listed.as_ref().is_none_or(|listed| listed.contains(id));
    let odd_of = |connection: &Arc<Connection>| {
        let mut oddities = connection.oddities();
        let odd = match way {
            Way::On => oddities.next(),
            Way::Back => oddities.next_back(),
        };
        Some((connection.id, odd?))
    };
    let all = &model.trace().connections;
    let found = match way {
        Way::On => {
            let after = (
                std::ops::Bound::Excluded(now.id),
                std::ops::Bound::Unbounded,
            );
            let mut rest = all.range(after).filter(|(id, _)| is_listed(id));
            rest.find_map(|(_, connection)| odd_of(connection))
        }
        Way::Back => {
            let mut rest = all.range(..now.id).rev().filter(|(id, _)| is_listed(id));
            rest.find_map(|(_, connection)| odd_of(connection))
        }
    };
    if let Some((id, odd)) = found {
        return stand(model, id, odd);
    }
    let where_from = match way {
        Way::On => "after this",
        Way::Back => "before this",
    };
    let all = model.window.is_none() && all.len() as u64 == model.trace().heard_of;
    let part = if all { "" } else { ", in what is loaded" };
    let said = format!("nothing out of the ordinary {where_from}{part}");
    model.ui.notice = Some(Notice::failed(said));
}

/// Plays what happened from here on, or stands still; from the present, all of it.
pub(crate) fn play(model: &mut Model) {
    if let Some(Past { play, .. }) = &mut model.ui.past {
        *play = match play {
            Some(_) => None,
            None => Some(Play::default()),
        };
        return;
    }
    travel(model, Step::Begin, Way::Back);
    if let Some(seeking) = &mut model.seeking {
        seeking.then = Then::Play(Moment::default());
    }
    if let Some(past) = &mut model.ui.past {
        past.play = Some(Play::default());
    }
}
