//! Keys as a person writes them, and bound to other commands.

use std::borrow::Cow;
use std::fmt;

use crossterm::event::KeyCode;

use crate::event::escape;
use crate::tui::keymap::{Binding, Command, Context, KEYMAP, Key, Keymap};

/// Why a key cannot be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// There is no command of this name.
    #[error("there is no such command")]
    NoCommand,
    /// This is no key.
    #[error(
        "there is no key {name:?}; a key is a character, or a name such as Space, Ctrl-d, F5 or PgDn",
        name = escape(.0.as_bytes())
    )]
    NoKey(String),
    /// Another command would have lost this key without a word.
    #[error("the key {key} is taken by {by}")]
    Taken {
        /// The key.
        key: String,
        /// The command that has it.
        by: &'static str,
    },
    /// No key would be left to quit with.
    #[error("no key would be left to quit with")]
    NoWayOut,
}

/// The keys that have names, as they are written and printed.
const NAMES: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Esc", KeyCode::Esc),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
];

impl Key {
    /// `j`, `Space`, `Ctrl-d`, `F5`, `PgDn`.
    fn parse(text: &str) -> Option<Self> {
        if text == "Space" {
            return Some(Self::Char(' '));
        }
        if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Some(Self::Code(*code));
        }
        if let Some(number) = text.strip_prefix('F').and_then(|n| n.parse().ok()) {
            return (1..=12)
                .contains(&number)
                .then_some(Self::Code(KeyCode::F(number)));
        }
        let one = |text: &str| {
            let mut characters = text.chars();
            let first = characters.next().filter(|c| !c.is_control())?;
            characters.next().is_none().then_some(first)
        };
        match text.strip_prefix("Ctrl-") {
            Some(letter) => one(letter)
                .filter(char::is_ascii_alphabetic)
                .map(|c| Self::Ctrl(c.to_ascii_lowercase())),
            None => one(text).map(Self::Char),
        }
    }
}

