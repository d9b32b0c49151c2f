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
