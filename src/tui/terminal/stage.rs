//! Everything that has to be in place while the screen is ours: the terminal taken, its keys
//! read, its signals taken over, and the ways back should anything go wrong.

use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, unbounded};
use signal_hook::consts::{SIGINT, SIGQUIT};

use crate::signals::{self, Signal, Taker, Whom, die_of};
use crate::tui::terminal::input::Keyboard;
use crate::tui::terminal::panics::{self, Held};
use crate::tui::terminal::surface::Surface;
use crate::tui::terminal::tty::{self, Tty};
use crate::tui::terminal::watchdog::Watchdog;
use crate::tui::theme::Theme;

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
        let signals = listen(&tty, watchdog.clone())?;
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

/// Takes the signals over. Those that ask for the end have the watchdog look on.
///
/// A second INT or QUIT does not wait for the server to drain: it ends the process at once,
/// with the status a shell expects of that.
fn listen(tty: &Arc<Tty>, watchdog: Watchdog) -> io::Result<Receiver<Signal>> {
    let aborts = Arc::clone(tty);
    signals::on_abort(move || aborts.abandon_in_handler())?;
    let (sender, receiver) = unbounded();
    let tty = Arc::clone(tty);
    signals::listen(Taker::Screen, move |signal| {
        // Where it was lent to somebody else, there is no screen to be left.
        if let Signal::End(number) = signal
            && tty.is_taken()
        {
            watchdog.expect_leaving(Some(number));
        }
        if sender.send(signal).is_err() {
            without_dashboard(&tty, signal);
        }
    })?;
    Ok(receiver)
}

/// The screen has been left, and the server is being waited for.
fn without_dashboard(tty: &Tty, signal: Signal) {
    match signal {
        Signal::Suspend => {
            let _ = signals::stop(Whom::Process);
        }
        Signal::End(number @ (SIGINT | SIGQUIT)) => {
            tty.abandon();
            die_of(number);
        }
        // The end was asked for already.
        Signal::End(_) | Signal::Reopen(_) | Signal::Continue | Signal::Resize => {}
    }
}

impl Farewell {
    /// The last word on standard output, and then what panics there were on standard error.
    ///
    /// To be used in place of `print!`, which panics when the terminal is gone and blocks
    /// for ever when nobody reads it: if this takes longer than a second, the process ends.
    pub(crate) fn say(&self, text: &str) {
        self.watchdog.speak(|| {
            let _ = tty::write_all(rustix::stdio::stdout(), text.as_bytes());
            self.held.report();
        });
    }
}
