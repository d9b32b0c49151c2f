//! Layer 1: signals, turned into values, for a dashboard and for an access log alike. Knows
//! neither terminal nor server.
//!
//! - What was ignored when the program started stays ignored: `nohup` and shells without job
//!   control rely on it. TERM is taken all the same.
//! - TERM, INT, QUIT and HUP ask for an end in order. Those that would only kill the process
//!   ask for the same while a screen has to be given back.
//! - A file that may grow no further (XFSZ) is an error of the write, not the end.

mod raw;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getpid, getsid, setrlimit};
use signal_hook::consts::{
    SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGWINCH, SIGXCPU, SIGXFSZ,
};
use signal_hook::{flag, iterator, low_level};

pub use raw::on_abort;

/// How long it may take until a process that was continued has seen that it was.
const GRACE: Duration = Duration::from_millis(100);

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The end; this signal asked for it.
    End(i32),
    /// That the log file be opened again by its name.
    Reopen(i32),
    /// TSTP: to be stopped until CONT comes.
    Suspend,
    /// CONT: whatever was on the screen is no longer.
    Continue,
    /// WINCH: the terminal may have another size.
    Resize,
}

/// What the signals come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    /// A screen that must be given back, whatever ends the process.
    Screen,
    /// An access log on standard output.
    Log,
    /// An access log in a file that others may rename (HUP, USR1).
    LogFile,
}

impl Taker {
    const fn signals(self) -> &'static [i32] {
        match self {
            Self::Screen => &[
                SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, SIGUSR1, SIGUSR2,
                SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ,
            ],
            Self::Log | Self::LogFile => &[SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGXFSZ],
        }
    }

    /// What a signal means here; `None` where it is enough that it does not kill.
    fn reads(self, number: i32) -> Option<Signal> {
        match (self, number) {
            (_, SIGXFSZ) | (Self::Screen, SIGUSR1) => None,
            (_, SIGTSTP) => Some(Signal::Suspend),
            (_, SIGCONT) => Some(Signal::Continue),
            (_, SIGWINCH) => Some(Signal::Resize),
            (_, SIGUSR1) | (Self::LogFile, SIGHUP) => Some(Signal::Reopen(number)),
            (_, number) => Some(Signal::End(number)),
        }
    }
}

/// Takes the signals over, for the rest of the process's life, and hands each to `take` on a
/// thread of its own.
pub fn listen(taker: Taker, mut take: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    let wanted = taker.signals().iter().copied();
    let mut signals = iterator::Signals::new(wanted.filter(|&number| !stays_ignored(number)))?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                if let Some(signal) = taker.reads(number) {
                    take(signal);
                }
            }
        })?;
    Ok(())
}

/// Whether whoever started this process wants it to go on in spite of this signal. CONT and
/// WINCH are ignored by default, which says nothing; TERM is how a service is stopped.
fn stays_ignored(number: i32) -> bool {
    !matches!(number, SIGTERM | SIGCONT | SIGWINCH) && raw::is_ignored(number)
}

/// Ends the process at once, so that who waits for it learns which signal asked for that: a
/// shell says 128 and its number.
pub fn die_of(number: i32) -> ! {
    // An end that was asked for leaves no core, although QUIT would.
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // Process 1 of a pid namespace cannot be killed from within (pid_namespaces(7)).
    if !getpid().is_init() {
        let _ = low_level::emulate_default_handler(number);
    }
    low_level::exit(128 + number)
}

/// Who is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// This process alone: somebody has sent the signal to it.
    Process,
    /// Every process of the job, as the terminal's own Ctrl-Z would do. A shell waits for all.
    Group,
}

/// Whether there can be a shell that continues this process when it was stopped. What leads
/// its session was started without one, and process 1 cannot be stopped. A `true` is no
/// promise: only the kernel knows an orphaned process group (setpgid(2)).
pub fn may_be_stopped() -> bool {
    let pid = getpid();
    !pid.is_init() && getsid(None).is_ok_and(|session| session != pid)
}

/// Stops as TSTP does by default, and says whether that happened when CONT has come. The
/// kernel does not stop a process that nobody would continue. To be called by the main
/// thread where it is a whole group that stops.
pub fn stop(whom: Whom) -> io::Result<bool> {
    if !may_be_stopped() {
        return Ok(false);
    }
    let continued = Arc::new(AtomicBool::new(false));
    let seen = flag::register(SIGCONT, Arc::clone(&continued))?;
    let stopped = raw::stop_by_default(whom == Whom::Group);
    let mut waited = Duration::ZERO;
    while !continued.load(SeqCst) && waited < GRACE {
        let pause = Duration::from_millis(5);
        thread::sleep(pause);
        waited += pause;
    }
    low_level::unregister(seen);
    stopped.map(|()| continued.load(SeqCst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hup_ends_unless_there_is_a_file_to_open_again_and_usr1_never_kills() {
        for (taker, hup, usr1) in [
            (Taker::Screen, Some(Signal::End(SIGHUP)), None),
            (
                Taker::Log,
                Some(Signal::End(SIGHUP)),
                Some(Signal::Reopen(SIGUSR1)),
            ),
            (
                Taker::LogFile,
                Some(Signal::Reopen(SIGHUP)),
                Some(Signal::Reopen(SIGUSR1)),
            ),
        ] {
            assert_eq!((taker.reads(SIGHUP), taker.reads(SIGUSR1)), (hup, usr1));
            assert!(taker.signals().contains(&SIGUSR1));
            for number in [SIGTERM, SIGINT, SIGQUIT] {
                assert_eq!(taker.reads(number), Some(Signal::End(number)));
                assert!(taker.signals().contains(&number));
            }
        }
    }
}
