//! What it costs to be followed: requests per second of 64 busy connections while nobody can
//! follow, while nobody does, and while 200 viewers read every frame on the same machine; how
//! many frames they get, and what viewpoints of their own take in memory.
//!
//! All take turns within one run; ratios count, absolute numbers mean little.
//!
//! `cargo bench --bench share [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/load.rs"]
mod load;
#[path = "support/servers.rs"]
mod servers;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use compare::compare;
use load::{Load, cost, median, turns};
use rustix::event::{PollFd, PollFlags, poll};
use servers::{Server, free_port};

const BUSY: usize = 64;
const VIEWERS: u32 = 200;
const OWN: usize = 16;
const TOKEN: &str = "0123456789abcdef";
/// What a class looks at it with: laptops, tablets, telephones.
const SIZES: [&str; 5] = ["160x46", "132x40", "100x52", "80x60", "48x36"];

fn main() {
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    let root = folder.path().to_str().unwrap();
    let alone = Server::dashboard(&[root]);
    let (unwatched, _) = shared(root);
    let (watched, page) = shared(root);
    let seen = Arc::new(AtomicU64::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let class = {
        let viewers: Vec<_> = (0..VIEWERS).map(|n| watch(page, n)).collect();
        let (seen, over) = (Arc::clone(&seen), Arc::clone(&over));
        thread::spawn(move || read(viewers, &seen, &over))
    };
    let load = Load {
        file: "file",
        connections: BUSY,
        persistent: true,
    };
    let servers = [alone, unwatched, watched, without(root)];
    let turns = compare(&load, servers.iter(), turn, rounds);
    println!("{BUSY} busy connections          requests/s   to alone   CPU us/request   to alone");
    let names = [
        "alone",
        "shared, nobody watches",
        "200 watch",
        "without a dashboard",
    ];
    let mut first = None;
    for (name, turns) in names.iter().zip(&turns) {
        let mut rates: Vec<_> = turns.iter().map(|turn| turn.rate).collect();
        let (rate, cost) = (median(&mut rates), cost(turns.iter()));
        let (alone, alone_cost) = *first.get_or_insert((rate, cost));
        let (to_rate, to_cost) = (rate / alone, cost / alone_cost);
        println!("{name:>25}  {rate:>12.0}   {to_rate:>8.3}   {cost:>14.2}   {to_cost:>8.3}");
    }
    let seen = u32::try_from(seen.load(Relaxed)).unwrap();
    let frames = f64::from(seen) / f64::from(VIEWERS);
    let busy = turn.as_secs_f64() * f64::from(rounds);
    println!(
        "frames a second, each viewer, while it was busy: {:.1}",
        frames / busy
    );
    viewpoints(&servers[2], page);
    over.store(true, Relaxed);
    drop(servers);
    class.join().unwrap();
}

/// What viewpoints of their own take, each at another moment.
fn viewpoints(server: &Server, page: u16) {
    let before = resident(server);
    for viewer in 0..OWN {
        for command in ["record-back", "up", "record-back", "record-back"] {
            let path = format!("look?viewer=v{viewer}&do={command}");
            let mut stream = ask(page, "POST", &path);
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 204"));
        }
    }
    // All of them were drawn a few times.
    thread::sleep(Duration::from_secs(3));
    let after = resident(server);
    println!(
        "{OWN} viewpoints of their own: {before:.1} MiB resident before, {after:.1} MiB after"
    );
}

/// The same load where nothing is shown at all.
fn without(root: &str) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    command.args(["--no-tui", "-q", "-p", &port.to_string(), root]);
    Server::plain(command, port)
}

fn shared(root: &str) -> (Server, u16) {
    let page = free_port();
    let share = format!("--share={page}");
    let server = Server::dashboard(&[&share, "--share-token", TOKEN, root]);
    (server, page)
}

fn ask(page: u16, method: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", page)).unwrap();
    let request = format!(
        "{method} /.glassport/watch/{TOKEN}/{path} HTTP/1.1\r\nHost: x\r\nX-Glassport: 1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn watch(page: u16, number: u32) -> TcpStream {
    let size = SIZES[number as usize % SIZES.len()];
    ask(page, "GET", &format!("events?viewer=v{number}&size={size}"))
}

/// Reads everything that comes for any of them, and counts the frames.
fn read(mut viewers: Vec<TcpStream>, seen: &AtomicU64, over: &AtomicBool) {
    let mut piece = vec![0; 65536];
    while !over.load(Relaxed) {
        let mut waiting: Vec<_> = viewers
            .iter()
            .map(|viewer| PollFd::new(viewer, PollFlags::IN))
            .collect();
        poll(&mut waiting, None).unwrap();
        let ready: Vec<_> = waiting.iter().map(|fd| !fd.revents().is_empty()).collect();
        for (viewer, _) in viewers.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
            let Ok(n @ 1..) = viewer.read(&mut piece) else {
                return;
            };
            let events = piece[..n].windows(7).filter(|it| it == b"event: ").count();
            seen.fetch_add(events as u64, Relaxed);
        }
    }
}

/// What the process holds in memory, in MiB.
fn resident(server: &Server) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|text| text.parse::<f64>().ok()).unwrap() / 1024.0
}
