//! `--otlp`: what a collector made of the official protobuf definitions takes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{DEADLINE, Server, get, run};

/// A collector, which ends with its test.
struct Collector {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    /// `None` where it cannot be had.
    fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/collector.py");
        let mut child = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let into = Arc::clone(&lines);
        let mut from = BufReader::new(child.stdout.take().unwrap()).lines();
        let Some(Ok(first)) = from.next() else {
            println!(
                "skipped: no Python with opentelemetry-proto (pip install opentelemetry-proto)"
            );
            let _ = child.wait();
            return None;
        };
        into.lock().unwrap().push(first);
        std::thread::spawn(move || {
            for line in from.map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        Some(Self { child, lines })
    }

    fn url(&self) -> String {
        let first = self.lines.lock().unwrap()[0].clone();
        format!("http://127.0.0.1:{}", first.trim_start_matches("port "))
    }

    /// Has it answer otherwise from now on.
    fn answer(&mut self, answer: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{answer}").unwrap();
        self.eventually("told", |lines| {
            let told = format!("told {answer}");
            lines.contains(&told).then_some(())
        });
    }

    fn eventually<T>(&self, what: &str, ask: impl Fn(&[String]) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let lines = self.lines.lock().unwrap().clone();
            assert!(
                !lines.iter().any(|line| line.starts_with("refused")),
                "{lines:?}"
            );
            if let Some(answer) = ask(&lines) {
                return answer;
            }
            assert!(start.elapsed() < DEADLINE, "{what} did not come: {lines:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The spans that were taken so far.
    fn spans(lines: &[String]) -> Vec<Value> {
        let bodies = lines
            .iter()
            .filter_map(|line| line.strip_prefix("/v1/traces "));
        let bodies = bodies.map(|body| serde_json::from_str::<Value>(body).unwrap());
        bodies
            .flat_map(|body| {
                let spans = &body["resourceSpans"][0]["scopeSpans"][0]["spans"];
                spans.as_array().unwrap().clone()
            })
            .collect()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn attribute<'v>(span: &'v Value, name: &str) -> Option<&'v str> {
    let attributes = span["attributes"].as_array().unwrap();
    let value = &attributes.iter().find(|it| it["key"] == name)?["value"];
    value["stringValue"].as_str().or(value["intValue"].as_str())
}

#[test]
fn each_exchange_is_a_span_that_the_official_definitions_take() {
    let Some(collector) = Collector::start() else {
        return;
    };
    let mut server = Server::start(&["--otlp", &collector.url()]);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let _ = server.exchange(format!(
        "GET /hello.txt?secret=1 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: me/1\r\ntraceparent: {parent}\r\n\r\n"
    ));
    let _ = server.exchange("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let not_sampled = parent.replace("-01", "-00");
    let _ = server.exchange(format!(
        "GET /quiet HTTP/1.1\r\nHost: localhost\r\ntraceparent: {not_sampled}\r\n\r\n"
    ));
    let _ = server.exchange("GET / HTTP/1.1\r\nHost: localhost\r\ntraceparent: 00-wrong\r\n\r\n");
    let spans = collector.eventually("three spans", |lines| {
        let spans = Collector::spans(lines);
        (spans.len() >= 3).then_some(spans)
    });
    let [first, brewed, wrong] = &spans[..] else {
        panic!("{spans:?}");
    };
    for (name, value) in [
        ("http.request.method", "GET"),
        ("url.path", "/hello.txt"),
        ("url.scheme", "http"),
        ("http.response.status_code", "200"),
        ("server.address", "localhost"),
        ("client.address", "127.0.0.1"),
        ("user_agent.original", "me/1"),
        ("server.port", &server.port().to_string()),
    ] {
        assert_eq!(attribute(first, name), Some(value), "{name}");
    }
    assert!(!first.to_string().contains("secret"), "{first}");
    assert_eq!(first["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(first["parentSpanId"], "b7ad6b7169203331");
    let events: Vec<_> = first["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["name"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["recv", "boundary", "send"]);
    let time = |name: &str| first[name].as_str().unwrap().parse::<u128>().unwrap();
    assert!(time("startTimeUnixNano") < time("endTimeUnixNano"));
    assert_eq!(attribute(brewed, "http.request.method"), Some("_OTHER"));
    assert_eq!(
        attribute(brewed, "http.request.method_original"),
        Some("BREW")
    );
    assert_eq!(
        attribute(brewed, "glassport.diagnosis"),
        Some("MethodUnknown")
    );
    assert_eq!(
        wrong["parentSpanId"], "",
        "what is no traceparent is no parent"
    );
    assert_ne!(wrong["traceId"], brewed["traceId"]);

    // The counts come at the end at the latest.
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    let counts = collector.eventually("counts", |lines| {
        lines
            .iter()
            .rev()
            .find_map(|line| line.strip_prefix("/v1/metrics ").map(str::to_owned))
    });
    for name in [
        "glassport.connections",
        "glassport.requests",
        "glassport.refusals",
        "glassport.io",
        "glassport.response.duration",
    ] {
        assert!(counts.contains(name), "{name}: {counts}");
    }
    server.eventually("what was sent", |s| {
        s.errors().contains("3 spans sent\n").then_some(())
    });
}

#[test]
fn a_collector_that_is_busy_is_asked_again_when_it_said() {
    let Some(mut collector) = Collector::start() else {
        return;
    };
    collector.answer("503 1");
    let mut server = Server::start(&["--otlp", &collector.url()]);
    let _ = server.exchange(get("/hello.txt"));
    server.eventually("word of it", |s| {
        s.errors().contains("it answers 503").then_some(())
    });
    // The server goes on.
    assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
    collector.answer("200");
    let spans = collector.eventually("both spans", |lines| {
        let spans = Collector::spans(lines);
        (spans.len() == 2).then_some(spans)
    });
    assert_eq!(attribute(&spans[0], "url.path"), Some("/hello.txt"));
    server.eventually("the end of it", |s| {
        s.errors().contains("taken again").then_some(())
    });
    // What it refuses for good is counted.
    collector.answer("400");
    let _ = server.exchange(get("/"));
    server.eventually("a loss", |s| {
        s.errors().contains("spans are lost").then_some(())
    });
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    server.eventually("what was sent", |s| {
        s.errors()
            .contains("2 spans sent; 1 were lost")
            .then_some(())
    });
}

#[test]
fn what_a_collector_that_never_answers_was_sent_is_counted_as_lost() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = silent.local_addr().expect("it is bound");
    let mut server = Server::start(&["--otlp", &format!("http://{address}")]);
    for _ in 0..3 {
        assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
    }
    // It has been asked to take some, and is waited for.
    let _asking = silent.accept().expect("it is asked");
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    server.eventually("a count", |s| {
        s.errors()
            .contains("0 spans sent; 3 were lost")
            .then_some(())
    });
}

#[test]
fn without_a_collector_the_server_serves_and_ends() {
    let mut server = Server::start(&["--otlp", "http://127.0.0.1:1"]);
    assert!(server.exchange(get("/")).starts_with("HTTP/1.1 200"));
    server.eventually("word of it", |s| {
        s.errors().contains("it is not there").then_some(())
    });
    server.signal("-TERM");
    assert_eq!(server.exit_code(), Some(0));
    server.eventually("a count", |s| {
        s.errors()
            .contains("0 spans sent; 1 were lost")
            .then_some(())
    });
    let output = run(&["--no-tui", "--otlp", "https://localhost:4318"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("TLS"));
}
