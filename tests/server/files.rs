//! Files as file systems, build tools and developers leave them.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::support::{Response, Server, get, glassport};

fn serve(folder: &Path, arguments: &[&str]) -> Server {
    Server::start(&[&[folder.to_str().unwrap()], arguments].concat())
}

fn ask(server: &Server, target: &str, fields: &str) -> Response {
    let mut peer = server.connect();
    peer.send(format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"
    ));
    peer.response()
}

fn set_modified(path: &Path, time: SystemTime) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}

#[test]
fn a_file_of_any_date_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.html");
    fs::write(&path, "here").unwrap();
    let server = serve(folder.path(), &[]);
    let year = Duration::from_secs(365 * 86_400);
    // 1 January 1968: no Last-Modified, and no end of the worker.
    let days = Duration::from_secs(731 * 86_400);
    set_modified(&path, SystemTime::UNIX_EPOCH - days);
    let response = ask(&server, "/", "");
    assert_eq!((response.status(), response.text()), (200, "here".into()));
    assert_eq!(response.field("Last-Modified"), None);
    for (field, date, status) in [
        ("If-Modified-Since", "Mon, 01 Jan 1968 00:00:00 GMT", 304),
        ("If-Modified-Since", "Sun, 01 Jan 1967 00:00:00 GMT", 200),
        ("If-Modified-Since", "Monday, 01-Jan-68 00:00:00 GMT", 304),
        ("If-Modified-Since", "Mon Jan  2 00:00:00 1968", 304),
        ("If-Unmodified-Since", "Sun, 01 Jan 1967 00:00:00 GMT", 412),
        ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ] {
        let fields = format!("{field}: {date}\r\n");
        assert_eq!(ask(&server, "/", &fields).status(), status, "{fields}");
    }
    // The future: never later than Date (RFC 9110 §8.8.2.1).
    set_modified(&path, SystemTime::now() + 70 * year);
    let response = ask(&server, "/", "");
    assert_eq!(response.field("Last-Modified"), response.field("Date"));
    let listing = ask(&server, "/?sort=time", "Accept: application/json\r\n");
    assert_eq!(listing.status(), 200);
}

/// `cp -p`, and a build that can be made again: the same length, the same modification time.
#[test]
fn another_version_of_the_same_length_and_date_is_sent_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.js");
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let server = serve(folder.path(), &[]);
    for size in [5, 200_000] {
        fs::write(&path, "1".repeat(size)).unwrap();
        set_modified(&path, date);
        let tag = server.strong_tag("/app.js");
        assert_eq!(server.strong_tag("/app.js"), tag);
        let fields = format!("If-None-Match: {tag}\r\n");
        assert_eq!(ask(&server, "/app.js", &fields).status(), 304);
        let range = format!("Range: bytes=2-\r\nIf-Range: {tag}\r\n");
        assert_eq!(ask(&server, "/app.js", &range).status(), 206);

        fs::write(&path, "2".repeat(size)).unwrap();
        set_modified(&path, date);
        let by_date = "Range: bytes=2-\r\nIf-Range: Sun, 13 Sep 2020 12:26:40 GMT\r\n".into();
        for fields in [fields, range, by_date] {
            let response = ask(&server, "/app.js", &fields);
            assert_eq!(response.status(), 200, "{fields}");
            assert!(response.text() == "2".repeat(size), "{fields}");
        }
    }
}

/// `glassport` of which every `sendfile` from the first on fails with this error, if strace is
/// here and may trace.
fn failing_to_sendfile(folder: &Path, error: &str) -> Option<Server> {
    let inject = format!("inject=sendfile:error={error}");
    let strace = |program: &str| {
        let mut command = Command::new("strace");
        // With -D the program stays our own child, and ends when it is killed.
        command
            .args([
                "-D",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=sendfile",
                "-e",
            ])
            .args([&inject, "--", program]);
        command
    };
    let traces = strace("true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !traces.is_ok_and(|status| status.success()) {
        eprintln!("skipped: strace cannot trace here");
        return None;
    }
    let mut command = strace(env!("CARGO_BIN_EXE_glassport"));
    for (name, _) in glassport().get_envs() {
        command.env_remove(name);
    }
    command.args(["--no-tui", "-p", "0"]).arg(folder);
    Some(Server::spawn(command))
}

