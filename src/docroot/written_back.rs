//! Whether a change of a file from now on is bound to change its version.
//!
//! A store into a mapping of a file (mmap) changes its stamp when it makes a page dirty, and not
//! again until that page has been written back. And on a file system in memory it never does.

use std::fs::File;
use std::time::{Duration, SystemTime};

use super::file_version::FileVersion;

/// After so long, what is dirty has been written back, by the kernel's own rule 30 seconds after
/// it became so. It counts where the kernel does not tell (before Linux 6.5).
const WRITTEN_BACK: Duration = Duration::from_secs(120);

/// Whether no octet of the file waits to be written back, so that any store from now on changes
/// its stamp. `version` is what it is in at `now`.
pub(super) fn is_written_back(file: &File, version: &FileVersion, now: SystemTime) -> bool {
    if is_in_memory(file) {
        return false;
    }
    match unwritten_pages(file) {
        Some(pages) => pages == 0,
        None => version.is_older_than(WRITTEN_BACK, now),
    }
}

/// Whether it is a file of tmpfs or ramfs, which never write back.
#[cfg(target_os = "linux")]
fn is_in_memory(file: &File) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    let kind = rustix::fs::fstatfs(file).map(|system| system.f_type);
    // The width and the sign of the number differ from machine to machine.
    kind.is_ok_and(|kind| [TMPFS, RAMFS].contains(&(kind.cast_unsigned() & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &File) -> bool {
    false
}

/// How many pages of the file are dirty or being written back, where the kernel tells.
#[cfg(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64"
    )
))]
#[expect(unsafe_code, reason = "no crate wraps cachestat")]
fn unwritten_pages(file: &File) -> Option<u64> {
    use std::os::fd::AsRawFd as _;
    /// cachestat(2).
    const CACHESTAT: libc::c_long = 451;
    // From the first octet to the last.
    let whole = [0_u64; 2];
    // In cache, dirty, being written back, evicted, evicted lately.
    let mut pages = [0_u64; 5];
    // SAFETY: both arrays are as long as the structures the call reads and writes, and live
    // until it returns.
    let result = unsafe {
        libc::syscall(
            CACHESTAT,
            file.as_raw_fd(),
            whole.as_ptr(),
            pages.as_mut_ptr(),
            0,
        )
    };
    let [_, dirty, being_written, ..] = pages;
    (result == 0).then_some(dirty + being_written)
}

#[cfg(not(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64"
    )
)))]
fn unwritten_pages(_: &File) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use rustix::fs::{fdatasync, fstat};

    use super::*;

    /// Where the tests run on tmpfs, or on a kernel that does not tell, nothing can be seen of it.
    #[test]
    fn a_file_is_written_back_once_it_was_synchronized() {
        let mut file = tempfile::tempfile().unwrap();
        if is_in_memory(&file) || unwritten_pages(&file).is_none() {
            return;
        }
        file.write_all(b"some octets").unwrap();
        let version = FileVersion::from_stat(&fstat(&file).unwrap());
        let now = SystemTime::now();
        assert!(!is_written_back(&file, &version, now));
        fdatasync(&file).unwrap();
        assert!(is_written_back(&file, &version, now));
        file.write_all(b"more").unwrap();
        assert!(!is_written_back(&file, &version, now));
    }
}
