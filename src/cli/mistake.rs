//! What is wrong with the arguments, as one sentence, and what may have been meant.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};

/// How alike two names must be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.8;

/// The command of `whole` that has nearly this name.
pub(super) fn command_like(whole: &Command, name: &str) -> Option<String> {
    let names = whole.get_subcommands().map(Command::get_name);
    names
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(alike, _)| *alike >= ALIKE)
        .map(|(_, known)| known.to_owned())
}

/// A mistake in the arguments, and the command it was made in.
pub(super) struct Mistake {
    /// All that can be said.
    whole: Command,
    /// The command it belongs to.
    command: Command,
    /// What lists what can be said there.
    help: String,
}

impl Mistake {
    /// A mistake in these arguments of `whole`.
    pub(super) fn new(whole: Command, arguments: &[OsString]) -> Self {
        let lenient = whole.clone().ignore_errors(true);
        let read = lenient.try_get_matches_from(arguments).ok();
        let name = read.as_ref().and_then(ArgMatches::subcommand_name);
        let (command, help) = match name.and_then(|name| whole.find_subcommand(name)) {
            Some(sub) => (sub.clone(), format!("glassport {} --help", sub.get_name())),
            None => (whole.clone(), "glassport --help".into()),
        };
        Self {
            whole,
            command,
            help,
        }
    }

    /// An option that is spelled out behind a single hyphen: `-port`. It reads as `-p` with
    /// the value `ort`, and `-host` as `-h`.
    pub(super) fn single_hyphen(&self, arguments: &[OsString]) -> Option<String> {
        let mut options = arguments.iter().skip(1).filter_map(|text| text.to_str());
        let meant = options
            .by_ref()
            .take_while(|text| *text != "--")
            .find_map(|text| {
                let name = text.strip_prefix('-')?.split('=').next()?;
                let is_long = name.len() > 1 && name != "help" && self.knows(name);
                is_long.then_some((text, name))
            });
        let (text, name) = meant?;
        Some(format!(
            "{text:?} has one hyphen too few; did you mean --{name}? ({} lists what can be said)",
            self.help
        ))
    }

    fn knows(&self, name: &str) -> bool {
        self.command.get_arguments().any(|arg| {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            arg.get_long() == Some(name) || aliases.contains(&name)
        })
    }

    /// clap writes a paragraph; its first sentence says what is wrong.
    pub(super) fn sentence(&self, error: &clap::Error) -> String {
        if let Some(name) = self.second_docroot(error) {
            return format!("{name:?} is one too many: a single folder or file can be served");
        }
        let text = error.render().to_string();
        let first = text
            .split("\n\n")
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let first = first.strip_prefix("error: ").unwrap_or(&first);
        let meant = self
            .meant(error)
            .map(|meant| format!("; did you mean {meant}?"));
        let meant = meant.unwrap_or_default();
        format!("{first}{meant} ({} lists what can be said)", self.help)
    }

    /// What there is that looks like what was said.
    fn meant(&self, error: &clap::Error) -> Option<String> {
        [
            ContextKind::SuggestedArg,
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedValue,
        ]
        .into_iter()
        .find_map(|kind| {
            let suggested = error.get(kind)?;
            if let ContextValue::Strings(several) = suggested {
                return several.first().cloned();
            }
            let ContextValue::String(one) = suggested else {
                return None;
            };
            Some(one.clone())
        })
        .or_else(|| self.like_command(error))
    }

    /// The command that has nearly the name there is none of. clap does not look behind `help`.
    fn like_command(&self, error: &clap::Error) -> Option<String> {
        let ContextValue::String(name) = error.get(ContextKind::InvalidSubcommand)? else {
            return None;
        };
        command_like(&self.whole, name)
    }

    /// What stands where one folder was named already. clap takes it for a command.
    fn second_docroot<'e>(&self, error: &'e clap::Error) -> Option<&'e str> {
        let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
            return None;
        };
        let is_command = self.whole.find_subcommand(name).is_some();
        (error.kind() == ErrorKind::ArgumentConflict && !is_command).then_some(name)
    }
}
