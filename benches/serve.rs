//! Requests over loopback, and the CPU time each takes: of glassport with nobody watching, with
//! an access log, and with the dashboard folding and drawing; of nginx, where it is installed;
//! of the floor, a program that makes the system calls a request needs and nothing else; and of
//! our floor, which makes those that glassport makes, on as many threads.
//!
//! All take turns within one run. Printed are the medians of the ratios of each round to nginx,
//! and the CPU time of all rounds together: other work on the machine disturbs these less, and
//! absolute numbers mean little. With `GLASSPORT_BEFORE` set to the path of another glassport,
//! that takes turns too.
//!
//! `cargo bench --bench serve [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/floor.rs"]
mod floor;
#[path = "support/load.rs"]
mod load;
#[path = "support/nginx.rs"]
mod nginx;
#[path = "support/servers.rs"]
mod servers;

use std::fs::File;
use std::io::Write;
use std::process::Command;

use compare::compare;
use load::{Load, cost, median, turns};
use servers::{Server, free_port};

/// The file, its length, how many connections, and whether they persist.
const LOADS: [(&str, usize, usize, bool); 4] = [
    ("1K", 1024, 8, true),
    ("1K", 1024, 64, true),
    ("1K", 1024, 64, false),
    ("64K", 65536, 64, true),
];

fn main() {
    floor::be_if_told();
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    for (name, length, _, _) in LOADS {
        let mut file = File::create(root.join(name)).unwrap();
        file.write_all(&vec![b'x'; length]).unwrap();
        // As files are that have been there for a while.
        file.sync_all().unwrap();
    }
    // So that their tags are those of files that were left alone, and as long each time.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let name = root.to_str().unwrap();
    let ours = env!("CARGO_BIN_EXE_glassport");
    let mut ways = vec![
        ("nobody watching", plain(ours, &["-q", name])),
        ("access log", plain(ours, &[name])),
        ("dashboard 160x48", Server::dashboard(&[name])),
    ];
    if let Ok(before) = std::env::var("GLASSPORT_BEFORE") {
        ways.push(("before", plain(&before, &["-q", name])));
    }
    ways.extend(nginx::serving(folder.path(), &root).map(|nginx| ("nginx", nginx)));
    for (file, content, connections, persistent) in LOADS {
        let load = Load {
            file,
            connections,
            persistent,
        };
        let how = if persistent {
            "persistent"
        } else {
            "one a request"
        };
        println!("{file}, {connections} connections, {how}");
        println!("                    requests/s   to nginx   CPU us/request   to floor   to ours");
        ways.push(("floor", floor::start(content)));
        let asking = floor::start_asking(content, &root.join(file));
        ways.push(("our floor", asking));
        measure(&load, &ways, turn, rounds);
        ways.truncate(ways.len() - 2);
    }
}

fn measure(load: &Load<'_>, ways: &[(&str, Server)], turn: std::time::Duration, rounds: u32) {
    let turns = compare(load, ways.iter().map(|(_, server)| server), turn, rounds);
    let is = |wanted: &str| ways.iter().position(|(name, _)| *name == wanted);
    let middle = |mut all: Vec<f64>| median(&mut all);
    let cost_of = |name| cost(turns[is(name).unwrap()].iter());
    let (floor, our_floor) = (cost_of("floor"), cost_of("our floor"));
    for ((name, _), of_this) in ways.iter().zip(&turns) {
        let rate = middle(of_this.iter().map(|turn| turn.rate).collect());
        let to_nginx = is("nginx").map_or("-".into(), |nginx| {
            let rounds = of_this.iter().zip(&turns[nginx]);
            let ratios = rounds.map(|(this, nginx)| this.rate / nginx.rate);
            format!("{:.2}", middle(ratios.collect()))
        });
        let cost = cost(of_this.iter());
        println!(
            "{name:>16}  {rate:>12.0}   {to_nginx:>8}   {cost:>14.2}   {:>8.2}   {:>7.2}",
            cost / floor,
            cost / our_floor
        );
    }
}

fn plain(program: &str, arguments: &[&str]) -> Server {
    let port = free_port();
    let mut command = Command::new(program);
    command
        .args(["--no-tui", "-p", &port.to_string()])
        .args(arguments);
    Server::plain(command, port)
}
