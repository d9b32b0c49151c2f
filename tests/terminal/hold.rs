//! Holding and stepping a connection with keys, on a real terminal and a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::support::Session;
use super::{assert_ended_well, ready};

const LINES: [&str; 3] = ["GET /hello.txt HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n"];

#[test]
fn three_lines_typed_while_held_are_one_recv_and_one_step_each() {
    let mut session = ready(Session::start(&["-p", "0", "--hold"], 140, 40));
    session.eventually_shows("new ones held");
    let mut peer = TcpStream::connect(session.address()).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    session.eventually_shows("HELD #1");
    let mut typed = 0;
    for line in LINES {
        peer.write_all(line.as_bytes()).unwrap();
        typed += line.len();
        session.eventually_shows(&format!("{typed} octets unread in the kernel"));
    }
    session.send("4");
    session.eventually_shows(&format!("{typed} octets of"));
    session.eventually_shows("ESTABLISHED");
    session.send("3");
    for (step, shown) in [
        (".", "recv 44 of 16 384"),
        (".", "boundary at octet 44"),
        (".", "head parsed"),
        (".", "send 291"),
    ] {
        session.send(step);
        session.eventually_shows(shown);
    }
    let mut answer = [0; 12];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    session.send("q");
    session.send("q");
    assert_ended_well(&session);
}

#[test]
fn a_prediction_is_asked_for_and_revealed() {
    let mut session = ready(Session::start(&["-p", "0"], 140, 40));
    session.send("PT");
    session.eventually_shows("new ones held");
    let mut peer = TcpStream::connect(session.address()).unwrap();
    session.eventually_shows("HELD #1");
    peer.write_all(LINES.concat().as_bytes()).unwrap();
    session.eventually_shows("44 octets unread");
    session.send(".");
    session.eventually_shows("How many octets will this recv return?");
    let text = session.text();
    let answer = text
        .lines()
        .find(|line| line.contains(" 44 octets ") && line.contains("none: it waits"));
    let key = answer.and_then(|line| line.split(" 44 octets ").next()?.chars().last());
    session.send(&key.expect("an answer").to_string());
    session.eventually_shows("Right: 44 octets. (1 of 1 so far)");
    session.send("Q");
    assert_ended_well(&session);
}

#[test]
fn the_receive_size_can_be_changed_while_it_runs() {
    let mut session = ready(Session::start(&["-p", "0", "--recv-size", "16"], 140, 40));
    session.send("[");
    session.eventually_shows("recv asks for 4 octets");
    session.eventually_shows("recv 4");
    let mut peer = TcpStream::connect(session.address()).unwrap();
    peer.write_all(LINES.concat().as_bytes()).unwrap();
    session.eventually_shows("11▶");
    session.send("Q");
    assert_ended_well(&session);
}
