//! How a person wants the dashboard to be: settings by name, and keys.

use crate::tui::keymap::Keymap;
use crate::tui::keymap::bindings::BindError;
use crate::tui::model::{Dump, Model};
use crate::tui::theme::{Name, ThemeOptions};

/// The value of a setting, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// Text as the environment has it, where everything is text.
    pub fn from_text(text: &str) -> Self {
        match text {
            "true" | "yes" | "on" | "1" => Self::Flag(true),
            "false" | "no" | "off" | "0" => Self::Flag(false),
            text => Self::Text(text.to_owned()),
        }
    }
}

/// One setting: a row of the table.
struct Setting {
    name: &'static str,
    /// What its value may be, for the sentence that says so.
    wants: fn() -> String,
    /// Takes a value over, or says that it is none.
    set: fn(&mut Preferences, &Value) -> Option<()>,
}

/// Every setting there is.
const SETTINGS: &[Setting] = &[
    Setting {
        name: "theme",
        wants: || {
            let all: Vec<_> = Name::all().collect();
            format!("auto or one of {}", all.join(", "))
        },
        set: |preferences, value| {
            preferences.looks.name = Some(text(value)?.parse().ok()?);
            Some(())
        },
    },
    Setting {
        name: "color",
        wants: || "auto, always or never".into(),
        set: |preferences, value| {
            preferences.looks.color = Some(text(value)?.parse().ok()?);
            Some(())
        },
    },
    Setting {
        name: "ascii",
        wants: || "true or false".into(),
        set: |preferences, value| {
            preferences.looks.ascii = Some(flag(value)?);
            Some(())
        },
    },
    Setting {
        name: "narration",
        wants: || "true or false".into(),
        set: |preferences, value| {
            preferences.narration = Some(flag(value)?);
            Some(())
        },
    },
    Setting {
        name: "motion",
        wants: || "true or false".into(),
        set: |preferences, value| {
            preferences.motion = Some(flag(value)?);
            Some(())
        },
    },
    Setting {
        name: "mouse",
        wants: || "true or false".into(),
        set: |preferences, value| {
            preferences.mouse = Some(flag(value)?);
            Some(())
        },
    },
    Setting {
        name: "history",
        wants: || "a size such as 64MiB, and 1MiB at least".into(),
        set: |preferences, value| {
            preferences.history = Some(history(text(value)?).ok()?);
            Some(())
        },
    },
    Setting {
        name: "octets",
        wants: || "lines, both, text or hex".into(),
        set: |preferences, value| {
            preferences.dump = Some(Dump::named(text(value)?)?);
            Some(())
        },
    },
];

/// How much memory the history may take, written such as `64MiB`, in octets.
///
/// # Errors
/// It is no size, or too small or too large for one; the error is half a sentence.
pub fn history(text: &str) -> Result<usize, String> {
    let size: Result<bytesize::ByteSize, _> = text.parse();
    let size = size.map_err(|_| "a size is taken, such as 256MiB or 1GiB")?;
    match usize::try_from(size.as_u64()) {
        Ok(octets) if octets >= 1 << 20 => Ok(octets),
        Ok(_) => Err("1MiB is the least".into()),
        Err(_) => Err("that is more than this machine can address".into()),
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Flag(_) => None,
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        Value::Text(_) => None,
    }
}

/// Why a setting was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetError {
    /// There is none of this name.
    NoSetting,
    /// It has no such value; this is what it may be.
    NoValue(String),
}

/// What was set.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    looks: ThemeOptions,
    narration: Option<bool>,
    motion: Option<bool>,
    mouse: Option<bool>,
    dump: Option<Dump>,
    history: Option<usize>,
    keymap: Keymap,
}

impl Preferences {
    /// How it is to look. The theme is chosen by the environment too, so it is not set by
    /// [`Model::with_preferences`].
    pub const fn looks(&self) -> ThemeOptions {
        self.looks
    }

    /// The same, where nothing moves if that is not wanted.
    #[must_use]
    pub fn with_motion(mut self, wanted: bool) -> Self {
        if !wanted {
            self.motion = Some(false);
        }
        self
    }

    /// How much memory the history may take, in octets, where that is said.
    pub const fn history(&self) -> Option<usize> {
        self.history
    }

    /// The names of all settings.
    pub fn settings() -> Vec<&'static str> {
        SETTINGS.iter().map(|setting| setting.name).collect()
    }

    /// The names of all commands that can be given other keys.
    pub fn commands() -> Vec<&'static str> {
        Keymap::names()
    }

    /// Sets one.
    ///
    /// # Errors
    /// There is no such setting, or it has no such value.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<(), SetError> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        let setting = setting.ok_or(SetError::NoSetting)?;
        (setting.set)(self, value).ok_or_else(|| SetError::NoValue((setting.wants)()))
    }

    /// Gives the command of this name other keys. To be called for all commands before
    /// [`Preferences::check`].
    ///
    /// # Errors
    /// There is no such command, or no such key.
    pub fn bind(&mut self, command: &str, keys: &[String]) -> Result<(), BindError> {
        self.keymap.bind(command, keys)
    }

    /// Whether the keys of `command` are its own, and there still is one that quits.
    ///
    /// # Errors
    /// Another command has one of them.
    pub fn check(&self, command: &str) -> Result<(), BindError> {
        self.keymap.check(command)
    }
}

impl Model {
    /// The same dashboard as somebody prefers it.
    #[must_use]
    pub fn with_preferences(mut self, preferences: Preferences) -> Self {
        let Preferences {
            looks: _,
            narration,
            motion,
            mouse,
            dump,
            history,
            keymap,
        } = preferences;
        self.ui.narration = narration.unwrap_or(self.ui.narration);
        self.ui.motion = motion.unwrap_or(self.ui.motion);
        self.ui.mouse = mouse.unwrap_or(self.ui.mouse);
        self.ui.dump = dump.unwrap_or(self.ui.dump);
        self.keymap = keymap;
        match history {
            Some(octets) => self.with_history(octets),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_that_is_none_is_told_what_one_looks_like() {
        assert_eq!(history("256MiB"), Ok(256 << 20));
        for text in ["", "5Q", "much", "-1MiB"] {
            let error = history(text).unwrap_err();
            assert_eq!(error, "a size is taken, such as 256MiB or 1GiB", "{text}");
        }
        assert_eq!(history("4k").unwrap_err(), "1MiB is the least");
    }
}
