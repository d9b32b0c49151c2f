//! Counting, credit, and what happens when nobody takes what is sent.

use std::net::SocketAddr;

use super::*;
use crate::event::{Activity, Bodies, Overrun, Phase, Recording, Reporter};
use crate::http::Status;

const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 80);

fn drain(inbox: &Inbox) -> Vec<Record> {
    let mut all = Vec::new();
    for batch in inbox.receiver().try_iter() {
        inbox.open(batch, |record| all.push(record));
    }
    all
}

fn scanned() -> Activity {
    Activity::Scanned {
        from: 0,
        to: 1,
        matched: 0,
    }
}

#[test]
fn one_turn_is_one_batch_in_order() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.detail(scanned);
    assert!(
        inbox.receiver().is_empty(),
        "nothing is sent before the flush"
    );
    connection.flush();
    assert_eq!(inbox.receiver().len(), 1);
    let seqs: Vec<_> = drain(&inbox).iter().map(|r| r.seq).collect();
    assert_eq!(seqs, [0, 1]);
}

/// Does something `times` times, in a turn of its own each time.
fn repeat(connection: &mut Reporter, times: i64) {
    for _ in 0..times {
        connection.detail(scanned);
        connection.detail(scanned);
        connection.flush();
    }
}

#[test]
fn counted_and_left_out_is_what_happened() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.flush();
    repeat(&mut connection, BURST + 9);
    let shown = drain(&inbox).len() as u64;
    assert_eq!(shown + sink.totals().left_out, 1 + 2 * (BURST as u64 + 9));
    // `accept` was the first turn.
    assert_eq!(sink.totals().left_out, 2 * 10);
    assert_eq!(connection.ledger().left_out(), sink.totals().left_out);

    sink.grant(Credit(3));
    repeat(&mut connection, 4);
    let again = drain(&inbox);
    assert_eq!(again.len(), 3 * 2);
    let left_out_before = 2 * 10;
    assert_eq!(
        again[0].seq,
        shown + left_out_before,
        "the gap shows in seq"
    );
}

#[test]
fn what_is_not_spent_is_kept_for_a_burst_and_no_more() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    for _ in 0..3 {
        sink.grant(Credit(u32::MAX));
    }
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.flush();
    repeat(&mut connection, BURST);
    assert_eq!(
        drain(&inbox).len(),
        1 + 2 * (usize::try_from(BURST).unwrap() - 1)
    );
}

#[test]
fn a_connection_that_is_watched_has_an_allowance_of_its_own() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut flood = sink.accept(ADDRESS, ADDRESS);
    repeat(&mut flood, 2 * BURST);
    drain(&inbox);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    sink.watch(Some(connection.id()));
    connection.flush();
    repeat(&mut connection, 100);
    assert_eq!(
        connection.ledger().left_out(),
        1,
        "accepted before it was watched"
    );
    assert_eq!(drain(&inbox).len(), 200);
}

#[test]
fn a_watcher_that_takes_nothing_makes_nobody_wait() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    sink.watch(Some(connection.id()));
    for _ in 0..10 {
        sink.grant(Credit(u32::MAX));
        repeat(&mut connection, BURST);
    }
    drop(connection);
    let shown = drain(&inbox).len() as u64;
    assert_eq!(shown + sink.totals().left_out, 1 + 2 * 10 * BURST as u64);
}

#[test]
fn without_a_watcher_nothing_is_built_and_nothing_counts_as_left_out() {
    let (sink, inbox) = Sink::new(Detail::Totals);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.detail(|| unreachable!("nobody watches"));
    connection.note(|| unreachable!("nobody watches"));
    connection.flush();
    assert!(drain(&inbox).is_empty());
    assert_eq!(sink.totals().left_out, 0);
}

#[test]
fn the_access_log_gets_exchanges_and_no_detail() {
    let (sink, inbox) = Sink::new(Detail::Exchanges);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.detail(|| unreachable!("not for a log"));
    connection.note(|| Activity::PeerFinished);
    connection.flush();
    assert_eq!(drain(&inbox).len(), 2);
}

#[test]
fn a_log_that_takes_nothing_is_waited_for_and_what_is_under_way_is_bounded_in_octets() {
    const BATCHES: usize = 300;
    let (sink, inbox) = Sink::new(Detail::Exchanges);
    let worker = std::thread::spawn({
        let sink = Arc::clone(&sink);
        move || {
            let mut connection = sink.accept(ADDRESS, ADDRESS);
            for _ in 0..BATCHES {
                connection.note(|| Activity::Responding {
                    status: Status::OK,
                    head: vec![b'x'; 60_000].into(),
                    body: 0,
                    because: None,
                });
                connection.flush();
            }
        }
    });
    // More than the channel would keep out: the worker waits for room in octets.
    let (mut taken, mut most) = (0, 0);
    while taken < BATCHES {
        let deadline = Duration::from_secs(20);
        let batch = inbox.receiver().recv_timeout(deadline).unwrap();
        let waits = |sink: &Sink| sink.in_flight.someone_waits();
        // It comes to wait, or has sent the rest.
        while !waits(&sink) && !worker.is_finished() {
            std::thread::yield_now();
        }
        let under_way: usize = inbox.receiver().len() * 60_000;
        most = most.max(under_way);
        inbox.open(batch, |record| {
            taken += usize::from(matches!(
                record.event,
                Event::Connection(_, Activity::Responding { .. })
            ));
        });
    }
    worker.join().unwrap();
    assert!((4 << 20..9 << 20).contains(&most), "{most} octets");
    assert_eq!(sink.totals().left_out, 0);
}

