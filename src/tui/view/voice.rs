//! What happened last, in a sentence, and below it what to do about it.

use super::canvas::Canvas;
use crate::tui::advice::{self, Weight};
use crate::tui::model::Model;
use crate::tui::narration;
use crate::tui::theme::Role;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    let advice = advice::of(model);
    let narration = model.conn().filter(|_| model.ui.narration);
    let mut y = 0;
    if let Some(conn) = narration
        && (canvas.height() > 1 || advice.is_none())
    {
        canvas.text(1, y, &narration::of(conn), model.theme.style(Role::Text));
        y += 1;
    }
    let Some(advice) = advice else { return };
    let (glyph, role) = match advice.weight {
        Weight::Wrong => ('▲', Role::Bad),
        Weight::Notice => ('›', Role::Key),
    };
    let style = model.theme.style(role);
    canvas.cell(1, y, glyph, style);
    let x = canvas.text(3, y, &advice.what, style);
    let x = canvas.text(x, y, ": ", style);
    canvas.text(x, y, &advice.remedy, model.theme.style(Role::Text));
}
