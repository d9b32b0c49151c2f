//! The ladder: peer, kernel and program, time downward. What only the kernel saw is drawn
//! dashed: it is known to have happened, not when.

use std::time::Duration;

use super::canvas::Canvas;
use crate::event::{Phase, failure};
use crate::tui::conn::Conn;
use crate::tui::format;
use crate::tui::model::Model;
use crate::tui::rung::{Found, Rung};
use crate::tui::theme::Role;
use crate::tui::words;

/// Cells for the time.
const TIME: u16 = 8;

/// Which way octets went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
    /// It happened in the program.
    Here,
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let Some(conn) = model.conn() else { return };
    let lanes = Lanes::of(canvas.width());
    canvas.text_to(lanes.peer + 2, 0, "peer", dim);
    if lanes.kernel - lanes.peer >= 8 {
        canvas.text(lanes.kernel.saturating_sub(3), 0, "kernel", dim);
    }
    canvas.text(lanes.program.saturating_sub(2), 0, "program", dim);
    let rows = usize::from(canvas.height().saturating_sub(1));
    let waits = waits(conn) && model.ui.ladder_up == 0;
    // The search is the buffer pane's to show: on the ladder it would bury the rest.
    let told = |(_, rung): &&(Duration, Rung)| !matches!(rung, Rung::Scanned { .. });
    let rungs = conn
        .ladder
        .iter()
        .rev()
        .filter(told)
        .skip(model.ui.ladder_up);
    let mut rungs: Vec<_> = rungs
        .take(rows.saturating_sub(usize::from(waits)) + 1)
        .collect();
    rungs.reverse();
    let mut before = None;
    // The one more that was taken only says when the first one shown came after it.
    if rungs.len() > rows.saturating_sub(usize::from(waits)) {
        before = rungs.first().map(|(at, _)| *at);
        rungs.remove(0);
    }
    let mut y = 1;
    for (at, rung) in rungs {
        let since = before.map(|before| at.saturating_sub(before));
        draw_rung(model, rung, since, lanes, y, canvas);
        before = Some(*at);
        y += 1;
    }
    if waits && y < canvas.height() {
        lanes.lines(model, y, canvas);
        let text = match conn.phase {
            Phase::Body => "… waits: body",
            Phase::Idle => "… waits: request",
            Phase::Accepted | Phase::Head | Phase::Handling | Phase::Sending | Phase::Closing => {
                "… CR LF CR LF ?"
            }
        };
        canvas.text(lanes.label, y, text, dim);
    }
}

fn waits(conn: &Conn) -> bool {
    conn.closed.is_none()
        && match conn.phase {
            Phase::Head => !conn.buffered().is_empty(),
            Phase::Body | Phase::Idle => true,
            Phase::Accepted | Phase::Handling | Phase::Sending | Phase::Closing => false,
        }
}

/// Where the three lines of life stand.
#[derive(Debug, Clone, Copy)]
struct Lanes {
    peer: u16,
    kernel: u16,
    program: u16,
    label: u16,
}

impl Lanes {
    fn of(width: u16) -> Self {
        let gap = (width.saturating_sub(TIME + 22) / 2).clamp(4, 12);
        let peer = TIME + 1;
        Self {
            peer,
            kernel: peer + gap,
            program: peer + 2 * gap,
            label: peer + 2 * gap + 2,
        }
    }

    fn lines(self, model: &Model, y: u16, canvas: &mut Canvas<'_>) {
        let style = model.theme.style(Role::Dim);
        for x in [self.peer, self.kernel, self.program] {
            canvas.cell(x, y, '│', style);
        }
    }

    fn arrows(self, model: &Model, way: Way, y: u16, canvas: &mut Canvas<'_>) {
        let style = model.theme.style(match way {
            Way::In => Role::Info,
            Way::Out => Role::Good,
            Way::Here => return,
        });
        canvas.rule(self.peer + 1, self.kernel, y, '╌', style);
        canvas.rule(self.kernel + 1, self.program, y, '─', style);
        let heads = if way == Way::In {
            [(self.kernel - 1, '▶'), (self.program - 1, '▶')]
        } else {
            [(self.peer + 1, '◀'), (self.kernel + 1, '◀')]
        };
        for (x, head) in heads {
            canvas.cell(x, y, head, style);
        }
    }
}

