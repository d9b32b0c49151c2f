//! HTTP Archive 1.2: what browsers' developer tools import.
//!
//! Octets that are no UTF-8 are base64 where the format has a place for that (content), and
//! Latin-1 where it has not (fields). What the server knows less than a browser would is
//! left out, or -1 as the format wants it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;

use super::{Cannot, Transcript, Written, url};
use crate::http::Version;
use crate::trace::{self, Exchange};

#[derive(Debug, Serialize)]
struct Archive {
    log: Log,
}

#[derive(Debug, Serialize)]
struct Log {
    version: &'static str,
    creator: Creator,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: String,
    time: f64,
    request: Request,
    response: Response,
    cache: Empty,
    timings: Timings,
    #[serde(rename = "serverIPAddress")]
    server_ip_address: String,
    connection: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
struct Empty {}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    http_version: String,
    cookies: [Empty; 0],
    headers: Vec<Named>,
    query_string: Vec<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: String,
    http_version: String,
    cookies: [Empty; 0],
    headers: Vec<Named>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: u64,
    mime_type: String,
    comment: &'static str,
}

#[derive(Debug, Serialize)]
struct Timings {
    send: f64,
    wait: f64,
    receive: f64,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    value: String,
}

pub(super) fn archive(transcript: &Transcript<'_>) -> Result<Written, Cannot> {
    let entries: Vec<_> = transcript
        .connection
        .exchanges
        .iter()
        .map(|exchange| entry(transcript, exchange))
        .collect();
    if entries.is_empty() {
        return Err(Cannot("no request of this connection is complete"));
    }
    let log = Log {
        version: "1.2",
        creator: Creator {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        entries,
    };
    let octets =
        serde_json::to_vec_pretty(&Archive { log }).map_err(|_| Cannot("it is no JSON"))?;
    Ok(Written {
        octets,
        but: Some("without the content of responses, which is not kept"),
    })
}

fn entry(transcript: &Transcript<'_>, exchange: &Exchange) -> Entry {
    let asked = transcript.request(exchange);
    let began = asked.pieces.first().map(|piece| piece.at);
    let came = asked.pieces.last().map(|piece| piece.at);
    let times = exchange.times;
    let began = began.or(times.responding).unwrap_or_default();
    let came = came.unwrap_or(began);
    let responding = times.responding.unwrap_or(came);
    let responded = times.done.unwrap_or(responding);
    let timings = Timings {
        send: millis(began, came),
        wait: millis(came, responding),
        receive: millis(responding, responded),
    };
    Entry {
        started_date_time: humantime::format_rfc3339_millis(transcript.started + began).to_string(),
        time: timings.send + timings.wait + timings.receive,
        request: request(&asked),
        response: response(exchange),
        cache: Empty {},
        timings,
        server_ip_address: transcript.local().ip().to_string(),
        connection: transcript.peer().port().to_string(),
        comment: exchange.diagnosis.map(|diagnosis| diagnosis.to_string()),
    }
}

fn millis(from: Duration, to: Duration) -> f64 {
    to.saturating_sub(from).as_secs_f64() * 1000.0
}

fn request(request: &trace::Request) -> Request {
    let Some(head) = request.head.as_deref() else {
        // Refused before it was understood: there is no method to name.
        return Request {
            method: String::new(),
            url: String::new(),
            http_version: String::new(),
            cookies: [],
            headers: Vec::new(),
            query_string: Vec::new(),
            post_data: None,
            headers_size: -1,
            body_size: -1,
        };
    };
    let body = request.body().unwrap_or_default();
    let named = |field: &crate::http::FieldLine| Named {
        name: text(head.text(field.name)),
        value: text(head.text(field.value)),
    };
    Request {
        method: text(head.method_octets()),
        url: url::of(request).unwrap_or_else(|_| text(head.target_octets())),
        http_version: match head.version() {
            Version::Http10 => "HTTP/1.0".into(),
            Version::Http11 => "HTTP/1.1".into(),
        },
        cookies: [],
        headers: head.fields().iter().map(named).collect(),
        query_string: head.query().map_or_else(Vec::new, query),
        post_data: (!body.is_empty()).then(|| {
            let (text, comment) = match String::from_utf8(body.clone()) {
                Ok(text) => (text, None),
                Err(_) => (BASE64.encode(&body), Some("base64")),
            };
            let mime_type = head.value("content-type").map(self::text);
            PostData {
                mime_type: mime_type.unwrap_or_default(),
                text,
                comment,
            }
        }),
        headers_size: length(head.octets().len()),
        body_size: length(body.len()),
    }
}

/// The parameters of a query, as they came.
fn query(query: &[u8]) -> Vec<Named> {
    query
        .split(|&octet| octet == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |&octet| octet == b'=');
            Named {
                name: text(halves.next().unwrap_or_default()),
                value: text(halves.next().unwrap_or_default()),
            }
        })
        .collect()
}

