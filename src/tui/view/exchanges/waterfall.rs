//! When each exchange of the table was under way, on one axis of time for all of them.

use std::time::Duration;

use super::columns::Column;
use crate::trace::{Exchange, ExchangeId};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::Canvas;

/// The time that the axis shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) begin: Duration,
    pub(super) end: Duration,
}

impl Axis {
    /// That of the page load of the selected exchange; where it is none, that of all rows in
    /// sight.
    pub(super) fn new(
        model: &Model,
        selected: Option<ExchangeId>,
        in_sight: &[ExchangeId],
    ) -> Option<Self> {
        let trace = model.trace();
        let page = selected.and_then(|id| trace.page_of(id));
        if let Some(load) = page.and_then(|page| trace.page_load(page)) {
            let (begin, end) = (load.begin, load.end);
            return Some(Self { begin, end });
        }
        let extents = in_sight
            .iter()
            .filter_map(|&id| trace.exchange(id)?.extent());
        extents.fold(None, |axis: Option<Self>, (begin, end)| {
            let axis = axis.unwrap_or(Self { begin, end });
            Some(Self {
                begin: axis.begin.min(begin),
                end: axis.end.max(end),
            })
        })
    }

    pub(super) fn length(self) -> Duration {
        self.end.saturating_sub(self.begin)
    }

    /// Which of `cells` stands for a time.
    fn cell(self, at: Duration, cells: u16) -> u16 {
        let nanos = self.length().as_nanos().max(1);
        let part = at.saturating_sub(self.begin).as_nanos() * u128::from(cells) / nanos;
        u16::try_from(part).unwrap_or(cells).min(cells)
    }
}

/// The bar of one exchange: receiving, handling, sending, each known by its weight.
pub(super) fn draw(
    model: &Model,
    axis: Axis,
    exchange: &Exchange,
    column: Column,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let Some((begin, end)) = exchange.extent() else {
        return;
    };
    let dim = model.theme.style(Role::Dim);
    if end < axis.begin {
        return canvas.cell(column.x, y, '◂', dim);
    }
    if begin > axis.end {
        return canvas.cell(column.end.saturating_sub(1), y, '▸', dim);
    }
    let cells = column.width();
    let at = |time: Duration| column.x + axis.cell(time, cells);
    let complete = exchange.times.complete.unwrap_or(end);
    let responding = exchange.times.responding.unwrap_or(end);
    let role = exchange
        .status()
        .map_or(Role::Dim, |status| Role::of_status(status.class()));
    let bar = model.theme.style(role);
    // Whatever took time is seen, however short it was.
    let last = at(end).max(at(begin) + 1).min(column.end);
    let first = at(begin).min(last.saturating_sub(1));
    canvas.rule(first, last, y, '█', bar);
    canvas.rule(first, at(complete).min(last), y, '░', dim);
    canvas.rule(
        at(complete).max(first),
        at(responding).min(last),
        y,
        '▒',
        bar,
    );
    if first == last.saturating_sub(1) {
        canvas.cell(first, y, '█', bar);
    }
}
