//! The words for what the vocabulary names.

use std::time::Duration;

use super::about::About;
use super::connection::Connection;
use super::format;
use super::state::Closed;
use crate::event::{
    Breakpoint, CloseReason, End, Flow, Operation, Phase, Resource, SendCall, Waiting, escape,
};
use crate::http::{BodyLength, Framing, Persistence, ResponseBody, ResponseFraming};

/// A deadline that is further away is not counted down to.
const COUNTED: Duration = Duration::from_secs(600);

/// What a connection is doing: a glyph that tells by its shape, and words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) glyph: char,
    pub(crate) text: String,
    pub(crate) mood: Mood,
}

/// How much a state wants to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Quiet,
    Busy,
    Calm,
    Bad,
    Gone,
}

/// What `connection` is doing at `now`.
pub(crate) fn state(connection: &Connection, about: &About, now: Duration) -> Label {
    if let (None, Some((before, since))) = (connection.closed, connection.held) {
        let stood = now.saturating_sub(since).as_secs();
        return Label {
            glyph: '‖',
            text: format!(
                "held {stood} s, next {}",
                breakpoint(before).trim_start_matches("the ")
            ),
            mood: Mood::Busy,
        };
    }
    let (glyph, text, mood) = match (connection.closed, connection.phase) {
        (Some(closed), _) => {
            let cut_off = connection.cut_off_last();
            if let Some(cut_off) = cut_off {
                return Label {
                    glyph: '╳',
                    text: format!("cut off {}: {}", cut_off.by, cut_off.part()),
                    mood: Mood::Bad,
                };
            }
            let mood = match closed {
                Closed::Known(_, reason) if is_trouble(reason) => Mood::Bad,
                Closed::Known(..) | Closed::LeftOut => Mood::Gone,
            };
            ('✕', format!("closed: {}", ending(closed)), mood)
        }
        (None, Phase::Accepted) => ('·', "accepted".into(), Mood::Quiet),
        (None, Phase::Idle) if connection.is_opaque() => {
            ('⇄', "not read as HTTP".into(), Mood::Calm)
        }
        (None, Phase::Idle) => {
            let waited = now.saturating_sub(connection.since);
            let seconds = waited.as_secs();
            let text = match about.idle_timeout {
                _ if connection.is_tapped() => format!("idle {}", format::wait(waited)),
                of if of <= COUNTED => format!("idle {seconds} s of {}", of.as_secs()),
                // Nobody counts down hours.
                _ => format!("idle {}", format::wait(waited)),
            };
            ('○', text, Mood::Quiet)
        }
        (None, Phase::Head) => {
            let octets = format::plural(connection.buffered().len(), "octet");
            ('◐', format!("head {octets}"), Mood::Busy)
        }
        (None, Phase::Body) => ('◑', body(connection), Mood::Busy),
        (None, Phase::Handling) => ('◇', "handling".into(), Mood::Calm),
        (None, Phase::Sending) => ('↑', sending(connection), Mood::Calm),
        (None, Phase::Closing) => ('◌', "closing".into(), Mood::Quiet),
    };
    Label { glyph, text, mood }
}

/// Whether `connection` waits for octets, and no thread with it. One that is held or slowed down
/// keeps its thread.
pub(crate) fn rests(connection: &Connection, about: &About) -> bool {
    let sampled = connection.sampled.as_ref();
    let runs = sampled.is_none_or(|sampled| sampled.handling.flow == Flow::Run);
    about.rests && runs && waits(connection)
}

/// Whether `connection` waits for octets.
pub(crate) fn waits(connection: &Connection) -> bool {
    connection.closed.is_none()
        && connection.held.is_none()
        && match connection.phase {
            Phase::Accepted | Phase::Idle | Phase::Head | Phase::Body | Phase::Closing => true,
            Phase::Handling | Phase::Sending => false,
        }
}

/// What `connection` is doing, without its numbers: what a filter names.
pub(crate) fn state_name(connection: &Connection) -> String {
    match (connection.closed, connection.phase) {
        (Some(closed), _) => format!("closed: {}", ending(closed)),
        (None, Phase::Accepted) => "accepted".into(),
        (None, Phase::Idle) if connection.is_opaque() => "not read as HTTP".into(),
        (None, Phase::Idle) => "idle".into(),
        (None, Phase::Head) => "head".into(),
        (None, Phase::Body) => "body".into(),
        (None, Phase::Handling) => "handling".into(),
        (None, Phase::Sending) => "sending".into(),
        (None, Phase::Closing) => "closing".into(),
    }
}

