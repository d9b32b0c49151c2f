//! The ladder: peer, kernel and program, time downward. What came from the peer is drawn where
//! the kernel was asked about it, apart from the recvs that took it; between the two stands what
//! waits. What TCP sends is drawn dashed: it is known to happen, not when.

use std::time::Duration;

use crate::event::{Activity, Phase, Resource, UpstreamActivity, escape, failure};
use crate::trace::arrivals::{self, Arrival, Rung};
use crate::trace::format;
use crate::trace::labels;
use crate::trace::{Connection, Line};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width};

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
    let rows = rows.saturating_sub(usize::from(waits));
    let rungs = arrivals::rungs(connection);
    let end = rungs.len().saturating_sub(model.ui.ladder_up);
    let begin = end.saturating_sub(rows);
    let (before, shown) = rungs
        .get(..end)
        .and_then(|until| until.split_at_checked(begin))
        .unwrap_or_default();
    let most = shown.iter().filter_map(unread).max().unwrap_or(0);
    // The ones before only say when the first one shown came after them.
    let mut before = before.iter().rev().find_map(at);
    let mut y = 1;
    for rung in shown {
        let since = at(rung).and_then(|at| Some(at.saturating_sub(before?)));
        let hand = Hand {
            model,
            lanes,
            most,
            y,
        };
        hand.draw(rung, since, canvas);
        before = at(rung).or(before);
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

/// When it was; of what came before somebody asked, that is not known.
const fn at(rung: &Rung<'_>) -> Option<Duration> {
    match rung {
        Rung::Line(line, _) => Some(line.at()),
        Rung::Arrival(arrival) => arrival.seen,
    }
}

/// How many octets wait in the kernel after it.
const fn unread(rung: &Rung<'_>) -> Option<u64> {
    match rung {
        Rung::Line(_, unread) => *unread,
        Rung::Arrival(arrival) => Some(arrival.unread),
    }
}

fn waits(connection: &Connection) -> bool {
    connection.closed.is_none()
        && !connection.is_opaque()
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
        let gap = (width.saturating_sub(TIME + 24) / 2).clamp(4, 12);
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

    /// Cells between the kernel's line and the program's.
    const fn gap(self) -> u16 {
        self.program - self.kernel - 1
    }
}

/// Draws one rung.
struct Hand<'a> {
    model: &'a Model,
    lanes: Lanes,
    /// The most octets that wait in the kernel on any rung that is shown.
    most: u64,
    y: u16,
}

impl Hand<'_> {
    fn draw(&self, rung: &Rung<'_>, since: Option<Duration>, canvas: &mut Canvas<'_>) {
        let (theme, lanes, y) = (self.model.theme, self.lanes, self.y);
        // Steps of one turn come within microseconds: only waits are worth a number.
        if let Some(since) = since.filter(|since| since.as_micros() >= 100) {
            let text = format!("+{}", format::took(since));
            canvas.text_to(TIME, y, &text, theme.style(Role::Dim));
        }
        lanes.lines(self.model, y, canvas);
        let room = canvas.width().saturating_sub(lanes.label);
        match rung {
            Rung::Line(line, _) => {
                let (way, text, role) = tell(*line, room);
                self.arrow(way, canvas);
                if way == Way::Here {
                    canvas.cell(lanes.program, y, '├', theme.style(Role::Dim));
                }
                canvas.text(lanes.label, y, &text, theme.style(role));
            }
            Rung::Arrival(arrival) => {
                let style = theme.style(Role::Info);
                canvas.rule(lanes.peer + 1, lanes.kernel, y, '─', style);
                canvas.cell(lanes.kernel - 1, y, '▶', style);
                canvas.text(lanes.label, y, &came(arrival, room), style);
            }
        }
        self.queue(unread(rung), canvas);
    }

    fn arrow(&self, way: Way, canvas: &mut Canvas<'_>) {
        let (lanes, y) = (self.lanes, self.y);
        let style = self.model.theme.style(match way {
            Way::In => Role::Info,
            Way::Out => Role::Good,
            Way::Here => return,
        });
        canvas.rule(lanes.kernel + 1, lanes.program, y, '─', style);
        if way == Way::In {
            canvas.cell(lanes.program - 1, y, '▶', style);
        } else {
            canvas.cell(lanes.kernel + 1, y, '◀', style);
            // TCP sends it when it sees fit.
            canvas.rule(lanes.peer + 1, lanes.kernel, y, '╌', style);
            canvas.cell(lanes.peer + 1, y, '◀', style);
        }
    }

    /// What waits in the kernel after it, as a bar from the kernel's line on: one octet is
    /// seen, and the head of an arrow stays.
    fn queue(&self, unread: Option<u64>, canvas: &mut Canvas<'_>) {
        let Some(unread) = unread.filter(|&octets| octets > 0) else {
            return;
        };
        let cells = self.lanes.gap().saturating_sub(2).max(1);
        let halves = u64::from(cells) * 2;
        let full = unread.saturating_mul(halves).div_ceil(self.most.max(1));
        let full = u16::try_from(full.min(halves)).unwrap_or(1);
        let style = self.model.theme.style(Role::Warning);
        let x = self.lanes.kernel + 1;
        canvas.rule(x, x + full / 2, self.y, '█', style);
        if full % 2 == 1 {
            canvas.cell(x + full / 2, self.y, '▌', style);
        }
    }
}

