//! Stops, steps and slows down the worker of one connection.
//!
//! A worker passes four breakpoints: before each `recv`, before the search, before the parse,
//! before each `send`. While nothing is asked for, that costs one atomic load. Otherwise the
//! worker stands still there until it is released, told to do one step, or has waited long
//! enough; other connections and the shutdown are never delayed by it.
//!
//! A worker that is already blocked in a system call is pulled out of it by SIGURG. Its
//! sockets have SO_RCVTIMEO and SO_SNDTIMEO set, and with these a call that a signal
//! interrupts fails with EINTR on Linux whatever SA_RESTART says (signal(7)). Elsewhere the
//! call may go on: then one `recv` slips through, and the worker stops at its next breakpoint.
//! A connection that rests without a worker is given one, which stops before its `recv`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, Instant};

use super::kernel::Thread;
use crate::event::{Activity, Breakpoint, Flow, Handling, Reporter};

/// How often a worker is pulled at before it is left to stop where it will. The pauses
/// between grow, so this is about a second in all.
const PULLS: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Stops, steps and slows down one worker.
#[derive(Debug)]
pub(crate) struct Stepper {
    /// Whether the worker has to look closer.
    active: AtomicBool,
    recv_size: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

/// How a connection comes to do what it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// By itself, at its next breakpoint.
    AtOnce,
    /// Its worker may be blocked in a system call, and has to be [pulled](Stepper::pull) out.
    ByPulling,
    /// It rests, and a worker has to take it up.
    ByWaking,
}

#[derive(Debug)]
struct State {
    flow: Flow,
    /// How many breakpoints a held worker may pass.
    steps: u32,
    /// How often a worker that stood still was released: it goes on, though it may be told to
    /// hold again before it wakes.
    releases: u64,
    /// Where the worker stands still.
    at: Option<Breakpoint>,
    /// What is to be sent in the place of what is held.
    edited: Option<Vec<u8>>,
    /// The thread that serves the connection, while it does.
    worker: Option<Thread>,
    /// The server is stopping: nobody is held any more.
    stopping: bool,
}

