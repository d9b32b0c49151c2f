//! Pictures of the real screen, from scripted sessions with the real program, so that those
//! in the README can be made again:
//!
//! ```sh
//! cargo test --test screenshots            # all of them, into assets/screenshots/
//! cargo test --test screenshots -- flood   # those whose name holds this
//! ```
//!
//! Each is an SVG, which every browser shows and which looks sharp at any size.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

mod film;
mod svg;

#[path = "../terminal/support/mod.rs"]
#[expect(dead_code, reason = "the tests of the terminal use the rest")]
mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use support::{Flood, Session, count, get};

/// One picture: how it is come by.
struct Scene {
    name: &'static str,
    size: (u16, u16),
    args: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    look: svg::Look,
    play: fn(&mut Session) -> Option<Kept>,
}

/// What must go on until the picture is taken.
#[expect(dead_code, reason = "it is held, not read")]
enum Kept {
    Connections(Vec<TcpStream>),
    Flood(Flood),
}

const SCENES: &[Scene] = &[
    Scene {
        name: "browser",
        play: browser,
        ..Scene::USUAL
    },
    Scene {
        name: "half-typed",
        args: &["-p", "0", "--recv-size", "1024"],
        play: half_typed,
        ..Scene::USUAL
    },
    Scene {
        name: "refused",
        play: refused,
        ..Scene::USUAL
    },
    Scene {
        name: "flood",
        play: flood,
        ..Scene::USUAL
    },
    Scene {
        name: "80x24",
        size: (80, 24),
        play: half_typed,
        ..Scene::USUAL
    },
    Scene {
        name: "light",
        env: &[("GLASSPORT_THEME", "light")],
        look: svg::Look::Light,
        play: browser,
        ..Scene::USUAL
    },
    Scene {
        name: "projector",
        size: (100, 30),
        play: projector,
        ..Scene::USUAL
    },
    Scene {
        name: "copy",
        size: (100, 30),
        play: copy,
        ..Scene::USUAL
    },
    Scene {
        name: "palette",
        size: (100, 30),
        play: palette,
        ..Scene::USUAL
    },
];

impl Scene {
    const USUAL: Self = Self {
        name: "",
        size: (140, 40),
        args: &["-p", "0"],
        env: &[],
        look: svg::Look::Dark,
        play: |_| None,
    };
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshots");
    fs::create_dir_all(&folder).expect("a folder for them");
    for scene in SCENES.iter().filter(|scene| wanted(scene.name)) {
        let (columns, rows) = scene.size;
        let mut session = Session::start_with(scene.args, scene.env, columns, rows);
        session.eventually_shows("q quit");
        let kept = (scene.play)(&mut session);
        settle(&session, kept.as_ref());
        let picture = svg::draw(&session.screen(), scene.look);
        let path = folder.join(scene.name).with_extension("svg");
        fs::write(&path, picture).expect("it can be written");
        println!("assets/screenshots/{}.svg", scene.name);
    }
    if wanted("film") {
        fs::write(folder.join("film.svg"), film()).expect("it can be written");
        println!("assets/screenshots/film.svg");
    }
}

/// Twenty seconds: a request typed by hand, its answer, the same request again for what has not
/// changed, and a browser.
fn film() -> String {
    let size = (112, 32);
    let args = ["-p", "0", "--recv-size", "1024"];
    let env = [("GLASSPORT_THEME", "dark")];
    let mut session = Session::start_with(&args, &env, size.0, size.1);
    session.eventually_shows("q quit");
    let server = session.address();
    let mut film = film::Film::new(svg::Look::Dark);
    film.hold(&session, 1500);
    let mut stream = open(server);
    film.hold(&session, 900);
    for (octets, millis) in [
        ("GET /hello", 1100),
        (".txt HTTP/1.1\r\n", 1500),
        ("Host: localhost:8080\r\n", 1700),
    ] {
        stream.write_all(octets.as_bytes()).expect("it reads");
        film.hold(&session, millis);
    }
    film.poster();
    stream.write_all(b"\r\n").expect("it reads");
    film.hold(&session, 3200);
    let mut octets = [0; 4096];
    let came = stream.read(&mut octets).expect("it answers");
    let answer = String::from_utf8_lossy(&octets[..came]).into_owned();
    let tag = answer.split("ETag: ").nth(1).expect("it has an ETag");
    let tag = tag.split("\r\n").next().expect("it ends");
    let again =
        format!("GET /hello.txt HTTP/1.1\r\nHost: localhost:8080\r\nIf-None-Match: {tag}\r\n\r\n");
    stream.write_all(again.as_bytes()).expect("it reads");
    film.hold(&session, 3600);
    let kept = load(server);
    film.hold(&session, 2800);
    session.send("k");
    film.hold(&session, 600);
    session.send("k");
    film.hold(&session, 2200);
    drop(kept);
    film.into_svg(size)
}

