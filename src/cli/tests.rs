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
    assert!(options.motion && !parse("--no-motion").unwrap().motion);
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
        "--threads few",
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
    let Err(Instead::Task(Task::Lab { settings, plain })) = parse("lab --loss 0.05 --plain") else {
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
                    // Behind a space it would be the folder.
                    Some(long) if arg.is_require_equals_set() => {
                        format!("{name} --{long}={wrong}")
                    }
                    Some(long) => format!("{name} --{long} {wrong}"),
                    None => format!("{name} {wrong}"),
                };
                let sentence = usage(&line);
                let said = sentence.contains("a whole number from ") && sentence.contains(wrong);
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
    for name in ["lab", "lesson", "poke", "check", "open", "export"] {
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
    assert!(matches!(parse("--help"), Err(Instead::Print(text)) if text.contains("--recv-size")));
    assert!(matches!(parse("-V"), Err(Instead::Print(text)) if text.starts_with("glassport ")));
}
