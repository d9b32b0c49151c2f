//! The ladder: peer, kernel and program, time downward. What only the kernel saw is drawn
//! dashed: it is known to have happened, not when.

use std::time::Duration;

use crate::event::{Activity, Phase, Resource, UpstreamActivity, failure};
use crate::trace::format;
use crate::trace::labels;
use crate::trace::{Connection, Line};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

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
    let Some(connection) = model.connection() else {
        return;
    };
    let lanes = Lanes::new(canvas.width());
    canvas.text_to(lanes.peer + 2, 0, "peer", dim);
    if lanes.kernel - lanes.peer >= 8 {
        canvas.text(lanes.kernel.saturating_sub(3), 0, "kernel", dim);
    }
    canvas.text(lanes.program.saturating_sub(2), 0, "program", dim);
    let rows = usize::from(canvas.height().saturating_sub(1));
    let waits = waits(connection) && model.ui.ladder_up == 0;
    let lines = connection.log().lines().rev();
    let mut shown: Vec<_> = lines
        .filter(Line::is_on_ladder)
        .skip(model.ui.ladder_up)
        .take(rows.saturating_sub(usize::from(waits)) + 1)
        .collect();
    shown.reverse();
    let mut before = None;
    // The one more that was taken only says when the first one shown came after it.
    if shown.len() > rows.saturating_sub(usize::from(waits)) {
        before = shown.first().map(Line::at);
        shown.remove(0);
    }
    let mut y = 1;
    for line in shown {
        let since = before.map(|before| line.at().saturating_sub(before));
        draw_line(model, line, since, lanes, y, canvas);
        before = Some(line.at());
        y += 1;
    }
    if waits && y < canvas.height() {
        lanes.lines(model, y, canvas);
        let rests = labels::rests(connection, &model.about);
        let text = match connection.phase {
            Phase::Body if rests => "… rests: body",
            Phase::Body => "… waits: body",
            Phase::Idle if rests => "… rests: request",
            Phase::Idle => "… waits: request",
            Phase::Accepted | Phase::Head | Phase::Handling | Phase::Sending | Phase::Closing => {
                "… CR LF CR LF ?"
            }
        };
        canvas.text(lanes.label, y, text, dim);
    }
}

