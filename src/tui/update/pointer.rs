//! The mouse: the wheel scrolls what is under it, a click selects. What stands where is the
//! view's business.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::tui::keymap::Motion;
use crate::tui::message::Effect;
use crate::tui::model::notice::Notice;
use crate::tui::model::seeking::{Step, Way};
use crate::tui::model::{Model, Subject};
use crate::tui::update::{moment, movement, panes};
use crate::tui::view::{Hit, hit, moment_at};

/// How many rows one notch of the wheel is.
const NOTCH: usize = 3;

/// Switches the mouse on and off.
pub(crate) fn toggle(model: &mut Model) -> Effect {
    model.ui.mouse = !model.ui.mouse;
    model.ui.notice = Some(Notice::done(if model.ui.mouse {
        "mouse on: wheel scrolls, click selects"
    } else {
        "mouse off: the terminal selects text again"
    }));
    Effect::Mouse(model.ui.mouse)
}

/// Something was done with the mouse.
pub(crate) fn point(model: &mut Model, event: MouseEvent) -> Option<Effect> {
    if on_the_line(model, event) {
        return None;
    }
    let motion = match event.kind {
        MouseEventKind::ScrollUp => Some(Motion::Up),
        MouseEventKind::ScrollDown => Some(Motion::Down),
        MouseEventKind::Down(MouseButton::Left) => None,
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => return None,
    };
    if model.ui.overlay.is_some() || model.ui.help {
        match motion {
            Some(motion) if model.ui.help => movement::go(model, motion),
            Some(_) => {}
            // A click beside what is open closes it, wherever it goes.
            None => {
                model.ui.overlay = None;
                model.ui.help = false;
            }
        }
        return None;
    }
    let hit = hit(model, event.column, event.row)?;
    if let Some(motion) = motion {
        let pane = hit.pane();
        for _ in 0..NOTCH {
            movement::go_in(model, pane, motion);
        }
        return None;
    }
    model.ui.notice = None;
    panes::focus(model, hit.pane());
    match hit {
        Hit::Pane(_) => {}
        Hit::Lane(lane) => model.ui.lane = lane,
        Hit::Connection(id) => movement::select(model, Subject::Connection(id)),
        Hit::Exchange(id) => movement::select(model, Subject::Exchange(id)),
        Hit::Spot(_, direction, spot) => {
            model.ui.direction = direction;
            model.ui.spot = spot;
            movement::pin(model);
        }
    }
    None
}

/// The moment goes where the mouse is, from where it was taken hold of on its line; the wheel
/// turns it. Says whether it was that.
fn on_the_line(model: &mut Model, event: MouseEvent) -> bool {
    let left_alone = model.ui.overlay.is_some() || model.ui.help;
    let held = std::mem::take(&mut model.ui.dragged);
    if left_alone {
        return false;
    }
    let drags = matches!(event.kind, MouseEventKind::Drag(MouseButton::Left));
    model.ui.dragged = held && drags;
    let Some(to) = moment_at(model, event.column, event.row) else {
        return false;
    };
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) | MouseEventKind::Drag(MouseButton::Left) => {
            model.ui.dragged = true;
            model.ui.notice = None;
            if let Some(id) = model.watched() {
                moment::stand(model, id, to);
            }
        }
        MouseEventKind::ScrollUp => moment::travel(model, Step::Record, Way::Back),
        MouseEventKind::ScrollDown => moment::travel(model, Step::Record, Way::On),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
    true
}
