use super::*;
use crate::http::framing::response::Asked;
use crate::http::limits::LineEnds;

/// What came of some octets: requests by their request-line and content, then the end.
fn outcome(connection: &mut Connection, pieces: &[&[u8]]) -> Vec<String> {
    let mut outcome = Vec::new();
    let mut content = 0;
    let mut line = String::new();
    let mut pieces = pieces.iter();
    loop {
        match connection.step() {
            Step::NeedData => match pieces.next() {
                Some(piece) => connection.receive(piece),
                None if connection.peer_finished() => return outcome,
                None => connection.receive_eof(),
            },
            Step::Scanned { .. } | Step::BoundaryFound { .. } | Step::Opaque { .. } => {}
            Step::Parsed { head, .. } => {
                line = String::from_utf8_lossy(head.request_line()).into_owned();
                content = 0;
            }
            Step::BodyReceived(body) => content += body.content_len(),
            Step::MessageComplete { .. } => outcome.push(format!("{line} +{content}")),
            Step::Rejected { diagnosis, .. } => {
                outcome.push(format!("{:?} {}", diagnosis.fault, diagnosis.span.start));
                return outcome;
            }
            Step::Finished => return outcome,
        }
    }
}

/// Whole, octet by octet, and at every cut: all must agree.
fn check(octets: &[u8], expected: &[&str]) {
    let fresh = || Connection::new(Limits::default());
    let text = octets.escape_ascii();
    assert_eq!(outcome(&mut fresh(), &[octets]), expected, "{text}");
    let singles: Vec<_> = octets.chunks(1).collect();
    assert_eq!(
        outcome(&mut fresh(), &singles),
        expected,
        "{text} octet by octet"
    );
    for cut in 0..octets.len() {
        let (a, b) = octets.split_at(cut);
        assert_eq!(
            outcome(&mut fresh(), &[a, b]),
            expected,
            "{text} cut at {cut}"
        );
    }
}

#[test]
fn requests_come_out_in_order_however_the_octets_come_in() {
    check(b"", &[]);
    check(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", &["GET / HTTP/1.1 +0"]);
    check(b"\r\n\r\nGET / HTTP/1.0\r\n\r\n", &["GET / HTTP/1.0 +0"]);
    check(
        b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
        &["POST /a HTTP/1.1 +5", "GET /b HTTP/1.1 +0"],
    );
    check(
        b"GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
        &["GET /a HTTP/1.1 +5", "GET /b HTTP/1.0 +0"],
    );
}

#[test]
fn what_is_refused_is_refused_at_the_same_octet_however_it_comes_in() {
    check(b"GET / HTTP/1.1\nHost: x\n\n", &["BareLf 14"]);
    check(b"GET / HTTP/1.1\r\nHost: x\n\r\n", &["BareLf 23"]);
    check(b"GET / HTTP/1.1\r\n\r\n", &["HostMissing 16"]);
    check(
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        &["SpaceBeforeColon 20"],
    );
    check(
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        &["GET / HTTP/1.1 +0", "HostMissing 43"],
    );
    check(b"GET / HT", &["HeadIncomplete 8"]);
    check(b"GET / HTTP/1.1\nHost: x\n", &["BareLf 14"]);
    check(
        b"POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\nabc",
        &["BodyIncomplete 41"],
    );
    check(b"\x16\x03\x01", &["LooksLikeTls 0"]);
    check(b"\x00", &["NotARequest 0"]);
    check(b"\n", &["BareLf 0"]);
    check(b"\rG", &["BareCr 0"]);
    check(b"\r\n\r\n\r\n\r\n\r\n", &["EmptyLines 8"]);
    check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &["LooksLikeHttp2 0"]);
    check(
        b"GET / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        &["ContentLengthRepeated 51"],
    );
}

#[test]
fn limits_are_checked_before_the_end_is_there() {
    let mut connection = Connection::new(Limits::default());
    let line = [&b"GET /"[..], &[b'a'; 9000]].concat();
    assert_eq!(outcome(&mut connection, &[&line]), ["TargetTooLong 8004"]);
    let mut connection = Connection::new(Limits::default());
    let head = [&b"GET / HTTP/1.1\r\n"[..], &b"a: b\r\n".repeat(20_000)].concat();
    assert_eq!(outcome(&mut connection, &[&head]), ["HeadTooLarge 65536"]);
}

