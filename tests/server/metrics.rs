//! `--metrics`: text that Prometheus takes, and exact counts.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::support::{Server, get, run};

/// What the official parser for Python makes of it: a line for each sample, and an error where
/// it is none of the format; `None` where there is no such parser.
fn parse(text: &str) -> Option<String> {
    let script = "
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        labels = ','.join(f'{k}={v}' for k, v in sorted(sample.labels.items()))
        print(family.type, sample.name, labels, int(sample.value) if sample.value == int(sample.value) else sample.value)
";
    let child = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no python3");
        return None;
    };
    // Where it cannot be imported, nothing is read.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    if errors.contains("ModuleNotFoundError") {
        println!("skipped: no prometheus_client (pip install prometheus_client)");
        return None;
    }
    assert!(output.status.success(), "{errors}\n{text}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_counts_are_exact_and_prometheus_reads_them() {
    let server = Server::start(&["--metrics"]);
    for _ in 0..3 {
        let _ = server.exchange(get("/"));
    }
    let _ = server.exchange(get("/nowhere"));
    let _ = server.exchange("GET / HTTP/1.1\r\nHost: localhost\nA: b\r\n\r\n");
    let _ = server.exchange("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut peer = server.connect();
    peer.send(get("/.glassport/metrics"));
    let response = peer.response();
    assert_eq!(response.status(), 200);
    let media = response.field("Content-Type").unwrap();
    assert_eq!(media, "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text();
    for line in [
        "glassport_connections_total 7",
        "glassport_requests_total{method=\"GET\",status=\"2xx\"} 3",
        "glassport_requests_total{method=\"GET\",status=\"4xx\"} 1",
        "glassport_requests_total{method=\"POST\",status=\"4xx\"} 1",
        "glassport_requests_total{method=\"_OTHER\",status=\"4xx\"} 1",
        "glassport_refusals_total{diagnosis=\"BareLf\"} 1",
        "glassport_refusals_total{diagnosis=\"MethodNotAllowed\"} 1",
        "glassport_response_duration_seconds_count 6",
        "glassport_response_duration_seconds_bucket{le=\"+Inf\"} 6",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}:\n{text}");
    }
    let Some(read) = parse(&text) else {
        return;
    };
    assert!(
        read.contains("histogram glassport_response_duration_seconds_count  6"),
        "{read}"
    );
    assert!(
        read.contains("counter glassport_requests_total method=GET,status=2xx 3"),
        "{read}"
    );
    assert!(!read.contains("unknown"), "{read}");
}

#[test]
fn they_are_not_to_be_had_unless_they_are_asked_for() {
    let server = Server::start(&[]);
    assert!(
        server
            .exchange(get("/.glassport/metrics"))
            .starts_with("HTTP/1.1 404")
    );
    // A tap forwards everything.
    let output = run(&["--no-tui", "--metrics", "--to", "127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(2));
}