fn body(connection: &Connection) -> String {
    let Some(exchange) = connection.exchanges.back() else {
        return "body".into();
    };
    match exchange.body_announced() {
        Some(length) => format!(
            "body {}/{}",
            format::size(exchange.content),
            format::size(length)
        ),
        None => format!("body {}", format::size(exchange.content)),
    }
}

fn sending(connection: &Connection) -> String {
    let Some(exchange) = connection.exchanges.back() else {
        return "sending".into();
    };
    match &exchange.response {
        Some(_) if exchange.is_open_ended() => {
            format!("sending {}", format::size(exchange.sent))
        }
        Some(response) => {
            let whole = response.body.saturating_add(response.head.len() as u64);
            format!(
                "sending {}/{}",
                format::size(exchange.sent),
                format::size(whole)
            )
        }
        None => "sending".into(),
    }
}

/// By whom a connection was closed and why, in the fewest words.
const fn ending(closed: Closed) -> &'static str {
    let Closed::Known(by, reason) = closed else {
        return "(left out)";
    };
    match (by, reason) {
        (End::Peer, CloseReason::PeerFinished) => "peer done",
        (End::Server | End::Upstream, CloseReason::PeerFinished) => "all answered",
        (_, CloseReason::UpstreamFinished) => "upstream done",
        (_, CloseReason::CloseAsked) => "peer asked",
        (_, CloseReason::Http10) => "HTTP/1.0",
        (_, CloseReason::Refused) => "refused",
        (_, CloseReason::BodyUnread) => "body too long",
        (_, CloseReason::Idle) => "idle",
        (_, CloseReason::Deadline) => "too slow",
        (_, CloseReason::SendStalled) => "send stalled",
        (_, CloseReason::SendSlow) => "send too slow",
        (_, CloseReason::FileShrank) => "file shrank",
        (_, CloseReason::FileUnreadable) => "file unreadable",
        (End::Peer, CloseReason::Broken) => "reset by peer",
        (End::Server, CloseReason::Broken) => "broken",
        (End::Upstream, CloseReason::Broken) => "reset by upstream",
        (_, CloseReason::Full) => "too many",
        (_, CloseReason::Exhausted) => "no room",
        (_, CloseReason::Draining) => "stopping",
        (_, CloseReason::Panicked) => "panic",
    }
}

pub(crate) const fn end(end: End) -> &'static str {
    match end {
        End::Peer => "peer",
        End::Server => "server",
        End::Upstream => "upstream",
    }
}

pub(crate) const fn close_reason(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::PeerFinished => "it had nothing more to ask",
        CloseReason::UpstreamFinished => "it had finished sending",
        CloseReason::CloseAsked => "Connection: close",
        CloseReason::Http10 => "HTTP/1.0 without keep-alive",
        CloseReason::Refused => "the request was refused",
        CloseReason::BodyUnread => "the body was too long to skip",
        CloseReason::Idle => "no request came in time",
        CloseReason::Deadline => "the request was not complete in time",
        CloseReason::SendStalled => "the peer took nothing in time",
        CloseReason::SendSlow => "the peer took it too slowly",
        CloseReason::FileShrank => "the file became shorter",
        CloseReason::FileUnreadable => "the file could not be read",
        CloseReason::Broken => "the connection broke",
        CloseReason::Full => "too many connections",
        CloseReason::Exhausted => "no descriptor or no thread was left",
        CloseReason::Draining => "the server is stopping",
        CloseReason::Panicked => "the worker panicked",
    }
}

/// Whether a connection that ends so did not end well.
pub(crate) const fn is_trouble(reason: CloseReason) -> bool {
    match reason {
        CloseReason::PeerFinished
        | CloseReason::UpstreamFinished
        | CloseReason::CloseAsked
        | CloseReason::Http10
        | CloseReason::Idle
        | CloseReason::Draining => false,
        CloseReason::Refused
        | CloseReason::BodyUnread
        | CloseReason::Deadline
        | CloseReason::SendStalled
        | CloseReason::SendSlow
        | CloseReason::FileShrank
        | CloseReason::FileUnreadable
        | CloseReason::Broken
        | CloseReason::Full
        | CloseReason::Exhausted
        | CloseReason::Panicked => true,
    }
}

