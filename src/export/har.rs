//! HTTP Archive 1.2: what browsers' developer tools, proxies and their libraries import.
//! Knows no screen.
//!
//! Every entry holds what every reader needs, whatever went wrong with it: a method, a URL, a
//! status. What is not known is -1 where the format has that, a placeholder where it has not,
//! and named in a comment. Octets that are no UTF-8 are base64 where there is a place for that
//! (content), and Latin-1 where there is none (fields; RFC 9110 §5.5).

mod cookies;
mod format;
mod post;
mod text;
mod web_socket;

use std::time::Duration;

use self::format::{
    Archive, Content, Creator, Empty, Entry, Log, Named, Page, PageTimings, Request, Response,
    Timings,
};
use self::text::{parameters, text};
use super::transcript::{Copied, Exchange, Transcript};
use super::{Cannot, Written, url};
use crate::event::Activity;
use crate::http::{Status, Version};
use crate::units;

/// What stands for a method of which nothing could be read: a token, as readers want one.
const NO_METHOD: &str = "UNKNOWN";
/// What stands for a version, and for a media type, that nobody named (as DevTools has it).
const UNKNOWN: &str = "unknown";
const NO_TYPE: &str = "x-unknown";
/// What stands for content that may hold what is masked.
const LEFT_OUT: &str =
    "this content is left out: what it holds is not known, and secrets are masked";

pub(super) fn archive(transcripts: &[Transcript]) -> Result<Written, Cannot> {
    let mut entries: Vec<_> = transcripts
        .iter()
        .flat_map(|of| of.exchanges.iter().map(move |exchange| (of, exchange)))
        .map(|(of, exchange)| (began(exchange), entry(of, exchange)))
        .collect();
    if entries.is_empty() {
        return Err(Cannot("no request is complete"));
    }
    entries.sort_by_key(|(began, _)| *began);
    let pages = transcripts
        .iter()
        .filter(|of| !of.exchanges.is_empty())
        .map(page);
    let log = Log {
        version: "1.2",
        creator: Creator {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        },
        pages: pages.collect(),
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
    };
    Ok(Written {
        octets: format::json(&Archive { log })?.into_bytes(),
        but: but(transcripts),
    })
}

/// What of the content of responses is missing.
fn but(transcripts: &[Transcript]) -> Option<String> {
    let exchanges = transcripts.iter().flat_map(|of| &of.exchanges);
    let sent = exchanges.filter(|exchange| exchange.content_sent().is_some_and(|sent| sent > 0));
    let (mut all, mut kept, mut whole) = (0, 0, 0);
    for exchange in sent {
        let octets = exchange.content.as_deref().map_or(0, <[u8]>::len) as u64;
        all += 1;
        kept += u32::from(octets > 0);
        whole += u32::from(exchange.content_sent() == Some(octets));
    }
    let mut exchanges = transcripts.iter().flat_map(|of| &of.exchanges);
    if exchanges.any(|exchange| exchange.copy == Copied::LeftOut) {
        return Some(
            "without the content of responses of the upstream, as secrets are masked".into(),
        );
    }
    if whole == all {
        return None;
    }
    Some(if kept == 0 {
        "without the content of responses, which is not kept".into()
    } else {
        format!(
            "of the content of {} responses not all is kept",
            all - whole
        )
    })
}

/// A connection as a page: readers group exchanges by it.
fn page(transcript: &Transcript) -> Page {
    let first = transcript.exchanges.iter().map(began).min();
    Page {
        started_date_time: date(transcript, first.unwrap_or_default()),
        id: page_id(transcript),
        title: format!("connection {} from {}", transcript.id, transcript.peer),
        timings: PageTimings {
            on_content_load: -1,
            on_load: -1,
        },
    }
}

fn page_id(transcript: &Transcript) -> String {
    format!("connection-{}", transcript.id.0)
}

/// A time of the session; 1970 where the clock said something that no reader takes.
fn date(transcript: &Transcript, at: Duration) -> String {
    let time = transcript.started.checked_add(at);
    time.and_then(units::exact_timestamp)
        .unwrap_or_else(|| "1970-01-01T00:00:00.000Z".into())
}

/// When the first octet of the request came, or what is known that is nearest to it.
fn began(exchange: &Exchange) -> Duration {
    let times = exchange.times;
    let piece = exchange.request.pieces.first().map(|piece| piece.at);
    let known = [times.first, piece, times.complete, times.responding];
    let known = known.into_iter().flatten().next();
    known.or(times.done).unwrap_or_default()
}

