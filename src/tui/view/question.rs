//! The question before a step with its answers, and afterwards what came of it: in the lines
//! of narration and advice, so that no pane they are about is covered.

use super::share;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas::{Canvas, width};
use crate::tui::widgets::paragraph;

/// Draws the question, if one is open, or what came of the last one; says how many rows that
/// took.
pub(super) fn draw(model: &Model, canvas: &mut Canvas<'_>) -> u16 {
    let rows = canvas.height();
    if let Some(question) = &model.ui.predict.question {
        let (key, text) = (
            model.theme.style(Role::Key),
            model.theme.style(Role::Strong),
        );
        let asked = match share::answered(model) {
            Some(answered) => {
                format!("{}: {} ({answered})", question.connection, question.text)
            }
            None => format!("{}: {}", question.connection, question.text),
        };
        let style = model.theme.style(Role::Warning);
        let mut y = paragraph::draw(&asked, (1, 0), rows, style, canvas);
        let mut x = if rows == 1 { width(&asked) + 3 } else { 1 };
        y = y.min(rows.saturating_sub(1));
        let esc = ("Esc".to_owned(), "not now".to_owned());
        let answers = (1..).map(|n: usize| n.to_string()).zip(question.answers());
        for (name, answer) in answers.chain([esc]) {
            let wanted = width(&name) + width(&answer) + 4;
            if x > 1 && x + wanted > canvas.width() && y + 1 < rows {
                (x, y) = (1, y + 1);
            }
            x = canvas.text(x, y, &name, key) + 1;
            x = canvas.text(x, y, &answer, text) + 3;
        }
        return rows;
    }
    let shown = model.watched();
    let answer = model.ui.predict.answer.as_ref();
    let Some(answer) = answer.filter(|answer| Some(answer.connection) == shown) else {
        return 0;
    };
    let role = if answer.right { Role::Good } else { Role::Bad };
    let style = model.theme.style(role);
    let y = paragraph::draw(&answer.text, (1, 0), rows, style, canvas);
    share::bars(model, y, canvas)
}
