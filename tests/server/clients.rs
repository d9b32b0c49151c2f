//! Clients that people use, against the real server: each is skipped, and says so, where it
//! is not installed.

use std::fs;
use std::io::Read as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use super::support::{Server, get};

/// Whether there is such a program.
fn have(program: &str) -> bool {
    let there = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: {program} is not installed");
    }
    there
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .env_remove("http_proxy")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Octets that no part of resembles another.
fn octets(length: u32) -> Vec<u8> {
    (0..length)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// A way to the server that passes on so many octets of the first response, and then breaks.
fn cut(server: &Server, after: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = server.port();
    std::thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            let client = client.unwrap();
            let upstream = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (mut asks, mut passes) =
                (client.try_clone().unwrap(), upstream.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut asks, &mut passes);
                let _ = passes.shutdown(Shutdown::Write);
            });
            let limit = if number == 0 { after as u64 } else { u64::MAX };
            let _ = std::io::copy(&mut (&upstream).take(limit), &mut &client);
            let _ = client.shutdown(Shutdown::Both);
            let _ = upstream.shutdown(Shutdown::Both);
        }
    });
    port
}

/// A folder with a large file, what of it was got when the connection broke, and its name.
fn half_a_download() -> (tempfile::TempDir, Server, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let whole = octets(3 << 20);
    fs::write(folder.path().join("large.bin"), &whole).unwrap();
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    (folder, server, whole)
}

#[test]
fn wget_resumes_a_cut_download_to_identical_octets() {
    if !have("wget") {
        return;
    }
    let (_folder, server, whole) = half_a_download();
    let into = tempfile::tempdir().unwrap();
    let path = into.path().join("large.bin");
    let port = cut(&server, 1 << 20);
    let url = format!("http://127.0.0.1:{port}/large.bin");
    let get = |more: &[&str]| {
        let to = ["-q", "-c", "-O", path.to_str().unwrap(), &url];
        run("wget", &[&to[..], more].concat())
    };
    assert!(!get(&["--tries=1"]).status.success());
    let had = fs::metadata(&path).unwrap().len();
    assert!(had > 0 && had < 1 << 20, "{had}");
    assert!(get(&[]).status.success());
    assert!(fs::read(&path).unwrap() == whole);
    server.eventually("the rest alone", |s| {
        let line = s.log().lines().last().unwrap_or_default().to_owned();
        line.contains(&format!(" 206 {} ", whole.len() as u64 - had))
            .then_some(())
    });
    // All of it is there: nothing is sent again.
    get(&[]);
    assert!(fs::read(&path).unwrap() == whole);
}

#[test]
fn curl_resumes_a_cut_download_to_identical_octets() {
    if !have("curl") {
        return;
    }
    let (_folder, server, whole) = half_a_download();
    let into = tempfile::tempdir().unwrap();
    let path = into.path().join("large.bin");
    let port = cut(&server, 1 << 20);
    let url = format!("http://127.0.0.1:{port}/large.bin");
    let get = || {
        run(
            "curl",
            &["-s", "-C", "-", "-o", path.to_str().unwrap(), &url],
        )
    };
    assert!(!get().status.success());
    let had = fs::metadata(&path).unwrap().len();
    assert!(had > 0 && had < 1 << 20, "{had}");
    assert!(get().status.success());
    assert!(fs::read(&path).unwrap() == whole);
}

#[test]
fn curl_does_what_its_manual_says() {
    if !have("curl") {
        return;
    }
    let server = Server::start(&[]);
    let url = format!("http://127.0.0.1:{}/hello.txt", server.port());
    let curl = |arguments: &[&str]| {
        let output = run("curl", &[&["-s", "-S"], arguments, &[&url]].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let head = curl(&["-I"]);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Length: 22\r\n") && head.ends_with("\r\n\r\n"));
    assert_eq!(curl(&["-r", "6-9"]), "from");
    assert_eq!(curl(&["-r", "-4"]), "rt.\n");
    let status = ["-o", "/dev/null", "-w", "%{http_code}"];
    for (arguments, expected) in [
        (&["-r", "99-"][..], "416"),
        (&["-z", "2099-01-01"], "304"),
        (&["-z", "-2099-01-01"], "200"),
        (&["-z", "1999-01-01"], "200"),
    ] {
        assert_eq!(
            curl(&[arguments, &status].concat()),
            expected,
            "{arguments:?}"
        );
    }
}

/// What Chromium makes of a page, as it stands after everything on it has run.
fn dom(url: &str) -> String {
    let profile = tempfile::tempdir().unwrap();
    let output = run(
        "chromium",
        &[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
            "--dump-dom",
            url,
        ],
    );
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The values of the attribute, as a browser writes them: `&` and `"` are escaped.
fn references(dom: &str) -> Vec<String> {
    dom.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|reference| reference.replace("&amp;", "&"))
        .collect()
}

#[test]
fn a_browser_finds_every_file_of_a_listing_full_of_hostile_names() {
    if !have("chromium") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let names: [&[u8]; 20] = [
        b"plain.txt",
        b"two  words",
        b" lead and trail ",
        b"a#b",
        b"a?b=c&d",
        b"100%",
        b"%41%2f",
        b"quotes\"'`",
        b"<img src=x onerror=document.title='run'>",
        b"<script>document.title='run'<",
        b"&lt;&amp;",
        b"new\nline",
        b"\x1b[31mred",
        b"\xff\xfe",
        b"javascript:alert(1)",
        b"http:",
        b"caf\xc3\xa9",
        b"\xe2\x80\xaegpj.exe",
        b"a;b,c=d+e",
        b"{[|^~]}",
    ];
    for name in names {
        use std::os::unix::ffi::OsStrExt as _;
        let name = std::ffi::OsStr::from_bytes(name);
        fs::write(folder.path().join(name), name.as_bytes()).unwrap();
    }
    let server = Server::start(&[folder.path().to_str().unwrap()]);
    let page = dom(&format!("http://127.0.0.1:{}/", server.port()));
    assert!(!page.contains("<title>run"), "a name has run as a script");
    assert!(
        !page.contains("<img") && !page.contains("<script"),
        "{page}"
    );
    let mut found = Vec::new();
    for reference in references(&page) {
        let Some(path) = reference.strip_prefix("./").or(Some(&*reference)) else {
            continue;
        };
        if path.is_empty() || path.starts_with(['?', '#']) || path.starts_with("data:") {
            continue;
        }
        let mut peer = server.connect();
        peer.send(get(&format!("/{path}")));
        let response = peer.response();
        assert_eq!(response.status(), 200, "{reference}");
        found.push(response.body);
    }
    found.sort();
    let mut expected: Vec<_> = names.map(<[u8]>::to_vec).to_vec();
    expected.sort();
    let readable = |names: &[Vec<u8>]| -> Vec<String> {
        names.iter().map(|n| n.escape_ascii().to_string()).collect()
    };
    assert_eq!(readable(&found), readable(&expected));
}
