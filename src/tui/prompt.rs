//! One line that is typed. Knows no key table: what is no text is left to it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What was typed so far; the cursor is at its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Prompt {
    pub(crate) text: String,
}

/// The longest line: a path.
const MOST: usize = 1024;

impl Prompt {
    pub(crate) fn with(text: String) -> Self {
        Self { text }
    }

    /// Takes a key, and says whether it was one that changes text.
    pub(crate) fn take(&mut self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        if event.code == KeyCode::Backspace {
            self.text.pop();
            return true;
        }
        let KeyCode::Char(character) = event.code else {
            return false;
        };
        match character {
            'u' if ctrl => self.text.clear(),
            'w' if ctrl => {
                let kept = self.text.trim_end_matches(' ');
                let kept = kept.trim_end_matches(|c| c != ' ' && c != '/');
                self.text.truncate(kept.len());
            }
            c if ctrl || alt || c.is_control() => return false,
            c if self.text.len() < MOST => self.text.push(c),
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_typed_and_taken_back() {
        let mut prompt = Prompt::with("a/b".into());
        let ctrl = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        for (event, taken, text) in [
            (plain(KeyCode::Char('é')), true, "a/bé"),
            (plain(KeyCode::Backspace), true, "a/b"),
            (ctrl('w'), true, "a/"),
            (ctrl('x'), false, "a/"),
            (plain(KeyCode::Enter), false, "a/"),
            (ctrl('u'), true, ""),
            (plain(KeyCode::Backspace), true, ""),
        ] {
            assert_eq!((prompt.take(event), prompt.text.as_str()), (taken, text));
        }
    }
}