fn entry(transcript: &Transcript, exchange: &Exchange) -> Entry {
    let times = exchange.times;
    let began = began(exchange);
    // A pipelined request is there long before it is read: its last piece says since when.
    let came = exchange.request.pieces.last().map(|piece| piece.at);
    let came = came.or(times.complete).unwrap_or(began).max(began);
    let responding = times.responding.unwrap_or(came).max(came);
    let ended = times.responding.and(closed(transcript));
    let done = times.done.or(ended).unwrap_or(responding).max(responding);
    let micros = |from: Duration, to: Duration| to.saturating_sub(from).as_micros();
    let (send, wait, receive) = (
        micros(began, came),
        micros(came, responding),
        micros(responding, done),
    );
    let (url, target) = url::always(exchange);
    let (request, method) = request(exchange, url);
    let (response, outcome) = response(transcript, exchange);
    let continued = exchange.continued;
    let comments = [
        exchange.refusal.clone(),
        method.map(Into::into),
        target.map(Into::into),
        continued.then(|| "100 Continue was sent before the body".into()),
        outcome,
    ];
    let comments: Vec<String> = comments.into_iter().flatten().collect();
    Entry {
        pageref: page_id(transcript),
        started_date_time: date(transcript, began),
        time: millis(send + wait + receive),
        request,
        response,
        cache: Empty {},
        timings: Timings {
            send: millis(send),
            wait: millis(wait),
            receive: millis(receive),
        },
        server_ip_address: transcript.local.ip().to_canonical().to_string(),
        connection: transcript.id.to_string(),
        connection_id: transcript.id.0.to_string(),
        web_socket: web_socket::messages(transcript, exchange),
        comment: (!comments.is_empty()).then(|| comments.join("; ")),
    }
}

/// Milliseconds, to the microsecond.
fn millis(micros: u128) -> f64 {
    let part = |n: u128| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    part(micros / 1000) + part(micros % 1000) / 1000.0
}

/// The request, and what is to be said of its method.
fn request(exchange: &Exchange, url: String) -> (Request, Option<&'static str>) {
    let request = &exchange.request;
    let Some(head) = request.head.as_deref() else {
        let method = method_in(exchange.request_line.as_deref().unwrap_or_default());
        let said = match method {
            None => Some("no method could be read"),
            Some(_) => None,
        };
        let request = Request {
            method: method.unwrap_or_else(|| NO_METHOD.into()),
            url,
            http_version: UNKNOWN.into(),
            cookies: Vec::new(),
            headers: Vec::new(),
            query_string: Vec::new(),
            post_data: None,
            headers_size: -1,
            body_size: -1,
        };
        return (request, said);
    };
    let named = |field: &crate::http::FieldLine| Named {
        name: text(head.text(field.name)),
        value: text(head.text(field.value)),
    };
    let body = request.span.end.saturating_sub(head.span().end);
    let request = Request {
        method: text(head.method_octets()),
        url,
        http_version: match head.version() {
            Version::Http10 => "HTTP/1.0".into(),
            Version::Http11 => "HTTP/1.1".into(),
        },
        cookies: head
            .lines("cookie")
            .flat_map(|line| cookies::of_request(head.text(line.value)))
            .collect(),
        headers: head.fields().iter().map(named).collect(),
        query_string: head.query().map_or_else(Vec::new, parameters),
        post_data: post::data(request, head),
        headers_size: size(head.octets().len() as u64),
        body_size: size(body),
    };
    (request, None)
}

/// The method in a line that was refused: the token it begins with (RFC 9110 §9.1).
fn method_in(line: &[u8]) -> Option<String> {
    let token = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet);
    let word = line.split(|&octet| octet == b' ').next()?;
    let word = word.trim_ascii_end();
    (!word.is_empty() && word.iter().all(token)).then(|| text(word))
}

