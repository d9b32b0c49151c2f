//! The buffer pane: recvs, octets, cuts, the search. Knows where rows go, not how octets
//! are drawn.

use ratatui::layout::Size;

use super::{empty, matcher, octets};
use crate::event::{OctetKind, glyph};
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::Exchange;
use crate::trace::Run;
use crate::trace::field_tree;
use crate::trace::format;
use crate::trace::labels;
use crate::trace::octet_role;
use crate::trace::row_layout::{Cut, Row, RowLayout};
use crate::tui::layout::{self, Grid};
use crate::tui::model::find;
use crate::tui::model::{Model, Spot, Subject};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// From this much room beside the octets on, each recv is named there.
const MARGIN: u16 = 24;

/// The title: which connection, and what it is doing.
pub(super) fn title(model: &Model) -> String {
    let Some(connection) = model.connection() else {
        return "Buffer".into();
    };
    let state = labels::state(connection, &model.about, model.now());
    let peer = connection.peer.map(|peer| format!("  {peer}"));
    format!(
        "Buffer {}{}  {} {}",
        connection.id,
        peer.unwrap_or_default(),
        state.glyph,
        state.text
    )
}

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let Some(connection) = model.connection() else {
        empty::draw(model, canvas);
        return;
    };
    let height = canvas.height();
    let Parts { search, strip, air } = Parts::new(height);
    let width = canvas.width();
    let grid = Grid::new(&model.ui);
    let per_row = grid.per_row(width, model.ui.dump);
    let margin = width.saturating_sub(grid.width(per_row, model.ui.dump)) >= MARGIN;

    if strip > 0 {
        draw_strip(model, connection, margin, &mut canvas.part(0, 0, width, 1));
    }
    let rows = height.saturating_sub(search + strip + 2 * air);
    draw_rows(
        model,
        connection,
        per_row,
        margin,
        &mut canvas.part(0, strip + air, width, rows),
    );
    if search > 0 {
        matcher::draw(
            model,
            connection,
            &mut canvas.part(0, height - search, width, search),
        );
    }
}

/// How many rows there are beside those of octets.
struct Parts {
    search: u16,
    strip: u16,
    air: u16,
}

impl Parts {
    fn new(height: u16) -> Self {
        Self {
            search: if height >= 13 {
                3
            } else {
                u16::from(height >= 5)
            },
            strip: u16::from(height >= 4),
            air: u16::from(height >= 16),
        }
    }
}

/// The offset of the octet that is drawn at `x`, `y` of a pane of this size.
pub(super) fn octet_at(model: &Model, size: Size, x: u16, y: u16) -> Option<u64> {
    let connection = model.connection()?;
    let Parts { search, strip, air } = Parts::new(size.height);
    let rows = size.height.saturating_sub(search + strip + 2 * air);
    let row = y.checked_sub(strip + air).filter(|row| *row < rows)?;
    let grid = Grid::new(&model.ui);
    let per_row = grid.per_row(size.width, model.ui.dump);
    let segments = RowLayout::new(connection, per_row);
    let index = top(model, connection, &segments, usize::from(rows)) + usize::from(row);
    let Some(Row::Octets(span)) = segments.row(index) else {
        return None;
    };
    let column = octets::column_at(grid, per_row, model.ui.dump, x)?;
    let offset = span.start + u64::from(column);
    span.contains(offset).then_some(offset)
}

/// What stands under the cursor, or the newest recvs; at the end what has come and waits for
/// `recv`, while the connection is held.
fn draw_strip(model: &Model, connection: &Connection, margin: bool, canvas: &mut Canvas<'_>) {
    let unread = connection.sampled.as_ref().and_then(|it| it.kernel.unread);
    let unread = unread.filter(|&octets| octets > 0 && connection.held.is_some());
    let mut end = canvas.width();
    if let Some(octets) = unread {
        let text = format!(" {} unread in the kernel ", format::plural(octets, "octet"));
        let style = model.theme.style(Role::BadgeFrozen);
        end = end.saturating_sub(crate::tui::widgets::canvas::width(&text));
        canvas.text(end, 0, &text, style);
    }
    draw_recvs(model, connection, margin, &mut canvas.part(0, 0, end, 1));
}

