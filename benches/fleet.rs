//! What publishing costs, and what watching many servers does.
//!
//! Requests per second over loopback at 64 persistent connections, a 1 KiB file, with nobody
//! watching and while records are published, with octets and as codes: they take turns within
//! one run, and the ratio of medians is printed. Then `glassport watch` on a terminal of
//! 160x48, over 30 servers of 200 requests a second each: frames a second, and how much of a
//! core it takes. A `redis-server` is started for it on a free port of loopback.
//!
//! `cargo bench --bench fleet [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/load.rs"]
mod load;
#[path = "support/records.rs"]
mod records;
#[path = "support/servers.rs"]
mod servers;

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use glassport::event::{Activity, ConnectionId, Event, Record};
use glassport::fleet::{About, Address, Detail, Publisher, Redis};
use glassport::session::{Header, Store as _};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use compare::compare;
use load::{Load, Turn, cost, median, turns};
use records::{HEAD, exchange};
use servers::{Server, cpu_ticks, free_port};

const SOURCES: u64 = 30;
/// Requests a tenth of a second, of each.
const REQUESTS: u64 = 20;
const TENTH: Duration = Duration::from_millis(100);

fn main() {
    let (turn, rounds) = turns();
    let redis = Database::start();
    publishing(&redis, turn, rounds);
    watching(&redis, turn * rounds);
}

fn publishing(redis: &Database, turn: Duration, rounds: u32) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    // A file that was just written has a weak entity tag, and then a strong one, which is
    // shorter: all responses are to be alike.
    thread::sleep(Duration::from_secs(3));
    let root = folder.path().to_str().unwrap();
    let octets = redis.url("octets");
    let codes = redis.url("codes");
    let beside = redis.url("beside");
    // A stream that is not trimmed would fill the memory of this machine.
    let published = |url, detail| {
        plain(&[
            "-q",
            "--publish",
            url,
            "--publish-detail",
            detail,
            "--publish-length",
            "2000",
            root,
        ])
    };
    let ways = [
        ("nobody watching", plain(&["-q", root])),
        ("publishing", published(&octets, "octets")),
        ("publishing codes", published(&codes, "codes")),
        ("dashboard", Server::dashboard(&[root])),
        (
            "and publishing",
            Server::dashboard(&["--publish", &beside, "--publish-length", "2000", root]),
        ),
    ];
    let load = Load {
        file: "file",
        connections: 64,
        persistent: true,
    };
    let turns = compare(&load, ways.iter().map(|(_, server)| server), turn, rounds);
    let rate = |turns: &[Turn]| median(&mut turns.iter().map(|t| t.rate).collect::<Vec<_>>());
    let first = (rate(&turns[0]), cost(turns[0].iter()));
    for ((name, _), turns) in ways.iter().zip(&turns) {
        let (rate, cost) = (rate(turns), cost(turns.iter()));
        println!(
            "{name:>16}  {rate:>9.0} requests/s  {:>6.3}  {cost:>7.2} us CPU/request  {:>6.3}",
            rate / first.0,
            cost / first.1
        );
    }
}

fn plain(arguments: &[&str]) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    command
        .args(["--no-tui", "-p", &port.to_string()])
        .args(arguments);
    Server::plain(command, port)
}

