//! A terminal that takes nothing (XOFF, a dead ssh) must not keep the process from ending.
//!
//! Writing to such a terminal blocks, and no signal handler can end that. So while the
//! screen is being left, and while a last word is being said, this thread looks on.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::terminal::Tty;

/// How long leaving the screen may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take once more, after everything unwritten was thrown away.
const SECOND_PATIENCE: Duration = Duration::from_millis(500);

/// What the one that draws is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Watch {
    /// Drawing: a terminal that takes nothing for a while is none of our business.
    Off,
    /// Leaving the screen, or saying the last word. Counts the occasions.
    On(u32),
    /// Done with the terminal for now.
    Done(u32),
}

/// The thread that looks on, and the switch it is turned on by.
#[derive(Debug, Clone)]
pub(crate) struct Watchdog {
    state: Arc<(Mutex<Watch>, Condvar)>,
}

impl Watchdog {
    pub(crate) fn spawn(tty: Arc<Tty>) -> io::Result<Self> {
        let watchdog = Self {
            state: Arc::new((Mutex::new(Watch::Off), Condvar::new())),
        };
        let looker = watchdog.clone();
        thread::Builder::new()
            .name("watchdog".into())
            .spawn(move || looker.look(&tty))?;
        Ok(watchdog)
    }

    /// A signal asked for the end: whoever draws is to leave the screen now. Nothing
    /// happens if that was done already.
    pub(crate) fn expect_leaving(&self) {
        let mut watch = self.lock();
        if *watch == Watch::Off {
            *watch = Watch::On(0);
            self.state.1.notify_one();
        }
    }

    /// Runs something that writes to the terminal, and ends the process if that hangs.
    pub(crate) fn guard<T>(&self, write: impl FnOnce() -> T) -> T {
        let mut watch = self.lock();
        let occasion = match *watch {
            Watch::Off => 0,
            // The time counts from the signal.
            Watch::On(occasion) => occasion,
            Watch::Done(occasion) => occasion + 1,
        };
        *watch = Watch::On(occasion);
        self.state.1.notify_one();
        drop(watch);
        let result = write();
        *self.lock() = Watch::Done(occasion);
        self.state.1.notify_one();
        result
    }

    fn lock(&self) -> MutexGuard<'_, Watch> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, tty: &Tty) {
        let changed = &self.state.1;
        let mut watch = self.lock();
        loop {
            watch = changed
                .wait_while(watch, |now| !matches!(now, Watch::On(_)))
                .unwrap_or_else(PoisonError::into_inner);
            let occasion = *watch;
            for (patience, last) in [(PATIENCE, false), (SECOND_PATIENCE, true)] {
                let (now, waited) = changed
                    .wait_timeout_while(watch, patience, |now| *now == occasion)
                    .unwrap_or_else(PoisonError::into_inner);
                watch = now;
                if !waited.timed_out() {
                    break;
                }
                if last {
                    tty.abandon();
                    // The end was asked for, and it is not the fault of the asker that
                    // nobody reads this terminal.
                    signal_hook::low_level::exit(0);
                }
                // The frame that is stuck goes; the writer wakes, and the end is orderly.
                tty.discard_output();
            }
        }
    }
}
