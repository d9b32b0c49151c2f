//! The parts of the screen, each with a place, and how one is cut off another.

use ratatui::layout::Rect;

use crate::tui::model::Pane;

/// Where everything stands. What there is no room for is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Regions {
    pub(crate) header: Rect,
    pub(crate) lesson: Rect,
    /// The state in large letters, for the back of the room.
    pub(crate) banner: Rect,
    /// What waits in the kernel, beside the buffer.
    pub(crate) queue: Rect,
    pub(crate) tabs: Rect,
    pub(super) panes: [Rect; 5],
    pub(crate) voice: Rect,
    pub(crate) footer: Rect,
}

impl Regions {
    pub(crate) fn pane(&self, pane: Pane) -> Rect {
        let [connections, exchanges, buffer, head, ladder] = self.panes;
        match pane {
            Pane::Connections => connections,
            Pane::Exchanges => exchanges,
            Pane::Buffer => buffer,
            Pane::Head => head,
            Pane::Ladder => ladder,
        }
    }

    pub(super) fn set(&mut self, pane: Pane, area: Rect) {
        let [connections, exchanges, buffer, head, ladder] = &mut self.panes;
        *match pane {
            Pane::Connections => connections,
            Pane::Exchanges => exchanges,
            Pane::Buffer => buffer,
            Pane::Head => head,
            Pane::Ladder => ladder,
        } = area;
    }
}

pub(super) fn take_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    taken
}

pub(super) fn take_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect {
        y: rest.y + rest.height,
        height,
        ..*rest
    }
}

pub(super) fn split(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    let right = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    (
        Rect {
            width: left,
            ..area
        },
        right,
    )
}
