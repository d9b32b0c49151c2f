//! A session recorded while it is served: what is in the file, whatever ends the recording.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use glassport::event::{Activity, ConnectionId, Event, ListenerEvent, Record};
use glassport::session::{End, Reader};

use super::support::{DEADLINE, Server, get, glassport, run};

fn read(path: &Path) -> (Vec<Record>, End) {
    let mut reader = Reader::open(File::open(path).unwrap()).unwrap();
    let records = reader.by_ref().collect();
    assert_eq!((reader.skipped(), reader.damaged_chunks()), (0, 0));
    (records, reader.end().unwrap().clone())
}

fn of_connections(records: &[Record]) -> BTreeMap<ConnectionId, Vec<&Record>> {
    let mut by_connection = BTreeMap::<_, Vec<_>>::new();
    for record in records {
        if let Event::Connection(id, _) = record.event {
            by_connection.entry(id).or_default().push(record);
        }
    }
    by_connection
}

/// Counts from 0 without a gap.
#[track_caller]
fn nothing_is_missing(records: &[&Record]) {
    for (expected, record) in (0..).zip(records) {
        assert_eq!(record.seq, expected, "{record:?}");
    }
}

#[test]
fn everything_is_recorded_beside_the_access_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let mut server = Server::start(&["--record", path.to_str().unwrap()]);
    for _ in 0..3 {
        let _ = server.exchange(get("/"));
    }
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");
    let said = format!("{}: ", path.display());
    server.eventually("what was recorded", |s| {
        s.errors().contains(&said).then_some(())
    });
    let log = server.log();
    assert_eq!(log.matches("\"GET / HTTP/1.1\" 200").count(), 3, "{log}");

    let (records, end) = read(&path);
    assert_eq!(end, End::Whole);
    let has = |wanted: fn(&ListenerEvent) -> bool| {
        let mut listener = records.iter().filter_map(|record| match &record.event {
            Event::Listener(event) => Some(event),
            Event::Connection(..) => None,
        });
        listener.any(wanted)
    };
    assert!(has(|event| matches!(event, ListenerEvent::Opened { .. })));
    assert!(has(|event| matches!(event, ListenerEvent::Stopped)));
    assert!(has(|event| {
        matches!(event, ListenerEvent::Counted(totals) if totals.requests() == 3 && totals.left_out == 0)
    }));
    let connections = of_connections(&records);
    assert_eq!(connections.len(), 3);
    for records in connections.values() {
        nothing_is_missing(records);
        for wanted in [
            "Received",
            "Scanned",
            "BoundaryFound",
            "Parsed",
            "Sent",
            "Closed",
        ] {
            let text = format!("{records:?}");
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
    }
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    fs::write(&path, "precious").unwrap();
    let output = run(&["--no-tui", "-p", "0", "--record", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("not replaced") && said.lines().count() == 1,
        "{said}"
    );
    assert_eq!(fs::read(&path).unwrap(), b"precious");

    // And none is left behind where there is nothing to record.
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let path = folder.path().join("b.mcap");
    let arguments = ["-b", "127.0.0.1", "-p", &port, "--record"];
    let output = run(&[&["--no-tui"], &arguments[..], &[path.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(!path.exists());
}

#[test]
fn on_standard_output_nothing_stands_but_the_session() {
    let mut child = glassport()
        .args(["-p", "0", "--record", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = child.stderr.take().unwrap();
    let mut said = Vec::new();
    let port = loop {
        let mut octet = [0];
        errors.read_exact(&mut octet).unwrap();
        said.push(octet[0]);
        let text = String::from_utf8_lossy(&said);
        if let Some((line, _)) = text.split_once('\n') {
            let port = line.rsplit(':').next().unwrap().trim_end_matches('/');
            break port.parse::<u16>().unwrap();
        }
    };
    let mut peer = super::support::Peer::connect(("127.0.0.1", port));
    peer.send(get("/"));
    peer.finish();
    let _ = peer.rest();
    let status = Command::new("kill").arg(child.id().to_string()).status();
    assert!(status.unwrap().success());
    let mut stdout = child.stdout.take().unwrap();
    let mut reader = Reader::open(&mut stdout).unwrap();
    let records: Vec<_> = reader.by_ref().collect();
    assert_eq!(reader.end(), Some(&End::Whole));
    let connections = of_connections(&records);
    nothing_is_missing(&connections[&ConnectionId(1)]);
    assert!(child.wait().unwrap().success());
}

#[test]
fn serving_goes_on_when_nobody_takes_the_session() {
    let mut command = glassport();
    command.args(["-p", "0", "--record", "-", "-b", "127.0.0.1"]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut errors, &mut line).unwrap();
    let port = line
        .trim_end()
        .rsplit(':')
        .next()
        .unwrap()
        .trim_end_matches('/');
    let port: u16 = port.parse().unwrap();
    drop(child.stdout.take());
    let ask = || {
        let mut peer = super::support::Peer::connect(("127.0.0.1", port));
        peer.send(get("/"));
        peer.finish();
        peer.rest()
    };
    assert!(ask().starts_with("HTTP/1.1 200"));
    line.clear();
    std::io::BufRead::read_line(&mut errors, &mut line).unwrap();
    assert!(line.contains("recording ended: "), "{line}");
    assert!(ask().starts_with("HTTP/1.1 200"), "it serves");
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn secrets_are_not_in_a_redacted_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let options = [
        "--redact-field",
        "X-Key",
        "--redact-parameter",
        "token",
        "--record",
    ];
    let mut server = Server::start(&[&options[..], &[path.to_str().unwrap()]].concat());
    let _ = server.exchange(
        "GET /?token=SECRET1&a=b HTTP/1.1\r\nHost: localhost\r\nCookie: sid=SECRET2\r\nX-Key: SECRET3\r\nConnection: close\r\n\r\n",
    );
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    let (records, _) = read(&path);
    let mut octets = Vec::new();
    for record in &records {
        match &record.event {
            Event::Connection(_, Activity::Received { octets: came, .. }) => {
                octets.extend(&came[..]);
            }
            Event::Connection(_, Activity::Parsed { head, .. }) => octets.extend(head.octets()),
            Event::Connection(..) | Event::Listener(_) => {}
        }
    }
    let text = String::from_utf8(octets).unwrap();
    assert_eq!(text.matches("token=*******&a=b").count(), 2, "{text}");
    assert!(!text.contains("SECRET"), "{text}");
}

#[test]
fn a_kill_loses_the_last_second_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let started = Instant::now();
    let server = Server::start(&["-q", "--record", path.to_str().unwrap()]);
    let stop = AtomicBool::new(false);
    let (killed, served) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..32)
            .map(|_| {
                scope.spawn(|| {
                    let mut peer = server.connect();
                    let mut answers = 0u64;
                    while !stop.load(Ordering::Relaxed) {
                        peer.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
                        let _ = peer.response_to("HEAD");
                        answers += 1;
                    }
                    answers
                })
            })
            .collect();
        // So long that something was written while all of them were busy.
        let busy = Instant::now();
        while busy.elapsed() < Duration::from_millis(2500) {
            std::thread::sleep(Duration::from_millis(50));
        }
        stop.store(true, Ordering::Relaxed);
        let served: u64 = clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum();
        server.signal("-KILL");
        (started.elapsed(), served)
    });
    assert!(killed < DEADLINE * 3);
    let (records, end) = read(&path);
    assert_eq!(end, End::CutOff, "it is said");
    let connections = of_connections(&records);
    assert_eq!(connections.len(), 32);
    for records in connections.values() {
        nothing_is_missing(records);
    }
    let answered = records.iter().filter(|record| {
        matches!(
            record.event,
            Event::Connection(_, Activity::Responded { .. })
        )
    });
    let answered = answered.count() as u64;
    assert!(answered > 0 && answered <= served, "{answered} of {served}");
    // Between two writes lies a second; a busy machine may add to it.
    let newest = records.iter().map(|record| record.at).max().unwrap();
    assert!(
        newest + Duration::from_secs(4) > killed,
        "{newest:?} of {killed:?}"
    );
}

/// What `glassport export` of this writes.
fn exported(path: &Path, options: &[&str]) -> (String, String) {
    let output = run(&[&["export", path.to_str().unwrap()], options].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (String::from_utf8_lossy(&output.stdout).into_owned(), said)
}

#[test]
fn a_session_is_written_for_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.mcap");
    let mut server = Server::start(&["-q", "--record", path.to_str().unwrap()]);
    // More on one connection than a screen would keep.
    let mut peer = server.connect();
    for _ in 0..300 {
        peer.send("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nCookie: a=SECRET\r\n\r\n");
        let _ = peer.response();
    }
    let _ = server.exchange("GET / HTTP/1.1\nHost: x\n\n");
    drop(peer);
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));

    let (har, _) = exported(&path, &["--har"]);
    let har: serde_json::Value = serde_json::from_str(&har).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 301);
    let (text, _) = exported(&path, &["--text", "--redact"]);
    let lines = text.lines().skip(1);
    let times: Vec<f64> = lines
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    assert!(times.len() > 1000, "{text}");
    let (curl, said) = exported(&path, &["--curl", "--redact"]);
    assert_eq!(
        curl.lines()
            .filter(|line| line.starts_with("curl "))
            .count(),
        300
    );
    assert!(
        !curl.contains("SECRET") && curl.contains("# not this one: "),
        "{curl}"
    );
    assert!(said.contains("1 request cannot"), "{said}");

    let out = folder.path().join("a.pcapng");
    let written = exported(&path, &["--pcapng", "-o", out.to_str().unwrap()]);
    assert_eq!(written.0, "");
    let tshark = Command::new("tshark")
        .args(["-r", out.to_str().unwrap(), "-Y", "http.request"])
        .output();
    match tshark {
        Ok(output) => {
            let requests = String::from_utf8_lossy(&output.stdout).lines().count();
            assert_eq!(requests, 301);
        }
        Err(error) => eprintln!("skipped: tshark: {error}"),
    }
    let again = run(&[
        "export",
        path.to_str().unwrap(),
        "--har",
        "-o",
        out.to_str().unwrap(),
    ]);
    assert_eq!(again.status.code(), Some(1));
    let no_session = run(&["export", "Cargo.toml", "--har"]);
    assert_eq!(no_session.status.code(), Some(1));
    let said = String::from_utf8(no_session.stderr).unwrap();
    assert!(said.contains("no session recorded by glassport"), "{said}");
}

