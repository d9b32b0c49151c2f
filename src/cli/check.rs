//! The arguments of `glassport check`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::number::number;
use super::peer::{addresses, remote};
use super::values::when;
use crate::check::{self, Format, Known, Wanted};
use crate::client::Peer;
use crate::tui::When;

/// What is explained, or asked of which server.
#[derive(Debug, PartialEq, Eq)]
pub enum Checking {
    /// The checks there are.
    List,
    /// One of them: its stage, and its name.
    Explain(&'static str),
    /// A server is checked.
    Server(Box<Checked>),
}

/// A server that is checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked {
    /// As it was asked for.
    pub url: String,
    /// Where the server is.
    pub addresses: Vec<SocketAddr>,
    /// What stands in the Host field.
    pub host: String,
    /// The target of the page.
    pub target: String,
    /// Which checks.
    pub wanted: Wanted,
    /// Whether it is done again whenever the server restarts.
    pub watch: bool,
    /// How it is written.
    pub format: Format,
    /// Whether there are colours.
    pub colour: When,
    /// A file that is known to be there, and its copy here.
    pub known: Option<(String, Option<PathBuf>)>,
    /// The file in which what was sent and what came is kept.
    pub record: Option<PathBuf>,
}

/// See what a server of your own gets right, and what it does not
///
/// Sends the requests a teacher would to a server on this machine, in stages, and says of each
/// whether the octets that come back are as they should be: the octet that is wrong, the rule,
/// why it matters, and the line that repeats it. Stops at the first stage in which something is
/// wrong. Asks with GET, HEAD and methods that a server of files refuses; nothing is changed.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[command(after_help = "\
A page of the server says what there is to ask for: the files it names in href and src are asked \
for too. Name another with --file, and its copy here with --local, to have each octet compared.

Exit codes: 0 when all that was asked for holds; 1 when something is wrong, or could not be found \
out though it was named with --only; 2 when the arguments are wrong or name another machine \
without --yes-remote.")]
pub(super) struct Arguments {
    /// The page: http://HOST:PORT/TARGET
    #[arg(value_hint = ValueHint::Url, required_unless_present_any = ["list", "explain"])]
    url: Option<String>,

    /// Go on behind a stage in which something is wrong
    #[arg(long, conflicts_with_all = ["stage", "only"])]
    all: bool,

    /// The checks of one stage alone
    #[arg(long, value_name = "N", value_parser = number::<u8>(1..=12))]
    stage: Option<u8>,

    /// One check alone, may be given more than once
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = id, conflicts_with = "stage")]
    only: Vec<&'static str>,

    /// Check again whenever the server restarts, until Ctrl-C
    #[arg(long)]
    watch: bool,

    /// List the checks, by their stages
    #[arg(long)]
    list: bool,

    /// Say what one check is about, and what it sends
    #[arg(long, value_name = "ID", value_parser = id, conflicts_with = "list")]
    explain: Option<&'static str>,

    /// How it is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: FormatName,

    /// A target at which there is a file
    #[arg(long, value_name = "TARGET", value_hint = ValueHint::Other)]
    file: Option<String>,

    /// The copy of that file here, of 4 MiB at most, to compare each octet
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath, requires = "file")]
    local: Option<PathBuf>,

    /// Keep what was sent and what came in a new file, for glassport open
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "watch")]
    record: Option<PathBuf>,

    /// Colours: auto, always, never
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = when())]
    color: When,

    /// The URL may name another machine, and it is mine
    #[arg(long)]
    yes_remote: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Text,
    Json,
    Tap,
    Junit,
}

impl Arguments {
    /// The error is a sentence.
    pub(super) fn checking(self) -> Result<Checking, String> {
        if self.list {
            return Ok(Checking::List);
        }
        if let Some(id) = self.explain {
            return Ok(Checking::Explain(id));
        }
        let url = self.url.unwrap_or_default();
        let (peer, host, target) = Peer::parse(&url)?;
        let addresses =
            addresses(&peer, remote(self.yes_remote)).map_err(|error| error.to_string())?;
        if target.bytes().any(|octet| !octet.is_ascii_graphic()) {
            return Err(format!(
                "{target} is no target: percent-encode what stands in it"
            ));
        }
        let wanted = match (self.all, self.stage, self.only) {
            (true, ..) => Wanted::All,
            (false, Some(stage), _) => Wanted::Stage(stage.into()),
            (false, None, only) if only.is_empty() => Wanted::UpToFirst,
            (false, None, only) => Wanted::Only(only.into_iter().map(Into::into).collect()),
        };
        if let Some(file) = &self.file
            && !file.starts_with('/')
        {
            return Err(format!("--file takes a target, as /{file}"));
        }
        Ok(Checking::Server(Box::new(Checked {
            url,
            addresses,
            host,
            target,
            wanted,
            watch: self.watch,
            format: match self.format {
                FormatName::Text => Format::Text,
                FormatName::Json => Format::Json,
                FormatName::Tap => Format::Tap,
                FormatName::Junit => Format::Junit,
            },
            colour: self.color,
            known: self.file.map(|file| (file, self.local)),
            record: self.record,
        })))
    }
}

/// The name of a check.
fn id(text: &str) -> Result<&'static str, String> {
    if let Some((_, check)) = check::find(text) {
        return Ok(check.id);
    }
    let near = check::checks()
        .map(|(_, check)| (strsim::jaro_winkler(check.id, text), check.id))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Err(match near {
        Some((near, id)) if near > 0.8 => format!("did you mean {id}?"),
        Some(_) | None => "glassport check --list lists them".into(),
    })
}

impl Checked {
    /// What is known of a file, its copy here read by `read`.
    ///
    /// # Errors
    /// The copy cannot be read.
    pub fn known<E>(
        &self,
        read: impl FnOnce(&PathBuf) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Known>, E> {
        let Some((target, local)) = &self.known else {
            return Ok(None);
        };
        let octets = local.as_ref().map(read).transpose()?;
        let target = target.clone();
        Ok(Some(Known { target, octets }))
    }
}
