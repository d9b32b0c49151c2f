//! The buffer pane: recvs, octets, cuts, the search. Knows where rows go, not how octets
//! are drawn.

mod notes;
mod page;
mod response;

use ratatui::layout::Size;

use self::page::{Line, Page};
use super::{empty, matcher, octets};
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::Exchange;
use crate::trace::field_tree;
use crate::trace::format;
use crate::trace::labels;
use crate::trace::row_layout::{Cut, Row};
use crate::tui::layout::{self, Shape};
use crate::tui::model::find;
use crate::tui::model::motion::WHOLE;
use crate::tui::model::{Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

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
    let size = Size::new(canvas.width(), canvas.height());
    let page = Page::new(model, connection, size);
    let parts = page.parts;
    if parts.strip > 0 {
        let mut strip = canvas.part(0, 0, size.width, 1);
        let named = page.names_recvs || matches!(page.shape, Shape::Tall { .. });
        notes::draw_strip(model, connection, page.shape, named, &mut strip);
    }
    let rows = size.height.saturating_sub(parts.search + parts.top());
    let mut canvas_of_rows = canvas.part(0, parts.top(), size.width, rows);
    draw_rows(model, connection, &page, &mut canvas_of_rows);
    if parts.search > 0 {
        let y = size.height - parts.search;
        let mut search = canvas.part(0, y, size.width, parts.search);
        matcher::draw(model, connection, &mut search);
    }
}

/// The offset of the octet that is drawn at `x`, `y` of a pane of this size.
pub(super) fn octet_at(model: &Model, size: Size, x: u16, y: u16) -> Option<u64> {
    let connection = model.connection()?;
    let page = Page::new(model, connection, size);
    let span = page.octets_at(y.checked_sub(page.parts.top())?)?;
    let placed = octets::placed(model, connection, page.shape, span);
    let under = placed.iter().find(|placed| placed.is_at(x))?;
    Some(under.item.span.start)
}

fn draw_rows(model: &Model, connection: &Connection, page: &Page, canvas: &mut Canvas<'_>) {
    let find = model.ui.find.as_ref();
    let found = find
        .map(|find| find::spans(find, connection))
        .unwrap_or_default();
    let hand = octets::Hand {
        model,
        connection,
        shape: page.shape,
        lit: lit(model),
        found: &found,
        landed: model.landed(connection),
    };
    let mut above = Span::default();
    for &Line { y, row } in &page.lines {
        match row {
            Row::Octets(span) => {
                let end = hand.row(span, y, canvas);
                above = span;
                if page.names_recvs {
                    let from = (end.max(page.text_end), y);
                    notes::draw_margin(model, connection, page.shape, span, from, canvas);
                }
                draw_callout(&hand, page, span, y, canvas);
            }
            Row::Gap(octets) => {
                let text = format!("┄┄ {} left out ┄┄", format::plural(octets, "octet"));
                canvas.text(layout::OFFSET, y, &text, model.theme.style(Role::Warning));
            }
            Row::Cut(cut) => draw_cut(model, connection, cut, y, canvas),
            Row::Response(n, part) => response::draw(model, connection, (n, part), y, canvas),
            Row::Caret(marked, _) => hand.carets(above, marked, y, canvas),
            Row::Wrong(refusal) => {
                let text = format!("✗ {} ({})", refusal.what(), refusal.rule());
                canvas.text(layout::OFFSET, y, &text, model.theme.style(Role::Bad));
            }
        }
    }
}

/// Tells of the octet under the cursor, below its row.
fn draw_callout(hand: &octets::Hand<'_>, page: &Page, span: Span, y: u16, canvas: &mut Canvas<'_>) {
    let Some(offset) = page.cursor.filter(|&offset| span.contains(offset)) else {
        return;
    };
    let placed = octets::placed(hand.model, hand.connection, page.shape, span);
    if let Some(under) = placed.iter().find(|one| one.item.span.contains(offset)) {
        let at = (under.x(), y + 1);
        notes::draw_callout(hand.model, hand.connection, offset, at, canvas);
    }
}

/// The octets of the field the cursor stands in.
fn lit(model: &Model) -> Span {
    if model.ui.spot == Spot::Newest {
        return Span::default();
    }
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
            Some((came, of)) => format!("body of request {n}: {} octets", format::of(came, of)),
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
    // It closes from both ends, once the octets are there.
    let closed = model.closed(connection, cut.span.end);
    if closed < WHOLE {
        let half = u32::from(end) * u32::from(closed) / u32::from(WHOLE) / 2;
        let half = u16::try_from(half).unwrap_or(0);
        canvas.rule(0, half, y, '╌', style);
        canvas.rule(end - half, end, y, '╌', style);
        return;
    }
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
