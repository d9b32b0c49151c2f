//! The palette: every command by name. The names, the words and the keys are the key table's.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::tui::keymap::{Binding, Command, Context, Keymap};
use crate::tui::model::text_input::Entry;

/// What was typed, and where the cursor is in what fits it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Palette {
    pub(crate) entry: Entry,
    pub(crate) at: usize,
}

impl Palette {
    /// The commands that fit what was typed, the best first; all of them in the order of the
    /// table when nothing was.
    pub(crate) fn found<'a>(&self, keymap: &'a Keymap, context: Context) -> Vec<&'a Binding> {
        let typed = self.entry.text();
        let mut commands: Vec<&Binding> = Vec::new();
        for binding in keymap.bindings(context) {
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
                let of_name = score(&in_name, name)
                    .map(|s| s + 1000 + 1000 * u32::from(name.starts_with(typed)));
                let best = of_name.max(score(&in_label, binding.label))?;
                Some((best, binding))
            })
            .collect();
        scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        scored.into_iter().map(|(_, binding)| binding).collect()
    }
}
