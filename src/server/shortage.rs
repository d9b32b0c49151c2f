//! What is needed when connections cannot be accepted, or served: a descriptor in reserve, and
//! that a failure which goes on is told now and then.

use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::event::{ListenerEvent, Sink};

/// How long nobody accepts when the system has no descriptor, memory or thread for it.
pub(super) const BACK_OFF: Duration = Duration::from_millis(50);
/// How often a failure that goes on is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What is needed when connections cannot be accepted.
#[derive(Debug)]
pub(super) struct Shortage(Mutex<State>);

#[derive(Debug)]
struct State {
    /// A descriptor that can be given up.
    reserve: Option<File>,
    /// When it was told last that they cannot.
    told: Option<Instant>,
}

impl Shortage {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            reserve: open_reserve(),
            told: None,
        }))
    }

    /// Gives up the reserve; says whether there was one.
    pub(super) fn give_up_reserve(&self) -> bool {
        self.state().reserve.take().is_some()
    }

    /// Sets a descriptor aside again, if one is to be had; says whether it was.
    pub(super) fn restore_reserve(&self) -> bool {
        let mut state = self.state();
        if state.reserve.is_none() {
            state.reserve = open_reserve();
        }
        state.reserve.is_some()
    }

    /// Whether the reserve was given up, and is not there again.
    pub(super) fn lacks_reserve(&self) -> bool {
        self.state().reserve.is_none()
    }

    pub(super) fn tell_of_accept(&self, sink: &Sink, error: &io::Error) {
        self.tell(sink, || ListenerEvent::AcceptFailed {
            error: error.to_string().into(),
            retry: BACK_OFF,
        });
    }

    pub(super) fn tell_of_spawn(&self, sink: &Sink, error: &io::Error) {
        self.tell(sink, || ListenerEvent::SpawnFailed {
            error: error.to_string().into(),
        });
    }

    /// Tells of a failure, but not of each while it goes on.
    fn tell(&self, sink: &Sink, event: impl FnOnce() -> ListenerEvent) {
        let mut state = self.state();
        if state.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            state.told = Some(Instant::now());
            drop(state);
            sink.listener(event());
        }
    }

    /// A panic while the lock is held leaves a state that is as good as before.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A descriptor that can be given up.
fn open_reserve() -> Option<File> {
    File::open("/dev/null").ok()
}

/// Whether `accept` failed for want of descriptors.
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::MFILE | Errno::NFILE))
}
