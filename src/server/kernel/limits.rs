//! What the system gives only so much of, and how much of it is in use: resource limits
//! (getrlimit(2)), the kernel's own (proc_sys_vm(5), proc_sys_kernel(5)) and those of the
//! control group (cgroups(7)). What cannot be read limits nothing.

use rustix::process::{Resource, getrlimit};

use crate::server::ceiling::Limit;

/// Connections that are turned away with care, the listening sockets, a log, the dashboard and
/// what it does on threads of its own.
const SPARE_THREADS: u64 = 32;
const SPARE_DESCRIPTORS: u64 = 32;

/// The limit on how many sockets there can be, each with the file that is sent on it.
pub(crate) fn descriptors() -> Vec<Limit> {
    let most = getrlimit(Resource::Nofile).current;
    let limit = |most| Limit {
        what: "open files (ulimit -n)",
        most,
        used: open_files(),
        each: 2,
        spare: SPARE_DESCRIPTORS,
    };
    most.map(limit).into_iter().collect()
}

/// Every limit on how many threads there can be that serve connections. A thread has a stack of
/// `stack` octets.
pub(crate) fn threads(stack: usize) -> Vec<Limit> {
    let mut limits = address_space(stack);
    #[cfg(target_os = "linux")]
    linux::add(&mut limits);
    #[cfg(not(target_os = "linux"))]
    let _ = SPARE_THREADS;
    limits
}

/// The limit on address space, of which a connection takes some, and a thread `stack` octets
/// more.
pub(crate) fn address_space(stack: usize) -> Vec<Limit> {
    #[cfg(target_os = "linux")]
    return linux::address_space(stack as u64).into_iter().collect();
    #[cfg(not(target_os = "linux"))]
    {
        let _ = stack;
        Vec::new()
    }
}

fn open_files() -> u64 {
    std::fs::read_dir("/dev/fd").map_or(0, |files| files.count() as u64)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::path::Path;

    use rustix::process::{Resource, getrlimit, getuid};

    use super::SPARE_THREADS;
    use crate::server::ceiling::Limit;

    /// A stack and an alternate signal stack, each with a guard page: two maps for each of the
    /// two, as long as no two of them can be told as one.
    const MAPS: u64 = 4;
    /// For what the allocator and the libraries map.
    const SPARE_MAPS: u64 = 1024;
    /// An alternate signal stack and the guard pages, with room to spare, and what a head that
    /// is as long as it may be takes while it is received, parsed and told.
    const BESIDE_STACK: u64 = 64 * 1024 + 256 * 1024;
    const SPARE_ADDRESSES: u64 = 64 << 20;
    /// CAP_SYS_ADMIN and CAP_SYS_RESOURCE: who has one of these is not counted (getrlimit(2)).
    const EXEMPT: u64 = 1 << 21 | 1 << 24;

    pub(super) fn add(limits: &mut Vec<Limit>) {
        let mut threads = |what, most: Option<u64>, used: Option<u64>| {
            limits.extend(most.zip(used).map(|(most, used)| Limit {
                what,
                most,
                used,
                each: 1,
                spare: SPARE_THREADS,
            }));
        };
        let all = tasks();
        threads(
            "threads (kernel.threads-max)",
            number("/proc/sys/kernel/threads-max"),
            all,
        );
        threads(
            "threads (kernel.pid_max)",
            number("/proc/sys/kernel/pid_max"),
            all,
        );
        if !is_exempt() {
            threads(
                "threads (ulimit -u)",
                getrlimit(Resource::Nproc).current,
                own_tasks(),
            );
        }
        for (most, used) in control_groups() {
            threads(
                "threads (pids.max of the control group)",
                Some(most),
                Some(used),
            );
        }
        let maps = fs::read_to_string("/proc/self/maps").ok();
        let maps = maps.map(|maps| maps.lines().count() as u64);
        let most = number("/proc/sys/vm/max_map_count");
        limits.extend(most.zip(maps).map(|(most, used)| Limit {
            what: "memory maps (vm.max_map_count)",
            most,
            used,
            each: MAPS,
            spare: SPARE_MAPS + MAPS * SPARE_THREADS,
        }));
    }

    pub(super) fn address_space(stack: u64) -> Option<Limit> {
        let most = getrlimit(Resource::As).current;
        most.zip(used_addresses()).map(|(most, used)| Limit {
            what: "pages of address space (ulimit -v)",
            most,
            used,
            each: stack + BESIDE_STACK,
            spare: SPARE_ADDRESSES,
        })
    }

    /// The number a file begins with; none where it says `max`.
    fn number(path: impl AsRef<Path>) -> Option<u64> {
        let text = fs::read_to_string(path).ok()?;
        text.split_whitespace().next()?.parse().ok()
    }

    /// How many threads there are on this machine: the fourth field of loadavg (proc(5)).
    fn tasks() -> Option<u64> {
        let text = fs::read_to_string("/proc/loadavg").ok()?;
        let field = text.split_whitespace().nth(3)?;
        field.split_once('/')?.1.parse().ok()
    }

    /// What a line of a process's status says.
    fn status_field<'s>(status: &'s str, name: &str) -> Option<&'s str> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()
    }

    /// Whether RLIMIT_NPROC does not hold for this process.
    fn is_exempt() -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let effective = status_field(&status, "CapEff:");
        let effective = effective.and_then(|set| u64::from_str_radix(set, 16).ok());
        getuid().is_root() || effective.is_some_and(|set| set & EXEMPT != 0)
    }

    /// How many threads this user has, as far as can be seen.
    fn own_tasks() -> Option<u64> {
        let uid = getuid().as_raw().to_string();
        let processes = fs::read_dir("/proc").ok()?;
        let statuses = processes
            .filter_map(|process| fs::read_to_string(process.ok()?.path().join("status")).ok());
        let own = statuses.filter(|status| status_field(status, "Uid:") == Some(&uid));
        Some(
            own.filter_map(|status| status_field(&status, "Threads:")?.parse::<u64>().ok())
                .sum(),
        )
    }

    /// The limit and the use of each control group this process is in, where they are mounted
    /// as usual. A container may see its own group as the root of all.
    fn control_groups() -> Vec<(u64, u64)> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mut found = Vec::new();
        for group in groups.lines() {
            let mut parts = group.splitn(3, ':');
            let (Some(_), Some(kinds), Some(path)) = (parts.next(), parts.next(), parts.next())
            else {
                continue;
            };
            let root = match kinds {
                "" => "/sys/fs/cgroup",
                kinds if kinds.split(',').any(|kind| kind == "pids") => "/sys/fs/cgroup/pids",
                _ => continue,
            };
            let inside = Path::new(path.trim_start_matches('/'));
            for folder in inside.ancestors().map(|path| Path::new(root).join(path)) {
                let most = number(folder.join("pids.max"));
                found.extend(most.zip(number(folder.join("pids.current"))));
            }
        }
        found
    }

    /// The first field of statm is in pages.
    fn used_addresses() -> Option<u64> {
        let page = rustix::param::page_size() as u64;
        number("/proc/self/statm").map(|pages| pages * page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_machine_gives_is_read() {
        let mut limits = descriptors();
        limits.extend(threads(256 * 1024));
        for limit in &limits {
            assert!(limit.most > 0 && limit.used > 0, "{limit:?}");
        }
        let named = |name| limits.iter().any(|limit| limit.what.contains(name));
        assert!(named("ulimit -n"));
        if cfg!(target_os = "linux") {
            assert!(named("vm.max_map_count") && named("pid_max"), "{limits:?}");
        }
    }
}
