//! Those who follow on the page: with plain sockets, and in a real browser where there is one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use super::support::{Browser, SOON, Session, get};
use super::{assert_ended_well, quiet, ready};

const TOKEN: &str = "0123456789abcdef";

/// A dashboard that is followed on this port.
fn shared(port: u16) -> Session {
    let share = format!("--share={port}");
    let arguments = ["-p", "0", &share, "--share-token", TOKEN];
    ready(Session::start(&arguments, 140, 40))
}

/// A port that is free.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("it is bound").port()
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/.glassport/watch/{TOKEN}")
}

/// Sends a request to the page, and reads no further than it likes.
fn ask(port: u16, request: &str) -> TcpStream {
    let page = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect(page).expect("it listens");
    stream
        .set_read_timeout(Some(SOON))
        .expect("any time will do");
    let request = format!("{request} HTTP/1.1\r\nHost: {page}\r\nX-Glassport: 1\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream
}

/// Lines of the stream for a viewer.
fn watch(port: u16, viewer: &str) -> impl Iterator<Item = String> + use<> {
    let path = format!("/.glassport/watch/{TOKEN}/events?viewer={viewer}&size=140x40");
    let lines = BufReader::new(ask(port, &format!("GET {path}"))).lines();
    lines.map(|line| line.expect("it goes on"))
}

#[test]
fn viewers_see_what_is_shown_and_are_seen_nowhere_in_it() {
    let port = free_port();
    let mut session = shared(port);
    session.eventually_shows("0 watch");
    let mut lines = watch(port, "one");
    assert!(lines.any(|line| line.contains("0 open")));
    session.eventually_shows("1 watch");
    let more: Vec<_> = (0..5).map(|n| watch(port, &format!("more{n}"))).collect();
    session.eventually_shows("6 watch");
    // All of them are connections, and the dashboard knows of none.
    quiet(&session);
    let text = session.text();
    assert!(
        text.contains("0 open") && text.contains("0 requests"),
        "{text}"
    );
    drop(more);
    session.eventually_shows("1 watch");
    // That nobody new came makes no frame: nothing feeds on itself.
    quiet(&session);
    get(session.address(), "/hello.txt");
    assert!(lines.any(|line| line.contains("/hello.txt")));
    session.eventually_shows("1 request ");
    session.send("W");
    session.eventually_shows(&url(port));
    session.send("q");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn secrets_are_masked_on_the_page_and_nowhere_else() {
    let port = free_port();
    let mut session = shared(port);
    let mut lines = watch(port, "one");
    let mut peer = TcpStream::connect(session.address()).expect("it listens");
    let request = "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nCookie: id=geheim17\r\n";
    peer.write_all(request.as_bytes()).expect("it reads");
    session.eventually_shows("geheim17");
    // Octets in the buffer, before there is a head.
    let mut seen = String::new();
    let mut until = |text: &str| {
        let found = lines.by_ref().find(|line| {
            seen.push_str(line);
            line.contains(text)
        });
        assert!(found.is_some(), "{text}");
        assert!(!seen.contains("geheim17"), "{seen}");
    };
    until("***********");
    peer.write_all(b"\r\n").expect("it reads");
    // And the head that was parsed, and in hex.
    until("head parsed");
    session.send("x");
    session.eventually_shows("69 6d 31 37");
    until("2a 2a 2a");
    assert!(!seen.contains("69 6d 31 37"), "{seen}");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn without_a_dashboard_there_is_nothing_to_follow() {
    let program = env!("CARGO_BIN_EXE_glassport");
    let output = std::process::Command::new(program)
        .args(["-p", "0", "--no-tui", "--share"])
        .output()
        .expect("it can be run");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--share shows the dashboard"), "{said}");
}

#[test]
fn a_browser_follows_looks_around_and_comes_back() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let port = free_port();
    let mut session = shared(port);
    let tab = browser.open(&url(port), (1300, 900));
    browser.eventually_shows(&tab, "You see what the teacher sees");
    session.eventually_shows("1 watch");
    for path in ["/hello.txt", "/gallery.html"] {
        get(session.address(), path);
        browser.eventually_shows(&tab, &format!("GET·{path}"));
    }
    let buffer = "document.getElementById('screen').innerText.match(/Buffer #(\\d+)/)[1]";
    browser.eventually(&tab, &format!("{buffer} === '2'"));

    // Steps back on its own, by key and by button; the dashboard does not.
    browser.value(&tab, "document.getElementById('screen').focus()");
    let press = "document.getElementById('screen').dispatchEvent(\
                 new KeyboardEvent('keydown', { key: ',', bubbles: true }))";
    browser.value(&tab, press);
    browser.eventually_shows(&tab, "You look around on your own");
    session.eventually_shows("1 watch");
    browser.value(
        &tab,
        "document.querySelector('[data-do=exchange-back]').click()",
    );
    browser.value(&tab, "document.querySelector('[data-do=present]').click()");
    browser.eventually_shows(&tab, "this is the present");
    // What is clicked is selected.
    let click = "(() => { const row = document.querySelectorAll('.row')[3];\
                 const box = row.getBoundingClientRect();\
                 row.dispatchEvent(new MouseEvent('click', { bubbles: true,\
                 clientX: box.left + 80, clientY: box.top + 5 })); })()";
    browser.value(&tab, click);
    browser.eventually(&tab, &format!("{buffer} === '1'"));
    assert!(session.text().contains("Buffer #2"), "{}", session.text());
    browser.value(&tab, "document.getElementById('follow').click()");
    browser.eventually_shows(&tab, "You see what the teacher sees");
    browser.eventually(&tab, &format!("{buffer} === '2'"));

    // Whoever listens is told.
    let told = "document.getElementById('told').textContent.length > 20";
    browser.eventually(&tab, told);

    // The server comes back, and the page with it.
    session.send("q");
    assert_ended_well(&session);
    browser.eventually_shows(&tab, "The connection is lost");
    let session = shared(port);
    browser.eventually_shows(&tab, "You see what the teacher sees");
    session.eventually_shows("1 watch");
    get(session.address(), "/again.txt");
    browser.eventually_shows(&tab, "GET·/again.txt");
    let wrong: Vec<_> = browser
        .wrong
        .iter()
        .filter(|it| !it.contains("ERR_"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nothing_from_the_wire_is_markup_in_the_page() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let port = free_port();
    let session = shared(port);
    let tab = browser.open(&url(port), (1300, 900));
    browser.eventually_shows(&tab, "You see what the teacher sees");
    let mut peer = TcpStream::connect(session.address()).expect("it listens");
    let request = "GET /<script>window.got=1</script><img/src=x/onerror=got=2> HTTP/1.1\r\n\
                   Host: localhost\r\nX: <style>*{display:none}</style>&lt;\"'</div></main>\r\n\r\n";
    peer.write_all(request.as_bytes()).expect("it reads");
    let mut answer = [0; 12];
    peer.read_exact(&mut answer).expect("it answers");
    browser.eventually_shows(&tab, "<script>window.got=1");
    browser.eventually_shows(&tab, "<style>*{display:none}");
    let inside = "[...document.getElementById('screen').querySelectorAll('*')]\
                  .every((it) => it.matches('div.row, div.row > span'))";
    browser.eventually(&tab, inside);
    let scripts = browser.value(
        &tab,
        "window.got === undefined && document.scripts.length === 1",
    );
    assert_eq!(scripts, true);
    assert!(browser.wrong.is_empty(), "{:?}", browser.wrong);
}

#[test]
fn the_class_answers_and_the_dashboard_shows_how() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let port = free_port();
    let mut session = shared(port);
    let tab = browser.open(&url(port), (390, 844));
    browser.eventually_shows(&tab, "You see what the teacher sees");
    session.send("PT");
    session.eventually_shows("new ones held");
    let mut peer = TcpStream::connect(session.address()).expect("it listens");
    session.eventually_shows("HELD #1");
    peer.write_all(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it reads");
    session.eventually_shows("44 octets unread");
    session.send(".");
    session.eventually_shows("1 watch, 0 answered");
    browser.eventually_shows(&tab, "How many octets will this recv return?");
    let answer = "[...document.querySelectorAll('#answers button')]\
                  .find((it) => it.textContent === '44 octets').click()";
    browser.value(&tab, answer);
    browser.eventually_shows(&tab, "Your answer is taken");
    // Another browser, by hand.
    let other = format!("POST /.glassport/watch/{TOKEN}/answer?browser=b&question=1&answer=0");
    let mut said = String::new();
    ask(port, &other)
        .read_to_string(&mut said)
        .expect("it answers");
    assert!(said.starts_with("HTTP/1.1 204"), "{said}");
    session.eventually_shows("1 watch, 2 answered");
    let text = session.text();
    let mut answers = text.lines().filter(|line| line.contains("none: it waits"));
    let right = answers.next_back().and_then(|line| {
        let (before, _) = line.split_once(" 44 octets")?;
        before.chars().next_back()
    });
    session.send(&right.expect("it is among the answers").to_string());
    session.eventually_shows("Right: 44 octets");
    session.eventually_shows("████████████");
    browser.eventually(&tab, "document.getElementById('question').hidden");
}
