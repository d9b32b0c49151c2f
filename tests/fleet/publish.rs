//! `--publish`: what is in the stream, whatever becomes of Redis meanwhile.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use glassport::event::{Activity, Event};

use crate::redis::{Entry, Redis};
use crate::support::{Server, get, run};

/// How many records the server says it has published, and lost, at its end.
fn said(server: &mut Server) -> (u64, u64) {
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    let said = server.eventually("what was published", |s| {
        let errors = s.errors();
        let line = errors.lines().find(|l| l.contains("records published"))?;
        Some(line.to_owned())
    });
    let number_before = |words: &str| {
        let before = said.split(words).next().unwrap_or_default();
        let number = before.rsplit(' ').next().unwrap_or_default();
        number.parse().ok()
    };
    let lost = if said.contains("were lost") {
        number_before(" were lost")
    } else {
        Some(0)
    };
    (
        number_before(" records published").unwrap_or_else(|| panic!("{said}")),
        lost.unwrap_or_else(|| panic!("{said}")),
    )
}

/// The entries in order, those that are there twice once, and that nothing is missing in
/// between but what `lost` tells of.
fn whole(entries: Vec<Entry>) -> Vec<Entry> {
    let mut next = 0;
    let mut lost = 0;
    let mut whole = Vec::new();
    for entry in entries {
        if entry.seq < next {
            continue;
        }
        assert_eq!(entry.seq - next, entry.lost - lost, "a gap nobody knows of");
        next = entry.seq + entry.records.len() as u64;
        lost = entry.lost;
        whole.push(entry);
    }
    whole
}

/// How many responses were told of as complete.
fn responded(entries: &[Entry]) -> u64 {
    let records = entries.iter().flat_map(|entry| &entry.records);
    let is_one = |event: &Event| matches!(event, Event::Connection(_, Activity::Responded { .. }));
    records.filter(|record| is_one(&record.event)).count() as u64
}

fn records(entries: &[Entry]) -> u64 {
    entries.iter().map(|entry| entry.records.len() as u64).sum()
}

/// Nothing of a connection is missing: its records count from 0.
fn nothing_is_missing(entries: &[Entry]) {
    let mut next = BTreeMap::new();
    for record in entries.iter().flat_map(|entry| &entry.records) {
        if let Event::Connection(id, activity) = &record.event
            && !matches!(activity, Activity::Counted(_) | Activity::Gone)
        {
            let expected = next.entry(*id).or_insert(0);
            assert_eq!(record.seq, *expected, "{record:?}");
            *expected += 1;
        }
    }
}

#[test]
fn everything_that_happens_is_in_the_stream() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let url = redis.url("", "class");
    let mut server = Server::start(&["--publish", &url, "--publish-as", "laptop-7"]);
    for _ in 0..5 {
        assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
    }
    // It is there while the server runs, within a moment.
    server.eventually("five responses", |_| {
        (responded(&redis.entries("", "class")) == 5).then_some(())
    });
    let (published, lost) = said(&mut server);
    let entries = whole(redis.entries("", "class"));
    assert!(entries.iter().all(|entry| entry.source == "laptop-7"));
    assert_eq!((records(&entries), lost), (published, 0));
    nothing_is_missing(&entries);
}

#[test]
fn redis_may_be_killed_and_nothing_acknowledged_is_lost_or_doubled() {
    let Some(mut redis) = Redis::start(&[]) else {
        return;
    };
    let mut server = Server::start(&["--publish", &redis.url("", "class")]);
    let (over, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut peer = server.connect();
            while !over.load(SeqCst) {
                peer.send(get("/"));
                assert_eq!(peer.response().status(), 200);
                asked.fetch_add(1, SeqCst);
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        let more = |count: u64| {
            let wanted = asked.load(SeqCst) + count;
            server.eventually("more requests", |_| {
                (asked.load(SeqCst) >= wanted).then_some(())
            });
        };
        for _ in 0..3 {
            more(50);
            redis.kill();
            let before = server.errors().matches("Redis is not there").count();
            server.eventually("word of it", |s| {
                let now = s.errors().matches("Redis is not there").count();
                (now > before || now > s.errors().matches("taken again").count()).then_some(())
            });
            // The server goes on.
            more(50);
            redis.restart();
            server.eventually("word of its end", |s| {
                let errors = s.errors();
                let (away, back) = ("Redis is not there", "taken again");
                (errors.matches(away).count() == errors.matches(back).count()).then_some(())
            });
        }
        over.store(true, SeqCst);
    });
    let (published, lost) = said(&mut server);
    let entries = whole(redis.entries("", "class"));
    assert_eq!((records(&entries), lost), (published, 0));
    assert_eq!(responded(&entries), asked.load(SeqCst));
    nothing_is_missing(&entries);
}

