//! A page that shows lines of text, to clients on real sockets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ratatui::buffer::Buffer;

use super::*;
use crate::share::{Audience, Picture, Question, Wish, bell, listen};

const TOKEN: &str = "0123456789abcdef";
/// How long anything may take that takes no time on an idle machine.
const SOON: Duration = Duration::from_secs(20);

/// What is shown, and what was told of those who watch.
#[derive(Default)]
struct State {
    line: String,
    question: Option<Question>,
    audience: Audience,
}

#[derive(Clone, Default)]
struct Shared(Arc<(Mutex<State>, Condvar)>);

/// Shows one line; a viewpoint of one's own shows how often its viewer has looked.
struct Lines(Shared);

impl Scene for Lines {
    type Own = usize;

    fn catch_up(&mut self) {}
    fn size(&self) -> (u16, u16) {
        (80, 24)
    }
    fn shown(&mut self, (columns, lines): (u16, u16)) -> Picture {
        let line = self.0.lock().line.clone();
        let all = vec![format!("{line:<width$}", width = usize::from(columns)); lines.into()];
        Picture {
            cells: Buffer::with_lines(all),
            told: String::new(),
        }
    }
    fn own(&self) -> usize {
        0
    }
    fn shown_own(&mut self, own: &mut usize, _: (u16, u16)) -> Picture {
        Picture {
            cells: Buffer::with_lines([format!("own {own}")]),
            told: String::new(),
        }
    }
    fn look(&mut self, own: &mut usize, _: (u16, u16), wish: &Wish) -> bool {
        *own += 1;
        *wish != Wish::Command("quit".into())
    }
    fn question(&self) -> Option<Question> {
        self.0.lock().question.clone()
    }
    fn tell(&mut self, audience: Audience) {
        self.0.lock().audience = audience;
        self.0.0.1.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.0.lock().unwrap()
    }

    fn eventually_told(&self, is_it: impl Fn(&Audience) -> bool) {
        let waited = self
            .0
            .1
            .wait_timeout_while(self.lock(), SOON, |state| !is_it(&state.audience))
            .unwrap();
        assert!(!waited.1.timed_out(), "{:?}", waited.0.audience);
    }
}

struct Page {
    shown: Shared,
    bell: Bell,
    address: SocketAddr,
    _running: Running,
}

impl Page {
    fn open() -> Self {
        let shown = Shared::default();
        shown.lock().line = "first".into();
        let local = SocketAddr::from(([127, 0, 0, 1], 0));
        let listeners = listen(&[local], 0, true).unwrap();
        let address = listeners[0].local_addr().unwrap();
        let (bell, ear) = bell().unwrap();
        let scene = Lines(shown.clone());
        let pace = Pace {
            gap: Duration::from_millis(1),
            times: 0,
        };
        let running = open_at(
            pace,
            listeners,
            TOKEN.parse().unwrap(),
            scene,
            (bell.clone(), ear),
        );
        Self {
            shown,
            bell,
            address,
            _running: running.unwrap(),
        }
    }

    fn show(&self, line: &str) {
        line.clone_into(&mut self.shown.lock().line);
        self.bell.ring();
    }

    fn send(&self, method: &str, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nX-Glassport: 1\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    /// The status line.
    fn status(&self, method: &str, path: &str) -> String {
        let mut answer = String::new();
        let mut stream = self.send(method, path);
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().into()
    }

    fn post(&self, what: &str) -> String {
        self.status("POST", &format!("/.glassport/watch/{TOKEN}/{what}"))
    }

    fn watch(&self, viewer: &str, size: &str) -> Viewer {
        let path = format!("/.glassport/watch/{TOKEN}/events?viewer={viewer}&size={size}");
        Viewer(BufReader::new(self.send("GET", &path)))
    }
}

struct Viewer(BufReader<TcpStream>);

impl Viewer {
    /// The next line that is not empty.
    fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "it was closed");
            if !line.trim().is_empty() {
                return line.trim_end().into();
            }
        }
    }

    /// The next event, and its data.
    fn event(&mut self) -> (String, String) {
        loop {
            if let Some(event) = self.line().strip_prefix("event: ") {
                let data = self.line();
                return (event.into(), data["data: ".len()..].into());
            }
        }
    }

    /// Events until the data of one holds this; how many there were, and what kind it was.
    fn until(&mut self, text: &str) -> (usize, String) {
        for count in 1.. {
            let (event, data) = self.event();
            if data.contains(text) {
                return (count, event);
            }
        }
        unreachable!()
    }
}

#[test]
fn whoever_does_not_know_the_token_finds_nothing() {
    let page = Page::open();
    let base = "/.glassport/watch";
    let found = page.status("GET", &format!("{base}/{TOKEN}"));
    assert_eq!(found, "HTTP/1.1 200 OK");
    for path in ["/", base, "/.glassport/watch/0123456789abcdeF"] {
        assert_eq!(page.status("GET", path), "HTTP/1.1 404 Not Found", "{path}");
    }
    let asked = page.status("GET", &format!("{base}/{TOKEN}/look?viewer=a&do=down"));
    assert_eq!(asked, "HTTP/1.1 405 Method Not Allowed");
}

