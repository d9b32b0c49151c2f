//! The only thing that changes a model: one message at a time, and every message can be
//! taken. Knows no terminal and no clock.

pub(in crate::tui) mod find;
pub(in crate::tui) mod follow;
pub(in crate::tui) mod lesson;
pub(in crate::tui) mod marks;
pub(in crate::tui) mod moment;
pub(in crate::tui) mod movement;
pub(in crate::tui) mod overlay;
pub(in crate::tui) mod palette;
pub(in crate::tui) mod play;
pub(in crate::tui) mod pointer;
pub(in crate::tui) mod predict;
pub(in crate::tui) mod prompt;
pub(in crate::tui) mod resend;

#[cfg(test)]
mod tests;

use crossterm::event::{KeyEvent, KeyEventKind};

use self::find::Way;
use self::moment::Step;
use self::overlay::Action;
use super::keymap::Command;
use super::model::{Dump, Lane, Model, Pane, Spot, Subject};
use crate::event::{Event, Record};
use crate::tui::message::{Effect, Msg};
use crate::tui::model::notice::Notice;
use crate::tui::model::rows;
use crate::tui::runtime::drive::Drive;

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    // Records of connections come in great numbers, and the counts after them.
    let is_detail = matches!(
        &msg,
        Msg::Record(Record {
            event: Event::Connection(..),
            ..
        })
    );
    let effect = take(model, msg);
    if !is_detail {
        rows::refresh(model);
        moment::look(model);
    }
    effect
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
        Msg::Record(record) => {
            model.live.fold(record);
            let dropped = model.live.take_dropped();
            if let Some(frozen) = model.frozen.as_mut().filter(|_| !dropped.is_empty()) {
                // A view that stands still would keep all of it in memory.
                frozen.forget(&dropped);
            }
            predict::look(model);
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
        Msg::Tick { at } => {
            model.live.pass(at);
            model.live.rate.advance(at);
            play::pass(model, at);
            None
        }
    }
}

fn key(model: &mut Model, event: KeyEvent) -> Option<Effect> {
    // Some terminals report the release too.
    if event.kind == KeyEventKind::Release {
        return None;
    }
    model.ui.notice = None;
    if model.ui.predict.question.is_some() {
        return predict::key(model, event);
    }
    if prompt::key(model, event) {
        return None;
    }
    if model.ui.overlay.is_some() {
        return overlay::key(model, event);
    }
    if let lesson::Key::Taken(effect) = lesson::key(model, event) {
        return effect;
    }
    let command = model.keymap.asked_for(&model.ui, event)?;
    obey(model, command)
}

/// What is pasted is text where text is typed, and nothing elsewhere: it was not meant to be
/// so many keys.
fn paste(model: &mut Model, text: &str) {
    let typed = match model.ui.predict.question {
        Some(_) => None,
        None => prompt::paste(model, text).or_else(|| overlay::paste(model, text)),
    };
    model.ui.notice = match typed {
        Some(true) => None,
        Some(false) => Some(Notice::failed("the end of what was pasted does not fit")),
        None => Some(Notice::failed(
            "pasted text does nothing here: it is taken where text is typed",
        )),
    };
}

