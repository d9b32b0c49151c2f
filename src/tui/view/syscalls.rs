//! The system calls as the program made them, with their arguments and what they returned.

use std::time::Duration;

use crate::event::{Activity, UpstreamActivity, Waiting, failure};
use crate::trace::format;
use crate::trace::labels;
use crate::trace::{Connection, Line};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// Cells for the time.
const TIME: u16 = 9;

/// One call.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    at: Option<Duration>,
    text: String,
    result: String,
    role: Role,
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let mut calls = listening(model);
    if let Some(connection) = model.connection() {
        calls.extend(calls_of(model, connection));
    }
    let rows = usize::from(canvas.height());
    let bottom = calls.len().saturating_sub(model.ui.ladder_up).max(rows);
    let top = bottom.saturating_sub(rows);
    let width = calls
        .iter()
        .map(|call| crate::tui::widgets::canvas::width(&call.text));
    let results = TIME + width.max().unwrap_or(0).min(canvas.width() * 2 / 3) + 1;
    let dim = model.theme.style(Role::Dim);
    let mut before = None;
    for (y, call) in (0..canvas.height()).zip(calls.iter().skip(top)) {
        let since = before.and_then(|before| call.at?.checked_sub(before));
        if let Some(since) = since.filter(|since| since.as_micros() >= 100) {
            let text = format!("+{}", format::took(since));
            canvas.text_to(TIME - 1, y, &text, dim);
        }
        before = call.at;
        let style = model.theme.style(call.role);
        canvas.text_in(TIME, y, results - TIME, &call.text, style);
        canvas.text(results, y, "=", dim);
        canvas.text(
            results + 2,
            y,
            &call.result,
            model.theme.style(Role::Strong),
        );
    }
}

/// What was done before any connection.
fn listening(model: &Model) -> Vec<Call> {
    let call = |text: String, result: &str| Call {
        at: None,
        text,
        result: result.into(),
        role: Role::Dim,
    };
    let mut calls = Vec::new();
    for (address, backlog) in &model.trace().listening {
        let family = if address.is_ipv4() {
            "AF_INET"
        } else {
            "AF_INET6"
        };
        calls.push(call(format!("socket({family}, SOCK_STREAM)"), "a socket"));
        if address.is_ipv6() {
            calls.push(call("setsockopt(IPV6_V6ONLY, 1)".into(), "0"));
        }
        calls.push(call("setsockopt(SO_REUSEADDR, 1)".into(), "0"));
        calls.push(call(format!("bind({address})"), "0"));
        // Elsewhere accepted sockets do not take it over.
        if cfg!(target_os = "linux") {
            calls.push(call("setsockopt(TCP_NODELAY, 1)".into(), "0"));
        }
        calls.push(call(format!("listen({backlog})"), "0"));
        if model.about.rests {
            calls.push(call("ioctl(FIONBIO, 1)".into(), "0"));
            calls.push(call("epoll_ctl(EPOLL_CTL_ADD)".into(), "0"));
        }
    }
    calls
}

/// The calls on a connection. A call that is under way has not returned.
fn calls_of(model: &Model, connection: &Connection) -> Vec<Call> {
    let mut calls = Vec::new();
    for line in connection.log().lines() {
        if let Some((text, result, role)) = call(connection, line) {
            calls.push(Call {
                at: Some(line.at()),
                text,
                result,
                role,
            });
        }
    }
    if labels::waits(connection) {
        let id = connection.id;
        let (text, result) = if labels::rests(connection, &model.about) {
            ("epoll_wait()".into(), format!("… nothing of {id} yet"))
        } else {
            (format!("recv({id})"), "… it has not returned".into())
        };
        calls.push(Call {
            at: None,
            text,
            result,
            role: Role::Dim,
        });
    }
    calls
}

/// The call that a line stands for, if it is one.
fn call(connection: &Connection, line: Line<'_>) -> Option<(String, String, Role)> {
    let id = connection.id;
    let entry = match line {
        Line::Record(entry) => entry,
        Line::LeftOut(_, n) => {
            return Some(("…".into(), format!("{n} records left out"), Role::Warning));
        }
    };
    Some(match &entry.activity {
        Activity::Accepted { peer, .. } => {
            ("accept()".into(), format!("{id}, peer {peer}"), Role::Info)
        }
        Activity::Received { octets, asked, .. } => (
            format!("recv({id}, {asked})"),
            octets.len().to_string(),
            Role::Info,
        ),
        Activity::PeerFinished => (
            format!("recv({id})"),
            "0: the peer's FIN".into(),
            Role::Info,
        ),
        Activity::Sent { octets, of, call } => {
            let name = labels::send_call(*call);
            (
                format!("{name}({id}, {of})"),
                octets.to_string(),
                Role::Good,
            )
        }
        Activity::Finished => (
            format!("shutdown({id}, SHUT_WR)"),
            "0: our FIN".into(),
            Role::Good,
        ),
        Activity::TimedOut { waiting_for, after } => {
            let name = if *waiting_for == Waiting::Send {
                "send"
            } else {
                "recv"
            };
            let result = format!("EAGAIN after {} s", after.as_secs());
            (format!("{name}({id})"), result, Role::Warning)
        }
        Activity::Failed { operation, kind } => {
            let name = labels::operation(*operation);
            (format!("{name}({id})"), failure(*kind), Role::Bad)
        }
        Activity::Closed { .. } => (format!("close({id})"), "0".into(), Role::Strong),
        Activity::Gone => (format!("close({id})"), "… left out".into(), Role::Warning),
        Activity::Upstream(activity) => return upstream_call(connection, activity),
        Activity::Scanned { .. }
        | Activity::BoundaryFound { .. }
        | Activity::Parsed { .. }
        | Activity::Rejected { .. }
        | Activity::Continued
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responding { .. }
        | Activity::Content { .. }
        | Activity::Held { .. }
        | Activity::Released { .. }
        | Activity::Responded { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_)
        | Activity::OfSource(_) => return None,
    })
}

/// The call on the connection to the server behind a tap.
fn upstream_call(
    connection: &Connection,
    activity: &UpstreamActivity,
) -> Option<(String, String, Role)> {
    let name = format!("{} up", connection.id);
    Some(match activity {
        UpstreamActivity::Connected { address, .. } => (
            format!("connect({name}, {address})"),
            "0".into(),
            Role::Info,
        ),
        UpstreamActivity::Received { octets, asked, .. } => (
            format!("recv({name}, {asked})"),
            octets.len().to_string(),
            Role::Info,
        ),
        UpstreamActivity::PeerFinished => (
            format!("recv({name})"),
            "0: the upstream's FIN".into(),
            Role::Info,
        ),
        UpstreamActivity::Forwarded { octets, of } => (
            format!("send({name}, {of})"),
            octets.to_string(),
            Role::Good,
        ),
        UpstreamActivity::Finished => (
            format!("shutdown({name}, SHUT_WR)"),
            "0: the peer's FIN".into(),
            Role::Good,
        ),
        UpstreamActivity::Failed { operation, kind } => {
            let call = labels::operation(*operation);
            (format!("{call}({name})"), failure(*kind), Role::Bad)
        }
        UpstreamActivity::Parsed { .. }
        | UpstreamActivity::GoesOn { .. }
        | UpstreamActivity::Rewritten { .. }
        | UpstreamActivity::Edited { .. }
        | UpstreamActivity::LeadsPast { .. }
        | UpstreamActivity::Faulty { .. }
        | UpstreamActivity::Switched
        | UpstreamActivity::NotRead => return None,
    })
}
