//! Which rows of the buffer pane are in sight, and where each stands.

use ratatui::layout::Size;

use super::notes;
use crate::http::Span;
use crate::trace::direction::Direction;
use crate::trace::row_layout::{Place, Row, RowLayout};
use crate::trace::stream::Stream;
use crate::tui::layout::Shape;
use crate::tui::model::{Model, Spot, Subject};
use crate::tui::widgets::matcher_cells::LARGE;

/// From this much room beside octets in columns on, each recv is named there.
const MARGIN: u16 = 24;
/// From this width on, recvs are named at the end of lines.
const NAMED: u16 = 50;

/// How many rows of cells there are beside those of octets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) search: u16,
    pub(super) strip: u16,
    air: u16,
}

impl Parts {
    /// Responses are not searched.
    const fn new(height: u16, projector: bool, is_searched: bool) -> Self {
        Self {
            search: match height {
                _ if !is_searched => 0,
                15.. if projector => LARGE,
                13.. => 3,
                5.. => 1,
                _ => 0,
            },
            strip: if height >= 4 { 1 } else { 0 },
            air: if height >= 16 && !projector { 1 } else { 0 },
        }
    }

    /// Where rows begin.
    pub(super) const fn top(self) -> u16 {
        self.strip + self.air
    }
}

/// A row, and where it stands below the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) y: u16,
    pub(super) row: Row,
}

/// What is in sight.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) parts: Parts,
    pub(super) shape: Shape,
    /// Whether recvs are named beside the rows.
    pub(super) names_recvs: bool,
    /// Where text ends that has a column of its own.
    pub(super) text_end: u16,
    /// The octet that is told of below its row.
    pub(super) cursor: Option<u64>,
    pub(super) lines: Vec<Line>,
}

impl Page {
    /// What is in sight of a connection in a pane of this size.
    pub(super) fn new(model: &Model, stream: &Stream<'_>, size: Size) -> Self {
        let is_searched = stream.direction() == Direction::Requests;
        let parts = Parts::new(size.height, model.ui.projector, is_searched);
        let shape = Shape::new(&model.ui, size.width);
        let rows = size
            .height
            .saturating_sub(parts.search + parts.air + parts.top());
        let (names_recvs, text_end) = match shape {
            Shape::Columns { grid, per_row } => {
                let end = grid.width(per_row, model.ui.dump);
                (size.width.saturating_sub(end) >= MARGIN, end)
            }
            Shape::Flow { .. } => (size.width >= NAMED, 0),
            Shape::Tall { .. } => (false, 0),
        };
        let cursor = match model.spot_in(stream.direction()) {
            Spot::Octet(offset) if notes::has_callout(shape) => Some(offset),
            Spot::Octet(_) | Spot::Newest | Spot::Line(_) => None,
        };
        let mut page = Self {
            parts,
            shape,
            names_recvs,
            text_end,
            cursor,
            lines: Vec::new(),
        };
        let layout = RowLayout::new(stream, shape.wrap(model.theme.is_ascii()));
        let room = rows.saturating_sub(u16::from(cursor.is_some())).max(1);
        let count = usize::from(room.div_ceil(shape.pitch()));
        let (offset, above) = anchor(model, stream, count);
        page.stand(&layout.page(offset, above, count), rows);
        page
    }

    /// Has the rows stand below each other, as far as there is room.
    fn stand(&mut self, places: &[Place], rows: u16) {
        let mut y = 0;
        for (index, place) in places.iter().enumerate() {
            if y >= rows {
                return;
            }
            let row = place.row;
            self.lines.push(Line { y, row });
            let is_told = |offset| matches!(row, Row::Octets(span) if span.contains(offset));
            let told = u16::from(self.cursor.is_some_and(is_told));
            let next = places.get(index + 1).map(|place| place.row);
            y += told + self.height(row, next);
        }
    }

    /// How many rows of cells a row takes, before `next`.
    fn height(&self, row: Row, next: Option<Row>) -> u16 {
        let pitch = self.shape.pitch();
        let is_tall = matches!(self.shape, Shape::Tall { .. });
        match row {
            // What is said of a row stands right below it.
            Row::Octets(_) if !is_tall && matches!(next, Some(Row::Caret(..))) => 1,
            Row::Caret(..) => 1,
            Row::Gap(_) | Row::Cut(_) | Row::Wrong(_) if is_tall => 1,
            Row::Octets(_) | Row::Gap(_) | Row::Cut(_) | Row::Wrong(_) => pitch,
        }
    }

    /// The octets of the row that stands at `y`.
    pub(super) fn octets_at(&self, y: u16) -> Option<Span> {
        let line = self.lines.iter().rfind(|line| line.y <= y)?;
        match line.row {
            Row::Octets(span) if y < line.y + self.shape.pitch() => Some(span),
            Row::Octets(_) | Row::Gap(_) | Row::Cut(_) | Row::Caret(..) | Row::Wrong(_) => None,
        }
    }
}

/// The octet whose row is to be in sight, and with how many rows above it; `None` for the
/// newest. Of the direction without the cursor it is where the same exchange is.
fn anchor(model: &Model, stream: &Stream<'_>, count: usize) -> (Option<u64>, usize) {
    let direction = stream.direction();
    if let Spot::Octet(offset) = model.spot_in(direction) {
        return (Some(offset), count / 2);
    }
    let selected = matches!(model.ui.subject, Subject::Exchange(_));
    let pointed_at = direction != model.ui.direction && matches!(model.ui.spot, Spot::Octet(_));
    if !selected && !pointed_at {
        return (None, 0);
    }
    let exchange = model.exchange().map(|(_, exchange)| exchange.n);
    let mut messages = stream.messages().iter();
    let message = messages.find(|message| Some(message.n) == exchange);
    let first = stream.octets().span().start;
    let head = message.and_then(|message| message.head);
    (head.map(|head| head.start.max(first)), 0)
}