fn waits(connection: &Connection) -> bool {
    connection.closed.is_none()
        && match connection.phase {
            Phase::Head => !connection.buffered().is_empty(),
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
    fn new(width: u16) -> Self {
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

fn draw_line(
    model: &Model,
    line: Line<'_>,
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
    let (way, text, role) = tell(line);
    lanes.lines(model, y, canvas);
    lanes.arrows(model, way, y, canvas);
    if way == Way::Here {
        canvas.cell(lanes.program, y, '├', model.theme.style(Role::Dim));
    }
    canvas.text(lanes.label, y, &text, model.theme.style(role));
}

fn tell(line: Line<'_>) -> (Way, String, Role) {
    match line {
        Line::Record(entry) => tell_activity(&entry.activity),
        Line::LeftOut(_, n) => (
            Way::Here,
            format!("… {} left out", format::plural(n, "record")),
            Role::Warning,
        ),
    }
}

fn tell_activity(activity: &Activity) -> (Way, String, Role) {
    let (way, role) = look(activity);
    let text = match activity {
        Activity::Accepted { .. } => "accept".into(),
        Activity::Received { octets, asked, .. } => format!("recv {} of {asked}", octets.len()),
        Activity::Scanned { matched, .. } => format!("search: {matched} of 4"),
        Activity::BoundaryFound { head } => format!("boundary at {}", head.end.saturating_sub(4)),
        Activity::Parsed { .. } => "head parsed".into(),
        Activity::Rejected { refusal, .. } => format!("refused: {}", refusal.what()),
        Activity::Continued => "100 Continue".into(),
        Activity::BodyReceived { span, .. } => {
            format!("body: {}", format::plural(span.len(), "octet"))
        }
        Activity::Resolved(resource) => match resource {
            Resource::File { length, .. } => format!("file, {}", format::size(*length)),
            Resource::Directory { .. } => "directory".into(),
            Resource::Generated { .. } => "made here".into(),
            Resource::Nothing { .. } => "nothing served".into(),
        },
        Activity::Responding { status, .. } => format!("{status} {}", status.reason()),
        Activity::Content { octets } => {
            format!("content: {}", format::plural(octets.len() as u64, "octet"))
        }
        Activity::Sent { call, octets, of } => {
            let name = labels::send_call(*call);
            if octets == of {
                // Alone, the number would be read as a status.
                format!("{name} {octets} octets")
            } else {
                format!("{name} {octets} of {of}")
            }
        }
        Activity::Responded { took, .. } => format!("done in {}", format::took(*took)),
        Activity::Held { before } => format!("held before {}", labels::breakpoint(*before)),
        Activity::Released { after } => format!("goes on after {}", format::took(*after)),
        Activity::Finished => "shutdown: FIN".into(),
        Activity::PeerFinished => "recv 0: FIN".into(),
        Activity::TimedOut { after, .. } => format!("{} s are over", after.as_secs()),
        Activity::Failed { operation, kind } => {
            format!(
                "{} failed: {}",
                labels::operation(*operation),
                failure(*kind)
            )
        }
        Activity::Closed { by, .. } => format!("close (by {})", labels::end(*by)),
        Activity::Counted(_) | Activity::Sampled(_) => "asked about".into(),
        Activity::Gone => "… closed, left out".into(),
        Activity::Upstream(upstream) => tell_upstream(upstream),
    };
    (way, text, role)
}

/// Which way octets went, and how it looks.
fn look(activity: &Activity) -> (Way, Role) {
    match activity {
        Activity::Accepted { .. } | Activity::Received { .. } | Activity::PeerFinished => {
            (Way::In, Role::Strong)
        }
        Activity::Sent { .. } | Activity::Finished | Activity::Closed { .. } => {
            (Way::Out, Role::Strong)
        }
        Activity::Scanned { .. }
        | Activity::Released { .. }
        | Activity::Content { .. }
        | Activity::Counted(_)
        | Activity::Sampled(_) => (Way::Here, Role::Dim),
        Activity::BoundaryFound { .. }
        | Activity::Held { .. }
        | Activity::TimedOut { .. }
        | Activity::Gone => (Way::Here, Role::Warning),
        Activity::Parsed { .. }
        | Activity::BodyReceived { .. }
        | Activity::Resolved(_)
        | Activity::Responded { .. } => (Way::Here, Role::Text),
        Activity::Rejected { .. } | Activity::Failed { .. } => (Way::Here, Role::Bad),
        Activity::Continued => (Way::Here, Role::Info),
        Activity::Responding { status, .. } => (Way::Here, Role::of_status(status.class())),
        Activity::Upstream(upstream) => (Way::Here, look_upstream(upstream)),
    }
}

/// What happens behind the program, where a tap has an upstream.
fn tell_upstream(upstream: &UpstreamActivity) -> String {
    match upstream {
        UpstreamActivity::Connected { took, .. } => {
            format!("connect to upstream, {}", format::took(*took))
        }
        UpstreamActivity::Forwarded { octets, of } if octets == of => {
            format!("to upstream {octets}")
        }
        UpstreamActivity::Forwarded { octets, of } => format!("to upstream {octets} of {of}"),
        UpstreamActivity::Received { octets, .. } => {
            format!("from upstream {}", octets.len())
        }
        UpstreamActivity::Parsed { .. } => "answer parsed".into(),
        UpstreamActivity::Faulty { diagnosis, .. } => {
            format!("wrong, and forwarded: {}", diagnosis.what())
        }
        UpstreamActivity::Switched => "no HTTP from here on".into(),
        UpstreamActivity::NotRead => "not read from here on".into(),
        UpstreamActivity::Finished => "to upstream: FIN".into(),
        UpstreamActivity::PeerFinished => "from upstream: FIN".into(),
        UpstreamActivity::Failed { operation, kind } => {
            let name = labels::operation(*operation);
            format!("upstream: {name} failed: {}", failure(*kind))
        }
    }
}

const fn look_upstream(upstream: &UpstreamActivity) -> Role {
    match upstream {
        UpstreamActivity::Connected { .. }
        | UpstreamActivity::Forwarded { .. }
        | UpstreamActivity::Received { .. }
        | UpstreamActivity::Finished
        | UpstreamActivity::PeerFinished => Role::Strong,
        UpstreamActivity::Parsed { .. } => Role::Text,
        UpstreamActivity::Switched | UpstreamActivity::NotRead => Role::Warning,
        UpstreamActivity::Faulty { .. } | UpstreamActivity::Failed { .. } => Role::Bad,
    }
}