/// The content that was recorded, response by response.
fn contents(path: &Path) -> Vec<Vec<u8>> {
    let (records, _) = read(path);
    let content = |record: Record| match record.event {
        Event::Connection(_, Activity::Content { octets }) => Some(octets.to_vec()),
        Event::Connection(..) | Event::Listener(_) => None,
    };
    records.into_iter().filter_map(content).collect()
}

#[test]
fn the_content_of_responses_is_recorded_as_far_as_it_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    fs::create_dir(&site).unwrap();
    // One that leaves with its head, and one that goes by sendfile.
    let small = b"small".to_vec();
    let large: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    fs::write(site.join("small"), &small).unwrap();
    fs::write(site.join("large"), &large).unwrap();
    for (options, most) in [
        (&[][..], 64 * 1024),
        (&["--record-bodies", "3"], 3),
        (&["--record-bodies", "1MiB"], 1 << 20),
        (&["--record-bodies", "0"], 0),
    ] {
        let path = folder.path().join(format!("{most}.mcap"));
        let arguments = [options, &["-q", "--record", path.to_str().unwrap()]].concat();
        let mut server = Server::start(&[&arguments[..], &[site.to_str().unwrap()]].concat());
        let mut peer = server.connect();
        for name in ["small", "large"] {
            peer.send(get(&format!("/{name}")));
            assert_eq!(peer.response().status(), 200);
        }
        peer.send("HEAD /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let _ = peer.response_to("HEAD");
        peer.finish();
        let _ = peer.rest();
        server.signal("-TERM");
        assert_eq!(server.exit_code(), Some(0));
        let expected: Vec<_> = [&small, &large]
            .into_iter()
            .map(|content| content[..content.len().min(most)].to_vec())
            .filter(|content| !content.is_empty())
            .collect();
        assert!(contents(&path) == expected, "{options:?}");
        if most == 3 {
            let (har, said) = exported(&path, &["--har"]);
            let har: serde_json::Value = serde_json::from_str(&har).unwrap();
            let content = &har["log"]["entries"][1]["response"]["content"];
            assert_eq!(content["size"], 300_000);
            assert_eq!(content["text"], "\u{0}\u{1}\u{2}");
            assert!(
                content["comment"]
                    .as_str()
                    .unwrap()
                    .contains("first 3 octets")
            );
            assert!(said.contains("not all is kept"), "{said}");
            let (text, _) = exported(&path, &["--text"]);
            assert!(text.contains("3 octets are kept: sma"), "{text}");
        }
    }
    let wrong = run(&["--record-bodies", "1GiB", "--no-tui", "-p", "0"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn a_page_that_quotes_its_request_is_not_in_a_redacted_session() {
    let folder = tempfile::tempdir().unwrap();
    for (options, recorded) in [(&[][..], 2), (&["--redact-parameter", "token"], 0)] {
        let path = folder.path().join(format!("{recorded}.mcap"));
        let arguments = [options, &["-q", "--record", path.to_str().unwrap()]].concat();
        let mut server = Server::start(&arguments);
        for line in [
            "/.glassport/echo?token=SECRET HTTP/1.1",
            "/?token=SECRET HTTP/1.1\r\nHost: a",
        ] {
            let _ = server.exchange(format!(
                "GET {line}\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            ));
        }
        server.signal("-TERM");
        assert_eq!(server.exit_code(), Some(0));
        assert_eq!(contents(&path).len(), recorded, "{options:?}");
    }
}
