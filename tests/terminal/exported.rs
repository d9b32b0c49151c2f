//! A hostile session, written from the dashboard and read by the programs it is written for.
//! A program that is not there is skipped, and the test says so.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use socket2::SockRef;

use crate::support::{SOON, Session};
use crate::{assert_ended_well, ready};

/// Reads a HAR with har-validator, as its own command does.
const VALIDATE: &str = "
const har = JSON.parse(require('fs').readFileSync(process.argv[1]));
require('har-validator').har(har).catch(error => {
  console.error(JSON.stringify(error.errors));
  process.exit(1);
});";
/// Reads a HAR with haralyzer: every page, and what it says of every entry.
const ANALYZE: &str = "
import json, sys
from haralyzer import HarParser
har = HarParser(json.load(open(sys.argv[1])))
for page in har.pages:
    for entry in page.entries:
        entry.startTime, entry.request.url, entry.request.method, entry.response.status
print(sum(len(page.entries) for page in har.pages))";

/// A connection of a client that knows what it asked for.
struct Client {
    stream: TcpStream,
    left: Vec<u8>,
}

impl Client {
    fn connect(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("it listens");
        stream.set_read_timeout(Some(SOON)).expect("it is open");
        let left = Vec::new();
        Self { stream, left }
    }

    fn send(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).expect("it takes octets");
    }

    /// Takes one response, its content included.
    fn take(&mut self) {
        let mut chunk = vec![0; 1 << 16];
        let mut wanted = None;
        loop {
            let end = self.left.windows(4).position(|w| w == b"\r\n\r\n");
            if let (None, Some(end)) = (wanted, end) {
                let head = String::from_utf8_lossy(&self.left[..end]).to_lowercase();
                let lines = head.lines();
                let length = lines.filter_map(|l| l.strip_prefix("content-length: "));
                let length: usize = length.map(|n| n.parse::<usize>().expect("a number")).sum();
                wanted = Some(end + 4 + length);
            }
            if let Some(wanted) = wanted
                && self.left.len() >= wanted
            {
                self.left.drain(..wanted);
                return;
            }
            let count = self.stream.read(&mut chunk).expect("it answers");
            assert!(count > 0, "it closed: {}", self.left.escape_ascii());
            self.left.extend_from_slice(&chunk[..count]);
        }
    }

    /// Resets the connection.
    fn abort(self) {
        let linger = Some(std::time::Duration::ZERO);
        SockRef::from(&self.stream)
            .set_linger(linger)
            .expect("it is open");
    }
}

