//! The sessions that ship with the program, from real clients on the real program, so that
//! they can be recorded again:
//!
//! ```sh
//! cargo test --test recordings            # all of them, into assets/sessions/
//! cargo test --test recordings -- class   # those whose name holds this
//! ```
//!
//! Needs chromium, nc (OpenBSD's) and curl. They serve the sample site and talk to this
//! machine alone, so that nothing of whoever records them is in the files.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "../terminal/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests of the terminal use the rest"
)]
mod support;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use support::{Session, eventually};

/// The longest of them: they are part of the program.
const LONGEST: usize = 200_000;

/// One session: how it is come by.
struct Scene {
    name: &'static str,
    args: &'static [&'static str],
    play: fn(&mut Session),
}

const SCENES: &[Scene] = &[
    Scene {
        name: "browser",
        // The page, its style and its script whole; of pictures the beginning.
        args: &["--record-bodies", "12KiB"],
        play: browser,
    },
    Scene {
        name: "netcat",
        args: &[],
        play: netcat,
    },
    Scene {
        name: "class",
        args: &["--recv-size", "4"],
        play: class,
    },
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sessions");
    fs::create_dir_all(&folder).expect("a folder for them");
    for scene in SCENES.iter().filter(|scene| wanted(scene.name)) {
        let new = tempfile::tempdir().expect("there is room");
        let recording = new.path().join("session.mcap");
        let record = ["--record", recording.to_str().expect("it is text")];
        let mut session = Session::start(&[scene.args, &record].concat(), 140, 40);
        session.eventually_shows("q quit");
        (scene.play)(&mut session);
        session.send("Q");
        assert!(session.wait_exit().success(), "{}", session.text());
        let path = folder.join(scene.name).with_extension("mcap");
        let octets = fs::read(&recording).expect("it was recorded");
        let length = octets.len();
        assert!(length <= LONGEST, "{}: {length} octets", scene.name);
        fs::write(&path, octets).expect("it can be written");
        println!("assets/sessions/{}.mcap, {length} octets", scene.name);
    }
}

/// A page with all it names, the same again, one that is not there, and one with more pictures
/// than there are connections: the newest of them, which is shown at first, was used.
fn browser(session: &mut Session) {
    let profile = tempfile::tempdir().expect("there is room");
    let server = session.address();
    for path in ["/", "/", "/no-such-page", "/gallery.html"] {
        let mut chromium = Command::new("chromium");
        chromium
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en",
                "--dump-dom",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("http://{server}{path}"));
        let output = chromium.output().expect("chromium is there");
        assert!(output.status.success(), "{output:?}");
    }
    session.eventually_shows("0 open");
    // The page that is not there; its row may have scrolled out of sight.
    session.eventually_shows("4xx 1");
    let text = session.text();
    assert!(!text.contains("No head has been cut off yet"), "{text}");
}

/// A request typed with the wrong line ends, then with the right ones, in two pieces.
fn netcat(session: &mut Session) {
    let mut hand = Hand::new(session, &["-N"]);
    hand.types(&["GET /hello.txt HTTP/1.1\n", "Host: localhost\n", "\n"]);
    session.eventually_shows("400");
    hand.leaves();
    let mut hand = Hand::new(session, &["-C", "-N"]);
    hand.types(&["GET /hello", ".txt HTTP/1.1\n", "Host: localhost\n", "\n"]);
    session.eventually_shows("200");
    hand.leaves();
    session.eventually_shows("0 open");
}

/// One curl in small pieces; then two requests at once on a connection that is held, and
/// stepped until the second is left over.
fn class(session: &mut Session) {
    let url = format!("http://{}/hello.txt", session.address());
    let curl = Command::new("curl").args(["-s", &url]).output();
    assert!(curl.expect("curl is there").status.success());
    session.eventually_shows("0 open");
    session.send("P=16\r");
    session.eventually_shows("recv 16");
    session.eventually_shows("new ones held");
    let mut hand = Hand::new(session, &["-N"]);
    session.eventually_shows("HELD #2");
    hand.types(&["GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n\
         GET /empty.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"]);
    session.eventually_shows("88 octets unread in the kernel");
    // Until the first head is answered, and the search of what is left over has found nothing.
    for step in 1.. {
        assert!(step < 20, "{}", session.text());
        thread::sleep(Duration::from_millis(700));
        session.send(".");
        if session.text().contains("looked at 4 ") {
            break;
        }
    }
    thread::sleep(Duration::from_millis(700));
    session.send("p");
    session.eventually_shows("/empty.txt");
    hand.leaves();
    session.eventually_shows("0 open");
}

/// Somebody who types into netcat.
struct Hand {
    netcat: Child,
    keys: ChildStdin,
}

impl Hand {
    fn new(session: &Session, options: &[&str]) -> Self {
        let server = session.address();
        let mut netcat = Command::new("nc")
            .args(options)
            .args([server.ip().to_string(), server.port().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("nc is there");
        let keys = netcat.stdin.take().expect("it is piped");
        Self { netcat, keys }
    }

    /// Types these, and thinks in between: that it takes time is what is recorded.
    fn types(&mut self, pieces: &[&str]) {
        for piece in pieces {
            thread::sleep(Duration::from_millis(1200));
            self.keys.write_all(piece.as_bytes()).expect("it reads");
        }
    }

    fn leaves(self) {
        let Self { mut netcat, keys } = self;
        drop(keys);
        eventually("the end of nc", || {
            netcat.try_wait().expect("it is ours").is_some()
        });
    }
}
