//! What a peer cannot do to the server: hold it, flood it, outstay its deadlines.

use std::process::Command;
use std::time::{Duration, Instant};

use super::support::{DEADLINE, Peer, Server, get, glassport, sample};

#[test]
fn an_answer_to_too_much_is_not_lost_to_a_reset() {
    let server = Server::start(&[]);
    let target = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "a".repeat(4 << 20)
    );
    let fields = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-Filler: y\r\n".repeat(300_000)
    );
    for (octets, status) in [(target, 414), (fields, 431)] {
        let mut peer = server.connect();
        peer.send(octets);
        let response = peer.response();
        assert_eq!(
            (response.status(), response.field("Connection")),
            (status, Some("close"))
        );
        assert!(peer.is_closed());
    }
}

#[test]
fn a_target_of_8000_octets_is_served() {
    let server = Server::start(&[]);
    let mut peer = server.connect();
    peer.send(get(&format!("/hello.txt?{}", "a".repeat(7989))));
    assert_eq!(peer.response().status(), 200);
}

#[test]
fn s9_an_incomplete_head_is_answered_408_and_dribbling_buys_no_time() {
    let server = Server::start(&["--head-timeout", "1"]);
    let start = Instant::now();
    let mut peer = server.connect();
    peer.send("GET / HTTP/1.1\r\nX: ");
    peer.stream
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    // One octet every 50 ms: each recv has news, and the deadline passes all the same.
    let mut answer = [0; 12];
    let came = loop {
        assert!(
            start.elapsed() < DEADLINE,
            "a dribbling peer is never cut off"
        );
        let _ = std::io::Write::write(&mut peer.stream, b"a");
        if let Ok(n) = std::io::Read::read(&mut peer.stream, &mut answer) {
            break n;
        }
    };
    assert_eq!(&answer[..came], b"HTTP/1.1 408");
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
fn s9_more_connections_than_the_limit_are_told_so() {
    let server = Server::start(&["--max-connections", "2"]);
    // Answered, so that it is known which of them were accepted first.
    let [_first, second] = [(), ()].map(|()| {
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().status(), 200);
        peer
    });
    let mut third = server.connect();
    third.send(get("/hello.txt"));
    let response = third.response();
    assert_eq!(
        (response.status(), response.field("Connection")),
        (503, Some("close"))
    );
    assert!(
        response.text().contains("--max-connections"),
        "{}",
        response.text()
    );
    assert!(third.is_closed());
    drop(second);
    server.eventually("a free place", |server| {
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        (peer.response().status() == 200).then_some(())
    });
}

/// Changes a limit of a running process.
fn limit(server: &Server, limit: &str) {
    let status = Command::new("prlimit")
        .args(["--pid", &server.pid().to_string(), limit])
        .status()
        .expect("prlimit is there");
    assert!(status.success());
}

/// Another process, ended with the test.
struct Others(std::process::Child);

impl Others {
    fn spawn(mut command: Command) -> Self {
        Self(command.spawn().expect("setpriv is there"))
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many lines of the access log say 503.
fn logged(server: &Server) -> usize {
    let log = server.log();
    log.lines().filter(|line| line.contains("\" 503 ")).count()
}

/// Connects so often, asks on each, and counts those that are answered 503.
fn refused_of(server: &Server, connections: usize) -> (Vec<Peer>, Vec<String>) {
    let mut peers: Vec<_> = (0..connections).map(|_| server.connect()).collect();
    let mut served = Vec::new();
    let mut refusals = Vec::new();
    for peer in &mut peers {
        // One that is turned away may be closed by now.
        let _ = std::io::Write::write_all(&mut peer.stream, get("/hello.txt").as_bytes());
    }
    for mut peer in peers {
        let response = peer.response();
        match response.status() {
            200 => served.push(peer),
            503 => refusals.push(response.text()),
            other => panic!("{other}"),
        }
    }
    (served, refusals)
}

#[test]
fn what_is_turned_away_is_counted_and_logged_like_every_other_answer() {
    let server = Server::start(&["--max-connections", "10", "-H", "X-Own: x"]);
    let (served, refusals) = refused_of(&server, 100);
    assert_eq!((served.len(), refusals.len()), (10, 90));
    server.eventually("a line for each", |s| (logged(s) == 90).then_some(()));
    let told = |s: &Server| {
        s.errors()
            .matches("every connection this server may have")
            .count()
    };
    server.eventually("a word on each", |s| (told(s) == 90).then_some(()));
    drop(served);
    server.eventually("a free place", |server| {
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        let response = peer.response();
        assert_eq!(response.field("X-Own"), Some("x"));
        (response.status() == 200).then_some(())
    });
}

#[test]
fn there_is_room_for_no_more_connections_than_there_are_descriptors() {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            "ulimit -n 64; exec \"$0\" --no-tui -p 0 --max-connections 70",
        ])
        .arg(glassport().get_program());
    let server = Server::spawn(command);
    let line = server.eventually("what was lowered", |s| {
        let errors = s.errors();
        let line = errors.lines().find(|line| line.contains("room for"));
        line.map(ToOwned::to_owned)
    });
    assert!(
        line.ends_with("not 70: there are too few open files (ulimit -n)"),
        "{line}"
    );
    let holds: usize = line.split(' ').nth(3).unwrap().parse().unwrap();
    let (served, refusals) = refused_of(&server, 70);
    assert_eq!((served.len(), refusals.len()), (holds, 70 - holds));
    for text in &refusals {
        assert!(text.contains("there is room for on this system"), "{text}");
    }
    server.eventually("a line for each", |s| {
        (logged(s) == refusals.len()).then_some(())
    });
    assert!(!server.errors().contains("accept:"), "{}", server.errors());
}

