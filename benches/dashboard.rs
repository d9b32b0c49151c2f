//! What the dashboard costs: folding one record, drawing one frame, and how many of the
//! records of a flood reach a frame.
//!
//! A frame is drawn on cells in memory and compared with the one before, as on a terminal;
//! the octets it would send are counted. Absolute times depend on the machine, the ratios
//! between the lines hardly do.
//!
//! `cargo bench --bench dashboard`
//!
//! A profiler, or a counter of instructions, wants so many frames of one kind and nothing else:
//! `perf stat -e instructions:u target/release/deps/dashboard-… frames 120x40 idle 2000`

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use glassport::event::{
    Activity, CloseReason, ConnectionId, ConnectionTotals, Credit, Detail, End, Event, Record,
    Resource, SendCall, Sink,
};
use glassport::http::{Connection, Limits, Status, Step};
use glassport::tui::{About, Dashboard, Model, Msg, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
const REQUEST: &[u8] = b"GET /pictures/stream.jpg?size=large HTTP/1.1\r\nHost: localhost:8080\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
Accept: image/avif,image/webp,image/png,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.5\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n\r\n";
/// How long each line is measured for.
const TURN: Duration = Duration::from_millis(400);
/// At most so many frames a second.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 30);

/// What happens between two frames.
type Scene = fn(&mut Dashboard, u64);

const SCENES: [(&str, Scene); 4] = [
    ("idle", idle),
    ("scrolling", scroll),
    ("flood", flood),
    ("filtered", filtered),
];

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [what, size, scene, count, ..] = arguments.as_slice()
        && what == "frames"
    {
        frames(size, scene, count.parse().expect("a number of frames"));
        return;
    }
    let record = fold();
    let mut slowest = 0.0_f64;
    println!("\none frame                     us   in records folded");
    for (width, height) in SIZES {
        for (name, scene) in SCENES {
            let frame = draw(width, height, scene);
            slowest = slowest.max(frame);
            println!(
                "{width:>3}x{height:<3} {name:>10}  {:>10.1}  {:>18.0}",
                frame * 1e6,
                frame / record
            );
        }
    }
    println!("slowest frame: {:.3} ms", slowest * 1e3);
    under_flood();
}

fn about() -> About {
    About {
        urls: vec!["http://127.0.0.1:8080/".into()],
        reachable: None,
        passes_on: false,
        session: None,
        served: "./site".into(),
        recv_size: 16384,
        head_timeout: Duration::from_secs(300),
        idle_timeout: Duration::from_secs(60),
        accept_lf: false,
        rests: false,
        started: SystemTime::UNIX_EPOCH,
    }
}

/// What the server tells of one exchange on a new connection.
fn exchange(id: u64) -> Vec<Activity> {
    let peer = SocketAddr::from(([127, 0, 0, 1], 40_000));
    let local = SocketAddr::from(([127, 0, 0, 1], 8080));
    let mut told = vec![Activity::Accepted { peer, local }];
    told.push(Activity::Received {
        offset: 0,
        octets: REQUEST.into(),
        asked: 16384,
    });
    let mut connection = Connection::new(Limits::default());
    connection.receive(REQUEST);
    loop {
        told.push(match connection.step() {
            Step::Scanned { from, to, matched } => Activity::Scanned { from, to, matched },
            Step::BoundaryFound { head } => Activity::BoundaryFound { head },
            Step::Parsed { head, framing } => Activity::Parsed { head, framing },
            Step::BodyReceived(body) => Activity::BodyReceived {
                span: body.span(),
                content: body.content_len(),
            },
            Step::NeedData
            | Step::MessageComplete { .. }
            | Step::Opaque { .. }
            | Step::Finished
            | Step::Rejected { .. } => {
                break;
            }
        });
    }
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {id}\r\n\r\n");
    let length = head.len() as u64 + id;
    told.extend([
        Activity::Resolved(Resource::File {
            path: b"pictures/stream.jpg"[..].into(),
            length: id,
        }),
        Activity::Responding {
            status: Status::OK,
            head: head.as_bytes().into(),
            body: id,
            because: None,
        },
        Activity::Sent {
            call: SendCall::Send,
            octets: length,
            of: length,
        },
        Activity::Responded {
            status: Status::OK,
            body: id,
            took: Duration::from_micros(200),
        },
    ]);
    told
}

fn records(id: u64) -> Vec<Record> {
    let at = Duration::from_micros(id * 50);
    let told = (0..).zip(exchange(id));
    told.map(|(seq, activity)| Record {
        seq,
        at,
        event: Event::Connection(ConnectionId(id), activity),
    })
    .collect()
}

fn closed(id: u64, seq: u64) -> Record {
    Record {
        seq,
        at: Duration::from_micros(id * 50 + 20),
        event: Event::Connection(
            ConnectionId(id),
            Activity::Closed {
                by: End::Peer,
                reason: CloseReason::PeerFinished,
                totals: ConnectionTotals::default(),
            },
        ),
    }
}

