use std::time::SystemTime;

use serde_json::Value;

use super::super::samples;
use super::*;
use crate::event::ConnectionId;
use crate::trace::Entry;
use crate::trace::exchange::Times;

const MS: Duration = Duration::from_millis(1);

fn exchange(octets: &[u8]) -> Exchange {
    let head =
        "HTTP/1.1 308 Permanent Redirect\r\nLocation: /b\r\nContent-Type: text/plain\r\n\r\n";
    Exchange {
        request: samples::request(&[(5, octets, false)]),
        request_line: None,
        refusal: None,
        continued: false,
        status: Some(Status::PERMANENT_REDIRECT),
        content: None,
        carried: None,
        copy: Copied::No,
        response_head: Some(head.as_bytes().into()),
        body: 9,
        sent: Some(head.len() as u64 + 9),
        times: Times {
            first: Some(5 * MS),
            complete: Some(6 * MS),
            responding: Some(7 * MS),
            done: Some(10 * MS),
            ..Times::default()
        },
    }
}

fn transcript(id: u64, exchanges: Vec<Exchange>) -> Transcript {
    Transcript {
        id: ConnectionId(id),
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
        peer: ([127, 0, 0, 1], 50_000).into(),
        local: ([127, 0, 0, 1], 8080).into(),
        records: vec![Entry {
            at: 20 * MS,
            seq: 0,
            activity: samples::closed(false),
        }],
        exchanges,
    }
}

fn archived(exchange: Exchange) -> Value {
    let written = archive(&[transcript(1, vec![exchange])]).unwrap();
    serde_json::from_slice(&written.octets).unwrap()
}

fn entry_of(exchange: Exchange) -> Value {
    archived(exchange)["log"]["entries"][0].take()
}

/// Every field that HAR 1.2 does not call optional, by the object it belongs to.
const REQUIRED: &[(&str, &[&str])] = &[
    ("/log", &["version", "creator", "entries"]),
    ("/log/creator", &["name", "version"]),
    (
        "/log/pages/0",
        &["startedDateTime", "id", "title", "pageTimings"],
    ),
    (
        "/log/entries/0",
        &[
            "pageref",
            "startedDateTime",
            "time",
            "request",
            "response",
            "cache",
            "timings",
        ],
    ),
    (
        "/log/entries/0/request",
        &[
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        ],
    ),
    (
        "/log/entries/0/response",
        &[
            "status",
            "statusText",
            "httpVersion",
            "cookies",
            "headers",
            "content",
            "redirectURL",
            "headersSize",
            "bodySize",
        ],
    ),
    ("/log/entries/0/response/content", &["size", "mimeType"]),
    ("/log/entries/0/timings", &["send", "wait", "receive"]),
    ("/log/entries/0/request/headers/0", &["name", "value"]),
];

#[test]
fn every_required_field_is_there_and_holds_what_happened() {
    let post = b"POST /a?x=1&y HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n\xff\x00";
    let har = archived(exchange(post));
    for (object, fields) in REQUIRED {
        let object = har.pointer(object).expect(object);
        for field in *fields {
            assert!(object.get(field).is_some_and(|f| !f.is_null()), "{field}");
        }
    }
    let at = |pointer: &str| har.pointer(&format!("/log/entries/0/{pointer}")).unwrap();
    assert_eq!(at("startedDateTime"), "2001-09-09T01:46:40.005Z");
    assert_eq!(at("request/url"), "http://h/a?x=1&y");
    assert_eq!(at("request/queryString/1/name"), "y");
    assert_eq!(at("request/postData/text"), "/wA=");
    assert_eq!(at("request/bodySize"), 2);
    assert_eq!(at("response/status"), 308);
    assert_eq!(at("response/redirectURL"), "/b");
    assert_eq!(at("response/content/size"), 9);
    assert_eq!(at("serverIPAddress"), "127.0.0.1");
    assert_eq!(at("pageref"), har.pointer("/log/pages/0/id").unwrap());
    assert_eq!(at("time").as_f64(), Some(5.0));
    assert_eq!(at("timings/receive").as_f64(), Some(3.0));
}

#[test]
fn what_was_refused_has_a_method_and_a_url() {
    for (octets, method) in [
        (&b"GET / HTTP/1.1\n\n"[..], "GET"),
        (b"PROPFIND\r\n\r\n", "PROPFIND"),
        (b"\x16\x03\x01\x02\x00\x01", "UNKNOWN"),
        (b"", "UNKNOWN"),
    ] {
        let mut refused = exchange(octets);
        let line = octets.split(|&octet| octet == b'\n').next().unwrap();
        refused.request.head = None;
        refused.request_line = Some(line.into());
        refused.refusal = Some("because".into());
        let entry = entry_of(refused);
        assert_eq!(entry["request"]["method"], method);
        assert_eq!(entry["request"]["url"], "http://127.0.0.1:8080/");
        let comment = entry["comment"].as_str().unwrap();
        assert!(comment.contains("because"), "{comment}");
        assert_eq!(comment.contains("no method"), method == "UNKNOWN");
    }
}

