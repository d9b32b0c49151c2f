//! One row of octets: where each of them stands, what it means, and so how it looks.

use ratatui::style::Style;

use crate::event::OctetKind;
use crate::http::Span;
use crate::trace::direction::Direction;
use crate::trace::format;
use crate::trace::octet_flow::{self, Item, Spelling, Tag};
use crate::trace::octet_role::{self, OctetRole};
use crate::trace::stream::Stream;
use crate::tui::layout::{Grid, OFFSET, Shape, TALL};
use crate::tui::model::motion::WHOLE;
use crate::tui::model::{Dump, FLASH, Model, Spot};
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{self, Canvas, tail};
use crate::tui::widgets::octet_cells::{self, Look, OctetCells};

/// How many cells the octets slide that are left over.
const SLIDE: u32 = 12;

/// What all rows have in common.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    pub(super) model: &'a Model,
    pub(super) stream: &'a Stream<'a>,
    pub(super) shape: Shape,
    /// The octets of the field the cursor stands in.
    pub(super) lit: Span,
    /// What was looked for and found, in order.
    pub(super) found: &'a [Span],
    /// The first octet that is still to land.
    pub(super) landed: Option<u64>,
}

/// An item, and where it stands in its row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) item: Item,
    /// Where what says that a recv begins stands.
    tag: Option<u16>,
    cells: OctetCells,
}

impl Placed {
    /// Whether it stands at `x`, in whatever row of cells.
    pub(super) fn is_at(&self, x: u16) -> bool {
        let in_hex = |(at, _)| (at..at + 2).contains(&x);
        let width = canvas::cells(self.item.glyph.width());
        let in_text = |(at, _)| (at..at + width).contains(&x);
        self.cells.hex.is_some_and(in_hex) || self.cells.text.is_some_and(in_text)
    }

    /// The first of its cells as text, or else of its digits.
    pub(super) fn x(&self) -> u16 {
        let place = self.cells.text.or(self.cells.hex);
        place.map_or(0, |(x, _)| x)
    }

    /// Where it ends as text.
    fn text_end(&self) -> Option<u16> {
        let (x, _) = self.cells.text?;
        Some(x + canvas::cells(self.item.glyph.width()))
    }
}

/// Where the octets of the row `span` stand.
pub(super) fn placed(model: &Model, stream: &Stream<'_>, shape: Shape, span: Span) -> Vec<Placed> {
    match shape {
        Shape::Flow { left, .. } => {
            let characters = !model.theme.is_ascii();
            let items = octet_flow::items(stream, span, Spelling::Full { characters });
            let mut x = left;
            let place = |item: Item| {
                let text = x + canvas::cells(item.tag_width());
                let tag = item.tag.map(|_| x);
                x += canvas::cells(item.width());
                Placed {
                    item,
                    tag,
                    cells: OctetCells {
                        hex: None,
                        text: Some((text, 0)),
                    },
                }
            };
            items.into_iter().map(place).collect()
        }
        Shape::Columns { grid, per_row } => {
            let items = octet_flow::items(stream, span, Spelling::Short);
            let mut text = text_column(grid, model.ui.dump, per_row);
            let place = |(column, item): (u16, Item)| {
                let at = text;
                text += grid.text.unwrap_or(canvas::cells(item.glyph.width()));
                Placed {
                    item,
                    tag: item.tag.map(|_| hex_column(grid, column) - 1),
                    cells: columns(grid, model.ui.dump, column, at),
                }
            };
            (0..).zip(items).map(place).collect()
        }
        Shape::Tall { .. } => {
            let items = octet_flow::items(stream, span, Spelling::Short);
            let place = |(column, item): (u16, Item)| Placed {
                item,
                tag: item.tag.map(|_| column * TALL),
                cells: tall(column),
            };
            (0..).zip(items).map(place).collect()
        }
    }
}

/// Where the digits of an octet stand below the octet itself.
const fn tall(column: u16) -> OctetCells {
    let x = column * TALL + 1;
    OctetCells {
        hex: Some((x, 2)),
        text: Some((x, 1)),
    }
}

const fn hex_column(grid: Grid, column: u16) -> u16 {
    OFFSET + column * grid.hex + column / 8
}

const fn text_column(grid: Grid, dump: Dump, per_row: u16) -> u16 {
    match dump {
        Dump::Both => OFFSET + grid.hex_width(per_row) + 1,
        Dump::Lines | Dump::Text | Dump::Hex => OFFSET,
    }
}

const fn columns(grid: Grid, dump: Dump, column: u16, text: u16) -> OctetCells {
    let hex = Some((hex_column(grid, column), 0));
    match dump {
        Dump::Both => OctetCells {
            hex,
            text: Some((text, 0)),
        },
        Dump::Hex => OctetCells { hex, text: None },
        Dump::Lines | Dump::Text => OctetCells {
            hex: None,
            text: Some((text, 0)),
        },
    }
}

