//! The only thing that changes a model: one message at a time, and every message can be taken.

mod again;
mod catch_up;
mod content;
mod editor;
mod find;
mod follow;
mod found;
mod lesson;
mod marks;
mod moment;
mod movement;
mod overlay;
mod palette;
mod panes;
mod past_rows;
mod play;
mod pointer;
mod predict;
mod prompt;
mod recording;
mod resend;
mod rows;
pub(in crate::tui) mod viewpoint;

#[cfg(test)]
mod tests;

use std::ops::Deref;

use crossterm::event::{KeyEvent, KeyEventKind};

use self::find::Way;
use self::overlay::Outcome;
use super::keymap::Command;
use super::message::{Drive, Effect, Msg};
use super::model::landing::Landing;
use super::model::notice::Notice;
use super::model::overlay::Action;
use super::model::seeking::{Step, Way as To};
use super::model::{Lane, Model, Pane, Spot};
use crate::event::{Activity, ConnectionId, Event, Record};
use crate::trace::direction::Direction;

/// A model that only [`update()`] can change: whoever draws it or asks it reads it as a
/// [`Model`], and the way to write stays in this module.
///
/// ```compile_fail,E0594
/// # use glassport::tui::{Dashboard, Model};
/// fn draw(dashboard: &mut Dashboard, another: Model) {
///     **dashboard = another;
/// }
/// ```
#[derive(Debug)]
pub struct Dashboard(Model);

impl Dashboard {
    /// The dashboard of `model`.
    pub const fn new(model: Model) -> Self {
        Self(model)
    }

    /// What it shows, so that a test can draw that otherwise.
    #[cfg(test)]
    pub(crate) fn into_model(self) -> Model {
        self.0
    }
}

impl Deref for Dashboard {
    type Target = Model;

    fn deref(&self) -> &Model {
        &self.0
    }
}

/// Takes one message.
pub fn update(dashboard: &mut Dashboard, msg: Msg) -> Option<Effect> {
    let model = &mut dashboard.0;
    // Records of connections come in great numbers, and the counts after them.
    let is_detail = matches!(
        &msg,
        Msg::Record(Record {
            event: Event::Connection(..),
            ..
        })
    );
    let effect = take(model, msg);
    follow::note_seen(model);
    if !is_detail {
        rows::refresh(model);
        moment::look(model);
    }
    effect.or_else(|| again::asked(model))
}

fn take(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Mouse(event) => pointer::point(model, event),
        Msg::Paste(text) => {
            paste(model, &text);
            None
        }
        Msg::Report(report) => {
            overlay::take(model, report);
            None
        }
        Msg::Resize { width, height } => {
            model.size = (width, height);
            None
        }
        Msg::Background(background) => {
            model.theme = model.theme.on(background);
            None
        }
        Msg::Slow => {
            model.moves = false;
            None
        }
        Msg::Record(record) => {
            let came = model.moves.then(|| octets(&record)).flatten();
            let at = record.at;
            model.live.fold(record);
            if let Some((id, offset)) = came.filter(|(id, _)| model.watched() == Some(*id)) {
                let before = model.ui.landing;
                model.ui.landing = Some(Landing::joined(before, id, offset, at));
            }
            let dropped = model.live.take_dropped();
            if let Some(frozen) = model.frozen.as_mut().filter(|_| !dropped.is_empty()) {
                // A view that stands still would keep all of it in memory.
                frozen.forget(&dropped);
            }
            predict::look(model);
            resend::look(model);
            None
        }
        Msg::Edited(edited) => {
            editor::take(model, edited);
            None
        }
        Msg::Lesson(strip) => {
            lesson::take(model, *strip);
            None
        }
        Msg::Drove(what) => {
            model.ui.notice = Some(Notice::done(what));
            None
        }
        Msg::Found(found) => {
            found::take(model, found);
            None
        }
        Msg::AskToRecord(at) => {
            recording::ask(model, at);
            None
        }
        Msg::Tick { at } => {
            model.live.pass(at);
            model.live.rate.advance(at);
            play::pass(model, at);
            None
        }
    }
}