#[test]
fn a_viewer_sees_the_whole_frame_and_then_what_changes() {
    let page = Page::open();
    let mut viewer = page.watch("a", "81x25");
    assert_eq!(viewer.event().0, "state");
    let (event, frame) = viewer.event();
    assert_eq!(event, "frame");
    assert!(
        frame.starts_with("{\"columns\":80,\"lines\":24,"),
        "{frame}"
    );
    page.show("second");
    assert_eq!(viewer.until("second").1, "rows");
    page.shown.eventually_told(|it| it.watching == 1);
    drop(viewer);
    page.shown.eventually_told(|it| it.watching == 0);
}

#[test]
fn a_stalled_viewer_delays_nobody_and_takes_up_again_at_the_newest_frame() {
    const FRAMES: usize = 120;
    let page = Page::open();
    let mut stalled = page.watch("stalled", "200x60");
    let mut other = page.watch("other", "200x60");
    other.until("first");
    for n in 0..FRAMES {
        // So long a line that a few frames fill what the kernel keeps for somebody.
        let line = format!("{n:03} {}", "x".repeat(190));
        page.show(&line);
        other.until(&format!("{n:03} x"));
    }
    // It never asked for less than everything, and did not get it: no queue was kept for it.
    let (events, event) = stalled.until(&format!("{:03} x", FRAMES - 1));
    assert!(events < FRAMES, "{events}");
    assert_eq!(event, "frame");
    page.show("last");
    assert_eq!(stalled.until("last").1, "rows");
}

#[test]
fn there_is_room_for_so_many_and_no_more() {
    let page = Page::open();
    let mut viewers: Vec<_> = (0..MOST_VIEWERS)
        .map(|n| page.watch(&format!("v{n}"), "80x24"))
        .collect();
    for viewer in &mut viewers {
        viewer.until("first");
    }
    let path = format!("/.glassport/watch/{TOKEN}/events?viewer=late");
    let full = "HTTP/1.1 503 Service Unavailable";
    assert_eq!(page.status("GET", &path), full);
    // One that is known comes again, before it was seen that it had gone.
    page.watch("v0", "80x24").until("first");
    viewers.clear();
    page.shown.eventually_told(|it| it.watching == 0);
    page.watch("late", "80x24").until("first");
}

#[test]
fn whoever_looks_around_moves_nobody_else_and_finds_back() {
    let page = Page::open();
    let (mut one, mut other) = (page.watch("one", "80x24"), page.watch("other", "80x24"));
    one.until("first");
    other.until("first");
    let done = "HTTP/1.1 204 No Content";
    assert_eq!(page.post("look?viewer=one&do=down"), done);
    assert_eq!(one.until("own 1").1, "frame");
    page.shown.eventually_told(|it| it.own == 1);
    let refused = page.post("look?viewer=one&do=quit");
    assert_eq!(refused, "HTTP/1.1 403 Forbidden");
    let nobody = page.post("look?viewer=nobody&do=down");
    assert_eq!(nobody, "HTTP/1.1 400 Bad Request");
    page.show("second");
    assert_eq!(other.until("second").0, 1);
    assert_eq!(page.post("follow?viewer=one"), done);
    assert_eq!(one.until("second").1, "frame");
}

#[test]
fn only_so_many_look_around_at_once() {
    let page = Page::open();
    let mut viewers: Vec<_> = (0..=MOST_OWN)
        .map(|n| page.watch(&format!("v{n}"), "80x24"))
        .collect();
    for (n, viewer) in viewers.iter_mut().enumerate() {
        viewer.until("first");
        let looked = page.post(&format!("look?viewer=v{n}&do=down"));
        let fits = n < MOST_OWN;
        assert_eq!(looked.contains("204"), fits, "{n}: {looked}");
    }
    // Whoever leaves has made room.
    viewers.remove(0);
    page.shown.eventually_told(|it| it.watching == MOST_OWN);
    let looked = page.post(&format!("look?viewer=v{MOST_OWN}&do=down"));
    assert!(looked.contains("204"), "{looked}");
}

#[test]
fn a_question_reaches_everyone_and_the_answers_come_back() {
    let page = Page::open();
    let mut viewer = page.watch("a", "80x24");
    viewer.until("first");
    page.shown.lock().question = Some(Question {
        occasion: "once".into(),
        text: "How many octets?".into(),
        answers: vec!["16".into(), "none".into()],
    });
    page.bell.ring();
    assert_eq!(viewer.until("How many octets?").1, "state");
    for (browser, answer, status) in [
        ("a", 0, "204"),
        ("b", 1, "204"),
        ("a", 1, "204"),
        ("c", 2, "409"),
    ] {
        let given = page.post(&format!(
            "answer?browser={browser}&question=1&answer={answer}"
        ));
        assert!(given.contains(status), "{given}");
    }
    let counts = |it: &Audience| it.answers.iter().map(|(_, n)| *n).eq([0, 2]);
    page.shown.eventually_told(counts);
}
