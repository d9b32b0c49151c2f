//! Whole connections without a socket: what the peer does, and exactly what is told of it
//! and sent to it.

mod expecting;
mod files;

use std::io::ErrorKind;

use super::script::{Act, Played, Stage, Take};
use super::*;
use crate::docroot::Docroot;

const OPTIONS: &str = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n";
const NO_CONTENT: &str =
    "HTTP/1.1 204 No Content\r\nDate: now\r\nAllow: GET, HEAD, OPTIONS\r\n\r\n";

fn say(octets: &str) -> Act {
    Act::Say(octets.into())
}

fn play(acts: Vec<Act>) -> Played {
    Stage::new(Docroot::embedded()).play(Admission::Serve, acts, Vec::new())
}

/// One word or two for each thing that happened.
fn told(activities: &[Activity]) -> Vec<String> {
    activities
        .iter()
        .map(|activity| match activity {
            Activity::Accepted { .. } => "accepted".into(),
            Activity::Received { octets, .. } => format!("recv {}", octets.len()),
            Activity::Scanned { matched, .. } => format!("search {matched}/4"),
            Activity::BoundaryFound { head } => format!("boundary {}..{}", head.start, head.end),
            Activity::Parsed { .. } => "parsed".into(),
            Activity::Rejected {
                diagnosis,
                request_line,
                ..
            } => format!(
                "refused {:?} at {}: {}",
                diagnosis.fault,
                diagnosis.span.start,
                request_line.escape_ascii()
            ),
            Activity::Continued => "continued".into(),
            Activity::BodyReceived { span, content } => {
                format!("body {}, content {content}", span.len())
            }
            Activity::Resolved(_) => "resolved".into(),
            Activity::Responding { status, .. } => format!("responding {status}"),
            Activity::Sent { octets, of } => format!("sent {octets}/{of}"),
            Activity::Responded { status, .. } => format!("responded {status}"),
            Activity::Held { before } => format!("held before {before:?}"),
            Activity::Released { .. } => "released".into(),
            Activity::PeerFinished => "recv 0".into(),
            Activity::TimedOut { waiting_for, after } => {
                format!("waited {} s for {waiting_for:?}", after.as_secs())
            }
            Activity::Failed { operation, kind } => format!("{operation:?} failed: {kind:?}"),
            Activity::Closed { by, reason, .. } => format!("closed by {by:?}: {reason:?}"),
        })
        .collect()
}

impl Played {
    /// Everything that was told, behind `accepted`.
    fn told(&self) -> Vec<String> {
        let told = told(&self.activities);
        assert_eq!(told.first().map(String::as_str), Some("accepted"));
        told[1..].to_vec()
    }

    /// The same without what depends on how the octets were split.
    fn gist(&self) -> Vec<String> {
        let split = ["recv ", "search ", "sent ", "body "];
        let mut told = self.told();
        told.retain(|line| line == "recv 0" || !split.iter().any(|s| line.starts_with(s)));
        told
    }

    /// What was sent, with a date that does not change.
    fn heard(&self) -> String {
        let lines = self.heard.split_inclusive("\r\n");
        lines
            .map(|line| {
                if line.starts_with("Date: ") {
                    "Date: now\r\n"
                } else {
                    line
                }
            })
            .collect()
    }

    fn statuses(&self) -> Vec<&str> {
        self.heard
            .split("HTTP/1.1 ")
            .skip(1)
            .filter_map(|rest| rest.get(..3))
            .filter(|status| status.bytes().all(|o| o.is_ascii_digit()))
            .collect()
    }
}

#[track_caller]
fn check(played: &Played, told: &[&str]) {
    assert_eq!(played.told(), told, "{}", played.heard);
}

#[test]
fn one_request() {
    let played = play(vec![say(OPTIONS), Act::Finish]);
    check(
        &played,
        &[
            "recv 39",
            "search 4/4",
            "boundary 0..39",
            "parsed",
            "responding 204",
            "sent 91/91",
            "responded 204",
            "recv 0",
            "closed by Peer: PeerFinished",
        ],
    );
    assert_eq!(played.heard(), NO_CONTENT);
    // A peer that has finished is not waited for.
    assert!(!played.hung_up_on);
}

#[test]
fn one_request_octet_by_octet() {
    let mut acts: Vec<_> = OPTIONS.bytes().map(|o| Act::Say(vec![o])).collect();
    acts.push(Act::Finish);
    let played = play(acts);
    assert_eq!(played.gist(), play(vec![say(OPTIONS), Act::Finish]).gist());
    let told = played.told();
    assert_eq!(told.iter().filter(|line| *line == "recv 1").count(), 39);
    assert_eq!(played.heard(), NO_CONTENT);
}

