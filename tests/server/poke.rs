//! `glassport poke`: what each option does on the wire, seen from the other end of it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::support::{DEADLINE, Server, run};

/// What one end of a connection saw.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    octets: String,
    /// How it ended: `FIN`, or `RST`.
    end: &'static str,
}

/// Accepts `count` connections one after the other, and lets `answer` have each of them,
/// then receives until the end.
fn listener(
    count: usize,
    mut answer: impl FnMut(&mut TcpStream, &mut Vec<u8>) + Send + 'static,
) -> (String, JoinHandle<Vec<Seen>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let listens = thread::spawn(move || {
        let mut seen = Vec::new();
        for _ in 0..count {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(DEADLINE)).unwrap();
            let mut octets = Vec::new();
            answer(&mut stream, &mut octets);
            let end = match stream.read_to_end(&mut octets) {
                Ok(_) => "FIN",
                Err(error) if error.kind() == ErrorKind::ConnectionReset => "RST",
                Err(error) => panic!("{error}"),
            };
            seen.push(Seen {
                octets: String::from_utf8(octets).unwrap(),
                end,
            });
        }
        seen
    });
    (url, listens)
}

/// Receives until `end` has come, then says goodbye.
fn answer_after(end: &'static str) -> impl FnMut(&mut TcpStream, &mut Vec<u8>) + Send {
    move |stream, octets| {
        let mut octet = [0];
        while !octets.ends_with(end.as_bytes()) {
            stream.read_exact(&mut octet).unwrap();
            octets.extend(octet);
        }
        stream.write_all(b"bye\r\n").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
    }
}

/// Runs a drill: exit code and report.
fn poke(url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(&[&["poke", url], arguments].concat());
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Runs a drill against a listener that answers after `end`: what it saw of the request, the
/// authority in it replaced.
#[track_caller]
fn check(arguments: &[&str], end: &'static str, expected: &str) -> String {
    let (url, listens) = listener(1, answer_after(end));
    let (code, report) = poke(&url, arguments);
    let seen = listens.join().unwrap();
    let authority = url
        .trim_start_matches("http://")
        .trim_end_matches("/x")
        .to_owned();
    assert_eq!(seen[0].octets.replace(&authority, "HOST"), expected);
    assert_eq!(seen[0].end, "FIN");
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("< bye\\r\\n\n"), "{report}");
    assert!(report.contains("\nended by FIN of the peer"), "{report}");
    report
}

const PLAIN: &str = "GET /x HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n";

fn count(report: &str, what: &str) -> usize {
    report.matches(what).count()
}

#[test]
fn a_plain_drill_is_one_send_and_prints_every_octet() {
    let report = check(&[], "\r\n\r\n", PLAIN);
    assert_eq!(count(&report, "  send("), 1, "{report}");
    for line in ["> GET /x HTTP/1.1\\r\\n\n", "> Connection: close\\r\\n\n"] {
        assert!(report.contains(line), "{report}");
    }
    assert!(report.contains("= 0   the peer has sent FIN"), "{report}");
}

#[test]
fn split_makes_as_many_sends_and_loses_nothing() {
    let lines = check(&["--split", "line"], "\r\n\r\n", PLAIN);
    assert_eq!(count(&lines, "  send("), 4, "{lines}");
    let octets = check(&["--split", "1"], "\r\n\r\n", PLAIN);
    assert_eq!(
        count(&octets, "  send(1) = 1\n"),
        count(&octets, "  send("),
        "{octets}"
    );
    assert!(count(&octets, "  send(") > 50, "{octets}");
    let seven = check(&["--split", "7"], "\r\n\r\n", PLAIN);
    assert!(
        seven.contains("  send(7) = 7\n              > GET /x \n"),
        "{seven}"
    );
}

#[test]
fn delays_lie_between_the_sends_and_slow_is_one_octet_at_a_time() {
    let start = Instant::now();
    check(&["--split", "line", "--delay", "60"], "\r\n\r\n", PLAIN);
    assert!(start.elapsed() >= Duration::from_millis(180));

    // Four octets with a quarter of a second before each but the first.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("octets");
    std::fs::write(&file, "abcd").unwrap();
    let start = Instant::now();
    let report = check(&["--slow", "--raw", file.to_str().unwrap()], "abcd", "abcd");
    assert!(start.elapsed() >= Duration::from_millis(750));
    assert_eq!(count(&report, "  send(1) = 1\n"), 4, "{report}");
}

