use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::event::{
    AcceptQueue, Activity, Breakpoint, CloseReason, ConnectionId, ConnectionTotals, Counted,
    End as Side, Event, Flow, Handling, KernelView, ListenerEvent, Operation, Phase, Policy,
    Record, Refusal, Resource, Sampled, SendCall, Syn, TcpFacts, TcpState, Totals, Unaccepted,
    UpstreamActivity, Waiting,
};
use crate::http::{Diagnosis, Fault, Framing, LineEnds, MessageKind, RequestHead, Span, Status};

const HEAD: &[u8] =
    b"GET /?token=abc HTTP/1.1\r\nHost: x\r\nCookie: sid=SECRET\r\nContent-Length: 3\r\n\r\n";

fn header() -> Header {
    Header {
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000),
        program: "glassport 0.1.0".into(),
        serving: "./site".into(),
        redacted: false,
        bodies: 9,
        recv_size: 4,
        head_timeout: Some(Duration::from_secs(30)),
        idle_timeout: None,
        accept_lf: true,
        rests: true,
    }
}

fn head() -> Arc<RequestHead> {
    RequestHead::parse(HEAD, 40, LineEnds::CrLf).unwrap().into()
}

/// What a tap tells of its upstream beside what it receives.
fn behind_a_tap() -> impl Iterator<Item = UpstreamActivity> {
    let span = Span::new(46, 47);
    let octets: Arc<[u8]> = b"SECRET".as_slice().into();
    let edited = |message| UpstreamActivity::Edited {
        message,
        span,
        octets: Arc::clone(&octets),
    };
    [
        UpstreamActivity::GoesOn {
            because: "the folder has no such file".into(),
        },
        UpstreamActivity::Rewritten {
            span,
            octets: b"dev.example".as_slice().into(),
        },
        edited(MessageKind::Request),
        edited(MessageKind::Response),
        UpstreamActivity::LeadsPast { location: span },
    ]
    .into_iter()
}

/// Everything that can be told of a connection.
#[expect(clippy::too_many_lines, reason = "one of each activity")]
fn activities() -> Vec<Activity> {
    let address = SocketAddr::from(([127, 0, 0, 1], 8080));
    let span = Span::new(40, 40 + HEAD.len() as u64);
    vec![
        Activity::Accepted {
            peer: "[::1]:5000".parse().unwrap(),
            local: address,
        },
        Activity::Received {
            offset: 40,
            octets: HEAD.into(),
            asked: 16_384,
        },
        Activity::Received {
            offset: 999,
            octets: b"\xff\x00\x80".as_slice().into(),
            asked: 3,
        },
        Activity::Scanned {
            from: 40,
            to: 60,
            matched: 2,
        },
        Activity::BoundaryFound { head: span },
        Activity::Parsed {
            head: head(),
            framing: Framing::from_head(&head()).unwrap(),
        },
        Activity::Rejected {
            refusal: Diagnosis::new(Fault::BareLf, Span::octet(14), 0).into(),
            head: Some(head()),
            request_line: b"GET / HTTP/1.1".as_slice().into(),
        },
        Activity::Rejected {
            refusal: Refusal::from_policy(Policy::HeadTimeout, Span::octet(14), 0),
            head: None,
            request_line: b"GET".as_slice().into(),
        },
        Activity::Continued,
        Activity::BodyReceived { span, content: 3 },
        Activity::Resolved(Resource::File {
            path: b"a\xff".as_slice().into(),
            length: 9,
        }),
        Activity::Resolved(Resource::Directory {
            path: b"deep".as_slice().into(),
        }),
        Activity::Resolved(Resource::Generated {
            what: "a listing".into(),
        }),
        Activity::Resolved(Resource::Nothing {
            because: "no such file".into(),
        }),
        Activity::Responding {
            status: Status::OK,
            head: b"HTTP/1.1 200 OK\r\nSet-Cookie: a=SECRET\r\n\r\n"
                .as_slice()
                .into(),
            body: 9,
            because: Some(Cow::Borrowed("it changed")),
        },
        Activity::Content {
            octets: b"<p>caf\xe9".as_slice().into(),
        },
        Activity::Sent {
            call: SendCall::SendFile,
            octets: 4,
            of: 9,
        },
        Activity::Responded {
            status: Status::OK,
            body: 9,
            took: Duration::from_micros(310),
        },
        Activity::Held {
            before: Breakpoint::Parse,
        },
        Activity::Released {
            after: Duration::from_secs(3),
        },
        Activity::Finished,
        Activity::PeerFinished,
        Activity::TimedOut {
            waiting_for: Waiting::Head,
            after: Duration::from_secs(30),
        },
        Activity::Failed {
            operation: Operation::Send,
            kind: ErrorKind::ConnectionReset,
        },
        Activity::Closed {
            by: Side::Peer,
            reason: CloseReason::Broken,
            totals: ConnectionTotals {
                requests: 1,
                received: 2,
                sent: 3,
            },
        },
        Activity::Counted(Arc::new(Counted {
            peer: address,
            local: address,
            accepted: Duration::from_nanos(7),
            totals: ConnectionTotals {
                requests: 1,
                received: 2,
                sent: 3,
            },
            left_out: 4,
            phase: Phase::Handling,
            held: Some(Breakpoint::Scan),
        })),
        Activity::Sampled(Arc::new(sampled())),
        Activity::Sampled(Arc::default()),
        Activity::Gone,
        Activity::OfSource("laptop-7:8080".into()),
    ]
}

