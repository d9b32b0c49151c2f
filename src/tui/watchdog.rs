//! A terminal that takes nothing (XOFF, a dead ssh) must not keep the process from ending.
//!
//! Writing to such a terminal blocks, and no signal handler can end that. So while the
//! screen is being left, and while a last word is being said, this thread looks on.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::terminal::{self, Tty};

/// How long leaving the screen, or a last word, may take.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take on a terminal that has taken nothing for that long before; what the
/// terminal still sends is waited for in it.
const LITTLE_PATIENCE: Duration = Duration::from_millis(600);

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

    /// A signal asked for the end: whoever draws is to leave the screen now. Nothing
    /// happens if that was done already.
    pub(crate) fn expect_leaving(&self) {
        let mut state = self.lock();
        if state.doing == Doing::Drawing {
            state.doing = Doing::Leaving;
            self.state.1.notify_one();
        }
    }

    /// Gives the terminal back.
    pub(crate) fn leave(&self) {
        self.expect_leaving();
        self.tty.leave();
        loop {
            let mut state = self.lock();
            if !std::mem::take(&mut state.discarded) {
                state.doing = Doing::Nothing;
                self.state.1.notify_one();
                return;
            }
            drop(state);
            terminal::leave_again();
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
        let mut patience = PATIENCE;
        loop {
            state = changed
                .wait_while(state, |now| {
                    !matches!(now.doing, Doing::Leaving | Doing::Speaking)
                })
                .unwrap_or_else(PoisonError::into_inner);
            let doing = state.doing;
            let (now, waited) = changed
                .wait_timeout_while(state, patience, |now| now.doing == doing)
                .unwrap_or_else(PoisonError::into_inner);
            state = now;
            if !waited.timed_out() {
                continue;
            }
            if doing == Doing::Leaving && patience == PATIENCE {
                // The frame that is stuck goes; the writer wakes, and the end is orderly.
                state.discarded = true;
                self.tty.discard_output();
                patience = LITTLE_PATIENCE;
            } else {
                self.tty.abandon();
                // The end was asked for, and it is not the fault of who asked that nobody
                // reads this terminal.
                signal_hook::low_level::exit(0);
            }
        }
    }
}
