//! The arguments of `glassport open` and `glassport export`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueHint};

use crate::session::Redaction;
use crate::tui;

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
        let forms = [
            (self.har, Form::Har),
            (self.pcapng, Form::Pcapng),
            (self.text, Form::Text),
            (self.curl, Form::Curl),
        ];
        let form = forms.into_iter().find(|(wanted, _)| *wanted);
        // Not left to the parser, which would ask for it beside --man too.
        let (_, form) = form.ok_or("one of --har, --pcapng, --text and --curl is needed")?;
        Ok(Exported {
            file: self.file,
            form,
            output: self.output,
            redaction: self.redact.then(Redaction::default),
        })
    }
}