fn sampled() -> Sampled {
    Sampled {
        handling: Handling {
            flow: Flow::Slow(Duration::from_millis(20)),
            recv_size: 4,
        },
        kernel: KernelView {
            unread: Some(0),
            unsent: None,
            recv_buffer: Some(131_072),
            send_buffer: Some(2_626_560),
            tcp: Some(TcpFacts {
                state: Some(TcpState::CloseWait),
                rtt: Duration::from_micros(21),
                data_segments_in: Some(3),
                ..TcpFacts::default()
            }),
            syn: Some(Syn {
                ttl: 64,
                window: 65_495,
                mss: Some(65_495),
                window_scale: Some(7),
                sack: true,
                timestamps: true,
                octets: vec![0x45, 0, 0, 60, 0xff],
            }),
        },
    }
}

fn records() -> Vec<Record> {
    let address = SocketAddr::from(([127, 0, 0, 1], 8080));
    let listener = [
        ListenerEvent::Opened { wanted: address },
        ListenerEvent::Bound { local: address },
        ListenerEvent::Listening {
            local: address,
            backlog: 1024,
        },
        ListenerEvent::AcceptFailed {
            error: "too many open files".into(),
            retry: Duration::from_millis(50),
        },
        ListenerEvent::SpawnFailed {
            error: "no thread".into(),
        },
        ListenerEvent::Lowered {
            asked: 1024,
            holds: 200,
            because: "ulimit -n".into(),
        },
        ListenerEvent::Handling(Handling {
            flow: Flow::Held,
            recv_size: 16_384,
        }),
        ListenerEvent::Queue(Box::new(AcceptQueue {
            waiting: Some(2),
            limit: Some(1024),
            peers: vec![Unaccepted {
                peer: address,
                unread: 18,
            }],
        })),
        ListenerEvent::Counted(Box::new(Totals {
            connections: 9,
            statuses: [0, 1, 2, 3, 4, 5],
            ..Totals::default()
        })),
        ListenerEvent::Draining,
        ListenerEvent::Stopped,
    ];
    let listener = listener.into_iter().map(Event::Listener);
    let connection = activities()
        .into_iter()
        .chain(behind_a_tap().map(Activity::Upstream))
        .map(|activity| Event::Connection(ConnectionId(7), activity));
    (0..)
        .zip(listener.chain(connection))
        .map(|(seq, event)| Record {
            seq,
            at: Duration::from_millis(seq),
            event,
        })
        .collect()
}

/// A file of `times` sessions one after the other, flushed between them.
fn file(times: usize, redaction: Option<Redaction>) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), redaction).unwrap();
    for _ in 0..times {
        for record in records() {
            recorder.append(&record).unwrap();
        }
        recorder.flush().unwrap();
    }
    let length = recorder.finish().unwrap();
    assert_eq!(length, octets.len() as u64);
    octets
}

#[test]
fn every_record_comes_out_as_it_went_in() {
    let octets = file(1, None);
    let mut reader = Reader::open(octets.as_slice()).unwrap();
    assert_eq!(*reader.header(), header());
    let read: Vec<_> = reader.by_ref().collect();
    assert_eq!(read, records());
    assert_eq!(reader.end(), Some(&End::Whole));
    assert_eq!((reader.skipped(), reader.damaged_chunks()), (0, 0));
}