#[test]
fn a_redis_that_is_full_is_waited_for_and_what_has_no_room_is_counted() {
    let options = ["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"];
    let Some(redis) = Redis::start(&options) else {
        return;
    };
    let mut server = Server::start(&["--publish", &redis.url("", "class")]);
    let body = "x".repeat(60_000);
    let post = format!(
        "POST /.glassport/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut peer = server.connect();
    let mut asked = 0;
    let mut ask = |s: &Server, word: &str| {
        s.eventually(word, |s| {
            peer.send(&post);
            assert_eq!(peer.response().status(), 200);
            asked += 1;
            s.errors().contains(word).then_some(())
        });
    };
    ask(&server, "OOM");
    ask(&server, "records are lost");
    redis.config("maxmemory", "0");
    server.eventually("room again", |s| {
        s.errors().contains("taken again").then_some(())
    });
    peer.send(get("/"));
    assert_eq!(peer.response().status(), 200);
    let (published, lost) = said(&mut server);
    let entries = whole(redis.entries("", "class"));
    assert!(lost > 0);
    assert_eq!(records(&entries), published);
    assert_eq!(entries.last().unwrap().lost, lost, "and the stream says so");
    assert!(responded(&entries) < asked);
}

#[test]
fn without_redis_the_server_serves_and_says_so() {
    let mut server = Server::start(&["--publish", "redis://127.0.0.1:1/class"]);
    server.eventually("word of it", |s| {
        s.errors().contains("Redis is not there").then_some(())
    });
    assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
    let (published, lost) = said(&mut server);
    assert_eq!(published, 0);
    assert!(lost > 0);
}

/// A server that answers whatever it is asked with this.
fn answering(answer: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let (mut reader, mut writer) = (&stream, &stream);
                let mut octets = [0; 4096];
                while reader.read(&mut octets).is_ok_and(|n| n > 0) {
                    if writer.write_all(answer).is_err() {
                        break;
                    }
                }
            });
        }
    });
    address
}

#[test]
fn what_answers_without_the_number_of_an_entry_has_taken_none() {
    // Twice what is asked on connecting, and then once for each entry.
    for answer in [&b"$-1\r\n$-1\r\n"[..], b"+OK\r\n+OK\r\n", b"\xf5\x31\r\n"] {
        let url = format!("redis://{}/class", answering(answer));
        let mut server = Server::start(&["--publish", &url]);
        server.eventually("word of it", |s| {
            s.errors().contains("; the server goes on").then_some(())
        });
        assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
        assert_eq!(said(&mut server).0, 0);
        // A sentence is one line, whatever went wrong.
        let errors = server.errors();
        let strays = errors
            .lines()
            .filter(|line| !line.starts_with("glassport: "));
        assert_eq!(strays.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn codes_hold_no_octet_of_what_was_said() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let url = redis.url("", "class");
    let mut server = Server::start(&["--publish", &url, "--publish-detail", "codes"]);
    let _ = server.exchange("GET /seecret HTTP/1.1\r\nHost: localhost\r\nCookie: seecret\r\n\r\n");
    let _ = server.exchange("GET seecret\r\n\r\n");
    let (published, _) = said(&mut server);
    let entries = whole(redis.entries("", "class"));
    assert_eq!(records(&entries), published);
    let text: String = entries.iter().map(|entry| entry.text.as_str()).collect();
    assert!(text.contains("404") && text.contains("400"), "{text}");
    assert!(text.contains("\"rejected\""), "{text}");
    assert!(!text.contains("seecret"), "{text}");
    nothing_is_missing(&entries);
}

#[test]
fn secrets_are_masked_as_in_recordings() {
    let Some(redis) = Redis::start(&[]) else {
        return;
    };
    let url = redis.url("", "class");
    let mut server = Server::start(&["--publish", &url, "--redact"]);
    let _ = server.exchange("GET / HTTP/1.1\r\nHost: localhost\r\nCookie: seecret\r\n\r\n");
    let _ = said(&mut server);
    let entries = whole(redis.entries("", "class"));
    let text: String = entries.iter().map(|entry| entry.text.as_str()).collect();
    assert!(text.contains("Cookie: *******"), "{text}");
    assert!(!text.contains("seecret"), "{text}");
}

#[test]
fn students_may_add_and_nothing_else() {
    let acl = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/class.acl");
    let Some(redis) = Redis::start(&["--aclfile", acl]) else {
        return;
    };
    let url = redis.url("student:learn@", "class");
    let mut server = Server::start(&["--publish", &url]);
    let _ = server.exchange(get("/"));
    let (published, lost) = said(&mut server);
    assert!(published > 0 && lost == 0);
    assert!(!server.errors().contains("learn"), "{}", server.errors());
    // They cannot read what others have sent, nor take it away, nor send elsewhere.
    let mut student = redis.connect("student:learn@").unwrap();
    for denied in [
        "XRANGE class - +",
        "XREAD STREAMS class 0",
        "DEL class",
        "XTRIM class MAXLEN 0",
        "KEYS *",
        "XADD other * a b",
    ] {
        let mut words = denied.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        words.for_each(|word| {
            command.arg(word);
        });
        let answer: redis::RedisResult<redis::Value> = command.query(&mut student);
        assert_eq!(answer.unwrap_err().code(), Some("NOPERM"), "{denied}");
    }
    // Whoever watches can read, and no more is needed for that.
    let mut teacher = redis.connect("teacher:teach@").unwrap();
    let mut read = redis::cmd("XREAD");
    read.arg("STREAMS").arg("class").arg("0");
    let answer: redis::Value = read.query(&mut teacher).unwrap();
    assert!(matches!(answer, redis::Value::Array(_)));
    // Without a password nobody gets in.
    let mut nobody = Server::start(&["--publish", &redis.url("", "class")]);
    nobody.eventually("a refusal", |s| {
        s.errors().contains("Redis refuses it").then_some(())
    });
    assert_eq!(said(&mut nobody).0, 0);
}

#[test]
fn what_cannot_be_published_to_is_refused_in_a_sentence() {
    for (url, word) in [
        ("rediss://localhost/class", "TLS"),
        ("localhost/class", "redis://HOST/STREAM"),
        ("redis://localhost", "name the stream"),
    ] {
        let output = run(&["--no-tui", "--publish", url]);
        assert_eq!(output.status.code(), Some(2), "{url}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(word) && said.lines().count() == 1, "{said}");
    }
}
