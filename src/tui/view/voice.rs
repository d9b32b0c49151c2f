//! What happened last, in a sentence, and below it what to do about it; in as many lines as
//! there are.

use super::question;
use crate::trace::advice::Weight;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::cells;
use crate::tui::widgets::canvas::{Canvas, wrap};
use crate::tui::widgets::paragraph;

pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) {
    // A question and its answer come before what is always told.
    let taken = question::draw(model, canvas);
    let (width, rows) = (canvas.width(), canvas.height());
    let canvas = &mut canvas.part(0, taken, width, rows.saturating_sub(taken));
    if canvas.height() == 0 {
        return;
    }
    let advice = model.advice();
    let sentence = model.narration();
    let height = canvas.height();
    // Advice comes first where there is room for one of them only.
    let for_narration = match &advice {
        None => height,
        Some(_) if height < 2 => 0,
        Some(advice) => {
            let wanted = wrap(
                &format!("{}: {}", advice.what, advice.remedy),
                paragraph::room(canvas, 3),
            );
            let most = match advice.weight {
                // The remedy stands at its end.
                Weight::Wrong => height,
                Weight::Notice => height.div_ceil(2),
            };
            height - cells(wanted.len()).clamp(1, most)
        }
    };
    let mut y = 0;
    if let Some(sentence) = sentence.filter(|_| for_narration > 0) {
        let style = model.theme.style(Role::Text);
        y = paragraph::draw(&sentence, (1, 0), for_narration, style, canvas);
    }
    let Some(advice) = advice else { return };
    let (glyph, role) = match advice.weight {
        Weight::Wrong => ('▲', Role::Bad),
        Weight::Notice => ('›', Role::Key),
    };
    let style = model.theme.style(role);
    canvas.cell(1, y, glyph, style);
    let what = format!("{}: ", advice.what);
    let whole = format!("{what}{}", advice.remedy);
    let text = model.theme.style(Role::Text);
    paragraph::draw(&whole, (3, y), height.saturating_sub(y), text, canvas);
    // What is the matter stands out from what to do; it may take more than a line itself.
    let mut left = what.chars().count();
    for (row, line) in (y..height).zip(wrap(&whole, paragraph::room(canvas, 3))) {
        let here: String = line.chars().take(left).collect();
        canvas.tint(3, row, crate::tui::widgets::canvas::width(&here), style);
        left = left.saturating_sub(line.chars().count());
    }
}