#[test]
fn a_bare_lf_is_taken_when_it_is_allowed() {
    let limits = Limits {
        line_ends: LineEnds::LfToo,
        ..Limits::default()
    };
    let octets: &[u8] = b"\nGET / HTTP/1.1\nHost: x\n\nGET / HTTP/1.0\r\n\r\n";
    let expected = ["GET / HTTP/1.1 +0", "GET / HTTP/1.0 +0"];
    assert_eq!(outcome(&mut Connection::new(limits), &[octets]), expected);
    let singles: Vec<_> = octets.chunks(1).collect();
    assert_eq!(outcome(&mut Connection::new(limits), &singles), expected);
}

#[test]
fn what_is_no_request_line_is_refused_before_an_empty_line_comes() {
    let refused = |octets: &[u8]| {
        let mut connection = Connection::new(Limits::default());
        connection.receive(octets);
        let mut step = connection.step();
        while let Step::Scanned { .. } = step {
            step = connection.step();
        }
        if let Step::Rejected { diagnosis, .. } = step {
            return Some(diagnosis.fault);
        }
        assert_eq!(step, Step::NeedData);
        None
    };
    assert_eq!(refused(b"GET /\r\n"), Some(Fault::RequestLineShape));
    assert_eq!(refused(b"SSH-2.0-x\r\n"), Some(Fault::RequestLineShape));
    assert_eq!(refused(b"A\0"), Some(Fault::RequestLineControl));
    assert_eq!(refused(&[b'A'; 65]), Some(Fault::MethodTooLong));
    assert_eq!(refused(b"PRI * HTTP/2.0\r\n"), Some(Fault::LooksLikeHttp2));
    // A bare LF is answered when the empty line comes: until then the screen says so.
    assert_eq!(refused(b"GET / HTTP/1.1\nHost: x\n"), None);
}

#[test]
fn nothing_after_close_is_read() {
    let close = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\n\r\n";
    check(close, &["GET / HTTP/1.1 +0"]);
    check(b"GET / HTTP/1.0\r\n\r\n\0", &["GET / HTTP/1.0 +0"]);
}

