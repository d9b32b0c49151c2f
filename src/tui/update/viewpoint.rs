//! The dashboard as somebody else looks at it: in another size and other colours, and with
//! something else selected. There is one trace, whoever looks; what is one's own is the
//! selection.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{follow, moment, obey, pointer};
use crate::event::escape;
use crate::tui::keymap::{Command, Keymap, Motion};
use crate::tui::model::predict::Predict;
use crate::tui::model::rows::Sorts;
use crate::tui::model::{Model, Ui};
use crate::tui::theme::Theme;
use crate::tui::update::Dashboard;
use crate::tui::view::paint;

/// What may be done by whoever only looks: nothing of it reaches a connection, a file or the
/// clipboard.
const MAY: &[Command] = &[
    Command::Go(Motion::Up),
    Command::Go(Motion::Down),
    Command::Go(Motion::Left),
    Command::Go(Motion::Right),
    Command::Go(Motion::PageUp),
    Command::Go(Motion::PageDown),
    Command::Go(Motion::First),
    Command::Go(Motion::Last),
    Command::Go(Motion::LineStart),
    Command::Go(Motion::LineEnd),
    Command::NextPane,
    Command::PreviousPane,
    Command::Open,
    Command::Back,
    Command::Follow,
    Command::Dump,
    Command::OtherDirection,
    Command::Maximise,
    Command::ShowBuffer,
    Command::ShowHead,
    Command::ShowLadder,
    Command::ShowKernel,
    Command::ShowSyscalls,
    Command::RecordBack,
    Command::RecordOn,
    Command::ExchangeBack,
    Command::ExchangeOn,
    Command::SecondsBack,
    Command::SecondsOn,
    Command::NextOddity,
    Command::PreviousOddity,
    Command::Begin,
    Command::Present,
];

/// What somebody else has selected.
#[derive(Debug, Clone)]
pub struct Viewpoint {
    ui: Ui,
    /// The keys that do something there.
    keymap: Keymap,
}

/// What whoever looks asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Glance {
    /// The command of this name.
    Command(String),
    /// What stands in this cell.
    Click {
        /// Counted from the left.
        column: u16,
        /// Counted from the top.
        row: u16,
    },
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The screen.
    pub cells: Buffer,
    /// What is told of what is selected, in words alone.
    pub told: String,
}

/// A question that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Where and when it was asked: another one may have the same words.
    pub occasion: String,
    /// The question.
    pub text: String,
    /// What can be answered.
    pub answers: Vec<String>,
}

impl Dashboard {
    /// How somebody else may begin to look around: what is selected here, and nothing that is
    /// open over it.
    pub fn viewpoint(&self) -> Viewpoint {
        let ui = Ui {
            overlay: None,
            prompt: None,
            notice: None,
            help: false,
            lesson: None,
            landing: None,
            find: None,
            filter: None,
            sorts: Sorts::default(),
            predict: Predict::default(),
            projector: false,
            ..self.0.ui.clone()
        };
        Viewpoint {
            ui,
            keymap: Keymap::default().only(MAY),
        }
    }

    /// What is shown on a screen of this size: here, or from a viewpoint of one's own.
    pub fn drawn(&mut self, own: Option<&mut Viewpoint>, size: (u16, u16), theme: Theme) -> Shown {
        self.seen_from(own, size, theme, |model| {
            let area = Rect::new(0, 0, size.0, size.1);
            let mut cells = Buffer::empty(area);
            paint(model, area, &mut cells);
            Shown {
                cells,
                told: told(model),
            }
        })
    }

    /// Looks somewhere else; says whether that is something one may ask for.
    pub fn look(
        &mut self,
        own: &mut Viewpoint,
        size: (u16, u16),
        theme: Theme,
        glance: &Glance,
    ) -> bool {
        self.seen_from(Some(own), size, theme, |model| {
            model.ui.notice = None;
            match glance {
                Glance::Command(name) => {
                    let command = MAY.iter().find(|command| command.name() == name);
                    if let Some(command) = command {
                        // Nothing of these asks the runtime for anything.
                        let _ = obey(model, *command);
                    }
                    command.is_some()
                }
                &Glance::Click { column, row } => {
                    let event = MouseEvent {
                        kind: MouseEventKind::Down(MouseButton::Left),
                        column,
                        row,
                        modifiers: KeyModifiers::NONE,
                    };
                    let _ = pointer::point(model, event);
                    true
                }
            }
        })
    }

    /// The size of the screen here.
    pub fn size(&self) -> (u16, u16) {
        self.0.size
    }

    /// The question that is open here.
    pub fn asked(&self) -> Option<Asked> {
        let question = self.0.ui.predict.question.as_ref()?;
        let held = self.0.live.connections.get(&question.connection)?.held;
        Some(Asked {
            occasion: format!("{} {held:?}", question.connection),
            text: format!("{}: {}", question.connection, question.text),
            answers: question.answers().collect(),
        })
    }

