//! The command line as `clap` reads it: names, help and the shape of each value.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Component, Path, PathBuf};

use clap::builder::BoolishValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, CommandFactory, Parser, ValueEnum, value_parser};
use clap_complete::Shell;

use super::{Instead, task};
use crate::plain::LogFormat;
use crate::server::{AllowedHosts, OwnField};
use crate::tui::{self, Name, When};

/// The longest time a cache can be told: delta-seconds stop at 2^31 (RFC 9111 §1.2.2).
const LONGEST_CACHE: i64 = (1 << 31) - 1;
/// What the name of every variable begins with.
const PREFIX: &str = "GLASSPORT_";

const SERVED: &str = "What is served";
const SAID: &str = "What is said in responses";
const REACHED: &str = "Who can reach it";
const SHOWN: &str = "What is shown";
const TAKEN: &str = "What is taken";
const DRIVEN: &str = "How it goes on, for all to see";
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
    disable_help_subcommand = true,
    subcommand_help_heading = "Instead of serving",
    after_help = "An option that does not print something can also be given as an environment \
                  variable, GLASSPORT_ and its name: GLASSPORT_RECV_SIZE=4, GLASSPORT_NO_TUI=1. \
                  The command line wins. A folder that \
                  has the name of a command is served as ./NAME: glassport ./lab"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) task: Option<task::Arguments>,

    /// The folder, or the single file, to serve [default: a sample site built into glassport]
    pub(super) docroot: Option<PathBuf>,

    /// Port to listen on; 0 lets the system pick [default: 8080, or the next free one]
    #[arg(short, long, value_name = "PORT", help_heading = REACHED)]
    pub(super) port: Option<u16>,

    /// Address to listen on, may be given more than once [default: 127.0.0.1 and ::1]
    #[arg(short, long, value_name = "ADDR", visible_alias = "host", aliases = ["addr", "listen"], value_delimiter = ',', help_heading = REACHED)]
    pub(super) bind: Vec<IpAddr>,

    /// Listen on every address of this machine: others on the network can connect
    #[arg(long, help_heading = REACHED)]
    pub(super) public: bool,

    /// Answer requests for this host too, or '*' for any, while bound to loopback
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = AllowedHosts::name, help_heading = REACHED)]
    pub(super) allow_host: Vec<String>,

    /// Open the browser at the first address
    #[arg(short, long, help_heading = REACHED)]
    pub(super) open: bool,

    /// The file that stands for its directory, may be given more than once; '' for none
    /// [default: index.html]
    #[arg(long, value_name = "NAME", value_parser = index, help_heading = SERVED)]
    pub(super) index: Vec<String>,

    /// Answer with the index, or FILE, where nothing is and the path names no file type: for
    /// an application that reads the path itself
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "", value_parser = beneath, help_heading = SERVED)]
    pub(super) spa: Option<String>,

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
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = OwnField::parse, help_heading = SAID)]
    pub(super) header: Vec<OwnField>,

    /// Seconds a file may be used without asking again [default: it is asked for each time]
    #[arg(short, long, value_name = "S", value_parser = value_parser!(u32).range(0..=LONGEST_CACHE), help_heading = SAID)]
    pub(super) cache: Option<u32>,

    /// Let pages of any other origin read what is served
    #[arg(long, help_heading = SAID)]
    pub(super) cors: bool,

    /// Settings and keys of the dashboard [default: glassport/config.toml where such files are]
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(super) config: Option<PathBuf>,

    /// No dashboard: an access log on stdout
    #[arg(long, help_heading = SHOWN)]
    pub(super) no_tui: bool,

    /// How a line of the access log is written
    #[arg(long, value_name = "FORMAT", default_value = "combined", help_heading = SHOWN)]
    pub(super) log_format: Format,

    /// Append the access log to this file, not stdout
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(super) log_file: Option<PathBuf>,

    /// No access log either
    #[arg(short, long, help_heading = SHOWN)]
    pub(super) quiet: bool,

    /// Beside the access log, say on stderr how each connection begins and ends
    #[arg(short, long, help_heading = SHOWN)]
    pub(super) verbose: bool,

    /// How much memory the dashboard's history may take, 256MiB unless the configuration says otherwise; the oldest closed connections go first
    #[arg(long, value_name = "SIZE", value_parser = tui::history, help_heading = SHOWN)]
    pub(super) history: Option<usize>,

    /// Colours of the dashboard: terminal, dark, light, high-contrast, colour-blind; auto is
    /// dark or light where the terminal tells [default: terminal]
    #[arg(long, value_name = "NAME", help_heading = SHOWN)]
    pub(super) theme: Option<Name>,

    /// Whether there are colours: auto, always, never [default: auto]
    #[arg(long, value_name = "WHEN", help_heading = SHOWN)]
    pub(super) color: Option<When>,

    /// Nothing but ASCII on the dashboard, for poor fonts
    #[arg(long, help_heading = SHOWN)]
    pub(super) ascii: bool,

    /// How many octets one recv asks for
    #[arg(long, value_name = "N", default_value_t = 16384, value_parser = value_parser!(u32).range(1..=65536), help_heading = TAKEN)]
    pub(super) recv_size: u32,

    /// Hold every connection until it is released with p on the dashboard
    #[arg(long, help_heading = DRIVEN)]
    pub(super) hold: bool,

    /// Slow motion: milliseconds before each recv, search, parse and send
    #[arg(long, value_name = "MS", value_parser = value_parser!(u32).range(1..=60000), help_heading = DRIVEN)]
    pub(super) slow: Option<u32>,

    /// Milliseconds before each response, as on a long way
    #[arg(long, value_name = "MS", value_parser = value_parser!(u32).range(1..=60000), help_heading = DRIVEN)]
    pub(super) latency: Option<u32>,

    /// Octets a second that are sent on one connection, as on a narrow way
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..), help_heading = DRIVEN)]
    pub(super) throttle: Option<u32>,

    /// How many connections may be open at once; more are answered 503
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = value_parser!(u32).range(1..=30000), help_heading = TAKEN)]
    pub(super) max_connections: u32,

    /// Seconds a request head may take, 0 for any [default: 30, and 300 for peers on this machine]
    #[arg(long, value_name = "S", value_parser = value_parser!(u32).range(0..=86400), help_heading = TAKEN)]
    pub(super) head_timeout: Option<u32>,

    /// Seconds a request body may take, 0 for any
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = value_parser!(u32).range(0..=86400), help_heading = TAKEN)]
    pub(super) body_timeout: u32,

    /// Seconds a connection may stay open without a request, 0 for any
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = value_parser!(u32).range(0..=86400), help_heading = TAKEN)]
    pub(super) idle_timeout: u32,

    /// Seconds a peer may take nothing of a response, 0 for any
    #[arg(long, value_name = "S", default_value_t = 30, value_parser = value_parser!(u32).range(0..=86400), help_heading = TAKEN)]
    pub(super) send_timeout: u32,

    /// Octets a second a peer must take of a response, measured over at least 5 s at a time [default: 0, for any]
    #[arg(long, value_name = "N", help_heading = TAKEN)]
    pub(super) min_send_rate: Option<u32>,

    /// Take LF alone as a line end, as RFC 9112 section 2.2 allows
    #[arg(long, help_heading = TAKEN)]
    pub(super) accept_lf: bool,

    /// Print what makes this shell complete glassport's options
    #[arg(long, value_name = "SHELL", help_heading = PRINTED)]
    pub(super) completions: Option<Shell>,

    /// Print the manual page
    #[arg(long, help_heading = PRINTED)]
    pub(super) man: bool,
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