/// A history of few mebioctets is not to have many of them under way to it.
#[test]
fn no_more_is_under_way_to_a_screen_than_there_is_room_for() {
    const ROOM: usize = 100_000;
    let (sink, inbox) = Sink::with_room(Detail::Everything, ROOM);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    let (batches, each) = (100, 10_000);
    for _ in 0..batches {
        connection.note(|| Activity::Responding {
            status: Status::OK,
            head: vec![b'x'; each].into(),
            body: 0,
            because: None,
        });
        connection.flush();
    }
    let under_way: Vec<_> = inbox.receiver().try_iter().collect();
    let octets: usize = under_way.iter().map(|batch| batch.octets).sum();
    assert!((ROOM..ROOM + 2 * each).contains(&octets), "{octets}");
    let shown: usize = under_way.iter().map(|batch| batch.records.len()).sum();
    // The first one was accepted too.
    assert_eq!(shown as u64 + sink.totals().left_out, 1 + batches);
    for batch in under_way {
        inbox.open(batch, drop);
    }
    connection.note(|| Activity::PeerFinished);
    connection.flush();
    assert_eq!(inbox.receiver().len(), 1, "there is room again");
}

#[test]
fn nobody_waits_for_a_log_that_has_gone() {
    let (sink, inbox) = Sink::new(Detail::Exchanges);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    drop(inbox);
    for _ in 0..20_000 {
        connection.note(|| Activity::PeerFinished);
        connection.flush();
    }
    assert_eq!(sink.totals().left_out, 20_001);
}

#[test]
fn totals_are_exact_and_open_connections_can_be_listed() {
    let (sink, _inbox) = Sink::new(Detail::Everything);
    let mut first = sink.accept(ADDRESS, ADDRESS);
    let second = sink.accept(ADDRESS, ADDRESS);
    first.count_received(100);
    first.count_sent(200);
    first.count_response(Status::NOT_FOUND);
    first.count_response(Status::OK);
    first.set_phase(Phase::Sending);
    let totals = sink.totals();
    assert_eq!(
        (totals.connections, totals.open, totals.requests()),
        (2, 2, 2)
    );
    assert_eq!(
        (totals.received, totals.sent, totals.statuses),
        (100, 200, [0, 0, 1, 0, 1, 0])
    );
    drop(second);
    let open: Vec<_> = sink
        .ledgers()
        .iter()
        .map(|l| (l.id, l.phase(), l.totals().requests))
        .collect();
    assert_eq!(open, [(first.id(), Phase::Sending, 2)]);
}

fn recorded(recording: &Recording) -> Vec<Record> {
    let mut all = Vec::new();
    for batch in recording.receiver().try_iter() {
        let taken = recording.open(batch, |record| {
            all.push(record.clone());
            Ok::<(), ()>(())
        });
        taken.unwrap();
    }
    all
}

#[test]
fn a_recorder_gets_everything_whoever_watches() {
    for detail in [Detail::Totals, Detail::Exchanges, Detail::Everything] {
        let (sink, inbox) = Sink::new(detail);
        let recording = sink.record(Overrun::Wait, Bodies::default());
        sink.listener(ListenerEvent::Draining);
        let mut connection = sink.accept(ADDRESS, ADDRESS);
        connection.flush();
        // The watcher's credit does not last for this.
        repeat(&mut connection, BURST + 9);
        let all = recorded(&recording);
        let seqs: Vec<_> = all.iter().skip(1).map(|record| record.seq).collect();
        let expected: Vec<_> = (0..=2 * (BURST as u64 + 9)).collect();
        assert_eq!(seqs, expected, "{detail:?}");
        assert_eq!((recording.lost(), recording.waits()), (0, 0));
        let shown = drain(&inbox);
        let wanted = match detail {
            Detail::Totals => 0,
            // The access log is told of no details.
            Detail::Exchanges => 2,
            Detail::Everything => 2 + 2 * (BURST - 1),
        };
        assert_eq!(i64::try_from(shown.len()), Ok(wanted), "{detail:?}");
    }
}