/// Which octets a record brought, if it did.
fn octets(record: &Record) -> Option<(ConnectionId, u64)> {
    match record.event {
        Event::Connection(id, Activity::Received { offset, .. }) => Some((id, offset)),
        Event::Connection(..) | Event::Listener(_) => None,
    }
}

fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    // Some terminals report the release too.
    if event.kind == KeyEventKind::Release {
        return None;
    }
    model.ui.notice = None;
    if let predict::Key::Taken(effect) = predict::key(model, event) {
        return effect;
    }
    if let prompt::Key::Taken(effect) = prompt::key(model, event) {
        return effect;
    }
    if model.ui.overlay.is_some() {
        return match overlay::key(model, event) {
            Outcome::Effect(effect) => effect,
            Outcome::Chosen(command) => obey(model, command),
        };
    }
    if let lesson::Key::Taken(effect) = lesson::key(model, event) {
        return effect;
    }
    let command = model
        .keymap
        .asked_for(model.ui.context(), model.ui.past.is_some(), event)?;
    obey(model, command)
}

/// What is pasted is text where text is typed, and nothing elsewhere: it was not meant to be
/// so many keys.
fn paste(model: &mut Model, text: &str) {
    let typed = prompt::paste(model, text).or_else(|| overlay::paste(model, text));
    model.ui.notice = match typed {
        Some(true) => None,
        Some(false) => Some(Notice::failed("the end of what was pasted does not fit")),
        None => Some(Notice::failed(
            "pasted text does nothing here: it is taken where text is typed",
        )),
    };
}

/// Carries out a command.
fn obey(model: &mut Model, command: Command) -> Option<Effect> {
    match command {
        Command::Quit => return Some(Effect::Quit),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Redraw => return Some(Effect::Redraw),
        Command::QuitOrBack => {
            if !back(model) {
                return Some(Effect::Quit);
            }
        }
        Command::Back => {
            back(model);
        }
        Command::Help => {
            model.ui.help = !model.ui.help;
            model.ui.help_top = 0;
            model.ui.help_search.clear();
        }
        Command::Copy => overlay::open(model, Action::Copy),
        Command::Write => overlay::open(model, Action::Write),
        Command::Record => return recording::toggle(model),
        Command::Resend => return resend::send(model),
        Command::Share => overlay::open_share(model),
        Command::Palette => palette::open(model),
        // Only where something is typed, and there it has been taken.
        Command::Complete
        | Command::OtherContent
        | Command::SendChanged
        | Command::EditOutside
        | Command::InsertLf
        | Command::InsertCr => {}
        Command::Mouse => return Some(pointer::toggle(model)),
        Command::Hold => return Some(Effect::Drive(Drive::Hold)),
        Command::HoldNew => return Some(Effect::Drive(Drive::HoldNew)),
        Command::Step => return predict::step(model),
        Command::Slower => return Some(Effect::Drive(Drive::Slower)),
        Command::Faster => return Some(Effect::Drive(Drive::Faster)),
        Command::RecvLess => return Some(Effect::Drive(Drive::Smaller)),
        Command::RecvMore => return Some(Effect::Drive(Drive::Larger)),
        Command::RecvSize => prompt::open_recv_size(model),
        Command::Predict => predict::toggle(model),
        Command::Follow => catch_up::follow(model),
        Command::Edit => editor::open(model),
        Command::RecordBack => moment::travel(model, Step::Record, To::Back),
        Command::RecordOn => moment::travel(model, Step::Record, To::On),
        Command::ExchangeBack => moment::travel(model, Step::Exchange, To::Back),
        Command::ExchangeOn => moment::travel(model, Step::Exchange, To::On),
        Command::SecondsBack => moment::travel(model, Step::Seconds, To::Back),
        Command::SecondsOn => moment::travel(model, Step::Seconds, To::On),
        Command::NextOddity => moment::travel(model, Step::Oddity, To::On),
        Command::PreviousOddity => moment::travel(model, Step::Oddity, To::Back),
        Command::Begin => moment::travel(model, Step::Begin, To::Back),
        Command::Present => moment::present(model),
        Command::Play => moment::play(model),
        Command::Pace => model.ui.pace = model.ui.pace.other(),
        Command::PlaySlower => model.ui.pace = model.ui.pace.notch(-1),
        Command::PlayFaster => model.ui.pace = model.ui.pace.notch(1),
        Command::Freeze if model.ui.past.is_some() => moment::play(model),
        Command::Freeze => freeze(model),
        Command::Dump => model.ui.dump = model.ui.dump.next(),
        Command::OtherDirection => other_direction(model),
        Command::Content => content::open(model),
        Command::Narration => model.ui.narration = !model.ui.narration,
        Command::Maximise => model.ui.maximised = !model.ui.maximised,
        Command::Theme => model.theme = model.theme.next(),
        Command::Projector => panes::projector(model),
        Command::ShowBuffer => panes::show(model, Pane::Buffer, None),
        Command::ShowHead => panes::show(model, Pane::Head, None),
        Command::ShowLadder => panes::show(model, Pane::Ladder, Some(Lane::Ladder)),
        Command::ShowKernel => panes::show(model, Pane::Ladder, Some(Lane::Kernel)),
        Command::ShowSyscalls => panes::show(model, Pane::Ladder, Some(Lane::Syscalls)),
        Command::Filter => prompt::open_filter(model),
        Command::Find if model.ui.help => prompt::open_help_search(model),
        Command::Find => prompt::open_find(model),
        Command::NextMatch => find::go(model, Way::Next),
        Command::PreviousMatch => find::go(model, Way::Previous),
        Command::Mark => marks::toggle(model),
        Command::NextMark => marks::next(model),
        Command::Sort => rows::sort_by_next(model),
        Command::SortDirection => rows::turn(model),
        Command::NextPane => panes::turn(model, 1),
        Command::PreviousPane => panes::turn(model, Pane::ALL.len() - 1),
        Command::Open => panes::open(model),
        Command::Go(motion) => movement::go(model, motion),
    }
    None
}

