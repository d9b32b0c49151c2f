//! Why an exchange came out as it did: the cause, which is told before what followed from it.

use super::connection::Connection;
use super::exchange::Exchange;
use super::format::{self, plural};
use crate::event::{Resource, escape};
use crate::http::{RequestHead, Status};

/// How much of a target stands in a sentence.
const TARGET: usize = 60;

/// What came of an exchange and why, in a sentence; `None` while nothing has come of it.
pub(crate) fn sentence(connection: &Connection, exchange: &Exchange) -> Option<String> {
    if let Some(refusal) = exchange.refusal {
        let status = refusal.status();
        let line = exchange.request_line().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match shortened(&escape(line)) {
            line if line.is_empty() => String::new(),
            line => format!("{line}: "),
        };
        return Some(format!("{line}{status} {}: {refusal}.", status.reason()));
    }
    let request = exchange.head.as_deref().map(request);
    let request = request.map_or_else(String::new, |request| format!("{request}: "));
    if let Some(cut_off) = connection.cut_off_answer(exchange) {
        return Some(format!("{request}{}.", cut_off.words()));
    }
    let status = exchange.status()?;
    let why = reason(exchange).or_else(|| file(exchange));
    let why = why.map_or_else(String::new, |why| format!(": {why}"));
    let took = match exchange.done {
        Some(done) => format!(", in {}", format::took(done.took)),
        None => String::new(),
    };
    // A code that RFC 9110 does not name has no reason.
    let named = format!("{status} {}", status.reason());
    Some(format!("{request}{}{why}{took}.", named.trim_end()))
}

/// Why an exchange has its status, where that is known, as a clause.
pub(crate) fn reason(exchange: &Exchange) -> Option<String> {
    if let Some(refusal) = exchange.refusal {
        return Some(refusal.what().to_owned());
    }
    // Of what was not found, what was tried is known too.
    if let Some(Resource::Nothing { because }) = &exchange.resource {
        return Some(escape(because.as_bytes()));
    }
    let because = exchange
        .response
        .as_ref()
        .and_then(|it| it.because.as_ref());
    because.map(|because| escape(because.as_bytes()))
}

/// The file that an answer is all of.
fn file(exchange: &Exchange) -> Option<String> {
    let Some(Resource::File { path, length }) = &exchange.resource else {
        return None;
    };
    let is_whole = exchange.status() == Some(Status::OK);
    is_whole.then(|| format!("the file {}, {}", escape(path), plural(*length, "octet")))
}

/// Method and target, which may be long.
pub(crate) fn request(head: &RequestHead) -> String {
    let method = escape(head.method_octets());
    format!("{method} {}", shortened(&escape(head.target_octets())))
}

/// As much of it as fits a sentence: begin and end, which tell more than the middle.
pub(crate) fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= TARGET {
        return text.to_owned();
    }
    let half = TARGET / 2;
    let begin: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(count - half + 1).collect();
    format!("{begin}…{end}")
}
