//! The command line as `clap` reads it: names, help and the shape of each value.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr as _;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, Parser, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::address::{self, Bind};
use super::environment::{self, from_environment, variable};
#[cfg(feature = "redis")]
use super::fleet;
#[cfg(feature = "metrics")]
use super::headings::REPORTED;
use super::instead::Instead;
use super::mistake::Mistake;
use super::number::{is_number, number, record_bodies};
#[cfg(feature = "otlp")]
use super::otlp;
use super::threads::Threads;
use super::values::{index, path_below_docroot, theme, when};
use super::{task, upstream};
use crate::docroot::OwnType;
use crate::event::Overrun;
use crate::plain::LogFormat;
use crate::server::{AllowedHosts, OwnField};
use crate::share::Token;
use crate::tui::{self, Name, When};

/// The longest time a cache can be told: delta-seconds stop at 2^31 (RFC 9111 §1.2.2).
const LONGEST_CACHE: u32 = (1 << 31) - 1;

const SERVED: &str = "What is served";
const SAID: &str = "What is said in responses";
const REACHED: &str = "Who can reach it";
const SHOWN: &str = "What is shown";
const TAKEN: &str = "What is taken";
const DRIVEN: &str = "How it goes on, for all to see";
const RECORDED: &str = "What is recorded";
const PRINTED: &str = "To set it up";

