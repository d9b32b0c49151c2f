//! Going back in what happened while the server goes on, on a real terminal and a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::support::Session;
use super::{assert_ended_well, ready};

#[test]
fn a_request_that_came_in_pieces_is_seen_half_received_and_the_present_is_a_key_away() {
    let mut session = ready(Session::start(&["-p", "0", "--recv-size", "4"], 120, 40));
    let mut peer = TcpStream::connect(session.address()).unwrap();
    peer.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    peer.write_all(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = [0; 12];
    peer.read_exact(&mut answer).unwrap();
    session.eventually_shows("44 octets cut off as the head");
    session.eventually_shows("● LIVE");
    // Sent, responding, resolved, parsed, found; then two of each recv and its search.
    session.send(&",".repeat(11));
    session.eventually_shows("REPLAY");
    session.eventually_shows("since");
    session.eventually_shows("head 36 octets");
    session.eventually_shows("No head has been cut off yet");
    // A frame is read in pieces: what stands further down changes last.
    session.eventually("no answer yet", |screen| {
        !screen.contents().contains("200 OK")
    });
    // The server goes on meanwhile.
    peer.write_all(b"GET /x").unwrap();
    session.eventually_shows("REPLAY");
    session.send("G");
    session.eventually_shows("● LIVE");
    session.eventually_shows("head 6 octets");
    // Played to its end, it is the present again.
    session.send("{{");
    session.eventually_shows("REPLAY");
    session.send(" >>>>");
    session.eventually_shows("● LIVE");
    session.send("Q");
    assert_ended_well(&session);
}
