//! What is read again is what was read: any moment, of any file, whatever its end looks like.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::event::{Activity, ConnectionId, Record, Sampled};
use crate::http::Status;
use crate::session::{Header, Input, Merged, Reader, Recorder};
use crate::trace::script::{Script, id};
use crate::trace::{Moment, Part, Trace, Wanted, Window};

const ROOM: usize = 32 << 20;

fn header(started: u64) -> Header {
    Header {
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(started),
        program: "glassport".into(),
        serving: "./site".into(),
        redacted: false,
        bodies: 0,
        recv_size: 16_384,
        head_timeout: None,
        idle_timeout: None,
        accept_lf: false,
        rests: false,
    }
}

/// Connections that are open at the same time and close one after the other, one that lives
/// from the beginning to the end, and what the kernel said in between.
fn story(connections: u64) -> Vec<Record> {
    let mut script = Script::new();
    let request = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(600));
    script.accept(1);
    for n in 2..connections {
        script.accept(n);
        for open in [1, n, n.saturating_sub(3).max(1)] {
            script.wait(7);
            if open > 1 && open + 3 == n || open == n || open == 1 {
                script.receive(open, &request[..300]);
                script.note(open, Activity::Sampled(Sampled::default().into()));
                script.note(open, Activity::Sampled(Sampled::default().into()));
                script.receive(open, &request[300..]);
                script.answer(open, Status::OK, 5);
            }
        }
        if n > 6 {
            script.close(n - 4);
        }
    }
    script.records
}

/// A file of them, with a chunk for every `chunk` records.
fn file(records: &[Record], chunk: usize, started: u64) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut recorder = Recorder::new(&mut octets, &header(started), None).unwrap();
    for records in records.chunks(chunk) {
        for record in records {
            recorder.append(record).unwrap();
        }
        recorder.flush().unwrap();
    }
    recorder.finish().unwrap();
    octets
}

fn input(octets: &[u8]) -> Input {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(octets).unwrap();
    Input::file(file)
}

fn merged(files: &[Vec<u8>]) -> Merged {
    let readers = files.iter().map(|octets| {
        let reader = Reader::open(input(octets)).unwrap();
        ("it".to_owned(), reader)
    });
    Merged::new(readers.collect())
}

/// Read to the end, with everything kept.
fn read(mut sessions: Merged, index: &mut Index) -> (Merged, Trace) {
    let mut trace = Trace::whole();
    while let Some(record) = index.next(&mut sessions) {
        trace.fold(record);
    }
    (sessions, trace)
}

/// Whether a window tells of a connection what the whole trace does, at every moment that is
/// in it.
fn check(window: &Window, whole: &Trace, id: ConnectionId) -> Result<(), TestCaseError> {
    let (found, all) = (&window.trace().connections[&id], &whole.connections[&id]);
    let first = found.log().first();
    prop_assert!(found.moment <= all.moment);
    for moment in [
        first,
        Moment(first.0.midpoint(found.moment.0)),
        found.moment,
    ] {
        let (found, all) = (found.at(moment), all.at(moment));
        let mut expected = (*all).clone();
        // Of the exchanges that no record tells of, the newest is known.
        let kept = found.exchanges.len();
        let known = expected.exchanges.len();
        expected.exchanges.drain(..known - kept);
        prop_assert_eq!(&found.exchanges, &expected.exchanges);
        prop_assert_eq!(found.moment, all.moment);
        prop_assert_eq!(
            (found.phase, found.cut, found.since),
            (all.phase, all.cut, all.since)
        );
        prop_assert_eq!((found.totals, found.closed), (all.totals, all.closed));
        prop_assert_eq!((found.peer, found.heard_of()), (all.peer, all.heard_of()));
        prop_assert_eq!(&found.sampled, &all.sampled);
    }
    // And record by record.
    let entries = |connection: &crate::trace::Connection, first: Moment| -> Vec<_> {
        let skipped = usize::try_from(first.0 - connection.log().first().0).unwrap();
        connection.log().iter().skip(skipped).cloned().collect()
    };
    let (found, mut all) = (entries(found, first), entries(all, first));
    all.truncate(found.len());
    prop_assert_eq!(found, all);
    Ok(())
}