#[test]
fn a_head_that_was_just_received_is_written_once_and_read_as_it_was() {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    let all = records();
    let message = |recorder: &mut Recorder<_>, records: &[Record]| {
        for record in records {
            recorder.append(record).unwrap();
        }
    };
    message(&mut recorder, &all);
    let written = recorder.unwritten().to_vec();
    recorder.finish().unwrap();
    let text = String::from_utf8(written).unwrap();
    assert_eq!(
        text.matches("SECRET").count(),
        4,
        "received, the response, and what was edited: {text}"
    );
    assert!(text.contains(r#""octets":{"received":"#), "{text}");
    // One record a line, and all of it is an array of them.
    assert_eq!(text.lines().count(), all.len());
    let values: Vec<serde_json::Value> = serde_json::from_str(&(text + "]")).unwrap();
    assert_eq!(values.len(), all.len());

    // One that was received in another message is written in full.
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    let parsed = |record: &&Record| format!("{record:?}").contains("Parsed {");
    let at = all.iter().position(|record| parsed(&record)).unwrap();
    message(&mut recorder, &all[..at]);
    recorder.flush().unwrap();
    message(&mut recorder, &all[at..]);
    recorder.finish().unwrap();
    let read: Vec<_> = Reader::open(octets.as_slice()).unwrap().collect();
    assert_eq!(read, all);
}

#[test]
fn a_head_that_refers_to_nothing_is_not_understood() {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    recorder.append_raw(
        br#"[{"seq":0,"at":5,"connection":1,"event":{"received":{"offset":0,"asked":9,"octets":{"text":"GET / HTTP/1.0\r\n\r\n"}}}},
{"seq":1,"at":5,"connection":1,"event":{"parsed":{"head":{"offset":0,"octets":{"received":18}}}}},
{"seq":2,"at":5,"connection":1,"event":{"parsed":{"head":{"offset":0,"octets":{"received":19}}}}},
{"seq":3,"at":5,"connection":2,"event":{"parsed":{"head":{"offset":0,"octets":{"received":18}}}}},
{"seq":4,"at":5,"connection":1,"event":{"parsed":{"head":{"offset":9,"octets":{"received":18446744073709551615}}}}}]"#,
    );
    recorder.finish().unwrap();
    let mut reader = Reader::open(octets.as_slice()).unwrap();
    assert_eq!((reader.by_ref().count(), reader.skipped()), (2, 3));
}

#[test]
fn no_secret_is_in_a_redacted_file() {
    let octets = file(1, Some(Redaction::new(&[], &["token".into()])));
    let reader = Reader::open(octets.as_slice()).unwrap();
    let read: Vec<_> = reader.collect();
    assert_eq!(read.len(), records().len());
    for record in &read {
        let text = serde_json::to_string(&wire::Record::from(record)).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
        assert!(!text.contains("=abc"), "{text}");
    }
    let text = format!("{read:?}");
    assert!(text.contains("Responding"), "{text}");
}

#[test]
fn a_file_cut_off_anywhere_yields_what_was_whole_before() {
    let octets = file(2, None);
    let each = records().len();
    let mut whole = 0;
    for length in (0..octets.len()).step_by(if cfg!(debug_assertions) { 5 } else { 1 }) {
        match Reader::open(&octets[..length]) {
            Ok(mut reader) => {
                let count = reader.by_ref().count();
                assert!(count >= whole, "{length}: {count} after {whole}");
                assert_eq!(count % each, 0, "{length}");
                whole = count;
                assert!(matches!(
                    reader.end(),
                    Some(End::CutOff | End::Damaged(_) | End::Whole)
                ));
            }
            Err(OpenError::NoSession) => assert_eq!(whole, 0, "{length}"),
            Err(error) => panic!("{length}: {error}"),
        }
    }
    assert_eq!(whole, 2 * each);
}

/// Pseudo-random octets, which no compression makes fewer: the same in every run.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(3000).collect()
}

/// A file of some 200 KiB, and the records of it: six in each chunk, as in a second.
fn large() -> (Vec<Record>, Vec<u8>) {
    let records: Vec<_> = (0..48)
        .map(|seq| Record {
            seq,
            at: Duration::from_millis(100 * seq),
            event: Event::Connection(
                ConnectionId(1),
                Activity::Received {
                    offset: 3000 * seq,
                    octets: noise(seq).into(),
                    asked: 16_384,
                },
            ),
        })
        .collect();
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    for second in records.chunks(6) {
        for record in second {
            recorder.append(record).unwrap();
        }
        recorder.flush().unwrap();
    }
    recorder.finish().unwrap();
    (records, octets)
}

