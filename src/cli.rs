//! Command-line arguments, and the environment where they say nothing, checked, as one
//! [`Options`].

mod address;
mod arguments;
mod check;
mod completions;
mod contradictions;
mod environment;
#[cfg(feature = "redis")]
mod fleet;
#[cfg(any(feature = "metrics", feature = "otlp", feature = "redis"))]
mod headings;
mod instead;
mod lab;
mod lesson;
mod manual;
mod mistake;
mod number;
#[cfg(feature = "otlp")]
mod otlp;
mod peer;
mod poke;
mod session;
mod task;
mod threads;
mod upstream;
mod values;

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::FromArgMatches as _;
use clap::parser::ValueSource;

use crate::docroot;
use crate::event::{Flow, Overrun};
use crate::http::LineEnds;
use crate::plain::LogFormat;
use crate::server::{Address, AllowedHosts, Config, Fields, Port, Threads};
use crate::session::Redaction;
use crate::share::Token;
use crate::tui::ThemeOptions;
use address::Bind;
use arguments::Arguments;
pub use check::{Checked, Checking};
#[cfg(feature = "redis")]
pub use fleet::{Published, Watched};
pub use instead::Instead;
pub use lesson::Wanted;
pub use session::{Exported, Form, Opened};
pub use task::Task;

/// What glassport was asked to do.
#[derive(Debug)]
pub struct Options {
    /// What to serve; `None` for the sample site.
    pub docroot: Option<PathBuf>,
    /// What of it is served.
    pub site: docroot::Options,
    /// The configuration file; `None` for the one in its usual place, if there is one.
    pub config: Option<PathBuf>,
    /// Whether to show the dashboard where there is a terminal for it.
    pub dashboard: bool,
    /// What to write where there is no dashboard.
    pub log: Log,
    /// The file everything is recorded into from the beginning.
    pub record: Option<PathBuf>,
    /// How it is recorded, then or later.
    pub recording: RecordAs,
    /// Where else what happens is told.
    #[cfg(any(feature = "otlp", feature = "redis"))]
    pub reported: Reported,
    /// How much memory the dashboard's history may take, in octets; what the configuration
    /// says when nothing was asked for.
    pub history: Option<usize>,
    /// How the dashboard is to look.
    pub looks: ThemeOptions,
    /// Whether octets may be seen to land one after the other.
    pub motion: bool,
    /// On which page others may follow the dashboard, if they may.
    pub share: Option<Share>,
    /// Whether to open the browser.
    pub open: bool,
    /// What was not heeded, in sentences.
    pub notes: Vec<String>,
    /// How to serve it.
    pub server: Config,
}

/// Where what happens is told, beside the dashboard and the log.
#[cfg(any(feature = "otlp", feature = "redis"))]
#[derive(Debug, Default)]
pub struct Reported {
    /// The collector that spans and counts go to, if they go to one.
    #[cfg(feature = "otlp")]
    pub otlp: Option<crate::otlp::Endpoint>,
    /// Where records are published, if anywhere.
    #[cfg(feature = "redis")]
    pub publish: Option<Published>,
}

/// What is written where there is no dashboard.
#[derive(Debug)]
pub struct Log {
    /// How a line of the access log is written; `None` for no access log.
    pub format: Option<LogFormat>,
    /// The file it is appended to; `None` for stdout.
    pub file: Option<PathBuf>,
    /// Whether to say on stderr how each connection begins and ends.
    pub connections: bool,
}

/// The page on which others follow.
#[derive(Debug, Clone)]
pub struct Share {
    /// Its port; `None` for the next free one after that of the server.
    pub port: Option<u16>,
    /// The secret in its address; `None` for a new one.
    pub token: Option<Token>,
    /// What is masked there.
    pub redaction: Redaction,
}

/// How sessions are recorded.
#[derive(Debug, Clone)]
pub struct RecordAs {
    /// How many octets of the content of each response are recorded at most.
    pub bodies: usize,
    /// What is done where the recorder does not keep up.
    pub overrun: Overrun,
    /// Whether anything is masked.
    pub redact: bool,
    /// What is masked then.
    pub redaction: Redaction,
}

impl RecordAs {
    /// What is masked, if anything is.
    pub fn to_mask(&self) -> Option<Redaction> {
        self.redact.then(|| self.redaction.clone())
    }
}

