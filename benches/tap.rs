//! What a tap costs: requests a second through it, with nobody watching and with the dashboard
//! folding and drawing, as a part of what nginx answers without it; the same of nginx as a plain
//! proxy; and how much later the first octet of an answer comes.
//!
//! All take turns within one run, and medians of the ratios of each round are printed: absolute
//! numbers mean little.
//!
//! `cargo bench --bench tap [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/load.rs"]
mod load;
#[path = "support/nginx.rs"]
mod nginx;
#[path = "support/servers.rs"]
mod servers;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use load::{Load, cost, median, turns};
use servers::{Server, free_port};

/// What is asked for, on how many persistent connections.
const LOADS: [(&str, usize); 3] = [("1K", 1), ("1K", 64), ("100M", 1)];
/// How often the first octet is waited for, in each way by turns.
const ASKED: usize = 2000;

fn main() {
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    for (name, length) in [("1K", 1 << 10), ("100M", 100 << 20)] {
        fs::write(root.join(name), vec![b'x'; length]).unwrap();
    }
    let Some(straight) = nginx::serving(folder.path(), &root) else {
        println!("nginx is not installed: there is nothing to be tapped");
        return;
    };
    let to = format!("127.0.0.1:{}", straight.port);
    let other = folder.path().join("proxy-of");
    fs::create_dir(&other).unwrap();
    let proxy = format!("location / {{ proxy_pass http://{to}; proxy_http_version 1.1; }}");
    let ways = [
        ("tap, nobody watching", tap(&to)),
        ("tap, dashboard", Server::dashboard(&["--to", &to])),
        ("nginx proxy_pass", nginx::run(&other, &proxy).unwrap()),
    ];
    println!("file  connections                        responses/s   ratio   CPU us of the way");
    for (file, connections) in LOADS {
        let load = Load {
            file,
            connections,
            persistent: true,
        };
        let mut direct = Vec::new();
        let mut rates = vec![Vec::new(); ways.len()];
        let mut ratios = vec![Vec::new(); ways.len()];
        let mut turns: Vec<Vec<_>> = ways.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            let without = load.run(&straight, turn).rate;
            direct.push(without);
            for (way, (_, server)) in ways.iter().enumerate() {
                let with = load.run(server, turn);
                rates[way].push(with.rate);
                ratios[way].push(with.rate / without);
                turns[way].push(with);
            }
        }
        let direct = median(&mut direct);
        println!(
            "{file:>4}  {connections:>4}  {:<24}  {direct:>13.1}",
            "straight to nginx"
        );
        for (way, (name, _)) in ways.iter().enumerate() {
            println!(
                "{file:>4}  {connections:>4}  {name:<24}  {:>13.1}  {:>6.2}  {:>12.1}",
                median(&mut rates[way]),
                median(&mut ratios[way]),
                cost(turns[way].iter()),
            );
        }
    }
    println!("first octet, median of {ASKED}, one connection, by turns:");
    let mut direct = TcpStream::connect(&to).unwrap();
    direct.set_nodelay(true).unwrap();
    for (name, server) in &ways {
        let mut through = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        through.set_nodelay(true).unwrap();
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..ASKED {
            without.push(first_octet(&mut direct).as_secs_f64() * 1e6);
            with.push(first_octet(&mut through).as_secs_f64() * 1e6);
        }
        let (without, with) = (median(&mut without), median(&mut with));
        println!(
            "{name:<24}  {with:>7.1} us, {:>7.1} us more",
            with - without
        );
    }
}

fn tap(to: &str) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    command.args(["--no-tui", "-q", "-p", &port.to_string(), "--to", to]);
    Server::plain(command, port)
}

/// How long the first octet of an answer takes; the rest of it is received too.
fn first_octet(stream: &mut TcpStream) -> Duration {
    let mut room = [0; 4096];
    let asked = Instant::now();
    stream
        .write_all(b"HEAD /1K HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut filled = stream.read(&mut room).unwrap();
    let took = asked.elapsed();
    while !room[..filled].ends_with(b"\r\n\r\n") {
        filled += stream.read(&mut room[filled..]).unwrap();
    }
    took
}