#[test]
fn requests_that_come_together_are_answered_in_order() {
    let together = format!("{OPTIONS}{OPTIONS}");
    let at_once = play(vec![say(&together), Act::Finish]);
    check(
        &at_once,
        &[
            "recv 78",
            "search 4/4",
            "boundary 0..39",
            "parsed",
            "responding 204",
            "sent 91/91",
            "responded 204",
            "search 4/4",
            "boundary 39..78",
            "parsed",
            "responding 204",
            "sent 91/91",
            "responded 204",
            "recv 0",
            "closed by Peer: PeerFinished",
        ],
    );
    for cut in 1..together.len() {
        let (one, two) = together.split_at(cut);
        let played = play(vec![say(one), say(two), Act::Finish]);
        assert_eq!(played.gist(), at_once.gist(), "cut at {cut}");
        assert_eq!(played.heard(), at_once.heard(), "cut at {cut}");
    }
}

#[test]
fn a_request_that_is_refused_ends_the_connection_and_the_rest_is_drained() {
    let played = play(vec![
        say("GET / HTTP/1.1\r\nHost : x\r\n\r\nGET / HT"),
        say("TP/1.1\r\n\r\n"),
    ]);
    let told = played.gist();
    assert_eq!(
        told,
        [
            "boundary 0..28",
            "refused SpaceBeforeColon at 20: GET / HTTP/1.1",
            "responding 400",
            "responded 400",
            "closed by Server: Refused"
        ]
    );
    assert_eq!(played.statuses(), ["400"]);
    assert!(played.hung_up_on);
}

#[test]
fn every_answer_that_ends_a_connection_is_seen_off() {
    for (request, reason) in [
        ("GET /hello.txt HTTP/1.0\r\n\r\n", "Http10"),
        (
            "GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "CloseAsked",
        ),
        (
            "GET /hello.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "Refused",
        ),
    ] {
        let played = play(vec![say(request)]);
        assert!(played.hung_up_on, "{request}");
        let told = played.told();
        assert_eq!(told.last(), Some(&format!("closed by Server: {reason}")));
        // What the peer still sends is counted, and waited for no longer than it comes.
        let played = play(vec![say(request), say("x"), say("yz"), Act::Silence]);
        let Some(Activity::Closed { totals, .. }) = played.activities.last() else {
            panic!("{:?}", played.told());
        };
        assert_eq!(totals.received, request.len() as u64 + 3);
        let finished = play(vec![say(request), Act::Finish]);
        assert_eq!(finished.statuses(), played.statuses());
    }
}

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
            "responded 408",
            "closed by Server: Deadline"
        ]
    );
    let refused = played.activities.iter().find_map(|activity| {
        if let Activity::Rejected {
            diagnosis, head, ..
        } = activity
        {
            Some((diagnosis.request_at, head.is_some()))
        } else {
            None
        }
    });
    assert_eq!(refused, Some((39, true)));
}

#[test]
fn a_peer_that_takes_nothing_or_breaks_is_given_up() {
    let stage = Stage::new(Docroot::embedded());
    let played = stage.play(
        Admission::Serve,
        vec![say(OPTIONS)],
        vec![Take::AtMost(10), Take::Stall],
    );
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
        Admission::Serve,
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
    stage
        .shared
        .draining
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let played = stage.play(Admission::TurnAway, vec![], vec![]);
    assert_eq!(played.statuses(), ["503"]);
}

#[test]
fn one_too_many_is_told_so_and_seen_off() {
    let stage = Stage::new(Docroot::embedded());
    let played = stage.play(Admission::TurnAway, vec![say(OPTIONS)], vec![]);
    assert_eq!(
        played.gist(),
        [
            "refused TooManyConnections at 0: ",
            "responding 503",
            "responded 503",
            "closed by Server: Full"
        ]
    );
    assert!(played.hung_up_on);
}

#[test]
fn the_octets_of_a_coding_count_too() {
    let head = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    // 200,000 octets of content in a million octets and more.
    let chunks = "1\r\na\r\n".repeat(200_000);
    let played = play(vec![say(head), say(&chunks), say("0\r\n\r\n"), Act::Finish]);
    assert_eq!(
        played.told().last().map(String::as_str),
        Some("closed by Server: BodyUnread")
    );
    assert_eq!(played.statuses(), ["204"]);
    assert!(played.heard.contains("\r\nConnection: close\r\n"));
}

#[test]
fn a_refused_head_has_no_content() {
    let played = play(vec![say("HEAD / HTTP/1.1\r\nHost: evil.example\r\n\r\n")]);
    assert_eq!(played.statuses(), ["421"]);
    assert!(played.heard.ends_with("\r\n\r\n"), "{}", played.heard);
    let got = play(vec![say("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")]);
    let fields = |played: &Played| {
        let heard = played.heard();
        let head = heard.split("\r\n\r\n").next().map(str::to_owned);
        head.unwrap_or_default()
    };
    // The excerpt of the request-line is one octet shorter for GET than for HEAD.
    let names = |head: &str| {
        let lines = head.lines().filter_map(|line| line.split(':').next());
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&fields(&played)), names(&fields(&got)));
}
