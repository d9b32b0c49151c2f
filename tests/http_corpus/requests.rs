//! Requests: the files of the corpus itself.

use glassport::http::{BodyLength, Method, Persistence, Version, WaitingFor};

use super::case::{Case, Described};
use super::driver::{self, Requests, Said};

/// What stands behind a request and is not to change it.
const NEXT: &[u8] = b"GET /next HTTP/1.1\r\nHost: x\r\n";

pub(crate) fn check(case: &Case) -> Result<(), String> {
    case.check(
        |pieces| driver::requests(case.limits, pieces, case.eof),
        |octets| driver::requests(case.limits, [&[octets, NEXT].concat()[..]], case.eof),
        describe,
    )
}

/// The outcome in the words of the corpus, and where its diagnosis points.
fn describe(outcome: &Requests) -> Described {
    let mut said = Vec::new();
    let mut caret = None;
    let mut request = None;
    let mut received = 0;
    for step in &outcome.said {
        match step {
            Said::Parsed { head, framing } => {
                received = 0;
                request = Some((head, framing));
            }
            Said::BodyReceived { content, .. } => received += content.len(),
            Said::MessageComplete { .. } => {
                let (head, framing) = request.expect("a request before its end");
                let text = String::from_utf8_lossy;
                let body = match framing.body {
                    BodyLength::None => "none".to_owned(),
                    BodyLength::Length(_) => format!("length:{received}"),
                    BodyLength::Chunked => format!("chunked:{received}"),
                };
                let persistence = match framing.persistence {
                    Persistence::Persistent => "persistent",
                    Persistence::KeepAlive => "keep-alive",
                    Persistence::Close | Persistence::Http10 => "close",
                };
                let unknown = if head.method() == Method::Unknown {
                    " unknown"
                } else {
                    ""
                };
                let expects = if framing.expects_continue {
                    " expects-100"
                } else {
                    ""
                };
                let version = match head.version() {
                    Version::Http10 => "1.0",
                    Version::Http11 => "1.1",
                };
                let authority = head.authority().map_or(String::new(), |a| {
                    let port = a.port.map_or(String::new(), |port| format!(":{port}"));
                    format!(" authority={}{port}", text(a.host))
                });
                let query = head
                    .query()
                    .map_or(String::new(), |q| format!(" query={}", text(q)));
                said.push(format!(
                    "{} {} {body} {persistence}{unknown}{expects} | path={}{query}{authority} version={version}",
                    text(head.method_octets()),
                    text(head.target_octets()),
                    text(head.path()),
                ));
            }
            Said::Rejected { diagnosis, .. } => {
                caret = Some(diagnosis.span.start);
                said.push(format!("{} {:?}", diagnosis.status(), diagnosis.fault));
            }
            Said::Finished => said.push("finished".to_owned()),
            Said::BoundaryFound { .. } | Said::Opaque { .. } => {}
        }
    }
    let refused = caret.is_some();
    match outcome.waiting_for {
        WaitingFor::Head if !refused => said.push("waits for head".to_owned()),
        WaitingFor::Body if !refused => said.push("waits for body".to_owned()),
        WaitingFor::Message if said.is_empty() => said.push("waits for request".to_owned()),
        WaitingFor::Head | WaitingFor::Body | WaitingFor::Message => {}
    }
    (said, caret)
}
