//! How many octets are under way to a watcher. One that draws a screen is never waited for;
//! an access log is.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crossbeam_utils::CachePadded;

/// How many octets may be under way to a log.
pub(super) const LOG_OCTETS: usize = 8 << 20;

/// What is under way, and who waits for it to become less.
#[derive(Debug)]
pub(super) struct InFlight {
    octets: CachePadded<AtomicUsize>,
    /// How many octets may be under way.
    room: usize,
    waiting: AtomicUsize,
    /// Nothing is taken any more, and so nobody waits.
    closed: AtomicBool,
    lock: Mutex<()>,
    freed: Condvar,
}

impl InFlight {
    /// Room for so many octets, and nothing under way.
    pub(super) fn new(room: usize) -> Self {
        Self {
            octets: CachePadded::default(),
            room,
            waiting: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            lock: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    /// Counts octets as under way to a screen, and says whether they may go.
    pub(super) fn try_enter(&self, octets: usize) -> bool {
        let free = self.octets.fetch_add(octets, SeqCst) <= self.room;
        if !free {
            self.leave(octets);
        }
        free
    }

    /// Counts octets as under way to a log, and says whether they may go.
    pub(super) fn try_enter_log(&self, octets: usize) -> bool {
        self.enter_if_free(octets)
    }

    /// Counts octets as under way to a log, when they may go.
    pub(super) fn enter(&self, octets: usize) {
        while !self.enter_if_free(octets) {
            let mut guard = self.lock();
            self.waiting.fetch_add(1, SeqCst);
            // Who has left and not seen that somebody waits, has left before this looks.
            while !self.fits(self.octets.load(SeqCst), octets) && !self.closed.load(SeqCst) {
                guard = self
                    .freed
                    .wait(guard)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            self.waiting.fetch_sub(1, SeqCst);
        }
    }

    fn enter_if_free(&self, octets: usize) -> bool {
        let may = |now| {
            let may = self.fits(now, octets) || self.closed.load(SeqCst);
            may.then_some(now + octets)
        };
        self.octets.fetch_update(SeqCst, SeqCst, may).is_ok()
    }

    /// Whether a log takes more. Where nothing is under way, it takes any one batch.
    const fn fits(&self, now: usize, octets: usize) -> bool {
        now == 0 || now + octets <= self.room
    }

    /// Octets have arrived, or were not sent after all.
    pub(super) fn leave(&self, octets: usize) {
        self.octets.fetch_sub(octets, SeqCst);
        if self.waiting.load(SeqCst) > 0 {
            drop(self.lock());
            // One that finds room again leaves it again, which wakes the next.
            self.freed.notify_one();
        }
    }

    /// Nobody takes anything from now on.
    pub(super) fn close(&self) {
        self.closed.store(true, SeqCst);
        drop(self.lock());
        self.freed.notify_all();
    }

    /// Whether somebody waits for room.
    #[cfg(test)]
    pub(super) fn someone_waits(&self) -> bool {
        self.waiting.load(SeqCst) > 0
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
