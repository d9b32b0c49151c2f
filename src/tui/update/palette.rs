//! Every command by name: the palette. Knows no cell; the names, the words and the keys are
//! the key table's.

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::tui::keymap::{Binding, Command};
use crate::tui::message::Effect;
use crate::tui::model::Model;
use crate::tui::model::text_input::{Edit, Entry};
use crate::tui::update;
use crate::tui::update::overlay::{self, Overlay};

/// What was typed, and where the cursor is in what fits it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Palette {
    pub(crate) entry: Entry,
    pub(crate) at: usize,
}

pub(crate) fn open(model: &mut Model) {
    model.ui.overlay = Some(Overlay::Palette(Palette::default()));
}

/// The commands that fit what was typed, the best first; all of them in the order of the
/// table when nothing was.
pub(crate) fn entries<'a>(model: &'a Model, typed: &str) -> Vec<&'a Binding> {
    let mut commands: Vec<&Binding> = Vec::new();
    for binding in model.keymap.known(&model.ui) {
        // Closing the palette is no command to be found in it.
        let is_here = matches!(binding.command, Command::Palette | Command::Back);
        if !is_here && commands.iter().all(|b| b.command != binding.command) {
            commands.push(binding);
        }
    }
    if typed.trim().is_empty() {
        return commands;
    }
    let pattern = |kind| Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, kind);
    // Letters of a name may be left out; nearly every description has those of a short word.
    let (in_name, in_label) = (pattern(AtomKind::Fuzzy), pattern(AtomKind::Substring));
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut score = |pattern: &Pattern, text: &str| {
        pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher)
    };
    let mut scored: Vec<_> = commands
        .into_iter()
        .filter_map(|binding| {
            // A name that fits comes before a description that does.
            let name = binding.command.name();
            let of_name =
                score(&in_name, name).map(|s| s + 1000 + 1000 * u32::from(name.starts_with(typed)));
            let best = of_name.max(score(&in_label, binding.label))?;
            Some((best, binding))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, binding)| binding).collect()
}

/// A key while the palette is open.
pub(crate) fn key(
    model: &mut Model,
    mut palette: Palette,
    command: Option<Command>,
    event: KeyEvent,
) -> Option<Effect> {
    let found = entries(model, palette.entry.text());
    match command {
        Some(Command::Open) => {
            let chosen = found.get(palette.at).map(|binding| binding.command);
            return chosen.and_then(|command| update::obey(model, command));
        }
        Some(Command::Go(motion)) => {
            palette.at = overlay::moved(palette.at, motion, found.len());
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
