//! For the back of the room: the octets of one connection, with what waits for them in the
//! kernel beside them, and below them whatever else has the focus.

use ratatui::layout::Rect;

use super::parts::{Regions, split, take_bottom, take_top};
use crate::tui::model::Pane;

/// From this size on there is room for a line of large letters.
const BANNER: (u16, u16) = (60, 26);
/// Rows it takes, one of air included; twice as large from this height on.
const BANNER_ROWS: u16 = 4;
const LARGE_ROWS: u16 = 7;
const LARGE: u16 = 40;
/// From this width on the queue of the kernel has room.
const QUEUE: u16 = 72;
/// Cells it takes.
const QUEUE_CELLS: u16 = 16;
/// From this height on two panes have room, and the least the lower one has.
const TWO_PANES: u16 = 14;
const LOWER: u16 = 7;

/// Takes a line of large letters off the top.
pub(super) fn banner(regions: &mut Regions, area: Rect, rest: &mut Rect) {
    let (width, height) = BANNER;
    if area.width >= width && area.height >= height {
        let rows = if area.height >= LARGE {
            LARGE_ROWS
        } else {
            BANNER_ROWS
        };
        regions.banner = take_top(rest, rows);
    }
}

/// Has the panes stand in `rest`.
pub(super) fn stand(regions: &mut Regions, mut rest: Rect, focus: Pane) {
    if focus != Pane::Buffer {
        if rest.height < TWO_PANES {
            regions.set(focus, rest);
            return;
        }
        let height = (rest.height * 2 / 5).max(LOWER);
        regions.set(focus, take_bottom(&mut rest, height));
    }
    if rest.width >= QUEUE {
        let (queue, buffer) = split(rest, QUEUE_CELLS);
        regions.queue = queue;
        rest = buffer;
    }
    regions.set(Pane::Buffer, rest);
}
