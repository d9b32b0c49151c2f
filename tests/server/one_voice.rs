//! What is wrong with a request is said in five places, and they say the same: the response,
//! the access log, the line on stderr, the record, and the screen that is drawn from it.

use std::time::Duration;

use glassport::docroot::Docroot;
use glassport::event::{Activity, Event, Policy, Reason, Record, Refusal};
use glassport::http::Fault;
use glassport::tui::{About, Dashboard, Model, Msg, update, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::support::Server;
use super::watched::Watched;

/// What a peer sends, what is wrong with it, and at which octet.
const CASES: [(&str, Reason, u64); 10] = [
    (
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        Reason::Fault(Fault::SpaceBeforeColon),
        20,
    ),
    (
        "GET / HTTP/1.1\nHost: x\n\n",
        Reason::Fault(Fault::BareLf),
        14,
    ),
    (
        "GET / HTTP/1.1\r\n\r\n",
        Reason::Fault(Fault::HostMissing),
        16,
    ),
    (
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        Reason::Fault(Fault::TargetSpace),
        6,
    ),
    (
        "\x16\x03\x01\x02\x00\x01",
        Reason::Fault(Fault::LooksLikeTls),
        0,
    ),
    (
        "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
        Reason::Fault(Fault::VersionUnsupported),
        6,
    ),
    (
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        Reason::Fault(Fault::LengthAndCoding),
        64,
    ),
    (
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        Reason::Fault(Fault::PercentEscape),
        5,
    ),
    (
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        Reason::Fault(Fault::ChunkSize),
        64,
    ),
    (
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        Reason::Policy(Policy::HostForeign),
        22,
    ),
];

/// The screen that shows these records, wide enough for its sentences.
fn screen(records: &[Record]) -> String {
    let mut model = Dashboard::new(Model::new(About {
        urls: Vec::new(),
        reachable: None,
        served: String::new(),
        passes_on: false,
        session: None,
        recv_size: 16384,
        head_timeout: Duration::from_secs(300),
        idle_timeout: Duration::from_secs(60),
        accept_lf: false,
        rests: false,
        started: std::time::SystemTime::UNIX_EPOCH,
    }));
    for record in records {
        update(&mut model, Msg::Record(record.clone()));
    }
    let mut terminal = Terminal::new(TestBackend::new(320, 60)).unwrap();
    terminal.draw(|frame| view(&model, frame)).unwrap();
    terminal.backend().to_string()
}

fn rejected(records: &[Record]) -> (Refusal, Vec<u8>) {
    let found = records.iter().find_map(|record| match &record.event {
        Event::Connection(
            _,
            Activity::Rejected {
                refusal,
                request_line,
                ..
            },
        ) => Some((*refusal, request_line.to_vec())),
        Event::Connection(..) | Event::Listener(_) => None,
    });
    found.expect("a request that is refused is told")
}

#[test]
fn response_log_record_and_screen_say_the_same_of_what_is_wrong() {
    let watched = Watched::start(Docroot::embedded(), |_| {});
    for (octets, reason, at) in CASES {
        let shown = octets.escape_default();
        let mut peer = watched.connect();
        peer.send(octets);
        let answer = peer.rest();
        drop(peer);
        let records = watched.until_closed();
        // The record.
        let (refusal, line) = rejected(&records);
        assert_eq!(
            (refusal.reason, refusal.span.start),
            (reason, at),
            "{shown}"
        );
        let (status, said) = (refusal.status(), refusal.to_string());
        assert!(said.contains(&format!("octet {at}")) && said.contains(refusal.rule()));
        // The response.
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains(&format!("\r\n\r\n{status} ")), "{answer}");
        assert!(answer.contains(&format!("\n{said}.\n")), "{answer}");
        let remedy = format!("\nWhat to do: {}.\n", refusal.remedy());
        assert!(answer.ends_with(&remedy), "{answer}");
        // The screen.
        let screen = screen(&records);
        let cause = format!("{status} {}: {said}.", status.reason());
        assert!(screen.contains(&cause), "{cause}\n{screen}");
        let advice = format!("instead: {}", refusal.remedy());
        assert!(screen.contains(&advice), "{advice}\n{screen}");
        let mark = format!("✗ {} ({})", refusal.what(), refusal.rule());
        assert!(screen.contains(&mark), "{mark}\n{screen}");
        assert!(screen.contains(&format!("{status} {}", status.reason())));
        // The log, as the program writes it.
        let program = Server::start(&[]);
        assert_eq!(
            without_date(&program.exchange(octets)),
            without_date(&answer)
        );
        let logged =
            program.eventually("a log line", |p| p.log().lines().next().map(str::to_owned));
        let length = answer
            .split_once("\r\n\r\n")
            .map_or(0, |(_, body)| body.len());
        let line = String::from_utf8_lossy(&line).escape_debug().to_string();
        assert!(
            reason == Reason::Fault(Fault::LooksLikeTls)
                || logged.contains(&format!("\"{line}\" ")),
            "{logged}"
        );
        assert!(logged.contains(&format!(" {status} {length} ")), "{logged}");
        let complaint = format!("glassport: 127.0.0.1: {status}: {said}");
        program.eventually(&complaint, |p| {
            p.errors()
                .lines()
                .any(|line| line == complaint)
                .then_some(())
        });
    }
    watched.stop();
}

fn without_date(answer: &str) -> String {
    let lines = answer.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("Date: ")).collect()
}
