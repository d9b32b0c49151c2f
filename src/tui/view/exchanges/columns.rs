//! Where the columns of the table of exchanges begin and end: as many as there is room for.

use crate::trace::ExchangeId;
use crate::tui::model::Model;
use crate::tui::model::rows::ExchangeColumn;
use crate::tui::widgets::canvas::{Canvas, width as text_width};
use crate::tui::widgets::column_title::{self, Edge};

/// Cells of a status with its mark, of a time, of a size, of a media type.
const STATUS: u16 = 6;
const TOOK: u16 = 8;
const SIZE: u16 = 8;
const TYPE: u16 = 17;
/// The most of a server's name, where several are watched, and from which width on it is there.
const SOURCE: u16 = 20;
const SOURCE_FROM: u16 = 64;
/// The least a request has before there are more columns.
const REQUEST: u16 = 24;
/// The least and the most of a reason.
const WHY: (u16, u16) = (26, 60);
/// The same of the waterfall.
const FALL: (u16, u16) = (20, 64);

/// A column from its first cell to the one behind its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) x: u16,
    pub(super) end: u16,
}

impl Column {
    pub(super) const fn width(self) -> u16 {
        self.end.saturating_sub(self.x)
    }
}

/// Where the columns stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub(super) id_end: u16,
    pub(super) source: Option<Column>,
    pub(super) request: Column,
    pub(super) status_end: u16,
    pub(super) media: Option<Column>,
    pub(super) size_end: Option<u16>,
    pub(super) took_end: Option<u16>,
    pub(super) why: Option<Column>,
    pub(super) fall: Option<Column>,
}

impl Columns {
    /// The numbers have the room of the longest in sight and a cell for the marker before
    /// it; what that takes more than usual is taken from the others, and so are the cells of
    /// the longest name of a server.
    pub(super) fn new(width: u16, in_sight: &[ExchangeId], source: u16) -> Self {
        let longest = in_sight.iter().map(|id| text_width(&number(*id))).max();
        let id_end = 7.max(longest.unwrap_or(0) + 1);
        let source = (source > 0 && width >= SOURCE_FROM).then(|| Column {
            x: id_end + 2,
            end: id_end + 2 + source.min(SOURCE),
        });
        let x = source.map_or(id_end, |source| source.end) + 2;
        let roomy = width.saturating_sub(x - 9);
        let (has_took, has_size) = (roomy >= 30, roomy >= 44);
        let figures = |has: bool, cells: u16| if has { cells } else { 0 };
        let fixed = STATUS + figures(has_took, TOOK) + figures(has_size, SIZE);
        // What is left for the request and for what is told beside the figures.
        let mut left = width.saturating_sub(x + fixed);
        let mut take = |least: u16, most: u16, share: u16| {
            let spare = left.checked_sub(REQUEST + least)?;
            let taken = (least + spare / share).min(most);
            left -= taken;
            Some(taken)
        };
        let media = take(TYPE, TYPE, 1);
        let why = media.and_then(|_| take(WHY.0, WHY.1, 3));
        let fall = why.and_then(|_| take(FALL.0, FALL.1, 2));
        let mut at = x + left;
        let request = Column { x, end: at };
        let mut next = |cells: u16| {
            at += cells;
            Column {
                x: at - cells,
                end: at,
            }
        };
        let status_end = next(STATUS).end;
        let gap = |column: Column, gap: u16| Column {
            x: column.x + gap,
            ..column
        };
        let media = media.map(|cells| gap(next(cells), 2));
        let size_end = has_size.then(|| next(SIZE).end);
        let took_end = has_took.then(|| next(TOOK).end);
        let why = why.map(|cells| gap(next(cells), 2));
        let fall = fall.map(|cells| gap(next(cells), 2));
        Self {
            id_end,
            source,
            request,
            status_end,
            media,
            size_end,
            took_end,
            why,
            fall,
        }
    }

    pub(super) fn header(self, model: &Model, axis: Option<&str>, canvas: &mut Canvas<'_>) {
        let sort = model.ui.sorts.exchanges;
        let mut title = |column, text: &str, edge| {
            let way = (Some(sort.column) == column).then_some(sort.descending);
            column_title::draw(model.theme, text, edge, way, canvas);
        };
        title(Some(ExchangeColumn::Age), "#", Edge::End(self.id_end));
        if let Some(source) = self.source {
            title(None, "source", Edge::Begin(source.x));
        }
        let request = Edge::Begin(self.request.x);
        title(Some(ExchangeColumn::Request), "request", request);
        let status = Edge::End(self.status_end);
        title(Some(ExchangeColumn::Status), "status", status);
        if let Some(end) = self.took_end {
            title(Some(ExchangeColumn::Took), "took", Edge::End(end));
        }
        if let Some(end) = self.size_end {
            title(Some(ExchangeColumn::Size), "size", Edge::End(end));
        }
        if let Some(media) = self.media {
            title(None, "type", Edge::Begin(media.x));
        }
        if let Some(why) = self.why {
            title(None, "why", Edge::Begin(why.x));
        }
        if let (Some(fall), Some(axis)) = (self.fall, axis) {
            title(None, "0", Edge::Begin(fall.x));
            title(None, axis, Edge::End(fall.end));
        }
    }
}

/// The connection, and which of its exchanges.
pub(super) fn number(id: ExchangeId) -> String {
    format!("{}.{}", id.connection.0, id.n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_as_there_is_room_and_leave_none_unused() {
        for (width, source) in (20..400).flat_map(|width| [(width, 0), (width, 14)]) {
            let columns = Columns::new(width, &[], source);
            let ends = [
                Some(columns.status_end),
                columns.media.map(|column| column.end),
                columns.size_end,
                columns.took_end,
                columns.why.map(|column| column.end),
                columns.fall.map(|column| column.end),
            ];
            let ends: Vec<_> = ends.into_iter().flatten().collect();
            assert!(ends.is_sorted(), "{width}: {ends:?}");
            assert_eq!(ends.last(), Some(&width), "{width}");
            assert_eq!(columns.source.is_some(), source > 0 && width >= SOURCE_FROM);
            if width > 36 {
                assert!(columns.request.width() >= 12, "{width}");
            }
        }
        assert!(Columns::new(60, &[], 0).why.is_none());
        assert!(Columns::new(120, &[], 0).why.is_some());
        assert!(Columns::new(150, &[], 0).fall.is_some());
    }
}
