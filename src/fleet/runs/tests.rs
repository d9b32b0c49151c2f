use std::time::{Duration, SystemTime};

use super::*;
use crate::http::Status;
use crate::session::Messages;

const BASE: SystemTime = SystemTime::UNIX_EPOCH;

fn header(started: u64) -> String {
    Header {
        started: BASE + Duration::from_secs(started),
        program: "glassport".into(),
        serving: "a".into(),
        redacted: false,
        bodies: 0,
        recv_size: 1,
        head_timeout: None,
        idle_timeout: None,
        accept_lf: false,
        rests: false,
    }
    .to_json()
}

fn entry(
    source: &str,
    run: &str,
    (seq, lost): (u64, u64),
    activities: &[(u64, Activity)],
) -> Entry {
    let mut messages = Messages::new(None);
    for (id, activity) in activities {
        let record = Record {
            seq: 0,
            at: Duration::from_secs(1),
            event: Event::Connection(ConnectionId(*id), activity.clone()),
        };
        messages.push(&record).unwrap();
    }
    Entry {
        source: source.into(),
        run: run.into(),
        seq,
        lost,
        session: header(10).into(),
        records: messages.end().map(|m| m.octets).unwrap_or_default(),
    }
}

fn accepted() -> Activity {
    let peer = "127.0.0.1:9".parse().unwrap();
    Activity::Accepted { peer, local: peer }
}

fn responding() -> Activity {
    Activity::Responding {
        status: Status::OK,
        head: b"HTTP/1.1 200 OK\r\n\r\n".as_slice().into(),
        body: 0,
        because: None,
    }
}

/// What each record is about, in a word, and of which connection.
fn told(records: &[Record]) -> Vec<(u64, String)> {
    let word = |record: &Record| match &record.event {
        Event::Connection(id, activity) => {
            let text = format!("{activity:?}");
            let end = text.find(['(', ' ']).unwrap_or(text.len());
            Some((id.0, text[..end].to_owned()))
        }
        Event::Listener(_) => None,
    };
    records.iter().filter_map(word).collect()
}

fn words(of: &[(u64, &str)]) -> Vec<(u64, String)> {
    of.iter().map(|(id, word)| (*id, (*word).into())).collect()
}

#[test]
fn connections_of_many_servers_have_numbers_and_names_of_their_own() {
    let mut runs = Runs::new(BASE);
    let mut records = Vec::new();
    runs.take(&entry("a", "1", (0, 0), &[(1, accepted())]), &mut records);
    runs.take(&entry("b", "2", (0, 0), &[(1, accepted())]), &mut records);
    runs.take(&entry("a", "1", (1, 0), &[(1, responding())]), &mut records);
    let expected = [
        (1, "OfSource"),
        (1, "Accepted"),
        (2, "OfSource"),
        (2, "Accepted"),
        (1, "Responding"),
    ];
    assert_eq!(told(&records), words(&expected));
    assert!(
        records
            .iter()
            .all(|record| record.at == Duration::from_secs(11))
    );
    let totals = runs.totals();
    assert_eq!(
        (totals.connections, totals.open, totals.requests()),
        (2, 2, 1)
    );
    assert_eq!(runs.sources(), 2);
}

#[test]
fn an_entry_that_is_there_twice_is_read_once() {
    let mut runs = Runs::new(BASE);
    let mut records = Vec::new();
    let first = entry("a", "1", (0, 0), &[(1, accepted()), (1, responding())]);
    assert_eq!(runs.take(&first, &mut records), None);
    let before = records.len();
    assert_eq!(runs.take(&first, &mut records), None);
    assert_eq!(records.len(), before);
    assert_eq!(runs.totals().requests(), 1);
}

#[test]
fn what_is_missing_is_told_apart_and_counted() {
    let mut runs = Runs::new(BASE);
    let mut records = Vec::new();
    // What was trimmed before it was first heard of is not missed.
    let take = |runs: &mut Runs, records: &mut Vec<Record>, seq, lost| {
        let gap = runs.take(&entry("a", "1", (seq, lost), &[(1, responding())]), records);
        gap.map(|gap| (gap.dropped, gap.trimmed))
    };
    assert_eq!(take(&mut runs, &mut records, 100, 7), None);
    assert_eq!(take(&mut runs, &mut records, 101, 7), None);
    assert_eq!(take(&mut runs, &mut records, 107, 12), Some((5, 0)));
    assert_eq!(
        told(&records)
            .iter()
            .filter(|(_, word)| word == "Gone")
            .count(),
        0
    );
    assert_eq!(take(&mut runs, &mut records, 118, 12), Some((0, 10)));
    // What is not known to have ended may have.
    assert_eq!(
        told(&records)[4..],
        words(&[(1, "Gone"), (2, "OfSource"), (2, "Responding")])
    );
    assert_eq!(take(&mut runs, &mut records, 124, 14), Some((2, 3)));
    assert_eq!(runs.totals().left_out, 20);
}

#[test]
fn a_server_that_starts_again_has_its_connections_no_more() {
    let mut runs = Runs::new(BASE);
    let mut records = Vec::new();
    runs.take(&entry("a", "1", (0, 0), &[(1, accepted())]), &mut records);
    runs.take(&entry("a", "2", (0, 0), &[(1, accepted())]), &mut records);
    let expected = [
        (1, "OfSource"),
        (1, "Accepted"),
        (1, "Gone"),
        (2, "OfSource"),
        (2, "Accepted"),
    ];
    assert_eq!(told(&records), words(&expected));
    let totals = runs.totals();
    assert_eq!((totals.connections, totals.open), (2, 1));
}

#[test]
fn an_entry_of_another_format_is_left_out_and_counted() {
    let mut runs = Runs::new(BASE);
    let mut records = Vec::new();
    let other = Entry {
        session: r#"{"format":"9.0"}"#.into(),
        ..entry("a", "1", (0, 0), &[(1, accepted())])
    };
    assert_eq!(runs.take(&other, &mut records), None);
    assert!(records.is_empty());
    assert_eq!(runs.skipped(), 1);
}