/// What came, in as many words as there is room for.
fn came(arrival: &Arrival, room: u16) -> String {
    let segments = format::plural(arrival.segments, "segment");
    let octets = format::plural(arrival.octets, "octet");
    let until = arrival.until.map(|n| format!(" by recv {n}"));
    let until = until.unwrap_or_default();
    fitting(
        room,
        &[
            format!("{segments}, {octets}{until}"),
            format!("{segments}{until}"),
            format!("{segments}, {}", format::count(arrival.octets)),
        ],
    )
}

/// The first of these that fits, or else the last.
fn fitting<const N: usize>(room: u16, texts: &[String; N]) -> String {
    let mut fits = texts.iter().filter(|text| width(text) <= room);
    let text = fits.next().or(texts.last());
    text.cloned().unwrap_or_default()
}

fn tell(line: Line<'_>, room: u16) -> (Way, String, Role) {
    match line {
        Line::Record(entry) => tell_activity(&entry.activity, room),
        Line::LeftOut(_, n) => (
            Way::Here,
            format!("… {} left out", format::plural(n, "record")),
            Role::Warning,
        ),
    }
}

fn tell_activity(activity: &Activity, room: u16) -> (Way, String, Role) {
    let (way, role) = look(activity);
    let text = match activity {
        Activity::Accepted { .. } => "accept".into(),
        Activity::Received { octets, asked, .. } => {
            let (came, asked) = (octets.len() as u64, *asked as u64);
            fitting(
                room,
                &[
                    format!("recv {}", format::of(came, asked)),
                    format!("recv {}/{}", format::count(came), format::count(asked)),
                ],
            )
        }
        Activity::Scanned { matched, .. } => format!("search: {matched} of 4"),
        Activity::BoundaryFound { head } => fitting(
            room,
            &[
                format!("boundary at octet {}", format::count(head.end)),
                format!("boundary at {}", format::count(head.end)),
            ],
        ),
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
                format!("{name} {}", format::plural(*octets, "octet"))
            } else {
                format!("{name} {}", format::of(*octets, *of))
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
        Activity::Counted(_) | Activity::Sampled(_) | Activity::OfSource(_) => "asked about".into(),
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
        | Activity::Sampled(_)
        | Activity::OfSource(_) => (Way::Here, Role::Dim),
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
        UpstreamActivity::GoesOn { .. } => "goes on to upstream".into(),
        UpstreamActivity::Rewritten { octets, .. } => {
            format!("Host: {} instead", escape(octets))
        }
        UpstreamActivity::Edited { span, octets, .. } => {
            format!("edited: {} instead of {}", octets.len(), span.len())
        }
        UpstreamActivity::LeadsPast { .. } => "Location past the tap".into(),
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
        UpstreamActivity::Parsed { .. } | UpstreamActivity::GoesOn { .. } => Role::Text,
        UpstreamActivity::Rewritten { .. }
        | UpstreamActivity::Edited { .. }
        | UpstreamActivity::LeadsPast { .. }
        | UpstreamActivity::Switched
        | UpstreamActivity::NotRead => Role::Warning,
        UpstreamActivity::Faulty { .. } | UpstreamActivity::Failed { .. } => Role::Bad,
    }
}
