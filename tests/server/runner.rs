//! Every lesson from its beginning to its end: the real binary, its own server, real sockets.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use glassport::docroot::Docroot;
use glassport::event::{Detail, Record, Sink};
use glassport::lesson::{self, Deed, Lesson, Setting, Step, Stop, Until};
use glassport::server::{Config, Server};

use crate::support::run;

/// The text of a lesson that ran well, each paragraph in one line.
fn lesson(number: u8) -> String {
    let output = run(&["lesson", &number.to_string(), "--plain", "-p", "0"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}\n{errors}");
    assert_eq!(errors, "");
    text.replace("\n             ", " ")
        .replace("\n           ", " ")
}

/// The same without what is chance: ports and times.
fn without_chance(text: &str) -> String {
    let mut words = Vec::new();
    let mut following = text.split(' ').skip(1);
    for word in text.split(' ') {
        let is_number = word.chars().next().is_some_and(|c| c.is_ascii_digit());
        // From 10 ms on a time has no fraction.
        let unit = following.next().unwrap_or_default();
        let is_time = is_number && (word.contains('.') || unit.starts_with("ms"));
        words.push(if is_time || word.contains("127.0.0.1:") {
            "…"
        } else {
            word
        });
    }
    let mut text = words.join(" ");
    while let Some((before, port)) = text.split_once(" port ") {
        text = format!(
            "{before} PORT {}",
            port.trim_start_matches(|c: char| c.is_ascii_digit())
        );
    }
    text
}

/// Runs a lesson and looks for these lines, in this order.
#[track_caller]
fn check(number: u8, lines: &[&str]) {
    let text = lesson(number);
    let mut rest = text.as_str();
    for line in lines {
        let Some((_, behind)) = rest.split_once(line) else {
            panic!("{line:?} is not in its place in\n{text}");
        };
        rest = behind;
    }
    assert!(rest.contains(&format!(
        "That was lesson {number}: it all happened as told."
    )));
}

#[test]
fn l01_layers() {
    check(
        1,
        &[
            "kernel   IP   from 127.0.0.1 to 127.0.0.1",
            "client   send(44) = 44",
            "kernel   44 octets lie unread",
            "server   recv returned 44 of",
            "server   The worker is held before the search",
            "recv brought the response \"HTTP/1.1 200 OK\"",
        ],
    );
}

#[test]
fn l02_ip_loses() {
    check(
        2,
        &[
            "p2 is lost",
            "The answer for p4 is lost",
            "p4 goes upward twice",
            "what went upward is not what was sent",
        ],
    );
}

#[test]
fn l03_tcp_orders() {
    check(
        3,
        &[
            "p3 arrives before p1",
            "Ack 1 once more (2)",
            "p2 fills the hole: p2 to p5 go upward together",
            "5 packets went upward, each once and in order",
        ],
    );
}

#[test]
fn l04_sockets() {
    check(
        4,
        &[
            "kernel   16 octets lie unread",
            "kernel   33 octets lie unread",
            "kernel   35 octets lie unread",
            "server   recv returned 10 of the 10 octets asked for",
            "kernel   25 octets lie unread",
            "server   recv returned 25 of",
            "CR LF CR LF is complete",
            "kernel   0 octets lie unread",
        ],
    );
}

#[test]
fn l05_accept() {
    check(
        5,
        &[
            "server   socket()",
            "server   bind(127.0.0.1:",
            "server   listen(",
            "server   accept returned connection #1 from",
            "server   accept returned connection #2 from",
            "\"HTTP/1.1 200 OK\"",
        ],
    );
}

#[test]
fn l06_recv() {
    let text = lesson(6);
    assert_eq!(
        text.matches("of the 4 octets asked for").count(),
        9,
        "{text}"
    );
    check(
        6,
        &[
            "recv returned 3 of the 4 octets",
            "Answer:  Nine",
            "recv returned 35 of",
            "Answer:  One.",
            "recv returned 16 of",
            "recv returned 17 of",
            "recv returned 2 of",
            "Answer:  Three",
        ],
    );
}

#[test]
fn l07_crlfcrlf() {
    check(
        7,
        &[
            "3 of the four octets CR LF CR LF match",
            "recv returned 4 of",
            "44 octets are cut off as the head",
            "What is left over needs no recv;",
            "the search looked at 3:",
            "44 octets are cut off as the head",
            "The request is refused with 400 Bad Request.",
        ],
    );
}

#[test]
fn l08_parsing() {
    check(
        8,
        &[
            "The head was parsed: GET /hello.txt with 1 field line",
            "refused with 400",
            "refused with 400",
            "\"HTTP/1.1 501 Not Implemented\"",
            "refused with 400",
        ],
    );
}

#[test]
fn l09_statuses() {
    check(
        9,
        &[
            "The target names nothing: no such file: no-such-page.",
            "\"HTTP/1.1 404 Not Found\"",
            "\"HTTP/1.1 200 OK\"",
            "\"HTTP/1.1 400 Bad Request\"",
            "recv = 0   the server has sent FIN",
            "= -1   connection refused",
        ],
    );
}

#[test]
fn l10_content_length() {
    check(
        10,
        &[
            "with 410 octets of content",
            "12 octets of the body were taken",
            "10 octets of the body were taken",
            "15 octets of the body were taken",
            "the next request is taken, which is already in the receive buffer",
            "\"HTTP/1.1 400 Bad Request\"",
            "shutdown(SHUT_WR) = 0",
            "recv returned 0",
            "\"HTTP/1.1 400 Bad Request\"",
        ],
    );
}

#[test]
fn l11_keep_alive() {
    let text = lesson(11);
    assert_eq!(text.matches("accept returned").count(), 1, "{text}");
    assert_eq!(text.matches("\"HTTP/1.1 200 OK\"").count(), 5, "{text}");
    check(
        11,
        &[
            "client   send(88) = 88",
            "the next request is taken, which is already in the receive buffer",
            "The connection was closed by the server: Connection: close.",
        ],
    );
}

#[test]
fn l12_half_close() {
    check(
        12,
        &[
            "shutdown(SHUT_WR) = 0",
            "with 22 octets of content",
            "recv returned 0",
            "recv = 0   the server has sent FIN",
            "refused with 400",
            "SO_LINGER",
            "The connection was closed by the peer: the connection broke.",
        ],
    );
}

#[test]
fn l13_threads() {
    let text = lesson(13);
    if cfg!(target_os = "linux") {
        assert_eq!(text.matches(", the process holds ").count(), 6, "{text}");
        assert_eq!(text.matches(" switches a request").count(), 4, "{text}");
        assert_eq!(text.matches(" (before: ").count(), 2, "{text}");
    } else {
        let said = text.matches("not available on this platform").count();
        assert_eq!(said, 6, "{text}");
    }
    check(
        13,
        &[
            "40 requests, 40 responses 200",
            "1000 requests, 1000 responses 200",
            "another server listens, with --threads connection",
            "40 requests, 40 responses 200",
            "1000 requests, 1000 responses 200",
        ],
    );
}

#[test]
fn a_lesson_tells_the_same_each_time() {
    for number in [3, 6, 7, 10, 12] {
        let [one, other] = [lesson(number), lesson(number)].map(|text| without_chance(&text));
        assert_eq!(one, other);
    }
}

#[test]
fn lessons_are_listed() {
    let output = run(&["lesson"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for lesson in lesson::ALL {
        let line = format!("{:>4}  {}\n", lesson.number, lesson.title);
        assert!(text.contains(&line), "{text}");
    }
}

#[test]
fn there_is_no_lesson_15_and_a_busy_port_is_said() {
    let output = run(&["lesson", "15"]);
    assert_eq!(output.status.code(), Some(2));
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let output = run(&["lesson", "6", "--plain", "-p", &port]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("is in use"), "{errors}");
}

/// How a lesson of one step ends.
fn ends(does: &'static [Deed], cues: Option<&Receiver<()>>) -> Result<(), Stop> {
    let (sink, inbox) = Sink::new(Detail::Everything);
    let docroot = Arc::new(Docroot::embedded());
    let server = Server::start(Config::default(), docroot, sink).unwrap();
    let control = server.control();
    let address = server.local_addrs().next().unwrap();
    let (sender, records) = unbounded::<Record>();
    std::thread::spawn(move || {
        for batch in inbox.receiver() {
            let mut gone = false;
            inbox.open(batch, |record| gone |= sender.send(record).is_err());
            if gone {
                return;
            }
        }
    });
    let step = Step {
        say: "",
        ask: None,
        does,
        see: "",
    };
    let lesson = Lesson {
        number: 1,
        title: "",
        page: "",
        steps: Box::leak(Box::new([step])),
    };
    let place = Setting {
        address,
        thread_each: None,
        controls: &control,
        records: &records,
        cues,
        pace: Duration::ZERO,
    };
    let ended = lesson::run(&lesson, &place, &mut |_| Ok(()));
    server.stop();
    ended
}

#[test]
fn what_is_not_as_told_ends_the_lesson() {
    const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let unlike = |does| match ends(does, None) {
        Err(Stop::Unlike(what)) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        unlike(&[
            Deed::Connect,
            Deed::Send(GET),
            Deed::Await(Until::Responded(200)),
            Deed::Recvs(2),
        ]),
        "calls of recv with octets: 1, where 2 was told"
    );
    assert_eq!(
        unlike(&[Deed::Connect, Deed::Send(GET), Deed::Receive(404)]),
        "the status: 200, where 404 was told"
    );
    assert_eq!(
        unlike(&[
            Deed::Connect,
            Deed::Send("GET / HTTP/1.1\r\n\r\n"),
            Deed::Receive(400),
            Deed::Receive(200),
        ]),
        "the client received no whole response: unexpected end of file"
    );
    assert_eq!(unlike(&[Deed::Send(GET)]), "there is no client");
}

#[test]
fn a_lesson_waits_for_its_cues_and_ends_with_them() {
    let (sender, cues) = unbounded();
    sender.send(()).unwrap();
    sender.send(()).unwrap();
    assert!(matches!(ends(&[Deed::Connect], Some(&cues)), Ok(())));
    sender.send(()).unwrap();
    drop(sender);
    let left = ends(&[Deed::Connect], Some(&cues));
    assert!(matches!(left, Err(Stop::Left)), "{left:?}");
}