#[test]
fn running_out_of_descriptors_is_told_does_not_spin_and_is_over_when_it_is() {
    let server = Server::start(&[]);
    limit(&server, "--nofile=24:");
    let (served, refusals) = refused_of(&server, 40);
    assert!(
        !served.is_empty() && refusals.len() > 20,
        "{}",
        refusals.len()
    );
    for text in &refusals {
        assert!(text.contains("there is no descriptor left"), "{text}");
    }
    server.eventually("the reason on stderr", |s| {
        s.errors().contains("glassport: accept: ").then_some(())
    });
    server.eventually("a line for each", |s| {
        (logged(s) == refusals.len()).then_some(())
    });
    let before = cpu_ticks(server.pid());
    let start = Instant::now();
    // A window to measure in, not a wait for something to happen.
    std::thread::sleep(Duration::from_millis(500));
    let ticks = cpu_ticks(server.pid()) - before;
    assert!(ticks <= 10, "{ticks} ticks of CPU in {:?}", start.elapsed());
    let open = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .count()
    };
    let before = open();
    let closed = served.len();
    drop(served);
    server.eventually("descriptors", |_| (open() + closed <= before).then_some(()));
    // The first that comes is served, not answered for those before.
    let (served, refusals) = refused_of(&server, 1);
    assert_eq!((served.len(), refusals.len()), (1, 0), "{refusals:?}");
}

#[test]
fn a_burst_that_took_every_descriptor_leaves_some_for_files_when_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hello.txt"), "hello").unwrap();
    for limit in [16, 20, 26] {
        let mut command = Command::new("sh");
        let script = format!("ulimit -n {limit}; exec \"$0\" --no-tui -p 0 \"$1\"");
        command.args(["-c", &script]).arg(glassport().get_program());
        let server = Server::spawn({
            command.arg(folder.path());
            command
        });
        let burst: Vec<_> = (0..70).map(|_| server.connect()).collect();
        server.eventually("one that is turned away", |s| (logged(s) > 0).then_some(()));
        drop(burst);
        // Threads that wait for connections must not keep for good what the file needs.
        server.eventually("the file", |server| {
            let mut peer = server.connect();
            peer.send(get("/hello.txt"));
            (peer.response().status() == 200).then_some(())
        });
    }
}

#[test]
fn too_little_address_space_is_known_and_ends_nothing() {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 200000; exec \"$0\" --no-tui -p 0"])
        .arg(glassport().get_program());
    let server = Server::spawn(command);
    let said = "there are too few pages of address space (ulimit -v)";
    server.eventually("what was lowered", |s| {
        s.errors().contains(said).then_some(())
    });
    let mut peers: Vec<_> = (0..600).map(|_| server.connect()).collect();
    let head = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(60_000));
    for peer in &mut peers {
        let _ = std::io::Write::write_all(&mut peer.stream, head.as_bytes());
    }
    server.eventually("those that are turned away", |s| {
        (logged(s) > 100).then_some(())
    });
    drop(peers);
    server.eventually("a free place", |server| {
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        (peer.response().status() == 200).then_some(())
    });
    assert!(
        !server.errors().contains("no thread"),
        "{}",
        server.errors()
    );
}

