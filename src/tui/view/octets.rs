//! One row of octets, written straight into cells: this is most of what a frame costs, so
//! no string is made for an octet. Every octet goes through [`glyph`].

use ratatui::style::Style;

use crate::event::{OctetKind, glyph};
use crate::http::Span;
use crate::trace::Connection;
use crate::trace::octet_role::{self, OctetRole};
use crate::tui::layout::{Grid, OFFSET};
use crate::tui::model::{Dump, FLASH, Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

const DIGITS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

fn digit(nibble: u8) -> char {
    DIGITS.get(usize::from(nibble & 15)).copied().unwrap_or('?')
}

/// An offset in at most five cells: where there are more digits, the last four of them.
fn offset_text(offset: u64) -> String {
    if offset > 0xf_ffff {
        return format!("…{:04x}", offset & 0xffff);
    }
    format!("{offset:04x}")
}

/// What all rows have in common.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) model: &'a Model,
    pub(super) conn: &'a Connection,
    pub(super) per_row: u16,
    /// The octets of the field the cursor stands in.
    pub(super) lit: Span,
    /// What was looked for and found, in order.
    pub(super) found: &'a [Span],
}

/// Where the cells of the `column`th octet are, if it is written so.
#[derive(Debug, Clone, Copy)]
struct Place {
    hex: Option<u16>,
    text: Option<u16>,
}

impl Place {
    fn of(grid: Grid, per_row: u16, dump: Dump, column: u16) -> Self {
        let hex = OFFSET + column * grid.hex + column / 8;
        let text = column * grid.text;
        let beside = OFFSET + grid.hex_width(per_row) + 1 + text;
        match dump {
            Dump::Both => Self {
                hex: Some(hex),
                text: Some(beside),
            },
            Dump::Hex => Self {
                hex: Some(hex),
                text: None,
            },
            Dump::Text => Self {
                hex: None,
                text: Some(OFFSET + text),
            },
        }
    }
}

/// The column of the octet one of whose cells is `x`.
pub(super) fn column_at(grid: Grid, per_row: u16, dump: Dump, x: u16) -> Option<u16> {
    (0..per_row).find(|&column| {
        let place = Place::of(grid, per_row, dump, column);
        let in_hex = place.hex.is_some_and(|hex| (hex..hex + 2).contains(&x));
        in_hex || place.text == Some(x)
    })
}

impl Hand<'_> {
    fn place(&self, column: u16) -> Place {
        let ui = &self.model.ui;
        Place::of(Grid::new(ui), self.per_row, ui.dump, column)
    }

    /// Draws the octets of `span`.
    pub(super) fn row(&self, span: Span, y: u16, canvas: &mut Canvas<'_>) {
        self.offset(span.start, y, canvas);
        let meanings = octet_role::roles(self.conn, span);
        let flash = self.flash();
        let mut column = 0;
        for run in self.conn.octets().runs_in(span) {
            let tint = self.model.theme.run(run.number);
            let here = Span::new(run.offset.max(span.start), run.span().end.min(span.end));
            for (offset, octet) in self.conn.octets().octets_in(here) {
                let meaning = usize::try_from(offset - span.start)
                    .ok()
                    .and_then(|index| meanings.get(index).copied())
                    .unwrap_or(OctetRole::New);
                let meaning = at_sight(octet, meaning);
                let place = self.place(column);
                if offset == run.offset && run.number > 1 {
                    self.tick(place, y, canvas);
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
                draw_octet(octet, place, y, style, mark, canvas);
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
            &offset_text(offset),
            self.model.theme.style(Role::Dim),
        );
    }

    /// The boundary octets, as long as they stand out.
    fn flash(&self) -> Span {
        match self.conn.boundary {
            Some((head, at)) if self.model.trace().now.saturating_sub(at) < FLASH => {
                octet_role::boundary(self.conn, head)
            }
            Some(_) | None => Span::default(),
        }
    }

    /// A bar before the first octet of a recv.
    fn tick(&self, place: Place, y: u16, canvas: &mut Canvas<'_>) {
        if let Some(x) = place.hex {
            canvas.cell(x - 1, y, '┃', self.model.theme.style(Role::Tick));
        }
    }

    /// Whether the octet at `offset` is the next one that will come.
    fn awaits(&self, offset: u64) -> bool {
        self.conn.closed.is_none()
            && !self.conn.peer_finished
            && offset == self.conn.octets().span().end
            && offset > self.conn.cut
    }

    fn insertion_point(&self, column: u16, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Warning);
        let place = self.place(column);
        if let Some(x) = place.hex {
            canvas.cell(x, y, '▁', style);
            canvas.cell(x + 1, y, '▁', style);
        }
        if let Some(x) = place.text {
            canvas.cell(x, y, '▁', style);
        }
    }

    /// Draws carets under the octets of `marked`, which stand in the row `above`.
    pub(super) fn carets(&self, above: Span, marked: Span, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Bad);
        for offset in marked.start..marked.end.min(above.end) {
            let column = u16::try_from(offset.saturating_sub(above.start)).unwrap_or(0);
            let place = self.place(column);
            if let Some(x) = place.hex {
                canvas.cell(x, y, '▲', style);
                canvas.cell(x + 1, y, '▲', style);
            }
            if let Some(x) = place.text {
                canvas.cell(x, y, '▲', style);
            }
        }
    }
}

/// A line end can be told before the line is understood.
const fn at_sight(octet: u8, meaning: OctetRole) -> OctetRole {
    match (meaning, octet) {
        (OctetRole::New | OctetRole::LookedAt, b'\r' | b'\n') => OctetRole::LineEnd,
        (meaning, _) => meaning,
    }
}

fn draw_octet(octet: u8, place: Place, y: u16, style: Style, mark: Style, canvas: &mut Canvas<'_>) {
    let (character, kind) = glyph(octet);
    if let Some(x) = place.hex {
        canvas.cell(x, y, digit(octet >> 4), style);
        canvas.cell(x + 1, y, digit(octet), style);
    }
    if let Some(x) = place.text {
        let style = match kind {
            OctetKind::Printable | OctetKind::Space | OctetKind::High => style,
            OctetKind::Cr | OctetKind::Lf | OctetKind::Control => mark,
        };
        canvas.cell(x, y, character, style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_that_is_not_whole_says_so() {
        for (offset, text) in [
            (0x1f, "001f"),
            (0xffff, "ffff"),
            (0x1_0000, "10000"),
            (0xf_fff0, "ffff0"),
            (0x10_0010, "…0010"),
            (u64::MAX, "…ffff"),
        ] {
            assert_eq!(offset_text(offset), text);
        }
    }
}
