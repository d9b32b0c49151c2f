//! Command-line arguments, and the environment where they say nothing, checked, as one
//! [`Options`].

mod address;
mod arguments;
mod environment;
mod instead;
mod lab;
mod lesson;
mod manual;
mod mistake;
mod number;
mod poke;
mod session;
mod task;
mod upstream;

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use clap::FromArgMatches as _;
use clap::parser::ValueSource;

use crate::docroot;
use crate::event::{Flow, Overrun};
use crate::http::LineEnds;
use crate::plain::LogFormat;
use crate::server::{Address, AllowedHosts, Config, Fields, Port};
use crate::session::Redaction;
use crate::tui::ThemeOptions;
use address::Bind;
use arguments::Arguments;
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
    /// What is recorded, if anything is.
    pub record: Option<Record>,
    /// How much memory the dashboard's history may take, in octets; what the configuration
    /// says when nothing was asked for.
    pub history: Option<usize>,
    /// How the dashboard is to look.
    pub looks: ThemeOptions,
    /// Whether to open the browser.
    pub open: bool,
    /// What was not heeded, in sentences.
    pub notes: Vec<String>,
    /// How to serve it.
    pub server: Config,
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

/// A session that is recorded.
#[derive(Debug)]
pub struct Record {
    /// The file; `-` for standard output.
    pub path: PathBuf,
    /// What is done where the recorder does not keep up.
    pub overrun: Overrun,
    /// What is masked, if anything is.
    pub redaction: Option<Redaction>,
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
            return Err(Instead::Print(arguments::completions(shell)));
        }
        if arguments.man {
            return Err(Instead::Print(manual::page(None)));
        }
        if let Some(task) = arguments.task {
            return Err(Task::new(task).map_or_else(Instead::Usage, Instead::Task));
        }
        settle(&mut arguments, &matches)?;
        let upstream = arguments.tap.upstream(arguments.docroot.as_deref())?;
        let mut options = Self::from_arguments(arguments, arguments::notes(&matches));
        options.server.upstream = upstream;
        Ok(options)
    }

    fn from_arguments(mut arguments: Arguments, notes: Vec<String>) -> Self {
        let record = recorded(&mut arguments);
        // Nothing else may be written where a session is.
        let onto_stdout = record.as_ref().is_some_and(|r| r.path.as_os_str() == "-");
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
            log: Log {
                format: (!arguments.quiet && (!onto_stdout || arguments.log_file.is_some()))
                    .then(|| arguments.log_format.into()),
                file: arguments.log_file,
                connections: arguments.verbose,
            },
            history: arguments.history,
            looks: ThemeOptions {
                name: arguments.theme,
                color: arguments.color,
                ascii: arguments.ascii,
            },
            open: arguments.open,
            notes,
            server: Config {
                addresses,
                port: arguments
                    .port
                    .map_or_else(|| Port::From(arguments.tap.first_port()), Port::Exactly),
                recv_size: arguments.recv_size as usize,
                max_connections: arguments.max_connections as usize,
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
                flow: match (arguments.hold, arguments.slow) {
                    (true, _) => Flow::Held,
                    (false, Some(pause)) => Flow::Slow(millis(pause)),
                    (false, None) => Flow::Run,
                },
                latency: arguments.latency.map(millis).unwrap_or_default(),
                throttle: arguments
                    .throttle
                    .and_then(|rate| NonZeroU64::new(rate.into())),
            },
        }
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