#[test]
fn a_fault_in_a_body_names_the_request_it_belongs_to() {
    let mut connection = Connection::new(Limits::default());
    connection.receive(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.receive(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
    connection.receive_eof();
    let diagnosis = loop {
        let step = connection.step();
        assert_ne!(step, Step::Finished);
        if let Step::Rejected { diagnosis, .. } = step {
            break diagnosis;
        }
    };
    assert_eq!(
        (diagnosis.fault, diagnosis.message_at),
        (Fault::BodyIncomplete, 27)
    );
    assert_eq!(diagnosis.span, Span::new(75, 75));
}

#[test]
fn the_place_of_a_bare_lf_stays_when_the_head_is_cut_off() {
    let limits = Limits {
        line_ends: LineEnds::LfToo,
        ..Limits::default()
    };
    let mut connection = Connection::new(limits);
    connection.receive(b"POST / HTTP/1.0\nContent-Length: 1\n\n");
    while connection.step() != Step::NeedData {}
    assert_eq!(connection.waiting_for(), WaitingFor::Body);
    assert_eq!(connection.first_bare_lf(), Some(15));
}

#[test]
fn the_steps_of_one_request() {
    let mut connection = Connection::new(Limits::default());
    connection.receive(b"GET / HTTP/1.1\r\nHost: x\r\n\r");
    assert_eq!(
        connection.step(),
        Step::Scanned {
            from: 0,
            to: 26,
            matched: 3
        }
    );
    assert_eq!(connection.step(), Step::NeedData);
    assert_eq!(connection.waiting_for(), WaitingFor::Head);
    connection.receive(b"\nGET");
    assert_eq!(
        connection.step(),
        Step::Scanned {
            from: 26,
            to: 27,
            matched: 4
        }
    );
    assert_eq!(
        connection.step(),
        Step::BoundaryFound {
            head: Span::new(0, 27)
        }
    );
    assert!(matches!(connection.step(), Step::Parsed { .. }));
    assert_eq!(connection.step(), Step::MessageComplete { trailers: None });
    assert_eq!(connection.buffered_octets(), b"GET");
    assert_eq!(
        connection.step(),
        Step::Scanned {
            from: 27,
            to: 30,
            matched: 0
        }
    );
}

#[test]
fn an_empty_line_with_a_bare_lf_is_no_boundary() {
    let octets = b"GET / HTTP/1.1\nHost: x\n\n";
    let mut connection = Connection::new(Limits::default());
    connection.receive(octets);
    assert_eq!(
        connection.step(),
        Step::Scanned {
            from: 0,
            to: 24,
            matched: 0
        }
    );
    let refused = connection.step();
    assert!(matches!(refused, Step::Rejected { .. }), "{refused:?}");
    let lenient = Limits {
        line_ends: LineEnds::LfToo,
        ..Limits::default()
    };
    let mut connection = Connection::new(lenient);
    connection.receive(octets);
    assert!(matches!(connection.step(), Step::Scanned { .. }));
    assert_eq!(
        connection.step(),
        Step::BoundaryFound {
            head: Span::new(0, 24)
        }
    );
}

#[test]
fn the_octets_of_a_body_are_lent_and_its_trailers_kept() {
    let mut connection = Connection::new(Limits::default());
    connection.receive(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.receive(b"5\r\nhello\r\n1;x\r\n \r\n");
    while !matches!(connection.step(), Step::Parsed { .. }) {}
    let Step::BodyReceived(body) = connection.step() else {
        panic!("no body");
    };
    assert_eq!(body.span(), Span::new(56, 74));
    assert_eq!(body.octets(), b"5\r\nhello\r\n1;x\r\n \r\n");
    assert_eq!(body.content().collect::<Vec<_>>(), [&b"hello"[..], b" "]);
    assert_eq!(body.content_len(), 6);
    connection.receive(b"6\r\nwor");
    let Step::BodyReceived(body) = connection.step() else {
        panic!("no body");
    };
    assert_eq!(body.content().collect::<Vec<_>>(), [b"wor"]);
    connection.receive(b"ld!\r\n0\r\nX-Sum: 1\r\nY:");
    let Step::BodyReceived(body) = connection.step() else {
        panic!("no body");
    };
    assert_eq!(body.content().collect::<Vec<_>>(), [b"ld!"]);
    connection.receive(b"2\r\n\r\nGET");
    assert!(matches!(connection.step(), Step::BodyReceived(_)));
    let Step::MessageComplete {
        trailers: Some(trailers),
    } = connection.step()
    else {
        panic!("no trailers");
    };
    assert_eq!(trailers.octets(), b"X-Sum: 1\r\nY:2\r\n\r\n");
    assert_eq!(trailers.span(), Span::new(88, 105));
    assert_eq!(trailers.value("y"), Some(&b"2"[..]));
    assert_eq!(connection.buffered_octets(), b"GET");
}

#[test]
fn a_trailer_section_has_as_many_lines_as_a_head() {
    let head = "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let body = |lines: usize| format!("{head}0\r\n{}\r\n", "a: b\r\n".repeat(lines));
    check(body(128).as_bytes(), &["GET / HTTP/1.1 +0"]);
    let at = head.len() + 3 + 128 * 6;
    check(body(129).as_bytes(), &[&format!("TooManyFields {at}")]);
}

#[test]
fn what_follows_a_switch_is_no_http() {
    let mut connection = Connection::new(Limits::default());
    connection.receive(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: y\r\n\r\n");
    while connection.step() != Step::NeedData {}
    connection.switch_protocols();
    connection.receive(b"\x81\x00");
    assert_eq!(
        connection.step(),
        Step::Opaque {
            octets: b"\x81\x00",
            span: Span::new(39, 41)
        }
    );
    assert_eq!(connection.step(), Step::NeedData);
    connection.receive_eof();
    assert_eq!(connection.step(), Step::Finished);
}

mod responses;
