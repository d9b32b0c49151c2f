//! Responses: the files in `responses`.

use glassport::http::{Asked, Persistence, ResponseBody, Version, WaitingFor, remarks};

use super::case::{Case, Described};
use super::driver::{self, Responses, Said};

/// What stands behind a response and is not to change it.
const NEXT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";

pub(crate) fn check(case: &Case) -> Result<(), String> {
    let asked: Vec<_> = match case.asked.as_deref() {
        Some("none") => Vec::new(),
        Some(methods) => methods
            .split(' ')
            .map(|method| Asked::by(method.as_bytes()))
            .collect(),
        None => vec![Asked::Other],
    };
    // What stands behind is asked for too, unless what is refused was not.
    let mut and_next = asked.clone();
    if case.caret.is_none() {
        and_next.push(Asked::Other);
    }
    case.check(
        |pieces| driver::responses(case.limits, &asked, pieces, case.eof),
        |octets| {
            let octets = [octets, NEXT].concat();
            driver::responses(case.limits, &and_next, [&octets[..]], case.eof)
        },
        describe,
    )
}

/// The outcome in the words of the corpus, and where its diagnosis points.
fn describe(outcome: &Responses) -> Described {
    let mut said = Vec::new();
    let mut caret = None;
    let mut response = String::new();
    let mut received = 0;
    for step in &outcome.said {
        match step {
            Said::Parsed { head, framing } => {
                received = 0;
                let body = match framing.body {
                    ResponseBody::None => "none",
                    ResponseBody::Length(_) => "length:",
                    ResponseBody::Chunked => "chunked:",
                    ResponseBody::UntilClose => "close:",
                    ResponseBody::Opaque => "opaque",
                };
                let persistence = match (framing.persistence, framing.body) {
                    (_, ResponseBody::UntilClose)
                    | (Persistence::Close | Persistence::Http10, _) => "close",
                    (Persistence::Persistent, _) => "persistent",
                    (Persistence::KeepAlive, _) => "keep-alive",
                };
                let interim = if framing.interim { " interim" } else { "" };
                let remarks: String = remarks(head, framing.asked)
                    .iter()
                    .fold(String::new(), |all, remark| {
                        format!("{all} {:?}", remark.fault)
                    });
                let version = match head.version() {
                    Version::Http10 => "1.0",
                    Version::Http11 => "1.1",
                };
                let reason = String::from_utf8_lossy(head.reason()).replace(' ', "_");
                response = format!(
                    "{} {body}{{}} {persistence}{interim}{remarks} | rule={} version={version} reason={reason}",
                    head.status(),
                    framing.rule,
                );
                if framing.body == ResponseBody::Opaque {
                    said.push(response.replace("{}", ""));
                }
            }
            Said::BodyReceived { content, .. } => received += content.len(),
            Said::MessageComplete { trailers } => {
                let counted = response.contains(":{}");
                let content = if counted {
                    received.to_string()
                } else {
                    String::new()
                };
                let names = trailers.as_deref().map_or(String::new(), |trailers| {
                    let name = |line: &glassport::http::FieldLine| {
                        String::from_utf8_lossy(trailers.text(line.name)).into_owned()
                    };
                    trailers
                        .fields()
                        .iter()
                        .map(name)
                        .collect::<Vec<_>>()
                        .join(",")
                });
                said.push(format!(
                    "{} trailers={names}",
                    response.replace("{}", &content)
                ));
            }
            Said::Opaque { span } => said.push(format!("opaque:{}", span.len())),
            Said::Rejected { diagnosis, .. } => {
                caret = Some(diagnosis.span.start);
                said.push(format!("{} {:?}", diagnosis.status(), diagnosis.fault));
            }
            Said::Finished => said.push("finished".to_owned()),
            Said::BoundaryFound { .. } => {}
        }
    }
    let refused = caret.is_some();
    let opaque = matches!(outcome.said.last(), Some(Said::Opaque { .. }));
    match outcome.waiting_for {
        WaitingFor::Head if !refused => said.push("waits for head".to_owned()),
        WaitingFor::Body if !refused && !opaque => said.push("waits for body".to_owned()),
        WaitingFor::Message if said.is_empty() => said.push("waits for message".to_owned()),
        WaitingFor::Head | WaitingFor::Body | WaitingFor::Message => {}
    }
    (said, caret)
}
