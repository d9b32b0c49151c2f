//! Signals, turned into values on a channel.

use std::io;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, unbounded};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::terminal::Tty;
use super::watchdog::Watchdog;

/// What a signal asks of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// TERM, INT, HUP or QUIT: the end.
    End(i32),
    /// TSTP: stop, until CONT comes.
    Suspend,
    /// CONT: whatever was on the screen is no longer.
    Continue,
    /// WINCH: the terminal may have another size.
    Resize,
}

/// Takes the signals over, for the rest of the process's life.
///
/// A second INT or QUIT does not wait for the server to drain: it ends the process at once,
/// with the status a shell expects of that.
pub(crate) fn listen(tty: Arc<Tty>, watchdog: Watchdog) -> io::Result<Receiver<Signal>> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let (sender, receiver) = unbounded();
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                let signal = match number {
                    SIGTSTP => Signal::Suspend,
                    SIGCONT => Signal::Continue,
                    SIGWINCH => Signal::Resize,
                    _ => Signal::End(number),
                };
                if matches!(signal, Signal::End(_)) {
                    watchdog.expect_leaving();
                }
                if sender.send(signal).is_err() {
                    without_dashboard(&tty, number);
                }
            }
        })?;
    Ok(receiver)
}

/// The screen has been left, and the server is being waited for.
fn without_dashboard(tty: &Tty, number: i32) {
    match number {
        SIGTSTP => {
            let _ = stop_process();
        }
        SIGINT | SIGQUIT => {
            tty.abandon();
            low_level::exit(128 + number);
        }
        // The end was asked for already.
        _ => {}
    }
}

/// Stops this process the way TSTP does by default. Returns when CONT has come.
pub(crate) fn stop_process() -> io::Result<()> {
    low_level::emulate_default_handler(SIGTSTP)
}