#[test]
fn every_moment_of_every_connection_is_found_as_it_was() {
    let records = story(300);
    let files = [file(&records, 300, 5)];
    let mut index = Index::new(ROOM).with_pieces_of(200 << 10);
    let (sessions, whole) = read(merged(&files), &mut index);
    for (&id, connection) in whole.connections.iter().step_by(17) {
        let step = usize::try_from(connection.moment.0 / 5).unwrap().max(1);
        for moment in (1..=connection.moment.0).step_by(step) {
            let part = Part::Moment(Moment(moment));
            let wanted = Wanted {
                connection: id,
                part,
            };
            let window = index.read(&sessions, wanted, ROOM).unwrap();
            let found = &window.trace().connections[&id];
            assert!(found.log().first() < Moment(moment) && found.moment >= Moment(moment));
            check(&window, &whole, id).unwrap();
        }
        let ask = |part| {
            let wanted = Wanted {
                connection: id,
                part,
            };
            index.read(&sessions, wanted, ROOM).unwrap()
        };
        let begin = ask(Part::Begin);
        assert_eq!(begin.trace().connections[&id].log().first(), Moment(0));
        let end = ask(Part::End);
        assert_eq!(end.trace().connections[&id].moment, connection.moment);
        let at = connection.time_of(Moment(connection.moment.0 / 2));
        let found = ask(Part::Time(at));
        let found = &found.trace().connections[&id];
        assert!(found.time_of(found.log().first()) <= at || found.log().first() == Moment(0));
        let keys = || whole.connections.keys();
        let before = keys().rfind(|&&other| other < id).copied();
        let wanted = Wanted {
            connection: id,
            part: Part::Before,
        };
        let found = index
            .read(&sessions, wanted, ROOM)
            .map(|window| window.connection());
        assert_eq!(found, before);
        let after = keys().find(|&&other| other > id).copied();
        let wanted = Wanted {
            connection: id,
            part: Part::After,
        };
        let found = index
            .read(&sessions, wanted, ROOM)
            .map(|window| window.connection());
        assert_eq!(found, after);
    }
}

#[test]
fn several_files_are_one_time_line_the_second_time_too() {
    let records = story(300);
    let files = [file(&records, 200, 5), file(&records, 333, 6)];
    let mut index = Index::new(ROOM);
    let (sessions, whole) = read(merged(&files), &mut index);
    for &id in whole.connections.keys().step_by(23) {
        for part in [Part::Begin, Part::End, Part::Moment(Moment(3))] {
            let wanted = Wanted {
                connection: id,
                part,
            };
            let window = index.read(&sessions, wanted, ROOM).unwrap();
            check(&window, &whole, id).unwrap();
        }
    }
}

#[test]
fn with_little_memory_less_is_known_beforehand_and_every_moment_is_found_still() {
    let records = story(1500);
    let files = [file(&records, 400, 5)];
    let budget = 96 << 10;
    let mut index = Index::new(budget);
    let (sessions, whole) = read(merged(&files), &mut index);
    assert!(index.cost() <= budget, "{}", index.cost());
    for &id in whole.connections.keys().step_by(97) {
        for part in [Part::Begin, Part::End, Part::Moment(Moment(5))] {
            let wanted = Wanted {
                connection: id,
                part,
            };
            let window = index.read(&sessions, wanted, 1 << 20).unwrap();
            assert!(window.trace().cost() <= 1 << 20);
            check(&window, &whole, id).unwrap();
        }
    }
}

#[test]
fn what_comes_once_is_not_read_again() {
    let octets = file(&story(9), 20, 5);
    let stream = Input::stream(std::io::Cursor::new(octets));
    let sessions = Merged::new(vec![("-".into(), Reader::open(stream).unwrap())]);
    assert!(!sessions.is_kept());
    let stored = Stored::new(sessions, true, ROOM, |_| ()).unwrap();
    assert!(stored.again().is_none());
    let source: &dyn crate::event::Source = &stored;
    let mut told = 0;
    while told < story(9).len() {
        let batch = source.receiver().recv().unwrap();
        source.open(batch, &mut |_| told += 1);
    }
}

#[test]
fn it_is_read_again_while_it_is_still_being_read() {
    let records = story(400);
    let count = records.len();
    let stored = Stored::new(merged(&[file(&records, 300, 5)]), false, ROOM, |_| ()).unwrap();
    let (ask, found) = stored.again().unwrap();
    let source: &dyn crate::event::Source = &stored;
    let mut told = 0;
    while told < count {
        let batch = source.receiver().recv().unwrap();
        source.open(batch, &mut |_| told += 1);
        let wanted = Wanted {
            connection: id(1),
            part: Part::Begin,
        };
        ask.send(wanted).unwrap();
        let window = found.recv().unwrap().unwrap();
        assert_eq!(window.connection(), id(1));
    }
    let wanted = Wanted {
        connection: id(399),
        part: Part::End,
    };
    ask.send(wanted).unwrap();
    assert_eq!(found.recv().unwrap().unwrap().connection(), id(399));
}