/// The session that is to be recorded.
fn recorded(arguments: &mut Arguments) -> Option<Record> {
    let fields = std::mem::take(&mut arguments.redact_field);
    let parameters = std::mem::take(&mut arguments.redact_parameter);
    let redact = arguments.redact || !fields.is_empty() || !parameters.is_empty();
    Some(Record {
        path: arguments.record.take()?,
        overrun: arguments.record_policy.into(),
        redaction: redact.then(|| Redaction::new(&fields, &parameters)),
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

/// Sees to it that no two options contradict each other. What stands on the command line
/// beats a variable; two of a kind are refused.
fn settle(arguments: &mut Arguments, matches: &ArgMatches) -> Result<(), Instead> {
    let both = |one: bool, other: bool, ids: [&str; 2]| {
        if !(one && other) {
            return Ok(None);
        }
        let said = ids.map(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
        match said {
            [true, false] => Ok(Some(Loser::Second)),
            [false, true] => Ok(Some(Loser::First)),
            [true, true] | [false, false] => {
                let [one, other] = ids.map(|id| id.replace('_', "-"));
                Err(Instead::Usage(format!(
                    "--{one} and --{other} contradict each other"
                )))
            }
        }
    };
    match both(
        arguments.public,
        !arguments.bind.is_empty(),
        ["public", "bind"],
    )? {
        Some(Loser::First) => arguments.public = false,
        Some(Loser::Second) => arguments.bind.clear(),
        None => {}
    }
    match both(
        arguments.quiet,
        arguments.log_file.is_some(),
        ["quiet", "log_file"],
    )? {
        Some(Loser::First) => arguments.quiet = false,
        Some(Loser::Second) => arguments.log_file = None,
        None => {}
    }
    match both(arguments.quiet, arguments.verbose, ["quiet", "verbose"])? {
        Some(Loser::First) => arguments.quiet = false,
        Some(Loser::Second) => arguments.verbose = false,
        None => {}
    }
    Ok(())
}

/// Which of two options gives way.
enum Loser {
    First,
    Second,
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
        assert!(options.server.addresses.iter().all(|a| a.ip.is_loopback()));
        assert_eq!(options.server.hosts, AllowedHosts::Local(vec![]));
        assert_eq!(options.server.recv_size, 16384);
        assert_eq!(options.history, None);
        assert_eq!(parse("--history 2MiB").unwrap().history, Some(2 << 20));
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
            "--head-timeout -1",
            "--idle-timeout 86401",
            "--body-timeout x",
            "--send-timeout 1.5",
            "--min-send-rate -5",
            "--nonsense",
            "a b",
            "--allow-host dev:8080",
            "--history much",
            "--public -b 127.0.0.1",
            "-q --log-file x",
            "-qv",
            "--log-format fancy",
            "--index a/b",
            "--index ..",
            "--mime glsl",
            "--mime glsl=text",
            "--spa=../x",
            "-H X",
            "-H Content-Length:5",
            "-c x",
            "-c 2147483648",
            "--completions csh",
            "--history 4",
            "--theme mauve",
        ] {
            let sentence = usage(line);
            assert!(
                !sentence.contains('\n') && !sentence.starts_with("error"),
                "{sentence}"
            );
        }
        assert!(usage("-p 70000").contains("70000"), "{}", usage("-p 70000"));
        assert_eq!(
            usage("-p 0 a b"),
            "\"b\" is one too many: a single folder or file can be served"
        );
        assert!(usage("poke").contains("(glassport poke --help"));
        assert!(usage("--nonsense").contains("(glassport --help"));
        assert!(usage("a lab").contains("lab"), "{}", usage("a lab"));
        for (line, help) in [
            ("--nope", "(glassport --help "),
            ("poke --nope", "(glassport poke --help "),
            ("lab --loss x", "(glassport lab --help "),
        ] {
            assert!(usage(line).contains(help), "{}", usage(line));
        }
    }

    #[test]
    fn a_deadline_of_0_never_passes() {
        let config = |line: &str| parse(line).unwrap().server;
        let usual = config("");
        let all = config("--head-timeout 0 --idle-timeout 0 --body-timeout 0 --send-timeout 0");
        assert_eq!(all.head_time(true), Duration::MAX);
        for (time, none, default) in [
            (
                config("--idle-timeout 5").idle_timeout,
                all.idle_timeout,
                usual.idle_timeout,
            ),
            (
                config("--body-timeout 5").body_timeout,
                all.body_timeout,
                usual.body_timeout,
            ),
            (
                config("--send-timeout 5").send_timeout,
                all.send_timeout,
                usual.send_timeout,
            ),
        ] {
            assert_eq!((time, none), (Duration::from_secs(5), Duration::MAX));
            assert!(default > Duration::ZERO && default < Duration::MAX);
        }
        assert_eq!(config("--min-send-rate 0").min_send_rate, None);
        assert_eq!(
            config("--min-send-rate 9").min_send_rate,
            NonZeroU64::new(9)
        );
    }

    #[test]
    fn an_index_may_be_named_or_be_none() {
        let index = |line: &str| parse(line).unwrap().site.index;
        assert_eq!(index(""), ["index.html"]);
        assert_eq!(index("--index a --index b"), ["a", "b"]);
        assert_eq!(index("--index="), [""; 0]);
        let page = |line: &str| parse(line).unwrap().site.fallback;
        assert_eq!(page(""), None);
        assert_eq!(page("--spa").as_deref(), Some("index.html"));
        assert_eq!(page("--spa --index a").as_deref(), Some("a"));
        assert_eq!(page("--spa=/app/x.html").as_deref(), Some("app/x.html"));
        // The file stands behind `=`, so that a folder can follow.
        let options = parse("--spa site").unwrap();
        assert_eq!(options.docroot.as_deref(), Some("site".as_ref()));
    }

    #[test]
    fn the_manual_and_completions_are_printed() {
        for (line, holds) in [
            ("--man", ".TH glassport"),
            ("--completions bash", "--recv-size"),
            ("--completions zsh", "#compdef glassport"),
            ("--completions fish", "complete -c glassport"),
        ] {
            assert!(
                matches!(parse(line), Err(Instead::Print(text)) if text.contains(holds)),
                "{line}"
            );
        }
    }

    #[test]
    fn a_folder_may_have_the_name_of_a_command() {
        assert!(matches!(
            parse("poke localhost:8080 --split 1"),
            Err(Instead::Task(Task::Poke(_)))
        ));
        let Err(Instead::Task(Task::Lab { settings, plain })) = parse("lab --loss 0.05 --plain")
        else {
            panic!("a lab");
        };
        assert_eq!((settings.loss.as_percent(), plain), (5, true));
        assert!(usage("lab --loss 1").contains("0.99"));
        let served = |line| parse(line).unwrap().docroot.unwrap();
        assert_eq!(served("./poke"), PathBuf::from("./poke"));
        assert_eq!(served("./lab"), PathBuf::from("./lab"));
        assert_eq!(served("pok"), PathBuf::from("pok"));
        assert_eq!(served("./help"), PathBuf::from("./help"));
        assert!(usage("poke").contains("URL"), "{}", usage("poke"));
        assert!(usage("poke ftp://localhost").contains("ftp"));
    }

    fn printed(line: &str) -> String {
        match parse(line) {
            Err(Instead::Print(text)) => text,
            other => panic!("{line}: {other:?}"),
        }
    }

    /// The program and its commands, by name; the program's own is empty.
    fn commands() -> Vec<(String, clap::Command)> {
        let whole = arguments::command();
        let subs = whole.get_subcommands().cloned();
        let named = subs.map(|sub| (sub.get_name().to_owned(), sub));
        let named: Vec<_> = named.collect();
        std::iter::once((String::new(), whole))
            .chain(named)
            .collect()
    }

    #[test]
    fn a_number_out_of_range_is_told_the_range_whatever_is_wrong_with_it() {
        for (name, command) in commands() {
            for arg in command.get_arguments().filter(|arg| number::is_number(arg)) {
                for wrong in ["x", "-1", "99999999999999999999", "1.5"] {
                    let line = match arg.get_long() {
                        Some(long) => format!("{name} --{long} {wrong}"),
                        None => format!("{name} {wrong}"),
                    };
                    let sentence = usage(&line);
                    let said =
                        sentence.contains("a whole number from ") && sentence.contains(wrong);
                    assert!(said, "{line}: {sentence}");
                }
            }
        }
        assert!(usage("-p 65536").contains("from 0 to 65535"));
        assert!(usage("lab --loss -0.1").contains("0.99"));
    }

    #[test]
    fn a_misspelled_name_is_answered_with_the_one_that_may_be_meant() {
        for (line, meant) in [
            ("--prot 80", "did you mean --port?"),
            ("--recvsize=4", "did you mean --recv-size?"),
            ("--theme drak", "did you mean dark?"),
            ("--log-format jsn", "did you mean json?"),
            ("--color neve", "did you mean never?"),
            ("lab --los 0.1", "did you mean --loss?"),
            ("help lesso", "did you mean lesson?"),
            // One hyphen too few, which reads as -p with the value "ort", and as -h.
            ("-port 80", "did you mean --port?"),
            ("-port=80", "did you mean --port?"),
            ("-host 127.0.0.1", "did you mean --host?"),
            ("-quiet", "did you mean --quiet?"),
            ("lab -seed 7", "did you mean --seed?"),
        ] {
            let sentence = usage(line);
            assert!(sentence.contains(meant), "{line}: {sentence}");
        }
        // What can be read as it stands is.
        assert_eq!(parse("-p80").unwrap().server.port, Port::Exactly(80));
        assert!(matches!(
            parse("poke localhost:80 -data"),
            Err(Instead::Task(Task::Poke(_)))
        ));
        assert!(printed("-help").contains("--recv-size"));
    }

    #[test]
    fn help_is_a_command_too() {
        assert_eq!(printed("help"), printed("--help"));
        for name in ["lab", "lesson", "poke", "open", "export"] {
            assert_eq!(
                printed(&format!("help {name}")),
                printed(&format!("{name} --help"))
            );
        }
        assert!(usage("help nothing").contains("nothing"));
    }

    #[test]
    fn every_command_has_a_manual_page_and_no_page_names_one_that_is_not() {
        for (name, command) in commands() {
            let page = printed(&format!("{name} --man"));
            assert!(
                page.contains(".TH glassport") && page.contains(".SH OPTIONS"),
                "{page}"
            );
            let mut named = page.match_indices("(1)").map(|(at, _)| &page[..at]);
            assert!(named.all(|before| before.ends_with(' ')), "{page}");
            for arg in command.get_arguments() {
                let Some(long) = arg.get_long() else { continue };
                let escaped = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(page.contains(&escaped), "{name}: {long}");
            }
        }
        let page = printed("--man");
        for section in [
            "COMMANDS",
            "ENVIRONMENT",
            "FILES",
            "\"EXIT STATUS\"",
            "KEYS",
        ] {
            assert!(page.contains(&format!("\n.SH {section}\n")), "{section}");
        }
        for arg in arguments::command().get_arguments() {
            let Some(variable) = environment::variable(arg) else {
                continue;
            };
            assert!(page.contains(&variable), "{variable}");
        }
        for key in crate::tui::keys() {
            assert!(page.contains(&key.label.replace('-', "\\-")), "{key:?}");
        }
        let lab = printed("lab --man");
        for (_, label) in crate::tui::lab::keys() {
            assert!(lab.contains(label), "{label}");
        }
    }

    #[test]
    fn completions_offer_the_values_there_are() {
        for shell in ["bash", "zsh", "fish"] {
            let script = printed(&format!("--completions {shell}"));
            for value in ["colour-blind", "never", "combined", "elvish"] {
                assert!(script.contains(value), "{shell}: {value}");
            }
        }
        assert!(printed("--completions zsh").contains(":_files"));
    }

    #[test]
    fn ascii_may_be_wanted_or_not_or_left_to_the_locale() {
        let ascii = |line: &str| parse(line).unwrap().looks.ascii;
        assert_eq!(ascii(""), None);
        assert_eq!(ascii("--ascii"), Some(true));
        assert_eq!(ascii("--ascii=no"), Some(false));
        // The value stands behind `=`, so that a folder can follow.
        assert_eq!(ascii("--ascii site"), Some(true));
        let both = parse("--theme color-blind").unwrap().looks;
        assert_eq!(both, parse("--theme colour-blind").unwrap().looks);
    }

    #[test]
    fn localhost_and_its_addresses_are_bound_once_each() {
        let bound = |line: &str| parse(line).unwrap().server.addresses;
        assert_eq!(bound("-b localhost"), bound(""));
        assert_eq!(bound("-b localhost -b 127.0.0.1 -b ::1"), bound(""));
        assert!(usage("-b fe80::1").contains("fe80::1%eth0"));
        let options = parse("-b fe80::1%3").unwrap().server;
        assert_eq!(options.addresses[0].zone, 3);
        assert_eq!(options.hosts, AllowedHosts::Any);
    }

    #[test]
    fn help_and_version_are_printed() {
        assert!(
            matches!(parse("--help"), Err(Instead::Print(text)) if text.contains("--recv-size"))
        );
        assert!(matches!(parse("-V"), Err(Instead::Print(text)) if text.starts_with("glassport ")));
    }
}
