//! What each option changes, seen from outside.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::support::{Response, Server, get, glassport, run};

fn site(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn serve(folder: &TempDir, options: &[&str]) -> Server {
    Server::start(&[options, &[folder.path().to_str().unwrap()]].concat())
}

/// The response to a request with these field lines besides.
fn ask(server: &Server, method: &str, target: &str, fields: &str) -> Response {
    let mut peer = server.connect();
    peer.send(format!(
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"
    ));
    peer.response_to(method)
}

/// A server whose options come from the environment.
fn with_variables(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = glassport();
    command
        .args(arguments)
        .envs(variables.iter().copied())
        .env("GLASSPORT_PORT", "0");
    command
}

#[test]
fn the_first_index_that_is_there_stands_for_its_directory() {
    let folder = site(&[("default.htm", "default"), ("sub/home.html", "home")]);
    let server = serve(&folder, &["--index", "home.html", "--index", "default.htm"]);
    assert_eq!(ask(&server, "GET", "/", "").text(), "default");
    assert_eq!(ask(&server, "GET", "/sub/", "").text(), "home");
}

#[test]
fn an_applications_page_answers_get_and_head_where_nothing_is() {
    let folder = site(&[("index.html", "the application"), (".hidden", "x")]);
    let server = serve(&folder, &["--spa"]);
    let page = ask(&server, "GET", "/users/7?tab=1", "");
    assert_eq!(
        (page.status(), page.text()),
        (200, "the application".into())
    );
    assert_eq!(page.field("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(ask(&server, "HEAD", "/users/7", "").status(), 200);
    let etag = server.strong_tag("/users/7");
    let again = ask(
        &server,
        "GET",
        "/elsewhere",
        &format!("If-None-Match: {etag}\r\n"),
    );
    assert_eq!(again.status(), 304);
    assert_eq!(ask(&server, "POST", "/users/7", "").status(), 405);
    for target in ["/missing.js", "/.hidden", "/%2e%2e/x", "/a%2fb"] {
        assert_eq!(ask(&server, "GET", target, "").status(), 404, "{target}");
    }
    assert!(!server.errors().contains("--spa"), "{}", server.errors());
}

#[test]
fn an_applications_page_that_is_not_there_yet_is_told_of_and_waited_for() {
    let folder = site(&[("file", "x")]);
    let server = serve(&folder, &["--spa=app.html"]);
    let note = "glassport: --spa: app.html is not there; until it is, paths of nothing are 404\n";
    server.eventually("a note", |server| {
        server.errors().contains(note).then_some(())
    });
    assert_eq!(ask(&server, "GET", "/users/7", "").status(), 404);
    fs::write(folder.path().join("app.html"), "built").unwrap();
    assert_eq!(ask(&server, "GET", "/users/7", "").text(), "built");
}

#[test]
fn own_fields_stand_in_every_response() {
    let folder = site(&[("file", "x"), ("dir/x", "x")]);
    let server = serve(&folder, &["-H", "X-Own: a", "--header", "x-own: b:c"]);
    let etag = format!("If-None-Match: {}\r\n", server.strong_tag("/file"));
    for (method, target, fields, status) in [
        ("GET", "/file", "", 200),
        ("GET", "/file", "Range: bytes=0-0\r\n", 206),
        ("GET", "/file", "Range: bytes=9-\r\n", 416),
        ("GET", "/file", &etag, 304),
        ("HEAD", "/file", "", 200),
        ("GET", "/dir", "", 308),
        ("GET", "/dir/", "", 200),
        ("GET", "/none", "", 404),
        ("POST", "/file", "", 405),
        ("OPTIONS", "*", "", 204),
        ("GET", "/%", "", 400),
    ] {
        let response = ask(&server, method, target, fields);
        assert_eq!(response.status(), status, "{method} {target}");
        assert!(
            response.head.contains("X-Own: a\r\nx-own: b:c\r\n"),
            "{}",
            response.head
        );
    }
}

#[test]
fn an_own_field_stands_in_the_place_of_ours() {
    let folder = site(&[("file", "x"), ("dir/x", "x")]);
    let server = serve(
        &folder,
        &[
            "-H",
            "cache-control: no-store",
            "-H",
            "X-Content-Type-Options: sniff",
            "-H",
            "Access-Control-Allow-Origin: http://a.example",
            "-H",
            "Content-Security-Policy: default-src *",
            "--cors",
            "-c",
            "5",
        ],
    );
    let all = |response: &Response, name: &str| -> Vec<String> {
        let lines = response
            .head
            .lines()
            .filter_map(|line| line.split_once(": "));
        lines
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    };
    let file = ask(&server, "GET", "/file", "");
    assert_eq!(all(&file, "Cache-Control"), ["no-store"]);
    assert_eq!(all(&file, "X-Content-Type-Options"), ["sniff"]);
    assert_eq!(
        all(&file, "Access-Control-Allow-Origin"),
        ["http://a.example"]
    );
    // What the server makes of names keeps its guards: two policies both hold.
    let listing = ask(&server, "GET", "/dir/", "");
    assert_eq!(all(&listing, "X-Content-Type-Options"), ["nosniff"]);
    assert_eq!(all(&listing, "Content-Security-Policy").len(), 2);
}

#[test]
fn a_file_may_be_used_for_as_long_as_was_said() {
    let folder = site(&[("file", "x"), ("dir/x", "x")]);
    for (options, expected) in [
        (&["-c", "3600"][..], "max-age=3600"),
        (&["--cache", "0"], "max-age=0"),
        (&[], "no-cache"),
    ] {
        let server = serve(&folder, options);
        let file = ask(&server, "GET", "/file", "");
        assert_eq!(file.field("Cache-Control"), Some(expected));
        let etag = format!("If-None-Match: {}\r\n", server.strong_tag("/file"));
        let same = ask(&server, "GET", "/file", &etag);
        assert_eq!(same.status(), 304);
        assert_eq!(same.field("Cache-Control"), Some(expected));
        let part = ask(&server, "GET", "/file", "Range: bytes=0-\r\n");
        assert_eq!(part.field("Cache-Control"), Some(expected));
        // Whether a name is a directory can change with the next build.
        let redirect = ask(&server, "GET", "/dir", "");
        assert_eq!(redirect.field("Cache-Control"), Some("no-cache"));
        assert_eq!(
            ask(&server, "GET", "/none", "").field("Cache-Control"),
            None
        );
    }
}

#[test]
fn s10_other_origins_may_read_when_asked_for_and_never_with_credentials() {
    let origin = "Origin: http://a.example\r\n";
    let preflight = "Origin: http://a.example\r\nAccess-Control-Request-Method: GET\r\n\
                     Access-Control-Request-Headers: range\r\n";
    let server = Server::start(&["--cors"]);
    for (method, target, fields) in [
        ("GET", "/hello.txt", origin),
        ("GET", "/none", origin),
        ("GET", "/notes", origin),
        ("GET", "/hello.txt", ""),
        ("OPTIONS", "/hello.txt", preflight),
    ] {
        let response = ask(&server, method, target, fields);
        assert_eq!(response.field("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(response.field("Access-Control-Allow-Credentials"), None);
    }
    let answer = ask(&server, "OPTIONS", "/hello.txt", preflight);
    assert_eq!(answer.status(), 204);
    assert_eq!(
        answer.field("Access-Control-Allow-Methods"),
        Some("GET, HEAD, OPTIONS")
    );
    assert_eq!(answer.field("Access-Control-Allow-Headers"), Some("*"));
    let file = ask(&server, "GET", "/hello.txt", origin);
    assert_eq!(file.field("Access-Control-Expose-Headers"), Some("*"));
    assert_eq!(file.field("Access-Control-Allow-Methods"), None);

    let server = Server::start(&[]);
    for (method, fields) in [("GET", origin), ("OPTIONS", preflight)] {
        let head = ask(&server, method, "/hello.txt", fields).head;
        assert!(!head.contains("Access-Control"), "{head}");
    }
}

#[test]
fn what_is_served_of_a_folder_can_be_widened_and_narrowed() {
    let outside = site(&[("secret", "secret")]);
    let folder = site(&[(".env", "hidden"), ("dir/x", "x")]);
    symlink(outside.path().join("secret"), folder.path().join("out")).unwrap();
    for (options, expected) in [
        (&[][..], [404, 404, 200]),
        (&["-a"], [200, 404, 200]),
        (&["-L"], [404, 200, 200]),
        (&["--no-listing"], [404, 404, 404]),
    ] {
        let server = serve(&folder, options);
        let got = ["/.env", "/out", "/dir/"].map(|path| ask(&server, "GET", path, "").status());
        assert_eq!(got, expected, "{options:?}");
    }
}

#[test]
fn the_access_log_has_three_formats() {
    for (format, end) in [
        ("common", "\"GET /hello.txt HTTP/1.1\" 200 22"),
        ("combined", "\"GET /hello.txt HTTP/1.1\" 200 22 \"-\" \"-\""),
        (
            "json",
            "\"complete\":true,\"cut_off\":null,\"diagnosis\":null}",
        ),
    ] {
        let server = Server::start(&["--log-format", format]);
        server.exchange(get("/hello.txt"));
        let line = server.eventually("a line", |s| s.log().lines().next().map(str::to_owned));
        assert!(line.ends_with(end), "{format}: {line}");
    }
}

#[test]
fn a_log_file_is_appended_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    fs::write(&path, "before\n").unwrap();
    let mut server = Server::start(&["--log-file", path.to_str().unwrap()]);
    server.exchange(get("/hello.txt"));
    server.signal("-TERM");
    assert_eq!((server.exit_code(), server.log()), (Some(0), String::new()));
    let log = fs::read_to_string(&path).unwrap();
    assert!(log.starts_with("before\n127.0.0.1 - - ["), "{log}");
    assert_eq!(log.lines().count(), 2);

    let output = run(&["--no-tui", "-p", "0", "--log-file", "no/such/folder/log"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("glassport: no/such/folder/log: ") && error.lines().count() == 1,
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_file_on_a_full_disk_keeps_nobody_from_being_served() {
    let server = Server::start(&["--log-file", "/dev/full"]);
    server.exchange(get("/hello.txt"));
    server.eventually("the complaint", |s| {
        let said = s.errors();
        said.contains("access log: ").then_some(said)
    });
    let again = server.exchange(get("/hello.txt"));
    assert!(again.starts_with("HTTP/1.1 200 "), "{again}");
}

#[test]
fn verbose_tells_how_each_connection_begins_and_ends() {
    let server = Server::start(&["-v"]);
    server.exchange("GET / HTTP/1.1\n\n");
    let errors = server.eventually("the end", |s| {
        let errors = s.errors();
        errors.contains("closed").then_some(errors)
    });
    for part in [
        "glassport: #1 127.0.0.1:",
        ": accepted\n",
        ": 400: a line ends in LF without CR before it (octet 14",
        ": closed by glassport: the request was refused; responses 1, octets received 16",
    ] {
        assert!(errors.contains(part), "{part} in {errors}");
    }
}

#[test]
fn every_option_can_be_a_variable_and_the_command_line_wins() {
    let folder = site(&[(".env", "hidden"), ("dir/x", "x")]);
    let root = folder.path().to_str().unwrap();
    let server = Server::spawn(with_variables(
        &[root],
        &[
            ("GLASSPORT_NO_TUI", "yes"),
            ("GLASSPORT_ALL", "1"),
            ("GLASSPORT_HEADER", "X-Own: a, b"),
            ("GLASSPORT_NO_LISTING", "false"),
            ("GLASSPORT_CACHE", ""),
            ("GLASSPORT_BIND", "127.0.0.1,127.0.0.2"),
            ("GLASSPORT_LOG_FORMAT", "common"),
        ],
    ));
    let file = ask(&server, "GET", "/.env", "");
    assert_eq!(file.status(), 200);
    assert_eq!(file.field("X-Own"), Some("a, b"));
    assert_eq!(file.field("Cache-Control"), Some("no-cache"));
    assert_eq!(ask(&server, "GET", "/dir/", "").status(), 200);
    server.eventually("both addresses", |s| {
        s.errors().contains("http://127.0.0.2:").then_some(())
    });

    let server = Server::spawn(with_variables(
        &["--no-tui", "-c", "5", "--bind", "127.0.0.1", root],
        &[("GLASSPORT_CACHE", "7"), ("GLASSPORT_PUBLIC", "1")],
    ));
    let redirected = ask(&server, "GET", "/dir/x", "");
    assert_eq!(redirected.field("Cache-Control"), Some("max-age=5"));
    assert!(!server.errors().contains("0.0.0.0"), "{}", server.errors());
}

#[test]
fn a_bad_variable_is_one_sentence_that_names_it() {
    for (name, value) in [
        ("GLASSPORT_RECV_SIZE", "0"),
        ("GLASSPORT_NO_TUI", "maybe"),
        ("GLASSPORT_HEADER", "Date: x"),
        ("GLASSPORT_LOG_FORMAT", "x"),
        ("GLASSPORT_SPA", "../x"),
    ] {
        let output = with_variables(&[], &[(name, value)]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            error.starts_with(&format!("glassport: {name}: ")) && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn the_browser_is_opened_once_the_server_listens() {
    let folder = tempfile::tempdir().unwrap();
    let opener = folder.path().join("xdg-open");
    let asked = folder.path().join("asked");
    let script = format!(
        "#!/bin/sh\nprintf %s \"$1\" > {0}.new\n/bin/mv {0}.new {0}\n",
        asked.display()
    );
    fs::write(&opener, script).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    let start = |path: &Path| {
        let mut command = glassport();
        command.args(["--no-tui", "-p", "0", "-b", "0.0.0.0", "-o"]);
        Server::spawn({
            command.env("PATH", path);
            command
        })
    };
    let server = start(folder.path());
    if cfg!(target_os = "linux") {
        let url = server.eventually("the browser", |_| fs::read_to_string(&asked).ok());
        assert_eq!(url, format!("http://127.0.0.1:{}/", server.port()));
    }
    let nobody = tempfile::tempdir().unwrap();
    let server = start(nobody.path());
    if cfg!(target_os = "linux") {
        server.eventually("the warning", |s| {
            s.errors()
                .contains("glassport: no browser was opened: ")
                .then_some(())
        });
    }
    assert_eq!(ask(&server, "GET", "/hello.txt", "").status(), 200);
}

/// Every `--option` of a text, in the order of the alphabet.
fn options_in(text: &str) -> std::collections::BTreeSet<&str> {
    text.match_indices("--")
        .map(|(at, _)| {
            let rest = &text[at..];
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-');
            &rest[..end.unwrap_or(rest.len())]
        })
        .filter(|name| name.len() > 3)
        .collect()
}

#[test]
fn the_readme_names_every_option_and_no_other() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Options\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let told: Vec<_> = options_in(section).into_iter().collect();
    let there: Vec<_> = options_in(&help)
        .into_iter()
        .filter(|name| *name != "--version")
        .collect();
    assert_eq!(told, there);
}

/// The name of the first long option in `text`.
fn long(text: &str) -> Option<String> {
    let (_, name) = text.split_once("--")?;
    let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '-');
    Some(format!("--{}", &name[..end.unwrap_or(name.len())]))
}

#[test]
fn the_readme_groups_and_orders_the_options_as_the_help_does() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Options\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let told = section
        .lines()
        .filter_map(|line| match line.strip_prefix("| ")? {
            option if option.starts_with("`-") => long(option),
            heading => Some(heading.strip_suffix(" | |")?.to_owned()),
        });
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let (_, options) = help.split_once("--version").unwrap();
    let there = options.lines().filter_map(|line| {
        let begins = line.trim_start();
        if !line.starts_with(' ') {
            let heading = line.strip_suffix(':')?;
            return Some(heading.to_lowercase());
        }
        begins.starts_with('-').then(|| long(begins)).flatten()
    });
    assert_eq!(told.collect::<Vec<_>>(), there.collect::<Vec<_>>());
}
