//! One plain sentence on what happened last on a connection. It gives no advice.

use std::time::Duration;

use super::connection::Connection;
use super::format::{self, plural};
use super::labels;
use super::store::Trace;
use crate::event::{
    Activity, Event, Record, Resource, UpstreamActivity, escape, failure, shows_itself,
};
use crate::http::{BodyLength, Framing, RequestHead, Status};

/// Folds records, and says what happened in the dashboard's words.
#[derive(Debug, Default)]
pub struct Narrator {
    trace: Trace,
}

impl Narrator {
    /// Takes a record in, and says in one sentence what happened on its connection; `None`
    /// for what happened to no connection.
    pub fn tell(&mut self, record: &Record) -> Option<String> {
        self.trace.fold(record.clone());
        let Event::Connection(id, activity) = &record.event else {
            return None;
        };
        if let Activity::Content { octets } = activity {
            return Some(content(octets));
        }
        Some(sentence(self.trace.connections.get(id)?))
    }
}

/// What is said behind that of a connection that rests.
pub(crate) const RESTS: &str = " It rests without a thread.";

/// What happened last on a connection.
pub(crate) fn sentence(connection: &Connection) -> String {
    let Some(newest) = connection.newest() else {
        return format!("Connection {} is known by its counts alone.", connection.id);
    };
    match &newest.activity {
        Activity::Accepted { .. } => accepted(connection),
        Activity::Received { octets, asked, .. } => received(octets.len(), *asked),
        Activity::Scanned { from, to, matched } => {
            scanned(connection, to.saturating_sub(*from), *matched)
        }
        Activity::BoundaryFound { head } => format!(
            "CR LF CR LF was found: {} are cut off as the head of a request.",
            plural(head.len(), "octet")
        ),
        Activity::Parsed { head, framing } => parsed(head, *framing),
        Activity::Rejected { refusal, .. } => format!(
            "The request is refused with {} {}.",
            refusal.status(),
            refusal.status().reason()
        ),
        Activity::Continued => "100 Continue was sent: the peer may send the body.".into(),
        Activity::BodyReceived { span, .. } => format!(
            "{} of the body were taken out of the receive buffer.",
            plural(span.len(), "octet")
        ),
        Activity::Resolved(resource) => resolved(resource),
        Activity::Responding { status, .. } => {
            format!("The response begins: {status} {}.", status.reason())
        }
        Activity::Content { octets } => content(octets),
        Activity::Sent { octets, of, .. } => sent(*octets, *of),
        Activity::Responded { status, took, .. } => responded(connection, *status, *took),
        Activity::Held { before } => format!(
            "The worker is held before {}: its deadlines stand still, and what the peer sends waits in the kernel.",
            labels::breakpoint(*before)
        ),
        Activity::Released { after } => {
            format!("The worker goes on after {}.", format::took(*after))
        }
        Activity::Finished => {
            "shutdown(SHUT_WR) sent our FIN: this side has nothing more to say, and still listens."
                .into()
        }
        Activity::PeerFinished => {
            "recv returned 0: the peer has sent its FIN and will send nothing more.".into()
        }
        Activity::TimedOut { waiting_for, after } => format!(
            "{} s passed in waiting for {}: the deadline is over.",
            after.as_secs(),
            labels::waiting(*waiting_for)
        ),
        Activity::Failed { operation, kind } => {
            format!(
                "{} failed: {}.",
                labels::operation(*operation),
                failure(*kind)
            )
        }
        Activity::Closed { by, reason, .. } => format!(
            "The connection was closed by the {}: {}.",
            labels::end(*by),
            labels::close_reason(*reason)
        ),
        Activity::Counted(_) | Activity::Sampled(_) => "It was asked about.".into(),
        Activity::Upstream(activity) => upstream(activity),
        Activity::Gone => "It is open no longer, and the record of its end was left out.".into(),
    }
}

/// What a response holds, its beginning as it is.
fn content(octets: &[u8]) -> String {
    const SHOWN: usize = 64;
    let begin = octets.get(..SHOWN);
    let more = if begin.is_some() { " …" } else { "" };
    let begin = String::from_utf8_lossy(begin.unwrap_or(octets));
    let shown = |c: char| if shows_itself(c) { c } else { '·' };
    let begin: String = begin.chars().map(shown).collect();
    let octets = plural(octets.len() as u64, "octet");
    format!("Of its content {octets} are kept: {begin}{more}")
}

