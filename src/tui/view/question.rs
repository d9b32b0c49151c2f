//! The question before a step, with its answers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay::window;
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::widgets::canvas;

pub(super) fn draw(model: &Model, area: Rect, cells: &mut Buffer) {
    let Some(question) = &model.ui.predict.question else {
        return;
    };
    let answers: Vec<_> = question.answers().collect();
    let rows = canvas::cells(answers.len()) + 2;
    let mut inside = window(model, question.text, 52, rows, area, cells);
    let (key, text) = (
        model.theme.style(Role::Key),
        model.theme.style(Role::Strong),
    );
    for (y, answer) in (0..).zip(&answers) {
        let x = inside.text(1, y, &format!("{}  ", y + 1), key);
        inside.text(x, y, answer, text);
    }
    let dim = model.theme.style(Role::Dim);
    inside.text(1, rows - 1, "then the step is done; Esc: not now", dim);
}
