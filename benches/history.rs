//! What a million exchanges leave behind in memory: what the history believes it takes,
//! against what the process has grown by, for connections of several kinds.
//!
//! Fails when the process takes more than the budget and 64 MiB. Then what it costs to fold
//! what goes on while the past is looked at: two dashboards take turns at the same records,
//! one at the present and one in the past, and the ratio of medians is printed.
//!
//! And what a dashboard with a history of 8 MiB takes above what it takes at rest, while 64
//! connections ask for as much as they get. With `GLASSPORT_BEFORE` set to the path of another
//! glassport, that one too.
//!
//! `cargo bench --bench history [-- EXCHANGES]`

#[expect(dead_code, reason = "nothing takes turns here")]
#[path = "support/load.rs"]
mod load;
#[expect(dead_code, reason = "one kind of server is enough")]
#[path = "support/servers.rs"]
mod servers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use glassport::event::{
    Activity, CloseReason, ConnectionId, ConnectionTotals, End, Event, ListenerEvent, Record,
    Resource, SendCall,
};
use glassport::http::{Connection, Limits, Status, Step};
use glassport::tui::{About, Dashboard, Model, Msg, update, view};
use load::Load;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use servers::Server;

const BUDGET: usize = 256 << 20;
const SLACK: usize = 64 << 20;
const REQUEST: &str = "GET /pictures/stream.jpg?n=123456 HTTP/1.1\r\nHost: localhost:8080\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
Connection: keep-alive\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 200 OK\r\nDate: Tue, 01 Jul 2025 10:00:00 GMT\r\n\
Content-Type: image/jpeg\r\nContent-Length: 524288\r\nETag: \"abcdef-123456\"\r\n\
Last-Modified: Tue, 01 Jul 2025 10:00:00 GMT\r\nCache-Control: no-cache\r\n\r\n";

fn main() {
    let number = std::env::args().find_map(|argument| argument.parse().ok());
    let exchanges: u64 = number.unwrap_or(1_000_000);
    println!(
        "{exchanges} exchanges           believed       grown by   ns/record   ms/key of a filter, and listed"
    );
    // The first one leaves free memory behind for the others: each has its own process.
    let kinds: [(&str, Kind); 4] = [
        (
            "one a connection",
            Kind {
                connections: u64::MAX,
                pieces: 1,
            },
        ),
        (
            "64 connections",
            Kind {
                connections: 64,
                pieces: 1,
            },
        ),
        (
            "1024 connections",
            Kind {
                connections: 1024,
                pieces: 1,
            },
        ),
        (
            "octet by octet",
            Kind {
                connections: 1024,
                pieces: 400,
            },
        ),
    ];
    let Ok(wanted) = std::env::var("HISTORY_KIND") else {
        for (name, _) in kinds {
            let itself = std::env::current_exe().unwrap();
            let child = std::process::Command::new(itself)
                .arg(exchanges.to_string())
                .env("HISTORY_KIND", name)
                .stdout(std::process::Stdio::piped())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&child.stdout);
            print!(
                "{}",
                said.lines().last().unwrap_or_default().to_owned() + "\n"
            );
            assert!(
                child.status.success(),
                "{name}: {}",
                String::from_utf8_lossy(&child.stderr)
            );
        }
        look_back();
        println!("\n--history 8MiB, 64 connections       above rest at most, and then");
        storm("now", env!("CARGO_BIN_EXE_glassport"));
        if let Ok(before) = std::env::var("GLASSPORT_BEFORE") {
            storm("before", &before);
        }
        return;
    };
    for (name, kind) in kinds.into_iter().filter(|(name, _)| *name == wanted) {
        // As many octets, not as many requests, where every octet is a record.
        measure(name, kind, exchanges / kind.pieces);
    }
}

/// What a dashboard takes in memory above what it takes at rest.
fn storm(name: &str, program: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1K"), [b'x'; 1024]).unwrap();
    let root = folder.path().to_str().unwrap();
    let server = Server::dashboard_of(program, &["--history", "8MiB", root]);
    // It has been drawn.
    std::thread::sleep(Duration::from_secs(1));
    let pid = server.pid().to_string();
    let rest = resident(&pid);
    let mib = |octets: usize| octets.saturating_sub(rest) / (1 << 20);
    for persistent in [true, false] {
        let load = Load {
            file: "1K",
            connections: 64,
            persistent,
        };
        let mut most = 0;
        for _ in 0..10 {
            load.run(&server, Duration::from_millis(500));
            most = most.max(resident(&pid));
        }
        let how = if persistent {
            "persistent"
        } else {
            "one a request"
        };
        let now = resident(&pid);
        println!(
            "{name:>8}, {how:<14} {:>25} MiB   {:>4} MiB",
            mib(most),
            mib(now)
        );
    }
}

