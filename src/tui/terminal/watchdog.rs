//! A terminal that takes nothing (XOFF, a dead ssh) must not keep the process from ending.
//!
//! Writing to such a terminal blocks, and no signal handler can end that. So while the
//! screen is being left, and while a last word is being said, this thread looks on.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::signals::die_of;
use crate::tui::terminal::tty::{self, Tty};

/// How long leaving the screen may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long everything else may take, from when the terminal was found to take nothing: the
/// screen left after all, the server stopped, the last word.
const LITTLE_PATIENCE: Duration = Duration::from_millis(800);
/// How long a last word may take.
const LAST_WORD: Duration = Duration::from_millis(400);

/// What the one that draws is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Drawing: a terminal that takes nothing for a while is none of our business.
    Drawing,
    /// Leaving the screen, or it should be.
    Leaving,
    /// Nothing: the screen is left.
    Nothing,
    /// Saying a last word.
    Speaking,
}

#[derive(Debug)]
struct State {
    doing: Doing,
    /// The signal that asked for the end, if one did.
    signal: Option<i32>,
    /// Output was thrown away, and the sequence that leaves the screen may have been in it.
    discarded: bool,
}

/// The thread that looks on, and the switch it is turned on by.
#[derive(Debug, Clone)]
pub(crate) struct Watchdog {
    tty: Arc<Tty>,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Watchdog {
    pub(crate) fn spawn(tty: Arc<Tty>) -> io::Result<Self> {
        let state = State {
            doing: Doing::Drawing,
            signal: None,
            discarded: false,
        };
        let watchdog = Self {
            tty,
            state: Arc::new((Mutex::new(state), Condvar::new())),
        };
        let looker = watchdog.clone();
        thread::Builder::new()
            .name("watchdog".into())
            .spawn(move || looker.look())?;
        Ok(watchdog)
    }

    /// The end was asked for, by a signal or by the user: whoever draws is to leave the
    /// screen now. Nothing happens if that was done already.
    pub(crate) fn expect_leaving(&self, signal: Option<i32>) {
        let mut state = self.lock();
        state.signal = state.signal.or(signal);
        if state.doing == Doing::Drawing {
            state.doing = Doing::Leaving;
            self.state.1.notify_one();
        }
    }

    /// Gives the terminal back.
    pub(crate) fn leave(&self) {
        self.expect_leaving(None);
        self.tty.leave();
        loop {
            let mut state = self.lock();
            if !std::mem::take(&mut state.discarded) {
                state.doing = Doing::Nothing;
                self.state.1.notify_one();
                return;
            }
            drop(state);
            tty::leave_again();
        }
    }

    /// Says something on the terminal that was given back.
    pub(crate) fn speak(&self, say: impl FnOnce()) {
        let now_doing = |doing| {
            self.lock().doing = doing;
            self.state.1.notify_one();
        };
        now_doing(Doing::Speaking);
        say();
        now_doing(Doing::Nothing);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process when leaving or speaking takes too long.
    fn look(&self) {
        let changed = &self.state.1;
        let mut state = self.lock();
        loop {
            state = changed
                .wait_while(state, |now| {
                    !matches!(now.doing, Doing::Leaving | Doing::Speaking)
                })
                .unwrap_or_else(PoisonError::into_inner);
            let doing = state.doing;
            let patience = if doing == Doing::Leaving {
                PATIENCE
            } else {
                LAST_WORD
            };
            let (now, waited) = changed
                .wait_timeout_while(state, patience, |now| now.doing == doing)
                .unwrap_or_else(PoisonError::into_inner);
            state = now;
            if waited.timed_out() {
                break;
            }
        }
        let signal = state.signal;
        if state.doing == Doing::Leaving {
            // The frame that is stuck goes; the writer wakes, and the end may be orderly yet.
            state.discarded = true;
            self.tty.discard_output();
            drop(state);
            thread::sleep(LITTLE_PATIENCE);
        }
        self.tty.abandon();
        // The end was asked for, and it is not the fault of who asked that nobody reads this
        // terminal. A signal was not answered in order, and is seen to have ended this.
        match signal {
            Some(number) => die_of(number),
            None => signal_hook::low_level::exit(0),
        }
    }
}