#[test]
fn running_out_of_threads_is_told_as_that() {
    // The limit is one of the user, and does not hold for root.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        eprintln!("skipped: only root can become a user without other processes");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("glassport");
    std::fs::copy(glassport().get_program(), &program).unwrap();
    let anyone = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), anyone).unwrap();
    let as_somebody = |command: &str| {
        let mut setpriv = Command::new("setpriv");
        setpriv.args(["--reuid=54321", "--clear-groups", "sh", "-c", command]);
        setpriv.arg(&program);
        setpriv
    };
    let server = Server::spawn(as_somebody(
        "exec prlimit --nproc=100 \"$0\" --no-tui -p 0 --threads connection",
    ));
    // There was room when it started; then others of the same user take it.
    let _others: Vec<_> = (0..90)
        .map(|_| Others::spawn(as_somebody("exec sleep 60")))
        .collect();
    let (served, refusals) = refused_of(&server, 40);
    assert!(served.len() < 12, "{}", served.len());
    assert!(!refusals.is_empty());
    for text in &refusals {
        assert!(text.contains("there is no thread left"), "{text}");
    }
    server.eventually("the reason on stderr", |s| {
        s.errors()
            .contains("glassport: no thread for a connection: ")
            .then_some(())
    });
    assert!(!server.errors().contains("accept:"), "{}", server.errors());
    server.eventually("a line for each", |s| {
        (logged(s) == refusals.len()).then_some(())
    });
    drop(served);
    server.eventually("service again", |server| {
        let (served, _) = refused_of(server, 1);
        (served.len() == 1).then_some(())
    });
}

/// User and system time of a process, in hundredths of a second.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn an_idle_connection_costs_little_memory() {
    const CONNECTIONS: u64 = 400;
    let server = Server::start(&["--max-connections", "2000"]);
    let resident = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
    };
    let visit = || {
        let mut peer = server.connect();
        peer.send(get("/hello.txt"));
        assert_eq!(peer.response().body, sample("hello.txt"));
        peer
    };
    // What is allocated once is not a cost of a connection.
    let _first: Vec<_> = (0..20).map(|_| visit()).collect();
    let before = resident();
    let _peers: Vec<_> = (0..CONNECTIONS).map(|_| visit()).collect();
    let each = (resident() - before) / CONNECTIONS;
    println!("{each} KiB for each idle connection");
    // A debug build has larger stack frames.
    let limit = if cfg!(debug_assertions) { 40 } else { 24 };
    assert!(each <= limit, "{each} KiB for each idle connection");
}

#[test]
fn threads_of_a_burst_end_and_the_next_burst_is_served() {
    const BURST: usize = 100;
    // Those that stay in accept for each of two listening sockets, at most.
    const KEPT: usize = 2 * 32;
    let server = Server::start(&["--threads", "connection"]);
    let threads = || {
        std::fs::read_dir(format!("/proc/{}/task", server.pid()))
            .unwrap()
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .filter(|name| name.trim() == "connection")
            .count()
    };
    for _ in 0..2 {
        let peers: Vec<_> = (0..BURST)
            .map(|_| {
                let mut peer = server.connect();
                peer.send(get("/hello.txt"));
                assert_eq!(peer.response().status(), 200);
                peer
            })
            .collect();
        assert!(threads() > BURST, "one for each, and one that accepts");
        drop(peers);
        server.eventually("threads to end", |_| (threads() <= KEPT).then_some(()));
    }
}

#[test]
fn s14_a_worker_that_panics_takes_nothing_with_it_but_its_connection() {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: the panic can be asked for in debug builds alone");
        return;
    }
    let mut command = glassport();
    command
        .args(["--no-tui", "-p", "0"])
        .env("GLASSPORT_TEST_PANIC", "worker");
    let server = Server::spawn(command);
    let mut peer = server.connect();
    peer.send(get("/.glassport/panic"));
    assert!(peer.is_closed());
    let mut peer = server.connect();
    peer.send(get("/hello.txt"));
    assert_eq!(peer.response().status(), 200);
}