fn response(exchange: &Exchange) -> Response {
    let head = exchange.response.as_ref().map_or(&[][..], |it| &it.head);
    let mut lines = head
        .split(|&octet| octet == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let status_line = lines.next().unwrap_or_default();
    let headers: Vec<_> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|&octet| octet == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            Some(Named {
                name: text(name),
                value: text(value.get(1..)?.trim_ascii()),
            })
        })
        .collect();
    let value = |name: &str| {
        let named = headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
        named.map_or(String::new(), |header| header.value.clone())
    };
    let status_text = status_line.splitn(3, |&octet| octet == b' ').nth(2);
    Response {
        status: exchange.status().map_or(0, crate::http::Status::code),
        status_text: text(status_text.unwrap_or_default()),
        http_version: if head.is_empty() { "" } else { "HTTP/1.1" }.into(),
        cookies: [],
        content: Content {
            size: exchange.content_sent(),
            mime_type: value("content-type"),
            comment: "glassport keeps the length of a response's content, not the octets",
        },
        redirect_url: value("location"),
        headers,
        headers_size: if head.is_empty() {
            -1
        } else {
            length(head.len())
        },
        body_size: i64::try_from(exchange.content_sent()).unwrap_or(-1),
    }
}

fn length(octets: usize) -> i64 {
    i64::try_from(octets).unwrap_or(-1)
}

/// Octets as the text they are, or as Latin-1 when they are none (RFC 9110 §5.5).
fn text(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        Err(_) => octets.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::samples;
    use super::*;
    use crate::event::Activity;
    use crate::http::{Span, Status};

    fn archived(octets: &[u8]) -> Value {
        let request = samples::request(&[(5, octets, false)]);
        let (status, body) = (Status::PERMANENT_REDIRECT, 9);
        let connection = samples::connection(vec![
            (
                5,
                Activity::Received {
                    offset: 0,
                    octets: octets.into(),
                    asked: 1024,
                },
            ),
            (
                5,
                Activity::Parsed {
                    head: request.head.unwrap(),
                    framing: request.framing.unwrap(),
                },
            ),
            (
                5,
                Activity::BodyReceived {
                    span: Span::new(request.span.end - 2, request.span.end),
                    content: 2,
                },
            ),
            (
                7,
                Activity::Responding {
                    status,
                    head: b"HTTP/1.1 308 Permanent Redirect\r\nLocation: /b\r\nContent-Type: text/plain\r\n\r\n"[..].into(),
                    body,
                    because: None,
                },
            ),
            (
                10,
                Activity::Responded {
                    status,
                    body,
                    took: Duration::from_millis(5),
                },
            ),
        ]);
        let written = archive(&samples::transcript(&connection)).unwrap();
        serde_json::from_slice(&written.octets).unwrap()
    }

    /// Every field that HAR 1.2 does not call optional, by the object it belongs to.
    const REQUIRED: &[(&str, &[&str])] = &[
        ("/log", &["version", "creator", "entries"]),
        ("/log/creator", &["name", "version"]),
        (
            "/log/entries/0",
            &[
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
        let har = archived(post);
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
        assert_eq!(at("response/status"), 308);
        assert_eq!(at("response/redirectURL"), "/b");
        assert_eq!(at("response/content/size"), 9);
        let time = at("time").as_f64().unwrap();
        assert!((time - 5.0).abs() < 0.001, "{time}");
        assert!((at("timings/receive").as_f64().unwrap() - 3.0).abs() < 0.001);
    }
}