/// The response, and what became of it where that is not plain.
fn response(transcript: &Transcript, exchange: &Exchange) -> (Response, Option<String>) {
    let head = exchange.response_head.as_deref().unwrap_or_default();
    let mut lines = head
        .split(|&octet| octet == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let status_line = lines.next().unwrap_or_default();
    let headers: Vec<_> = lines.filter_map(field).collect();
    let values = |name: &'static str| {
        let named = headers
            .iter()
            .filter(move |h: &&Named| h.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value.as_str())
    };
    let first = |name| values(name).next().map(str::to_owned);
    let status_text = status_line.splitn(3, |&octet| octet == b' ').nth(2);
    let outcome = outcome(transcript, exchange);
    let sent = exchange.content_sent();
    let response = Response {
        status: exchange.status.map_or(0, Status::code),
        status_text: text(status_text.unwrap_or_default()),
        http_version: if head.is_empty() { UNKNOWN } else { "HTTP/1.1" }.into(),
        cookies: values("set-cookie")
            .filter_map(cookies::of_response)
            .collect(),
        content: content(
            exchange,
            first("content-type").unwrap_or_else(|| NO_TYPE.into()),
            first("content-encoding"),
        ),
        redirect_url: first("location").unwrap_or_default(),
        headers,
        headers_size: if head.is_empty() {
            -1
        } else {
            size(head.len() as u64)
        },
        body_size: sent.map_or(-1, size),
        error: outcome.clone(),
    };
    (response, outcome)
}

/// The content, as far as it is kept.
fn content(exchange: &Exchange, mime_type: String, coding: Option<String>) -> Content {
    let sent = exchange.content_sent();
    let kept = exchange.content.as_deref().unwrap_or_default();
    // A character that was cut in two makes no less a text of what stands before it.
    let kept = match std::str::from_utf8(kept) {
        Err(error) if error.error_len().is_none() => {
            kept.get(..error.valid_up_to()).unwrap_or_default()
        }
        Ok(_) | Err(_) => kept,
    };
    let (text, encoding) = if kept.is_empty() {
        (None, None)
    } else {
        let (text, encoding) = post::printable(kept.to_vec());
        (Some(text), encoding)
    };
    let missing = sent.map_or(0, |sent| sent.saturating_sub(kept.len() as u64));
    let cut = match (kept.len(), missing) {
        (0, 0) if exchange.copy == Copied::LeftOut => Some(LEFT_OUT.into()),
        (_, 0) => None,
        (0, _) => Some(match exchange.copy {
            Copied::No => "this content was not recorded, only its length".into(),
            Copied::Recorded | Copied::FromUpstream => {
                "this content was recorded, and the history has let go of it".into()
            }
            Copied::LeftOut => LEFT_OUT.into(),
        }),
        (kept, missing) => Some(format!(
            "the first {kept} octets of this content were recorded, up to the limit; the {missing} behind them were not"
        )),
    };
    // What readers expect here is decoded; what is kept is what was sent.
    let coded = coding.filter(|_| !kept.is_empty());
    let coded = coded.map(|coding| format!("as it was sent, with Content-Encoding: {coding}"));
    let comments: Vec<String> = cut.into_iter().chain(coded).collect();
    Content {
        size: sent.map_or(-1, size),
        mime_type,
        text,
        encoding,
        comment: (!comments.is_empty()).then(|| comments.join("; ")),
    }
}

fn field(line: &[u8]) -> Option<Named> {
    let colon = line.iter().position(|&octet| octet == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    Some(Named {
        name: text(name),
        value: text(value.get(1..)?.trim_ascii()),
    })
}

/// What became of a response that is not complete.
fn outcome(transcript: &Transcript, exchange: &Exchange) -> Option<String> {
    if exchange.times.done.is_some() {
        return None;
    }
    let when = if closed(transcript).is_some() {
        "when the connection was closed"
    } else {
        "when this was written"
    };
    Some(match (&exchange.response_head, exchange.content_sent()) {
        (None, _) => format!("not answered {when}"),
        (Some(_), Some(sent)) => {
            let of = exchange.body;
            format!("incomplete: {sent} of {of} octets of content had been sent {when}")
        }
        (Some(_), None) => format!("incomplete {when}; how much had been sent is not known"),
    })
}

/// When the connection was closed.
fn closed(transcript: &Transcript) -> Option<Duration> {
    let mut records = transcript.records.iter().rev();
    let closed = |activity: &Activity| matches!(activity, Activity::Closed { .. } | Activity::Gone);
    let closed = records.find(|record| closed(&record.activity));
    closed.map(|record| record.at)
}

fn size(octets: u64) -> i64 {
    i64::try_from(octets).unwrap_or(-1)
}

#[cfg(test)]
mod tests;
