//! Two answers side by side; what differs is marked, not by colour alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::trace::comparison::{Pair, pairs};
use crate::trace::format;
use crate::tui::model::Model;
use crate::tui::model::overlay::Comparison;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, cells, middle, width};
use crate::tui::widgets::window::window;

/// The most cells of the names.
const NAMES: u16 = 24;

pub(super) fn draw(model: &Model, comparison: &Comparison, area: Rect, buffer: &mut Buffer) {
    let trace = model.trace();
    let of = |id: crate::trace::ExchangeId| {
        let connection = trace.connections.get(&id.connection)?;
        Some((&**connection, connection.exchange(id.n)?))
    };
    let (before, after) = (comparison.before, comparison.after);
    let both = of(before).zip(of(after));
    let pairs = both.map_or_else(Vec::new, |(before, after)| pairs(before, after));
    let differ = pairs.iter().filter(|pair| pair.differs()).count();
    let title = match differ {
        0 => "The same answer".to_owned(),
        n => format!("Two answers: {}", format::plural(n as u64, "difference")),
    };
    let columns = area.width.saturating_sub(8).min(150);
    let rows = cells(pairs.len() + 2).min(area.height.saturating_sub(4));
    let mut inside = window(model.theme, &title, columns, rows, area, buffer);
    let dim = model.theme.style(Role::Dim);
    if pairs.is_empty() {
        inside.text(0, 0, "one of them is no longer kept", dim);
        return;
    }
    let names = pairs.iter().map(|pair| width(&pair.name)).max();
    let names = names.unwrap_or(0).min(NAMES).min(inside.width() / 4);
    let half = inside.width().saturating_sub(names + 5) / 2;
    let at = Columns {
        names,
        before: names + 3,
        after: names + 5 + half,
        half,
    };
    let strong = model.theme.style(Role::Strong);
    inside.text(
        at.before,
        0,
        &format!("{}.{}", before.connection, before.n),
        strong,
    );
    inside.text(
        at.after,
        0,
        &format!("{}.{}, changed", after.connection, after.n),
        strong,
    );
    let room = usize::from(inside.height().saturating_sub(1));
    let top = comparison.top.min(pairs.len().saturating_sub(room));
    for (y, pair) in (1..inside.height()).zip(pairs.iter().skip(top)) {
        at.draw(model, pair, y, &mut inside);
    }
}

/// Where the columns begin.
struct Columns {
    names: u16,
    before: u16,
    after: u16,
    half: u16,
}

impl Columns {
    fn draw(&self, model: &Model, pair: &Pair, y: u16, canvas: &mut Canvas<'_>) {
        let theme = model.theme;
        canvas.text_in(0, y, self.names, &pair.name, theme.style(Role::Dim));
        let role = if pair.differs() {
            canvas.cell(self.names + 1, y, '≠', theme.style(Role::Warning));
            Role::Warning
        } else if pair.must_differ() {
            canvas.cell(self.names + 1, y, '≠', theme.style(Role::Dim));
            Role::Dim
        } else {
            Role::Text
        };
        let absent = theme.style(Role::Dim);
        for (x, value) in [(self.before, &pair.before), (self.after, &pair.after)] {
            match value {
                Some(value) => {
                    let text = middle(value, self.half);
                    canvas.text_in(x, y, self.half, &text, theme.style(role));
                }
                None => {
                    canvas.text_in(x, y, self.half, "—", absent);
                }
            }
        }
    }
}
