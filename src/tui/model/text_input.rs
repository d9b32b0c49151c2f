//! A line of text being typed: tui-input's, with the keys of line editors and a bound. Knows
//! no meaning of the text and no cell.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

/// How many characters may be typed.
const LONGEST: usize = 512;

/// The text and the cursor in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry(Input);

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
        Self(Input::new(text.into()))
    }

    pub(crate) fn text(&self) -> &str {
        self.0.value()
    }

    /// What stands before the cursor.
    pub(crate) fn before(&self) -> &str {
        let mut characters = self.text().char_indices();
        let cursor = characters.nth(self.0.cursor()).map(|(at, _)| at);
        let text = self.text();
        cursor.and_then(|at| text.get(..at)).unwrap_or(text)
    }

    /// Replaces what stands between `begin` and the cursor.
    pub(crate) fn replace(&mut self, begin: usize, with: &str) {
        let after = self.text().get(self.before().len()..).unwrap_or_default();
        let before = self.text().get(..begin).unwrap_or_default();
        let cursor = before.chars().count() + with.chars().count();
        let text = format!("{before}{with}{after}");
        // Kept for what it has cut before.
        let input = std::mem::take(&mut self.0);
        self.0 = input.with_value(text).with_cursor(cursor);
    }

    /// Puts text at the cursor, as far as there is room, and says whether there was.
    pub(crate) fn insert(&mut self, text: &str) -> bool {
        let room = LONGEST.saturating_sub(self.text().chars().count());
        let fits: String = text.chars().take(room).collect();
        self.replace(self.before().len(), &fits);
        fits.len() == text.len()
    }

    /// Takes a key as a line editor does.
    pub(crate) fn key(&mut self, event: KeyEvent) -> Edit {
        let Some(request) = request(event) else {
            return Edit::Nothing;
        };
        let is_full = self.text().chars().count() >= LONGEST;
        let grows = matches!(request, InputRequest::InsertChar(_) | InputRequest::Yank);
        if is_full && grows {
            return Edit::Moved;
        }
        match self.0.handle(request) {
            Some(changed) if changed.value => Edit::Changed,
            Some(_) | None => Edit::Moved,
        }
    }
}

/// What a key asks of a line: readline's keys, and those that have a name.
fn request(event: KeyEvent) -> Option<InputRequest> {
    use InputRequest::{
        DeleteFromStart, DeleteNextChar, DeleteNextWord, DeletePrevChar, DeletePrevWord,
        DeleteTillEnd, GoToEnd, GoToNextChar, GoToNextWord, GoToPrevChar, GoToPrevWord, GoToStart,
        InsertChar, Yank,
    };
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    Some(match (event.code, ctrl, alt) {
        (KeyCode::Char(c), false, false) if !c.is_control() => InsertChar(c),
        (KeyCode::Char('a'), true, false) | (KeyCode::Home, ..) => GoToStart,
        (KeyCode::Char('e'), true, false) | (KeyCode::End, ..) => GoToEnd,
        (KeyCode::Left, false, false) | (KeyCode::Char('b'), true, false) => GoToPrevChar,
        (KeyCode::Right, false, false) | (KeyCode::Char('f'), true, false) => GoToNextChar,
        (KeyCode::Left, ..) | (KeyCode::Char('b'), false, true) => GoToPrevWord,
        (KeyCode::Right, ..) | (KeyCode::Char('f'), false, true) => GoToNextWord,
        (KeyCode::Char('w'), true, false) | (KeyCode::Backspace, false, true) => DeletePrevWord,
        (KeyCode::Backspace, ..) | (KeyCode::Char('h'), true, false) => DeletePrevChar,
        (KeyCode::Delete, true, false) | (KeyCode::Char('d'), false, true) => DeleteNextWord,
        (KeyCode::Delete, ..) | (KeyCode::Char('d'), true, false) => DeleteNextChar,
        (KeyCode::Char('u'), true, false) => DeleteFromStart,
        (KeyCode::Char('k'), true, false) => DeleteTillEnd,
        (KeyCode::Char('y'), true, false) => Yank,
        _ => return None,
    })
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
        let alt = |c| (KeyCode::Char(c), KeyModifiers::ALT);
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
            (
                vec![c('a'), c(' '), c('b'), alt('b'), c('x')],
                "a xb",
                "a x",
            ),
            (
                vec![c('a'), c('b'), ctrl('u'), ctrl('y'), ctrl('y')],
                "abab",
                "abab",
            ),
            (vec![c('a'), c(' '), c('b'), ctrl('a'), alt('d')], "b", ""),
            (
                vec![c('a'), ctrl('b'), ctrl('d'), ctrl('f'), ctrl('e')],
                "",
                "",
            ),
            // One character to the eye goes at once.
            (vec![c('e'), c('\u{301}'), back], "", ""),
        ] {
            assert_eq!(typed(&keys), (text.into(), before.into()), "{keys:?}");
        }
        let mut entry = Entry::default();
        assert_eq!(entry.key(KeyEvent::new(KeyCode::Tab, none)), Edit::Nothing);
    }

    #[test]
    fn a_line_has_an_end_for_what_is_typed_and_for_what_is_pasted() {
        let mut entry = Entry::default();
        assert!(entry.insert(&"é".repeat(LONGEST - 1)));
        entry.key(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE));
        assert!(!entry.insert("ab"));
        let typed = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(entry.key(typed), Edit::Moved);
        assert_eq!(
            (entry.before(), entry.text().chars().count()),
            ("a", LONGEST)
        );
        let mut entry = Entry::new("ab");
        entry.replace(1, "xyz");
        assert_eq!((entry.text(), entry.before()), ("axyz", "axyz"));
    }
}