/// What the arguments, and the environment where they say nothing, amount to.
pub(super) fn read(arguments: &[OsString]) -> Result<ArgMatches, Instead> {
    let command = Arguments::command;
    let read = command()
        .mut_args(from_environment)
        .try_get_matches_from(arguments);
    let error = match read {
        Ok(matches) => return Ok(matches),
        Err(error) if !error.use_stderr() => {
            return Err(Instead::Print(error.render().to_string()));
        }
        Err(error) => error,
    };
    let help = help(arguments);
    let sentence = |error: &clap::Error| sentence(error, &help);
    if command().try_get_matches_from(arguments).is_err() {
        return Err(Instead::Usage(sentence(&error)));
    }
    // Nothing is wrong with the arguments, so it is with a variable: the one that is refused
    // on its own.
    let refused = command().get_arguments().find_map(|arg| {
        let alone = command().mut_arg(arg.get_id(), from_environment);
        let error = alone.try_get_matches_from(arguments).err()?;
        Some(format!("{}: {}", variable(arg)?, sentence(&error)))
    });
    Err(Instead::Usage(refused.unwrap_or_else(|| sentence(&error))))
}

/// `GLASSPORT_RECV_SIZE` for `--recv-size`. What only prints something has none.
fn variable(arg: &Arg) -> Option<String> {
    let prints = ["completions", "man"].contains(&arg.get_id().as_str());
    let name = arg.get_long().filter(|_| !prints)?;
    Some(format!("{PREFIX}{}", name.replace('-', "_").to_uppercase()))
}

/// The argument, taken from its variable where the command line says nothing. An empty
/// variable says nothing either.
fn from_environment(arg: Arg) -> Arg {
    let Some(name) = variable(&arg) else {
        return arg;
    };
    if std::env::var_os(&name).is_none_or(|value| value.is_empty()) {
        return arg;
    }
    let arg = arg.env(name).hide_env(true);
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        arg.value_parser(BoolishValueParser::new())
    } else {
        arg
    }
}

/// What lists what can be said where the mistake was made.
fn help(arguments: &[OsString]) -> String {
    let lenient = Arguments::command().ignore_errors(true);
    let read = lenient.try_get_matches_from(arguments).ok();
    match read.as_ref().and_then(ArgMatches::subcommand_name) {
        Some(name) => format!("glassport {name} --help"),
        None => "glassport --help".into(),
    }
}

/// clap writes a paragraph; its first sentence says what is wrong.
fn sentence(error: &clap::Error, help: &str) -> String {
    if let Some(name) = second_docroot(error) {
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
    format!("{first} ({help} lists what can be said)")
}

/// What stands where one folder was named already. clap takes it for a command.
fn second_docroot(error: &clap::Error) -> Option<&str> {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let is_command = Arguments::command().find_subcommand(name).is_some();
    (error.kind() == ErrorKind::ArgumentConflict && !is_command).then_some(name)
}

/// What makes a shell complete the options, as a script.
pub(super) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "glassport", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page, as `man` reads it.
pub(super) fn manual() -> String {
    let mut page = Vec::new();
    // Writing into memory does not fail.
    let _ = clap_mangen::Man::new(Arguments::command()).render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}

/// The name of an index: of one file, or of none.
fn index(name: &str) -> Result<String, String> {
    if name.contains(['/', '\0']) || matches!(name, "." | "..") {
        return Err("an index is a name, not a path".into());
    }
    Ok(name.into())
}

/// A path beneath the document root.
fn beneath(path: &str) -> Result<String, String> {
    let path = path.trim_start_matches('/');
    let inside = |part| matches!(part, Component::Normal(_));
    if path.contains('\0') || !Path::new(path).components().all(inside) {
        return Err("the file is named by its path beneath the folder that is served".into());
    }
    Ok(path.into())
}
