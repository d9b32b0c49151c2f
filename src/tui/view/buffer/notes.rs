//! What is said of octets beside them: of the newest recvs above, of the one under the cursor
//! below its row, of each recv at the end of the row it begins in.

use crate::event::OctetKind;
use crate::event::glyph;
use crate::http::Span;
use crate::trace::Run;
use crate::trace::direction::Direction;
use crate::trace::format;
use crate::trace::octet_role;
use crate::trace::stream::Stream;
use crate::tui::layout::Shape;
use crate::tui::model::{Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width};

/// How many octets are shown beside the one under the cursor, to either side.
const NEAR: u64 = 8;
/// Cells for all of them.
const NEIGHBOURS: u16 = 16 * 3;

/// What came in all, if recvs `are_named` elsewhere; else the newest recvs, or what stands
/// under the cursor. At the end what has come and waits for
/// `recv`, while the connection is held.
pub(super) fn draw_strip(
    model: &Model,
    stream: &Stream<'_>,
    shape: Shape,
    are_named: bool,
    canvas: &mut Canvas<'_>,
) {
    let connection = stream.connection();
    let unread = connection.sampled.as_ref().and_then(|it| it.kernel.unread);
    let unread = unread.filter(|&octets| octets > 0 && connection.held.is_some());
    let mut end = canvas.width();
    if let Some(octets) = unread {
        let text = format!(" {} unread in the kernel ", format::plural(octets, "octet"));
        let style = model.theme.style(Role::BadgeFrozen);
        end = end.saturating_sub(width(&text));
        canvas.text(end, 0, &text, style);
    }
    let mut canvas = canvas.part(0, 0, end, 1);
    match model.spot_in(stream.direction()) {
        Spot::Octet(offset) if !has_callout(shape) => {
            let text = under_cursor(stream, offset);
            canvas.text(0, 0, &text, model.theme.style(Role::Key));
        }
        Spot::Octet(_) | Spot::Newest | Spot::Line(_) => {
            draw_recvs(model, stream, are_named, &mut canvas);
        }
    }
}

fn draw_recvs(model: &Model, stream: &Stream<'_>, are_named: bool, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    let kept = stream.octets().span();
    if kept.is_empty() {
        canvas.text(0, 0, nothing(stream), dim);
        return;
    }
    let octets = stream.octets();
    let calls = format::plural(octets.count(), stream.call_name());
    if are_named && stream.direction() == Direction::Responses {
        let from = if stream.connection().is_tapped() {
            "from the upstream "
        } else {
            "sent "
        };
        let strong = model.theme.style(Role::Strong);
        let x = canvas.text(0, 0, from, dim);
        let sent = format::plural(kept.end, "octet");
        let x = canvas.text(x, 0, &sent, strong);
        canvas.text(x, 0, &format!("   in {calls}"), dim);
        return;
    }
    if are_named {
        let connection = stream.connection();
        let strong = model.theme.style(Role::Strong);
        let held = format::plural(connection.buffered().len(), "octet");
        let x = canvas.text(0, 0, "receive buffer ", dim);
        let x = canvas.text(x, 0, &held, strong);
        let came = format::plural(connection.totals.received, "octet");
        canvas.text(x, 0, &format!("   {came} came in {calls}"), dim);
        return;
    }
    // As many recvs as fit, the newest at the end.
    let mut chips = Vec::new();
    let mut room = canvas.width();
    for run in octets.runs_in(kept).rev().filter(Run::begins) {
        let chip = format!("┃{}", call(stream, &run));
        let needs = width(&chip) + 2;
        if needs > room + 2 && !chips.is_empty() {
            break;
        }
        room = room.saturating_sub(needs);
        chips.push(chip);
    }
    let mut x = 0;
    for chip in chips.iter().rev() {
        x = canvas.text(x, 0, chip, model.theme.style(Role::Tick)) + 2;
    }
}

