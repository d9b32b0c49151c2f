//! Signals, and readers of the log that stall: the program ends in time with the right status,
//! and no line is lost silently.
#![cfg(target_os = "linux")]

use std::io::{PipeReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::support::{DEADLINE, Peer, Server, get, glassport};

/// How long the end may take when nobody reads. It is two seconds, and this machine may be
/// busy with other things.
const END: Duration = Duration::from_secs(5);

/// A server, what it writes to standard output and standard error unread.
struct Unread {
    child: Child,
    port: u16,
    log: PipeReader,
    errors: PipeReader,
}

impl Unread {
    fn start(arguments: &[&str]) -> Self {
        let (log, out) = std::io::pipe().unwrap();
        let (mut errors, err) = std::io::pipe().unwrap();
        let child = glassport()
            .args(["--no-tui", "-p", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .spawn()
            .unwrap();
        let mut banner = Vec::new();
        while !banner.ends_with(b"/\n") {
            let mut octet = [0];
            errors.read_exact(&mut octet).unwrap();
            banner.push(octet[0]);
        }
        let banner = String::from_utf8(banner).unwrap();
        let port = banner.trim_end_matches("/\n").rsplit(':').next().unwrap();
        let port = port.parse().unwrap();
        Self {
            child,
            port,
            log,
            errors,
        }
    }

    /// Sends requests, all on one connection, and takes the answers.
    fn ask(&self, request: &str, times: usize) {
        let mut peer = Peer::connect(("127.0.0.1", self.port));
        let mut answers = peer.stream.try_clone().unwrap();
        let taker = std::thread::spawn(move || std::io::copy(&mut answers, &mut std::io::sink()));
        for _ in 0..times {
            peer.send(request);
        }
        peer.finish();
        taker.join().unwrap().unwrap();
    }

    /// Has it refuse so many requests, each with a line on standard error.
    fn have_refused(&self, times: usize) {
        for _ in 0..times {
            let mut peer = Peer::connect(("127.0.0.1", self.port));
            peer.send("GET / HTTP/1.1\n\n");
            peer.rest();
        }
    }

    fn end(&mut self, signal: i32) -> ExitStatus {
        kill(self.child.id(), signal);
        wait(&mut self.child)
    }

    /// What the process left in the pipes when it ended.
    fn rest(&mut self) -> (String, String) {
        let (mut log, mut errors) = (String::new(), String::new());
        self.log.read_to_string(&mut log).unwrap();
        self.errors.read_to_string(&mut errors).unwrap();
        (log, errors)
    }

    /// Waits until it does nothing more.
    fn settle(&self) {
        let ticks = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
            let rest = stat.rsplit_once(')').unwrap().1.to_owned();
            let ticks = rest.split_whitespace().skip(11).take(2);
            ticks.map(|n| n.parse::<u64>().unwrap()).sum::<u64>()
        };
        let start = Instant::now();
        let mut seen = (ticks(), Instant::now());
        while seen.1.elapsed() < Duration::from_millis(300) {
            assert!(start.elapsed() < DEADLINE, "it does not settle");
            std::thread::sleep(Duration::from_millis(10));
            let now = ticks();
            if now != seen.0 {
                seen = (now, Instant::now());
            }
        }
    }

    /// Memory that is resident, in octets.
    fn resident(&self) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.split("VmRSS:").nth(1).unwrap();
        let kib: usize = line.split_whitespace().next().unwrap().parse().unwrap();
        kib << 10
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: u32, signal: i32) {
    let status = Command::new("kill")
        .args([format!("-{signal}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(start.elapsed() < END, "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The number behind the last of these words.
fn number_behind(words: &str, text: &str) -> Option<usize> {
    let rest = text.rsplit_once(words)?.1;
    rest.split_whitespace().next()?.parse().ok()
}

const HUP: i32 = 1;
const INT: i32 = 2;
const QUIT: i32 = 3;
const TERM: i32 = 15;

#[test]
fn a_reader_that_stalls_keeps_no_signal_from_ending_it_and_lines_are_counted() {
    for signal in [TERM, INT, QUIT, HUP] {
        let mut server = Unread::start(&[]);
        server.ask(&get("/hello.txt"), 3000);
        assert_eq!(server.end(signal).signal(), Some(signal));
        let (log, errors) = server.rest();
        let lost = number_behind("glassport: access log: lines lost: ", &errors);
        let written = log.matches('\n').count();
        assert_eq!(written + lost.unwrap_or_default(), 3000, "{errors}");
        assert!(written < 3000);
    }
}

#[test]
fn neither_does_one_that_reads_stderr_no_more() {
    for signal in [TERM, INT] {
        let mut server = Unread::start(&[]);
        server.have_refused(1000);
        assert_eq!(server.end(signal).signal(), Some(signal));
    }
}

#[test]
fn what_stderr_does_not_take_is_counted_in_the_log() {
    let mut server = Unread::start(&[]);
    server.have_refused(1500);
    // The log is read, and standard error is not.
    let mut log = server.log.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).map(|_| text)
    });
    assert_eq!(server.end(TERM).signal(), Some(TERM));
    let log = reader.join().unwrap().unwrap();
    let (_, errors) = server.rest();
    let lost = number_behind("glassport: stderr: lines lost: ", &log).unwrap();
    // The second line of the banner is one too.
    let written = errors.matches(": 400: ").count();
    assert_eq!(written + lost, 1500, "{errors}");
    assert_eq!(log.matches(" 400 ").count(), 1500);
}

#[test]
fn a_reader_that_comes_late_finds_every_line() {
    let mut server = Unread::start(&[]);
    server.ask(&get("/hello.txt"), 5000);
    let mut log = server.log.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).map(|_| text)
    });
    assert_eq!(server.end(TERM).code(), Some(0), "all in order");
    assert_eq!(reader.join().unwrap().unwrap().matches('\n').count(), 5000);
    assert!(!server.rest().1.contains("lost"));
}

