//! Ten thousand idle connections: what they take in memory and threads, what is left of that
//! when they are gone, and how long a new request takes while they are there and 64 others are
//! busy. Then requests per second with 64 connections, persistent and one for each request.
//!
//! glassport with connections that rest and with a thread for each, and nginx where it is
//! installed, take turns within one run; ratios count, absolute numbers mean little. A path on
//! the command line is another glassport to be measured beside them.
//!
//! `cargo bench --bench crowd [-- SECONDS-A-TURN [ROUNDS [CONNECTIONS]]] [GLASSPORT]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/load.rs"]
mod load;
#[path = "support/servers.rs"]
mod servers;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use compare::compare;
use load::{Load, Turn, cost, median, turns};
use rustix::process::{Resource, getrlimit, setrlimit};
use servers::{Server, free_port};
use socket2::{Domain, Socket, Type};

const CONNECTIONS: usize = 10_000;
const BUSY: usize = 64;
/// How many connections come from one address: there are that many ports and more.
const FROM_ONE_ADDRESS: usize = 20_000;
const NGINX: &str = "/usr/sbin/nginx";
const REQUEST: &[u8] =
    b"GET /file HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nConnection: close\r\n\r\n";

/// A server, by its name and how it is started.
type Way<'a> = (String, Box<dyn Fn() -> Server + 'a>);

fn main() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let (turn, rounds) = turns();
    let connections = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .nth(2)
        .unwrap_or(CONNECTIONS);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    let root = folder.path().to_str().unwrap();
    let ways = ways(folder.path(), root, connections);
    println!("{connections} idle connections, {BUSY} busy ones");
    println!(
        "                      resident   a connection   threads   when closed    p50      p99"
    );
    for (name, start) in &ways {
        crowd(name, &start(), connections, turn * rounds);
    }
    println!("{BUSY} connections       requests/s   to nginx   CPU us/request   to nginx");
    for persistent in [true, false] {
        rates(&ways, persistent, turn, rounds);
    }
}

fn ways<'a>(folder: &'a Path, root: &'a str, connections: usize) -> Vec<Way<'a>> {
    let here = env!("CARGO_BIN_EXE_glassport").to_owned();
    let before = std::env::args().skip(1).find(|it| Path::new(it).is_file());
    let mut ways: Vec<Way<'_>> = vec![
        ("resting".into(), {
            let here = here.clone();
            Box::new(move || glassport(&here, root, connections, &[]))
        }),
        ("a thread each".into(), {
            let threads = ["--threads", "connection"];
            Box::new(move || glassport(&here, root, connections, &threads))
        }),
    ];
    let dashboard = move || {
        let most = most(connections);
        let more = ["--idle-timeout", "600", "--max-connections", &most];
        Server::dashboard(root, &more)
    };
    ways.push(("dashboard".into(), Box::new(dashboard)));
    if let Some(before) = before {
        let start = move || glassport(&before, root, connections, &[]);
        ways.push(("the other one".into(), Box::new(start)));
    }
    if Path::new(NGINX).is_file() {
        ways.push(("nginx".into(), Box::new(move || nginx(folder))));
    }
    ways
}

fn glassport(program: &str, root: &str, connections: usize, more: &[&str]) -> Server {
    let port = free_port();
    let most = most(connections);
    let mut command = Command::new(program);
    command.args(["--no-tui", "-q", "-p", &port.to_string()]);
    command.args(["--idle-timeout", "600", "--max-connections", &most]);
    command.args(more).arg(root);
    Server::plain(command, port)
}

/// Room for those that are busy too.
fn most(connections: usize) -> String {
    (connections + 1000).to_string()
}

fn nginx(folder: &Path) -> Server {
    let port = free_port();
    let path = folder.join(format!("nginx-{port}.conf"));
    let root = folder.display();
    let conf = format!(
        "daemon off; worker_processes auto; worker_rlimit_nofile 100000; pid {root}/nginx-{port}.pid;
         error_log /dev/null; events {{ worker_connections 60000; }}
         http {{ access_log off; keepalive_timeout 600s; keepalive_requests 100000000;
           sendfile on; tcp_nopush on;
           server {{ listen 127.0.0.1:{port} backlog=1024; root {root}; }} }}"
    );
    std::fs::write(&path, conf).unwrap();
    // Its workers are another user.
    let anyone = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder, anyone).unwrap();
    let mut command = Command::new(NGINX);
    command.arg("-c").arg(path);
    Server::plain(command, port)
}

