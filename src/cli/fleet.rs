//! Where records go while a server runs, and `glassport watch`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::headings::REPORTED;
use super::number::number;
use crate::fleet::{Address, Detail};
use crate::tui;

/// How many entries of a stream are kept where nothing else is said.
const LENGTH: u64 = 10_000;

/// Whether records are published.
#[derive(Debug, Args)]
#[group(skip)]
#[expect(
    clippy::struct_field_names,
    reason = "each is an option of the command line"
)]
pub(super) struct Publish {
    /// Append everything that happens to this stream of a Redis server, for glassport watch:
    /// redis://[USER[:PASSWORD]@]HOST[:PORT]/STREAM. A password is better given as
    /// GLASSPORT_PUBLISH, which others on this machine do not see
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = REPORTED)]
    publish: Option<Address>,

    /// What this server is called there [default: its host and port]
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other, value_parser = name, help_heading = REPORTED)]
    publish_as: Option<String>,

    /// What is published: every octet, or statuses, diagnoses, times and counts alone
    #[arg(long, value_name = "WHAT", default_value = "octets", help_heading = REPORTED)]
    publish_detail: Told,

    /// How many entries the stream keeps, about; each holds the records of a tenth of a second
    /// at most
    #[arg(long, value_name = "N", default_value_t = LENGTH, value_parser = number::<u64>(1..=1_000_000_000), help_heading = REPORTED)]
    publish_length: u64,
}

/// What is published, by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Told {
    /// every octet, as in a recording
    Octets,
    /// no octet: statuses, diagnoses, times and counts
    Codes,
}

/// Records are published.
#[derive(Debug, Clone)]
pub struct Published {
    /// Where to.
    pub address: Address,
    /// What the server is called; `None` for its host and port.
    pub name: Option<String>,
    /// What of them.
    pub detail: Detail,
    /// How many entries the stream keeps, about.
    pub length: u64,
}

impl Publish {
    pub(super) fn published(self) -> Option<Published> {
        Some(Published {
            address: self.publish?,
            name: self.publish_as,
            detail: match self.publish_detail {
                Told::Octets => Detail::Octets,
                Told::Codes => Detail::Codes,
            },
            length: self.publish_length,
        })
    }
}

/// Reads what a server is called: it stands in a column.
fn name(text: &str) -> Result<String, String> {
    let is_fit = !text.is_empty() && text.chars().count() <= 64;
    let is_plain = !text.chars().any(char::is_control);
    let taken = (is_fit && is_plain).then(|| text.to_owned());
    taken.ok_or_else(|| "a name has 1 to 64 characters, and no control characters".into())
}

/// Watch servers that publish, on one dashboard
///
/// No socket is opened but those to Redis. Every server that publishes into one of the streams
/// is shown: what is there is read first, and then what comes. It can be gone back to as in a
/// session that was recorded; a column says which server a connection is of, and the filter
/// source:NAME picks one.
#[derive(Debug, Args)]
#[command(after_help = "\
Where Redis goes away it is waited for. What is missing because the stream was trimmed, or \
could not be sent, is said.

Exit codes: 0 when it was ended in order; 1 when a stream cannot be read to begin with; 2 when \
the arguments are wrong.")]
pub(super) struct Watch {
    /// The streams: redis://[USER[:PASSWORD]@]HOST[:PORT]/STREAM
    #[arg(value_name = "URL", value_hint = ValueHint::Url, required_unless_present = "man")]
    streams: Vec<Address>,

    /// Settings and keys of the dashboard [default: glassport/config.toml where such files are]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,

    /// How much memory the history may take, 256MiB unless the configuration says otherwise
    #[arg(long, value_hint = ValueHint::Other, value_name = "SIZE", value_parser = tui::history)]
    history: Option<usize>,
}

/// Streams to be watched.
#[derive(Debug, PartialEq, Eq)]
pub struct Watched {
    /// Where they are.
    pub streams: Vec<Address>,
    /// The configuration file; `None` for the one in its usual place, if there is one.
    pub config: Option<PathBuf>,
    /// How much memory the history may take, in octets.
    pub history: Option<usize>,
}

impl Watch {
    pub(super) fn watched(self) -> Watched {
        Watched {
            streams: self.streams,
            config: self.config,
            history: self.history,
        }
    }
}