#[test]
fn lines_nobody_reads_take_a_bounded_amount_of_memory_and_the_loss_is_told_at_once() {
    let mut server = Unread::start(&[]);
    let long = "x".repeat(60_000);
    let request =
        format!("GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {long}\r\n\r\n");
    server.ask(&request, 1);
    let before = server.resident();
    server.ask(&request, 1200);
    server.settle();
    let grown = server.resident() - before;
    assert!(grown < 48 << 20, "{grown} octets");
    // Told while it goes on.
    let mut said = vec![0; 4096];
    let count = server.errors.read(&mut said).unwrap();
    let said = String::from_utf8_lossy(&said[..count]).into_owned();
    assert!(
        said.contains(
            "access log: its reader takes nothing; serving goes on without it; lines lost: "
        ),
        "{said}"
    );
    assert_eq!(server.end(TERM).signal(), Some(TERM));
    let (log, errors) = server.rest();
    let lost = number_behind("lines lost: ", &errors).unwrap();
    assert_eq!(log.matches('\n').count() + lost, 1201);
}

/// How many lines a file has, and that the last is whole.
fn lines_of(path: &Path) -> usize {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().count()
}

#[test]
fn hup_and_usr1_open_the_log_file_again_and_no_line_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut server = Server::start(&["--log-file", path.to_str().unwrap()]);
    let port = server.port();
    let flood = std::thread::spawn(move || {
        for _ in 0..400 {
            let mut peer = Peer::connect(("127.0.0.1", port));
            for _ in 0..5 {
                peer.send(get("/hello.txt"));
                assert_eq!(peer.response().status(), 200);
            }
        }
    });
    for (turn, signal) in ["-HUP", "-USR1", "-HUP"].into_iter().enumerate() {
        server.eventually("lines", |_| {
            (path.exists() && lines_of(&path) > 0).then_some(())
        });
        std::fs::rename(&path, folder.path().join(format!("log.{turn}"))).unwrap();
        server.signal(signal);
        server.eventually("the file", |_| path.exists().then_some(()));
    }
    flood.join().unwrap();
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0), "{}", server.errors());
    let files = std::fs::read_dir(folder.path()).unwrap();
    let lines: usize = files.map(|file| lines_of(&file.unwrap().path())).sum();
    assert_eq!(lines, 2000);
    assert_eq!(server.errors().matches("log was opened again").count(), 3);
}