fn draw_recvs(model: &Model, connection: &Connection, margin: bool, canvas: &mut Canvas<'_>) {
    let dim = model.theme.style(Role::Dim);
    if let Spot::Octet(offset) = model.ui.spot {
        let text = under_cursor(connection, offset);
        canvas.text(0, 0, &text, model.theme.style(Role::Key));
        return;
    }
    let kept = connection.octets().span();
    if kept.is_empty() {
        canvas.text(0, 0, "nothing has been received", dim);
        return;
    }
    if margin {
        let strong = model.theme.style(Role::Strong);
        let held = format::plural(connection.buffered().len(), "octet");
        let x = canvas.text(0, 0, "receive buffer ", dim);
        let x = canvas.text(x, 0, &held, strong);
        let came = format::plural(connection.totals.received, "octet");
        let recvs = format::plural(connection.octets().count(), "recv");
        canvas.text(x, 0, &format!("   {came} came in {recvs}"), dim);
        return;
    }
    // As many recvs as fit, the newest at the end.
    let mut chips = Vec::new();
    let mut room = canvas.width();
    for run in connection.octets().runs_in(kept).rev() {
        let chip = format!("┃{}", recv(connection, &run));
        let needs = crate::tui::widgets::canvas::width(&chip) + 2;
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

/// One recv: its number, how much came of how much asked for, how long after the last.
fn recv(connection: &Connection, run: &Run<'_>) -> String {
    let since = connection
        .octets()
        .before(run)
        .map(|before| run.at.saturating_sub(before.at));
    let since = since.map_or(String::new(), |since| format!(" +{}", format::took(since)));
    format!(
        "recv {} · {} of {}{since}",
        run.number,
        run.octets.len(),
        run.asked
    )
}

fn under_cursor(connection: &Connection, offset: u64) -> String {
    let Some(octet) = connection.octets().octet(offset) else {
        return format!("octet {offset} is not known");
    };
    let (character, kind) = glyph(octet);
    let name = match kind {
        OctetKind::Printable => format!("{character}"),
        OctetKind::Space => "SP".into(),
        OctetKind::Cr => "CR".into(),
        OctetKind::Lf => "LF".into(),
        OctetKind::Control => "control".into(),
        OctetKind::High => "not ASCII".into(),
    };
    let meaning = octet_role::roles(connection, Span::octet(offset));
    let meaning = meaning.first().map_or("", |meaning| meaning.name());
    let run = connection.octets().run_at(offset);
    let recv = run.map_or(String::new(), |run| format!(" · recv {}", run.number));
    format!("octet {offset} · 0x{octet:02x} {name} · {meaning}{recv}")
}

fn draw_rows(
    model: &Model,
    connection: &Connection,
    per_row: u16,
    margin: bool,
    canvas: &mut Canvas<'_>,
) {
    let segments = RowLayout::new(connection, per_row);
    let lit = lit(model);
    let grid = Grid::new(&model.ui);
    let lines = canvas.height().div_ceil(grid.pitch);
    let top = top(model, connection, &segments, usize::from(lines));
    let find = model.ui.find.as_ref();
    let found = find
        .map(|find| find::spans(find, connection))
        .unwrap_or_default();
    let hand = octets::Hand {
        model,
        connection,
        per_row,
        lit,
        found: &found,
    };
    let mut y = 0;
    for index in top.. {
        let Some(row) = segments.row(index).filter(|_| y < canvas.height()) else {
            break;
        };
        match row {
            Row::Octets(span) => {
                hand.row(span, y, canvas);
                if margin {
                    let x = grid.width(per_row, model.ui.dump) + 2;
                    draw_margin(model, connection, span, x, y, canvas);
                }
            }
            Row::Gap(octets) => {
                let text = format!("┄┄ {} left out ┄┄", format::plural(octets, "octet"));
                canvas.text(layout::OFFSET, y, &text, model.theme.style(Role::Warning));
            }
            Row::Cut(cut) => draw_cut(model, connection, cut, y, canvas),
            Row::Caret(marked, _) => {
                let above = index.checked_sub(1).and_then(|above| segments.row(above));
                if let Some(Row::Octets(above)) = above {
                    hand.carets(above, marked, y, canvas);
                }
            }
            Row::Wrong(refusal) => {
                let text = format!("✗ {} ({})", refusal.what(), refusal.rule());
                canvas.text(layout::OFFSET, y, &text, model.theme.style(Role::Bad));
            }
        }
        // What is said of a row stands right below it.
        let follows = segments.row(index + 1);
        y += match follows {
            Some(Row::Caret(..) | Row::Wrong(_)) => 1,
            Some(Row::Octets(_) | Row::Gap(_) | Row::Cut(_)) | None => grid.pitch,
        };
    }
}

/// The first row that is shown.
fn top(model: &Model, connection: &Connection, segments: &RowLayout, height: usize) -> usize {
    let most = segments.rows().saturating_sub(height);
    let selected = matches!(model.ui.subject, Subject::Exchange(_));
    let begin = |offset| segments.index_of(offset);
    match model.ui.spot {
        Spot::Octet(offset) => begin(offset).map_or(most, |row| row.saturating_sub(height / 2)),
        Spot::Newest | Spot::Line(_) if selected => model
            .exchange()
            .and_then(|(_, exchange)| exchange.head_span)
            .and_then(|head| begin(head.start.max(connection.octets().span().start)))
            .unwrap_or(most),
        Spot::Newest | Spot::Line(_) => most,
    }
    .min(most)
}

/// The octets of the field the cursor stands in.
fn lit(model: &Model) -> Span {
    let Some((connection, exchange)) = model.exchange() else {
        return Span::default();
    };
    let lines = field_tree::lines(connection, exchange);
    model
        .ui
        .spot
        .line(&lines)
        .and_then(|index| lines.get(index)?.span)
        .unwrap_or_default()
}

/// Names the recvs that begin in a row, beside it.
fn draw_margin(
    model: &Model,
    connection: &Connection,
    row: Span,
    x: u16,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let mut begin = connection
        .octets()
        .runs_in(row)
        .filter(|run| row.contains(run.offset));
    let Some(first) = begin.next() else { return };
    let text = match begin.next_back() {
        None => recv(connection, &first),
        Some(last) => format!("recv {} to {}", first.number, last.number),
    };
    let x = canvas.text(x, y, "◂ ", model.theme.style(Role::Tick));
    canvas.text(x, y, &text, model.theme.style(Role::Dim));
}

/// The line along which octets were cut off, and what follows below it.
fn draw_cut(model: &Model, connection: &Connection, cut: Cut, y: u16, canvas: &mut Canvas<'_>) {
    let style = model.theme.style(Role::Cut);
    let octets = format::plural(cut.span.len(), "octet");
    let n = cut.n;
    let rest = connection.octets().span().end.saturating_sub(cut.span.end);
    let exchange = connection.exchange(n);
    let body_follows = !cut.is_body && exchange.is_some_and(|e| e.wants_body() || e.body.is_some());
    let what = if cut.is_body {
        match exchange.and_then(|e| Some((e.content, e.body_announced()?))) {
            Some((came, of)) => format!("body of request {n}: {came} of {of} octets"),
            None => format!("body of request {n}: {octets}"),
        }
    } else {
        format!("request {n}: {octets} cut off")
    };
    let next = if body_follows {
        "its body follows"
    } else if rest > 0 {
        "next request"
    } else if exchange.is_some_and(Exchange::wants_body) {
        "more of it is to come"
    } else {
        "nothing left over"
    };
    let end = canvas.width();
    canvas.rule(0, end, y, '╌', style);
    let x = canvas.text(1, y, " ✂ ", style);
    let x = canvas.text(
        x,
        y,
        &what,
        style.add_modifier(ratatui::style::Modifier::BOLD),
    );
    let x = canvas.text(x, y, " ", style);
    canvas.text((x + 3).min(end), y, &format!(" {next} "), style);
}
