//! What recording a session costs, and how long one takes to open.
//!
//! Requests per second over loopback at 64 persistent connections, a 1 KiB file, with nobody
//! watching, while a session is recorded with and without the content of responses, and with
//! the dashboard: they take turns within one run, and the ratio of medians is printed, with that
//! of the CPU time per request of all turns. Then a session of a million
//! records: how long it is read and folded, and how long any moment of it takes.
//!
//! `cargo bench --bench session [-- SECONDS-A-TURN [ROUNDS]]`

#[path = "support/compare.rs"]
mod compare;
#[path = "support/load.rs"]
mod load;
#[path = "support/records.rs"]
mod records;
#[path = "support/servers.rs"]
mod servers;

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use glassport::event::{Activity, CloseReason, ConnectionId, ConnectionTotals, End, Event, Record};
use glassport::replay::Index;
use glassport::session::{Header, Input, Merged, Reader, Recorder};
use glassport::trace::{Moment, Part, Trace, Wanted};

use compare::compare;
use load::{Load, Turn, cost, median, turns};
use records::{HEAD, exchange};
use servers::{Server, free_port};

const RECORDS: u64 = 1_000_000;
const SEEKS: u64 = 200;
const HISTORY: usize = 256 << 20;

fn main() {
    let (turn, rounds) = turns();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), [b'x'; 1024]).unwrap();
    // A file that was just written has a weak entity tag, and then a strong one, which is
    // shorter: all responses are to be alike.
    std::thread::sleep(Duration::from_secs(3));
    let root = folder.path().to_str().unwrap();
    let path = folder.path().join("load.mcap");
    let heads = folder.path().join("heads.mcap");
    let ways = [
        ("nobody watching", plain(&["-q", root])),
        (
            "recording",
            plain(&["-q", "--record", path.to_str().unwrap(), root]),
        ),
        (
            "recording heads",
            plain(&[
                "-q",
                "--record-bodies",
                "0",
                "--record",
                heads.to_str().unwrap(),
                root,
            ]),
        ),
        ("dashboard 160x48", Server::dashboard(&[root])),
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
    drop(ways);
    println!("of the recording: {}", size_of_records(&path));
    println!("of that of heads: {}", size_of_records(&heads));
    million(&folder.path().join("million.mcap"));
}

fn plain(arguments: &[&str]) -> Server {
    let port = free_port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_glassport"));
    command
        .args(["--no-tui", "-p", &port.to_string()])
        .args(arguments);
    Server::plain(command, port)
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn size_of_records(path: &std::path::Path) -> String {
    let mut reader = Reader::open(File::open(path).unwrap()).unwrap();
    let (mut records, mut known) = (0u64, 0u64);
    for record in reader.by_ref() {
        records += 1;
        // What is recorded of a response came from somewhere too.
        if let Event::Connection(_, activity) = record.event
            && let Activity::Received { octets, .. } | Activity::Content { octets } = activity
        {
            known += octets.len() as u64;
        }
    }
    let octets = std::fs::metadata(path).unwrap().len();
    let allowed = known * 13 / 10 + 40 * records;
    format!(
        "{records} records, {octets} octets, {:.1} a record; {:.3} of 1.3 x octets received and of content + 40 a record",
        octets as f64 / records.max(1) as f64,
        octets as f64 / allowed.max(1) as f64
    )
}

/// Connections of twenty exchanges each, one after the other.
fn session() -> impl Iterator<Item = Record> {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 8080));
    let connections = (1..).flat_map(move |id| {
        let accepted = Activity::Accepted {
            peer: address,
            local: address,
        };
        let exchanges = (0..20).flat_map(|n| exchange(n * HEAD.len() as u64));
        let closed = Activity::Closed {
            by: End::Peer,
            reason: CloseReason::PeerFinished,
            totals: ConnectionTotals::default(),
        };
        let all = std::iter::once(accepted).chain(exchanges);
        let all = (0..).zip(all.chain([closed]));
        all.map(move |(seq, activity)| (seq, ConnectionId(id), activity))
    });
    let records = (0..RECORDS).zip(connections);
    records.map(|(n, (seq, id, activity))| Record {
        seq,
        at: Duration::from_micros(10 * n),
        event: Event::Connection(id, activity),
    })
}

fn million(path: &std::path::Path) {
    let header = Header {
        started: SystemTime::now(),
        program: "a benchmark".into(),
        serving: "a folder".into(),
        redacted: false,
        bodies: 0,
        recv_size: 16_384,
        head_timeout: None,
        idle_timeout: None,
        rests: false,
        accept_lf: false,
    };
    let mut recorder = Recorder::new(File::create(path).unwrap(), &header, None).unwrap();
    let records: Vec<Record> = session().collect();
    let began = Instant::now();
    for record in &records {
        recorder.append(record).unwrap();
    }
    recorder.finish().unwrap();
    let took = began.elapsed();
    drop(records);
    println!(
        "{RECORDS} records: written in {took:.2?}; {}",
        size_of_records(path)
    );

    let began = Instant::now();
    let input = Input::file(File::open(path).unwrap());
    let reader = Reader::open(input).unwrap();
    println!("opened in {:.2?}", began.elapsed());
    let mut trace = Trace::default();
    Merged::new(vec![("it".into(), reader)]).for_each(|record| trace.fold(record));
    println!("read and folded in {:.2?}", began.elapsed());

    drop(trace);
    seek(path);
}

/// What is read again to show any moment of any connection, and what is held in memory for it.
fn seek(path: &std::path::Path) {
    let before = resident();
    let began = Instant::now();
    let reader = Reader::open(Input::file(File::open(path).unwrap())).unwrap();
    let mut sessions = Merged::new(vec![("it".into(), reader)]);
    let mut index = Index::new(HISTORY / 8);
    let mut trace = Trace::within(HISTORY / 4 * 3);
    while let Some(record) = index.next(&mut sessions) {
        trace.fold(record);
    }
    println!(
        "read, folded and indexed in {:.2?}; the index takes {} KiB",
        began.elapsed(),
        index.cost() >> 10
    );
    let (mut times, mut again) = (Vec::new(), 0);
    for n in 0..SEEKS {
        // Anywhere, the same in every run.
        let at = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % RECORDS;
        let connection = ConnectionId(1 + at / 142);
        let moment = Moment(1 + at % 142);
        let began = Instant::now();
        let kept = trace.at(connection, moment);
        let found = kept.or_else(|| {
            again += 1;
            let part = Part::Moment(moment);
            let wanted = Wanted { connection, part };
            let window = index.read(&sessions, wanted, HISTORY / 8)?;
            window.trace().at(connection, moment)
        });
        times.push(began.elapsed().as_secs_f64() * 1e3);
        assert!(found.is_some(), "{connection} at {moment:?}");
    }
    let worst = times.iter().copied().fold(0.0, f64::max);
    println!(
        "sought in {:.2} ms (median of {SEEKS}, {again} of them read again; {worst:.1} ms at most)",
        median(&mut times)
    );
    println!(
        "grown by {} MiB, of a history of {} MiB",
        resident().saturating_sub(before) >> 20,
        HISTORY >> 20
    );
}

/// What this process holds in memory, in octets (proc(5), status).
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<usize>().unwrap() * 1024
}
