//! The configuration file: TOML, one table of settings and one of keys.
//!
//! ```toml
//! theme = "light"
//! narration = false
//!
//! [keys]
//! freeze = ["Space", "F5"]
//! maximise = "z"
//! ```
//!
//! The environment goes before the file: `GLASSPORT_THEME=dark` for `theme`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::event::escape;
use crate::tui::{BindError, Preferences, SetError, Value};

/// How alike two names must be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.6;

/// What is wrong with the configuration, as one sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// Reads the file that was asked for, or the one in its usual place where there is one, and
/// then the environment.
///
/// # Errors
/// The file cannot be read, or something in it or in the environment is not understood.
pub fn load(
    asked: Option<&Path>,
    env: impl Fn(&str) -> Option<OsString>,
) -> Result<Preferences, Error> {
    let path = asked.map(Path::to_path_buf).or_else(usual_place);
    let mut preferences = match path {
        None => Preferences::default(),
        Some(path) => match fs::read_to_string(&path) {
            Ok(text) => parse(&text, &path)?,
            // A home that is another user's is as good as none.
            Err(error)
                if asked.is_none()
                    && matches!(
                        error.kind(),
                        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
                    ) =>
            {
                Preferences::default()
            }
            Err(error) => {
                let path = shown(&path);
                return Err(Error(format!("{path} cannot be read: {error}")));
            }
        },
    };
    for name in Preferences::settings() {
        let variable = format!("GLASSPORT_{}", name.to_uppercase().replace('-', "_"));
        let Some(value) = env(&variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        let text = value.to_string_lossy();
        if let Err(SetError::NoValue(wants)) = preferences.set(name, &Value::from_text(&text)) {
            let text = escape(text.as_bytes());
            return Err(Error(format!(
                "{variable} is {text:?}, and must be {wants}"
            )));
        }
    }
    Ok(preferences)
}

/// `glassport/config.toml` where programs of this platform keep such files.
fn usual_place() -> Option<PathBuf> {
    let place = etcetera::choose_base_strategy().ok()?;
    Some(place.config_dir().join("glassport").join("config.toml"))
}

fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// A file that is being read.
struct File<'a> {
    text: &'a str,
    path: &'a Path,
}

impl File<'_> {
    /// What is wrong, with the line and the column it begins at.
    fn wrong(&self, at: &Range<usize>, what: &str) -> Error {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default();
        let column = column.chars().count() + 1;
        let path = shown(self.path);
        Error(format!("{path}, line {line}, column {column}: {what}"))
    }
}

fn parse(text: &str, path: &Path) -> Result<Preferences, Error> {
    let file = File { text, path };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or_default();
        file.wrong(&at, error.message().lines().next().unwrap_or_default())
    })?;
    let mut preferences = Preferences::default();
    for (name, value) in table.get_ref() {
        let (key, at) = (name.get_ref(), name.span());
        if key == "keys" {
            let DeValue::Table(keys) = value.get_ref() else {
                return Err(file.wrong(&value.span(), "keys must be a table: [keys]"));
            };
            bind_all(&file, keys, &mut preferences)?;
            continue;
        }
        let taken = match value.get_ref() {
            DeValue::String(text) => preferences.set(key, &Value::Text(text.to_string())),
            DeValue::Boolean(flag) => preferences.set(key, &Value::Flag(*flag)),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => preferences.set(key, &Value::Text(String::new())),
        };
        taken.map_err(|error| match error {
            SetError::NoSetting => {
                let mut known = Preferences::settings();
                known.push("keys");
                file.wrong(&at, &unknown("setting", key, &known))
            }
            SetError::NoValue(wants) => {
                file.wrong(&value.span(), &format!("{key} must be {wants}"))
            }
        })?;
    }
    Ok(preferences)
}

fn bind_all(
    file: &File<'_>,
    keys: &DeTable<'_>,
    preferences: &mut Preferences,
) -> Result<(), Error> {
    for (name, value) in keys {
        let command = name.get_ref();
        let texts = texts(value).ok_or_else(|| {
            let what = format!("{command} must be a key, or a list of keys, in quotes");
            file.wrong(&value.span(), &what)
        })?;
        preferences
            .bind(command, &texts)
            .map_err(|error| match error {
                BindError::NoCommand => {
                    let what = unknown("command", command, &Preferences::commands());
                    file.wrong(&name.span(), &what)
                }
                error @ (BindError::NoKey(_) | BindError::Taken { .. } | BindError::NoWayOut) => {
                    file.wrong(&value.span(), &error.to_string())
                }
            })?;
    }
    // Only now, as two commands may change places.
    for (name, value) in keys {
        preferences
            .check(name.get_ref())
            .map_err(|error| file.wrong(&value.span(), &error.to_string()))?;
    }
    Ok(())
}

