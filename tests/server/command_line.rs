//! The program as its user meets it: banner, access log, exit codes, signals.

use std::net::TcpListener;

use super::support::{Server, get, glassport, run};

#[test]
fn the_first_line_says_what_is_served_and_where() {
    let server = Server::start(&[]);
    let port = server.port();
    let first = server.errors().lines().next().unwrap().to_owned();
    assert_eq!(
        first,
        format!("glassport: serving the sample site at http://127.0.0.1:{port}/")
    );

    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    let path = folder.path().canonicalize().unwrap();
    assert!(server.errors().starts_with(&format!(
        "glassport: serving {} at http://127.0.0.1:",
        path.display()
    )));
}

#[test]
fn one_log_line_for_each_request_answered_or_refused() {
    let server = Server::start(&[]);
    server.exchange("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\n\r\n");
    server.exchange("GET /\n\n");
    let log = server.eventually("two lines", |s| {
        (s.log().lines().count() == 2).then(|| s.log())
    });
    let lines: Vec<_> = log.lines().collect();
    assert!(lines[0].starts_with("127.0.0.1 - - ["), "{log}");
    assert!(
        lines[0].ends_with("] \"GET /hello.txt HTTP/1.1\" 200 22 \"-\" \"test\""),
        "{log}"
    );
    assert!(lines[1].contains("] \"GET /\" 400 "), "{log}");
}

#[test]
fn a_quiet_server_writes_no_log() {
    let mut server = Server::start(&["-q"]);
    server.exchange(get("/hello.txt"));
    server.signal("-TERM");
    assert_eq!((server.exit_code(), server.log()), (Some(0), String::new()));
}

#[test]
fn term_and_int_end_the_server_in_order_and_free_the_port() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut server = Server::start(&[]);
        let port = server.port();
        // An idle connection and a half-typed request do not hold it up.
        let mut idle = server.connect();
        idle.send(get("/hello.txt"));
        assert_eq!(idle.response().status(), 200);
        let mut typing = server.connect();
        typing.send("GET / HT");
        server.signal(signal);
        assert_eq!(server.exit_code(), Some(0), "{signal}");
        assert!(idle.is_closed());
        let again = Server::start(&["-p", &port.to_string()]);
        assert_eq!(again.port(), port);
    }
}