/// Waits until the screen stands still, unless something makes it change all the time.
fn settle(session: &Session, kept: Option<&Kept>) {
    if matches!(kept, Some(Kept::Flood(_))) {
        return;
    }
    // A frame at a time: what a second brings is part of the picture.
    let mut frames = 0;
    while frames != session.frames() {
        frames = session.frames();
        thread::sleep(Duration::from_millis(250));
    }
}

/// What a browser asks for, on the connections it opens: the page first, then what the page
/// names.
fn browser(session: &mut Session) -> Option<Kept> {
    let kept = load(session.address());
    session.eventually_shows("/no-such-page");
    // The table of exchanges, and in it the newest page that was found.
    session.send("\tGk");
    Some(Kept::Connections(kept))
}

fn load(server: SocketAddr) -> Vec<TcpStream> {
    let mut page = open(server);
    ask(
        &mut page,
        server,
        "/",
        "text/html,application/xhtml+xml",
        "",
    );
    let others: Vec<_> = [
        ["/style.css", "/pictures/layers.svg"],
        ["/app.js", "/pictures/waterfall.svg"],
        ["/favicon.svg", "/pictures/octets.png"],
    ]
    .into_iter()
    .map(|paths| {
        thread::spawn(move || {
            let mut stream = open(server);
            for path in paths {
                ask(
                    &mut stream,
                    server,
                    path,
                    "*/*",
                    "Referer: http://localhost/\r\n",
                );
            }
            stream
        })
    })
    .collect();
    let mut kept: Vec<_> = others
        .into_iter()
        .map(|other| other.join().expect("it is answered"))
        .collect();
    ask(&mut page, server, "/gallery.html", "text/html", "");
    ask(&mut page, server, "/no-such-page", "text/html", "");
    kept.push(page);
    kept
}

fn open(server: SocketAddr) -> TcpStream {
    TcpStream::connect(server).expect("it listens")
}

fn ask(stream: &mut TcpStream, server: SocketAddr, path: &str, accept: &str, more: &str) {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; \
         rv:140.0) Gecko/20100101 Firefox/140.0\r\nAccept: {accept}\r\nAccept-Language: \
         en-GB,en;q=0.5\r\n{more}Connection: keep-alive\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    let mut octets = [0; 65536];
    loop {
        let came = stream.read(&mut octets).expect("it answers");
        answer.extend_from_slice(&octets[..came]);
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&answer[..head]).to_lowercase();
        let length = text.split("content-length: ").nth(1).unwrap_or("0");
        let length: usize = length
            .split_whitespace()
            .next()
            .and_then(|length| length.parse().ok())
            .expect("it says how much comes");
        if answer.len() >= head + 4 + length || came == 0 {
            return;
        }
    }
}

/// A request typed by hand: two lines, in two pieces.
fn half_typed(session: &mut Session) -> Option<Kept> {
    let server = session.address();
    for path in ["/", "/gallery.html", "/no-such-page", "/hello.txt"] {
        get(server, path);
    }
    // Where there is little room the target is shortened.
    session.eventually_shows("GET /hel");
    let mut stream = open(server);
    stream
        .write_all(b"GET /notes/ HTTP/1.1\r\n")
        .expect("it reads");
    session.eventually_shows("head 22 octets");
    thread::sleep(Duration::from_millis(1200));
    stream
        .write_all(b"Host: localhost:8080\r\n")
        .expect("it reads");
    session.eventually_shows("head 44 octets");
    session.eventually_shows("waiting 3 s");
    Some(Kept::Connections(vec![stream]))
}

fn refused(session: &mut Session) -> Option<Kept> {
    let server = session.address();
    get(server, "/hello.txt");
    let mut stream = open(server);
    let request = b"GET /hello.txt HTTP/1.1\r\nHost : localhost\r\nAccept: text/plain\r\n\r\n";
    stream.write_all(request).expect("it reads");
    session.eventually_shows("white space stands between field name and colon");
    Some(Kept::Connections(vec![stream]))
}

fn flood(session: &mut Session) -> Option<Kept> {
    let flood = Flood::start(session.address(), 8);
    session.eventually_shows("left out");
    let frames = count(&session.octets(), b"\x1b[?2026h");
    // A few seconds of it, for the sparkline.
    support::eventually("many frames", || session.frames() > frames + 100);
    Some(Kept::Flood(flood))
}

fn projector(session: &mut Session) -> Option<Kept> {
    let kept = half_typed(session);
    session.send("L");
    kept
}

fn copy(session: &mut Session) -> Option<Kept> {
    let kept = half_typed(session);
    session.send("yjjj");
    session.eventually_shows("Copy request");
    kept
}

fn palette(session: &mut Session) -> Option<Kept> {
    let kept = half_typed(session);
    session.send(":co");
    session.eventually_shows("Command");
    kept
}
