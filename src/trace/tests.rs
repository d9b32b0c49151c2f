//! What is known at any moment is what the records up to it come to, whatever was dropped.

mod tapped;

use std::time::Duration;

use proptest::prelude::*;

use super::entry::Moment;
use super::script::{Script, id};
use super::{Connection, ExchangeId, Trace};
use crate::event::{
    Activity, Breakpoint, ConnectionTotals, Counted, Event, Phase, Record, Sampled, SendCall,
    Waiting,
};
use crate::http::Status;

/// Everything that happens to a connection, and more of it than fits one lesson.
fn story() -> Vec<Record> {
    let mut script = Script::new();
    let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    script.accept(1).wait(3).receive(1, &get[..9]).wait(1);
    script.note(
        1,
        Activity::Held {
            before: Breakpoint::Recv,
        },
    );
    let after = Duration::from_millis(7);
    script.wait(7).note(1, Activity::Released { after });
    script.receive(1, &get[9..]).answer(1, Status::OK, 5000);
    script.receive(1, &format!("{get}{get}{}", &get[..12]));
    script.answer(1, Status::OK, 3).wait(2);
    script.answer(1, Status::NOT_MODIFIED, 0).wait(1);
    script.receive(1, &get[12..]).answer(1, Status::OK, 1);
    script.receive(1, post).note(1, Activity::Continued).wait(2);
    script.receive(1, "0\r\n\r\n").answer(1, Status::OK, 9);
    script.note(1, Activity::Counted(counted(400).into()));
    for unread in [Some(3), Some(4)] {
        let mut sampled = Sampled::default();
        sampled.kernel.unread = unread;
        script.note(1, Activity::Sampled(sampled.into()));
    }
    script.wait(9).receive(1, "GET / HTTP/1.1\nHost: x\n\n");
    let waiting_for = Waiting::Send;
    script.note(1, Activity::TimedOut { waiting_for, after });
    script.answer(1, Status::BAD_REQUEST, 200).wait(4).close(1);
    script.note(1, Activity::Gone);
    script.records
}

fn counted(sent: u64) -> Counted {
    Counted {
        peer: ([127, 0, 0, 1], 5).into(),
        local: ([127, 0, 0, 1], 80).into(),
        accepted: Duration::ZERO,
        totals: ConnectionTotals {
            requests: 3,
            received: 7,
            sent,
        },
        left_out: 2,
        phase: Phase::Sending,
        held: None,
    }
}

fn fold(records: &[Record]) -> Connection {
    let mut connection = Connection::new(id(1), Duration::ZERO);
    for Record { seq, at, event } in records {
        let Event::Connection(_, activity) = event else {
            continue;
        };
        connection.fold(*seq, *at, activity.clone());
    }
    connection
}

/// Compares everything but what `past` keeps no longer.
#[track_caller]
fn check_same(past: &Connection, scratch: &Connection) {
    let kept = past.exchanges.len();
    let mut state = (**scratch).clone();
    state.keep_exchanges(kept);
    assert_eq!(**past, state);
    let forgotten = past.log().first().0 - scratch.log().first().0;
    let rest = scratch
        .log()
        .iter()
        .skip(usize::try_from(forgotten).unwrap());
    assert!(past.log().iter().eq(rest));
    let (ours, theirs) = (past.octets(), scratch.octets());
    assert_eq!(ours.span().end, theirs.span().end);
    assert_eq!(ours.count(), theirs.count());
    let span = ours.span();
    assert!(ours.runs_in(span).eq(theirs.runs_in(span)));
    assert!(
        past.log().lines().eq(past
            .log()
            .lines()
            .rev()
            .collect::<Vec<_>>()
            .into_iter()
            .rev())
    );
}

/// Compares a connection at every moment it keeps with one that saw no more than that.
#[track_caller]
fn check_every_moment(records: &[Record], live: &Connection) {
    // What says nothing new makes no moment; a sample replaces the one before.
    let mut prefixes = vec![0];
    let mut growing = Connection::new(id(1), Duration::ZERO);
    for (index, Record { seq, at, event }) in records.iter().enumerate() {
        let Event::Connection(_, activity) = event else {
            continue;
        };
        let before = growing.moment;
        growing.fold(*seq, *at, activity.clone());
        if growing.moment == before {
            prefixes.pop();
        }
        prefixes.push(index + 1);
    }
    assert_eq!(growing.moment, live.moment);
    for moment in live.log().first().0..=live.moment.0 {
        let past = live.at(Moment(moment));
        assert_eq!(past.moment, Moment(moment));
        let prefix = prefixes[usize::try_from(moment).unwrap()];
        check_same(&past, &fold(&records[..prefix]));
    }
}

