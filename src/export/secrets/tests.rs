use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::super::samples;
use super::*;
use crate::event::Activity;
use crate::event::ConnectionId;
use crate::http::{SECRET_FIELDS, Span};
use crate::trace::Entry;
use crate::trace::exchange::Times;

fn masked(octets: &str) -> String {
    String::from_utf8(mask(octets.as_bytes(), false)).unwrap()
}

#[test]
fn values_of_secret_fields_are_masked_and_nothing_else() {
    for (octets, expected) in [
        (
            "Cookie: sid=secret; b=c\r\nX: sid=x\r\n",
            "Cookie: sid=******; b=*\r\nX: sid=x\r\n",
        ),
        ("cOOkIE:secret\r\n\r\n", "cOOkIE:******\r\n\r\n"),
        ("Cookie: a=\"x;y\"; c=d=e\n", "Cookie: a=**;**; c=***\n"),
        (
            "Authorization: Basic dTpw\r\n",
            "Authorization: Basic ****\r\n",
        ),
        (
            "Authorization: my secret\r\n",
            "Authorization: *********\r\n",
        ),
        (
            "proxy-authorization :\tBearer x\r\n",
            "proxy-authorization :\tBearer *\r\n",
        ),
        (
            "Set-Cookie: sid=x; Path=/; HttpOnly\r\n",
            "Set-Cookie: sid=*; Path=/; HttpOnly\r\n",
        ),
        // Half received, folded, behind a bare CR, behind a control octet.
        (
            "GET / HTTP/1.1\r\nCookie: sid=sec",
            "GET / HTTP/1.1\r\nCookie: sid=***",
        ),
        (
            "Cookie: a=b\r\n secret\r\nX: y\r\n",
            "Cookie: a=*\r\n ******\r\nX: y\r\n",
        ),
        ("X: a\rCookie: s=b\rc\r\n", "X: a\rCookie: s=*\r*\r\n"),
        ("\0Cookie: s=b\r\n", "\0Cookie: s=*\r\n"),
        ("Cookie:\r\nX: y\r\n", "Cookie:\r\nX: y\r\n"),
        (
            "Cookies: a=b\r\nX-Authorization: c\r\n",
            "Cookies: a=b\r\nX-Authorization: c\r\n",
        ),
    ] {
        assert_eq!(masked(octets), expected, "{octets:?}");
    }
}

#[test]
fn a_line_whose_beginning_is_missing_may_be_a_secret() {
    let octets = mask(b"ret; b=c\r\nX: y\r\n", true);
    assert_eq!(octets, b"********\r\nX: y\r\n");
}

const SECRET: &str = "s3cr3t";

fn transcript(request: Request) -> Transcript {
    let records = (0..).zip(&request.pieces).map(|(seq, piece)| Entry {
        seq,
        at: piece.at,
        activity: Activity::Received {
            offset: piece.offset,
            octets: piece.octets.clone().into(),
            asked: 1024,
        },
    });
    Transcript {
        id: ConnectionId(1),
        started: SystemTime::UNIX_EPOCH,
        peer: ([127, 0, 0, 1], 50_000).into(),
        local: ([127, 0, 0, 1], 8080).into(),
        records: records.collect(),
        exchanges: vec![Exchange {
            request,
            request_line: Some(format!("Cookie: {SECRET}").as_bytes().into()),
            refusal: None,
            continued: false,
            status: None,
            content: None,
            carried: None,
            copy: Copied::No,
            response_head: Some(
                format!("HTTP/1.1 200 OK\r\nSet-Cookie: a={SECRET}\r\n\r\n")
                    .as_bytes()
                    .into(),
            ),
            body: 0,
            sent: None,
            times: Times::default(),
        }],
    }
}

proptest! {
    /// However a head comes, whole or not, understood or not: no form of it holds a secret
    /// once it is masked, and nothing else has changed its length.
    #[test]
    fn no_form_of_a_masked_connection_holds_a_secret(
        name in prop::sample::select(&SECRET_FIELDS[..]),
        before in prop::sample::select(vec!["", "X: y\r\n", "X: \x01\r\n", "Bad Name: x\r\n", "X: y\n"]),
        pair in prop::sample::select(vec!["", "a=", "a=b; c=", "\"", "\x01"]),
        after in prop::sample::select(vec!["", "\r\n", "\r\n\r\n", "; d=e\r\nHost: h\r\n\r\n", "\n\n"]),
        upper in any::<bool>(),
        cuts in prop::collection::vec(1_usize..90, 0..4),
        lost in any::<bool>(),
    ) {
        let name = if upper { name.to_uppercase() } else { name.to_owned() };
        let octets = format!("GET / HTTP/1.1\r\n{before}{name}: {pair}{SECRET}{after}");
        let mut rest = octets.as_bytes();
        let mut pieces = Vec::new();
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            pieces.push((1, now, false));
            rest = later;
        }
        pieces.push((1, rest, false));
        pieces.retain(|(_, octets, _)| !octets.is_empty());
        let mut request = samples::request(&pieces);
        if lost {
            request.pieces.remove(0);
        }
        let transcript = transcript(request).masked();
        let request = &transcript.exchanges[0].request;
        let holds = |octets: &[u8]| octets.windows(SECRET.len()).any(|w| w == SECRET.as_bytes());
        for form in super::super::Form::ALL {
            let written = if form.is_of_connection() {
                super::super::connections(form, std::slice::from_ref(&transcript))
            } else {
                super::super::request(form, request)
            };
            if let Ok(written) = written {
                prop_assert!(!holds(&written.octets), "{form:?}: {}", written.octets.escape_ascii());
            }
        }
        let length: u64 = request.pieces.iter().map(|piece| piece.octets.len() as u64).sum();
        prop_assert!(length <= octets.len() as u64);
        prop_assert!(lost || length == octets.len() as u64);
    }
}

#[test]
fn what_is_held_is_named_once() {
    let octets =
        b"GET / HTTP/1.1\r\nHost: h\r\ncookie: a=b\r\ncookie: c=d\r\nAuthorization: x\r\n\r\n";
    let request = samples::request(&[(0, &octets[..30], false), (1, &octets[30..], false)]);
    assert_eq!(request.secrets(), ["Cookie", "Authorization"]);
    let masked = request.masked();
    assert_eq!(masked.octets().unwrap().len(), octets.len());
    assert_eq!(masked.span, Span::new(0, octets.len() as u64));
    let head = masked.head.unwrap();
    assert_eq!(head.value("cookie").unwrap(), b"a=*");
    assert_eq!(head.fields().len(), 4);
    assert_eq!(masked.pieces[1].at, Duration::from_millis(1));
    let plain = samples::request(&[(0, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", false)]);
    assert!(plain.secrets().is_empty());
}

#[test]
fn what_an_upstream_answered_is_left_out_where_secrets_are_masked() {
    let whole = samples::request(&[(0, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true)]);
    let mut transcript = transcript(whole);
    let exchange = &mut transcript.exchanges[0];
    exchange.content = Some(SECRET.as_bytes().into());
    exchange.carried = Some(Vec::new());
    exchange.copy = Copied::FromUpstream;
    let masked = transcript.masked();
    let exchange = &masked.exchanges[0];
    assert_eq!((&exchange.content, &exchange.carried), (&None, &None));
    assert_eq!(exchange.copy, Copied::LeftOut);
    let written = crate::export::connections(crate::export::Form::Har, &[masked]).unwrap();
    let text = String::from_utf8(written.octets).unwrap();
    assert!(!text.contains(SECRET));
    assert!(text.contains("this content is left out"));
}