#[test]
fn a_file_that_cannot_be_opened_again_is_used_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs/log");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let mut server = Server::start(&["--log-file", path.to_str().unwrap()]);
    let moved = folder.path().join("moved");
    std::fs::rename(path.parent().unwrap(), &moved).unwrap();
    server.signal("-HUP");
    server.eventually("a sentence", |s| {
        s.errors().contains("was not opened again").then_some(())
    });
    server.exchange(get("/hello.txt"));
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    assert_eq!(lines_of(&moved.join("log")), 1);
}

#[test]
fn a_fifo_that_nobody_reads_in_the_place_of_the_log_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let (path, old) = (folder.path().join("log"), folder.path().join("old"));
    let mut server = Server::start(&["--log-file", path.to_str().unwrap()]);
    std::fs::rename(&path, &old).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    server.signal("-HUP");
    server.eventually("a sentence", |s| {
        s.errors().contains("was not opened again").then_some(())
    });
    server.exchange(get("/hello.txt"));
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    assert_eq!(lines_of(&old), 1);
}

#[test]
fn a_file_that_may_grow_no_further_costs_lines_that_are_counted_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut command = Command::new("bash");
    // A limit of 4 KiB for each file, which XFSZ would enforce by killing the process.
    command
        .args([
            "-c",
            "ulimit -f 4; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_glassport"),
        ])
        .args(["--no-tui", "-p", "0", "--log-file"])
        .arg(&path);
    let mut server = Server::spawn(command);
    for _ in 0..100 {
        assert!(
            server
                .exchange(get("/hello.txt"))
                .starts_with("HTTP/1.1 200 ")
        );
    }
    server.eventually("a sentence", |s| {
        let said = "File too large (os error 27); serving goes on without it; lines lost: ";
        s.errors().contains(said).then_some(())
    });
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    let lost = server.eventually("the count", |s| {
        number_behind("access log: lines lost: ", &s.errors())
    });
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.len(), 4096, "as much as there was room for");
    assert_eq!(text.matches('\n').count() + lost, 100);
}

#[test]
fn what_was_ignored_at_the_start_stays_ignored() {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap '' HUP INT QUIT; exec \"$0\" --no-tui -p 0",
        env!("CARGO_BIN_EXE_glassport"),
    ]);
    let mut server = Server::spawn(command);
    for signal in ["-HUP", "-INT", "-QUIT"] {
        server.signal(signal);
        assert!(
            server
                .exchange(get("/hello.txt"))
                .starts_with("HTTP/1.1 200 ")
        );
    }
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn usr1_without_a_log_file_kills_nobody() {
    let mut server = Server::start(&[]);
    server.signal("-USR1");
    server.eventually("a sentence", |s| {
        s.errors()
            .contains("USR1: there is no --log-file")
            .then_some(())
    });
    server.exchange(get("/hello.txt"));
    server.signal("-HUP");
    assert_eq!(server.exit_code(), Some(0));
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_without_a_word_about_lost_lines() {
    let mut server = Unread::start(&[]);
    // Nobody else may hold the reading end.
    let (closed, _) = std::io::pipe().unwrap();
    drop(std::mem::replace(&mut server.log, closed));
    server.ask(&get("/hello.txt"), 1);
    assert_eq!(wait(&mut server.child).code(), Some(0));
    assert!(!server.rest().1.contains("lost"));
}
