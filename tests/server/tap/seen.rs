//! What is told of what goes through a tap, and how it is held.

use std::io::{Read as _, Write as _};

use glassport::event::{
    Activity, Breakpoint, CloseReason, Controls as _, End, Event, Flow, Record, Target,
    UpstreamActivity,
};
use glassport::http::{Fault, MessageKind, ResponseBody};
use glassport::server::{AllowedHosts, Config, Upstream};

use super::behind::Behind;
use crate::hold::Class;
use crate::support::run;
use crate::watched::Watched;

const GET: &str = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn in_front_of(behind: &Behind) -> Upstream {
    let there = behind.address();
    Upstream::new("behind", there.port(), vec![there])
}

fn tap_of(config: &mut Config, behind: &Behind) {
    config.hosts = AllowedHosts::Any;
    config.tap(in_front_of(behind));
}

/// What was told, each in one word or two.
fn words(records: &[Record]) -> Vec<String> {
    let activities = records.iter().filter_map(|record| match &record.event {
        Event::Connection(_, activity) => Some(activity),
        Event::Listener(_) => None,
    });
    let word = |activity: &Activity| {
        let debug = format!("{activity:?}");
        let end = |text: &str| {
            text.find(|c: char| !c.is_alphanumeric())
                .unwrap_or(text.len())
        };
        match debug.strip_prefix("Upstream(") {
            Some(inner) => format!("< {}", &inner[..end(inner)]),
            None => debug[..end(&debug)].to_owned(),
        }
    };
    activities.map(word).collect()
}

#[test]
fn an_exchange_is_told_as_one_of_our_own_and_what_is_behind_it_too() {
    let behind = Behind::start();
    let tap = Watched::start(glassport::docroot::Docroot::embedded(), |config| {
        tap_of(config, &behind);
    });
    let mut peer = tap.connect();
    let mut upstream = behind.accept();
    peer.send(GET);
    upstream.expect(GET);
    upstream.send(OK);
    peer.expect(OK);
    peer.finish();
    assert!(upstream.is_closed());
    upstream.finish();
    assert!(peer.is_closed());
    let records = tap.until_closed();
    assert_eq!(
        words(&records),
        [
            "Accepted",
            "< Connected",
            "Received",
            "< Forwarded",
            "Scanned",
            "BoundaryFound",
            "Parsed",
            "< Received",
            "< Parsed",
            "Responding",
            "Sent",
            "Responded",
            "PeerFinished",
            "< Finished",
            "< PeerFinished",
            "Finished",
            "Closed",
        ]
    );
    let told = |wanted: &dyn Fn(&Activity) -> bool| {
        records.iter().any(
            |record| matches!(&record.event, Event::Connection(_, activity) if wanted(activity)),
        )
    };
    assert!(told(&|activity| matches!(
        activity,
        Activity::Upstream(UpstreamActivity::Parsed { framing, .. })
            if framing.body == ResponseBody::Length(2) && framing.rule == 6
    )));
    assert!(told(&|activity| matches!(
        activity,
        Activity::Closed { by: End::Peer, reason: CloseReason::PeerFinished, totals }
            if totals.sent == OK.len() as u64 && totals.received == GET.len() as u64
    )));
    tap.stop();
}

