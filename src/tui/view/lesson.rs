//! The strip of a lesson: which step it is, what is said, what is asked, and the key for what
//! comes next.

use super::voice::draw_wrapped;
use crate::tui::model::lesson::{Moment, Strip};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::canvas::{Canvas, width};

pub(crate) fn draw(theme: Theme, strip: &Strip, canvas: &mut Canvas<'_>) {
    let rows = canvas.height();
    draw_title(theme, strip, canvas);
    let text = (&*strip.text, Role::Strong);
    let ask = strip.ask.as_deref();
    // The answer comes before what else was to be seen.
    let (word, role, is_first) = match strip.moment {
        Moment::Say | Moment::Doing => ("Predict: ", Role::Warning, false),
        Moment::See => ("Answer: ", Role::Good, true),
        Moment::Over | Moment::Unlike => ("", Role::Text, false),
    };
    let ask = ask.map(|ask| (format!("{word}{ask}"), role));
    let ask = ask.as_ref().map(|(ask, role)| (ask.as_str(), *role));
    let parts = if is_first {
        [ask, Some(text)]
    } else {
        [Some(text), ask]
    };
    let mut y = 1;
    for (text, role) in parts.into_iter().flatten() {
        let style = theme.style(role);
        y = draw_wrapped(text, (1, y), rows.saturating_sub(y), style, canvas);
    }
}

/// The first row: where the lesson stands, and the keys.
fn draw_title(theme: Theme, strip: &Strip, canvas: &mut Canvas<'_>) {
    let rule = theme.style(Role::BorderFocused);
    let end = canvas.width();
    canvas.rule(0, end, 0, '─', rule);
    let title = theme.style(Role::TitleFocused);
    let at = format!(" {} · step {} of {} ", strip.title, strip.step, strip.of);
    let at = canvas.text(1, 0, &at, title);
    let (key, word) = match strip.moment {
        Moment::Say => ("Enter", " does it "),
        Moment::Doing => ("", strip.did.as_str()),
        Moment::See => ("Enter", " next step "),
        Moment::Over => ("", "over; Q leaves "),
        Moment::Unlike => ("", "not as told; Q leaves "),
    };
    if key.is_empty() && word.is_empty() {
        return;
    }
    let wanted = width(key) + width(word) + 1;
    let x = end.saturating_sub(wanted + 1).max(at + 1);
    let x = canvas.text(x, 0, " ", rule);
    let x = canvas.text(x, 0, key, theme.style(Role::Key));
    canvas.text(x, 0, word, theme.style(Role::Dim));
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::view;
    use super::*;
    use crate::tui::fixture::strip;
    use crate::tui::fixture::{Script, about};
    use crate::tui::{Dashboard, Model, Msg, update};

    fn screen(strip: Strip, width: u16, height: u16) -> TestBackend {
        let mut model = Dashboard::new(Model::new(about()));
        let mut script = Script::new();
        script.accept(1).receive(1, "GET / HTTP/1.1\r\n");
        script.tell(&mut model);
        update(&mut model, Msg::Resize { width, height });
        update(&mut model, Msg::Lesson(Box::new(strip)));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&model, frame)).unwrap();
        terminal.backend().clone()
    }

    #[test]
    fn a_question_before_the_step() {
        insta::assert_snapshot!(screen(strip(), 80, 24));
    }

    #[test]
    fn its_answer_after_it() {
        let seen = Strip {
            moment: Moment::See,
            text: "One send, nine recvs, one request. The response is the same as ever.".into(),
            ask: Some("Nine: 35 / 4 is 8.75, and the last recv brings three octets.".into()),
            ..strip()
        };
        insta::assert_snapshot!(screen(seen, 120, 40));
    }
}