fn watching(redis: &Database, time: Duration) {
    let over = Arc::new(AtomicBool::new(false));
    let url = redis.url("fleet");
    let writers: Vec<_> = (0..3)
        .map(|part| {
            let (url, over) = (url.clone(), Arc::clone(&over));
            thread::spawn(move || write(&url, part, &over))
        })
        .collect();
    thread::sleep(Duration::from_secs(1));
    let size = PtySize {
        rows: 48,
        cols: 160,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_glassport"));
    command.args(["watch", &url]);
    command.env("TERM", "xterm-256color");
    let mut child = pty.slave.spawn_command(command).unwrap();
    let frames = Arc::new(AtomicUsize::new(0));
    let drawn = Arc::clone(&frames);
    let mut screen = pty.master.try_clone_reader().unwrap();
    thread::spawn(move || {
        let mut octets = vec![0; 65536];
        while let Ok(n @ 1..) = screen.read(&mut octets) {
            let begun = octets[..n].windows(8).filter(|w| *w == b"\x1b[?2026h");
            drawn.fetch_add(begun.count(), Relaxed);
        }
    });
    // What is there is read first.
    thread::sleep(Duration::from_secs(3));
    let pid = child.process_id().unwrap();
    let (start, first, ticks) = (Instant::now(), frames.load(Relaxed), cpu_ticks(pid));
    thread::sleep(time);
    let seconds = start.elapsed().as_secs_f64();
    let drawn = frames.load(Relaxed) - first;
    let busy = Duration::from_millis(10 * (cpu_ticks(pid) - ticks)).as_secs_f64();
    println!(
        "watching {SOURCES} servers of {} requests/s: {:.1} frames/s, {:.2} of a core",
        REQUESTS * 10,
        count(drawn) / seconds,
        busy / seconds
    );
    let mut keyboard = pty.master.take_writer().unwrap();
    std::io::Write::write_all(&mut keyboard, b"q").unwrap();
    drop(child.wait());
    over.store(true, Relaxed);
    for writer in writers {
        writer.join().unwrap();
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}

/// A third of the servers.
fn write(url: &str, part: u64, over: &AtomicBool) {
    let address: Address = url.parse().unwrap();
    let started = SystemTime::now();
    let begun = Instant::now();
    let publisher = |source: u64| {
        let about = About {
            source: format!("node-{source}:8080"),
            run: format!("{source:016x}"),
            header: Header {
                started,
                program: "bench".into(),
                serving: "pictures".into(),
                redacted: false,
                bodies: 0,
                recv_size: 16384,
                head_timeout: None,
                idle_timeout: None,
                accept_lf: false,
                rests: true,
            },
            redaction: None,
            detail: Detail::Octets,
        };
        Publisher::new(Redis::new(address.clone(), 2000), about, |_| {})
    };
    let sources = SOURCES / 3;
    let mut publishers: Vec<_> = (0..sources)
        .map(|n| publisher(part * sources + n))
        .collect();
    let (mut offset, mut seq, mut next) = (0, 0, TENTH);
    let peer = "127.0.0.1:50000".parse().unwrap();
    for publisher in &mut publishers {
        for id in 1..=4 {
            let accepted = Activity::Accepted { peer, local: peer };
            publisher
                .append(&record(id, 0, Duration::ZERO, accepted))
                .unwrap();
        }
    }
    while !over.load(Relaxed) {
        let now = begun.elapsed();
        for publisher in &mut publishers {
            let (mut offset, mut seq) = (offset, seq);
            for n in 0..REQUESTS {
                // Each has four connections, on which requests take turns.
                for (place, activity) in (0..).zip(exchange(offset)) {
                    let record = record(n % 4 + 1, seq + place, now, activity);
                    publisher.append(&record).unwrap();
                }
                if n % 4 == 3 {
                    offset += HEAD.len() as u64;
                    seq += 7;
                }
            }
            publisher.flush(now, 0).unwrap();
        }
        offset += HEAD.len() as u64 * (REQUESTS / 4);
        seq += 7 * (REQUESTS / 4);
        thread::sleep(next.saturating_sub(begun.elapsed()));
        next += TENTH;
    }
}

fn record(id: u64, seq: u64, at: Duration, activity: Activity) -> Record {
    Record {
        seq: if matches!(activity, Activity::Accepted { .. }) {
            0
        } else {
            seq + 1
        },
        at,
        event: Event::Connection(ConnectionId(id), activity),
    }
}

/// A Redis server for the run, which keeps nothing.
struct Database {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Database {
    fn start() -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--dir", folder.path().to_str().unwrap()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("there is a redis-server");
        servers::wait_for(port);
        Self {
            child,
            port,
            _folder: folder,
        }
    }

    fn url(&self, stream: &str) -> String {
        format!("redis://127.0.0.1:{}/{stream}", self.port)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