#[test]
fn what_is_wrong_with_either_side_is_told_with_its_place() {
    for (request, response, message, fault, at) in [
        (
            "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
            OK,
            MessageKind::Request,
            Fault::SpaceBeforeColon,
            20,
        ),
        (
            GET,
            "HTTP/1.1 200 OK\nA: b\n\n",
            MessageKind::Response,
            Fault::BareLf,
            15,
        ),
        (
            GET,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokay",
            MessageKind::Response,
            Fault::ResponseUnasked,
            40,
        ),
        (
            GET,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
            MessageKind::Response,
            Fault::BodyIncomplete,
            54,
        ),
    ] {
        let behind = Behind::start();
        let tap = Watched::start(glassport::docroot::Docroot::embedded(), |config| {
            tap_of(config, &behind);
        });
        let mut peer = tap.connect();
        let mut upstream = behind.accept();
        peer.send(request);
        upstream.expect(request);
        upstream.send(response);
        upstream.finish();
        assert_eq!(peer.rest(), response);
        peer.finish();
        let records = tap.until_closed();
        let diagnoses: Vec<_> = records
            .iter()
            .filter_map(|record| match &record.event {
                Event::Connection(
                    _,
                    Activity::Upstream(UpstreamActivity::Faulty { diagnosis, .. }),
                ) => Some((diagnosis.message, diagnosis.fault, diagnosis.span.start)),
                Event::Listener(_) | Event::Connection(..) => None,
            })
            .collect();
        assert_eq!(diagnoses, [(message, fault, at)], "{request} {response}");
        tap.stop();
    }
}

#[test]
fn a_held_request_and_a_held_answer_wait_before_they_go_on() {
    let behind = Behind::start();
    let mut class = Class::with(Config {
        upstream: Some(in_front_of(&behind).into()),
        hosts: AllowedHosts::Any,
        flow: Flow::Held,
        ..Config::default()
    });
    let mut peer = class.connect();
    let mut upstream = behind.accept();
    let held = |before| move |_, activity: &Activity| *activity == Activity::Held { before };
    let at = class.wait("recv", held(Breakpoint::Recv));
    let (id, _) = class.told[at];
    peer.write_all(GET.as_bytes()).unwrap();
    class.control.step(id);
    class.wait("send", held(Breakpoint::Send));
    // It has been read, and it has not gone on.
    class.wait("the head", |_, activity| {
        matches!(activity, Activity::Parsed { .. })
    });
    assert!(upstream.has_nothing());
    class.told.clear();
    class.control.step(id);
    upstream.expect(GET);
    // A step is for a worker that stands.
    class.wait("recv again", held(Breakpoint::Recv));
    class.told.clear();
    class.control.step(id);
    upstream.send(OK);
    class.wait("send", held(Breakpoint::Send));
    class.wait("the answer", |_, activity| {
        matches!(activity, Activity::Responding { .. })
    });
    let is_done = |(_, activity): &(_, Activity)| matches!(activity, Activity::Responded { .. });
    assert!(!class.told.iter().any(is_done), "it has not been sent");
    class.control.set_flow(Target::Connection(id), Flow::Run);
    let mut got = vec![0; OK.len()];
    peer.read_exact(&mut got).unwrap();
    assert_eq!(got, OK.as_bytes());
    class.wait("the end of it", |_, activity| {
        matches!(activity, Activity::Responded { .. })
    });
}

#[test]
fn what_is_held_goes_on_as_it_was_edited_in_either_direction() {
    let behind = Behind::start();
    let mut class = Class::with(Config {
        upstream: Some(in_front_of(&behind).into()),
        hosts: AllowedHosts::Any,
        flow: Flow::Held,
        ..Config::default()
    });
    let mut peer = class.connect();
    let mut upstream = behind.accept();
    let held = |before| move |_, activity: &Activity| *activity == Activity::Held { before };
    let at = class.wait("recv", held(Breakpoint::Recv));
    let (id, _) = class.told[at];
    // Nothing is held that could be edited.
    class.control.edit(id, b"lost".to_vec());
    peer.write_all(GET.as_bytes()).unwrap();
    class.control.step(id);
    class.wait("send", held(Breakpoint::Send));
    class
        .control
        .edit(id, b"GET /edited HTTP/1.1\r\nHost: x\r\n\r\n".to_vec());
    class.told.clear();
    class.control.step(id);
    upstream.expect("GET /edited HTTP/1.1\r\nHost: x\r\n\r\n");
    class.wait("recv again", held(Breakpoint::Recv));
    class.control.step(id);
    upstream.send(OK);
    class.wait("send", held(Breakpoint::Send));
    class
        .control
        .edit(id, b"HTTP/1.1 204 No Content\r\n\r\n".to_vec());
    class.control.set_flow(Target::Connection(id), Flow::Run);
    let mut got = vec![0; 27];
    peer.read_exact(&mut got).unwrap();
    assert_eq!(got, b"HTTP/1.1 204 No Content\r\n\r\n");
    // What came is complete, whatever went on in its place.
    class.wait("the end of it", |_, activity| {
        matches!(activity, Activity::Responded { .. })
    });
    let edited = class.told.iter().filter_map(|(_, activity)| {
        let Activity::Upstream(UpstreamActivity::Edited {
            message,
            span,
            octets,
        }) = activity
        else {
            return None;
        };
        Some((*message, span.len(), octets.len()))
    });
    assert_eq!(
        edited.collect::<Vec<_>>(),
        [
            (MessageKind::Request, GET.len() as u64, 33),
            (MessageKind::Response, OK.len() as u64, 27)
        ]
    );
}

