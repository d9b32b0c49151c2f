//! How a connection ends before its time: half-closed, silent, stalled, broken, or because
//! the server stops or is full.

use std::io::ErrorKind;

use super::*;
use crate::server::connection::script::Take;

#[test]
fn half_closed_in_every_state() {
    check(
        &play(vec![Act::Finish]),
        &["recv 0", "closed by Peer: PeerFinished"],
    );
    check(
        &play(vec![say("GET / HT"), Act::Finish]),
        &[
            "recv 8",
            "search 0/4",
            "recv 0",
            "refused HeadIncomplete at 8: GET / HT",
            "responding 400",
            "sent 469/469",
            "finished",
            "responded 400",
            "closed by Server: Refused",
        ],
    );
    let head = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
    let played = play(vec![say(head), say("ab"), Act::Finish]);
    assert_eq!(
        played.gist(),
        [
            "boundary 0..58",
            "parsed",
            "recv 0",
            "refused BodyIncomplete at 60: OPTIONS * HTTP/1.1",
            "responding 400",
            "finished",
            "responded 400",
            "closed by Server: Refused"
        ]
    );
    let played = play(vec![say(head), say("abcde"), Act::Finish]);
    assert_eq!(played.heard(), NO_CONTENT);
}

#[test]
fn every_wait_has_an_end() {
    check(
        &play(vec![]),
        &["waited 60 s for Request", "closed by Server: Idle"],
    );
    let played = play(vec![say(OPTIONS)]);
    assert_eq!(
        played.gist()[4..],
        ["waited 60 s for Request", "closed by Server: Idle"]
    );
    let played = play(vec![say("GET / HTTP/1.1\r\nHo")]);
    assert_eq!(
        played.gist(),
        [
            "waited 5 s for Head",
            "refused HeadTimeout at 18: GET / HTTP/1.1",
            "responding 408",
            "finished",
            "responded 408",
            "closed by Server: Deadline"
        ]
    );
    // What took too long is a part of the request, whose line is known.
    let head = "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
    let played = play(vec![say(OPTIONS), say(head), say("abc"), Act::Silence]);
    assert_eq!(
        played.gist()[4..],
        [
            "boundary 39..98",
            "parsed",
            "waited 7 s for Body",
            "refused BodyTimeout at 101: POST /form HTTP/1.1",
            "responding 408",
            "finished",
            "responded 408",
            "closed by Server: Deadline"
        ]
    );
    let refused = played.activities.iter().find_map(|activity| {
        if let Activity::Rejected { refusal, head, .. } = activity {
            Some((refusal.request_at, head.is_some()))
        } else {
            None
        }
    });
    assert_eq!(refused, Some((39, true)));
}

#[test]
fn a_peer_that_takes_nothing_or_breaks_is_given_up() {
    let stage = Stage::new(Docroot::embedded());
    let played = stage.play(vec![say(OPTIONS)], vec![Take::AtMost(10), Take::Stall]);
    assert_eq!(
        played.told()[4..],
        [
            "responding 204",
            "sent 10/91",
            "waited 9 s for Send",
            "closed by Server: SendStalled"
        ]
    );
    assert_eq!(played.heard, "HTTP/1.1 2");
    let played = stage.play(
        vec![say(OPTIONS)],
        vec![Take::AtMost(10), Take::Break(ErrorKind::ConnectionReset)],
    );
    assert_eq!(
        played.told()[4..],
        [
            "responding 204",
            "sent 10/91",
            "Send failed: ConnectionReset",
            "closed by Peer: Broken"
        ]
    );
    check(
        &play(vec![say("GET"), Act::Break(ErrorKind::ConnectionReset)]),
        &[
            "recv 3",
            "search 0/4",
            "Recv failed: ConnectionReset",
            "closed by Peer: Broken",
        ],
    );
    // An interrupted call is made again.
    let played = play(vec![
        Act::Break(ErrorKind::Interrupted),
        say(OPTIONS),
        Act::Finish,
    ]);
    assert_eq!(played.heard(), NO_CONTENT);
}

#[test]
fn a_server_that_stops_lets_go() {
    check(&play(vec![Act::Drain]), &["closed by Server: Draining"]);
    let played = play(vec![say("GET / HT"), Act::Drain]);
    assert_eq!(played.gist(), ["closed by Server: Draining"]);
    assert_eq!(played.heard, "");
    let stage = Stage::new(Docroot::embedded());
    stage.shared.drain();
    let played = stage.turn_away(vec![]);
    assert_eq!(played.statuses(), ["503"]);
}

#[test]
fn one_too_many_is_told_so_and_seen_off() {
    let stage = Stage::new(Docroot::embedded());
    let played = stage.turn_away(vec![say(OPTIONS)]);
    assert_eq!(
        played.gist(),
        [
            "refused TooManyConnections at 0: ",
            "responding 503",
            "finished",
            "responded 503",
            "closed by Server: Full"
        ]
    );
    assert!(played.hung_up_on);
}
