//! Downloads with curl and wget, whole, in part, and resumed after they were cut: each is
//! skipped, and says so, where it is not installed.

use std::fs;
use std::io::Read as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use super::support::Server;

/// Whether there is such a program.
pub(crate) fn have(program: &str) -> bool {
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

pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
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
        (&["-z", "1 Jan 2099"], "304"),
        (&["-z", "-1 Jan 2099"], "200"),
        (&["-z", "1 Jan 1999"], "200"),
    ] {
        assert_eq!(
            curl(&[arguments, &status].concat()),
            expected,
            "{arguments:?}"
        );
    }
}