#[test]
fn what_a_recorder_has_no_room_for_is_lost_and_counted_or_waited_for() {
    const TURNS: i64 = 10_100;
    let (sink, _inbox) = Sink::new(Detail::Totals);
    let recording = sink.record(Overrun::Lose, Bodies::default());
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.flush();
    repeat(&mut connection, TURNS);
    let kept = recorded(&recording).len() as u64;
    assert!(recording.lost() > 0);
    assert_eq!(kept + recording.lost(), 1 + 2 * TURNS as u64);
    assert_eq!(recording.totals().left_out, recording.lost());
    drop(recording);

    let recording = sink.record(Overrun::Wait, Bodies::default());
    std::thread::scope(|scope| {
        scope.spawn(|| repeat(&mut connection, TURNS));
        let mut kept = 0;
        while kept < 2 * TURNS {
            kept += i64::try_from(recorded(&recording).len()).unwrap();
        }
        assert_eq!(recording.lost(), 0);
    });
}

#[test]
fn nobody_waits_for_a_recorder_that_is_gone() {
    let (sink, _inbox) = Sink::new(Detail::Totals);
    let recording = sink.record(Overrun::Wait, Bodies::default());
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| repeat(&mut connection, 50_000));
        while recording.waits() == 0 {
            std::thread::yield_now();
        }
        drop(recording);
        worker.join().unwrap();
    });
}

#[test]
fn a_recorder_ends_its_own_recording_alone() {
    let (sink, _inbox) = Sink::new(Detail::Totals);
    sink.listener(ListenerEvent::Listening {
        local: ADDRESS,
        backlog: 5,
    });
    let first = sink.record(Overrun::Wait, Bodies::default());
    let stop = first.stopper();
    let second = sink.record(Overrun::Wait, Bodies::default());
    assert_eq!(second.listening().len(), 1);
    drop(first);
    stop.stop();
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    repeat(&mut connection, 1);
    assert_eq!(recorded(&second).len(), 3);
    second.stopper().stop();
    repeat(&mut connection, 1);
    assert_eq!(recorded(&second).len(), 0);
    assert!(second.receiver().recv().is_err(), "it is over");
}

#[test]
fn each_of_several_recorders_gets_everything_and_the_content_it_asked_for() {
    let (sink, _inbox) = Sink::new(Detail::Totals);
    let quoting = true;
    let all = sink.record(Overrun::Wait, Bodies { most: 9, quoting });
    let none = sink.record(Overrun::Lose, Bodies::default());
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.content(true, |_| Some(b"abc".as_slice().into()));
    repeat(&mut connection, 2);
    let content = |record: &Record| match &record.event {
        Event::Connection(_, Activity::Content { octets }) => Some(octets.len()),
        Event::Connection(..) | Event::Listener(_) => None,
    };
    let (all, none) = (recorded(&all), recorded(&none));
    let numbers = |records: &[Record]| records.iter().map(|r| r.seq).collect::<Vec<_>>();
    assert_eq!(numbers(&all), numbers(&none), "no number is missing");
    assert_eq!(all.iter().find_map(content), Some(3));
    assert_eq!(none.iter().find_map(content), Some(0));
}

#[test]
fn content_is_told_to_a_recorder_that_asked_for_it() {
    let (sink, _inbox) = Sink::new(Detail::Exchanges);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    let mut tell = |quotes| {
        let mut asked = None;
        connection.content(quotes, |most| {
            asked = Some(most);
            Some(b"abc".as_slice().into())
        });
        connection.flush();
        asked
    };
    assert_eq!(tell(false), None, "nobody asked");
    let recording = sink.record(Overrun::Wait, Bodies::default());
    assert_eq!(tell(false), None);
    drop(recording);
    let most = 9;
    let quoting = false;
    let recording = sink.record(Overrun::Wait, Bodies { most, quoting });
    assert_eq!(tell(true), None);
    assert_eq!(tell(false), Some(9));
    let all = recorded(&recording);
    assert!(
        matches!(&all[..], [Record { event: Event::Connection(_, Activity::Content { octets }), .. }] if **octets == *b"abc"),
        "{all:?}"
    );
}

#[test]
fn content_is_shown_as_long_as_there_is_credit_and_recorded_as_asked() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.flush();
    let (most, quoting) = (3, true);
    let recording = sink.record(Overrun::Wait, Bodies { most, quoting });
    let mut tell = || {
        let mut asked = None;
        connection.content(true, |most| {
            asked = Some(most);
            Some(b"abcdef".as_slice().into())
        });
        connection.flush();
        asked
    };
    assert_eq!(tell(), Some(64 << 10));
    let content = |record: &Record| match &record.event {
        Event::Connection(_, Activity::Content { octets }) => octets.to_vec(),
        other @ (Event::Listener(_) | Event::Connection(..)) => panic!("{other:?}"),
    };
    let all = recorded(&recording);
    assert_eq!(all.iter().map(content).collect::<Vec<_>>(), [b"abc"]);
    let mut shown = Vec::new();
    for batch in inbox.receiver().try_iter() {
        inbox.open(batch, |record| shown.push(record));
    }
    let last = shown.last().unwrap();
    assert_eq!((last.seq, content(last)), (1, b"abcdef".to_vec()));
    sink.credit.store(0, Relaxed);
    assert_eq!(tell(), Some(3), "nobody shows it");
}
