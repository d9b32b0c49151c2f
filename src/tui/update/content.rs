//! Reading the content of a message.

use crate::tui::keymap::{Command, Motion};
use crate::tui::model::Model;
use crate::tui::model::notice::Notice;
use crate::tui::model::overlay::{Overlay, Reading};

/// Opens the content of the exchange that is shown.
pub(super) fn open(model: &mut Model) {
    let Some(of) = model.shown_exchange() else {
        model.ui.notice = Some(Notice::failed("there is no exchange yet"));
        return;
    };
    let side = model.side_with_content(of);
    model.ui.overlay = Some(Overlay::Content(Reading { of, side, top: 0 }));
}

/// A key while content is being read.
pub(super) fn key(model: &mut Model, mut reading: Reading, command: Option<Command>) {
    if command == Some(Command::OtherContent) {
        reading.side = reading.side.other();
        reading.top = 0;
    }
    if let Some(Command::Go(motion)) = command {
        let page = usize::from(model.size.1 / 2).max(1);
        let lines = model.read(&reading).map_or(0, |pretty| pretty.lines.len());
        let top = match motion {
            Motion::Down => reading.top.saturating_add(1),
            Motion::Up => reading.top.saturating_sub(1),
            Motion::PageDown => reading.top.saturating_add(page),
            Motion::PageUp => reading.top.saturating_sub(page),
            Motion::First => 0,
            Motion::Last => lines.saturating_sub(page),
            Motion::Left | Motion::Right | Motion::LineStart | Motion::LineEnd => reading.top,
        };
        reading.top = top.min(lines.saturating_sub(1));
    }
    model.ui.overlay = Some(Overlay::Content(reading));
}