#[test]
fn a_file_that_the_system_refuses_to_send_comes_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let octets: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(folder.path().join("big"), &octets).unwrap();
    for error in ["EINVAL", "ENOSYS", "EOPNOTSUPP", "EPERM"] {
        if let Some(server) = failing_to_sendfile(folder.path(), error) {
            assert!(ask(&server, "/big", "").body == octets, "{error}");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_our_own_failure() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("big"), vec![b'x'; 5 << 20]).unwrap();
    if let Some(server) = failing_to_sendfile(folder.path(), "EIO:when=3+") {
        let text = server.exchange(get("/big"));
        assert!(text.starts_with("HTTP/1.1 200 OK") && text.len() < 3 << 20);
        let said = "a file could not be read to its end: input/output error";
        server.eventually("the reason", |server| {
            server.errors().contains(said).then_some(())
        });
    }
}

#[test]
fn well_known_places_are_served_and_dotfiles_are_not_by_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join(".well-known/acme-challenge")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join(".well-known/acme-challenge/x"), "token").unwrap();
    let site = "apple-app-site-association";
    fs::write(root.join(".well-known").join(site), "{}").unwrap();
    fs::write(root.join(".git/config"), "secret").unwrap();
    std::os::unix::fs::symlink(".git/config", root.join("config")).unwrap();
    std::os::unix::fs::symlink(".git", root.join("git")).unwrap();
    for (arguments, status) in [(&[][..], 404), (&["-L"], 404), (&["-a"], 200)] {
        let server = serve(root, arguments);
        let token = ask(&server, "/.well-known/acme-challenge/x", "");
        assert_eq!((token.status(), token.text()), (200, "token".into()));
        let json = ask(&server, &format!("/.well-known/{site}"), "");
        assert_eq!(json.field("Content-Type"), Some("application/json"));
        for target in ["/.git/config", "/config", "/git/config"] {
            let response = ask(&server, target, "");
            assert_eq!(response.status(), status, "{target} {arguments:?}");
        }
    }
}

#[test]
fn text_is_sent_as_text_unless_the_operator_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["go.mod", "key.pub", "notes.dot", "app.pot", "shader.glsl"] {
        fs::write(folder.path().join(name), "words\n").unwrap();
    }
    let server = serve(folder.path(), &[]);
    for name in ["go.mod", "key.pub", "notes.dot", "app.pot", "shader.glsl"] {
        let response = ask(&server, &format!("/{name}"), "");
        let text = Some("text/plain; charset=utf-8");
        assert_eq!(response.field("Content-Type"), text, "{name}");
        assert_eq!(response.field("X-Content-Type-Options"), Some("nosniff"));
    }
    let own = [
        "--mime",
        "glsl=x-shader/x-fragment",
        "--mime",
        ".MOD=text/x-go",
    ];
    let single = folder.path().join("go.mod");
    for (root, target, expected) in [
        (folder.path(), "/shader.glsl", "x-shader/x-fragment"),
        (folder.path(), "/go.mod", "text/x-go; charset=utf-8"),
        (&single, "/", "text/x-go; charset=utf-8"),
    ] {
        let response = ask(&serve(root, &own), target, "");
        assert_eq!(response.field("Content-Type"), Some(expected), "{target}");
    }
}

#[test]
fn a_folder_of_many_names_is_listed_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..10_500).map(|n| format!("{n:05}.txt")).collect();
    for name in &names {
        File::create(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("back\\slash"), "").unwrap();
    let server = serve(folder.path(), &[]);
    let mut seen = Vec::new();
    let mut target = "/".to_owned();
    loop {
        let json = ask(&server, &target, "Accept: application/json\r\n").text();
        let page: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&page["files"], &page["complete"]),
            (&10_500.into(), &false.into())
        );
        assert_eq!(page["names_with_backslash"], 1);
        let entries = page["entries"].as_array().unwrap();
        seen.extend(
            entries
                .iter()
                .map(|entry| entry["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        assert!(seen.len() <= names.len());
        target = format!("/{next}");
    }
    assert_eq!(seen, names);
    let html = ask(&server, "/?sort=-name", "").text();
    assert!(html.contains("Next page") && html.contains("10500 files; 10000 of them here"));
    assert!(html.contains("1 name with a backslash, not served"));
}