fn draw_rung(
    model: &Model,
    rung: &Rung,
    since: Option<Duration>,
    lanes: Lanes,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    // Steps of one turn come within microseconds: only waits are worth a number.
    if let Some(since) = since.filter(|since| since.as_micros() >= 100) {
        let text = format!("+{}", format::took(since));
        canvas.text_to(TIME, y, &text, model.theme.style(Role::Dim));
    }
    let (way, text, role) = tell(rung);
    lanes.lines(model, y, canvas);
    lanes.arrows(model, way, y, canvas);
    if way == Way::Here {
        canvas.cell(lanes.program, y, '├', model.theme.style(Role::Dim));
    }
    canvas.text(lanes.label, y, &text, model.theme.style(role));
}

fn tell(rung: &Rung) -> (Way, String, Role) {
    match rung {
        Rung::Accepted => (Way::In, "accept".into(), Role::Strong),
        Rung::Received { octets, asked } => {
            (Way::In, format!("recv {octets} of {asked}"), Role::Strong)
        }
        Rung::Scanned { matched, .. } => (Way::Here, format!("search: {matched} of 4"), Role::Dim),
        Rung::Boundary { head } => {
            let at = head.end.saturating_sub(4);
            (Way::Here, format!("boundary at {at}"), Role::Warning)
        }
        Rung::Parsed => (Way::Here, "head parsed".into(), Role::Text),
        Rung::Rejected(diagnosis) => {
            let text = format!("refused: {}", diagnosis.what());
            (Way::Here, text, Role::Bad)
        }
        Rung::Continued => (Way::Here, "100 Continue".into(), Role::Info),
        Rung::Body { octets } => (
            Way::Here,
            format!("body: {}", format::plural(*octets, "octet")),
            Role::Text,
        ),
        Rung::Resolved(found) => {
            let text = match found {
                Found::File(length) => format!("file, {}", format::size(*length)),
                Found::Directory => "directory".into(),
                Found::Generated => "made here".into(),
                Found::Nothing => "nothing served".into(),
            };
            (Way::Here, text, Role::Text)
        }
        Rung::Responding(status) => {
            let text = format!("{status} {}", status.reason());
            (Way::Here, text, Role::of_status(status.class()))
        }
        Rung::Sent { call, octets, of } => {
            let name = words::send_call(*call);
            let sent = if octets == of {
                // Alone, the number would be read as a status.
                format!("{name} {octets} octets")
            } else {
                format!("{name} {octets} of {of}")
            };
            (Way::Out, sent, Role::Strong)
        }
        Rung::Responded { took, .. } => (
            Way::Here,
            format!("done in {}", format::took(*took)),
            Role::Text,
        ),
        Rung::Held(before) => (
            Way::Here,
            format!("held before {}", words::station(*before)),
            Role::Warning,
        ),
        Rung::Released(after) => (
            Way::Here,
            format!("goes on after {}", format::took(*after)),
            Role::Dim,
        ),
        Rung::Finished => (Way::Out, "shutdown: FIN".into(), Role::Strong),
        Rung::PeerFinished => (Way::In, "recv 0: FIN".into(), Role::Strong),
        Rung::TimedOut { after, .. } => (
            Way::Here,
            format!("{} s are over", after.as_secs()),
            Role::Warning,
        ),
        Rung::Failed(operation, kind) => {
            let why = failure(*kind);
            let text = format!("{} failed: {why}", words::operation(*operation));
            (Way::Here, text, Role::Bad)
        }
        Rung::Closed(by, _) => (
            Way::Out,
            format!("close (by {})", words::end(*by)),
            Role::Strong,
        ),
        Rung::LeftOut(n) => (
            Way::Here,
            format!("… {} left out", format::plural(*n, "record")),
            Role::Warning,
        ),
    }
}
