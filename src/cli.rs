//! Command-line arguments, checked, as one [`Options`].

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, value_parser};

use crate::http::LineEnds;
use crate::server::{AllowedHosts, Config, Port};

/// The port when none is asked for; a busy one moves up.
const DEFAULT_PORT: u16 = 8080;
/// How long a connection may wait for its next request.
const IDLE_TIME: Duration = Duration::from_secs(60);

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
    args_override_self = true
)]
struct Arguments {
    /// The folder, or the single file, to serve [default: a sample site built into glassport]
    docroot: Option<PathBuf>,

    /// Port to listen on; 0 lets the system pick [default: 8080, or the next free one]
    #[arg(short, long, value_name = "PORT")]
    port: Option<u16>,

    /// Address to listen on, may be given more than once [default: 127.0.0.1 and ::1]
    #[arg(short, long, value_name = "ADDR", visible_aliases = ["host"], conflicts_with = "public")]
    bind: Vec<IpAddr>,

    /// Listen on every address of this machine: others on the network can connect
    #[arg(long)]
    public: bool,

    /// Answer requests for this host too, or '*' for any, while bound to loopback
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// Settings and keys of the dashboard [default: glassport/config.toml where such files are]
    #[arg(long, value_name = "FILE", env = "GLASSPORT_CONFIG")]
    config: Option<PathBuf>,

    /// No dashboard: an access log on stdout
    #[arg(long)]
    no_tui: bool,

    /// No access log either
    #[arg(short, long)]
    quiet: bool,

    /// How many octets one recv asks for
    #[arg(long, value_name = "N", default_value_t = 16384, value_parser = value_parser!(u32).range(1..=65536))]
    recv_size: u32,

    /// How many connections may be open at once; more are answered 503
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = value_parser!(u32).range(1..=30000))]
    max_connections: u32,

    /// Seconds a request head may take [default: 30, and 300 for peers on this machine]
    #[arg(long, value_name = "S", value_parser = value_parser!(u32).range(1..=86400))]
    head_timeout: Option<u32>,

    /// Take LF alone as a line end, as RFC 9112 section 2.2 allows
    #[arg(long)]
    accept_lf: bool,
}

/// What glassport was asked to do.
#[derive(Debug)]
pub struct Options {
    /// What to serve; `None` for the sample site.
    pub docroot: Option<PathBuf>,
    /// The configuration file; `None` for the one in its usual place, if there is one.
    pub config: Option<PathBuf>,
    /// Whether to show the dashboard where there is a terminal for it.
    pub dashboard: bool,
    /// Whether to write an access log where there is no dashboard.
    pub log: bool,
    /// How to serve it.
    pub server: Config,
}

/// What the arguments amount to, when it is not to run.
#[derive(Debug)]
pub enum Instead {
    /// Print this on stdout: help, or the version.
    Print(String),
    /// The arguments are wrong: one sentence that says how.
    Usage(String),
}

impl Options {
    /// Reads the arguments, the program's name included.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Instead> {
        let arguments = Arguments::try_parse_from(arguments).map_err(|error| instead(&error))?;
        let default_addresses = arguments.bind.is_empty();
        let addresses = match (arguments.public, default_addresses) {
            (true, _) => vec![
                IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            ],
            (false, true) => vec![
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ],
            (false, false) => arguments.bind,
        };
        let only_loopback = addresses.iter().all(IpAddr::is_loopback);
        let hosts = if !only_loopback || arguments.allow_host.iter().any(|host| host == "*") {
            AllowedHosts::Any
        } else {
            AllowedHosts::Local(arguments.allow_host)
        };
        Ok(Self {
            docroot: arguments.docroot,
            config: arguments.config,
            dashboard: !arguments.no_tui,
            log: !arguments.quiet,
            server: Config {
                addresses,
                default_addresses,
                port: arguments
                    .port
                    .map_or(Port::From(DEFAULT_PORT), Port::Exactly),
                recv_size: arguments.recv_size as usize,
                max_connections: arguments.max_connections as usize,
                head_timeout: arguments
                    .head_timeout
                    .map(|s| Duration::from_secs(u64::from(s))),
                idle_timeout: IDLE_TIME,
                line_ends: if arguments.accept_lf {
                    LineEnds::LfToo
                } else {
                    LineEnds::CrLf
                },
                hosts,
            },
        })
    }
}

fn instead(error: &clap::Error) -> Instead {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return Instead::Print(text);
    }
    // clap writes a paragraph; its first sentence says what is wrong.
    let first = text
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let first = first.strip_prefix("error: ").unwrap_or(&first);
    Instead::Usage(format!("{first} (glassport --help lists what can be said)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, Instead> {
        Options::parse(
            std::iter::once("glassport")
                .chain(line.split_whitespace())
                .map(OsString::from),
        )
    }

    fn usage(line: &str) -> String {
        match parse(line) {
            Err(Instead::Usage(sentence)) => sentence,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn without_arguments_it_serves_the_sample_site_on_loopback() {
        let options = parse("").unwrap();
        assert_eq!(options.docroot, None);
        assert!(options.dashboard);
        assert_eq!(options.server.port, Port::From(8080));
        assert_eq!(options.server.addresses.len(), 2);
        assert!(options.server.addresses.iter().all(IpAddr::is_loopback));
        assert_eq!(options.server.hosts, AllowedHosts::Local(vec![]));
        assert_eq!(options.server.recv_size, 16384);
    }

    #[test]
    fn an_address_that_others_can_reach_answers_every_host() {
        assert_eq!(parse("--public").unwrap().server.hosts, AllowedHosts::Any);
        assert_eq!(
            parse("-b 10.0.0.1").unwrap().server.hosts,
            AllowedHosts::Any
        );
        assert_eq!(
            parse("-b 127.0.0.2").unwrap().server.hosts,
            AllowedHosts::Local(vec![])
        );
        assert_eq!(
            parse("--allow-host *").unwrap().server.hosts,
            AllowedHosts::Any
        );
    }

    #[test]
    fn bad_arguments_are_one_sentence() {
        for line in [
            "-p 70000",
            "-p http",
            "-b nowhere",
            "--recv-size 0",
            "--recv-size 65537",
            "--max-connections 0",
            "--head-timeout 0",
            "--nonsense",
            "a b",
            "--public -b 127.0.0.1",
        ] {
            let sentence = usage(line);
            assert!(
                !sentence.contains('\n') && !sentence.starts_with("error"),
                "{sentence}"
            );
        }
        assert!(usage("-p 70000").contains("70000"), "{}", usage("-p 70000"));
    }

    #[test]
    fn help_and_version_are_printed() {
        assert!(
            matches!(parse("--help"), Err(Instead::Print(text)) if text.contains("--recv-size"))
        );
        assert!(matches!(parse("-V"), Err(Instead::Print(text)) if text.starts_with("glassport ")));
    }
}
