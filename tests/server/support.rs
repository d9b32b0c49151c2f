//! The real binary, serving without a terminal, and a peer that speaks raw octets to it.
//!
//! Every wait has a deadline, and every server ends with its test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longer than anything here takes, even on a machine that is busy with other things.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A running `glassport --no-tui`.
pub(crate) struct Server {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
    errors: Arc<Mutex<String>>,
}

impl Server {
    /// Serves the sample site on a free port, with these arguments besides.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = glassport();
        command.args(["--no-tui", "-p", "0"]).args(arguments);
        Self::spawn(command)
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let log = gather(BufReader::new(child.stdout.take().unwrap()));
        let errors = gather(BufReader::new(child.stderr.take().unwrap()));
        let mut server = Self {
            child,
            port: 0,
            log,
            errors,
        };
        let banner = server.eventually("the banner", |s| {
            let text = s.errors();
            text.split_once('\n').map(|(first, _)| first.to_owned())
        });
        let port = banner.rsplit(':').next().unwrap().trim_end_matches('/');
        server.port = port
            .parse()
            .unwrap_or_else(|_| panic!("no port in {banner:?}"));
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What was written to stdout so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What was written to stderr so far.
    pub(crate) fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    /// Asks until there is an answer.
    pub(crate) fn eventually<T>(&self, what: &str, mut ask: impl FnMut(&Self) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask(self) {
                return answer;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "{what} did not come: {}{}",
                self.errors(),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn connect(&self) -> Peer {
        Peer::connect(("127.0.0.1", self.port))
    }

    /// Sends all of `octets`, finishes sending, and receives until the server closes.
    pub(crate) fn exchange(&self, octets: impl AsRef<[u8]>) -> String {
        let mut peer = self.connect();
        peer.send(octets);
        peer.finish();
        peer.rest()
    }

    /// The strong entity tag of `target`. A file that was just written has a weak one first.
    pub(crate) fn strong_tag(&self, target: &str) -> String {
        self.eventually("a strong entity tag", |server| {
            let mut peer = server.connect();
            peer.send(get(target));
            let response = peer.response();
            let tag = response.field("ETag")?.to_owned();
            tag.starts_with('"').then_some(tag)
        })
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .arg(signal)
            .arg(self.pid().to_string())
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits for the end, which somebody has asked for.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < DEADLINE, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn glassport() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"GLASSPORT_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    glassport()
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts")
}

fn gather(mut from: impl BufRead + Send + 'static) -> Arc<Mutex<String>> {
    let gathered = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&gathered);
    std::thread::spawn(move || {
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            into.lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    gathered
}

/// A client connection.
pub(crate) struct Peer {
    pub(crate) stream: TcpStream,
}

impl Peer {
    pub(crate) fn connect(address: impl std::net::ToSocketAddrs) -> Self {
        Self::from_stream(TcpStream::connect(address).expect("the server accepts"))
    }

    pub(crate) fn from_stream(stream: TcpStream) -> Self {
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream }
    }

    pub(crate) fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.stream
            .write_all(octets.as_ref())
            .expect("the server receives");
    }

    /// Sends FIN.
    pub(crate) fn finish(&mut self) {
        self.stream
            .shutdown(Shutdown::Write)
            .expect("the connection is open");
    }

    /// Receives until the server closes. Octets that are no UTF-8 become U+FFFD.
    pub(crate) fn rest(&mut self) -> String {
        String::from_utf8_lossy(&self.rest_octets()).into_owned()
    }

    pub(crate) fn rest_octets(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        self.stream
            .read_to_end(&mut all)
            .expect("the server closes in time and in order");
        all
    }

    /// Receives one response and leaves the connection open.
    pub(crate) fn response(&mut self) -> Response {
        self.response_to("GET")
    }

    pub(crate) fn response_to(&mut self, method: &str) -> Response {
        let mut head = Vec::new();
        let mut octet = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.stream
                .read_exact(&mut octet)
                .unwrap_or_else(|e| panic!("{e}: {}", head.escape_ascii()));
            head.push(octet[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut response = Response {
            head,
            body: Vec::new(),
        };
        let forbidden = method == "HEAD" || response.status() == 204 || response.status() == 304;
        if !forbidden {
            let length = response
                .field("Content-Length")
                .expect("a response says its length");
            response.body = vec![0; length.parse().unwrap()];
            self.stream.read_exact(&mut response.body).unwrap();
        }
        response
    }

    /// Whether the server has closed the connection, nothing more having come.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0))
    }
}

/// A response as it came.
#[derive(Debug, PartialEq)]
pub(crate) struct Response {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Waits until a file that was just written can be told from its next state by its times, and
/// so has a strong entity tag.
pub(crate) fn settle(path: &Path) {
    let changed = std::fs::metadata(path).unwrap().modified().unwrap();
    while changed
        .elapsed()
        .is_ok_and(|age| age < Duration::from_millis(200))
    {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A request for `target` with a valid Host.
pub(crate) fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// A file of the sample site.
pub(crate) fn sample(path: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("sample_docroot")
            .join(path),
    )
    .unwrap()
}