/// A filter that has to look through everything: how long the slowest key takes, and how
/// long it takes until the tables are listed by it, in milliseconds.
fn filter(model: &mut Dashboard) -> (u128, u128) {
    let mut slowest = Duration::ZERO;
    let mut timed = |model: &mut Dashboard, msg| {
        let begun = Instant::now();
        update(model, msg);
        slowest = slowest.max(begun.elapsed());
    };
    for key in "/text:nowhere".chars() {
        let event = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        timed(model, Msg::Key(event));
    }
    let begun = Instant::now();
    let at = Duration::from_secs(1 << 20);
    while model.next_tick(at) == Some(Duration::ZERO) {
        timed(model, Msg::Tick { at });
    }
    let listed = begun.elapsed();
    (slowest.as_millis(), listed.as_millis())
}

#[derive(Clone, Copy)]
struct Kind {
    /// How many are used in turns.
    connections: u64,
    /// Into how many recvs a request is cut.
    pieces: u64,
}

fn measure(name: &str, kind: Kind, exchanges: u64) {
    let mut model = Dashboard::new(Model::new(about()).with_history(BUDGET));
    let mut before = resident("self");
    let mut peers = Vec::new();
    let mut records = 0_u64;
    let begun = Instant::now();
    for n in 0..exchanges {
        let index = usize::try_from(n % kind.connections).unwrap();
        let single = kind.connections > exchanges;
        if n == kind.connections {
            // The receive buffers of the protocol are not the history's.
            before = resident("self");
        }
        if single || peers.len() <= index {
            peers.push(Peer::accept(ConnectionId(n + 1)));
        }
        let peer = if single {
            peers.last_mut()
        } else {
            peers.get_mut(index)
        };
        let peer = peer.unwrap();
        peer.exchange(kind.pieces);
        if single {
            peer.close();
        }
        for record in peer.records.drain(..) {
            records += 1;
            update(&mut model, Msg::Record(record));
        }
        if single {
            peers.clear();
        }
    }
    let took = begun.elapsed().as_nanos() / u128::from(records);
    let grown = resident("self").saturating_sub(before);
    let mib = |octets: usize| octets / (1 << 20);
    let cost = mib(model.history_cost());
    let (key, listed) = filter(&mut model);
    println!(
        "{name:>20}  {cost:>8} MiB   {:>8} MiB   {took:>9}   {key:>9}, {listed}",
        mib(grown)
    );
    assert!(grown <= BUDGET + SLACK, "{grown} octets");
}

/// How many records come between two frames, and how many frames are a turn.
const FRAME: usize = 500;
const TURN: usize = 40;
const TURNS: usize = 15;

/// What it costs to fold while another moment is shown.
fn look_back() {
    let mut ratios = Vec::new();
    for round in 0..5 {
        let mut peers: Vec<Peer> = (1..=64).map(|id| Peer::accept(ConnectionId(id))).collect();
        for peer in &mut peers {
            peer.exchange(1);
        }
        let begin: Vec<Record> = peers.iter_mut().flat_map(|p| p.records.drain(..)).collect();
        let mut present = Dashboard::new(Model::new(about()).with_history(BUDGET));
        let mut past = Dashboard::new(Model::new(about()).with_history(BUDGET));
        for model in [&mut present, &mut past] {
            let (width, height) = (160, 48);
            update(model, Msg::Resize { width, height });
            for record in &begin {
                update(model, Msg::Record(record.clone()));
            }
        }
        for key in [',', ','] {
            let event = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
            update(&mut past, Msg::Key(event));
        }
        let mut took = [Vec::new(), Vec::new()];
        for turn in 0..TURNS {
            let mut records = Vec::new();
            while records.len() < FRAME * TURN {
                for peer in &mut peers {
                    peer.exchange(1);
                    records.append(&mut peer.records);
                }
            }
            let copy = records.clone();
            let mut turns = [(0, &mut present, records), (1, &mut past, copy)];
            // Whoever comes second finds what the first one has left in the caches.
            if (turn + round) % 2 == 1 {
                turns.reverse();
            }
            for (which, model, records) in turns {
                took[which].push(fold(model, records));
            }
        }
        assert!(is_in_the_past(&past) && !is_in_the_past(&present));
        let [present, past] = took.map(|mut took| {
            took.sort_unstable();
            took[took.len() / 2].as_secs_f64()
        });
        ratios.push(past / present);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "folding while the past is shown takes {:.3} times as long (median of {:.3?})",
        ratios[ratios.len() / 2],
        ratios
    );
}