/// Stands still, or goes on.
fn freeze(model: &mut Model) {
    if model.frozen.take().is_some() {
        model.live.move_on();
    } else {
        model.frozen = Some(model.live.stand_still());
    }
    rows::renew(model);
}

/// Shows what goes the other way. The cursor goes to where the same exchange is there.
fn other_direction(model: &mut Model) {
    let other = model.ui.direction.other();
    if let Spot::Octet(_) = model.ui.spot {
        let start = model.exchange().and_then(|(_, exchange)| match other {
            Direction::Requests => exchange.head_span.map(|head| head.start),
            Direction::Responses => exchange.answer_start(),
        });
        model.ui.spot = start.map_or(Spot::Newest, Spot::Octet);
    }
    model.ui.direction = other;
}

/// One step back; says whether there was one.
fn back(model: &mut Model) -> bool {
    if model.ui.help && !model.ui.help_search.is_empty() {
        model.ui.help_search.clear();
    } else if model.ui.help {
        model.ui.help = false;
    } else if model.ui.maximised {
        model.ui.maximised = false;
        // The detail of an exchange goes back to where it was opened.
        if model.ui.focus == Pane::Head && model.ui.came_from == Pane::Exchanges {
            leave(model);
        }
    } else if model.ui.projector {
        panes::projector(model);
    } else if model.ui.find.take().is_some() {
        // The cursor stays on what was found.
    } else if !model.ui.focus.is_table() {
        leave(model);
    } else if model.ui.filter.is_some() {
        prompt::clear_filter(model);
    } else {
        return false;
    }
    true
}

/// Back to the table.
fn leave(model: &mut Model) {
    model.ui.spot = Spot::Newest;
    model.ui.ladder_up = 0;
    panes::focus(model, model.ui.came_from);
    movement::follow_if_last(model);
}