/// What is said where there are no octets.
fn nothing(stream: &Stream<'_>) -> &'static str {
    match stream.direction() {
        Direction::Requests => "nothing has been received",
        Direction::Responses if stream.connection().is_tapped() => {
            "nothing has come from the upstream"
        }
        Direction::Responses => "nothing has been sent",
    }
}

/// One call: its number, how much came of how much asked for, how long after the last.
fn call(stream: &Stream<'_>, run: &Run<'_>) -> String {
    let since = stream
        .octets()
        .before(run)
        .map(|before| run.at.saturating_sub(before.at));
    let since = since.map_or(String::new(), |since| format!(" +{}", format::took(since)));
    format!(
        "{} {} · {}{since}",
        stream.call_name(),
        format::count(run.number),
        sizes(run)
    )
}

/// What is known of the octet under the cursor, in a row of text.
fn under_cursor(stream: &Stream<'_>, offset: u64) -> String {
    let Some(octet) = stream.octets().octet(offset) else {
        return format!("octet {} is not known", format::count(offset));
    };
    format!("0x{octet:02x} {}", meaning(stream, offset, octet))
}

/// What an octet is, where it stands, what it means and which recv brought it.
fn meaning(stream: &Stream<'_>, offset: u64, octet: u8) -> String {
    let glyph = glyph(octet);
    let name = match glyph.kind {
        OctetKind::Printable => glyph.characters().iter().collect(),
        OctetKind::Space => "SP".into(),
        OctetKind::Cr => "CR".into(),
        OctetKind::Lf => "LF".into(),
        OctetKind::Control => "control".to_owned(),
        OctetKind::High => "not ASCII".into(),
    };
    let roles = octet_role::roles(stream, Span::octet(offset));
    let role = roles.first().map_or("", |role| role.name());
    let run = stream.octets().run_at(offset);
    let recv = run.map_or(String::new(), |run| {
        format!(" · {} {}", stream.call_name(), format::count(run.number))
    });
    let offset = format::count(offset);
    format!("{name} · octet {offset} · {role}{recv}")
}

/// Whether what is under the cursor is told below its row.
pub(super) const fn has_callout(shape: Shape) -> bool {
    matches!(shape, Shape::Flow { .. })
}

/// Tells of the octet at `offset`, which stands at `x` of the row above: its digits among
/// those of its neighbours, and what it is.
pub(super) fn draw_callout(
    model: &Model,
    stream: &Stream<'_>,
    offset: u64,
    (x, y): (u16, u16),
    canvas: &mut Canvas<'_>,
) {
    let Some(octet) = stream.octets().octet(offset) else {
        return;
    };
    let theme = model.theme;
    let key = theme.style(Role::Key);
    let text = meaning(stream, offset, octet);
    let digits = format!(" {octet:02x} ");
    // To the right of its octet, or as far left of it as there is need.
    let needs = width(&digits) + 1 + width(&text);
    let left = canvas.width().saturating_sub(needs);
    let at = if x + 2 <= left {
        canvas.text(x, y, "╰─", key)
    } else {
        let at = x.saturating_sub(needs + 2);
        canvas.text(at + needs, y, "──╯", key);
        canvas.rule(at + needs, x, y, '─', key);
        canvas.cell(x, y, '╯', key);
        at
    };
    let at = canvas.text(at, y, &digits, theme.style(Role::Brand));
    let end = canvas.text(at + 1, y, &text, theme.style(Role::Text));
    draw_neighbours(model, stream, offset, (end.max(x) + 3, y), canvas);
}

/// The digits of the octets around `offset`, if there is room for them.
fn draw_neighbours(
    model: &Model,
    stream: &Stream<'_>,
    offset: u64,
    (mut x, y): (u16, u16),
    canvas: &mut Canvas<'_>,
) {
    let from = offset.saturating_sub(NEAR);
    let near = Span::new(from, offset.saturating_add(NEAR));
    if x + NEIGHBOURS > canvas.width() {
        return;
    }
    for (at, octet) in stream.octets().octets_in(near) {
        let role = if at == offset {
            Role::Strong
        } else {
            Role::Dim
        };
        x = canvas.text(x, y, &format!("{octet:02x}"), model.theme.style(role)) + 1;
    }
}

/// Names the recvs that begin in a row, at the end of it, which is behind `from`.
pub(super) fn draw_margin(
    model: &Model,
    stream: &Stream<'_>,
    shape: Shape,
    row: Span,
    (from, y): (u16, u16),
    canvas: &mut Canvas<'_>,
) {
    let begin: Vec<_> = stream
        .octets()
        .runs_in(row)
        .filter(|run| run.begins() && row.contains(run.offset))
        .collect();
    let texts = match begin.as_slice() {
        [] => return,
        [one] => vec![call(stream, one), sizes(one)],
        [first, .., last] => {
            let which = {
                let call = stream.call_name();
                format!("{call} {} to {}", first.number, last.number)
            };
            let sizes: Vec<_> = begin.iter().map(|run| run.call.len().to_string()).collect();
            vec![format!("{which} · {}", sizes.join(" + ")), which]
        }
    };
    let room = canvas.width().saturating_sub(from + 2);
    let Some(text) = texts.iter().find(|text| width(text) + 2 <= room) else {
        return;
    };
    let dim = model.theme.style(Role::Dim);
    if let Shape::Flow { .. } = shape {
        canvas.text_to(canvas.width(), y, text, dim);
    } else {
        let x = canvas.text(from + 2, y, "◂ ", model.theme.style(Role::Tick));
        canvas.text(x, y, text, dim);
    }
}

/// How much came of how much was asked for.
fn sizes(run: &Run<'_>) -> String {
    format::of(run.call.len(), run.asked as u64)
}