/// Folds an exchange of a new connection; only the folding is in the time it gives.
fn fold_one(model: &mut Dashboard, id: u64) -> (u64, Duration) {
    let mut all = records(id);
    all.push(closed(id, all.len() as u64));
    let count = all.len() as u64;
    let begun = Instant::now();
    for record in all {
        update(model, Msg::Record(record));
    }
    (count, begun.elapsed())
}

/// Seconds one record takes.
fn fold() -> f64 {
    let mut model = Dashboard::new(Model::new(about()));
    let (mut count, mut spent, mut id) = (0, Duration::ZERO, 1);
    while spent < TURN {
        let (more, time) = fold_one(&mut model, id);
        (count, spent, id) = (count + more, spent + time, id + 1);
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let each = spent.as_secs_f64() / count as f64;
    println!(
        "fold one record     {:>8.1} ns   ({count} records)",
        each * 1e9
    );
    each
}

/// A thousand connections, of which the last is looked at.
fn full(width: u16, height: u16) -> Dashboard {
    let mut model = Dashboard::new(Model::new(about()));
    update(&mut model, Msg::Resize { width, height });
    for id in 1..=1000 {
        fold_one(&mut model, id);
    }
    model
}

fn press(model: &mut Dashboard, code: KeyCode) {
    update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
}

/// Nothing changes.
fn idle(_: &mut Dashboard, _: u64) {}

/// The cursor goes up and down the table, so that everything beside it changes.
fn scroll(model: &mut Dashboard, frame: u64) {
    let up = frame % 200 < 100;
    press(model, KeyCode::Char(if up { 'k' } else { 'j' }));
}

/// Every frame shows another connection, the newest.
fn flood(model: &mut Dashboard, frame: u64) {
    for id in 0..8 {
        fold_one(model, 1001 + frame * 8 + id);
    }
}

/// The same with a filter that looks at every octet of every head;
/// the listing is between the frames, and its cost in `benches/history.rs`.
fn filtered(model: &mut Dashboard, frame: u64) {
    if frame == 0 {
        for key in "/text:firefox path:stream !text:nowhere".chars() {
            press(model, KeyCode::Char(key));
        }
        press(model, KeyCode::Enter);
    }
    flood(model, frame);
    let at = Duration::from_millis(frame * 33);
    update(model, Msg::Tick { at });
}

/// Draws so many frames, and nothing else but what happens between them.
fn frames(size: &str, scene: &str, count: u64) {
    let find = |(width, height): &&(u16, u16)| format!("{width}x{height}") == size;
    let &(width, height) = SIZES.iter().find(find).expect("one of the sizes");
    let named = SCENES.iter().find(|(name, _)| *name == scene);
    let (_, scene) = named.expect("one of the scenes");
    let mut model = full(width, height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    for frame in 0..count {
        scene(&mut model, frame);
        terminal
            .draw(|frame| view(black_box(&model), frame))
            .unwrap();
    }
}

/// Seconds one frame takes, without what happens between two of them.
fn draw(width: u16, height: u16, scene: Scene) -> f64 {
    let mut model = full(width, height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut frames = Vec::new();
    let begun = Instant::now();
    for frame in 0.. {
        scene(&mut model, frame);
        let begin = Instant::now();
        terminal
            .draw(|frame| view(black_box(&model), frame))
            .unwrap();
        frames.push(begin.elapsed());
        if begun.elapsed() > TURN && frames.len() > 20 {
            break;
        }
    }
    frames.sort_unstable();
    frames[frames.len() / 2].as_secs_f64()
}

/// Workers that tell as much as they can, and a dashboard that grants credit once a frame.
fn under_flood() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let (mut frames, mut received) = (0_u64, 0_u64);
    let mut model = Dashboard::new(Model::new(about()));
    let (width, height) = (200, 60);
    update(&mut model, Msg::Resize { width, height });
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let begun = Instant::now();
    let stop = begun + Duration::from_secs(2);
    let produced: u64 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|_| {
                let sink = sink.clone();
                scope.spawn(move || {
                    let mut told = 0;
                    let address = SocketAddr::from(([127, 0, 0, 1], 40_000));
                    while Instant::now() < stop {
                        let mut reporter = sink.accept(address, address);
                        for activity in exchange(1).into_iter().skip(1) {
                            told += 1;
                            reporter.detail(|| activity);
                        }
                        reporter.flush();
                    }
                    told
                })
            })
            .collect();
        while Instant::now() < stop {
            let due = Instant::now() + FRAME;
            sink.grant(Credit(64));
            for batch in inbox.receiver().try_iter().take(10_000) {
                inbox.open(batch, |record| {
                    received += 1;
                    update(&mut model, Msg::Record(record));
                });
            }
            terminal.draw(|frame| view(&model, frame)).unwrap();
            frames += 1;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let [frames, received, produced] = [frames as f64, received as f64, produced as f64];
    println!(
        "\nflood: {:.0} records/s told, {:.0} folded ({:.2} %), {:.1} frames/s, {:.1} records a frame",
        produced / seconds,
        received / seconds,
        100.0 * received / produced,
        frames / seconds,
        received / frames
    );
}