/// Folds records as the dashboard does, with the counts of each frame.
fn fold(model: &mut Dashboard, records: Vec<Record>) -> Duration {
    let begun = Instant::now();
    for (n, record) in records.into_iter().enumerate() {
        let at = record.at;
        update(model, Msg::Record(record));
        if n % FRAME == 0 {
            let totals = ListenerEvent::Counted(Box::default());
            let event = Event::Listener(totals);
            update(model, Msg::Record(Record { seq: 0, at, event }));
        }
    }
    begun.elapsed()
}

fn is_in_the_past(model: &Dashboard) -> bool {
    let mut terminal = Terminal::new(TestBackend::new(160, 48)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    terminal.backend().to_string().contains("REPLAY")
}

/// Makes records as a worker does.
struct Peer {
    id: ConnectionId,
    protocol: Connection,
    records: Vec<Record>,
    seq: u64,
    offset: u64,
}

impl Peer {
    fn accept(id: ConnectionId) -> Self {
        let mut peer = Self {
            id,
            protocol: Connection::new(Limits::default()),
            records: Vec::new(),
            seq: 0,
            offset: 0,
        };
        let address = SocketAddr::from(([127, 0, 0, 1], 50_000));
        peer.note(Activity::Accepted {
            peer: address,
            local: address,
        });
        peer
    }

    fn note(&mut self, activity: Activity) {
        self.records.push(Record {
            seq: self.seq,
            at: Duration::from_micros(self.id.0),
            event: Event::Connection(self.id, activity),
        });
        self.seq += 1;
    }

    fn exchange(&mut self, pieces: u64) {
        let piece = REQUEST.len().div_ceil(usize::try_from(pieces).unwrap());
        for octets in REQUEST.as_bytes().chunks(piece) {
            self.note(Activity::Received {
                offset: self.offset,
                octets: octets.into(),
                asked: 16384,
            });
            self.offset += octets.len() as u64;
            self.protocol.receive(octets);
            self.steps();
        }
        self.note(Activity::Resolved(Resource::File {
            path: b"pictures/stream.jpg"[..].into(),
            length: 524_288,
        }));
        self.note(Activity::Responding {
            status: Status::OK,
            head: RESPONSE.as_bytes().into(),
            body: 524_288,
            because: None,
        });
        self.note(Activity::Sent {
            call: SendCall::Send,
            octets: 524_288,
            of: 524_288,
        });
        self.note(Activity::Responded {
            status: Status::OK,
            body: 524_288,
            took: Duration::from_micros(300),
        });
        self.steps();
    }

    fn steps(&mut self) {
        loop {
            let activity = match self.protocol.step() {
                Step::NeedData
                | Step::MessageComplete { .. }
                | Step::Opaque { .. }
                | Step::Finished => return,
                Step::Scanned { from, to, matched } => Activity::Scanned { from, to, matched },
                Step::BoundaryFound { head } => Activity::BoundaryFound { head },
                Step::Parsed { head, framing } => Activity::Parsed {
                    head: Arc::clone(&head),
                    framing,
                },
                Step::BodyReceived(body) => Activity::BodyReceived {
                    span: body.span(),
                    content: body.content_len(),
                },
                Step::Rejected { diagnosis, .. } => panic!("{diagnosis}"),
            };
            self.note(activity);
        }
    }

    fn close(&mut self) {
        self.note(Activity::Closed {
            by: End::Peer,
            reason: CloseReason::PeerFinished,
            totals: ConnectionTotals::default(),
        });
    }
}

fn about() -> About {
    About {
        urls: Vec::new(),
        reachable: None,
        passes_on: false,
        session: None,
        served: String::new(),
        recv_size: 16384,
        head_timeout: Duration::from_secs(30),
        idle_timeout: Duration::from_secs(60),
        accept_lf: false,
        rests: false,
        started: std::time::SystemTime::UNIX_EPOCH,
    }
}

/// What a process holds in memory, in octets (proc(5), status).
fn resident(pid: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<usize>().unwrap() * 1024
}
