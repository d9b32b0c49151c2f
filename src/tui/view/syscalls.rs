//! The system calls as the program made them, with their arguments and what they returned.

use std::time::Duration;

use super::canvas::Canvas;
use crate::event::{Phase, Waiting, failure};
use crate::tui::conn::Conn;
use crate::tui::format;
use crate::tui::model::Model;
use crate::tui::rung::Rung;
use crate::tui::theme::Role;
use crate::tui::words;

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
    if let Some(conn) = model.conn() {
        calls.extend(of(conn));
    }
    let rows = usize::from(canvas.height());
    let bottom = calls.len().saturating_sub(model.ui.ladder_up).max(rows);
    let top = bottom.saturating_sub(rows);
    let width = calls.iter().map(|call| super::canvas::width(&call.text));
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
    for (address, backlog) in &model.world().listening {
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
    }
    calls
}

/// The calls on a connection. A call that is under way has not returned.
fn of(conn: &Conn) -> Vec<Call> {
    let mut calls = Vec::new();
    for (at, rung) in &conn.ladder {
        if let Some((text, result, role)) = call(conn, rung) {
            calls.push(Call {
                at: Some(*at),
                text,
                result,
                role,
            });
        }
    }
    if conn.closed.is_none() && waits_in_recv(conn) {
        calls.push(Call {
            at: None,
            text: format!("recv({})", conn.id),
            result: "… it has not returned".into(),
            role: Role::Dim,
        });
    }
    calls
}

/// The call that a rung stands for, if it is one.
fn call(conn: &Conn, rung: &Rung) -> Option<(String, String, Role)> {
    let id = conn.id;
    Some(match rung {
        Rung::Accepted => {
            let peer = conn.peer.map_or_else(String::new, |peer| peer.to_string());
            ("accept()".into(), format!("{id}, peer {peer}"), Role::Info)
        }
        Rung::Received { octets, asked } => (
            format!("recv({id}, {asked})"),
            octets.to_string(),
            Role::Info,
        ),
        Rung::PeerFinished => (
            format!("recv({id})"),
            "0: the peer's FIN".into(),
            Role::Info,
        ),
        Rung::Sent { octets, of, call } => {
            let name = words::send_call(*call);
            (
                format!("{name}({id}, {of})"),
                octets.to_string(),
                Role::Good,
            )
        }
        Rung::Finished => (
            format!("shutdown({id}, SHUT_WR)"),
            "0: our FIN".into(),
            Role::Good,
        ),
        Rung::TimedOut { waiting_for, after } => {
            let name = if *waiting_for == Waiting::Send {
                "send"
            } else {
                "recv"
            };
            let result = format!("EAGAIN after {} s", after.as_secs());
            (format!("{name}({id})"), result, Role::Warning)
        }
        Rung::Failed(operation, kind) => {
            let name = words::operation(*operation);
            (format!("{name}({id})"), failure(*kind), Role::Bad)
        }
        Rung::Closed(..) => (format!("close({id})"), "0".into(), Role::Strong),
        Rung::LeftOut(n) => ("…".into(), format!("{n} records left out"), Role::Warning),
        Rung::Scanned { .. }
        | Rung::Boundary { .. }
        | Rung::Parsed
        | Rung::Rejected(_)
        | Rung::Continued
        | Rung::Body { .. }
        | Rung::Resolved(_)
        | Rung::Responding(_)
        | Rung::Held(_)
        | Rung::Released(_)
        | Rung::Responded { .. } => return None,
    })
}

fn waits_in_recv(conn: &Conn) -> bool {
    conn.held.is_none()
        && match conn.phase {
            Phase::Accepted | Phase::Idle | Phase::Head | Phase::Body | Phase::Closing => true,
            Phase::Handling | Phase::Sending => false,
        }
}