    /// Puts what is somebody's own in the place of what is selected here, for as long as
    /// something is done with it.
    fn seen_from<R>(
        &mut self,
        own: Option<&mut Viewpoint>,
        size: (u16, u16),
        theme: Theme,
        then: impl FnOnce(&mut Model) -> R,
    ) -> R {
        let model = &mut self.0;
        let here = (model.size, model.theme);
        model.size = size;
        model.theme = if model.ui.projector {
            theme.loud()
        } else {
            theme
        };
        let done = match own {
            None => then(model),
            Some(own) => {
                model.theme = theme;
                let (frozen, rows, listing) =
                    (model.frozen.take(), model.rows.take(), model.listing.take());
                let mut swap = |model: &mut Model| {
                    std::mem::swap(&mut model.ui, &mut own.ui);
                    std::mem::swap(&mut model.keymap, &mut own.keymap);
                };
                swap(model);
                follow::note_seen(model);
                moment::look(model);
                let done = then(model);
                moment::look(model);
                swap(model);
                (model.frozen, model.rows, model.listing) = (frozen, rows, listing);
                done
            }
        };
        (model.size, model.theme) = here;
        done
    }
}

/// The narration and the advice.
fn told(model: &Model) -> String {
    let advice = model.advice();
    let advice = advice.map(|advice| format!("{}: {}", advice.what, advice.remedy));
    let all: Vec<_> = model.narration().into_iter().chain(advice).collect();
    escape(all.join(" ").as_bytes())
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent};
    use ratatui::buffer::Cell;

    use super::*;
    use crate::http::Status;
    use crate::tui::fixture::{Script, id, model};
    use crate::tui::{Msg, update};

    const SIZE: (u16, u16) = (120, 40);

    /// Three connections, of which the teacher looks at the newest.
    fn class() -> Dashboard {
        let mut model = model();
        let mut script = Script::new();
        for n in 1..=3 {
            script
                .accept(n)
                .receive(n, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            script.answer(n, Status::OK, 5);
        }
        script.tell(&mut model);
        model
    }

    fn press(model: &mut Dashboard, key: char) {
        update(model, Msg::Key(KeyEvent::from(KeyCode::Char(key))));
    }

    fn text(shown: &Shown) -> String {
        let symbols = shown.cells.content.iter().map(Cell::symbol);
        symbols.collect()
    }

    fn look(model: &mut Dashboard, own: &mut Viewpoint, name: &str) -> bool {
        model.look(own, SIZE, Theme::default(), &Glance::Command(name.into()))
    }

    #[test]
    fn somebody_else_looks_elsewhere_and_nothing_moves_here() {
        let mut model = class();
        let before = model.drawn(None, SIZE, Theme::default());
        let mut own = model.viewpoint();
        assert!(look(&mut model, &mut own, "up"));
        assert!(look(&mut model, &mut own, "record-back"));
        let there = model.drawn(Some(&mut own), SIZE, Theme::default());
        assert!(text(&there).contains("Buffer #2"), "{}", text(&there));
        assert!(!there.told.is_empty());
        assert_eq!(model.drawn(None, SIZE, Theme::default()), before);
        assert_eq!(model.watched(), Some(id(3)));
    }

    #[test]
    fn what_is_clicked_is_selected_there_in_the_size_it_was_drawn_in() {
        let mut model = class();
        let mut own = model.viewpoint();
        let click = Glance::Click { column: 8, row: 3 };
        assert!(model.look(&mut own, SIZE, Theme::default(), &click));
        let there = model.drawn(Some(&mut own), SIZE, Theme::default());
        assert!(text(&there).contains("Buffer #1"), "{}", text(&there));
    }

    #[test]
    fn whoever_watches_reaches_no_connection_no_file_and_no_end() {
        let mut model = class();
        let mut own = model.viewpoint();
        for name in [
            "hold",
            "hold-new",
            "step",
            "send-again",
            "record",
            "write",
            "copy",
            "quit",
            "edit",
            "slower",
            "recv-less",
            "filter",
            "palette",
            "",
            "nothing",
        ] {
            assert!(!look(&mut model, &mut own, name), "{name}");
        }
    }

    #[test]
    fn a_view_that_is_frozen_here_goes_on_there() {
        let mut model = class();
        let mut own = model.viewpoint();
        press(&mut model, ' ');
        let mut script = Script::new();
        script.wait(10).accept(4);
        script.tell(&mut model);
        let here = model.drawn(None, SIZE, Theme::default());
        let there = model.drawn(Some(&mut own), SIZE, Theme::default());
        assert!(text(&here).contains("FROZEN") && !text(&here).contains("Buffer #4"));
        assert!(text(&there).contains("Buffer #4") && !text(&there).contains("FROZEN"));
        // No key is named there that does nothing there.
        assert!(!text(&there).contains("freeze") && !text(&there).contains("quit"));
    }

    #[test]
    fn what_is_open_here_is_not_carried_along() {
        let mut model = class();
        press(&mut model, '?');
        let mut own = model.viewpoint();
        let there = model.drawn(Some(&mut own), SIZE, Theme::default());
        assert!(!text(&there).contains("Help"));
        press(&mut model, '?');
        press(&mut model, '/');
        let own = model.viewpoint();
        assert!(own.ui.prompt.is_none());
    }
}
