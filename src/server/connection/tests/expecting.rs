//! `Expect: 100-continue` (RFC 9110 §10.1.1).

use std::io::ErrorKind;

use super::*;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

fn head(line: &str, fields: &str) -> String {
    format!("{line}\r\nHost: localhost\r\nExpect: 100-continue\r\n{fields}\r\n\r\n")
}

#[test]
fn a_body_that_is_waited_for_is_asked_for() {
    for (fields, body) in [
        ("Content-Length: 5", "abcde"),
        ("Transfer-Encoding: chunked", "5\r\nabcde\r\n0\r\n\r\n"),
    ] {
        let head = head("OPTIONS * HTTP/1.1", fields);
        let played = play(vec![say(&head), say(body), say(OPTIONS), Act::Finish]);
        let length = head.len();
        assert_eq!(
            played.told()[..8],
            [
                format!("recv {length}"),
                "search 4/4".into(),
                format!("boundary 0..{length}"),
                "parsed".into(),
                // The scripted peer has its body ready: see below.
                format!("recv {}", body.len()),
                format!("body {}, content 5", body.len()),
                "responding 204".into(),
                "sent 91/91".into(),
            ]
        );
        // A peer that really waits.
        let played = play(vec![say(&head), Act::Silence]);
        assert_eq!(
            played.told()[3..7],
            ["parsed", "sent 25/25", "continued", "waited 7 s for Body"]
        );
        assert!(played.heard.starts_with(CONTINUE));
        assert_eq!(played.statuses(), ["100", "408"]);
        // An interrupted recv lets the body come late.
        let late = vec![
            say(&head),
            Act::Break(ErrorKind::Interrupted),
            say(body),
            say(OPTIONS),
            Act::Finish,
        ];
        let played = play(late);
        assert_eq!(
            played.heard(),
            format!("{CONTINUE}{NO_CONTENT}{NO_CONTENT}")
        );
    }
}

#[test]
fn nobody_is_asked_for_a_body_in_vain() {
    for (line, fields, reason) in [
        // Refused whatever the body is.
        ("POST / HTTP/1.1", "Content-Length: 5", "405"),
        ("BREW / HTTP/1.1", "Content-Length: 5", "501"),
        (
            "OPTIONS http://evil.example/ HTTP/1.1",
            "Content-Length: 5",
            "421",
        ),
        ("GET /hello.txt HTTP/1.1", "Content-Length: 1048577", "200"),
        ("GET / HTTP/1.1", "Content-Length: 5\r\nExpect: tea", "417"),
    ] {
        let head = head(line, fields);
        // Half of them send the body all the same, after a while.
        for late in [
            vec![],
            vec![Act::Break(ErrorKind::Interrupted), say("abcde")],
        ] {
            let acts = [vec![say(&head)], late].concat();
            let played = play(acts);
            assert_eq!(played.statuses(), [reason], "{line}");
            assert!(played.heard.contains("\r\nConnection: close\r\n"), "{line}");
            assert!(played.hung_up_on, "{line}");
        }
    }
    for (line, fields) in [
        ("OPTIONS * HTTP/1.0", "Content-Length: 5"),
        ("OPTIONS * HTTP/1.1", "Content-Length: 0"),
        ("OPTIONS * HTTP/1.1", "X: y"),
    ] {
        let late = vec![
            say(&head(line, fields)),
            Act::Break(ErrorKind::Interrupted),
            say("abcde"),
            Act::Finish,
        ];
        let played = play(late);
        assert_eq!(played.statuses()[0], "204", "{line} {fields}");
    }
}

#[test]
fn a_body_that_begins_with_the_head_needs_no_asking() {
    let head = head("OPTIONS * HTTP/1.1", "Content-Length: 5");
    let played = play(vec![say(&(head + "a")), say("bcde"), Act::Finish]);
    assert_eq!(played.heard(), NO_CONTENT);
}
