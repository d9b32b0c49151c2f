//! What has led other static servers astray, tried on this one over the wire. A name that
//! begins with `s` and a number is a test for that line of the security checklist; what a
//! unit test holds already (`cargo test s3_`) is only touched here.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::support::{Peer, Response, Server, get, glassport};

fn serve(root: &Path, options: &[&str]) -> Server {
    Server::start(&[options, &[root.to_str().unwrap()]].concat())
}

fn ask(server: &Server, request: impl AsRef<[u8]>) -> Response {
    let mut peer = server.connect();
    peer.send(request);
    peer.response()
}

/// CVE-2009-4487 and its kin: escape sequences and forged lines in a log.
#[test]
fn s1_no_octet_of_a_peer_reaches_the_log_as_it_is() {
    for format in ["common", "combined", "json"] {
        let server = Server::start(&["--log-format", format, "-v"]);
        server.exchange(
            b"GET /%0a%1b[31m HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \"\\\xc2\x9b31m\xe2\x80\xae\xff\r\n\r\n",
        );
        server.exchange(b"GET /\x1b]0;title\x07 HTTP/1.1\r\n127.0.0.1 - - \"GET\r\n\r\n");
        let log = server.eventually("two lines", |s| {
            (s.log().lines().count() == 2 && s.errors().matches("closed").count() == 2)
                .then(|| s.log() + &s.errors())
        });
        let bad = |c: char| c.is_control() && c != '\n' || c > '\u{7f}';
        // What may stay is § of the clause that is cited.
        let found = log.chars().find(|&c| bad(c) && c != '§');
        assert_eq!(found, None, "{format}: {log}");
    }
}

/// GHSA-rwfq-v4hq-h7fg and its kin: a path or a name that becomes markup.
#[test]
fn s2_neither_a_path_nor_a_name_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let name = "<img src=x onerror=alert(1)>\"'&.txt";
    fs::write(folder.path().join(name), "x").unwrap();
    let server = serve(folder.path(), &[]);
    for target in ["/", "/%3Cscript%3E", "/?sort=%22%3E%3Cscript%3E", "/%3C/"] {
        let response = ask(&server, get(target));
        let text = response.text();
        assert!(
            !text.contains("<img") && !text.contains("<script"),
            "{target}: {text}"
        );
        assert_eq!(response.field("X-Content-Type-Options"), Some("nosniff"));
        assert!(
            response
                .field("Content-Security-Policy")
                .is_some_and(|policy| policy.starts_with("default-src 'none'")),
            "{}",
            response.head
        );
    }
}

/// Behind links, in a sibling that begins alike, and through an index, an error page, a
/// sidecar and the page of an application.
#[test]
fn s3_s4_nothing_beyond_the_root_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("docroot");
    let sibling = folder.path().join("docroot-secret");
    for directory in [&root, &sibling, &root.join("dir")] {
        fs::create_dir(directory).unwrap();
    }
    fs::write(sibling.join("key"), "SECRET").unwrap();
    fs::write(root.join("page.css"), "page").unwrap();
    for link in [
        "key",
        "dir/index.html",
        "404.html",
        "page.css.gz",
        "app.html",
    ] {
        symlink(sibling.join("key"), root.join(link)).unwrap();
    }
    symlink(&sibling, root.join("sibling")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("chain2", root.join("chain")).unwrap();
    symlink("sibling/key", root.join("chain2")).unwrap();
    let server = serve(&root, &["--spa=app.html"]);
    for target in [
        "/key",
        "/dir/",
        "/dir/index.html",
        "/404.html",
        "/nothing.here",
        "/nothing",
        "/sibling/key",
        "/sibling/",
        "/loop",
        "/chain",
        "/../docroot-secret/key",
        "/%2e%2e/docroot-secret/key",
        "/..%2fdocroot-secret%2fkey",
        "/..%5cdocroot-secret%5ckey",
        "/page.css",
    ] {
        let request = get(target).replace("\r\n\r\n", "\r\nAccept-Encoding: gzip\r\n\r\n");
        let text = ask(&server, request).text();
        assert!(!text.contains("SECRET"), "{target}");
    }
}

