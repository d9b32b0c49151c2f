//! The life of a connection on one line: where each thing that happened stands, and what is
//! under a cell. Knows no colour and no glyph.
//!
//! Each of them has the same room; a pause has room by the logarithm of its length, so that
//! what took microseconds can be told apart on the line of a connection that lives for hours.

use std::time::Duration;

use crate::trace::timeline::{Mark, Stop};
use crate::trace::{Connection, Moment};

/// The room of one thing that happened, and of a gap.
const ROOM: u64 = 16;
const GAP: u64 = 2 * ROOM;

/// The line of one connection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scrubber {
    /// Each with its place on the line.
    stops: Vec<(u64, Stop)>,
    /// How many records came before those that are kept; those have the beginning of the line.
    earlier: u64,
    /// Where the line ends.
    length: u64,
}

/// One cell of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// What there is most to see of; `None` where nothing happened.
    pub(crate) mark: Option<Mark>,
    /// How many things happened in it.
    pub(crate) count: u32,
    /// Whether what happened there is not kept.
    pub(crate) is_let_go: bool,
}

/// The room of a pause: none below a millisecond, then as much again for each doubling.
fn pause(of: Duration) -> u64 {
    let millis = u64::try_from(of.as_millis()).unwrap_or(u64::MAX);
    let Some(octave) = millis.checked_ilog2() else {
        return 0;
    };
    let part = u128::from(millis - (1 << octave)) * u128::from(ROOM) / (1 << octave);
    ROOM * u64::from(octave) + u64::try_from(part).unwrap_or(0)
}

impl Scrubber {
    /// `goes_on` says whether there is more of it than is kept.
    pub(crate) fn new(connection: &Connection, goes_on: bool) -> Self {
        let earlier = connection.log().first().0;
        let mut place = 0;
        let mut before: Option<Duration> = None;
        let stops = connection.stops().into_iter().map(|stop| {
            if let Some(before) = before {
                place += ROOM + pause(stop.at.saturating_sub(before));
            }
            if stop.left_out > 0 {
                place += GAP;
            }
            before = Some(stop.at);
            (place, stop)
        });
        let mut stops: Vec<(u64, Stop)> = stops.collect();
        let kept = stops.last().map_or(0, |(place, _)| *place);
        // What is let go of is seen, however long the rest is.
        let part = (kept / 6).max(GAP);
        let before = if earlier > 0 { part } else { 0 };
        for (place, _) in &mut stops {
            *place = place.saturating_add(before);
        }
        let after = if goes_on { part } else { 0 };
        Self {
            stops,
            earlier,
            length: kept.saturating_add(before).saturating_add(after),
        }
    }

    /// Where what is kept begins and ends.
    fn kept(&self) -> (u64, u64) {
        let place = |stop: Option<&(u64, Stop)>| stop.map_or(0, |(place, _)| *place);
        (place(self.stops.first()), place(self.stops.last()))
    }

    /// The cell of a place, of `width`.
    fn cell(&self, place: u64, width: u16) -> u16 {
        let last = u64::from(width.saturating_sub(1));
        let cell = place.saturating_mul(last) / self.length.max(1);
        u16::try_from(cell.min(last)).unwrap_or(0)
    }

    /// The whole line, in this many cells.
    pub(crate) fn cells(&self, width: u16) -> Vec<Cell> {
        let (first, last) = self.kept();
        let (first, last) = (self.cell(first, width), self.cell(last, width));
        let let_go = |x: u16| x < first || x > last;
        let mut line: Vec<Cell> = (0..width)
            .map(|x| Cell {
                is_let_go: let_go(x),
                ..Cell::default()
            })
            .collect();
        for (place, stop) in &self.stops {
            let at = usize::from(self.cell(*place, width));
            if let Some(cell) = line.get_mut(at) {
                cell.count += 1;
                cell.mark = cell.mark.max(Some(stop.mark));
            }
            if stop.left_out == 0 {
                continue;
            }
            // What was left out is seen as what it is, wherever there is room for it.
            let from = usize::from(self.cell(place.saturating_sub(GAP), width));
            for cell in line.iter_mut().take(at.max(from + 1)).skip(from) {
                cell.mark = cell.mark.max(Some(Mark::LeftOut));
            }
        }
        line
    }

    /// Where a moment stands, at this time.
    pub(crate) fn caret(&self, moment: Moment, clock: Duration, width: u16) -> u16 {
        let after = self
            .stops
            .partition_point(|(_, stop)| stop.moment <= moment);
        let Some((place, stop)) = after.checked_sub(1).and_then(|at| self.stops.get(at)) else {
            return 0;
        };
        let passed = pause(clock.saturating_sub(stop.at));
        let next = self.stops.get(after).map_or(*place, |(next, _)| *next);
        self.cell((place + passed).min(next), width)
    }

