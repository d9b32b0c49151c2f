//! Counting, credit, and what happens when nobody takes what is sent.

use super::*;
use crate::event::Phase;
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

#[test]
fn counted_and_left_out_is_what_happened() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.flush();
    sink.grant(Credit(3));
    for _ in 0..10 {
        connection.detail(scanned);
        connection.detail(scanned);
        connection.flush();
    }
    let shown = drain(&inbox).len() as u64;
    assert_eq!(shown, 1 + 3 * 2);
    assert_eq!(shown + sink.totals().left_out, 21);
    assert_eq!(connection.ledger().left_out(), sink.totals().left_out);
    sink.grant(Credit(1));
    connection.detail(scanned);
    connection.flush();
    assert_eq!(
        drain(&inbox).first().map(|r| r.seq),
        Some(21),
        "the gap shows in seq"
    );
}

#[test]
fn a_connection_that_is_watched_needs_no_credit() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    sink.grant(Credit(0));
    sink.watch(Some(connection.id()));
    connection.flush();
    for _ in 0..100 {
        connection.detail(scanned);
        connection.flush();
    }
    assert_eq!(drain(&inbox).len(), 101);
    assert_eq!(sink.totals().left_out, 0);
}

#[test]
fn a_full_channel_never_makes_a_worker_wait_and_nothing_of_a_watched_one_is_lost() {
    let (sink, inbox) = Sink::new(Detail::Everything);
    sink.grant(Credit(u32::MAX));
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    sink.watch(Some(connection.id()));
    let rounds = CHANNEL_BATCHES as u64 + 100;
    for _ in 0..rounds {
        connection.detail(scanned);
        connection.flush();
    }
    let mut shown = drain(&inbox).len() as u64;
    connection.flush();
    shown += drain(&inbox).len() as u64;
    assert_eq!((shown, sink.totals().left_out), (rounds + 1, 0));
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
    sink.grant(Credit(0));
    let mut connection = sink.accept(ADDRESS, ADDRESS);
    connection.detail(|| unreachable!("not for a log"));
    connection.note(|| Activity::PeerFinished);
    connection.flush();
    assert_eq!(drain(&inbox).len(), 2);
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