/// A FIFO, a socket or a device is answered at once, though nobody writes to it.
#[test]
fn s5_what_is_no_regular_file_is_answered_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    mkfifoat(CWD, root.join("fifo"), Mode::RUSR | Mode::WUSR).unwrap();
    let _socket = UnixListener::bind(root.join("socket")).unwrap();
    symlink("/dev/zero", root.join("device")).unwrap();
    let server = serve(root, &["-L"]);
    let start = Instant::now();
    for target in ["/fifo", "/socket", "/device"] {
        let response = ask(&server, get(target));
        assert_eq!(response.status(), 404, "{target}: {}", response.text());
    }
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// A file that only its owner may read, asked for by a server that is somebody else.
#[test]
fn s5_what_may_not_be_read_is_forbidden() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, bits) in [("open", 0o644), ("closed", 0o600)] {
        fs::write(root.join(name), name).unwrap();
        mode(&root.join(name), bits);
    }
    fs::create_dir(root.join("directory")).unwrap();
    mode(&root.join("directory"), 0o700);
    mode(root, 0o755);
    let mut command = glassport();
    command.args(["--no-tui", "-p", "0", root.to_str().unwrap()]);
    if rustix::process::geteuid().is_root() {
        // Nobody, whose number that is on Linux as on macOS for lack of another.
        command.uid(65534).gid(65534);
        let mut probe = glassport();
        let can_run = probe.arg("-V").uid(65534).gid(65534).output();
        if !can_run.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: nobody but root can run the program where it lies");
            return;
        }
    } else {
        mode(&root.join("closed"), 0o000);
        mode(&root.join("directory"), 0o000);
    }
    let server = Server::spawn(command);
    assert_eq!(ask(&server, get("/open")).status(), 200);
    for target in ["/closed", "/directory/", "/directory/x"] {
        let response = ask(&server, get(target));
        assert_eq!(response.status(), 403, "{target}: {}", response.text());
    }
    mode(&root.join("directory"), 0o755);
}

/// RUSTSEC-2022-0072, CVE-2021-28861 and their kin: a redirect to another host.
#[test]
fn s6_no_redirect_leads_to_another_host() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("evil.example/dir")).unwrap();
    let server = serve(folder.path(), &[]);
    for target in [
        "//evil.example",
        "///evil.example/dir",
        "/%2fevil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "/./evil.example/dir",
        "/evil.example/dir",
        "/evil.example/dir?//x",
        "http://localhost//evil.example/dir",
    ] {
        if let Some(location) = ask(&server, get(target)).field("Location") {
            // Relative: it names no host, nor anything but where it was asked for.
            let name = location.split('?').next().unwrap();
            assert!(
                ["evil.example/", "dir/"].contains(&name),
                "{target}: {location}"
            );
        }
    }
}

/// CVE-2011-3192, CVE-2017-7529, GHSA-gcqf-3g44-vc9p: ranges that amplify, overflow or panic.
#[test]
fn s7_ranges_neither_amplify_nor_overflow() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), [b'x'; 1000]).unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    let server = serve(folder.path(), &[]);
    let range = |target: &str, range: &str| {
        let response = ask(
            &server,
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nRange:{range}\r\n\r\n"),
        );
        (response.status(), response.body.len())
    };
    let many = format!(" bytes=0-{}", ",0-".repeat(500));
    for (value, expected) in [
        ("", (200, 1000)),
        (&*many, (200, 1000)),
        (" bytes=0-0,-1", (200, 1000)),
        (" octets=0-0", (200, 1000)),
        (" bytes=-18446744073709551616", (206, 1000)),
        (" bytes=18446744073709551615-", (416, 0)),
        (" bytes=0-18446744073709551616", (206, 1000)),
        (" bytes=-0", (416, 0)),
    ] {
        let (status, length) = range("/file", value);
        assert_eq!(status, expected.0, "{value}");
        assert!(status == 416 || length == expected.1, "{value}: {length}");
    }
    for value in ["", " bytes=0-", " bytes=-1"] {
        let (status, _) = range("/empty", value);
        assert!(matches!(status, 200 | 416), "{value}: {status}");
    }
}

/// A sparse file that costs no room: offsets beyond 32 bits, to the last octet.
#[test]
fn s7_ranges_beyond_four_gibibytes_come_from_where_they_should() {
    const LENGTH: u64 = 5 << 30;
    let folder = tempfile::tempdir().unwrap();
    let mut file = fs::File::create(folder.path().join("large")).unwrap();
    file.set_len(LENGTH).unwrap();
    for (at, mark) in [(1 << 32, "beyond"), (LENGTH - 4, "last")] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(mark.as_bytes()).unwrap();
    }
    let server = serve(folder.path(), &[]);
    let mut peer = server.connect();
    for (range, text, content_range) in [
        ("4294967296-4294967301", "beyond", "4294967296-4294967301"),
        ("4294967295-4294967296", "\0b", "4294967295-4294967296"),
        ("5368709116-", "last", "5368709116-5368709119"),
        ("-2", "st", "5368709118-5368709119"),
    ] {
        peer.send(format!(
            "GET /large HTTP/1.1\r\nHost: localhost\r\nRange: bytes={range}\r\n\r\n"
        ));
        let response = peer.response();
        assert_eq!((response.status(), &*response.text()), (206, text));
        assert_eq!(
            response.field("Content-Range"),
            Some(&*format!("bytes {content_range}/{LENGTH}"))
        );
    }
    // More than one sendfile, across the boundary of 32 bits.
    peer.send(
        "GET /large HTTP/1.1\r\nHost: localhost\r\nRange: bytes=4294836224-4295098367\r\n\r\n",
    );
    let response = peer.response();
    assert_eq!(response.body.len(), 1 << 18);
    assert_eq!(
        response.body.get(1 << 17..(1 << 17) + 6),
        Some(&b"beyond"[..])
    );
    peer.send("HEAD /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let head = peer.response_to("HEAD");
    assert_eq!(head.field("Content-Length"), Some("5368709120"));
}