impl Stepper {
    pub(crate) fn new(handling: Handling) -> Self {
        Self {
            active: AtomicBool::new(handling.flow != Flow::Run),
            recv_size: AtomicUsize::new(handling.recv_size),
            state: Mutex::new(State {
                flow: handling.flow,
                steps: 0,
                releases: 0,
                at: None,
                edited: None,
                worker: None,
                stopping: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// A panic while the lock is held leaves a state that is as good as before.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the worker is to be held or slowed down.
    pub(crate) fn is_active(&self) -> bool {
        self.active.load(Ordering::Acquire)
    }

    /// How many octets the next `recv` asks for.
    pub(crate) fn recv_size(&self) -> usize {
        self.recv_size.load(Ordering::Relaxed)
    }

    pub(crate) fn set_recv_size(&self, octets: usize) {
        self.recv_size.store(octets, Ordering::Relaxed);
    }

    /// How the connection is driven.
    pub(crate) fn handling(&self) -> Handling {
        Handling {
            flow: self.state().flow,
            recv_size: self.recv_size(),
        }
    }

    /// The calling thread serves the connection, until it [leaves](Self::leave).
    pub(crate) fn enter(&self) {
        let worker = Thread::current();
        self.state().worker = Some(worker);
    }

    /// No thread serves the connection.
    pub(crate) fn leave(&self) {
        self.state().worker = None;
    }

    /// Passes `breakpoint`, when the worker may. Says how long it stood still.
    pub(crate) fn pass(&self, breakpoint: Breakpoint, reporter: &mut Reporter) -> Duration {
        if self.is_active() {
            self.stand(breakpoint, reporter)
        } else {
            Duration::ZERO
        }
    }

    fn stand(&self, breakpoint: Breakpoint, reporter: &mut Reporter) -> Duration {
        let since = Instant::now();
        let (mut shown, mut told) = (false, false);
        let mut state = self.state();
        let releases = state.releases;
        while !state.stopping && state.releases == releases {
            match state.flow {
                Flow::Run => break,
                Flow::Slow(pause) => {
                    let left = pause.saturating_sub(since.elapsed());
                    if left.is_zero() {
                        break;
                    }
                    if !shown {
                        shown = true;
                        drop(state);
                        reporter.flush();
                        state = self.state();
                        continue;
                    }
                    state.at = Some(breakpoint);
                    state = self
                        .changed
                        .wait_timeout(state, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
                Flow::Held if state.steps > 0 => {
                    state.steps -= 1;
                    break;
                }
                // Telling takes time, and the state is not locked for that.
                Flow::Held if !told => {
                    (shown, told) = (true, true);
                    // Whoever is told may ask for a step at once.
                    state.at = Some(breakpoint);
                    drop(state);
                    reporter.set_held(Some(breakpoint));
                    reporter.detail(|| Activity::Held { before: breakpoint });
                    reporter.flush();
                    state = self.state();
                }
                Flow::Held => {
                    state.at = Some(breakpoint);
                    state = self
                        .changed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        state.at = None;
        drop(state);
        let stood = since.elapsed();
        if told {
            reporter.set_held(None);
            reporter.detail(|| Activity::Released { after: stood });
            // What it goes on with may block.
            reporter.flush();
        }
        stood
    }

    /// Waits for `time`, or until the server stops.
    pub(crate) fn rest(&self, time: Duration) {
        let since = Instant::now();
        let mut state = self.state();
        while !state.stopping {
            let left = time.saturating_sub(since.elapsed());
            if left.is_zero() {
                return;
            }
            state = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Sets how the connection goes on, and says how it comes to do so.
    pub(crate) fn set_flow(&self, flow: Flow) -> Reach {
        let mut state = self.state();
        // It is on its way from here on: one that is to be held again stands nowhere yet.
        if flow == Flow::Run && state.at.take().is_some() {
            state.releases += 1;
        }
        state.flow = flow;
        state.steps = 0;
        self.active
            .store(flow != Flow::Run && !state.stopping, Ordering::Release);
        let reach = if flow != Flow::Held || state.at.is_some() {
            Reach::AtOnce
        } else if state.worker.is_some() {
            Reach::ByPulling
        } else {
            Reach::ByWaking
        };
        drop(state);
        self.changed.notify_all();
        reach
    }

    /// Lets a held worker pass one breakpoint.
    pub(crate) fn step(&self) {
        let mut state = self.state();
        // A step is for a worker that stands: one that is on its way is not to pass two.
        if state.flow == Flow::Held && state.at.is_some() {
            state.steps += 1;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Has these octets sent in the place of those that a held worker is about to send, where it
    /// asks for [what was edited](Self::take_edited).
    pub(crate) fn edit(&self, octets: Vec<u8>) {
        let mut state = self.state();
        if state.flow == Flow::Held && state.at == Some(Breakpoint::Send) {
            state.edited = Some(octets);
        }
    }

    /// What was edited since the worker stood still before a `send`.
    pub(crate) fn take_edited(&self) -> Option<Vec<u8>> {
        self.state().edited.take()
    }

    /// Holds nobody any more: the server is stopping.
    pub(crate) fn release_for_good(&self) {
        let mut state = self.state();
        state.stopping = true;
        self.active.store(false, Ordering::Release);
        drop(state);
        self.changed.notify_all();
    }

    /// Interrupts the system call the worker is in, until it has come to a breakpoint. A single
    /// signal could come just before the call.
    pub(crate) fn pull(&self) {
        install_handler();
        let mut pause = FIRST_PAUSE;
        for _ in 0..PULLS {
            let state = self.state();
            if state.flow != Flow::Held || state.stopping || state.at.is_some() {
                return;
            }
            let Some(worker) = state.worker else { return };
            // While the lock is held the thread has not left, so it can be signalled.
            worker.interrupt();
            drop(state);
            std::thread::sleep(pause);
            pause *= 2;
        }
    }
}

/// SIGURG is ignored by default, and an ignored signal interrupts nothing.
fn install_handler() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let _ = signal_hook::flag::register(signal_hook::consts::SIGURG, std::sync::Arc::default());
    });
}