/// An HTTP server you can see through.
///
/// Serves a folder over HTTP/1.1, straight from the socket API, and shows every connection
/// while it happens: each recv, the receive buffer, the search for CR LF CR LF, the request
/// and the response.
#[derive(Debug, Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
#[command(
    name = "glassport",
    version,
    max_term_width = 100,
    args_override_self = true,
    args_conflicts_with_subcommands = true,
    subcommand_help_heading = "Instead of serving",
    subcommand_value_name = "COMMAND",
    after_help = "An option that does not print something can also be given as an environment \
                  variable, GLASSPORT_ and its name: GLASSPORT_RECV_SIZE=4, GLASSPORT_NO_TUI=1. \
                  The command line wins. NO_COLOR, \
                  CLICOLOR and the locale are heeded too. A folder that has the name of a \
                  command is served as ./NAME: glassport ./lab. The manual page says the rest: \
                  glassport --man | man -l -"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) task: Option<task::Arguments>,

    /// The folder, or the single file, to serve [default: a sample site built into glassport]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub(super) docroot: Option<PathBuf>,

    /// Port to listen on; 0 lets the system pick [default: 8080, or the next free one]
    #[arg(short, long, value_name = "PORT", value_parser = number::<u16>(0..=u16::MAX), help_heading = REACHED)]
    pub(super) port: Option<u16>,

    /// Address to listen on, or localhost for 127.0.0.1 and ::1, may be given more than once;
    /// fe80::1%eth0 names the interface of a link-local one [default: localhost]
    #[arg(short, long, value_hint = ValueHint::Other, value_name = "ADDR", aliases = ["addr", "listen"], value_delimiter = ',', value_parser = address::bind, help_heading = REACHED)]
    pub(super) bind: Vec<Bind>,

    /// Listen on every address of this machine: everyone on the network can read what is served,
    /// without TLS or a password
    #[arg(long, help_heading = REACHED)]
    pub(super) public: bool,

    /// Answer requests for this host too while bound to loopback; '*.example.com' for every name
    /// below example.com, '*' for any
    #[arg(long, value_hint = ValueHint::Other, value_name = "NAME", value_delimiter = ',', value_parser = AllowedHosts::name, help_heading = REACHED)]
    pub(super) allow_host: Vec<String>,

    /// Let others follow the dashboard in a browser, on a page with a secret address that the
    /// dashboard shows (W); with --public or -b others than those on this machine. Cookies and
    /// credentials are masked [default port: the next free one after that of the server]
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "0", value_parser = number::<u16>(0..=u16::MAX), help_heading = REACHED)]
    pub(super) share: Option<u16>,

    /// With --share, and implying it: the secret in the address of the page, so that it stays the
    /// same when glassport is started again; 16 to 64 letters, digits, - and _
    #[arg(long, value_hint = ValueHint::Other, value_name = "TOKEN", value_parser = Token::from_str, help_heading = REACHED)]
    pub(super) share_token: Option<Token>,

    /// Open the browser at the first address
    #[arg(short, long, help_heading = REACHED)]
    pub(super) open: bool,

    #[command(flatten)]
    pub(super) tap: upstream::Arguments,

    /// The file that stands for its directory, may be given more than once; '' for none
    /// [default: index.html]
    #[arg(long, value_hint = ValueHint::Other, value_name = "NAME", value_parser = index, help_heading = SERVED)]
    pub(super) index: Vec<String>,

    /// Answer with the index, or FILE, where nothing is and the path names no file type: for
    /// an application that reads the path itself
    #[arg(long, conflicts_with = "to", value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = path_below_docroot, help_heading = SERVED)]
    pub(super) spa: Option<String>,

    /// Media type of the files whose name ends in .EXT, may be given more than once
    #[arg(long, value_name = "EXT=TYPE", value_parser = OwnType::parse, help_heading = SERVED)]
    pub(super) mime: Vec<OwnType>,

    /// A directory without an index is not listed
    #[arg(long, help_heading = SERVED)]
    pub(super) no_listing: bool,

    /// Serve names that begin with a dot too
    #[arg(short, long, help_heading = SERVED)]
    pub(super) all: bool,

    /// Follow links out of the folder too
    #[arg(short = 'L', long, help_heading = SERVED)]
    pub(super) follow_links: bool,

    /// No /.glassport/echo: nothing is served but files
    #[arg(long, help_heading = SERVED)]
    pub(super) no_builtin: bool,

    /// Add this field to every response, may be given more than once
    #[arg(short = 'H', long, value_hint = ValueHint::Other, value_name = "NAME: VALUE", value_parser = OwnField::parse, help_heading = SAID)]
    pub(super) header: Vec<OwnField>,

    /// Seconds a file may be used without asking again [default: it is asked for each time]
    #[arg(short, long, value_name = "S", value_parser = number::<u32>(0..=LONGEST_CACHE), help_heading = SAID)]
    pub(super) cache: Option<u32>,

    /// Let pages of any other origin read what is served
    #[arg(long, help_heading = SAID)]
    pub(super) cors: bool,

    /// Settings and keys of the dashboard [default: glassport/config.toml where such files are]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SHOWN)]
    pub(super) config: Option<PathBuf>,

    /// No dashboard: an access log on stdout
    #[arg(long, help_heading = SHOWN)]
    pub(super) no_tui: bool,

    /// How a line of the access log is written
    #[arg(long, value_name = "FORMAT", default_value = "combined", help_heading = SHOWN)]
    pub(super) log_format: Format,

    /// Append the access log to this file, not stdout; HUP and USR1 open it again
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SHOWN)]
    pub(super) log_file: Option<PathBuf>,

    /// No access log either
    #[arg(short, long, help_heading = SHOWN)]
    pub(super) quiet: bool,

    /// Beside the access log, say on stderr how each connection begins and ends
    #[arg(short, long, help_heading = SHOWN)]
    pub(super) verbose: bool,

    /// How much memory the dashboard's history may take, 256MiB unless the configuration says otherwise; the oldest closed connections go first
    #[arg(long, value_hint = ValueHint::Other, value_name = "SIZE", value_parser = tui::history, help_heading = SHOWN)]
    pub(super) history: Option<usize>,

    /// Colours of the dashboard; auto is dark or light where the terminal tells
    /// [default: auto where the terminal answers and has all colours, else terminal]
    #[arg(long, value_name = "NAME", value_parser = theme(), help_heading = SHOWN)]
    pub(super) theme: Option<Name>,

    /// Whether there are colours; auto heeds NO_COLOR, CLICOLOR_FORCE and CLICOLOR, in this order
    /// [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = when(), help_heading = SHOWN)]
    pub(super) color: Option<When>,

    /// Nothing but ASCII on the dashboard, for poor fonts; --ascii=false for all glyphs, whatever
    /// the locale [default: as LC_ALL, LC_CTYPE or LANG tells]
    #[arg(long, value_name = "YES", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new(), help_heading = SHOWN)]
    pub(super) ascii: Option<bool>,

    /// Nothing on the dashboard moves: octets that came are all there at once
    #[arg(long, help_heading = SHOWN)]
    pub(super) no_motion: bool,

    /// How many octets one recv asks for, up to 65536; 65536 with --to
    #[arg(long, value_name = "N", default_value_t = 16384, value_parser = number::<u32>(1..=65536), help_heading = TAKEN)]
    pub(super) recv_size: u32,

    /// Hold every connection until it is released with p on the dashboard
    #[arg(long, help_heading = DRIVEN)]
    pub(super) hold: bool,

    /// Slow motion: milliseconds before each recv, search, parse and send
    #[arg(long, value_name = "MS", value_parser = number::<u32>(1..=60000), help_heading = DRIVEN)]
    pub(super) slow: Option<u32>,

    /// Milliseconds before each response, as on a long way
    #[arg(long, value_name = "MS", value_parser = number::<u32>(1..=60000), help_heading = DRIVEN)]
    pub(super) latency: Option<u32>,

    /// Octets a second that are sent on one connection, as on a narrow way
    #[arg(long, value_name = "N", value_parser = number::<u32>(1..=u32::MAX), help_heading = DRIVEN)]
    pub(super) throttle: Option<u32>,

    /// How many connections may be open at once; more are answered 503 [default: 8192, and 1024 with a thread each]
    #[arg(long, value_name = "N", value_parser = number::<u32>(1..=1_000_000), help_heading = TAKEN)]
    pub(super) max_connections: Option<u32>,

    /// Which connections have a thread [default: ready where there is epoll]
    #[arg(long, value_name = "WHICH", help_heading = TAKEN)]
    pub(super) threads: Option<Threads>,

    /// Seconds a request head may take, 0 for no limit [default: 30, and 300 for peers on this machine]
    #[arg(long, value_name = "S", value_parser = number::<u32>(0..=86400), help_heading = TAKEN)]
    pub(super) head_timeout: Option<u32>,

    /// Seconds a request body may take, 0 for no limit
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = number::<u32>(0..=86400), help_heading = TAKEN)]
    pub(super) body_timeout: u32,

    /// Seconds a connection may stay open without a request, 0 for no limit
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = number::<u32>(0..=86400), help_heading = TAKEN)]
    pub(super) idle_timeout: u32,

    /// Seconds a peer may take nothing of a response, 0 for no limit
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = number::<u32>(0..=86400), help_heading = TAKEN)]
    pub(super) send_timeout: u32,

    /// Octets a second a peer must take of a response, measured over at least 5 s at a time [default: 0, no such limit]
    #[arg(long, value_name = "N", value_parser = number::<u32>(0..=u32::MAX), help_heading = TAKEN)]
    pub(super) min_send_rate: Option<u32>,

    /// Take LF alone as a line end, as RFC 9112 section 2.2 allows
    #[arg(long, help_heading = TAKEN)]
    pub(super) accept_lf: bool,

    /// Record everything into this new file, for glassport open and export; - for standard
    /// output, without dashboard and access log
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = RECORDED)]
    pub(super) record: Option<PathBuf>,

    /// How much of the content of each response is recorded, from its first octet on; 0 for none
    #[arg(long, value_hint = ValueHint::Other, value_name = "SIZE", default_value = "64KiB", value_parser = record_bodies, help_heading = RECORDED)]
    pub(super) record_bodies: usize,

    /// When the recorder is slower than the server: the server waits for it, or records are
    /// lost and counted
    #[arg(long, value_name = "POLICY", default_value = "wait", help_heading = RECORDED)]
    pub(super) record_policy: RecordPolicy,

    /// Record Cookie, Set-Cookie, Authorization and Proxy-Authorization with * in place of each
    /// octet of their values
    #[arg(long, help_heading = RECORDED)]
    pub(super) redact: bool,

    /// With --redact, and implying it: this field too, may be given more than once
    #[arg(long, value_hint = ValueHint::Other, value_name = "NAME", value_delimiter = ',', help_heading = RECORDED)]
    pub(super) redact_field: Vec<String>,

    /// With --redact, and implying it: this parameter of a query or a form too, may be given
    /// more than once
    #[arg(long, value_hint = ValueHint::Other, value_name = "NAME", value_delimiter = ',', help_heading = RECORDED)]
    pub(super) redact_parameter: Vec<String>,

    /// Answer /.glassport/metrics with the counts of everything, for Prometheus: whoever can
    /// reach the server can read them
    #[cfg(feature = "metrics")]
    #[arg(long, help_heading = REPORTED)]
    pub(super) metrics: bool,

    #[cfg(feature = "otlp")]
    #[command(flatten)]
    pub(super) otlp: otlp::Collector,

    #[cfg(feature = "redis")]
    #[command(flatten)]
    pub(super) publish: fleet::Publish,

    /// Print what makes this shell complete glassport's options
    #[arg(long, value_name = "SHELL", help_heading = PRINTED)]
    pub(super) completions: Option<Shell>,

    /// Print the manual page
    #[arg(long, help_heading = PRINTED)]
    pub(super) man: bool,
}