/// RUSTSEC-2020-0031, CVE-2026-73051: two readers that cut the same octets differently.
#[test]
fn s8_nothing_is_smuggled_behind_a_request() {
    let server = Server::start(&[]);
    for fields in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: +4",
        "Content-Length: 4 4",
        "Content-Length: 0x4",
        "Content-Length : 4",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "X: a\rb",
        "X: a\0b",
        " folded: x",
    ] {
        let smuggled = get("/hello.txt");
        let text = server.exchange(format!(
            "POST /empty.txt HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n0\r\n\r\n{smuggled}"
        ));
        assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{fields}: {text}");
        assert!(text.contains("Connection: close"), "{fields}: {text}");
    }
}

/// CVE-2025-66414 and its kin: a page elsewhere whose name comes to mean 127.0.0.1.
#[test]
fn s10_a_name_that_is_not_of_this_machine_gets_nothing() {
    let server = Server::start(&["--cors"]);
    for (target, host) in [
        ("/hello.txt", "evil.example"),
        ("/hello.txt", "localhost.evil.example"),
        ("http://evil.example/hello.txt", "localhost"),
        ("/hello.txt", "2130706433"),
        ("/hello.txt", "127.0.0.1.evil.example"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        assert_eq!(ask(&server, request).status(), 421, "{target} {host}");
    }
}

/// CVE-2019-5415: what begins with a dot, wherever it stands.
#[test]
fn s12_no_dotfile_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".git/refs")).unwrap();
    for name in [".env", ".git/config", ".git/refs/x"] {
        fs::write(folder.path().join(name), "SECRET").unwrap();
    }
    let server = serve(folder.path(), &["--spa"]);
    for target in [
        "/.env",
        "/%2eenv",
        "/.git/config",
        "/x/../.env",
        "/.git/refs/x",
        "/",
    ] {
        let response = ask(&server, get(target));
        let text = response.text();
        assert!(
            !text.contains("SECRET") && !text.contains(".git"),
            "{target}: {text}"
        );
    }
}

/// miniserve 0.12, GHSA-gcqf-3g44-vc9p: paths and fields that made others panic.
#[test]
fn s14_odd_paths_and_fields_take_nobody_down() {
    let server = Server::start(&[]);
    let mut odd: Vec<Vec<u8>> = [
        "/%", "/%f", "/%ff%fe", "/%00", "/\u{e9}", "*", "", "x:y", "/?%", "/#x",
    ]
    .iter()
    .map(|target| get(target).into_bytes())
    .collect();
    odd.push(b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec());
    for field in [
        "Range: bytes=",
        "Range: bytes=a-b",
        "If-None-Match: \"",
        "If-Modified-Since: \u{0661}",
        "If-Range: W/",
        "Accept-Encoding: gzip;q=9e9",
        "Accept: ;;;",
    ] {
        odd.push(
            get("/hello.txt")
                .replace("\r\n\r\n", &format!("\r\n{field}\r\n\r\n"))
                .into_bytes(),
        );
    }
    for request in &odd {
        let mut peer: Peer = server.connect();
        peer.send(request);
        peer.finish();
        let text = peer.rest();
        assert!(
            text.starts_with("HTTP/1.1 "),
            "{}: {text}",
            request.escape_ascii()
        );
        assert!(
            !text.starts_with("HTTP/1.1 5"),
            "{}: {text}",
            request.escape_ascii()
        );
    }
    assert!(!server.errors().contains("panicked"), "{}", server.errors());
}

/// RUSTSEC-2025-0024 and RUSTSEC-2026-0009: versions that must not come back.
#[test]
fn s15_no_crate_is_in_a_version_with_a_known_fault() {
    let lock =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let version = |name: &str| -> Option<Vec<u32>> {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        let version = rest.split('"').next()?;
        Some(
            version
                .split('.')
                .map(|part| part.parse().unwrap())
                .collect(),
        )
    };
    assert!(version("crossbeam-channel").is_some_and(|v| v >= vec![0, 5, 15]));
    assert!(version("time").is_none_or(|v| v >= vec![0, 3, 47]));
}
