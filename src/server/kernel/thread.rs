//! A thread that can be pulled out of a system call by a signal.
//!
//! On Linux it is known by its thread id, tgkill(2): musl's `pthread_t` is a pointer, which
//! Rust lets no other thread hold.

#[cfg(not(target_os = "linux"))]
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
#[cfg(not(target_os = "linux"))]
use nix::sys::signal::Signal;

/// A thread of this process, as the kernel or the C library names it.
#[derive(Debug, Clone, Copy)]
#[cfg(target_os = "linux")]
pub(crate) struct Thread(rustix::thread::Pid);

/// A thread of this process, as the kernel or the C library names it.
#[derive(Debug, Clone, Copy)]
#[cfg(not(target_os = "linux"))]
pub(crate) struct Thread(Pthread);

#[cfg(target_os = "linux")]
impl Thread {
    /// The calling thread. It is asked for its id once: that is a system call.
    pub(crate) fn current() -> Self {
        thread_local! {
            static ID: rustix::thread::Pid = rustix::thread::gettid();
        }
        Self(ID.with(|id| *id))
    }

    /// Sends it SIGURG. It must not have ended: its name may be another's by then.
    pub(crate) fn interrupt(self) {
        // A thread that is not there is in no system call.
        let _ = super::raw::signal_thread(self.0, libc::SIGURG);
    }
}

#[cfg(not(target_os = "linux"))]
impl Thread {
    /// The calling thread.
    pub(crate) fn current() -> Self {
        Self(pthread_self())
    }

    /// Sends it SIGURG. It must not have ended: its name may be another's by then.
    pub(crate) fn interrupt(self) {
        let _ = pthread_kill(self.0, Signal::SIGURG);
    }
}

#[cfg(test)]
mod tests {
    use super::Thread;

    #[test]
    fn a_thread_can_be_named_in_another_whatever_the_c_library() {
        fn send_and_sync<T: Send + Sync>() {}
        send_and_sync::<Thread>();
    }
}