#[test]
fn what_comes_during_a_delay_is_received_during_it() {
    let (url, listens) = listener(1, |stream, octets| {
        let mut first = [0; 5];
        stream.read_exact(&mut first).unwrap();
        stream.write_all(b"early\r\n").unwrap();
        answer_after("later")(stream, octets);
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("octets");
    std::fs::write(&file, "firstlater").unwrap();
    let raw = file.to_str().unwrap();
    let (code, report) = poke(&url, &["--raw", raw, "--split", "5", "--delay", "1500"]);
    listens.join().unwrap();
    assert_eq!(code, Some(0), "{report}");
    let early = report.find("< early").unwrap();
    assert!(early < report.find("> later").unwrap(), "{report}");
}

#[test]
fn pipelined_requests_are_one_send() {
    let one = "GET /x HTTP/1.1\r\nHost: HOST\r\n\r\n";
    let report = check(
        &["--pipeline", "3"],
        "close\r\n\r\n",
        &format!("{one}{one}{PLAIN}"),
    );
    assert_eq!(count(&report, "  send("), 1, "{report}");
}

#[test]
fn what_should_be_wrong_is_wrong() {
    check(
        &["--bare-lf"],
        "\n\n",
        "GET /x HTTP/1.1\nHost: HOST\nConnection: close\n\n",
    );
    check(
        &["--no-host"],
        "\r\n\r\n",
        "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n",
    );
    check(
        &["--chunked", "-d", "ten octets", "-X", "PUT"],
        "0\r\n\r\n",
        "PUT /x HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n8\r\nten octe\r\n2\r\nts\r\n0\r\n\r\n",
    );
    check(
        &["--bad-length", "-d", "abc"],
        "abc",
        "POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 13\r\nConnection: close\r\n\r\nabc",
    );
    check(
        &["-d", "abc", "-H", "A: 1", "-H", "connection: keep-alive"],
        "abc",
        "POST /x HTTP/1.1\r\nHost: HOST\r\nA: 1\r\nconnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
    );
}

#[test]
fn raw_octets_are_sent_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("octets");
    std::fs::write(&file, "\x1b[2J\n\n\tend").unwrap();
    let report = check(
        &["--raw", file.to_str().unwrap()],
        "end",
        "\x1b[2J\n\n\tend",
    );
    assert!(report.contains("> \\x1b[2J\\n\n"), "{report}");
    assert!(!report.contains('\x1b'), "{report}");

    let (code, report) = poke("http://localhost/", &["--raw", "no/such/file"]);
    assert_eq!(code, Some(1));
    assert!(report.contains("no/such/file"), "{report}");
}

#[test]
fn half_close_ends_one_direction_and_goes_on_receiving() {
    let (url, listens) = listener(1, |stream, octets| {
        // FIN comes although nothing was answered yet.
        stream.read_to_end(octets).unwrap();
        stream.write_all(b"still here\r\n").unwrap();
    });
    let (code, report) = poke(&url, &["--half-close"]);
    assert_eq!(listens.join().unwrap()[0].end, "FIN");
    assert_eq!(code, Some(0), "{report}");
    let shutdown = report.find("shutdown(SHUT_WR) = 0").unwrap();
    assert!(shutdown < report.find("< still here").unwrap(), "{report}");
}

#[test]
fn reset_sends_rst_in_place_of_fin() {
    let (url, listens) = listener(1, |_, _| ());
    let (code, report) = poke(&url, &["--reset"]);
    assert_eq!(listens.join().unwrap()[0].end, "RST", "{report}");
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("\nended by our RST"), "{report}");
}