/// An index that a file brings is not believed: what it says is not asked.
#[test]
fn the_index_of_the_container_is_not_asked() {
    use mcap::{WriteOptions, Writer};
    let octets = file(&story(60), 50, 5);
    // The same session, as another program writes it: with an index, which lies.
    let mut copy = std::io::Cursor::new(Vec::new());
    let mut writer: Writer<_> = WriteOptions::new()
        .profile("glassport")
        .chunk_size(Some(4096))
        .create(&mut copy)
        .unwrap();
    let mut of_chunk = mcap::read::LinearReader::new(&octets).unwrap();
    let metadata = of_chunk.find_map(|entry| match entry {
        Ok(mcap::records::Record::Metadata(metadata)) => Some(metadata),
        Ok(_) | Err(_) => None,
    });
    writer.write_metadata(&metadata.unwrap()).unwrap();
    for message in mcap::MessageStream::new(&octets).unwrap() {
        writer.write(&message.unwrap()).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    let mut copy = copy.into_inner();
    let indexed = merged(&[copy.clone()]).count();
    // From where the messages end on, every octet is another.
    let end = copy.len() * 9 / 10;
    for octet in &mut copy[end..] {
        *octet ^= 0x5a;
    }
    let mut index = Index::new(ROOM);
    let (sessions, whole) = read(merged(&[copy]), &mut index);
    assert!(indexed > 0 && !whole.connections.is_empty());
    for &id in whole.connections.keys() {
        let wanted = Wanted {
            connection: id,
            part: Part::Begin,
        };
        let window = index.read(&sessions, wanted, ROOM).unwrap();
        check(&window, &whole, id).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn of_a_damaged_file_every_moment_is_found_that_was_read(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..5),
        cut in any::<prop::sample::Index>(),
        chosen in proptest::collection::vec((1u64..45, 0u64..40), 6),
    ) {
        static FILE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut octets = FILE.get_or_init(|| file(&story(40), 31, 5)).clone();
        for (at, flip) in flips {
            let at = at.index(octets.len());
            octets[at] ^= flip;
        }
        octets.truncate(cut.index(octets.len()).max(octets.len() / 3) + 1);
        let Ok(reader) = Reader::open(input(&octets)) else { return Ok(()) };
        let sessions = Merged::new(vec![("it".into(), reader)]);
        let mut index = Index::new(ROOM);
        let (sessions, whole) = read(sessions, &mut index);
        for (connection, moment) in chosen {
            let part = Part::Moment(Moment(moment));
            let wanted = Wanted { connection: id(connection), part };
            match index.read(&sessions, wanted, ROOM) {
                Some(window) => check(&window, &whole, window.connection())?,
                None => prop_assert!(whole.connections.is_empty()),
            }
        }
    }

    /// The file is another one by the time it is asked: anything may be told, but it ends.
    #[test]
    fn a_file_that_has_changed_since_is_read_in_vain_or_not(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..9),
        length in any::<prop::sample::Index>(),
        moment in 0u64..40,
    ) {
        let octets = file(&story(40), 31, 5);
        let mut kept = tempfile::tempfile().unwrap();
        kept.write_all(&octets).unwrap();
        let copy = kept.try_clone().unwrap();
        let reader = Reader::open(Input::file(kept)).unwrap();
        let mut index = Index::new(ROOM);
        let (sessions, _) = read(Merged::new(vec![("it".into(), reader)]), &mut index);
        for (at, flip) in flips {
            let at = at.index(octets.len());
            std::os::unix::fs::FileExt::write_at(&copy, &[octets[at] ^ flip], at as u64).unwrap();
        }
        copy.set_len(length.index(octets.len()) as u64).unwrap();
        let part = Part::Moment(Moment(moment));
        let wanted = Wanted { connection: id(5), part };
        let _ = index.read(&sessions, wanted, ROOM);
    }
}

/// What stood is told apart from what came since, and shares what has not changed.
#[test]
fn what_stood_costs_what_changed() {
    let mut standing = crate::trace::Standing::default();
    let mut script = Script::new();
    for n in 1..100 {
        script.accept(n);
    }
    script
        .records
        .iter()
        .for_each(|record| standing.fold(record));
    let before = standing.clone();
    let all = before.cost_beside(None);
    script.records.clear();
    script.receive(7, "GET / HTTP/1.1\r\n");
    script
        .records
        .iter()
        .for_each(|record| standing.fold(record));
    let changed = standing.cost_beside(Some(&before));
    assert!(changed * 4 < all, "{changed} of {all}");
    assert_eq!(before.moment_of(id(7)), Some(Moment(1)));
    assert!(standing.moment_of(id(7)) > Some(Moment(1)));
}
