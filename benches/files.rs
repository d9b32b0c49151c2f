//! Files of 1 KiB, 100 KiB and 100 MiB over loopback, with persistent connections and with
//! one connection for each request, against nginx where that is installed.
//!
//! glassport runs with its dashboard, folding and drawing; nginx with sendfile, one worker a
//! core and no access log. The two take turns within one run, and the median of the ratios
//! of each round is printed of responses per second, and the ratio of the CPU time per response
//! in all of them: absolute numbers mean little.
//!
//! `cargo bench --bench files [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/load.rs"]
mod load;
#[path = "support/nginx.rs"]
mod nginx;
#[path = "support/servers.rs"]
mod servers;

use std::fs::File;

use load::{Load, cost, median, turns};
use nginx::nginx;
use servers::Server;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const FILES: [(&str, u64); 3] = [("1K", KIB), ("100K", 100 * KIB), ("100M", 100 * MIB)];

/// What is measured: the file, how many connections, whether they persist, and how often as
/// many responses per second as nginx's are asked for.
const LOADS: [(&str, usize, bool, Option<f64>); 14] = [
    ("1K", 1, true, None),
    ("1K", 8, true, None),
    ("1K", 64, true, Some(1.5)),
    ("100K", 1, true, None),
    ("100K", 8, true, None),
    ("100K", 64, true, None),
    ("100M", 1, true, Some(1.0)),
    ("100M", 8, true, Some(1.0)),
    ("1K", 1, false, Some(1.0)),
    ("1K", 8, false, Some(1.0)),
    ("1K", 64, false, Some(1.0)),
    ("100K", 8, false, Some(1.0)),
    ("100K", 64, false, Some(1.0)),
    ("100M", 8, false, Some(1.0)),
];

fn main() {
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    for (name, length) in FILES {
        // Without holes: octets that are on no disk are read in another way.
        let mut file = File::create(root.join(name)).unwrap();
        std::io::copy(
            &mut std::io::Read::take(std::io::repeat(b'x'), length),
            &mut file,
        )
        .unwrap();
        // As files are that have been there for a while.
        file.sync_all().unwrap();
    }
    // So that their tags are those of files that were left alone, and as long each time.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let ours = Server::dashboard(root.to_str().unwrap(), &[]);
    let theirs = nginx(folder.path(), &root);
    if theirs.is_none() {
        println!("nginx is not installed: there is nothing to compare with");
    }
    println!(
        "file  connections                 glassport/s     nginx/s   ratio   goal   CPU ratio"
    );
    for (file, connections, persistent, goal) in LOADS {
        let load = Load {
            file,
            connections,
            persistent,
        };
        let (mut rates, mut others) = (Vec::new(), Vec::new());
        let (mut ratios, mut turns) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let our = load.run(&ours, turn);
            rates.push(our.rate);
            if let Some(theirs) = &theirs {
                let their = load.run(theirs, turn);
                others.push(their.rate);
                ratios.push(our.rate / their.rate);
                turns.push((our, their));
            }
        }
        let how = if persistent {
            "persistent"
        } else {
            "one a request"
        };
        let rate = median(&mut rates);
        print!("{file:>4}  {connections:>4} {how:<16} {rate:>16.1}");
        if ratios.is_empty() {
            println!();
            continue;
        }
        let goal = goal.map_or("-".into(), |goal| format!("{goal:.2}"));
        println!(
            "  {:>10.1}  {:>6.2}  {goal:>5}  {:>10.2}",
            median(&mut others),
            median(&mut ratios),
            cost(turns.iter().map(|(our, _)| our)) / cost(turns.iter().map(|(_, their)| their))
        );
    }
}