impl Keymap {
    /// The names of all commands.
    pub(crate) fn names() -> Vec<&'static str> {
        let rows = KEYMAP.iter().filter(|binding| can_be_bound(binding));
        let mut names: Vec<_> = rows.map(|binding| binding.command.name()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Gives the command of this name other keys, in place of those it has. To be called
    /// for all commands before [`Keymap::check`].
    ///
    /// # Errors
    /// There is no such command, or no such key.
    pub(crate) fn bind(&mut self, command: &str, keys: &[String]) -> Result<(), BindError> {
        let parsed = keys
            .iter()
            .map(|key| Key::parse(key).ok_or_else(|| BindError::NoKey(key.clone())))
            .collect::<Result<Vec<_>, _>>()?;
        let mut found = false;
        for binding in self.0.to_mut() {
            if binding.command.name() != command {
                continue;
            }
            if !can_be_bound(binding) {
                continue;
            }
            found = true;
            binding.keys = Cow::Owned(parsed.clone());
            binding.shown = Cow::Owned(keys.join(" "));
            if let Some(hint) = &binding.hint {
                let word = hint.rsplit(' ').next().unwrap_or_default();
                let first = keys.first().map_or("", String::as_str);
                binding.hint = (!first.is_empty()).then(|| Cow::Owned(format!("{first} {word}")));
            }
        }
        if found {
            Ok(())
        } else {
            Err(BindError::NoCommand)
        }
    }

    /// Whether the keys of `command` are its own wherever it counts.
    ///
    /// # Errors
    /// Another command has one of them.
    pub(crate) fn check(&self, command: &str) -> Result<(), BindError> {
        let own = self.0.iter().filter(|b| b.command.name() == command);
        for binding in own {
            for other in self.0.iter() {
                let same = other.command == binding.command;
                if same || !meet(other.place, binding.place) {
                    continue;
                }
                if let Some(key) = binding.keys.iter().find(|key| other.keys.contains(key)) {
                    return Err(BindError::Taken {
                        key: key.to_string(),
                        by: other.command.name(),
                    });
                }
            }
        }
        let quits = |binding: &Binding| {
            binding.place == Context::Everywhere
                && matches!(binding.command, Command::Quit | Command::QuitOrBack)
                && !binding.keys.is_empty()
        };
        if self.0.iter().any(quits) {
            Ok(())
        } else {
            Err(BindError::NoWayOut)
        }
    }
}

/// Letters are text where text is typed, and forms in a menu: keys stay as they are there.
const fn can_be_bound(binding: &Binding) -> bool {
    !matches!(
        binding.place,
        Context::Menu | Context::Prompt | Context::Editor | Context::Comparison | Context::Content
    )
}

/// Whether a key cannot mean two things at these two places.
fn meet(one: Context, other: Context) -> bool {
    let of_panes = |place| {
        !matches!(
            place,
            Context::Past
                | Context::Help
                | Context::Menu
                | Context::Prompt
                | Context::Editor
                | Context::Comparison
                | Context::Content
        )
    };
    let either = one == Context::Everywhere || other == Context::Everywhere;
    one == other || (either && of_panes(one) && of_panes(other))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(' ') => f.write_str("Space"),
            Self::Char(c) => write!(f, "{c}"),
            Self::Ctrl(c) => write!(f, "Ctrl-{c}"),
            Self::Code(KeyCode::F(n)) => write!(f, "F{n}"),
            Self::Code(code) => {
                let named = NAMES.iter().find(|(_, known)| known == code);
                f.write_str(named.map_or("?", |(name, _)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyEvent, KeyModifiers};

    use super::*;

    #[test]
    fn keys_are_written_as_they_are_printed() {
        for text in ["j", "Space", "Ctrl-d", "F5", "PgDn", "?", "é", "Shift-Tab"] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "Ctrl-", "Ctrl-é", "F0", "F13", "Spce", "jj", "\n"] {
            assert_eq!(Key::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_command_that_is_bound_anew_has_its_new_keys_alone() {
        let mut keymap = Keymap::default();
        keymap.bind("freeze", &["F5".into(), "z".into()]).unwrap();
        keymap.check("freeze").unwrap();
        let press = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let command = |code| keymap.command(Context::Tables, press(code));
        assert_eq!(command(KeyCode::F(5)), Some(Command::Freeze));
        assert_eq!(command(KeyCode::Char('z')), Some(Command::Freeze));
        assert_eq!(command(KeyCode::Char(' ')), None);
        let row = keymap
            .bindings(Context::Tables)
            .find(|b| b.command == Command::Freeze);
        let row = row.unwrap();
        assert_eq!(
            (row.shown.as_ref(), row.hint.as_deref()),
            ("F5 z", Some("F5 freeze"))
        );
    }

    #[test]
    fn what_cannot_be_bound_is_said() {
        let mut keymap = Keymap::default();
        assert_eq!(keymap.bind("freze", &[]), Err(BindError::NoCommand));
        assert_eq!(keymap.bind("complete", &[]), Err(BindError::NoCommand));
        let no_key = BindError::NoKey("Spce".into());
        assert_eq!(keymap.bind("freeze", &["Spce".into()]), Err(no_key));
        keymap.bind("freeze", &["y".into()]).unwrap();
        let taken = BindError::Taken {
            key: "y".into(),
            by: "copy",
        };
        assert_eq!(keymap.check("freeze"), Err(taken));
        let in_panes = keymap.bind("theme", &["j".into()]);
        assert_eq!(in_panes, Ok(()));
        let taken = BindError::Taken {
            key: "j".into(),
            by: "down",
        };
        assert_eq!(keymap.check("theme"), Err(taken));
        keymap.bind("copy", &["Space".into()]).unwrap();
        assert_eq!(keymap.check("freeze"), Ok(()), "they changed places");
    }
}
