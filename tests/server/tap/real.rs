//! Real servers behind the tap, where they are installed.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::behind::free_port;
use crate::support::{DEADLINE, Server, get};

/// A server that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program that is to listen on `port`; `None`, with a message, where it is not there.
fn start(command: &mut Command, port: u16) -> Option<Running> {
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else {
        eprintln!("skipped: there is no {name}");
        return None;
    };
    let mut running = Running(child);
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if running.0.try_wait().unwrap().is_some() {
            eprintln!("skipped: {name} does not run here");
            return None;
        }
        assert!(begun.elapsed() < DEADLINE, "{name} does not listen");
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(running)
}

fn tap(port: u16) -> Server {
    let to = format!("127.0.0.1:{port}");
    Server::start(&["--to", &to, "--allow-host", "x"])
}

/// What came with and without the tap, dates aside.
fn both_ways(tap: &Server, port: u16, request: &str) -> [String; 2] {
    let ask = |mut peer: crate::support::Peer| {
        peer.send(request);
        let got = peer.rest();
        let kept = got.lines().filter(|line| !line.starts_with("Date: "));
        kept.collect::<Vec<_>>().join("\n")
    };
    [
        ask(tap.connect()),
        ask(crate::support::Peer::connect(("127.0.0.1", port))),
    ]
}

fn file_of(folder: &Path) {
    let octets: Vec<u8> = (0..=u8::MAX).cycle().take(300_000).collect();
    fs::write(folder.join("file.bin"), octets).unwrap();
}

/// Requests that a server of files answers, each on a connection of its own.
const REQUESTS: &[&str] = &[
    "GET /file.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "HEAD /file.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
];

#[test]
fn pythons_http_server_answers_as_it_does_without() {
    let folder = tempfile::tempdir().unwrap();
    file_of(folder.path());
    let port = free_port();
    let mut command = Command::new("python3");
    command
        .args([
            "-m",
            "http.server",
            "--bind",
            "127.0.0.1",
            &port.to_string(),
        ])
        .current_dir(folder.path());
    let Some(_running) = start(&mut command, port) else {
        return;
    };
    let tap = tap(port);
    for request in REQUESTS {
        let [with, without] = both_ways(&tap, port, request);
        assert_eq!(with, without, "{request}");
    }
    tap.eventually("a line for each", |tap| {
        (tap.log().lines().count() == REQUESTS.len()).then_some(())
    });
}

#[test]
fn nginx_answers_as_it_does_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    file_of(folder.path());
    let port = free_port();
    let config = format!(
        "daemon off; master_process off; pid {path}/pid; error_log {path}/errors; \
         events {{ worker_connections 64; }} \
         http {{ access_log off; client_body_temp_path {path}/1; proxy_temp_path {path}/2; \
         fastcgi_temp_path {path}/3; uwsgi_temp_path {path}/4; scgi_temp_path {path}/5; \
         server {{ listen 127.0.0.1:{port}; root {path}; }} }}"
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&file).args(["-p", path]);
    let Some(_running) = start(&mut command, port) else {
        return;
    };
    let tap = tap(port);
    for request in REQUESTS {
        let [with, without] = both_ways(&tap, port, request);
        assert_eq!(with, without, "{request}");
    }
    // Persistent, and pipelined.
    let mut peer = tap.connect();
    peer.send(get("/file.bin").repeat(3));
    for _ in 0..3 {
        assert_eq!(peer.response().body.len(), 300_000);
    }
    tap.eventually("a line for each", |tap| {
        (tap.log().lines().count() == REQUESTS.len() + 3).then_some(())
    });
}

#[test]
fn a_server_in_node_sends_events_and_trailers_through() {
    const PROGRAM: &str = "
        require('http').createServer((request, response) => {
            if (request.url === '/events') {
                response.writeHead(200, { 'Content-Type': 'text/event-stream' });
                response.write('data: one\\n\\n');
                request.on('data', () => {});
                return;
            }
            response.writeHead(200, { 'Trailer': 'Sum' });
            response.write('in ');
            response.write('chunks');
            response.addTrailers({ 'Sum': '9' });
            response.end();
        }).listen(PORT, '127.0.0.1');";
    let port = free_port();
    let mut command = Command::new("node");
    command.args(["-e", &PROGRAM.replace("PORT", &port.to_string())]);
    let Some(_running) = start(&mut command, port) else {
        return;
    };
    let tap = tap(port);
    let request = "GET / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nConnection: close\r\n\r\n";
    let [with, without] = both_ways(&tap, port, request);
    assert_eq!(with, without);
    assert!(with.contains("Sum: 9"), "{with}");
    let mut peer = tap.connect();
    peer.send(get("/events"));
    let mut got = Vec::new();
    while !got.ends_with(b"data: one\n\n\r\n") {
        let mut octet = [0];
        std::io::Read::read_exact(&mut peer.stream, &mut octet).unwrap();
        got.push(octet[0]);
    }
    tap.eventually("the log", |tap| {
        tap.log().contains("\" 200 9 ").then_some(())
    });
}
