//! Both directions of a connection side by side, where there is room.

use crate::trace::direction::Direction;

/// From this width on there is room for both.
const SIDE_BY_SIDE: u16 = 96;

/// A part of a pane, and the direction whose octets stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Half {
    pub(crate) direction: Direction,
    pub(crate) x: u16,
    pub(crate) width: u16,
}

impl Half {
    /// Where its octets begin, behind the line between the two, and how many cells they have.
    pub(crate) fn inside(self) -> (u16, u16) {
        let edge = u16::from(self.x > 0);
        (self.x + edge, self.width.saturating_sub(edge))
    }
}

/// The parts of a pane of this width: both directions if that `is_of_both` and there is room, else
/// this one.
pub(crate) fn halves(direction: Direction, is_of_both: bool, width: u16) -> Vec<Half> {
    if !is_of_both || width < SIDE_BY_SIDE {
        return vec![Half {
            direction,
            x: 0,
            width,
        }];
    }
    let left = width / 2;
    let requests = Half {
        direction: Direction::Requests,
        x: 0,
        width: left,
    };
    // The line between them stands in its first column.
    let responses = Half {
        direction: Direction::Responses,
        x: left,
        width: width - left,
    };
    vec![requests, responses]
}
