//! How wide octets are written, and so how they fall into rows.

use crate::trace::octet_flow::Spelling;
use crate::trace::row_layout::Wrap;
use crate::tui::model::{Dump, Ui};

/// Cells an offset takes, the space behind it included.
pub(crate) const OFFSET: u16 = 6;
/// A pane narrower than this has no room for offsets beside lines.
const NO_OFFSETS: u16 = 30;

/// How octets stand in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One after the other from `left` on, as many as fit `cells`; as lines or not.
    Flow { left: u16, cells: u16, lines: bool },
    /// So many in columns, in hexadecimal or as text or both.
    Columns { grid: Grid, per_row: u16 },
    /// As lines, each octet as wide as its hexadecimal digits, which stand below it.
    Tall { per_row: u16 },
}

/// Cells one octet takes where its hexadecimal digits stand below it, a gap before it included.
pub(crate) const TALL: u16 = 3;

impl Shape {
    /// The shape in a pane of this width.
    pub(crate) fn new(ui: &Ui, width: u16) -> Self {
        match ui.dump {
            Dump::Lines if ui.projector => Self::Tall {
                per_row: (width / TALL).max(1),
            },
            Dump::Lines | Dump::Text => {
                let left = if width < NO_OFFSETS { 0 } else { OFFSET };
                Self::Flow {
                    left,
                    cells: width.saturating_sub(left).max(1),
                    lines: ui.dump == Dump::Lines,
                }
            }
            Dump::Both | Dump::Hex => {
                let grid = Grid::new(ui);
                Self::Columns {
                    grid,
                    per_row: grid.per_row(width, ui.dump),
                }
            }
        }
    }

    /// How octets fall into rows; `ascii` if nothing else may be shown.
    pub(crate) fn wrap(self, ascii: bool) -> Wrap {
        match self {
            Self::Flow { cells, lines, .. } => Wrap::Cells {
                cells: cells.into(),
                spelling: Spelling::Full { characters: !ascii },
                lines,
            },
            Self::Columns { per_row, .. } => Wrap::Octets(per_row.into()),
            Self::Tall { per_row } => Wrap::Lines(per_row.into()),
        }
    }

    /// Rows of cells from one row of octets to the next.
    pub(crate) const fn pitch(self) -> u16 {
        match self {
            Self::Flow { .. } => 1,
            Self::Columns { grid, .. } => grid.pitch,
            Self::Tall { .. } => 3,
        }
    }
}

/// How wide octets in columns are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Cells for one octet in hex, its two digits included.
    pub(crate) hex: u16,
    /// Cells for one octet as text, where each has as many; else it has what it needs.
    pub(crate) text: Option<u16>,
    /// Rows from one line of octets to the next.
    pitch: u16,
    /// How many octets a row has at most.
    most: u16,
}

impl Grid {
    const CLOSE: Self = Self {
        hex: 3,
        text: None,
        pitch: 1,
        most: 64,
    };
    /// To be read from the back of a room.
    const WIDE: Self = Self {
        hex: 5,
        text: Some(2),
        pitch: 2,
        most: 8,
    };
    /// Cells for the line end that a row of text seldom has more than one of.
    const LINE_END: u16 = 2;

    const fn new(ui: &Ui) -> Self {
        if ui.projector {
            Self::WIDE
        } else {
            Self::CLOSE
        }
    }

    /// Cells taken by `octets` in hex, one more every eight.
    pub(crate) const fn hex_width(self, octets: u16) -> u16 {
        octets * self.hex + octets.saturating_sub(1) / 8
    }

    /// Cells taken by a row of `octets`, its offset included.
    pub(crate) const fn width(self, octets: u16, dump: Dump) -> u16 {
        let text = match self.text {
            Some(cells) => octets * cells,
            None => octets + Self::LINE_END,
        };
        OFFSET
            + match dump {
                Dump::Both => self.hex_width(octets) + 1 + text,
                Dump::Lines | Dump::Text => text,
                Dump::Hex => self.hex_width(octets),
            }
    }

    /// How many octets fit a row that is `width` cells wide.
    fn per_row(self, width: u16, dump: Dump) -> u16 {
        let fits = [64, 32, 16, 8, 4, 2]
            .into_iter()
            .find(|&n| n <= self.most && self.width(n, dump) <= width);
        fits.unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_octets_as_fit() {
        assert_eq!(Grid::CLOSE.per_row(104, Dump::Both), 16);
        assert_eq!(Grid::CLOSE.per_row(74, Dump::Both), 16);
        assert_eq!(Grid::CLOSE.per_row(73, Dump::Both), 8);
        assert_eq!(Grid::CLOSE.per_row(0, Dump::Hex), 1);
        assert_eq!(Grid::WIDE.per_row(200, Dump::Both), 8);
    }

    #[test]
    fn lines_have_the_whole_width() {
        let lines = |dump, projector, width| {
            let ui = Ui {
                dump,
                projector,
                ..Ui::default()
            };
            Shape::new(&ui, width)
        };
        let flow = |left, cells, lines| Shape::Flow { left, cells, lines };
        assert_eq!(lines(Dump::Lines, false, 76), flow(6, 70, true));
        assert_eq!(lines(Dump::Lines, false, 20), flow(0, 20, true));
        assert_eq!(lines(Dump::Text, true, 76), flow(6, 70, false));
        assert_eq!(lines(Dump::Lines, true, 76), Shape::Tall { per_row: 25 });
        assert_eq!(lines(Dump::Lines, true, 0), Shape::Tall { per_row: 1 });
    }
}