/// Nine requests: three pipelined, one that waits for 100, one chunked, 1 MB, 20 MB, one that
/// is refused; and 20 MB that are aborted.
fn hostile(server: SocketAddr) {
    let mut client = Client::connect(server);
    let get = "GET /small HTTP/1.1\r\nHost: localhost\r\nCookie: sid=s3cr3t\r\n\r\n";
    client.send(get.repeat(3).as_bytes());
    for _ in 0..3 {
        client.take();
    }
    let post = "POST /.glassport/echo HTTP/1.1\r\nHost: localhost\r\n";
    client.send(format!("{post}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n").as_bytes());
    client.take();
    client.send(b"hi");
    client.take();
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n";
    client.send(format!("{post}{form}{chunked}").as_bytes());
    client.take();
    for name in ["1", "20"] {
        client.send(format!("GET /{name} HTTP/1.1\r\nHost: localhost\r\nX: ").as_bytes());
        client.send(b"\xff\x9b31m\r\n\r\n");
        client.take();
    }
    client.send(b"GET /bad HTTP/1.1\n\n");
    client.take();
    let mut client = Client::connect(server);
    client.send(b"GET /20 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client
        .stream
        .read_exact(&mut [0; 1000])
        .expect("it answers");
    client.abort();
}

/// What a program says of a file; nothing when it is not there.
fn ask(program: &str, arguments: &[&str], file: &Path) -> Option<Output> {
    let run = Command::new(program).args(arguments).arg(file).output();
    if run.is_err() {
        eprintln!("skipped: there is no {program}");
    }
    run.ok()
}

/// Whether a module of an interpreter is there.
fn has(interpreter: &str, import: &str) -> bool {
    let flag = if interpreter == "node" { "-e" } else { "-c" };
    let run = Command::new(interpreter).args([flag, import]).output();
    let there = run.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: {interpreter} cannot {import}");
    }
    there
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn assert_har_is_read(file: &Path, folder: &Path) {
    let confdir = format!("confdir={}", folder.display());
    let arguments = ["--set", &confdir, "-n", "-r"];
    if let Some(output) = ask("mitmdump", &arguments, file) {
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(said.matches("<< ").count(), 9, "{said}");
        assert!(said.contains("POST http://localhost/.glassport/echo"));
    }
    if has("node", "require('har-validator')")
        && let Some(output) = ask("node", &["-e", VALIDATE], file)
    {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    if has("python3", "import haralyzer")
        && let Some(output) = ask("python3", &["-c", ANALYZE], file)
    {
        assert_eq!(text(&output.stdout).trim(), "9", "{}", text(&output.stderr));
    }
}

fn assert_pcapng_is_read(file: &Path) {
    let fields = [
        "-T",
        "fields",
        "-e",
        "http.request.method",
        "-e",
        "http.response.code",
    ];
    let arguments = [&["-Y", "http"][..], &fields, &["-r"]].concat();
    let Some(output) = ask("tshark", &arguments, file) else {
        return;
    };
    let said = text(&output.stdout);
    let mut words: Vec<_> = said
        .split([',', '\t', '\n'])
        .filter(|w| !w.is_empty())
        .collect();
    words.sort_unstable();
    let expected = [
        &["100"][..],
        &["200"; 8],
        &["400"],
        &["GET"; 7],
        &["POST"; 2],
    ]
    .concat();
    assert_eq!(words, expected, "{}", text(&output.stderr));
}

/// Writes a form of every connection into a file.
fn write(session: &mut Session, key: &str, file: &Path) {
    session.send("w");
    session.eventually_shows("Write request");
    session.send(key);
    session.eventually_shows("to the file");
    session.send(&format!("\x15{}\r", file.display()));
    session.eventually_shows("wrote");
}

#[test]
fn a_hostile_session_is_read_by_the_programs_it_is_written_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    fs::create_dir(&root).expect("a folder");
    fs::write(root.join("small"), "small").expect("a file");
    for (name, octets) in [("1", 1_000_000), ("20", 20_000_000)] {
        let file = File::create(root.join(name)).expect("a file");
        file.set_len(octets).expect("a length");
    }
    let root = root.to_str().expect("it is text");
    let mut session = ready(Session::start(&["-p", "0", root], 120, 40));
    hostile(session.address());
    session.eventually_shows("9 requests");

    let (har, pcapng) = (folder.path().join("s.har"), folder.path().join("s.pcapng"));
    write(&mut session, "A", &har);
    write(&mut session, "P", &pcapng);
    let masked = folder.path().join("m.har");
    write(&mut session, "mA", &masked);
    session.send("q");
    assert_ended_well(&session);

    let written = fs::read_to_string(&har).expect("it was written");
    assert!(written.contains("s3cr3t"));
    let masked = fs::read_to_string(&masked).expect("it was written");
    assert_eq!(masked, written.replace("s3cr3t", "******"));
    assert!(!written.contains('\u{9b}'), "C1 is escaped");
    let parsed: Value = serde_json::from_str(&written).expect("it is JSON");
    let entries = parsed["log"]["entries"].as_array().expect("a list");
    assert!(
        entries
            .iter()
            .all(|entry| entry["time"].as_f64() > Some(0.0))
    );
    let chunked = |entry: &&Value| entry["request"]["postData"]["text"] == "a=1";
    assert_eq!(entries.iter().filter(chunked).count(), 1);
    let aborted = entries[8]["comment"].as_str().expect("it is said");
    assert!(aborted.contains("of 20000000 octets"), "{aborted}");
    assert_har_is_read(&har, folder.path());
    assert_pcapng_is_read(&pcapng);
}
