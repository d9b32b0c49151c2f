//! What is copied, put to use: lines run by real shells, real netcat and real curl, and the
//! octets they send compared with those that came.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use glassport::export::{self, Form, Piece, Request};
use glassport::http::{Connection, Limits, Span, Step};
use proptest::prelude::*;
use rustix::fs::OFlags;

/// How long anything may take that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(10);

/// Shells a line may be pasted into.
const SHELLS: [&str; 5] = ["sh", "dash", "bash", "zsh", "fish"];

/// A request that came in these pieces, to be sent to `server`.
fn request(pieces: &[&[u8]], server: SocketAddr) -> Request {
    let mut connection = Connection::new(Limits::default());
    let (mut offset, mut kept) = (0, Vec::new());
    for (number, octets) in (0..).zip(pieces) {
        kept.push(Piece {
            at: Duration::from_millis(150 * number),
            offset,
            octets: octets.to_vec(),
            full: false,
        });
        offset += octets.len() as u64;
        connection.receive(octets);
    }
    let mut parsed = None;
    loop {
        match connection.step() {
            Step::Parsed { head, framing } => parsed = Some((head, framing)),
            Step::NeedData
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished
            | Step::Rejected { .. } => {
                break;
            }
            Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::BodyReceived(_) => {}
        }
    }
    Request {
        span: Span::new(0, offset),
        pieces: kept,
        head: parsed.as_ref().map(|(head, _)| Arc::clone(head)),
        framing: parsed.map(|(_, framing)| framing),
        server,
    }
}

fn is_there(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    asked.is_ok()
}

/// A shell that runs a line, and the connection that comes of it.
struct Sender {
    shell: Child,
    stream: TcpStream,
}

impl Sender {
    /// `first` is where programs are looked for before anywhere else.
    fn start(listener: &TcpListener, shell: &str, line: &str, first: &Path) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [first.as_os_str(), &path].join(OsStr::new(":"));
        let shell = Command::new(shell)
            .args(["-c", line])
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Self { shell, stream }
    }

    /// Everything that comes until it is as much as is wanted, or the end.
    fn receive(&mut self, wanted: usize) -> Vec<u8> {
        let mut came = Vec::new();
        let mut octets = vec![0; 65536];
        while came.len() < wanted {
            match self.stream.read(&mut octets) {
                // A wait with a limit is broken off where the process was stopped and goes on
                // (signal(7)).
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) => break,
                Ok(count) => came.extend_from_slice(&octets[..count]),
                Err(error) => panic!("{error}"),
            }
        }
        came
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        let _ = self.stream.write_all(answer);
        // netcat may wait for more to send: whoever runs it is ended with it.
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// Lets a shell that waits in `cat` of this pipe go on.
fn let_go(pipe: &Path) {
    let deadline = Instant::now() + SOON;
    let open = || {
        OpenOptions::new()
            .write(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(pipe)
    };
    // Nobody waits there yet: the shell is still on its way.
    while open().is_err() {
        assert!(Instant::now() < deadline, "the shell never pauses");
        thread::sleep(Duration::from_millis(1));
    }
}

fn line(form: Form, request: &Request) -> String {
    let written = export::request(form, request).unwrap();
    String::from_utf8(written.octets).unwrap()
}

#[test]
fn a_netcat_line_sends_the_same_octets_in_the_same_pieces() {
    if !is_there("nc") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let all: Vec<u8> = (0..=255).collect();
    // A pause lasts until its piece has come, however slow the machine is.
    let sleep = folder.path().join("sleep");
    fs::write(&sleep, format!("#!/bin/sh\ncat '{}'\n", pipe.display())).unwrap();
    fs::set_permissions(&sleep, fs::Permissions::from_mode(0o755)).unwrap();
    let cases: [&[&[u8]]; 6] = [
        &[b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
        &[b"GET / HTTP/1.1\nHost: x\n\n"],
        &[&all],
        &[b"-n %s%%\\n\\0'\"`id`$(id)!", b"\0\0\x7f\xff", b"%", b"\n"],
        &[b"GET / HT", b"TP/1.1\r\n", b"Host: x\r\n\r\n"],
        &[b"-n %s%%\n\0'\"`id`$(id)!", b"\0\"$HOME\xff", &all],
    ];
    for shell in SHELLS.into_iter().filter(|s| is_there(s)) {
        for pieces in cases {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let request = request(pieces, listener.local_addr().unwrap());
            let line = line(Form::Netcat, &request);
            let mut sender = Sender::start(&listener, shell, &line, folder.path());
            for (number, piece) in pieces.iter().enumerate() {
                if number > 0 {
                    let_go(&pipe);
                }
                let came = sender.receive(piece.len());
                assert_eq!(came, *piece, "{shell}: {line}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What a shell makes of a netcat line is what came, whatever came.
    #[test]
    fn every_shell_prints_the_octets_that_came(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..4),
    ) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let line = line(Form::Netcat, &request(&pieces, SocketAddr::from(([127, 0, 0, 1], 1))));
        let print = line.strip_suffix(" | nc 127.0.0.1 1").unwrap();
        // No octet is printed before or behind a pause: it takes no time here.
        let folder = tempfile::tempdir().unwrap();
        let sleep = folder.path().join("sleep");
        std::os::unix::fs::symlink("/bin/true", &sleep).unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = [folder.path().as_os_str(), &path].join(OsStr::new(":"));
        for shell in SHELLS {
            let run = Command::new(shell).args(["-c", print]).env("PATH", &path).output();
            if let Ok(output) = run {
                prop_assert_eq!(&output.stdout, &pieces.concat(), "{}: {}", shell, print);
            }
        }
    }
}

#[test]
fn a_curl_line_sends_the_same_request() {
    if !is_there("curl") {
        return;
    }
    for octets in [
        &b"GET /a/../b?x=%20&y=1 HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n"[..],
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /? HTTP/1.1\r\nHost: x\r\nX: it's $HOME \\ \"!\"\r\nX: twice\r\nEmpty:\r\n\r\n",
        b"HEAD //x HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://x/y HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"PROPFIND /a HTTP/1.1\r\nHost: x\r\nDepth: 1\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n\0\xff%s\\n'\r\n",
        b"GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\n@file",
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let request = request(&[octets], listener.local_addr().unwrap());
        let line = line(Form::Curl, &request);
        for shell in SHELLS.into_iter().filter(|s| is_there(s)) {
            let mut sender = Sender::start(&listener, shell, &line, Path::new("/nowhere"));
            let came = sender.receive(octets.len());
            assert_eq!(
                came.escape_ascii().to_string(),
                octets.escape_ascii().to_string(),
                "{shell}: {line}"
            );
        }
    }
}

#[test]
fn xxd_reads_a_dump_back() {
    if !is_there("xxd") {
        return;
    }
    let all: Vec<u8> = (0..=255).chain(0..7).collect();
    let request = request(&[&all], SocketAddr::from(([127, 0, 0, 1], 1)));
    let dump = line(Form::Hex, &request);
    let mut xxd = Command::new("xxd")
        .arg("-r")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = xxd.stdin.take().unwrap();
    stdin.write_all(dump.as_bytes()).unwrap();
    drop(stdin);
    assert_eq!(xxd.wait_with_output().unwrap().stdout, all);
}