/// One text, or a list of them.
fn texts(value: &Spanned<DeValue<'_>>) -> Option<Vec<String>> {
    let text = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str().map(str::to_owned);
    if let DeValue::Array(values) = value.get_ref() {
        values.iter().map(text).collect()
    } else {
        Some(vec![text(value)?])
    }
}

/// Says that there is nothing of this name, and what may have been meant.
fn unknown(kind: &str, name: &str, known: &[&'static str]) -> String {
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(alike, _)| *alike >= ALIKE);
    let name = escape(name.as_bytes());
    match nearest {
        Some((_, nearest)) => format!("there is no {kind} {name:?}; {nearest:?} may be meant"),
        None => format!(
            "there is no {kind} {name:?}; there are {}",
            known.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let path = Path::new("c.toml");
        parse(text, path).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_in_one_sentence() {
        for (text, expected) in [
            (
                "theme = \"dark\"\nnarratoin = true\n",
                "c.toml, line 2, column 1: there is no setting \"narratoin\"; \"narration\" may be meant",
            ),
            (
                "xyz = 1",
                "c.toml, line 1, column 1: there is no setting \"xyz\"; there are theme, color, ascii, narration, motion, mouse, history, octets, keys",
            ),
            (
                "mouse = \"yes\"",
                "c.toml, line 1, column 9: mouse must be true or false",
            ),
            (
                "history = \"4k\"",
                "c.toml, line 1, column 11: history must be a size such as 64MiB, and 1MiB at least",
            ),
            (
                "[keys]\nfreez = \"z\"",
                "c.toml, line 2, column 1: there is no command \"freez\"; \"freeze\" may be meant",
            ),
            (
                "[keys]\nfreeze = [\"z\", \"Spce\"]",
                "c.toml, line 2, column 10: there is no key \"Spce\"; a key is a character, or a name such as Space, Ctrl-d, F5 or PgDn",
            ),
            (
                "[keys]\nfreeze = \"y\"",
                "c.toml, line 2, column 10: the key y is taken by copy",
            ),
            (
                "[keys]\nquit-or-back = []\nquit = []",
                "c.toml, line 3, column 8: no key would be left to quit with",
            ),
            (
                "keys = 1",
                "c.toml, line 1, column 8: keys must be a table: [keys]",
            ),
            (
                "[keys]\nfreeze = 1",
                "c.toml, line 2, column 10: freeze must be a key, or a list of keys, in quotes",
            ),
        ] {
            assert_eq!(wrong(text), expected);
        }
        let syntax = wrong("theme = \n");
        assert!(
            syntax.starts_with("c.toml, line 1, column 9: ") && !syntax.contains('\n'),
            "{syntax}"
        );
    }

    #[test]
    fn the_readme_shows_every_setting_as_it_may_be_written() {
        let readme = include_str!("../README.md");
        let example = readme.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        parse(example, Path::new("README.md")).unwrap();
        for name in Preferences::settings() {
            assert!(example.contains(&format!("\n{name} = ")) || example.starts_with(name));
        }
    }

    #[test]
    fn every_command_can_be_given_a_key() {
        for command in Preferences::commands() {
            let text = format!("[keys]\n{command} = [\"F5\", \"Ctrl-o\"]\n");
            let parsed = parse(&text, Path::new("c.toml"));
            assert!(parsed.is_ok(), "{command}: {parsed:?}");
        }
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        fs::write(&path, "theme = \"light\"\nmouse = false\n").unwrap();
        let none = |_: &str| None;
        let shown = |env: fn(&str) -> Option<OsString>| {
            let preferences = load(Some(&path), env).unwrap();
            format!("{preferences:?}")
        };
        assert!(shown(none).contains("name: Some(Palette(2))"));
        let dark = |name: &str| (name == "GLASSPORT_THEME").then(|| "dark".into());
        let both = shown(dark);
        assert!(both.contains("name: Some(Palette(1))") && both.contains("mouse: Some(false)"));
        let bad = |name: &str| (name == "GLASSPORT_MOUSE").then(|| "perhaps".into());
        let error = load(Some(&path), bad).unwrap_err().to_string();
        assert_eq!(
            error,
            "GLASSPORT_MOUSE is \"perhaps\", and must be true or false"
        );
    }

    #[test]
    fn a_file_that_was_asked_for_must_be_there() {
        let error = load(Some(Path::new("no/where.toml")), |_| None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("no/where.toml cannot be read: ")
        );
    }
}
