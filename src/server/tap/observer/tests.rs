//! The observer alone, fed by hand.

use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::location::Past;
use super::super::upstream::Upstream;
use super::*;
use crate::event::{Detail, Event, Inbox, Sink};

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

/// Those of an upstream of which nothing came yet.
fn answers() -> Answers {
    let there = SocketAddr::from(([127, 0, 0, 1], 3000));
    let upstream = Upstream::new("localhost", 3000, vec![there]);
    let tap = SocketAddr::from(([127, 0, 0, 1], 8080));
    Answers::new(Past::new(Arc::new(upstream), tap), LineEnds::CrLf)
}

/// An observer, and what it tells.
struct Watched {
    observer: Observer,
    reporter: Reporter,
    inbox: Inbox,
}

impl Watched {
    fn new() -> Self {
        let (sink, inbox) = Sink::new(Detail::Everything);
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        Self {
            observer: Observer::new(LineEnds::CrLf, answers()),
            reporter: sink.accept(address, address),
            inbox,
        }
    }

    fn up(&mut self, octets: &[u8]) -> &mut Self {
        self.observer.peer_sent(octets, &mut self.reporter);
        self
    }

    /// Forwarded, and then read.
    fn down(&mut self, octets: &[u8]) -> &mut Self {
        let n = octets.len() as u64;
        self.observer.passed_on(n, n);
        self.observer.upstream_sent(octets, &mut self.reporter);
        self
    }

    /// What was told of exchanges, however the octets came.
    fn told(mut self) -> Vec<String> {
        self.reporter.flush();
        let mut told = Vec::new();
        for batch in self.inbox.receiver().try_iter() {
            self.inbox.open(batch, |record| {
                if let Event::Connection(_, activity) = record.event {
                    told.extend(word(&activity));
                }
            });
        }
        told
    }
}

fn word(activity: &Activity) -> Option<String> {
    Some(match activity {
        Activity::Parsed { head, .. } => head.request_line().escape_ascii().to_string(),
        Activity::Continued => "100".into(),
        Activity::Responding { status, .. } => format!("{status} begins"),
        Activity::Responded { status, body, .. } => format!("{status} of {body}"),
        Activity::Upstream(UpstreamActivity::Faulty { diagnosis, .. }) => {
            format!("{:?} {:?}", diagnosis.message, diagnosis.fault)
        }
        Activity::Upstream(UpstreamActivity::NotRead) => "not read".into(),
        Activity::Upstream(UpstreamActivity::Switched) => "switched".into(),
        Activity::Upstream(UpstreamActivity::LeadsPast { location }) => {
            format!("past the tap at {}", location.start)
        }
        Activity::Accepted { .. }
        | Activity::Received { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Rejected { .. }
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Content { .. }
        | Activity::Sent { .. }
        | Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::Finished
        | Activity::PeerFinished
        | Activity::TimedOut { .. }
        | Activity::Failed { .. }
        | Activity::Closed { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_)
        | Activity::Gone
        | Activity::Upstream(_) => return None,
    })
}

#[test]
fn each_answer_is_told_with_its_request_though_all_were_sent_at_once() {
    let mut watched = Watched::new();
    watched.up(format!("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n{GET}{GET}").as_bytes());
    watched.down(
        b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n\
          HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n\
          HTTP/1.1 204 No Content\r\n\r\n",
    );
    assert!(watched.observer.is_idle());
    assert_eq!(
        watched.told(),
        [
            "HEAD / HTTP/1.1",
            "200 begins",
            "200 of 0",
            "GET /a HTTP/1.1",
            "404 begins",
            "404 of 3",
            "GET /a HTTP/1.1",
            "204 begins",
            "204 of 0",
        ]
    );
}

#[test]
fn an_answer_is_complete_when_the_peer_was_sent_its_last_octet() {
    let mut watched = Watched::new();
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    watched.up(GET.as_bytes());
    let (observer, reporter) = (&mut watched.observer, &mut watched.reporter);
    observer.upstream_sent(answer, reporter);
    let n = answer.len() as u64;
    observer.passed_on(n - 1, n);
    observer.read(reporter);
    assert!(!observer.is_idle());
    observer.passed_on(1, 1);
    observer.read(reporter);
    assert!(observer.is_idle());
    assert_eq!(
        watched.told(),
        ["GET /a HTTP/1.1", "200 begins", "200 of 2"]
    );
}

#[test]
fn behind_a_request_that_is_wrong_one_answer_is_read() {
    let mut watched = Watched::new();
    watched
        .up(b"GET / HTTP/1.1\r\nHost : x\r\n\r\n")
        .up(GET.as_bytes());
    let answer = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    watched.down(answer).down(answer);
    assert_eq!(
        watched.told(),
        ["Request SpaceBeforeColon", "400 begins", "400 of 0"]
    );
}

#[test]
fn requests_that_wait_for_answers_take_no_more_memory_than_they_may() {
    let mut watched = Watched::new();
    for _ in 0..100_000 {
        watched.up(GET.as_bytes());
    }
    let waiting = watched.observer.requests.buffered().len();
    assert!(waiting <= WAITING_LIMIT, "{waiting}");
    watched.down(b"HTTP/1.1 204 No Content\r\n\r\n");
    let told = watched.told();
    assert_eq!(
        told,
        ["GET /a HTTP/1.1", "not read", "204 begins", "204 of 0"]
    );
}

#[test]
fn a_tunnel_is_no_http() {
    let mut watched = Watched::new();
    watched.up(b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    watched.down(b"HTTP/1.1 200 Connected\r\n\r\n\x16\x03\x01");
    watched.up(b"\x16\x03\x01").down(b"HTTP/9");
    assert_eq!(
        watched.told(),
        ["CONNECT a:1 HTTP/1.1", "200 begins", "200 of 0", "switched"]
    );
}

/// What goes up or down, as pieces of HTTP and of nothing.
fn piece() -> impl Strategy<Value = (bool, Vec<u8>)> {
    let known = prop::sample::select(vec![
        GET,
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\n",
        "\r\n\r\n",
    ]);
    let octets = prop_oneof![
        9 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..9),
    ];
    (any::<bool>(), octets)
}

proptest! {
    #[test]
    fn what_is_told_is_the_same_however_the_octets_come(pieces in vec(piece(), 0..12), cut in 1_usize..9) {
        let (mut whole, mut cut_up) = (Watched::new(), Watched::new());
        for (is_up, octets) in &pieces {
            let chunks = octets.chunks(cut);
            if *is_up {
                whole.up(octets);
                chunks.for_each(|chunk| {
                    cut_up.up(chunk);
                });
            } else {
                whole.down(octets);
                chunks.for_each(|chunk| {
                    cut_up.down(chunk);
                });
            }
        }
        prop_assert_eq!(whole.told(), cut_up.told());
    }
}
