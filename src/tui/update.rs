//! The only thing that changes a model: one message at a time, and every message can be
//! taken. Knows no terminal and no clock.

#[cfg(test)]
mod acting;
#[cfg(test)]
mod tests;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::keymap::{Command, Place};
use super::model::{Dump, Model, Pane, Spot};
use super::movement;
use super::msg::{Effect, Msg};
use super::overlay::{self, Action};
use super::{again, palette, pointer};

/// Takes one message.
pub fn update(model: &mut Model, msg: Msg) -> Option<Effect> {
    match msg {
        Msg::Key(event) => key(model, event),
        Msg::Mouse(event) => pointer::point(model, event),
        Msg::Report(report) => {
            overlay::take(model, report);
            None
        }
        Msg::Resize { width, height } => {
            model.size = (width, height);
            None
        }
        Msg::Record(record) => {
            model.live.fold(record);
            None
        }
        Msg::Counts {
            totals,
            ledgers,
            at,
        } => {
            model.live.count(totals, &ledgers, at);
            None
        }
        Msg::Tick { at } => {
            model.live.pass(at);
            model.live.rate.advance(at);
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
    if model.ui.overlay.is_some() {
        return overlay::key(model, event);
    }
    let place = Place::now(&model.ui);
    let command = model.keymap.command(place, event)?;
    obey(model, command)
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
        Command::SendAgain => return again::send(model),
        Command::Palette => palette::open(model),
        // Only where something is typed, and there it has been taken.
        Command::Complete => {}
        Command::Mouse => return Some(pointer::toggle(model)),
        Command::Freeze => {
            model.frozen = match model.frozen.take() {
                None => Some(model.live.clone()),
                Some(_) => None,
            };
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
    } else if !model.ui.focus.is_table() {
        model.ui.spot = Spot::Newest;
        model.ui.ladder_up = 0;
        focus(model, model.ui.came_from);
        movement::follow_if_last(model);
    } else {
        return false;
    }
    true
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
    focus(model, into);
}
