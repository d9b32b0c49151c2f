//! The system calls that no safe crate wraps: the only `unsafe` there is.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

/// getsockopt(2) into `value`: how many octets of it the kernel filled.
#[expect(unsafe_code, reason = "no crate wraps TCP_INFO and TCP_SAVED_SYN")]
pub(super) fn get_option(
    socket: impl AsFd,
    level: libc::c_int,
    name: libc::c_int,
    value: &mut [u8],
) -> io::Result<usize> {
    let mut length = libc::socklen_t::try_from(value.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: the descriptor is borrowed and so open; the kernel writes at most `length`
    // octets, which is no more than `value` has, and any octet is a valid u8.
    let result = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            name,
            value.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result == 0 {
        Ok(length as usize)
    } else {
        Err(io::Error::last_os_error())
    }
}

/// setsockopt(2) of an int.
#[expect(unsafe_code, reason = "no crate wraps TCP_SAVE_SYN")]
pub(super) fn set_option(
    socket: impl AsFd,
    level: libc::c_int,
    name: libc::c_int,
    value: libc::c_int,
) -> io::Result<()> {
    let length = libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(0);
    // SAFETY: the descriptor is borrowed and so open; the kernel reads one int from `value`.
    let result = unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            name,
            (&raw const value).cast(),
            length,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// SIOCOUTQ: octets sent and not yet acknowledged, those not yet on the wire included
/// (tcp(7)).
#[expect(unsafe_code, reason = "no crate wraps SIOCOUTQ")]
pub(super) fn unsent(socket: impl AsFd) -> io::Result<u64> {
    let mut octets: libc::c_int = 0;
    // SAFETY: the descriptor is borrowed and so open; the kernel writes one int to `octets`.
    let result =
        unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::TIOCOUTQ, &raw mut octets) };
    if result == 0 {
        Ok(u64::try_from(octets).unwrap_or(0))
    } else {
        Err(io::Error::last_os_error())
    }
}

/// tgkill(2): sends `signal` to one thread of this process.
#[expect(unsafe_code, reason = "no crate wraps tgkill")]
pub(super) fn signal_thread(thread: rustix::thread::Pid, signal: libc::c_int) -> io::Result<()> {
    let number = |id: rustix::thread::Pid| libc::c_long::from(id.as_raw_nonzero().get());
    let process = rustix::process::getpid();
    // SAFETY: the call takes three numbers and touches no memory. The C library's own wrapper
    // is younger than the kernels and libraries that are about (glibc 2.30).
    let result = unsafe {
        libc::syscall(
            libc::SYS_tgkill,
            number(process),
            number(thread),
            libc::c_long::from(signal),
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// mallopt(3): the allocator takes all memory from one arena. Each of the others sets 64 MiB of
/// address space aside.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "no crate wraps mallopt")]
pub(super) fn allocate_from_one_arena() {
    // SAFETY: the call takes two numbers, and may be made at any time in any thread.
    let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
}

/// malloc_trim(3): gives the free pages of all arenas back to the system.
#[cfg(target_env = "gnu")]
#[expect(unsafe_code, reason = "no crate wraps malloc_trim")]
pub(super) fn trim_memory() {
    // SAFETY: the call takes a number, and may be made at any time in any thread.
    let _ = unsafe { libc::malloc_trim(0) };
}