/// What a crowd takes, and how long a new request takes in it.
fn crowd(name: &str, server: &Server, connections: usize, time: Duration) {
    let at_first = resident(server);
    let crowd: Vec<_> = (0..connections).map(|n| connect(n, server.port)).collect();
    let open = crowd.iter().filter(|stream| stream.is_some()).count();
    settle(server);
    let (at_rest, threads) = (resident(server), tasks(server));
    let port = server.port;
    let asked = thread::spawn(move || latencies(port, time));
    let load = Load {
        file: "file",
        connections: BUSY,
        persistent: true,
    };
    load.run(server, time);
    let mut asked = asked.join().unwrap();
    asked.sort_by(f64::total_cmp);
    drop(crowd);
    settle(server);
    let closed = resident(server);
    let each = 1024.0 * (at_rest - at_first) / f64::from(u32::try_from(open).unwrap().max(1));
    let (p50, p99) = (at(&asked, 50), at(&asked, 99));
    println!(
        "{name:>16}  {at_rest:>8.1} MiB  {each:>8.2} KiB  {threads:>8}  {closed:>8.1} MiB  {p50:>5.2} ms  {p99:>5.2} ms"
    );
    if open < connections {
        println!("{name:>16}  {open} connections were to be had");
    }
}

fn rates(ways: &[Way<'_>], persistent: bool, turn: Duration, rounds: u32) {
    let load = Load {
        file: "file",
        connections: BUSY,
        persistent,
    };
    let servers: Vec<_> = ways.iter().map(|(_, start)| start()).collect();
    let turns = compare(&load, &servers.iter(), turn, rounds);
    let sum = |turns: &[Turn]| {
        let mut rates: Vec<_> = turns.iter().map(|turn| turn.rate).collect();
        (median(&mut rates), cost(turns.iter()))
    };
    let turns: Vec<_> = turns.iter().map(|turns| sum(turns)).collect();
    let &(last_rate, last_cost) = turns.last().unwrap();
    let kind = if persistent { "persistent" } else { "one each" };
    for ((name, _), (rate, cost)) in ways.iter().zip(&turns) {
        let (to_rate, to_cost) = (rate / last_rate, cost / last_cost);
        println!(
            "{kind:>11}  {name:>16}  {rate:>10.0}  {to_rate:>6.3}  {cost:>15.2}  {to_cost:>6.3}"
        );
    }
}

/// An idle connection, from one of as many addresses as it takes.
fn connect(number: usize, port: u16) -> Option<TcpStream> {
    let last = u8::try_from(1 + number / FROM_ONE_ADDRESS).unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let from = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
    socket.bind(&from.into()).unwrap();
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    socket.connect(&to.into()).ok()?;
    Some(socket.into())
}

/// How long new requests take, each with a connection of its own, in milliseconds.
fn latencies(port: u16, time: Duration) -> Vec<f64> {
    let start = Instant::now();
    let mut took = Vec::new();
    while start.elapsed() < time {
        let since = Instant::now();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(REQUEST).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        assert!(response.starts_with(b"HTTP/1.1 200 "));
        took.push(1e3 * since.elapsed().as_secs_f64());
        // New ones come now and then; they are not the load.
        thread::sleep(Duration::from_millis(2));
    }
    took
}

fn at(sorted: &[f64], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(0.0)
}

/// Waits until the server has taken what was sent, and given back what it gives back.
fn settle(server: &Server) {
    let mut before = server.cpu_time();
    loop {
        thread::sleep(Duration::from_millis(500));
        let now = server.cpu_time();
        if now == before {
            return;
        }
        before = now;
    }
}

/// What the process and its children hold in memory, in MiB.
fn resident(server: &Server) -> f64 {
    let kib = |pid| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|text| text.parse().ok()).unwrap_or(0.0)
    };
    server.pids().map(kib).sum::<f64>() / 1024.0
}

/// How many threads the process and its children have.
fn tasks(server: &Server) -> usize {
    let tasks = |pid| std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    server.pids().map(tasks).sum()
}