#[test]
fn every_moment_of_a_story_is_what_its_records_come_to() {
    let records = story();
    check_every_moment(&records, &fold(&records));
}

#[test]
fn every_moment_that_is_kept_is_exact_after_the_older_ones_were_dropped() {
    let records = story();
    let mut live = fold(&records);
    for _ in 0..6 {
        live.shed();
        check_every_moment(&records, &live);
    }
    assert!(live.log().first().0 > 40, "much was dropped");
}

#[test]
fn every_moment_of_a_tapped_connection_is_what_its_records_come_to() {
    let records = tapped::story();
    let mut live = fold(&records);
    check_every_moment(&records, &live);
    for _ in 0..4 {
        live.shed();
        check_every_moment(&records, &live);
    }
}

#[test]
fn a_moment_is_found_by_time_and_by_exchange() {
    let mut trace = Trace::default();
    let mut script = Script::new();
    let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    script
        .accept(1)
        .wait(10)
        .receive(1, get)
        .answer(1, Status::OK, 5);
    script.wait(10).receive(1, &get[..5]).fold_into(&mut trace);
    let connection = id(1);
    let at = |moment: Option<Moment>| trace.at(connection, moment.unwrap()).unwrap();
    let complete = at(trace.moment_of(ExchangeId { connection, n: 1 }));
    assert_eq!(complete.phase, Phase::Idle);
    assert!(complete.exchanges[0].done.is_some());
    assert_eq!(complete.totals.received, get.len() as u64);
    let nothing_yet = at(trace.moment_at(connection, Duration::from_millis(9)));
    assert_eq!(
        (nothing_yet.phase, nothing_yet.totals.received),
        (Phase::Accepted, 0)
    );
    let now = at(trace.moment_at(connection, Duration::from_secs(9)));
    assert_eq!(*now, *trace.connections[&connection]);
    assert_eq!(now.buffered().len(), 5);
}

#[test]
fn a_long_connection_is_bounded_and_its_newest_moments_are_exact() {
    let mut script = Script::new();
    script.accept(1);
    for n in 0..1200 {
        let request = format!("GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n");
        script.receive(1, &request).answer(1, Status::OK, n);
    }
    let records = script.records;
    let live = fold(&records);
    assert!(live.log().first().0 > 0, "the oldest were dropped");
    for back in [0, 1, 5, 6, 7, 8] {
        let moment = live.moment.0 - back;
        let past = live.at(Moment(moment));
        let scratch = fold(&records[..usize::try_from(moment).unwrap()]);
        assert_eq!(past.exchanges.back(), scratch.exchanges.back());
        assert_eq!((past.totals, past.phase), (scratch.totals, scratch.phase));
    }
    let oldest = live.at(Moment(0));
    assert_eq!(
        oldest.moment,
        live.log().first(),
        "the nearest that is kept"
    );
    let newest: Vec<_> = live.exchanges.iter().map(|e| e.n).collect();
    assert_eq!(newest.last(), Some(&1200));
    assert!(newest.windows(2).all(|pair| pair[0] + 1 == pair[1]));
}

#[test]
fn what_was_left_out_is_a_line_where_it_is_missing() {
    let records = story();
    let mut some = records[..4].to_vec();
    some.extend_from_slice(&records[9..12]);
    let connection = fold(&some);
    let lines: Vec<_> = connection.log().lines().collect();
    assert_eq!(lines.len(), 8);
    assert!(matches!(lines[4], super::Line::LeftOut(_, 5)), "{lines:?}");
    assert_eq!(connection.left_out, 5);
}

fn some_of_the_story() -> impl Strategy<Value = Vec<Record>> {
    let sent = Activity::Sent {
        call: SendCall::Send,
        octets: u64::MAX,
        of: u64::MAX,
    };
    let strange = Record {
        seq: u64::MAX,
        at: Duration::MAX,
        event: Event::Connection(id(1), sent),
    };
    let story: Vec<_> = story().into_iter().chain([strange]).collect();
    let length = story.len();
    prop::collection::vec(0..length, 0..80)
        .prop_map(move |picks| picks.into_iter().map(|pick| story[pick].clone()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_records_in_any_order_are_exact_at_every_moment(
        records in some_of_the_story(),
        sheds in 0_usize..4,
    ) {
        let mut live = fold(&records);
        check_every_moment(&records, &live);
        for _ in 0..sheds {
            live.shed();
        }
        check_every_moment(&records, &live);
    }
}