#[test]
fn repeat_makes_connections_one_after_the_other() {
    let (url, listens) = listener(3, answer_after("\r\n\r\n"));
    let (code, report) = poke(&url, &["--repeat", "3"]);
    assert_eq!(listens.join().unwrap().len(), 3);
    assert_eq!(code, Some(0), "{report}");
    assert!(report.contains("connection 3 of 3\n"), "{report}");
    assert_eq!(count(&report, "\nended by FIN"), 3, "{report}");
}

#[test]
fn how_it_ended_is_said_and_is_the_exit_code() {
    // With SO_LINGER at zero `close` sends RST.
    let (url, listens) = listener(1, |stream, octets| {
        stream.read_exact(&mut [0]).unwrap();
        let reset = socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        reset.unwrap();
        octets.clear();
        stream.shutdown(std::net::Shutdown::Read).unwrap();
    });
    let (code, report) = poke(&url, &[]);
    listens.join().unwrap();
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("\nended by RST of the peer"), "{report}");

    // A peer that says nothing until the drill gives up.
    let (url, listens) = listener(1, |_, _| ());
    let (code, report) = poke(&url, &["--wait", "1"]);
    assert_eq!(listens.join().unwrap()[0].end, "FIN");
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("\nended by timeout"), "{report}");

    // Nobody there: a socket that is bound and does not listen keeps the port.
    let bound = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let any: std::net::SocketAddr = "127.0.0.1:0".parse().unwrap();
    bound.bind(&any.into()).unwrap();
    let address = bound.local_addr().unwrap().as_socket().unwrap();
    let url = format!("http://{address}/");
    let (code, report) = poke(&url, &[]);
    assert_eq!(code, Some(1), "{report}");
    assert!(report.contains("no connection"), "{report}");
}

#[test]
fn other_machines_and_wrong_arguments_are_refused() {
    for (url, arguments, says) in [
        ("http://192.0.2.1/", &[][..], "--yes-remote"),
        ("http://0.0.0.0/", &[], "--yes-remote"),
        ("https://localhost/", &[], "https"),
        ("http://localhost/", &["--split", "0"], "--split"),
        ("http://localhost/", &["--pipeline", "0"], "--pipeline"),
        ("http://localhost/", &["--half-close", "--reset"], "--reset"),
        ("http://localhost/", &["--slow", "--delay", "1"], "--slow"),
        (
            "http://localhost/",
            &["--split", "1", "--delay", "600000"],
            "600 s",
        ),
    ] {
        let (code, report) = poke(url, arguments);
        assert_eq!(code, Some(2), "{url} {arguments:?}: {report}");
        assert!(report.contains(says), "{report}");
        assert_eq!(report.lines().count(), 1, "{report}");
    }
}

#[test]
fn glassport_answers_a_drill_as_it_should() {
    let server = Server::start(&[]);
    let url = format!("http://127.0.0.1:{}/hello.txt", server.port());
    for (arguments, says) in [
        (&[][..], "< HTTP/1.1 200 OK"),
        (&["--split", "1"], "< HTTP/1.1 200 OK"),
        (&["--half-close"], "< HTTP/1.1 200 OK"),
        (&["--bare-lf"], "< HTTP/1.1 400 Bad Request"),
        (&["--no-host"], "< HTTP/1.1 400 Bad Request"),
        (&["--chunked"], "< HTTP/1.1 405 Method Not Allowed"),
    ] {
        let (code, report) = poke(&url, arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {report}");
        assert!(report.contains(says), "{arguments:?}: {report}");
    }
    let (_, report) = poke(&url, &["--pipeline", "5"]);
    assert_eq!(count(&report, "< HTTP/1.1 200 OK"), 5, "{report}");
    poke(&url, &["--reset"]);
    let (code, _) = poke(&url, &[]);
    assert_eq!(code, Some(0), "the server goes on");
}

#[test]
fn a_folder_with_the_name_of_a_command_is_served() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("poke")).unwrap();
    std::fs::write(folder.path().join("poke/a.txt"), "in a folder").unwrap();
    let mut command = super::support::glassport();
    command
        .args(["--no-tui", "-p", "0", "./poke"])
        .current_dir(folder.path());
    let server = Server::spawn(command);
    let answer = server.exchange(super::support::get("/a.txt"));
    assert!(answer.ends_with("in a folder"), "{answer}");
}