    /// The moment under a cell: where what stands there, or was the last before it, had
    /// happened. Of what was let go of, as many records in as the cell is.
    pub(crate) fn moment_at(&self, x: u16, width: u16) -> Option<Moment> {
        let (first, last) = self.kept();
        let (first, last) = (self.cell(first, width), self.cell(last, width));
        if x < first {
            let part = self.earlier.saturating_mul(u64::from(x)) / u64::from(first);
            return Some(Moment(part.max(1)));
        }
        if x > last {
            let (_, stop) = self.stops.last()?;
            return Some(stop.moment.next());
        }
        let after = self
            .stops
            .partition_point(|(place, _)| self.cell(*place, width) <= x);
        let (_, stop) = self.stops.get(after.saturating_sub(1))?;
        Some(stop.moment)
    }
}

/// Where the line stands in a header of this width: where it begins, and how wide it is.
pub(crate) fn place(header: u16, name: u16) -> (u16, u16) {
    let from = if has_brand(header) { 13 } else { 1 } + name;
    let end = header.saturating_sub(badge_room(header) + 1);
    (from, end.saturating_sub(from))
}

/// Whether there is room for the name of the program beside it.
pub(crate) const fn has_brand(header: u16) -> bool {
    header >= 76
}

/// How much room there is for the clock: always the same, so that the line stands still.
pub(crate) const fn badge_room(header: u16) -> u16 {
    match header {
        110.. => 52,
        76.. => 40,
        _ => header / 2,
    }
}

/// How wide the name of a connection is, the space behind it included.
pub(crate) fn name_width(connection: &Connection) -> u16 {
    u16::try_from(connection.id.to_string().len() + 1).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Status;
    use crate::trace::Trace;
    use crate::tui::fixture::{Script, id};

    fn line(tell: impl FnOnce(&mut Script)) -> Scrubber {
        let mut script = Script::new();
        script.accept(1);
        tell(&mut script);
        let mut trace = Trace::default();
        script.fold_into(&mut trace);
        Scrubber::new(&trace.connections[&id(1)], false)
    }

    #[test]
    fn every_moment_has_a_cell_and_every_cell_a_moment_that_stands_there_or_before() {
        let line = line(|s| {
            s.receive(1, "GET / HTTP/1.1\r\n").wait(4000);
            s.receive(1, "Host: x\r\n\r\n").answer(1, Status::OK, 3);
        });
        for width in [1, 7, 40, 200] {
            for (_, stop) in &line.stops {
                let x = line.caret(stop.moment, stop.at, width);
                assert!(x < width);
                let found = line.moment_at(x, width).unwrap();
                assert!(found >= stop.moment);
                assert_eq!(line.caret(found, line.stops[0].1.at, width), x);
            }
        }
        assert_eq!(
            line.moment_at(199, 200),
            Some(line.stops.last().unwrap().1.moment)
        );
        assert_eq!(line.moment_at(0, 200), Some(line.stops[0].1.moment));
    }

    #[test]
    fn a_pause_is_seen_and_what_is_quick_can_be_told_apart() {
        let line = line(|s| {
            s.receive(1, "GET / HTTP/1.1\r\n").wait(60_000);
            s.receive(1, "Host: x\r\n\r\n");
        });
        let cells = line.cells(60);
        let quiet = cells.iter().filter(|cell| cell.mark.is_none()).count();
        assert!(quiet > 20, "{quiet}");
        let taken = cells.iter().filter(|cell| cell.count > 0).count();
        assert_eq!(taken, line.stops.len(), "none shares a cell");
        // While a pause passes, the caret does.
        let at = line.stops[2].1;
        let carets: Vec<_> = [0, 100, 10_000, 60_000]
            .map(|ms| line.caret(at.moment, at.at + Duration::from_millis(ms), 60))
            .into();
        assert!(carets.is_sorted_by(|a, b| a < b), "{carets:?}");
    }

    #[test]
    fn what_was_left_out_is_a_gap_on_the_line() {
        let line = line(|s| {
            s.receive(1, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            s.answer(1, Status::OK, 3).close(1);
            s.records.drain(3..6);
        });
        let cells = line.cells(60);
        let gap = cells.iter().filter(|c| c.mark == Some(Mark::LeftOut));
        assert!(gap.count() >= 5);
        assert!(cells.iter().any(|c| c.mark == Some(Mark::Recv)));
    }
}