/// Every octet of the last 64 KiB is one at which a file can be cut off. Without optimization
/// so many cuts take minutes: then it is each that is a multiple of 31, and a build with it
/// (`cargo test --release`) makes all of them.
#[test]
fn a_large_file_cut_off_anywhere_near_its_end_yields_what_was_whole_before() {
    let (records, octets) = large();
    let step = if cfg!(debug_assertions) { 31 } else { 1 };
    let from = octets.len() - (64 << 10);
    assert!(from > 64 << 10, "it is a large file");
    let mut whole = 0;
    for length in (from..octets.len()).step_by(step).chain([octets.len()]) {
        let mut reader = Reader::open(&octets[..length]).unwrap();
        let read: Vec<_> = reader.by_ref().collect();
        assert_eq!(read, records[..read.len()], "{length}");
        assert!(
            read.len() >= whole,
            "{length}: {} after {whole}",
            read.len()
        );
        assert_eq!(
            read.len() % 6,
            0,
            "{length}: a second is whole or not there"
        );
        assert!(reader.end().is_some(), "{length}");
        whole = read.len();
    }
    assert_eq!(whole, records.len());
}

#[test]
fn what_a_newer_version_wrote_is_skipped_or_refused() {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    recorder.append_raw(br#"{"seq":0,"at":5,"connection":1,"event":{"teleported":{"to":"x"}}}"#);
    recorder.append_raw(br#"{"seq":1,"at":6,"connection":1,"event":"continued","mood":"fine"}"#);
    recorder.finish().unwrap();
    let mut reader = Reader::open(octets.as_slice()).unwrap();
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!(reader.skipped(), 1);

    let version = b"\x03\0\0\x001.1";
    let at = octets.windows(7).position(|octets| octets == version);
    octets[at.unwrap() + 4] = b'2';
    let error = Reader::open(octets.as_slice()).unwrap_err();
    assert!(matches!(&error, OpenError::Version(version) if version == "2.1"));
}

#[test]
fn a_disk_that_is_full_ends_the_recording_and_what_was_written_is_read() {
    /// Takes so many octets and no more.
    #[derive(Clone, Default)]
    struct Disk(Arc<std::sync::Mutex<Vec<u8>>>);
    impl Write for Disk {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let room = 8000 - disk.len();
            if room == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            let n = room.min(octets.len());
            disk.extend_from_slice(&octets[..n]);
            Ok(n)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let disk = Disk::default();
    let mut recorder = Recorder::new(disk.clone(), &header(), None).unwrap();
    let mut written = 0;
    let error = loop {
        let session = records();
        let result: Result<(), RecordError> = session
            .iter()
            .try_for_each(|record| recorder.append(record))
            .and_then(|()| recorder.flush());
        match result {
            Ok(()) => written += session.len(),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("storage"), "{error}");
    assert!(recorder.append(&records()[0]).is_err());
    drop(recorder);
    let octets = disk.0.lock().unwrap().clone();
    let mut reader = Reader::open(octets.as_slice()).unwrap();
    assert_eq!(reader.by_ref().count(), written);
    assert_eq!(reader.end(), Some(&End::CutOff));
}

#[test]
fn a_file_that_unpacks_without_end_is_left() {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(), None).unwrap();
    let zeros = vec![b' '; 60 << 20];
    for _ in 0..8 {
        recorder.append_raw(&zeros);
    }
    recorder.finish().unwrap();
    assert!(octets.len() < 1 << 20);
    let mut reader = Reader::open(octets.as_slice()).unwrap();
    assert_eq!(reader.by_ref().count(), 0);
    assert!(matches!(reader.end(), Some(End::Damaged(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn damage_anywhere_never_panics_and_never_invents(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut octets = file(2, None);
        let cut = cut.index(octets.len()) + 1;
        for (at, flip) in flips {
            let at = at.index(octets.len());
            octets[at] ^= flip;
        }
        octets.truncate(cut.max(octets.len() / 2));
        if let Ok(reader) = Reader::open(octets.as_slice()) {
            prop_assert!(reader.count() <= 2 * records().len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn of_a_large_file_that_is_damaged_every_record_that_is_read_is_one_of_it(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..4),
    ) {
        let (records, mut octets) = large();
        for (at, flip) in flips {
            let at = at.index(octets.len());
            octets[at] ^= flip;
        }
        if let Ok(mut reader) = Reader::open(octets.as_slice()) {
            let read: Vec<_> = reader.by_ref().collect();
            prop_assert!(read.iter().all(|record| records.contains(record)));
            prop_assert!(read.is_sorted_by_key(|record| record.at));
            prop_assert!(reader.end().is_some());
        }
    }
}