fn upstream(activity: &UpstreamActivity) -> String {
    match activity {
        UpstreamActivity::Connected { address, took } => format!(
            "connect took {}: this connection has one of its own to {address}, and what comes on either is forwarded to the other.",
            format::took(*took)
        ),
        UpstreamActivity::Forwarded { octets, of } => {
            format!("To the upstream: {}", sent(*octets, *of))
        }
        UpstreamActivity::Received { octets, asked, .. } => {
            format!("From the upstream: {}", received(octets.len(), *asked))
        }
        UpstreamActivity::Parsed { head, framing } => format!(
            "The upstream answers {}; its body: {}.",
            escape(head.status_line()),
            labels::response_rule(*framing)
        ),
        UpstreamActivity::Faulty { diagnosis, .. } => {
            format!("Something is wrong, and is forwarded all the same: {diagnosis}.")
        }
        UpstreamActivity::Switched => {
            "What follows is no HTTP; it is forwarded both ways as it comes.".into()
        }
        UpstreamActivity::NotRead => {
            "Too many requests wait for their answers: what follows is forwarded, and not read."
                .into()
        }
        UpstreamActivity::Finished => {
            "shutdown(SHUT_WR): the peer's FIN was passed on to the upstream.".into()
        }
        UpstreamActivity::PeerFinished => {
            "recv returned 0: the upstream has sent its FIN and will send nothing more.".into()
        }
        UpstreamActivity::Failed { operation, kind } => format!(
            "{} failed between here and the upstream: {}.",
            labels::operation(*operation),
            failure(*kind)
        ),
    }
}

fn accepted(connection: &Connection) -> String {
    match connection.peer {
        Some(peer) => format!(
            "accept returned connection {} from {peer}; nothing has come yet.",
            connection.id
        ),
        None => format!("accept returned connection {}.", connection.id),
    }
}

fn resolved(resource: &Resource) -> String {
    match resource {
        Resource::File { length, .. } => {
            format!("The target names a file of {}.", plural(*length, "octet"))
        }
        Resource::Directory { .. } => "The target names a directory, without its slash.".into(),
        Resource::Generated { .. } => "The target names something the server makes itself.".into(),
        Resource::Nothing { .. } => "The target names nothing that is served.".into(),
    }
}

fn responded(connection: &Connection, status: Status, took: Duration) -> String {
    format!(
        "The response {status} is complete, {} after the request was; {}",
        format::took(took),
        if connection.finished {
            "it was the last one: FIN is sent, and the peer may finish."
        } else if connection.buffered().is_empty() {
            "the connection waits for the next request."
        } else {
            "the next request is already in the receive buffer."
        }
    )
}

fn received(octets: usize, asked: usize) -> String {
    let rest = if octets < asked {
        "TCP delivers what is there, and knows no messages."
    } else {
        "there may be more."
    };
    format!(
        "recv returned {octets} of the {} asked for: {rest}",
        plural(asked as u64, "octet")
    )
}

fn scanned(connection: &Connection, searched: u64, matched: u8) -> String {
    let found = match matched {
        0 => "it does not end in a part of CR LF CR LF".to_owned(),
        4 => "CR LF CR LF is complete".to_owned(),
        n => format!("{n} of the four octets CR LF CR LF match"),
    };
    match connection.octets().last() {
        Some(run) => format!(
            "recv returned {} of the {} asked for; the search looked at {}: {found}.",
            run.octets.len(),
            plural(run.asked as u64, "octet"),
            format::count(searched),
        ),
        None => format!(
            "The search looked at {}: {found}.",
            plural(searched, "octet")
        ),
    }
}

fn parsed(head: &RequestHead, framing: Framing) -> String {
    let fields = plural(head.fields().len() as u64, "field line");
    let body = match framing.body {
        BodyLength::None => "no body".to_owned(),
        BodyLength::Length(n) => format!("a body of {}", plural(n, "octet")),
        BodyLength::Chunked => "a chunked body".to_owned(),
    };
    let method = escape(head.method_octets());
    let mut target = escape(head.target_octets());
    if let Some((cut, _)) = target.char_indices().nth(60) {
        target.truncate(cut);
        target.push('…');
    }
    format!("The head was parsed: {method} {target} with {fields} and {body}.")
}

fn sent(octets: u64, of: u64) -> String {
    if octets < of {
        let taken = plural(octets, "octet");
        format!(
            "send took {taken} of {}: the socket's send buffer is full.",
            format::count(of)
        )
    } else {
        format!("send took all {}.", plural(octets, "octet"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{Script, id};
    use super::*;

    #[track_caller]
    fn check(expected: &str, tell: impl FnOnce(&mut Script)) {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        assert_eq!(sentence(&trace.connections[&id(1)]), expected);
    }

    #[test]
    fn the_last_thing_that_happened_is_told() {
        check(
            "accept returned connection #1 from 127.0.0.1:51532; nothing has come yet.",
            |_| {},
        );
        check(
            "recv returned 16 of the 1024 octets asked for; the search looked at 16: 2 of the four octets CR LF CR LF match.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\n");
            },
        );
        check(
            "The head was parsed: GET / with 1 field line and no body.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            },
        );
        check(
            "The response 200 is complete, 0.31 ms after the request was; the connection waits for the next request.",
            |s| {
                s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    .answer(1, Status::OK, 9);
            },
        );
        check(
            "The connection was closed by the peer: it had nothing more to ask.",
            |s| {
                s.close(1);
            },
        );
    }
}
