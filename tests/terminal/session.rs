//! Sessions on the dashboard: recorded beside it, opened without a server, and as they grow.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use glassport::event::{Activity, CloseReason, ConnectionId, ConnectionTotals, End, Event, Record};
use glassport::session::{Header, Reader, Recorder};

use crate::support::{Session, Signal, eventually, get};
use crate::{assert_ended_well, ready};

const PROGRAM: &str = env!("CARGO_BIN_EXE_glassport");

/// Records a session of two requests beside the dashboard.
fn record(path: &Path) {
    let path = path.to_str().expect("it is text");
    let mut session = ready(Session::start(&["-p", "0", "--record", path], 100, 30));
    for _ in 0..2 {
        get(session.address(), "/");
    }
    session.eventually_shows("2 requests");
    session.send("q");
    assert_ended_well(&session);
    session.eventually_shows(" records, ");
}

#[test]
fn what_was_recorded_beside_the_dashboard_is_opened_without_a_server() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.mcap");
    record(&path);
    let mut session = Session::start(&["open", path.to_str().expect("it is text")], 140, 30);
    session.eventually_shows("SESSION");
    session.eventually_shows("a.mcap, recorded 20");
    session.eventually_shows("2 requests");
    session.eventually_shows("0 open");
    // What acts on a server says that there is none.
    session.send("P");
    session.eventually_shows("there is no server to ask");
    session.send("r");
    session.eventually_shows("there is no server to send it to");
    // Whatever is selected, and though all connections are closed.
    session.send("p");
    session.eventually_shows("there is no server to ask");
    session.send("q");
    assert_ended_well(&session);

    // Twice the same: two sources, on one time line, and no number is taken twice.
    let text = path.to_str().expect("it is text");
    let session = Session::start(&["open", text, text], 140, 30);
    session.eventually_shows("4 requests");
    session.eventually_shows("4.1");
    session.signal(Signal::TERM);
    assert_ended_well(&session);
}

#[test]
fn a_session_that_was_cut_off_says_so() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.mcap");
    let text = path.to_str().expect("it is text");
    let recording = ready(Session::start(&["-p", "0", "--record", text], 100, 30));
    get(recording.address(), "/");
    eventually("a second", || {
        let file = File::open(&path).expect("it is there");
        let mut records = Reader::open(file).expect("it began");
        let closed = |event| matches!(event, Event::Connection(_, Activity::Closed { .. }));
        records.any(|record| closed(record.event))
    });
    recording.signal(Signal::KILL);
    recording.wait_exit();
    let mut session = Session::start(&["open", text], 140, 30);
    session.eventually_shows("not ended in order");
    session.eventually_shows("1 request");
    session.send("q");
    assert_ended_well(&session);
}

/// A session of so many connections that came, asked nothing and went.
fn record_connections(path: &Path, count: u64) {
    let header = Header {
        started: SystemTime::now(),
        program: "glassport".into(),
        serving: "./site".into(),
        redacted: false,
        bodies: 0,
        recv_size: 16_384,
        head_timeout: None,
        idle_timeout: None,
        accept_lf: false,
        rests: false,
    };
    let file = File::create(path).expect("there is room");
    let mut recorder = Recorder::new(file, &header, None).expect("there is room");
    let address = ([127, 0, 0, 1], 8080).into();
    for n in 1..=count {
        let came = Activity::Accepted {
            peer: address,
            local: address,
        };
        let went = Activity::Closed {
            by: End::Peer,
            reason: CloseReason::PeerFinished,
            totals: ConnectionTotals::default(),
        };
        for (seq, activity) in (0..).zip([came, went]) {
            let record = Record {
                seq,
                at: Duration::from_millis(2 * n + seq),
                event: Event::Connection(ConnectionId(n), activity),
            };
            recorder.append(&record).expect("there is room");
        }
    }
    recorder.finish().expect("there is room");
}

