//! One plain sentence on what happened last on a connection, or what came of an exchange: the
//! cause first, then what followed. It gives no advice.

use std::time::Duration;

mod held;

#[cfg(test)]
mod tests;

use super::cause;
use super::connection::Connection;
use super::exchange::Exchange;
use super::format::{self, plural};
use super::labels;
use super::state::Closed;
use super::store::Trace;
use crate::event::{
    Activity, Event, Record, Resource, UpstreamActivity, escape, failure, shows_itself,
};
use crate::http::{BodyLength, Framing, RequestHead, Status};

pub(crate) use self::held::Foresight;

/// Folds records, and says what happened in the dashboard's words.
#[derive(Debug, Default)]
pub struct Narrator {
    trace: Trace,
}

impl Narrator {
    /// Takes a record in, and says in one sentence what happened on its connection; `None`
    /// where nothing did.
    pub fn tell(&mut self, record: &Record) -> Option<String> {
        self.trace.fold(record.clone());
        let Event::Connection(id, activity) = &record.event else {
            return None;
        };
        let connection = self.trace.connections.get(id)?;
        if let Activity::Content { octets } = activity {
            return Some(content(octets));
        }
        // That something was asked about is nothing that happened, and what did is told.
        let is_reading = matches!(activity, Activity::Sampled(_) | Activity::Counted(_));
        (!is_reading || connection.newest().is_none()).then(|| sentence(connection))
    }
}

/// What is said behind that of a connection that rests.
pub(crate) const RESTS: &str = " It rests without a thread.";

/// What is told of a connection, and of the exchange that is examined on it if one is.
pub(crate) fn told(
    connection: &Connection,
    examined: Option<&Exchange>,
    foresight: Foresight,
) -> String {
    let then = if connection.held.is_some() && connection.closed.is_none() {
        held::sentence(connection, foresight)
    } else {
        sentence(connection)
    };
    let Some(cause) = cause(connection, examined) else {
        return then;
    };
    if connection.held.is_some() && connection.closed.is_none() {
        return format!("{cause} {then}");
    }
    match connection.closed {
        Some(Closed::Known(by, reason)) if connection.cut_off_last().is_none() => format!(
            "{cause} Then the connection was closed by the {}: {}.",
            labels::end(by),
            labels::close_reason(reason)
        ),
        Some(_) => cause,
        None => match connection.newest().map(|newest| &newest.activity) {
            Some(Activity::Responded { .. }) => format!("{cause} Then {}", goes_on(connection)),
            Some(Activity::PeerFinished | Activity::Finished | Activity::TimedOut { .. }) => {
                format!("{cause} {then}")
            }
            Some(_) | None => cause,
        },
    }
}

/// Whether [`told`] says why the exchange came out as it did.
pub(crate) fn tells_cause(connection: &Connection, examined: Option<&Exchange>) -> bool {
    cause(connection, examined).is_some()
}

/// What came of the exchange that is examined; where none is, of the newest one while it is
/// the last thing that happened, and was not what one expects.
fn cause(connection: &Connection, examined: Option<&Exchange>) -> Option<String> {
    if let Some(exchange) = examined {
        return cause::sentence(connection, exchange)
            .filter(|_| exchange.done.is_some() || connection.closed.is_some());
    }
    let is_over = match &connection.newest()?.activity {
        Activity::Responded { .. }
        | Activity::PeerFinished
        | Activity::Finished
        | Activity::Failed { .. }
        | Activity::Closed { .. } => true,
        Activity::Accepted { .. }
        | Activity::Received { .. }
        | Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Parsed { .. }
        | Activity::Rejected { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responding { .. }
        | Activity::Content { .. }
        | Activity::Sent { .. }
        | Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::TimedOut { .. }
        | Activity::Upstream(_)
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_)
        | Activity::Gone => false,
    };
    let exchange = connection.exchanges.back().filter(|_| is_over)?;
    let is_as_expected = exchange.status().is_none_or(|status| status.class() == 2)
        && connection.cut_off_last().is_none();
    let is_done = exchange.done.is_some() || connection.closed.is_some();
    (is_done && !is_as_expected)
        .then(|| cause::sentence(connection, exchange))
        .flatten()
}

/// What happened last on a connection.
pub(crate) fn sentence(connection: &Connection) -> String {
    let Some(newest) = connection.newest() else {
        return format!("Connection {} is known by its counts alone.", connection.id);
    };
    of_activity(connection, &newest.activity)
}

/// What happened on a connection, of which it was the last or nearly so.
fn of_activity(connection: &Connection, activity: &Activity) -> String {
    match activity {
        Activity::Accepted { .. } => accepted(connection),
        Activity::Received { octets, asked, .. } => received(octets.len(), *asked),
        Activity::Scanned { from, to, matched } => scanned(connection, *from, *to, *matched),
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
        Activity::Counted(_) | Activity::Sampled(_) | Activity::OfSource(_) => {
            "It was asked about.".into()
        }
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
        UpstreamActivity::GoesOn { because } => {
            format!("The request goes on to the upstream: {because}.")
        }
        UpstreamActivity::Rewritten { span, octets } => format!(
            "The value of Host, octets {} to {}, is forwarded as {} (--host).",
            span.start,
            span.end,
            escape(octets)
        ),
        UpstreamActivity::Edited { span, octets, .. } => format!(
            "Edited by hand: {} instead of {}.",
            plural(octets.len() as u64, "octet"),
            span.len()
        ),
        UpstreamActivity::LeadsPast { .. } => {
            "The Location of the answer leads past the tap, to the upstream itself; it is forwarded as it is."
                .into()
        }
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
        Resource::Nothing { because } => {
            format!("The target names nothing: {}.", escape(because.as_bytes()))
        }
    }
}

fn responded(connection: &Connection, status: Status, took: Duration) -> String {
    format!(
        "The response {status} is complete, {} after the request was; {}",
        format::took(took),
        goes_on(connection)
    )
}

/// What follows a response.
fn goes_on(connection: &Connection) -> &'static str {
    if connection.finished {
        "FIN is sent, as it was the last one, and the peer may finish."
    } else if connection.buffered().is_empty() {
        "the connection waits for the next request."
    } else {
        "the next request is taken, which is already in the receive buffer."
    }
}

fn received(octets: usize, asked: usize) -> String {
    let rest = if octets < asked {
        "TCP delivers what is there, and knows no messages."
    } else {
        "there may be more."
    };
    format!(
        "recv returned {} of the {} asked for: {rest}",
        format::count(octets as u64),
        plural(asked as u64, "octet")
    )
}

fn scanned(connection: &Connection, from: u64, to: u64, matched: u8) -> String {
    let searched = to.saturating_sub(from);
    let found = match matched {
        0 => "it does not end in a part of CR LF CR LF".to_owned(),
        4 => "CR LF CR LF is complete".to_owned(),
        n => format!("{n} of the four octets CR LF CR LF match"),
    };
    match connection.octets().last() {
        // What was left over behind a request is searched without another recv.
        Some(run) if from > run.offset => format!(
            "What is left over needs no recv; the search looked at {}: {found}.",
            format::count(searched)
        ),
        Some(run) => format!(
            "recv returned {} of the {} asked for; the search looked at {}: {found}.",
            format::count(run.octets.len() as u64),
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
    let request = cause::request(head);
    format!("The head was parsed: {request} with {fields} and {body}.")
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