#[test]
fn what_was_aborted_says_how_far_it_came() {
    let get = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut aborted = exchange(get);
    aborted.times.done = None;
    aborted.body = 20_000_000;
    let entry = entry_of(aborted.clone());
    assert_eq!(entry["response"]["bodySize"], 9);
    let error = entry["response"]["_error"].as_str().unwrap();
    assert!(error.contains("9 of 20000000 octets"), "{error}");
    assert_eq!(entry["timings"]["receive"].as_f64(), Some(13.0));
    aborted.sent = None;
    let entry = entry_of(aborted.clone());
    assert_eq!(entry["response"]["bodySize"], -1);
    aborted.response_head = None;
    aborted.status = None;
    let entry = entry_of(aborted);
    assert_eq!(entry["response"]["status"], 0);
    assert!(entry["comment"].as_str().unwrap().contains("not answered"));
}

#[test]
fn a_target_that_is_no_url_still_has_one() {
    for (line, host, url) in [
        ("OPTIONS *", "h:81", "http://h:81/"),
        (
            "CONNECT a.example:443",
            "a.example:443",
            "http://a.example:443/",
        ),
        ("GET http://x/y?z", "x", "http://x/y?z"),
        ("GET /", "1.2.3.999", "http://127.0.0.1:8080/"),
        ("GET /a|b", "[::1]:1", "http://[::1]:1/a%7Cb"),
    ] {
        let octets = format!("{line} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let sample = exchange(octets.as_bytes());
        if sample.request.head.is_some() {
            assert_eq!(entry_of(sample)["request"]["url"], url, "{line}");
        }
    }
}

#[test]
fn cookies_are_listed_and_nothing_of_a_field_acts_on_a_terminal() {
    let get = b"GET / HTTP/1.1\r\nHost: h\r\nCookie: a=1; b=2\r\nX: \xff\x9b31m\r\nY: \xe2\x80\xae\r\n\r\n";
    let written = archive(&[transcript(1, vec![exchange(get)])]).unwrap();
    let text = String::from_utf8(written.octets).unwrap();
    let acts = |c: char| c != '\n' && !crate::event::shows_itself(c);
    assert!(!text.contains(acts), "{text}");
    let har: Value = serde_json::from_str(&text).unwrap();
    let request = &har["log"]["entries"][0]["request"];
    assert_eq!(request["cookies"][1]["name"], "b");
    assert_eq!(request["headers"][2]["value"], "\u{ff}\u{9b}31m");
    assert_eq!(request["headers"][3]["value"], "\u{202e}");
}

#[test]
fn connections_are_pages_and_their_ids_are_no_ports() {
    let get = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut early = exchange(get);
    early.times.first = Some(MS);
    let two = [
        transcript(7, vec![exchange(get)]),
        transcript(8, vec![early]),
        transcript(9, Vec::new()),
    ];
    let written = archive(&two).unwrap();
    let har: Value = serde_json::from_slice(&written.octets).unwrap();
    assert_eq!(har["log"]["pages"].as_array().unwrap().len(), 2);
    let entries = har["log"]["entries"].as_array().unwrap();
    let connections: Vec<_> = entries.iter().map(|e| &e["connection"]).collect();
    assert_eq!(connections, ["#8", "#7"], "in order of time");
    assert_eq!(entries[0]["_connectionId"], "8");
    assert!(archive(&[transcript(1, Vec::new())]).is_err());
}

#[test]
fn an_ipv4_peer_of_an_ipv6_socket_has_an_ipv4_address() {
    let get = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    for (local, address) in [("[::ffff:127.0.0.1]:80", "127.0.0.1"), ("[::1]:80", "::1")] {
        let mut of = transcript(1, vec![exchange(get)]);
        of.local = local.parse().unwrap();
        let written = archive(&[of]).unwrap();
        let har: Value = serde_json::from_slice(&written.octets).unwrap();
        assert_eq!(har["log"]["entries"][0]["serverIPAddress"], address);
    }
}

#[test]
fn content_is_there_as_far_as_it_is_kept() {
    let content = |kept: &[u8]| {
        let exchange = Exchange {
            content: Some(kept.into()),
            ..exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        };
        entry_of(exchange)["response"]["content"].take()
    };
    let whole = content(b"nine octe");
    assert_eq!(whole["text"], "nine octe");
    assert_eq!(whole["size"], 9);
    assert_eq!(
        (&whole["encoding"], &whole["comment"]),
        (&Value::Null, &Value::Null)
    );
    let binary = content(b"\x89PNG\xff\xff\xff\xff\xff");
    assert_eq!(binary["encoding"], "base64");
    assert_eq!(binary["text"], "iVBOR///////");
    // Cut within a character: what stands before it is text.
    let cut = content(b"caf\xc3");
    assert_eq!((&cut["text"], &cut["size"]), (&"caf".into(), &9.into()));
    let said = "the first 3 octets of this content were recorded, up to the limit; \
                the 6 behind them were not";
    assert_eq!(cut["comment"], said);
    let none = |copy| {
        let exchange = Exchange {
            copy,
            ..exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        };
        let content = entry_of(exchange)["response"]["content"].take();
        assert_eq!(content["text"], Value::Null);
        content["comment"].as_str().unwrap().to_owned()
    };
    assert!(none(Copied::No).contains("was not recorded"));
    assert!(none(Copied::Recorded).contains("has let go of it"));
}

/// What the importer of Chromium's DevTools does with each object (`front_end/models/har`,
/// HARFormat and Importer): one that cannot be cast makes it refuse the whole file.
mod devtools {
    use serde_json::Value;

    fn object(value: &Value) {
        assert!(value.is_object(), "{value} is to be an object");
    }

    /// `Number(...)`, which is not to be NaN; that of a missing one is.
    fn number(value: &Value) {
        assert!(value.is_number(), "{value} is to be a number");
    }

    fn optional_number(value: &Value) {
        assert!(
            value.is_null() || value.is_number(),
            "{value} is to be a number"
        );
    }

    /// `String(...)` takes anything; "undefined" is not what is meant.
    fn string(value: &Value) {
        assert!(value.is_string(), "{value} is to be a string");
    }

    fn date(value: &Value) {
        let text = value.as_str().unwrap();
        let shape: String = text
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{text}");
    }

    fn pairs(value: &Value) {
        for pair in value.as_array().unwrap() {
            string(&pair["name"]);
            string(&pair["value"]);
        }
    }

    fn cookies(value: &Value) {
        pairs(value);
        for cookie in value.as_array().unwrap() {
            if !cookie["expires"].is_null() {
                date(&cookie["expires"]);
            }
        }
    }

    pub(super) fn import(har: &Value) {
        let log = &har["log"];
        string(&log["version"]);
        object(&log["creator"]);
        for page in log["pages"].as_array().unwrap() {
            date(&page["startedDateTime"]);
            string(&page["id"]);
            string(&page["title"]);
            object(&page["pageTimings"]);
            optional_number(&page["pageTimings"]["onContentLoad"]);
            optional_number(&page["pageTimings"]["onLoad"]);
        }
        for entry in log["entries"].as_array().unwrap() {
            import_entry(entry);
        }
    }

    fn import_entry(entry: &Value) {
        date(&entry["startedDateTime"]);
        number(&entry["time"]);
        // `typeof null` is an object: an initiator is one or is not there.
        assert!(entry.get("_initiator").is_none());
        let (request, response) = (&entry["request"], &entry["response"]);
        for message in [request, response] {
            object(message);
            string(&message["httpVersion"]);
            cookies(&message["cookies"]);
            pairs(&message["headers"]);
            number(&message["headersSize"]);
            number(&message["bodySize"]);
        }
        string(&request["method"]);
        string(&request["url"]);
        pairs(&request["queryString"]);
        if let Some(data) = request.get("postData") {
            object(data);
            string(&data["mimeType"]);
            string(&data["text"]);
        }
        number(&response["status"]);
        string(&response["statusText"]);
        string(&response["redirectURL"]);
        let content = &response["content"];
        object(content);
        number(&content["size"]);
        string(&content["mimeType"]);
        assert!(matches!(
            content["encoding"].as_str(),
            None | Some("base64")
        ));
        let timings = &entry["timings"];
        object(timings);
        for phase in ["send", "wait", "receive"] {
            number(&timings[phase]);
        }
        for phase in ["blocked", "dns", "connect", "ssl"] {
            optional_number(&timings[phase]);
        }
    }
}

#[test]
fn devtools_can_cast_whatever_became_of_an_exchange() {
    let whole = || exchange(b"GET /?a=b HTTP/1.1\r\nHost: x\r\nCookie: a=b; c\r\n\r\n");
    let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Expires=never; Secure\r\n\
                Set-Cookie: c=d; Expires=Thu, 26 Nov 2026 16:00:00 GMT\r\n\r\n";
    let all = vec![
        whole(),
        exchange(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b"),
        exchange(b"\x16\x03\x01\x00\xff"),
        Exchange {
            response_head: Some(head.as_bytes().into()),
            content: Some(b"\xff\xfe".as_slice().into()),
            ..whole()
        },
        Exchange {
            status: None,
            response_head: None,
            sent: None,
            times: Times::default(),
            ..whole()
        },
    ];
    let written = archive(&[transcript(1, all)]).unwrap();
    devtools::import(&serde_json::from_slice(&written.octets).unwrap());
}
