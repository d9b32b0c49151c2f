//! The buffer pane: recvs, octets, cuts, the search. Knows where rows go, not how octets
//! are drawn.

mod cut;
mod notes;
mod page;

use ratatui::layout::Size;

use self::page::{Line, Page};
use super::{empty, matcher, octets};
use crate::http::Span;
use crate::trace::direction::Direction;
use crate::trace::field_tree;
use crate::trace::labels;
use crate::trace::row_layout::Row;
use crate::trace::stream::Stream;
use crate::tui::layout::{self, Shape, inside};
use crate::tui::model::find;
use crate::tui::model::{Model, Pane, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// The title: which connection, and what it is doing.
pub(super) fn title(model: &Model) -> String {
    let Some(connection) = model.connection() else {
        return "Buffer".into();
    };
    let state = labels::state(connection, &model.about, model.now());
    let peer = connection.peer.map(|peer| format!("  {peer}"));
    let both = inside(model.regions().pane(Pane::Buffer)).width;
    let what = match model.ui.direction {
        Direction::Requests => "Buffer",
        Direction::Responses if model.halves(connection, both).len() > 1 => "Buffer",
        Direction::Responses => "Responses",
    };
    format!(
        "{what} {}{}  {} {}",
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
    let (width, height) = (canvas.width(), canvas.height());
    for half in model.halves(connection, width) {
        let stream = Stream::new(connection, half.direction);
        let (x, cells) = half.inside();
        if half.x > 0 {
            let style = model.theme.style(Role::Border);
            for y in 0..height {
                canvas.cell(half.x, y, '│', style);
            }
        }
        draw_stream(model, &stream, &mut canvas.part(x, 0, cells, height));
    }
}

fn draw_stream(model: &Model, stream: &Stream<'_>, canvas: &mut Canvas<'_>) {
    let size = Size::new(canvas.width(), canvas.height());
    let page = Page::new(model, stream, size);
    let parts = page.parts;
    if parts.strip > 0 {
        let mut strip = canvas.part(0, 0, size.width, 1);
        let named = page.names_recvs || matches!(page.shape, Shape::Tall { .. });
        notes::draw_strip(model, stream, page.shape, named, &mut strip);
    }
    let rows = size.height.saturating_sub(parts.search + parts.top());
    let mut canvas_of_rows = canvas.part(0, parts.top(), size.width, rows);
    draw_rows(model, stream, &page, &mut canvas_of_rows);
    if parts.search > 0 {
        let y = size.height - parts.search;
        let mut search = canvas.part(0, y, size.width, parts.search);
        matcher::draw(model, stream.connection(), &mut search);
    }
}

/// The direction and the offset of the octet that is drawn at `x`, `y` of a pane of this size.
pub(super) fn octet_at(model: &Model, size: Size, x: u16, y: u16) -> Option<(Direction, u64)> {
    let connection = model.connection()?;
    let halves = model.halves(connection, size.width);
    let half = halves.iter().rfind(|half| half.x <= x)?;
    let (left, cells) = half.inside();
    let size = Size::new(cells, size.height);
    let stream = Stream::new(connection, half.direction);
    let page = Page::new(model, &stream, size);
    let span = page.octets_at(y.checked_sub(page.parts.top())?)?;
    let placed = octets::placed(model, &stream, page.shape, span);
    let under = placed
        .iter()
        .find(|placed| placed.is_at(x.saturating_sub(left)))?;
    Some((half.direction, under.item.span.start))
}

fn draw_rows(model: &Model, stream: &Stream<'_>, page: &Page, canvas: &mut Canvas<'_>) {
    let direction = stream.direction();
    let find = model.ui.find.as_ref();
    let find = find.filter(|_| direction == model.ui.direction);
    let found = find
        .map(|find| find::spans(find, stream))
        .unwrap_or_default();
    let landed = match direction {
        Direction::Requests => model.landed(stream.connection()),
        Direction::Responses => None,
    };
    let hand = octets::Hand {
        model,
        stream,
        shape: page.shape,
        lit: lit(model, direction),
        found: &found,
        landed,
    };
    let mut above = Span::default();
    for &Line { y, row } in &page.lines {
        match row {
            Row::Octets(span) => {
                let end = hand.row(span, y, canvas);
                above = span;
                if page.names_recvs {
                    let from = (end.max(page.text_end), y);
                    notes::draw_margin(model, stream, page.shape, span, from, canvas);
                }
                draw_callout(&hand, page, span, y, canvas);
            }
            Row::Gap(span) => {
                let text = format!("┄┄ {} ┄┄", stream.missing(span));
                canvas.text(layout::OFFSET, y, &text, model.theme.style(Role::Warning));
            }
            Row::Cut(cut) => cut::draw(model, stream, cut, y, canvas),
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
    let placed = octets::placed(hand.model, hand.stream, page.shape, span);
    if let Some(under) = placed.iter().find(|one| one.item.span.contains(offset)) {
        let at = (under.x(), y + 1);
        notes::draw_callout(hand.model, hand.stream, offset, at, canvas);
    }
}

/// The octets of the field the cursor stands in, of one direction.
fn lit(model: &Model, direction: Direction) -> Span {
    if model.ui.spot == Spot::Newest {
        return Span::default();
    }
    let Some((connection, exchange)) = model.exchange() else {
        return Span::default();
    };
    let lines = field_tree::lines(connection, exchange);
    let line = model.ui.spot.line(model.ui.direction, &lines);
    let octets = line.and_then(|index| lines.get(index)?.octets);
    octets
        .filter(|(way, _)| *way == direction)
        .map_or_else(Span::default, |(_, span)| span)
}
