//! What stands under a cell. Knows where things are drawn, and draws nothing.

use ratatui::layout::Rect;

use super::{buffer, connections, exchanges, head, lanes, scrubber, tabs};
use crate::event::ConnectionId;
use crate::trace::direction::Direction;
use crate::trace::{ExchangeId, Moment};
use crate::tui::layout;
use crate::tui::model::{Lane, Model, Pane, Spot};
use crate::tui::widgets::canvas::width;
use crate::tui::widgets::window::upper_edge;

/// What stands under a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    /// A pane, or its tab.
    Pane(Pane),
    /// The name of a lane, on the edge of the pane they share.
    Lane(Lane),
    /// A row of the table of connections.
    Connection(ConnectionId),
    /// A row of the table of exchanges.
    Exchange(ExchangeId),
    /// An octet, or a line of the head.
    Spot(Pane, Direction, Spot),
}

impl Hit {
    pub(crate) const fn pane(self) -> Pane {
        match self {
            Self::Pane(pane) | Self::Spot(pane, ..) => pane,
            Self::Lane(_) => Pane::Ladder,
            Self::Connection(_) => Pane::Connections,
            Self::Exchange(_) => Pane::Exchanges,
        }
    }
}

/// What stands at `x`, `y`, if anything does that can be pointed at.
pub(crate) fn hit(model: &Model, x: u16, y: u16) -> Option<Hit> {
    let regions = model.regions();
    let at = |area: Rect| area.contains((x, y).into());
    if at(regions.tabs) {
        let names = tabs(model, regions.tabs.width);
        let under = names.into_iter().find(|tab| {
            let from = regions.tabs.x + tab.x;
            (from..from + tab.width).contains(&x)
        });
        return under.map(|tab| Hit::Pane(tab.pane));
    }
    let pane = Pane::ALL.into_iter().find(|&pane| at(regions.pane(pane)))?;
    let edge = upper_edge(regions.pane(pane));
    if pane == Pane::Ladder && at(edge) {
        let lane = lane_at(model, x - edge.x);
        return Some(lane.map_or(Hit::Pane(pane), Hit::Lane));
    }
    let inside = layout::inside(regions.pane(pane));
    let (Some(column), Some(row)) = (x.checked_sub(inside.x), y.checked_sub(inside.y)) else {
        return Some(Hit::Pane(pane));
    };
    if row >= inside.height || column >= inside.width {
        return Some(Hit::Pane(pane));
    }
    let hit = match pane {
        Pane::Connections => connections::row_at(model, inside.height, row).map(Hit::Connection),
        Pane::Exchanges => exchanges::row_at(model, inside.height, row).map(Hit::Exchange),
        Pane::Buffer => buffer::octet_at(model, inside.as_size(), column, row)
            .map(|(direction, offset)| Hit::Spot(pane, direction, Spot::Octet(offset))),
        Pane::Head => {
            let spot = head::spot_at(model, inside.as_size(), column, row);
            spot.map(|(direction, spot)| Hit::Spot(pane, direction, spot))
        }
        Pane::Ladder => None,
    };
    Some(hit.unwrap_or(Hit::Pane(pane)))
}

/// The moment on the line of the header at `x`, `y`; wherever `y` is, where the line is held.
pub(crate) fn moment_at(model: &Model, x: u16, y: u16) -> Option<Moment> {
    let header = model.regions().header;
    let is_on_it = header.contains((x, y).into()) && model.ui.past.is_some();
    if header.is_empty() || !(is_on_it || model.ui.dragged) {
        return None;
    }
    scrubber::moment_at(model, header.width, x.saturating_sub(header.x))
}

/// The lane whose name stands at `x` of the edge.
fn lane_at(model: &Model, x: u16) -> Option<Lane> {
    let title = lanes::title(model);
    // A space stands before the first name.
    let end_of = |lane: Lane| {
        let from = title.find(lane.title())?;
        let end = from + lane.title().len();
        Some(1 + width(title.get(..end)?))
    };
    let lanes = [Lane::Ladder, Lane::Kernel, Lane::Syscalls];
    let under = lanes
        .into_iter()
        .filter_map(|lane| Some((end_of(lane)?, lane)))
        .filter(|(end, _)| x < *end);
    under.min_by_key(|(end, _)| *end).map(|(_, lane)| lane)
}
