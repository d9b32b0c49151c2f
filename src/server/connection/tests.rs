//! Whole connections without a socket: what the peer does, and exactly what is told of it
//! and sent to it.

mod endings;
mod expecting;
mod files;

use std::thread;

use super::script::{Act, Played, Stage};
use super::*;
use crate::docroot::Docroot;
use crate::event::{Activity, Reason};

const OPTIONS: &str = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n";
const NO_CONTENT: &str =
    "HTTP/1.1 204 No Content\r\nDate: now\r\nAllow: GET, HEAD, OPTIONS\r\n\r\n";

fn say(octets: &str) -> Act {
    Act::Say(octets.into())
}

fn play(acts: Vec<Act>) -> Played {
    Stage::new(Docroot::embedded()).play(acts, Vec::new())
}

/// One word or two for each thing that happened.
fn told(activities: &[Activity]) -> Vec<String> {
    activities
        .iter()
        // What was sent is told of as calls: that its octets are shown too is no step of its own.
        .filter(|activity| !matches!(activity, Activity::Content { .. }))
        .map(|activity| match activity {
            Activity::Accepted { .. } => "accepted".into(),
            Activity::Received { octets, .. } => format!("recv {}", octets.len()),
            Activity::Scanned { matched, .. } => format!("search {matched}/4"),
            Activity::BoundaryFound { head } => format!("boundary {}..{}", head.start, head.end),
            Activity::Parsed { .. } => "parsed".into(),
            Activity::Rejected {
                refusal,
                request_line,
                ..
            } => format!(
                "refused {} at {}: {}",
                match refusal.reason {
                    Reason::Fault(fault) => format!("{fault:?}"),
                    Reason::Policy(policy) => format!("{policy:?}"),
                },
                refusal.span.start,
                request_line.escape_ascii()
            ),
            Activity::Continued => "continued".into(),
            Activity::BodyReceived { span, content } => {
                format!("body {}, content {content}", span.len())
            }
            Activity::Resolved(_) => "resolved".into(),
            Activity::Responding { status, .. } => format!("responding {status}"),
            Activity::Content { octets } => format!("content {}", octets.len()),
            Activity::Sent { octets, of, .. } => format!("sent {octets}/{of}"),
            Activity::Responded { status, .. } => format!("responded {status}"),
            Activity::Held { before } => format!("held before {before:?}"),
            Activity::Released { .. } => "released".into(),
            Activity::Finished => "finished".into(),
            Activity::PeerFinished => "recv 0".into(),
            Activity::TimedOut { waiting_for, after } => {
                format!("waited {} s for {waiting_for:?}", after.as_secs())
            }
            Activity::Failed { operation, kind } => format!("{operation:?} failed: {kind:?}"),
            Activity::Closed { by, reason, .. } => format!("closed by {by:?}: {reason:?}"),
            Activity::Counted(_) => "counted".into(),
            Activity::Sampled(_) => "sampled".into(),
            Activity::Gone => "gone".into(),
            Activity::OfSource(name) => format!("of {name}"),
            Activity::Upstream(_) => "upstream".into(),
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
            "finished",
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
    // The excerpt of the request-line is one octet shorter for GET than for HEAD, so the
    // length is not that of the response to GET, and is not said (RFC 9110 §8.6).
    assert!(!played.heard.contains("Content-Length"), "{}", played.heard);
    let names = |head: &str| {
        let lines = head.lines().filter_map(|line| line.split(':').next());
        let lines = lines.filter(|name| *name != "Content-Length");
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&fields(&played)), names(&fields(&got)));
}

/// So that whoever has it may be any thread.
#[test]
fn a_connection_on_a_real_socket_can_be_handed_to_another_thread() {
    fn send<T: Send>() {}
    send::<Connection<crate::server::served_socket::ServedSocket>>();
}

#[test]
fn a_connection_is_put_down_between_two_requests_and_taken_up_on_another_thread() {
    let stage = Stage::new(Docroot::embedded());
    let pieces = OPTIONS.split_at(11);
    let acts = vec![
        say(OPTIONS),
        say(pieces.0),
        say(pieces.1),
        say(OPTIONS),
        Act::Finish,
    ];
    let mut times_put_down = 0;
    let played = stage.with(acts, vec![], |mut connection| {
        // Each time a thread of its own.
        while thread::scope(|scope| {
            scope
                .spawn(|| connection.serve_until_idle())
                .join()
                .unwrap()
        }) == Outcome::Rests
        {
            times_put_down += 1;
        }
    });
    // Before the first request, and behind each of the three.
    assert_eq!(times_put_down, 4);
    let acts = vec![
        say(OPTIONS),
        say(pieces.0),
        say(pieces.1),
        say(OPTIONS),
        Act::Finish,
    ];
    assert_eq!(played.told(), play(acts).told());
    assert_eq!(played.heard(), NO_CONTENT.repeat(3));
}

#[test]
fn a_connection_that_rests_too_long_is_closed_when_it_is_taken_up() {
    let stage = Stage::new(Docroot::embedded());
    let played = stage.with(vec![say(OPTIONS)], vec![], |mut connection| {
        for _ in 0..2 {
            let outcome = connection.serve_until_idle();
            assert_eq!(
                outcome,
                Outcome::Rests,
                "before its first request and behind it"
            );
        }
        assert_eq!(connection.serve_until_idle(), Outcome::Ended);
    });
    let told = played.gist();
    assert_eq!(
        told[told.len() - 2..],
        ["waited 60 s for Request", "closed by Server: Idle"]
    );
}

#[test]
fn a_connection_rests_wherever_octets_are_missing_and_tells_the_same() {
    let upload = "POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab";
    let heard_in_pieces = |nothing: &[Act]| {
        let pieces = [OPTIONS, &OPTIONS[..11], &OPTIONS[11..], upload, "cde"];
        let mut acts = Vec::new();
        for piece in pieces {
            acts.extend_from_slice(nothing);
            acts.push(say(piece));
        }
        acts.extend_from_slice(nothing);
        acts.push(Act::Finish);
        acts
    };
    let stage = Stage::new(Docroot::embedded());
    let (mut rests, mut desk) = (0, Desk::default());
    let acts = heard_in_pieces(&[Act::NothingYet]);
    let played = stage.with(acts, vec![], |mut connection| {
        while connection.serve_at(&mut desk) == Outcome::Rests {
            rests += 1;
            connection.give_back();
        }
    });
    // Once for each piece, and where a wait for the next request begins.
    assert_eq!(rests, 6 + 4);
    let acts = heard_in_pieces(&[]);
    let whole = play(acts);
    assert_eq!(played.told(), whole.told());
    assert_eq!(played.heard(), whole.heard());
    assert!(desk.room.capacity() > 0, "the memory is the thread's");
}

#[test]
fn half_a_head_that_rests_too_long_is_answered_when_it_is_taken_up() {
    let stage = Stage::new(Docroot::embedded());
    let acts = vec![say("GET / HTTP/1.1\r\nHo"), Act::NothingYet, Act::Late];
    let mut outcomes = Vec::new();
    let played = stage.with(acts, vec![], |mut connection| {
        while outcomes.last() != Some(&Outcome::Ended) {
            outcomes.push(connection.serve_until_idle());
        }
    });
    assert_eq!(outcomes, [Outcome::Rests, Outcome::Rests, Outcome::Ended]);
    let told = played.gist();
    assert_eq!(told[0], "waited 5 s for Head");
    assert_eq!(told[told.len() - 1], "closed by Server: Deadline");
}

#[test]
fn a_connection_rests_after_its_last_answer_until_the_peer_has_finished() {
    let request = "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for (last, times) in [(Act::Finish, 3), (Act::Late, 3), (say("and more"), 3)] {
        let stage = Stage::new(Docroot::embedded());
        let mut rests = 0;
        let acts = vec![say(request), Act::NothingYet, Act::NothingYet, last];
        let played = stage.with(acts, vec![], |mut connection| {
            while connection.serve_until_idle() == Outcome::Rests {
                rests += 1;
            }
        });
        assert_eq!(rests, times);
        assert!(played.hung_up_on);
        let told = played.gist();
        assert_eq!(told[told.len() - 1], "closed by Server: CloseAsked");
    }
}
