//! The arguments of `glassport open` and `glassport export`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};

use super::number::number;
use crate::session::Redaction;
use crate::tui;
use crate::tui::runtime::Film;

/// Open sessions that were recorded, on the same dashboard
///
/// No socket is opened. Everything that does not act on a server is as it was live; several
/// files are shown on one time line. From standard input a session is shown as it grows:
/// ssh host glassport --record - site | glassport open -
/// Three sessions ship with the program and are opened by name: browser, netcat and class.
/// Without a file they are listed.
#[derive(Debug, Args)]
#[command(after_help = "\
A file goes before a session of the same name that ships. One whose recording was not ended in order is read as far as it is whole, and what is missing \
is said.

Exit codes: 0 when it was ended in order; 1 when a file cannot be read or is no session; 2 when \
the arguments are wrong.")]
pub(super) struct Open {
    /// The sessions: files, - for standard input, or the name of one that ships
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    /// Settings and keys of the dashboard [default: glassport/config.toml where such files are]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,

    /// How much memory the history may take, 256MiB unless the configuration says otherwise
    #[arg(long, value_hint = ValueHint::Other, value_name = "SIZE", value_parser = tui::history)]
    history: Option<usize>,
}

/// Write a session that was recorded for other programs
///
/// All connections go on one time line.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("form")),
    after_help = "\
What a form cannot hold is said on standard error. A file that is there is not replaced.

Exit codes: 0 when it was written; 1 when the session cannot be read or nothing of it can be \
written so; 2 when the arguments are wrong."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct Export {
    /// The session: a file, - for standard input, or the name of one that ships
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// HTTP Archive 1.2, which browsers open
    #[arg(long, group = "form")]
    har: bool,

    /// Packets, for Wireshark
    #[arg(long, group = "form")]
    pcapng: bool,

    /// A sentence on everything that happened
    #[arg(long, group = "form")]
    text: bool,

    /// A curl command for each request
    #[arg(long, group = "form")]
    curl: bool,

    /// A film of the dashboard, for asciinema and agg
    #[arg(long, group = "form")]
    asciicast: bool,

    /// How large its screen is [default: 120x40]
    #[arg(long, value_name = "COLUMNSxROWS", requires = "asciicast", value_parser = size)]
    size: Option<(u16, u16)>,

    /// Milliseconds that nothing is waited for longer than [default: 2000]
    #[arg(long, value_name = "MS", requires = "asciicast", value_parser = number::<u64>(0..=3_600_000))]
    pause: Option<u64>,

    /// Slow motion: milliseconds that each record takes at least [default: 0]
    #[arg(long, value_name = "MS", requires = "asciicast", value_parser = number::<u64>(0..=60_000))]
    slow: Option<u64>,

    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,

    /// Mask Cookie, Set-Cookie, Authorization and Proxy-Authorization
    #[arg(long)]
    redact: bool,
}

/// Sessions to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened {
    /// Where they are, `-` for standard input, or what they are called; none for the list of
    /// those that ship.
    pub files: Vec<PathBuf>,
    /// The configuration file; `None` for the one in its usual place, if there is one.
    pub config: Option<PathBuf>,
    /// How much memory the history may take, in octets.
    pub history: Option<usize>,
}

/// What a session is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// HTTP Archive.
    Har,
    /// Packets.
    Pcapng,
    /// Sentences.
    Text,
    /// Commands.
    Curl,
    /// A film of the dashboard.
    Asciicast(Film),
}

/// A session to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Exported {
    /// Where it is, `-` for standard input, or what it is called.
    pub file: PathBuf,
    /// What it is written as.
    pub form: Form,
    /// Where to; `None` for standard output.
    pub output: Option<PathBuf>,
    /// What is masked, if anything is.
    pub redaction: Option<Redaction>,
}

impl Open {
    pub(super) fn opened(self) -> Result<Opened, String> {
        let inputs = self.files.iter().filter(|file| file.as_os_str() == "-");
        if inputs.count() > 0 && self.files.len() > 1 {
            return Err("standard input is shown as it grows, and alone: - and other files contradict each other".into());
        }
        Ok(Opened {
            files: self.files,
            config: self.config,
            history: self.history,
        })
    }
}

impl Export {
    pub(super) fn exported(self) -> Result<Exported, String> {
        let film = Film {
            size: self.size.unwrap_or((120, 40)),
            longest_pause: Duration::from_millis(self.pause.unwrap_or(2000)),
            slow: Duration::from_millis(self.slow.unwrap_or(0)),
        };
        let forms = [
            (self.har, Form::Har),
            (self.pcapng, Form::Pcapng),
            (self.text, Form::Text),
            (self.curl, Form::Curl),
            (self.asciicast, Form::Asciicast(film)),
        ];
        let form = forms.into_iter().find(|(wanted, _)| *wanted);
        // Not left to the parser, which would ask for it beside --man too.
        let (_, form) =
            form.ok_or("one of --har, --pcapng, --text, --curl and --asciicast is needed")?;
        Ok(Exported {
            file: self.file,
            form,
            output: self.output,
            redaction: self.redact.then(Redaction::default),
        })
    }
}

/// Reads a size such as `120x40`. One that nothing can be seen on, or no terminal has, is none.
fn size(text: &str) -> Result<(u16, u16), String> {
    let read = text.split_once('x').and_then(|(columns, rows)| {
        let size: (u16, u16) = (columns.parse().ok()?, rows.parse().ok()?);
        ((20..=500).contains(&size.0) && (5..=200).contains(&size.1)).then_some(size)
    });
    read.ok_or_else(|| "columns and rows are taken, such as 120x40: 20x5 to 500x200".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_columns_and_rows() {
        assert_eq!(size("120x40"), Ok((120, 40)));
        for text in [
            "", "120", "120x", "x40", "0x0", "501x40", "120x40x2", "-1x9", "1e2x40",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
