//! One row of octets: what each of them means, and so how it looks.

use crate::http::Span;
use crate::trace::Connection;
use crate::trace::octet_role::{self, OctetRole};
use crate::tui::layout::{Grid, OFFSET};
use crate::tui::model::{Dump, FLASH, Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;
use crate::tui::widgets::octet_cells::{self, OctetCells};

/// What all rows have in common.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) model: &'a Model,
    pub(super) connection: &'a Connection,
    pub(super) per_row: u16,
    /// The octets of the field the cursor stands in.
    pub(super) lit: Span,
    /// What was looked for and found, in order.
    pub(super) found: &'a [Span],
}

/// Where the cells of the `column`th octet are.
fn cells(grid: Grid, per_row: u16, dump: Dump, column: u16) -> OctetCells {
    let hex = OFFSET + column * grid.hex + column / 8;
    let text = column * grid.text;
    let beside = OFFSET + grid.hex_width(per_row) + 1 + text;
    match dump {
        Dump::Both => OctetCells {
            hex: Some(hex),
            text: Some(beside),
        },
        Dump::Hex => OctetCells {
            hex: Some(hex),
            text: None,
        },
        Dump::Text => OctetCells {
            hex: None,
            text: Some(OFFSET + text),
        },
    }
}

/// The column of the octet one of whose cells is `x`.
pub(super) fn column_at(grid: Grid, per_row: u16, dump: Dump, x: u16) -> Option<u16> {
    (0..per_row).find(|&column| {
        let cells = cells(grid, per_row, dump, column);
        let in_hex = cells.hex.is_some_and(|hex| (hex..hex + 2).contains(&x));
        in_hex || cells.text == Some(x)
    })
}

impl Hand<'_> {
    fn cells(&self, column: u16) -> OctetCells {
        let ui = &self.model.ui;
        cells(Grid::new(ui), self.per_row, ui.dump, column)
    }

    /// Draws the octets of `span`.
    pub(super) fn row(&self, span: Span, y: u16, canvas: &mut Canvas<'_>) {
        self.offset(span.start, y, canvas);
        let meanings = octet_role::roles(self.connection, span);
        let flash = self.flash();
        let mut column = 0;
        for run in self.connection.octets().runs_in(span) {
            let tint = self.model.theme.run(run.number);
            let here = Span::new(run.offset.max(span.start), run.span().end.min(span.end));
            for (offset, octet) in self.connection.octets().octets_in(here) {
                let meaning = usize::try_from(offset - span.start)
                    .ok()
                    .and_then(|index| meanings.get(index).copied())
                    .unwrap_or(OctetRole::New);
                let meaning = at_sight(octet, meaning);
                let cells = self.cells(column);
                if offset == run.offset && run.number > 1 {
                    self.tick(cells, y, canvas);
                }
                let mut style = self.model.theme.style(Role::Octet(meaning)).patch(tint);
                let mut mark = self.model.theme.style(Role::Mark(meaning));
                if flash.contains(offset) {
                    style = self.model.theme.style(Role::Flash);
                    mark = style;
                }
                if self.is_found(offset) {
                    style = self.model.theme.style(Role::Match);
                    mark = style;
                }
                if self.lit.contains(offset) {
                    let field = self.model.theme.style(Role::Field);
                    (style, mark) = (style.patch(field), mark.patch(field));
                }
                if self.model.ui.spot == Spot::Octet(offset) {
                    style = self.model.theme.style(Role::Cursor);
                    mark = style;
                }
                cells.draw(octet, y, style, mark, canvas);
                column += 1;
            }
        }
        if self.awaits(span.end) && column < self.per_row {
            self.insertion_point(column, y, canvas);
        }
    }

    fn is_found(&self, offset: u64) -> bool {
        let after = self.found.partition_point(|span| span.end <= offset);
        self.found
            .get(after)
            .is_some_and(|span| span.contains(offset))
    }

    fn offset(&self, offset: u64, y: u16, canvas: &mut Canvas<'_>) {
        canvas.text(
            0,
            y,
            &octet_cells::offset(offset),
            self.model.theme.style(Role::Dim),
        );
    }

    /// The boundary octets, as long as they stand out.
    fn flash(&self) -> Span {
        match self.connection.boundary {
            Some((head, at)) if self.model.now().saturating_sub(at) < FLASH => {
                octet_role::boundary(self.connection, head)
            }
            Some(_) | None => Span::default(),
        }
    }

    /// A bar before the first octet of a recv.
    fn tick(&self, cells: OctetCells, y: u16, canvas: &mut Canvas<'_>) {
        if let Some(x) = cells.hex {
            canvas.cell(x - 1, y, '┃', self.model.theme.style(Role::Tick));
        }
    }

    /// Whether the octet at `offset` is the next one that will come.
    fn awaits(&self, offset: u64) -> bool {
        self.connection.closed.is_none()
            && !self.connection.peer_finished
            && offset == self.connection.octets().span().end
            && offset > self.connection.cut
    }

    fn insertion_point(&self, column: u16, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Warning);
        let cells = self.cells(column);
        cells.fill('▁', y, style, canvas);
    }

    /// Draws carets under the octets of `marked`, which stand in the row `above`.
    pub(super) fn carets(&self, above: Span, marked: Span, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Bad);
        for offset in marked.start..marked.end.min(above.end) {
            let column = u16::try_from(offset.saturating_sub(above.start)).unwrap_or(0);
            let cells = self.cells(column);
            cells.fill('▲', y, style, canvas);
        }
    }
}

/// A line end can be told before the line is understood.
const fn at_sight(octet: u8, meaning: OctetRole) -> OctetRole {
    match (meaning, octet) {
        (OctetRole::New | OctetRole::Searched, b'\r' | b'\n') => OctetRole::LineEnd,
        (meaning, _) => meaning,
    }
}