impl Default for RecordAs {
    fn default() -> Self {
        Self {
            bodies: 64 << 10,
            overrun: Overrun::default(),
            redact: false,
            redaction: Redaction::default(),
        }
    }
}

impl Options {
    /// Reads the arguments, the program's name included, and the environment.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Instead> {
        let arguments: Vec<_> = arguments.into_iter().collect();
        let matches = arguments::read(&arguments)?;
        if let Some((name, sub)) = matches.subcommand()
            && sub.get_flag("man")
        {
            return Err(Instead::Print(manual::page(Some(name))));
        }
        let mut arguments = Arguments::from_arg_matches(&matches)
            .map_err(|error| Instead::Usage(error.to_string()))?;
        if let Some(shell) = arguments.completions {
            return Err(Instead::Print(completions::completions(shell)));
        }
        if arguments.man {
            return Err(Instead::Print(manual::page(None)));
        }
        if let Some(task) = arguments.task {
            return Err(Task::new(task).map_or_else(Instead::Usage, Instead::Task));
        }
        contradictions::settle(&mut arguments, &matches)?;
        arguments.bind.extend(arguments.tap.binds()?);
        let upstream = arguments.tap.upstream(arguments.docroot.as_deref())?;
        #[cfg(feature = "metrics")]
        if arguments.metrics && upstream.is_some() {
            return Err(Instead::Usage(
                "--metrics: with --to everything is forwarded, /.glassport/metrics too; --otlp tells the counts of a tap".into(),
            ));
        }
        let mut options = Self::from_arguments(arguments, arguments::notes(&matches));
        let is_asked_for = matches.value_source("recv_size") != Some(ValueSource::DefaultValue);
        if upstream.is_some() && !is_asked_for {
            options.server.recv_size = upstream::RECV_SIZE;
        }
        if let Some(upstream) = upstream {
            options.server.tap(upstream);
        }
        Ok(options)
    }

    fn from_arguments(mut arguments: Arguments, notes: Vec<String>) -> Self {
        let threads = threads(&arguments);
        let recording = record_as(&mut arguments);
        let share = share(&mut arguments, &recording.redaction);
        let record = arguments.record;
        // Nothing else may be written where a session is.
        let onto_stdout = record.as_ref().is_some_and(|path| path.as_os_str() == "-");
        let index = index(arguments.index);
        let fallback = arguments.spa.map(|file| fallback(file, &index));
        let addresses = addresses(arguments.public, arguments.bind);
        let hosts = hosts(&addresses, arguments.allow_host);
        Self {
            docroot: arguments.docroot,
            site: docroot::Options {
                index,
                all: arguments.all,
                follow_links: arguments.follow_links,
                types: arguments.mime,
                listing: !arguments.no_listing,
                fallback,
            },
            config: arguments.config,
            dashboard: !arguments.no_tui && !onto_stdout,
            record,
            recording,
            log: Log {
                format: (!arguments.quiet && (!onto_stdout || arguments.log_file.is_some()))
                    .then(|| arguments.log_format.into()),
                file: arguments.log_file,
                connections: arguments.verbose,
            },
            #[cfg(any(feature = "otlp", feature = "redis"))]
            reported: Reported {
                #[cfg(feature = "otlp")]
                otlp: arguments.otlp.endpoint(),
                #[cfg(feature = "redis")]
                publish: arguments.publish.published(),
            },
            history: arguments.history,
            motion: !arguments.no_motion,
            looks: ThemeOptions {
                name: arguments.theme,
                color: arguments.color,
                ascii: arguments.ascii,
            },
            share,
            open: arguments.open,
            notes,
            server: Config {
                addresses,
                port: arguments
                    .port
                    .map_or_else(|| Port::From(arguments.tap.first_port()), Port::Exactly),
                recv_size: arguments.recv_size as usize,
                max_connections: arguments
                    .max_connections
                    .map_or(threads.max_connections(), |most| most as usize),
                threads,
                head_timeout: arguments.head_timeout.map(seconds),
                idle_timeout: seconds(arguments.idle_timeout),
                body_timeout: seconds(arguments.body_timeout),
                send_timeout: seconds(arguments.send_timeout),
                min_send_rate: arguments
                    .min_send_rate
                    .and_then(|rate| NonZeroU64::new(rate.into())),
                line_ends: if arguments.accept_lf {
                    LineEnds::LfToo
                } else {
                    LineEnds::CrLf
                },
                hosts,
                fields: Fields {
                    own: arguments.header,
                    cache: arguments.cache,
                    cors: arguments.cors,
                },
                upstream: None,
                builtin: !arguments.no_builtin,
                #[cfg(feature = "metrics")]
                metrics: arguments.metrics,
                flow: flow(arguments.hold, arguments.slow),
                latency: arguments.latency.map(millis).unwrap_or_default(),
                throttle: arguments
                    .throttle
                    .and_then(|rate| NonZeroU64::new(rate.into())),
            },
        }
    }
}