#[test]
fn what_the_history_has_no_room_for_is_read_again_from_the_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.mcap");
    record_connections(&path, 20_000);
    let text = path.to_str().expect("it is text");
    let mut session = Session::start(&["open", "--history", "1MiB", text], 140, 40);
    session.eventually_shows("older in the file");
    session.eventually_shows("#20000");
    session.send("g");
    session.eventually_shows("#1 as the file has it");
    session.eventually_shows("from the file");
    session.send("k");
    session.eventually_shows("REPLAY");
    session.send("G");
    session.eventually_shows("#20000");
    session.send("q");
    assert_ended_well(&session);
    // What comes once cannot be read again, and is not said to be.
    let line = format!("{PROGRAM} open --history 1MiB - < <(cat {text}); exit $?");
    let mut session = Session::below(&["bash", "-c", &line], 140, 40);
    session.eventually_shows(" evicted");
    session.eventually_shows("#20000");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_session_is_seen_as_it_grows() {
    let folder = tempfile::tempdir().expect("there is room");
    let pipe = folder.path().join("pipe");
    let pipe_name = pipe.to_str().expect("it is text");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).expect("there is room");
    // Opened so, it does not wait for whoever writes.
    let line = format!("{PROGRAM} open - <>{pipe_name}; exit $?");
    let mut session = Session::below(&["sh", "-c", &line], 140, 30);
    let into = OpenOptions::new().write(true).open(&pipe);
    let mut server = Command::new(PROGRAM)
        .args(["-p", "0", "-b", "127.0.0.1", "--record", "-"])
        .stdin(Stdio::null())
        .stdout(into.expect("it is read"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(server.stderr.take().expect("it is piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it says where it is");
    let port = line.trim_end().rsplit(':').next().unwrap_or_default();
    let port: u16 = port.trim_end_matches('/').parse().expect("a port");
    session.eventually_shows("No connection is in this session.");
    get(([127, 0, 0, 1], port).into(), "/");
    session.eventually_shows("1 request");
    session.send("q");
    assert_ended_well(&session);
    let _ = server.kill();
    let _ = server.wait();
}

#[test]
fn recording_begins_and_ends_with_a_key() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.mcap");
    let text = path.to_str().expect("it is text");
    let mut session = ready(Session::start(&["-p", "0"], 140, 30));
    get(session.address(), "/");
    session.eventually_shows("1 request");
    session.send("R");
    session.eventually_shows("Record into the new file");
    session.eventually_shows("glassport-20");
    session.eventually_shows("are masked");
    // What is proposed goes, and a name of our own stands there.
    session.send("\x15");
    session.send(text);
    session.send("\r");
    session.eventually_shows("RECORDING");
    get(session.address(), "/hello.txt");
    get(session.address(), "/hello.txt");
    session.eventually_shows("3 requests");
    // The file grows while it is recorded.
    session.eventually("a size", |screen| {
        let header = screen.contents();
        header.contains("RECORDING") && !header.contains("RECORDING 0B")
    });
    session.send("R");
    session.eventually_shows(" records, ");
    session.eventually("no badge", |screen| {
        !screen.contents().contains("RECORDING")
    });
    get(session.address(), "/hello.txt");
    session.eventually_shows("4 requests");

    // One that is there is not replaced, and a folder that is not there is said.
    for (name, said) in [(text, "not replaced"), ("/no/such/a.mcap", "No such file")] {
        session.send("R");
        session.eventually_shows("Record into the new file");
        session.send("\x15");
        session.send(name);
        session.send("\r");
        session.eventually_shows(said);
    }
    session.send("q");
    assert_ended_well(&session);

    let mut session = Session::start(&["open", text], 140, 30);
    session.eventually_shows("SESSION");
    session.eventually_shows("hello.txt");
    session.eventually_shows("0 open");
    session.send("R");
    session.eventually_shows("nothing to record");
    session.send("q");
    assert_ended_well(&session);

    // What came before and after is not in it; what came meanwhile is, content and all.
    let records: Vec<_> = Reader::open(File::open(&path).expect("it is there"))
        .expect("it is one")
        .collect();
    let count = |wanted: fn(&Activity) -> bool| {
        let activities = records.iter().filter_map(|record| match &record.event {
            Event::Connection(_, activity) => Some(activity),
            Event::Listener(_) => None,
        });
        activities.filter(|activity| wanted(activity)).count()
    };
    assert_eq!(count(|it| matches!(it, Activity::Accepted { .. })), 2);
    assert_eq!(count(|it| matches!(it, Activity::Content { .. })), 2);
}

#[test]
fn a_full_disk_is_said_and_serving_goes_on() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("a.mcap");
    // No file may be longer than a kilobyte.
    let line = format!("trap '' XFSZ; ulimit -f 1; {PROGRAM} -p 0; exit $?");
    let mut session = ready(Session::below(&["sh", "-c", &line], 140, 30));
    session.send("R");
    session.eventually_shows("Record into the new file");
    session.send("\x15");
    session.send(path.to_str().expect("it is text"));
    session.send("\r");
    session.eventually_shows("File too large");
    get(session.address(), "/");
    session.eventually_shows("1 request");
    session.send("q");
    assert_ended_well(&session);
}
