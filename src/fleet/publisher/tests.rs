use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::*;
use crate::event::{Activity, ConnectionId, Event};
use crate::session::read_message;

/// A stream in memory, which may be away.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<(Vec<Entry>, bool)>>);

impl Memory {
    fn leave(&self, away: bool) {
        self.0.lock().unwrap().1 = away;
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().0.clone()
    }

    /// The numbers of the records that arrived.
    fn numbers(&self) -> Vec<u64> {
        let mut records = Vec::new();
        for entry in self.entries() {
            read_message(&entry.records, &mut records);
        }
        records.iter().map(|record| record.seq).collect()
    }
}

impl Stream for Memory {
    fn add(&mut self, entry: &Entry) -> Result<(), String> {
        let mut memory = self.0.lock().unwrap();
        if memory.1 {
            return Err("it is away".into());
        }
        memory.0.push(entry.clone());
        Ok(())
    }
}

fn about() -> About {
    About {
        source: "here:1".into(),
        run: "r".into(),
        header: Header {
            started: SystemTime::UNIX_EPOCH,
            program: "glassport".into(),
            serving: "a".into(),
            redacted: false,
            bodies: 0,
            recv_size: 1,
            head_timeout: None,
            idle_timeout: None,
            accept_lf: false,
            rests: false,
        },
        redaction: None,
        detail: Detail::Octets,
    }
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn record(seq: u64, octets: usize) -> Record {
    let activity = Activity::Received {
        offset: 0,
        octets: vec![b'x'; octets].into(),
        asked: 1,
    };
    Record {
        seq,
        at: at(0),
        event: Event::Connection(ConnectionId(1), activity),
    }
}

type Told = Arc<Mutex<Vec<Standing>>>;

fn publisher(memory: &Memory) -> (Publisher<Memory>, Told) {
    let told = Told::default();
    let all = Arc::clone(&told);
    let tell = move |standing: &Standing| all.lock().unwrap().push(standing.clone());
    (Publisher::new(memory.clone(), about(), tell), told)
}

#[test]
fn what_was_appended_is_sent_in_order_and_numbered() {
    let memory = Memory::default();
    let (mut publisher, told) = publisher(&memory);
    for seq in 0..3 {
        publisher.append(&record(seq, 1)).unwrap();
        publisher.append(&record(seq + 10, 1)).unwrap();
        publisher.flush(at(seq), 0).unwrap();
    }
    let entries = memory.entries();
    let seqs: Vec<_> = entries.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, [0, 2, 4]);
    assert_eq!(memory.numbers(), [0, 10, 1, 11, 2, 12]);
    assert_eq!(told.lock().unwrap().last().unwrap().published, 6);
}

#[test]
fn what_is_not_acknowledged_waits_and_is_tried_again_later_and_later() {
    let memory = Memory::default();
    let (mut publisher, told) = publisher(&memory);
    memory.leave(true);
    publisher.append(&record(0, 1)).unwrap();
    publisher.flush(at(0), 0).unwrap();
    let trouble = told.lock().unwrap().last().unwrap().trouble.clone();
    assert_eq!(trouble.as_deref(), Some("it is away"));
    memory.leave(false);
    publisher.flush(at(99), 0).unwrap();
    assert!(memory.entries().is_empty(), "it is not tried yet");
    publisher.append(&record(1, 1)).unwrap();
    publisher.flush(at(100), 0).unwrap();
    assert_eq!(memory.numbers(), [0, 1]);
    assert_eq!(told.lock().unwrap().last().unwrap().trouble, None);
    assert_eq!(told.lock().unwrap().last().unwrap().lost, 0);
}

#[test]
fn what_there_is_no_room_for_is_counted_and_seen_as_one_gap() {
    let memory = Memory::default();
    let (mut publisher, told) = publisher(&memory);
    memory.leave(true);
    let octets = 1 << 20;
    let count = (ROOM / octets) as u64 + 9;
    for seq in 0..count {
        publisher.append(&record(seq, octets)).unwrap();
    }
    publisher.flush(at(1), 5).unwrap();
    assert_eq!(
        publisher.lost(),
        0,
        "there is no room to make up for it yet"
    );
    memory.leave(false);
    publisher.append(&record(count, 1)).unwrap();
    publisher.flush(at(10_000), 5).unwrap();
    publisher.append(&record(count + 1, 1)).unwrap();
    publisher.flush(at(10_001), 5).unwrap();
    let arrived = memory.numbers();
    let kept = arrived
        .iter()
        .zip(0..)
        .take_while(|(a, b)| **a == *b)
        .count() as u64;
    let dropped = publisher.lost();
    assert!(dropped >= 9, "{arrived:?}");
    assert_eq!(arrived.len() as u64 + dropped, count + 2);
    let last = memory.entries().pop().unwrap();
    assert_eq!((last.seq, last.lost), (count + 1, dropped));
    assert!(kept > 8 && arrived.contains(&(count + 1)));
    assert_eq!(told.lock().unwrap().last().unwrap().lost, dropped + 5);
}

#[test]
fn what_is_left_at_the_end_is_sent_or_counted() {
    let memory = Memory::default();
    for (away, published, lost) in [(false, 2, 0), (true, 0, 2)] {
        let (mut publisher, told) = publisher(&memory);
        memory.leave(true);
        publisher.append(&record(0, 1)).unwrap();
        publisher.flush(at(0), 0).unwrap();
        publisher.append(&record(1, 1)).unwrap();
        memory.leave(away);
        publisher.finish().unwrap();
        let told = told.lock().unwrap();
        let last = told.last().unwrap();
        assert_eq!((last.published, last.lost), (published, lost));
    }
}
