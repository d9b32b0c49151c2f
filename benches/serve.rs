//! Requests per second over loopback, persistent connections, a 1 KiB file: with nobody
//! watching, with an access log, and with the dashboard folding and drawing.
//!
//! The three take turns within one run, several rounds each, and ratios of medians are
//! printed, of requests per second and of CPU time per request (which other work on the
//! machine disturbs less): absolute numbers mean little.
//!
//! `cargo bench --bench serve [-- SECONDS-A-TURN [ROUNDS]]`

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, poll};

const CONNECTIONS: [usize; 3] = [1, 8, 64];
const REQUEST: &[u8] =
    b"GET /file HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n";

fn main() {
    let numbers: Vec<u32> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let turn = Duration::from_secs(numbers.first().copied().unwrap_or(1).into());
    let rounds = numbers.get(1).copied().unwrap_or(5);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    let root = folder.path().to_str().unwrap();
    let ways = [
        ("nobody watching", plain(&["-q", root])),
        ("access log", plain(&[root])),
        ("dashboard 160x48", dashboard(root)),
    ];
    println!("                                     requests/s   ratio   CPU us/request   ratio");
    for connections in CONNECTIONS {
        let mut rates = vec![Vec::new(); ways.len()];
        let mut costs = vec![Vec::new(); ways.len()];
        for _ in 0..rounds {
            for (way, (_, server)) in ways.iter().enumerate() {
                let before = server.cpu_time();
                let (requests, time) = load(server.port, connections, turn);
                rates[way].push(f64::from(requests) / time.as_secs_f64());
                let spent = server.cpu_time().saturating_sub(before);
                costs[way].push(1e6 * spent.as_secs_f64() / f64::from(requests));
            }
        }
        let rates: Vec<f64> = rates.iter_mut().map(|all| median(all)).collect();
        let costs: Vec<f64> = costs.iter_mut().map(|all| median(all)).collect();
        for (way, (name, _)) in ways.iter().enumerate() {
            let (rate, cost) = (rates[way], costs[way]);
            let (to_rate, to_cost) = (rate / rates[0], cost / costs[0]);
            println!(
                "{connections:>4} connections  {name:>16}  {rate:>10.0}  {to_rate:>6.3}  {cost:>15.2}  {to_cost:>6.3}"
            );
        }
    }
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// A server in a process of its own, ended when it is dropped.
struct Server {
    port: u16,
    child: Running,
}

enum Running {
    Plain(Child),
    OnTerminal(
        Box<dyn portable_pty::Child + Send + Sync>,
        #[expect(dead_code, reason = "held open")] Box<dyn MasterPty + Send>,
    ),
}

impl Server {
    /// User and system time of the process so far. Linux counts in hundredths of a second.
    fn cpu_time(&self) -> Duration {
        let pid = match &self.child {
            Running::Plain(child) => child.id(),
            Running::OnTerminal(child, _) => child.process_id().unwrap(),
        };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
            return Duration::ZERO;
        };
        let fields = stat.rsplit(')').next().unwrap().split_whitespace();
        let ticks = fields
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap())
            .sum::<u64>();
        Duration::from_millis(10 * ticks)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        match &mut self.child {
            Running::Plain(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Running::OnTerminal(child, _) => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn plain(arguments: &[&str]) -> Server {
    let port = free_port();
    let child = Command::new(env!("CARGO_BIN_EXE_glassport"))
        .args(["--no-tui", "-p", &port.to_string()])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(File::create("/dev/null").unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(port);
    Server {
        port,
        child: Running::Plain(child),
    }
}

/// The dashboard on a pseudo-terminal whose screen is read as fast as it is drawn.
fn dashboard(root: &str) -> Server {
    let port = free_port();
    let size = PtySize {
        rows: 48,
        cols: 160,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_glassport"));
    command.args(["-p", &port.to_string(), root]);
    command.env("TERM", "xterm-256color");
    let child = pty.slave.spawn_command(command).unwrap();
    let mut screen = pty.master.try_clone_reader().unwrap();
    thread::spawn(move || {
        let mut waste = vec![0; 65536];
        while screen.read(&mut waste).is_ok_and(|n| n > 0) {}
    });
    wait_for(port);
    Server {
        port,
        child: Running::OnTerminal(child, pty.master),
    }
}

fn wait_for(port: u16) {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "the server does not come up"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// How many requests were answered, and in what time. One thread keeps every connection busy:
/// whenever a response has come, the next request goes out.
fn load(port: u16, connections: usize, time: Duration) -> (u32, Duration) {
    let mut streams: Vec<_> = (0..connections)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    for stream in &mut streams {
        stream.set_nodelay(true).unwrap();
        stream.write_all(REQUEST).unwrap();
    }
    let mut response = vec![0; 8192];
    let length = first_response(&mut streams[0], &mut response);
    streams[0].write_all(REQUEST).unwrap();
    let mut answered = 0;
    let start = Instant::now();
    while start.elapsed() < time {
        let mut waiting: Vec<_> = streams
            .iter()
            .map(|stream| PollFd::new(stream, PollFlags::IN))
            .collect();
        poll(&mut waiting, None).unwrap();
        let ready: Vec<_> = waiting.iter().map(|fd| !fd.revents().is_empty()).collect();
        for (stream, _) in streams.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
            stream.read_exact(&mut response[..length]).unwrap();
            stream.write_all(REQUEST).unwrap();
            answered += 1;
        }
    }
    (answered, start.elapsed())
}

/// How long a response is: all of them are alike.
fn first_response(stream: &mut TcpStream, response: &mut [u8]) -> usize {
    let mut length = 0;
    loop {
        length += stream.read(&mut response[length..]).unwrap();
        if let Some(end) = response[..length].windows(4).position(|w| w == b"\r\n\r\n")
            && length >= end + 4 + 1024
        {
            assert!(response.starts_with(b"HTTP/1.1 200 "));
            return length;
        }
    }
}