/// What is done where the recorder does not keep up, by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RecordPolicy {
    /// the server waits
    Wait,
    /// records are lost and counted
    Lose,
}

impl From<RecordPolicy> for Overrun {
    fn from(policy: RecordPolicy) -> Self {
        match policy {
            RecordPolicy::Wait => Self::Wait,
            RecordPolicy::Lose => Self::Lose,
        }
    }
}

/// How a line of the access log is written, by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    /// Common Log Format
    Common,
    /// the same with referer and user agent
    Combined,
    /// one JSON object a line
    Json,
}

impl From<Format> for LogFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Common => Self::Common,
            Format::Combined => Self::Combined,
            Format::Json => Self::Json,
        }
    }
}

/// What may be said, all in all.
pub(super) fn command() -> Command {
    let signed = |arg: Arg| {
        let is_number = is_number(&arg);
        if is_number {
            arg.allow_negative_numbers(true)
        } else {
            arg
        }
    };
    let manual = || {
        Arg::new("man")
            .long("man")
            .help("Print the manual page of this command")
            .action(ArgAction::SetTrue)
            // Nothing else has to be said then.
            .exclusive(true)
    };
    Arguments::command()
        .mut_args(signed)
        .mut_subcommands(|sub| sub.mut_args(signed).arg(manual()))
}

