//! A listing full of hostile names, as Chromium makes it out: skipped, and says so, where that
//! is not installed.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use super::downloads::{have, run};
use super::support::{Server, get};

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
        let name = OsStr::from_bytes(name);
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