impl Hand<'_> {
    /// Draws the octets of `span`, and says where they end as text.
    pub(super) fn row(&self, span: Span, y: u16, canvas: &mut Canvas<'_>) -> u16 {
        self.offset(span.start, y, canvas);
        let roles = octet_role::roles(self.stream, span);
        let placed = placed(self.model, self.stream, self.shape, span);
        let flash = self.flash();
        let slide = self.slide(span.start);
        let mut below = canvas.part(slide, y, canvas.width(), self.shape.pitch());
        for one in &placed {
            if self
                .landed
                .is_some_and(|landed| one.item.span.start >= landed)
            {
                break;
            }
            let item = one.item;
            let role = usize::try_from(item.span.start - span.start)
                .ok()
                .and_then(|index| roles.get(index).copied())
                .unwrap_or(OctetRole::New);
            if one.tag.is_some() {
                let mut tags = placed.iter().filter_map(|placed| placed.tag);
                let next = tags.find(|&x| Some(x) > one.tag);
                self.tag(one, next, &mut below);
            }
            if let (Shape::Tall { .. }, None) = (self.shape, one.tag) {
                let gap = self.model.theme.run(item.recv);
                let x = one.x().saturating_sub(1);
                below.tint(x, 1, TALL, gap);
                below.tint(x, 2, TALL, gap);
            }
            let look = self.look(&item, at_sight(item.octet, role), flash);
            one.cells.draw(item.octet, item.glyph, look, &mut below);
        }
        let end = placed.last().and_then(Placed::text_end);
        if self.awaits(span.end) && self.landed.is_none() {
            self.insertion_point(&placed, &mut below);
        }
        end.unwrap_or_else(|| placed.last().map_or(0, |last| last.x() + 2))
    }

    /// How far to the right a row still is that slides to the front, as what is before it was
    /// cut off.
    fn slide(&self, start: u64) -> u16 {
        let connection = self.stream.connection();
        let cut = connection.cut;
        if cut == 0 || start < cut || self.stream.direction() == Direction::Responses {
            return 0;
        }
        let left = WHOLE - self.model.closed(connection, cut);
        (u32::from(left) * SLIDE)
            .div_ceil(WHOLE.into())
            .try_into()
            .unwrap_or(0)
    }

    /// How an item looks, which means `role`.
    fn look(&self, item: &Item, role: OctetRole, flash: Span) -> Look {
        let theme = self.model.theme;
        let tint = theme.run(item.recv);
        let is_space = item.glyph.kind == OctetKind::Space && !matches!(role, OctetRole::Wrong);
        let shown = if is_space { OctetRole::Space } else { role };
        let mut style = theme.style(Role::Octet(shown)).patch(tint);
        let mut mark = theme.style(Role::Mark(role));
        let first = item.span.start;
        let mut set = |role: Role| {
            style = theme.style(role);
            mark = style;
        };
        if flash.contains(first) {
            set(Role::Flash);
        }
        if self.is_found(first) {
            set(Role::Match);
        }
        if self.lit.contains(first) {
            let field = theme.style(Role::Field);
            (style, mark) = (style.patch(field), mark.patch(field));
        }
        if self.has_cursor(item.span) {
            style = theme.style(Role::Cursor);
            mark = style;
        }
        Look {
            style,
            mark,
            space: theme.space(style),
        }
    }

    /// Whether the cursor stands on one of these octets.
    pub(super) fn has_cursor(&self, span: Span) -> bool {
        let spot = self.model.spot_in(self.stream.direction());
        matches!(spot, Spot::Octet(offset) if span.contains(offset))
    }

    fn is_found(&self, offset: u64) -> bool {
        let after = self.found.partition_point(|span| span.end <= offset);
        self.found
            .get(after)
            .is_some_and(|span| span.contains(offset))
    }

    fn offset(&self, offset: u64, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Dim);
        match self.shape {
            Shape::Columns { .. } => {
                canvas.text(0, y, &octet_cells::offset(offset), style);
            }
            Shape::Flow { left: OFFSET, .. } => self.line_number(offset, y, style, canvas),
            Shape::Flow { .. } | Shape::Tall { .. } => {}
        }
    }

    /// The offset of a line's first octet; where a line goes on, a mark that it does.
    fn line_number(&self, offset: u64, y: u16, style: Style, canvas: &mut Canvas<'_>) {
        let before = offset.checked_sub(1);
        let before = before.and_then(|before| self.stream.octets().octet(before));
        let goes_on = self.model.ui.dump == Dump::Lines
            && before.is_some_and(|octet| octet != b'\n')
            && self.stream.messages().iter().all(|message| {
                let ends = [message.head, message.body];
                ends.into_iter().flatten().all(|span| span.end != offset)
            });
        if goes_on {
            canvas.text_to(OFFSET - 1, y, "↳", style);
        } else {
            let text = tail(&offset.to_string(), OFFSET - 1);
            canvas.text_to(OFFSET - 1, y, &text, style);
        }
    }

    /// The boundary octets, as long as they stand out.
    fn flash(&self) -> Span {
        let boundary = match self.stream.direction() {
            Direction::Requests => self.stream.connection().boundary,
            Direction::Responses => None,
        };
        match boundary {
            Some((head, at)) if self.model.now().saturating_sub(at) < FLASH => {
                octet_role::boundary(self.stream, head)
            }
            Some(_) | None => Span::default(),
        }
    }

    /// What stands before the first octet of a recv, and at most up to `next`.
    fn tag(&self, placed: &Placed, next: Option<u16>, canvas: &mut Canvas<'_>) {
        let (Some(x), Some(tag)) = (placed.tag, placed.item.tag) else {
            return;
        };
        let theme = self.model.theme;
        let bar = theme.style(Role::Tick);
        let number = placed.item.recv;
        match self.shape {
            Shape::Flow { .. } => {
                if tag == Tag::Number {
                    let x = canvas.text(x, 0, &number.to_string(), theme.style(Role::Tag));
                    canvas.cell(x, 0, '▶', bar.patch(theme.run(number)));
                } else {
                    canvas.cell(x, 0, '┃', bar);
                }
            }
            Shape::Columns { .. } if number > 1 => canvas.cell(x, 0, '┃', bar),
            Shape::Columns { .. } => {}
            Shape::Tall { .. } => {
                for y in 0..3 {
                    canvas.cell(x, y, ' ', theme.style(Role::Tag));
                }
                if tag == Tag::Number {
                    let run = self.stream.octets().run_at(placed.item.span.start);
                    let sizes = run.map_or(String::new(), |run| {
                        let (came, asked) = (run.call.len(), run.asked as u64);
                        format!("· {} ", format::of(came, asked))
                    });
                    let which = format!(" {} {number} ", self.stream.call_name());
                    let texts = [format!("{which}{sizes}"), which, number.to_string()];
                    let room = next.unwrap_or(canvas.width()).saturating_sub(x);
                    let fits = texts.iter().find(|text| canvas::width(text) <= room);
                    canvas.text(
                        x,
                        0,
                        fits.map_or("", String::as_str),
                        theme.style(Role::Tag),
                    );
                }
            }
        }
    }

    /// Whether the octet at `offset` is the next one that will come.
    fn awaits(&self, offset: u64) -> bool {
        self.stream.goes_on()
            && offset == self.stream.octets().span().end
            && offset > self.stream.connection().cut
    }

    /// Where the next octet will stand, if it will in this row.
    fn insertion_point(&self, placed: &[Placed], canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Warning);
        let column = canvas::cells(placed.len());
        let text_end = placed.last().and_then(Placed::text_end);
        let cells = match self.shape {
            Shape::Flow { left, cells, .. } => {
                let text = text_end.unwrap_or(left);
                let text = (text < left + cells).then_some((text, 0));
                OctetCells { hex: None, text }
            }
            Shape::Columns { grid, per_row } if column < per_row => {
                let text = match grid.text {
                    Some(cells) => text_column(grid, self.model.ui.dump, per_row) + column * cells,
                    None => text_end.unwrap_or(OFFSET),
                };
                columns(grid, self.model.ui.dump, column, text)
            }
            Shape::Tall { per_row } if column < per_row => tall(column),
            Shape::Columns { .. } | Shape::Tall { .. } => return,
        };
        cells.fill('▁', style, canvas);
    }

    /// Draws carets under the octets of `marked`, which stand in the row `above`.
    pub(super) fn carets(&self, above: Span, marked: Span, y: u16, canvas: &mut Canvas<'_>) {
        let style = self.model.theme.style(Role::Bad);
        let mut here = canvas.part(0, y, canvas.width(), 1);
        for mut one in placed(self.model, self.stream, self.shape, above) {
            if one.item.span.end <= marked.start || one.item.span.start >= marked.end {
                continue;
            }
            let in_row = |(x, _): (u16, u16)| (x, 0);
            one.cells.hex = one.cells.hex.map(in_row);
            one.cells.text = one.cells.text.map(in_row);
            one.cells.fill('▲', style, &mut here);
        }
    }
}

/// A line end can be told before the line is understood.
const fn at_sight(octet: u8, role: OctetRole) -> OctetRole {
    match (role, octet) {
        (OctetRole::New | OctetRole::Searched, b'\r' | b'\n') => OctetRole::LineEnd,
        (role, _) => role,
    }
}
