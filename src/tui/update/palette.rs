//! Choosing a command by its name.

use crossterm::event::KeyEvent;

use crate::tui::keymap::Command;
use crate::tui::model::Model;
use crate::tui::model::overlay::{Overlay, Palette, moved};
use crate::tui::model::text_input::{Edit, Entry};

pub(crate) fn open(model: &mut Model) {
    model.ui.overlay = Some(Overlay::Palette(Palette::default()));
}

/// A key while the palette is open, and the command that is chosen with it.
pub(crate) fn key(
    model: &mut Model,
    mut palette: Palette,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Command> {
    let found = palette.found(&model.keymap, model.ui.pane_context());
    match command {
        Some(Command::Open) => {
            let chosen = found.get(palette.at).map(|binding| binding.command);
            return chosen;
        }
        Some(Command::Go(motion)) => {
            palette.at = moved(palette.at, motion, found.len());
        }
        Some(Command::Complete) => {
            if let Some(binding) = found.get(palette.at) {
                palette.entry = Entry::new(binding.command.name());
                palette.at = 0;
            }
        }
        Some(_) | None => {
            if palette.entry.key(event) == Edit::Changed {
                palette.at = 0;
            }
        }
    }
    model.ui.overlay = Some(Overlay::Palette(palette));
    None
}