/// Which connections have a thread.
fn threads(arguments: &Arguments) -> Threads {
    // Beside a folder a connection is now answered here and now forwarded, by one thread.
    if arguments.tap.is_asked_for() && arguments.docroot.is_some() {
        return Threads::Connection;
    }
    arguments.threads.map(Threads::from).unwrap_or_default()
}

/// How new connections are driven.
fn flow(hold: bool, slow: Option<u32>) -> Flow {
    match (hold, slow) {
        (true, _) => Flow::Held,
        (false, Some(pause)) => Flow::Slow(millis(pause)),
        (false, None) => Flow::Run,
    }
}

/// What to say where something that cannot be served was named: the command it may be meant
/// for, or what a folder is named for.
pub fn instead_of_folder(path: &Path) -> String {
    let command = path
        .to_str()
        .and_then(|name| mistake::command_like(&arguments::command(), name));
    match command {
        Some(command) => format!("did you mean the command {command}?"),
        None => "name a folder, or none for the sample site".into(),
    }
}

/// The names of the file that stands for a folder.
fn index(names: Vec<String>) -> Vec<String> {
    if names.is_empty() {
        return docroot::Options::default().index;
    }
    // An empty name stands for no index.
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The file that stands for whatever is not there: the index where none is named.
fn fallback(file: String, index: &[String]) -> String {
    if file.is_empty() {
        index.first().map_or("index.html", String::as_str).into()
    } else {
        file
    }
}

/// Where to listen.
fn addresses(public: bool, bind: Vec<Bind>) -> Vec<Address> {
    if public {
        return Address::EVERY.to_vec();
    }
    if bind.is_empty() {
        return Address::LOCALHOST.to_vec();
    }
    let mut all: Vec<Address> = Vec::new();
    for address in bind.into_iter().flat_map(|bind| bind.0) {
        // localhost and ::1 name one address twice, which can be bound once.
        let is_known = |a: &Address| (a.ip, a.zone) == (address.ip, address.zone);
        if !all.iter().any(is_known) {
            all.push(address);
        }
    }
    all
}

/// Which hosts are served: on loopback those that are local, and those that are named.
fn hosts(addresses: &[Address], allowed: Vec<String>) -> AllowedHosts {
    let only_loopback = addresses.iter().all(|address| address.ip.is_loopback());
    if !only_loopback || allowed.iter().any(|host| host == "*") {
        AllowedHosts::Any
    } else {
        AllowedHosts::Local(allowed)
    }
}

/// How sessions are to be recorded.
fn record_as(arguments: &mut Arguments) -> RecordAs {
    let fields = std::mem::take(&mut arguments.redact_field);
    let parameters = std::mem::take(&mut arguments.redact_parameter);
    let redact = arguments.redact || !fields.is_empty() || !parameters.is_empty();
    RecordAs {
        bodies: arguments.record_bodies,
        overrun: arguments.record_policy.into(),
        redact,
        redaction: Redaction::new(&fields, &parameters),
    }
}

/// On which page others may follow.
fn share(arguments: &mut Arguments, redaction: &Redaction) -> Option<Share> {
    let token = arguments.share_token.take();
    if arguments.share.is_none() && token.is_none() {
        return None;
    }
    Some(Share {
        port: arguments.share.filter(|&port| port != 0),
        token,
        redaction: redaction.clone(),
    })
}

/// A deadline; 0 stands for none.
fn seconds(n: u32) -> Duration {
    match n {
        0 => Duration::MAX,
        n => Duration::from_secs(n.into()),
    }
}

fn millis(n: u32) -> Duration {
    Duration::from_millis(n.into())
}

#[cfg(test)]
mod tests;
