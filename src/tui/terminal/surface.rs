//! The terminal with ratatui on it: taken, drawn on, left and taken again.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use ratatui::layout::Size;
use ratatui::{Frame, Terminal};

use crate::signals::{self, Whom};
use crate::tui::terminal::background;
use crate::tui::terminal::screen::Screen;
use crate::tui::terminal::tty::{self, Output, Tty};
use crate::tui::theme::Theme;

/// The terminal while it is ours, and while it is not because the process was stopped.
pub(crate) struct Surface {
    tty: Arc<Tty>,
    terminal: Option<Terminal<Screen<Output>>>,
    /// GLASSPORT_TEST_PANIC=view: the second frame panics.
    #[cfg(debug_assertions)]
    panics: bool,
}

impl Surface {
    pub(crate) fn take(tty: Arc<Tty>, theme: Theme) -> io::Result<Self> {
        // Whether NO_COLOR counts was decided with the theme; crossterm would decide again.
        if theme.has_color() {
            crossterm::style::force_color_output(true);
        }
        let mut surface = Self {
            tty,
            terminal: None,
            #[cfg(debug_assertions)]
            panics: std::env::var_os("GLASSPORT_TEST_PANIC").is_some_and(|what| what == "view"),
        };
        surface.enter()?;
        if theme.asks() {
            tty::write_all(rustix::stdio::stdout(), background::QUERY)?;
        }
        Ok(surface)
    }

    fn enter(&mut self) -> io::Result<()> {
        self.tty.take()?;
        self.repaint()
    }

    /// Forgets what is on the screen, so that the next frame draws all of it, at the size
    /// the terminal has now.
    pub(crate) fn repaint(&mut self) -> io::Result<()> {
        // `Terminal::clear` would do the same, on a terminal that has kept its size.
        let mut terminal = Terminal::new(Screen::new(Output, self.tty.size()))
            .inspect_err(|_| self.tty.give_back())?;
        terminal.clear()?;
        self.terminal = Some(terminal);
        Ok(())
    }

    /// Stops the process, and says whether it was stopped: then what comes next is
    /// [`Signal::Continue`](signals::Signal::Continue). Where nobody could continue it, the
    /// screen is still ours, or ours again.
    pub(crate) fn suspend(&mut self, whom: Whom) -> io::Result<bool> {
        if !signals::may_be_stopped() {
            return Ok(false);
        }
        self.terminal = None;
        self.tty.leave();
        let stopped = signals::stop(whom)?;
        if !stopped {
            self.enter()?;
        }
        Ok(stopped)
    }

    /// Gives the terminal to somebody else for as long as this takes. It is not taken again
    /// where the process is to end.
    pub(crate) fn lend<T>(
        &mut self,
        to: impl FnOnce() -> ControlFlow<i32, T>,
    ) -> io::Result<ControlFlow<i32, T>> {
        self.terminal = None;
        self.tty.give_back();
        let came = to();
        if came.is_continue() {
            self.enter()?;
        }
        Ok(came)
    }

    /// The process goes on. It may have been stopped without being asked (SIGSTOP), and then
    /// a shell has been using the screen.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        self.terminal = None;
        self.tty.give_back();
        self.enter()
    }

    /// Has the mouse reported, or not, from now on.
    pub(crate) fn report_mouse(&self, wanted: bool) -> io::Result<()> {
        self.tty.report_mouse(wanted)
    }

    /// Writes a sequence of which nothing is drawn.
    pub(crate) fn tell(&self, sequence: &[u8]) -> io::Result<()> {
        if self.is_here() {
            Output.write_all(sequence)?;
        }
        Ok(())
    }

    pub(crate) fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let Some(terminal) = &mut self.terminal else {
            return Ok(());
        };
        terminal.draw(|frame| {
            view(frame);
            #[cfg(debug_assertions)]
            assert!(!self.panics || frame.count() == 0, "a panic for the tests");
        })?;
        Ok(())
    }

    /// Whether the terminal is ours.
    pub(crate) fn is_here(&self) -> bool {
        self.terminal.is_some()
    }

    /// The size the terminal has now.
    pub(crate) fn size(&self) -> Size {
        self.tty.size()
    }
}