#[test]
fn a_connection_that_shares_its_thread_is_held_when_that_is_asked_for() {
    let behind = Behind::start();
    let mut class = Class::with(Config {
        upstream: Some(in_front_of(&behind).into()),
        hosts: AllowedHosts::Any,
        ..Config::default()
    });
    let ends: Vec<_> = (0..2).map(|_| (class.connect(), behind.accept())).collect();
    let [(mut held, mut behind_held), (mut other, mut behind_other)] =
        <[_; 2]>::try_from(ends).unwrap_or_else(|_| unreachable!());
    held.write_all(GET.as_bytes()).unwrap();
    behind_held.expect(GET);
    let at = class.wait("the request", |_, activity| {
        matches!(activity, Activity::Parsed { .. })
    });
    let (id, _) = class.told[at];
    class.control.set_flow(Target::Connection(id), Flow::Held);
    let before = Breakpoint::Recv;
    class.wait("held", |_, activity| *activity == Activity::Held { before });
    behind_held.send(OK);
    // Another one goes on meanwhile.
    other.write_all(GET.as_bytes()).unwrap();
    behind_other.expect(GET);
    behind_other.send(OK);
    let mut got = vec![0; OK.len()];
    other.read_exact(&mut got).unwrap();
    held.set_nonblocking(true).unwrap();
    assert!(held.read(&mut got).is_err(), "it is held");
    held.set_nonblocking(false).unwrap();
    class.control.set_flow(Target::Connection(id), Flow::Run);
    held.read_exact(&mut got).unwrap();
    assert_eq!(got, OK.as_bytes());
}

#[test]
fn a_session_knows_both_sides_and_masks_what_is_secret_in_either() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tapped.mcap");
    let path = file.to_str().unwrap();
    let behind = Behind::start();
    let mut tap = behind.tap_with(&["--record", path, "--redact"]);
    let mut peer = tap.connect();
    let mut upstream = behind.accept();
    let request = "GET /a HTTP/1.1\r\nHost: x\r\nCookie: sesame\r\n\r\n";
    peer.send(request);
    upstream.expect(request);
    let answer = "HTTP/1.1 200 OK\r\nSet-Cookie: id=opensesame\r\nContent-Length: 2\r\n\r\nok";
    upstream.send(answer);
    peer.expect(answer);
    peer.finish();
    assert!(upstream.is_closed());
    upstream.finish();
    assert!(peer.is_closed());
    tap.signal("-TERM");
    assert_eq!(tap.exit_code(), Some(0));
    let octets = std::fs::read(&file).unwrap();
    assert!(!octets.windows(6).any(|window| window == b"sesame"));
    let text = run(&["export", path, "--text"]);
    let text = String::from_utf8_lossy(&text.stdout);
    for said in [
        "connect took ",
        "To the upstream: send took all ",
        "From the upstream: recv returned ",
        "The upstream answers HTTP/1.1 200 OK; its body: 2 octets: Content-Length (RFC 9112 §6.3, rule 6).",
        "The response 200 is complete",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}
