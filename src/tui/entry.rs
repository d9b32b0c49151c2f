//! A line of text being typed. Knows no meaning of the text and no cell.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// How many characters may be typed.
const LONGEST: usize = 512;

/// The text and the cursor in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Entry {
    text: String,
    /// In octets, at the begin of a character or at the end.
    cursor: usize,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Changed,
    Moved,
    /// The key is none for typing.
    Nothing,
}

impl Entry {
    /// The cursor behind `text`.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let cursor = text.len();
        Self { text, cursor }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub(crate) fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    /// Replaces what stands between `begin` and the cursor.
    pub(crate) fn replace(&mut self, begin: usize, with: &str) {
        let after = self.text.get(self.cursor..).unwrap_or_default();
        let before = self.text.get(..begin).unwrap_or_default();
        let cursor = before.len() + with.len();
        self.text = format!("{before}{with}{after}");
        self.cursor = cursor;
    }

    /// Takes a key as a line editor does.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "every other key is for somebody else"
    )]
    pub(crate) fn key(&mut self, event: KeyEvent) -> Edit {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let before = self.text.clone();
        let at = self.cursor;
        if ctrl {
            match event.code {
                KeyCode::Char('a') => self.cursor = 0,
                KeyCode::Char('e') => self.cursor = self.text.len(),
                KeyCode::Char('u') => self.replace(0, ""),
                KeyCode::Char('w') => self.replace(self.word_begin(), ""),
                KeyCode::Char('k') => self.text.truncate(at),
                KeyCode::Char('h') => self.replace(self.left(), ""),
                _ => return Edit::Nothing,
            }
        } else {
            match event.code {
                KeyCode::Char(c) if !alt && !c.is_control() => {
                    if self.text.chars().count() < LONGEST {
                        self.replace(at, c.encode_utf8(&mut [0; 4]));
                    }
                }
                KeyCode::Backspace => self.replace(self.left(), ""),
                KeyCode::Delete => {
                    self.cursor = self.right();
                    self.replace(at, "");
                }
                KeyCode::Left => self.cursor = self.left(),
                KeyCode::Right => self.cursor = self.right(),
                KeyCode::Home => self.cursor = 0,
                KeyCode::End => self.cursor = self.text.len(),
                _ => return Edit::Nothing,
            }
        }
        if self.text == before {
            Edit::Moved
        } else {
            Edit::Changed
        }
    }

    fn left(&self) -> usize {
        let last = self.before().chars().next_back();
        self.cursor - last.map_or(0, char::len_utf8)
    }

    fn right(&self) -> usize {
        let rest = self.text.get(self.cursor..).unwrap_or_default();
        self.cursor + rest.chars().next().map_or(0, char::len_utf8)
    }

    fn word_begin(&self) -> usize {
        let before = self.before().trim_end();
        before
            .rfind(char::is_whitespace)
            .and_then(|at| Some(at + before.get(at..)?.chars().next()?.len_utf8()))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[(KeyCode, KeyModifiers)]) -> (String, String) {
        let mut entry = Entry::default();
        for (code, modifiers) in keys {
            entry.key(KeyEvent::new(*code, *modifiers));
        }
        (entry.text().into(), entry.before().into())
    }

    #[test]
    fn it_edits_as_lines_are_edited() {
        let none = KeyModifiers::NONE;
        let c = |c| (KeyCode::Char(c), none);
        let ctrl = |c| (KeyCode::Char(c), KeyModifiers::CONTROL);
        let left = (KeyCode::Left, none);
        let back = (KeyCode::Backspace, none);
        for (keys, text, before) in [
            (vec![c('a'), c('é'), c('b'), left, left, back], "éb", ""),
            (vec![c('a'), c('b'), left, c('x')], "axb", "ax"),
            (vec![c('a'), c(' '), c('b'), c(' '), ctrl('w')], "a ", "a "),
            (vec![c('a'), c('b'), left, ctrl('u')], "b", ""),
            (vec![c('a'), c('b'), left, ctrl('k')], "a", "a"),
            (
                vec![c('a'), ctrl('a'), (KeyCode::Delete, none), left],
                "",
                "",
            ),
        ] {
            assert_eq!(typed(&keys), (text.into(), before.into()), "{keys:?}");
        }
        let mut entry = Entry::default();
        assert_eq!(entry.key(KeyEvent::new(KeyCode::Tab, none)), Edit::Nothing);
    }
}
