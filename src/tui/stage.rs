//! Everything that has to be in place while the screen is ours: the terminal taken, its keys
//! read, its signals taken over, and the ways back should anything go wrong. It does not know
//! what is drawn.

use std::io;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::input::Keyboard;
use super::panics::{self, Held};
use super::signals::{self, Signal};
use super::surface::Surface;
use super::terminal::{self, Tty};
use super::theme::Theme;
use super::watchdog::Watchdog;

/// The screen, while it is ours.
pub(crate) struct Stage {
    pub(crate) surface: Surface,
    pub(crate) keyboard: Keyboard,
    pub(crate) signals: Receiver<Signal>,
    farewell: Farewell,
}

/// What is left when it no longer is.
#[derive(Debug)]
pub(crate) struct Farewell {
    watchdog: Watchdog,
    held: Held,
}

impl Stage {
    /// Takes the terminal. To be called once, on the thread that draws. After an error the
    /// terminal is as it was.
    pub(crate) fn open(theme: Theme) -> io::Result<Self> {
        let tty = Arc::new(Tty::open()?);
        let watchdog = Watchdog::spawn(Arc::clone(&tty))?;
        let signals = signals::listen(Arc::clone(&tty), watchdog.clone())?;
        let held = panics::install(Arc::clone(&tty));
        let surface = Surface::take(Arc::clone(&tty), theme)?;
        let keyboard = Keyboard::open(Arc::clone(&tty)).inspect_err(|_| tty.give_back())?;
        Ok(Self {
            surface,
            keyboard,
            signals,
            farewell: Farewell { watchdog, held },
        })
    }

    /// Gives the terminal back.
    pub(crate) fn close(self) -> Farewell {
        // First, so that nobody reads what is typed when the terminal has been given back.
        drop(self.keyboard);
        self.farewell.watchdog.leave();
        self.farewell
    }
}

impl Farewell {
    /// The last word on standard output, and then what panics there were on standard error.
    ///
    /// To be used in place of `print!`, which panics when the terminal is gone and blocks
    /// for ever when nobody reads it: if this takes longer than a second, the process ends.
    pub(crate) fn say(&self, text: &str) {
        self.watchdog.speak(|| {
            let _ = terminal::write_all(rustix::stdio::stdout(), text.as_bytes());
            self.held.report();
        });
    }
}
