use std::process::Command;

use proptest::prelude::*;

use super::super::samples;
use super::*;
use crate::export::transcript::Copied;
use crate::trace::exchange::Times;

fn url(octets: &str) -> Option<String> {
    let written = effective_url(&samples::request(&[(0, octets.as_bytes(), false)])).ok()?;
    Some(String::from_utf8(written.octets).unwrap())
}

#[test]
fn a_url_is_what_the_peer_asked_for() {
    let host = "Host: localhost:8080\r\n\r\n";
    for (line, expected) in [
        (
            "GET /a?b=%20c HTTP/1.1",
            Some("http://localhost:8080/a?b=%20c"),
        ),
        (
            "GET http://localhost:8080/x HTTP/1.1",
            Some("http://localhost:8080/x"),
        ),
        (
            "GET http://localhost?x HTTP/1.1",
            Some("http://localhost/?x"),
        ),
        ("OPTIONS * HTTP/1.1", None),
    ] {
        assert_eq!(
            url(&format!("{line}\r\n{host}")).as_deref(),
            expected,
            "{line}"
        );
    }
    assert_eq!(
        url("GET / HTTP/1.0\r\n\r\n").as_deref(),
        Some("http://127.0.0.1:8080/")
    );
    assert_eq!(url("GET / HT"), None);
}

#[test]
fn that_a_separator_is_encoded_is_said() {
    for (target, said) in [("/?a=1&b=2", true), ("/a&b", false), ("/?a=1", false)] {
        let octets = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        let written = effective_url(&samples::request(&[(0, octets.as_bytes(), false)])).unwrap();
        assert_eq!(written.but.is_some(), said, "{target}");
    }
}

#[test]
fn a_host_that_not_every_reader_takes_is_no_part_of_a_url() {
    for (host, fits) in [
        ("localhost", true),
        ("a_b.example:8080", true),
        ("[::1]:80", true),
        ("127.0.0.1", true),
        ("h:", true),
        ("1.2.3.999", false),
        ("1.2.3", false),
        ("0x7f", false),
        ("a..b", false),
        ("-$(id)", false),
        ("a%20b", false),
        ("[v1.x]", false),
        ("h:99999", false),
        ("h:+80", false),
        ("", false),
    ] {
        assert_eq!(authority(host.as_bytes()).is_some(), fits, "{host}");
    }
    let long = "a".repeat(64);
    assert_eq!(authority(long.as_bytes()), None);
}

fn refused(line: &[u8]) -> String {
    let mut request = samples::request(&[(0, line, false)]);
    request.head = None;
    let exchange = Exchange {
        request,
        request_line: Some(line.into()),
        refusal: None,
        continued: false,
        status: None,
        content: None,
        carried: None,
        copy: Copied::No,
        response_head: None,
        body: 0,
        sent: None,
        times: Times::default(),
    };
    always(&exchange).0
}

#[test]
fn what_was_refused_has_a_url_as_far_as_it_was_read() {
    for (line, expected) in [
        (&b"GET / HTTP/1.1\n"[..], "http://127.0.0.1:8080/"),
        (
            b"GET /a%zz[b] HTTP/1.1",
            "http://127.0.0.1:8080/a%25zz%5Bb%5D",
        ),
        (b"GET /\xff\x1b", "http://127.0.0.1:8080/%FF%1B"),
        (b"\x16\x03\x01\x02", "http://127.0.0.1:8080/"),
        (b"", "http://127.0.0.1:8080/"),
    ] {
        assert_eq!(refused(line), expected, "{}", line.escape_ascii());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Unquoted in a shell, a URL is itself or, in a shell that takes `?` for a pattern,
    /// refused; never anything else.
    #[test]
    fn no_shell_acts_on_a_url(target in "/[!-~]{0,24}") {
        let octets = format!("GET {target} HTTP/1.1\r\nHost: h\r\n\r\n");
        if let Some(url) = url(&octets) {
            prop_assert!(!url.bytes().any(|o| b" !\"#$&'()*;<>\\^`{|}".contains(&o)), "{url}");
            for shell in ["sh", "bash", "zsh", "fish"] {
                let Ok(output) = Command::new(shell).args(["-c", &format!("printf %s {url}")]).output() else {
                    continue;
                };
                let printed = String::from_utf8_lossy(&output.stdout);
                prop_assert!(printed == url || (printed.is_empty() && !output.status.success()), "{shell}: {url}: {printed}");
            }
        }
    }
}