/// Carries out a command.
pub(crate) fn obey(model: &mut Model, command: Command) -> Option<Effect> {
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
        }
        Command::Copy => overlay::open(model, Action::Copy),
        Command::Write => overlay::open(model, Action::Write),
        Command::SendAgain => return resend::send(model),
        Command::Palette => palette::open(model),
        // Only where something is typed, and there it has been taken.
        Command::Complete => {}
        Command::Mouse => return Some(pointer::toggle(model)),
        Command::Hold => return Some(Effect::Drive(Drive::Hold)),
        Command::HoldNew => return Some(Effect::Drive(Drive::HoldNew)),
        Command::Step => return predict::step(model),
        Command::Slower => return Some(Effect::Drive(Drive::Slower)),
        Command::Faster => return Some(Effect::Drive(Drive::Faster)),
        Command::RecvLess => return Some(Effect::Drive(Drive::Smaller)),
        Command::RecvMore => return Some(Effect::Drive(Drive::Larger)),
        Command::Predict => predict::toggle(model),
        Command::RecordBack => moment::travel(model, Step::Record, moment::Way::Back),
        Command::RecordOn => moment::travel(model, Step::Record, moment::Way::On),
        Command::ExchangeBack => moment::travel(model, Step::Exchange, moment::Way::Back),
        Command::ExchangeOn => moment::travel(model, Step::Exchange, moment::Way::On),
        Command::SecondsBack => moment::travel(model, Step::Seconds, moment::Way::Back),
        Command::SecondsOn => moment::travel(model, Step::Seconds, moment::Way::On),
        Command::NextOddity => moment::travel(model, Step::Oddity, moment::Way::On),
        Command::PreviousOddity => moment::travel(model, Step::Oddity, moment::Way::Back),
        Command::Begin => moment::travel(model, Step::Begin, moment::Way::Back),
        Command::Present => moment::present(model),
        Command::Play => moment::play(model),
        Command::Pace => model.ui.pace = model.ui.pace.other(),
        Command::PlaySlower => model.ui.pace = model.ui.pace.notch(-1),
        Command::PlayFaster => model.ui.pace = model.ui.pace.notch(1),
        Command::Freeze if model.ui.past.is_some() => moment::play(model),
        Command::Freeze => {
            if model.frozen.take().is_some() {
                model.live.move_on();
            } else {
                model.frozen = Some(model.live.stand_still());
            }
            rows::renew(model);
        }
        Command::Dump => {
            model.ui.dump = match model.ui.dump {
                Dump::Both => Dump::Text,
                Dump::Text => Dump::Hex,
                Dump::Hex => Dump::Both,
            };
        }
        Command::Narration => model.ui.narration = !model.ui.narration,
        Command::Maximise => model.ui.maximised = !model.ui.maximised,
        Command::Theme => model.theme = model.theme.next(),
        Command::Projector => projector(model),
        Command::ShowBuffer => show(model, Pane::Buffer, None),
        Command::ShowHead => show(model, Pane::Head, None),
        Command::ShowLadder => show(model, Pane::Ladder, Some(Lane::Ladder)),
        Command::ShowKernel => show(model, Pane::Ladder, Some(Lane::Kernel)),
        Command::ShowSyscalls => show(model, Pane::Ladder, Some(Lane::Syscalls)),
        Command::Filter => prompt::open_filter(model),
        Command::Find => prompt::open_find(model),
        Command::NextMatch => find::go(model, Way::Next),
        Command::PreviousMatch => find::go(model, Way::Previous),
        Command::Mark => marks::toggle(model),
        Command::NextMark => marks::next(model),
        Command::Sort => rows::sort_by_next(model),
        Command::SortDirection => rows::turn(model),
        Command::NextPane => turn(model, 1),
        Command::PreviousPane => turn(model, Pane::ALL.len() - 1),
        Command::Open => open(model),
        Command::Go(motion) => movement::go(model, motion),
    }
    None
}

/// One step back; says whether there was one.
fn back(model: &mut Model) -> bool {
    if model.ui.help {
        model.ui.help = false;
    } else if model.ui.maximised {
        model.ui.maximised = false;
        // The detail of an exchange goes back to where it was opened.
        if model.ui.focus == Pane::Head && model.ui.came_from == Pane::Exchanges {
            leave(model);
        }
    } else if model.ui.projector {
        projector(model);
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
    focus(model, model.ui.came_from);
    movement::follow_if_last(model);
}

fn turn(model: &mut Model, by: usize) {
    let at = Pane::ALL.iter().position(|&pane| pane == model.ui.focus);
    let next = (at.unwrap_or(0) + by) % Pane::ALL.len();
    if let Some(&pane) = Pane::ALL.get(next) {
        focus(model, pane);
    }
}

pub(crate) fn focus(model: &mut Model, pane: Pane) {
    model.ui.focus = pane;
    if pane.is_table() {
        model.ui.came_from = pane;
    }
}

fn show(model: &mut Model, pane: Pane, lane: Option<Lane>) {
    model.ui.lane = lane.unwrap_or(model.ui.lane);
    focus(model, pane);
}

/// The octets of one connection, large; a second time, everything as it was.
fn projector(model: &mut Model) {
    model.ui.projector = !model.ui.projector;
    if model.ui.projector {
        model.theme = model.theme.loud();
        model.ui.narration = true;
        focus(model, Pane::Buffer);
    } else {
        model.theme = model.theme.quiet();
    }
}

/// From a row into what it stands for; between octets and the line they belong to.
fn open(model: &mut Model) {
    let into = match model.ui.focus {
        Pane::Connections | Pane::Head => Pane::Buffer,
        Pane::Exchanges | Pane::Buffer => Pane::Head,
        Pane::Ladder => return,
    };
    if model.ui.focus.is_table() {
        movement::pin(model);
    }
    if model.ui.focus == Pane::Exchanges {
        model.ui.maximised = true;
        if model.exchange().is_none() {
            // The selected connection has none yet: the newest of another one.
            model.ui.subject = Subject::NewestExchange;
            movement::pin(model);
        }
    }
    focus(model, into);
}
