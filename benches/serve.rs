//! Requests per second over loopback, persistent connections, a 1 KiB file: with nobody
//! watching, with an access log, and with the dashboard folding and drawing.
//!
//! The three take turns within one run, several rounds each, and ratios of medians are
//! printed, of requests per second and of CPU time per request (which other work on the
//! machine disturbs less): absolute numbers mean little.
//!
//! `cargo bench --bench serve [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/load.rs"]
mod load;
#[path = "support/servers.rs"]
mod servers;

use std::process::Command;

use compare::compare;
use load::{Load, Turn, turns};
use servers::{Server, free_port};

const CONNECTIONS: [usize; 3] = [1, 8, 64];

fn main() {
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    let root = folder.path().to_str().unwrap();
    let ways = [
        ("nobody watching", plain(&["-q", root])),
        ("access log", plain(&[root])),
        ("dashboard 160x48", Server::dashboard(&[root])),
    ];
    println!("                                     requests/s   ratio   CPU us/request   ratio");
    for connections in CONNECTIONS {
        let load = Load {
            file: "file",
            connections,
            persistent: true,
        };
        let turns = compare(&load, ways.iter().map(|(_, server)| server), turn, rounds);
        for ((name, _), Turn { rate, cost }) in ways.iter().zip(&turns) {
            let (to_rate, to_cost) = (rate / turns[0].rate, cost / turns[0].cost);
            println!(
                "{connections:>4} connections  {name:>16}  {rate:>10.0}  {to_rate:>6.3}  {cost:>15.2}  {to_cost:>6.3}"
            );
        }
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
