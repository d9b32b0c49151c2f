//! A Redis server of the test's own: on a free port of loopback, in a folder of its own, ended
//! with the test.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::mpsc::channel;

use glassport::event::Record;
use glassport::session::read_message;
use redis::{Client, Connection, Value, cmd};

use crate::support::DEADLINE;

pub(crate) struct Redis {
    child: Child,
    port: u16,
    options: Vec<String>,
    folder: tempfile::TempDir,
}

impl Redis {
    /// A server that keeps what it has acknowledged, whatever happens; `None` where there is no
    /// redis-server.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        if Command::new("redis-server").arg("-v").output().is_err() {
            println!("skipped: there is no redis-server (apt-get install redis-server)");
            return None;
        }
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<_> = options.iter().map(|option| (*option).to_owned()).collect();
        Some(Self {
            child: run(port, &options, &folder),
            port,
            options,
            folder,
        })
    }

    pub(crate) fn url(&self, who: &str, stream: &str) -> String {
        format!("redis://{who}127.0.0.1:{}/{stream}", self.port)
    }

    pub(crate) fn connect(&self, who: &str) -> redis::RedisResult<Connection> {
        let url = format!("redis://{who}127.0.0.1:{}/", self.port);
        Client::open(url)?.get_connection()
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The same server again, with what it has written.
    pub(crate) fn restart(&mut self) {
        self.child = run(self.port, &self.options, &self.folder);
    }

    pub(crate) fn config(&self, name: &str, value: &str) {
        let mut set = cmd("CONFIG");
        set.arg("SET").arg(name).arg(value);
        let done: redis::RedisResult<Value> = set.query(&mut self.connect("").unwrap());
        done.unwrap();
    }

    /// Every entry of a stream: its `seq`, `lost` and records as they stand there.
    pub(crate) fn entries(&self, who: &str, stream: &str) -> Vec<Entry> {
        let mut all = cmd("XRANGE");
        all.arg(stream).arg("-").arg("+");
        let reply: Value = all.query(&mut self.connect(who).unwrap()).unwrap();
        let Value::Array(entries) = reply else {
            panic!("{reply:?}");
        };
        entries.iter().map(Entry::new).collect()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

fn run(port: u16, options: &[String], folder: &tempfile::TempDir) -> Child {
    let mut child = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args(["--save", "", "--dir", folder.path().to_str().unwrap()])
        .args(options)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (ready, is_ready) = channel();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    std::thread::spawn(move || {
        // Read to its end: whoever is not read stops.
        for line in said.by_ref().map_while(Result::ok) {
            if line.contains("Ready to accept connections") {
                let _ = ready.send(());
            }
        }
    });
    let came = is_ready.recv_timeout(DEADLINE);
    assert!(came.is_ok(), "redis-server does not come up");
    child
}

/// A port that nothing listens on, below those the system gives to clients: one that tries to
/// connect there while nobody listens could be given the very port, and would reach itself.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 10_000).unwrap() + 10_000;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Relaxed));
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.find(is_free).unwrap()
}

/// One entry of a stream.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) source: String,
    pub(crate) seq: u64,
    pub(crate) lost: u64,
    pub(crate) text: String,
    pub(crate) records: Vec<Record>,
}

impl Entry {
    fn new(entry: &Value) -> Self {
        let Value::Array(parts) = entry else {
            panic!("{entry:?}");
        };
        let Value::Array(fields) = &parts[1] else {
            panic!("{parts:?}");
        };
        let text = |name: &str| {
            let at = fields.iter().position(|f| octets(f) == name.as_bytes());
            String::from_utf8(octets(&fields[at.unwrap() + 1]).to_vec()).unwrap()
        };
        let mut records = Vec::new();
        assert_eq!(read_message(text("records").as_bytes(), &mut records), 0);
        Self {
            source: text("source"),
            seq: text("seq").parse().unwrap(),
            lost: text("lost").parse().unwrap(),
            text: text("records"),
            records,
        }
    }
}

fn octets(value: &Value) -> &[u8] {
    let Value::BulkString(octets) = value else {
        panic!("{value:?}");
    };
    octets
}