#[test]
fn wrong_arguments_are_one_sentence_and_exit_code_2() {
    for arguments in [
        &["--no-tui", "--hold"][..],
        &["-p", "http"][..],
        &["--recv-size", "0"],
        &["--nonsense"],
        &["-b", "nowhere"],
        &["a", "b"],
    ] {
        let output = run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(
            error.starts_with("glassport: ") && error.lines().count() == 1,
            "{arguments:?}: {error}"
        );
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn what_cannot_be_served_is_one_sentence_and_exit_code_1() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    for (arguments, says) in [
        (&["--no-tui", "-p", &port][..], "is in use"),
        (&["--no-tui", "no/such/folder"], "no/such/folder"),
        (&["lessons"], "did you mean the command lesson?"),
        (&["a-folder"], "name a folder, or none for the sample site"),
        (&["--no-tui", "-p", "0", "-b", "192.0.2.1"], "192.0.2.1"),
    ] {
        let output = run(arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert!(
            error.starts_with("glassport: ") && error.lines().count() == 1,
            "{arguments:?}: {error}"
        );
        assert!(error.contains(says), "{arguments:?}: {error}");
    }
}

#[test]
fn help_and_version_go_to_stdout() {
    for (argument, holds) in [
        ("--help", "--recv-size"),
        ("-h", "-p, --port"),
        ("-V", env!("CARGO_PKG_VERSION")),
    ] {
        let output = run(&[argument]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(text.contains(holds), "{argument}: {text}");
    }
}

#[test]
fn the_default_port_moves_up_and_says_so() {
    // Whoever holds 8080 on this machine, this test does from now on.
    let _busy = TcpListener::bind("127.0.0.1:8080");
    let mut command = glassport();
    command.arg("--no-tui");
    let server = Server::spawn(command);
    assert!(
        (8081..=8089).contains(&server.port()),
        "{}",
        server.errors()
    );
    server.eventually("the reason", |s| {
        s.errors().contains("port 8080 is in use").then_some(())
    });
}

/// The response to a request for this host.
fn asked_for(server: &Server, host: &str) -> String {
    let answer = server.exchange(format!("GET /hello.txt HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn names_below_one_that_is_allowed_are_answered_and_that_one_is_not() {
    let server = Server::start(&["--allow-host", "*.Example.com"]);
    for (host, status) in [
        ("app.example.com", "200"),
        ("A.B.EXAMPLE.COM:8080", "200"),
        ("example.com", "421"),
        ("badexample.com", "421"),
        ("app.example.com.evil.example", "421"),
    ] {
        let line = asked_for(&server, host);
        assert!(line.contains(status), "{host}: {line}");
    }
}

#[test]
fn localhost_is_listened_on_at_every_loopback_address_there_is() {
    let server = Server::start(&["-b", "localhost"]);
    assert!(
        server
            .errors()
            .starts_with("glassport: serving the sample site at http://127.0.0.1:")
    );
    assert!(asked_for(&server, "localhost").contains("200"));
    if TcpListener::bind("[::1]:0").is_ok() {
        let port = server.port();
        server.eventually("the other address", |s| {
            s.errors()
                .contains(&format!("and at http://[::1]:{port}/"))
                .then_some(())
        });
    }
}

#[test]
fn whoever_lets_others_in_is_told_once_what_that_means_and_under_which_address() {
    for (arguments, others) in [
        (&["--public"][..], true),
        (&["-b", "0.0.0.0"], true),
        (&["-b", "127.0.0.1"], false),
        (&[], false),
    ] {
        let server = Server::start(arguments);
        let port = server.port();
        // What is said is said by the time the server has ended.
        let mut server = server;
        server.signal("-TERM");
        assert_eq!(server.exit_code(), Some(0));
        let errors = server.errors();
        let warned = errors.matches("no password, and no TLS").count();
        assert_eq!(warned, usize::from(others), "{arguments:?}: {errors}");
        assert!(
            !errors.contains("0.0.0.0") && !errors.contains("[::]"),
            "{errors}"
        );
        let told = errors
            .lines()
            .find_map(|line| line.strip_prefix("glassport: others reach it at "));
        // A machine that has no network has no such address.
        if let Some(url) = told {
            assert!(others && url.ends_with(&format!(":{port}/")), "{errors}");
            assert!(!url.contains("127.") && !url.contains("fe80"), "{errors}");
        }
        // Nobody holds a camera before a pipe.
        assert!(
            errors.lines().all(|line| line.starts_with("glassport: ")),
            "{errors}"
        );
    }
}

#[test]
fn an_interface_that_is_not_there_is_one_sentence_that_names_those_that_are() {
    let output = run(&["--no-tui", "-p", "0", "-b", "fe80::1%no-such-interface"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.contains("there is no interface \"no-such-interface\"; there are "),
        "{error}"
    );
    // A number is the kernel's to judge.
    let output = run(&["--no-tui", "-p", "0", "-b", "fe80::1%4000000000"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), error.lines().count()),
        (Some(1), 1),
        "{error}"
    );
}

#[test]
fn the_port_of_a_service_that_has_our_name_is_not_ours() {
    let mut command = glassport();
    command
        .args(["--no-tui"])
        .env("GLASSPORT_PORT", "tcp://10.0.0.1:8080");
    command.env("GLASSPORT_SERVICE_HOST", "10.0.0.1");
    let server = Server::spawn(command);
    server.eventually("the note", |s| {
        let errors = s.errors();
        errors
            .contains("GLASSPORT_PORT=tcp://10.0.0.1:8080 is not heeded")
            .then_some(())
    });
    assert_eq!(server.errors().matches("not heeded").count(), 1);
    let output = glassport()
        .arg("--no-tui")
        .env("GLASSPORT_PORT", "tcp://nowhere")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(
        error.starts_with("glassport: GLASSPORT_PORT: ") && error.contains("65535"),
        "{error}"
    );
}

#[test]
fn manual_pages_are_read_by_man_without_a_warning() {
    let man = std::process::Command::new("man").arg("--version").output();
    if !man.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no man");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["--man"][..],
        &["lab", "--man"],
        &["lesson", "--man"],
        &["poke", "--man"],
        &["check", "--man"],
    ] {
        let path = folder.path().join("page.1");
        std::fs::write(&path, run(command).stdout).unwrap();
        let read = std::process::Command::new("man")
            .args(["--warnings", "-E", "UTF-8", "-l", "-P", "cat"])
            .arg(&path)
            .env("MANWIDTH", "100")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&read.stdout);
        assert!(text.contains("OPTIONS"), "{command:?}: {text}");
        assert_eq!(String::from_utf8_lossy(&read.stderr), "", "{command:?}");
        if command.len() == 1 {
            // Keys that mean something to roff are shown as they are.
            for key in ["\n       \\\n", "\n       '\n", "\n       .\n"] {
                let bare = text.replace('\u{8}', "");
                let shown = bare.contains(key.trim_end()) || bare.contains(key);
                assert!(shown, "{key:?}: {text}");
            }
        }
    }
}

#[test]
fn shells_offer_the_values_of_an_option_behind_it() {
    let binary = env!("CARGO_BIN_EXE_glassport");
    let fish = format!("{binary} --completions fish | source; complete -C 'glassport --theme da'");
    let bash = format!(
        "eval \"$({binary} --completions bash)\"; COMP_WORDS=(glassport --theme da); COMP_CWORD=2; \
         _glassport glassport da --theme; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    for (shell, script) in [("fish", fish), ("bash", bash)] {
        let Ok(output) = std::process::Command::new(shell)
            .args(["-c", &script])
            .output()
        else {
            eprintln!("skipped: there is no {shell}");
            continue;
        };
        let offered = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            offered.lines().any(|line| line.trim() == "dark"),
            "{shell}: {output:?}"
        );
    }
}