pub(crate) const fn waiting(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Request => "a request",
        Waiting::Head => "the rest of the head",
        Waiting::Body => "the rest of the body",
        Waiting::Send => "the peer to take the response",
    }
}

pub(crate) const fn send_call(call: SendCall) -> &'static str {
    match call {
        SendCall::Send => "send",
        SendCall::SendMsg => "sendmsg",
        SendCall::SendFile => "sendfile",
    }
}

pub(crate) const fn breakpoint(breakpoint: Breakpoint) -> &'static str {
    match breakpoint {
        Breakpoint::Recv => "recv",
        Breakpoint::Scan => "the search",
        Breakpoint::Parse => "the parse",
        Breakpoint::Send => "send",
    }
}

pub(crate) const fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Connect => "connect",
        Operation::Recv => "recv",
        Operation::Send => "send",
        Operation::SendFile => "sendfile",
        Operation::ReadFile => "read of the file",
        Operation::Work => "worker",
    }
}

/// The framing rule that is in force.
pub(crate) fn body_rule(framing: Framing) -> String {
    match framing.body {
        BodyLength::None => "none is announced (RFC 9112 §6.3)".into(),
        BodyLength::Length(n) => format!(
            "{}: Content-Length (RFC 9112 §6.2)",
            format::plural(n, "octet")
        ),
        BodyLength::Chunked => "chunked: ends with size 0 (RFC 9112 §7.1)".into(),
    }
}

/// How the end of a response is known, and the rule for it.
pub(crate) fn response_rule(framing: ResponseFraming) -> String {
    let how = match framing.body {
        ResponseBody::None => "none, whatever the fields say".to_owned(),
        ResponseBody::Length(n) => format!("{}: Content-Length", format::plural(n, "octet")),
        ResponseBody::Chunked => "chunked: ends with size 0".into(),
        ResponseBody::UntilClose => "until the upstream closes".into(),
        ResponseBody::Opaque => "no HTTP follows the head".into(),
    };
    format!("{how} (RFC 9112 §6.3, rule {})", framing.rule)
}

/// Whether the connection stays, and why.
pub(crate) const fn persistence(persistence: Persistence) -> &'static str {
    match persistence {
        Persistence::Persistent => "stays open: HTTP/1.1 (RFC 9112 §9.3)",
        Persistence::KeepAlive => "stays open: keep-alive (RFC 9112 §9.3)",
        Persistence::Close => "closes: close was asked for (RFC 9112 §9.6)",
        Persistence::Http10 => "closes: HTTP/1.0 without keep-alive (RFC 9112 §9.3)",
    }
}

/// What a request-target named.
pub(crate) fn resource(resource: &Resource) -> String {
    match resource {
        Resource::File { path, length } => {
            format!(
                "file {}, {}",
                escape(path),
                format::plural(*length, "octet")
            )
        }
        Resource::Directory { path } => format!("directory {}, without its slash", escape(path)),
        Resource::Generated { what } => format!("made by the server: {}", escape(what.as_bytes())),
        Resource::Nothing { because } => format!("nothing: {}", escape(because.as_bytes())),
    }
}

/// The pace in words.
pub(crate) fn pace(flow: Flow) -> String {
    match flow {
        Flow::Run => "full speed".into(),
        Flow::Held => "held".into(),
        Flow::Slow(pause) => format!("slow motion, {} before each step", format::took(pause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Activity, UpstreamActivity};
    use crate::http::Status;
    use crate::trace::script::{Script, id};
    use crate::trace::store::Trace;

    #[test]
    fn what_comes_behind_a_101_is_no_head() {
        let connected = UpstreamActivity::Connected {
            address: ([127, 0, 0, 1], 3000).into(),
            took: Duration::ZERO,
        };
        let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let frame = Activity::Received {
            offset: get.len() as u64,
            octets: b"\x81\x00"[..].into(),
            asked: 1024,
        };
        for early in [true, false] {
            let mut script = Script::new();
            script
                .accept(1)
                .note(1, Activity::Upstream(connected.clone()));
            script.receive(1, get);
            if early {
                script.note(1, frame.clone());
            }
            script.answer(1, Status::OK, 0);
            script.note(1, Activity::Upstream(UpstreamActivity::Switched));
            if !early {
                script.note(1, frame.clone());
            }
            let mut trace = Trace::default();
            script.fold_into(&mut trace);
            let connection = &trace.connections[&id(1)];
            assert_eq!(state_name(connection), "not read as HTTP", "{early}");
        }
    }
}