/// What the arguments, and the environment where they say nothing, amount to.
pub(super) fn read(arguments: &[OsString]) -> Result<ArgMatches, Instead> {
    let read = command()
        .mut_args(from_environment)
        .try_get_matches_from(arguments);
    let error = match read {
        Ok(matches) => return Ok(matches),
        Err(error) => error,
    };
    let mistake = Mistake::new(command(), arguments);
    if let Some(sentence) = mistake.single_hyphen(arguments) {
        return Err(Instead::Usage(sentence));
    }
    if !error.use_stderr() {
        return Err(Instead::Print(error.render().to_string()));
    }
    if command().try_get_matches_from(arguments).is_err() {
        return Err(Instead::Usage(mistake.sentence(&error)));
    }
    // Nothing is wrong with the arguments, so it is with a variable: the one that is refused
    // on its own.
    let refused = command().get_arguments().find_map(|arg| {
        let alone = command().mut_arg(arg.get_id(), from_environment);
        let error = alone.try_get_matches_from(arguments).err()?;
        Some(format!("{}: {}", variable(arg)?, mistake.sentence(&error)))
    });
    Err(Instead::Usage(
        refused.unwrap_or_else(|| mistake.sentence(&error)),
    ))
}

/// What of the environment was not heeded, in sentences.
pub(super) fn notes(matches: &ArgMatches) -> Vec<String> {
    let said =
        |arg: &Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let command = command();
    let silent = command.get_arguments().filter(|arg| !said(arg));
    silent.filter_map(environment::note).collect()
}
