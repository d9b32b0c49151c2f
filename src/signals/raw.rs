//! What no safe crate does with signals: asking how one is disposed of, having it do what it
//! does by default and come back, and a handler for ABRT.

use std::io;
use std::mem::MaybeUninit;
use std::ptr;

use signal_hook::consts::{SIGABRT, SIGTSTP};
use signal_hook::low_level;

/// Whether a signal is ignored (sigaction(2)).
#[expect(unsafe_code, reason = "no crate asks for the disposition of a signal")]
pub(super) fn is_ignored(number: libc::c_int) -> bool {
    let mut now = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: nothing is changed where there is no new action, and what the kernel has filled
    // is read only when it says that it has.
    unsafe {
        libc::sigaction(number, ptr::null(), now.as_mut_ptr()) == 0
            && now.assume_init().sa_sigaction == libc::SIG_IGN
    }
}

/// Lets TSTP do what it does by default, to this process or to its group, and returns when
/// this process goes on: at once, where the kernel does not stop it.
#[expect(
    unsafe_code,
    reason = "signal-hook would send STOP, which stops without condition"
)]
pub(super) fn stop_by_default(group: bool) -> io::Result<()> {
    let check = |result: libc::c_int| match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    };
    let mut before = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: an action of zeroes is SIG_DFL without flags and with an empty mask.
    let default: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: both are actions the kernel may read and write; the second is only used when
    // the kernel has filled it, and it is the one that was there.
    unsafe {
        check(libc::sigaction(
            SIGTSTP,
            &raw const default,
            before.as_mut_ptr(),
        ))?;
        let sent = check(if group {
            libc::kill(0, SIGTSTP)
        } else {
            libc::raise(SIGTSTP)
        });
        check(libc::sigaction(SIGTSTP, before.as_ptr(), ptr::null_mut()))?;
        sent
    }
}

/// Has `last` called before the process dies of ABRT: memory ran out, a stack overflowed, a
/// panic came while another one unwound.
///
/// `last` may only make system calls: whatever lock or allocator it used could be held by the
/// code that was interrupted (signal-safety(7)).
#[expect(unsafe_code, reason = "a handler runs between any two instructions")]
pub fn on_abort(last: impl Fn() + Send + Sync + 'static) -> io::Result<()> {
    let action = move || {
        last();
        // The same when ABRT was sent, and not raised by abort(3).
        let _ = low_level::emulate_default_handler(SIGABRT);
    };
    // SAFETY: what is called makes system calls alone, as the caller has been told.
    unsafe { low_level::register(SIGABRT, action) }.map(drop)
}
