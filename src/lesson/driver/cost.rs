//! What threads cost, as the system tells it of the process itself.

use std::fs;
use std::path::Path;

/// Which threads serve, and by what name the system knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    /// A few, for those connections that something is to be done for.
    Ready,
    /// One for each connection.
    Each,
}

/// What the threads of a server have cost so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) threads: usize,
    /// How often one of them went to sleep.
    pub(super) switches: u64,
    /// What the process holds in memory, in KiB.
    pub(super) resident: u64,
}

impl Cost {
    /// What those threads of this process cost, where the system says so.
    pub(super) fn of(threads: Threads) -> Option<Self> {
        let name = match threads {
            Threads::Ready => "worker",
            Threads::Each => "connection",
        };
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let mut cost = Self {
            threads: 0,
            switches: 0,
            resident: field(&status, "VmRSS:")?,
        };
        for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
            // One that has just ended costs nothing any more.
            let switches = switches_of(&task.path(), name);
            cost.threads += usize::from(switches.is_some());
            cost.switches += switches.unwrap_or_default();
        }
        Some(cost)
    }
}

/// How often a thread of this name went to sleep.
fn switches_of(task: &Path, name: &str) -> Option<u64> {
    let status = fs::read_to_string(task.join("status")).ok()?;
    let is_called = status.lines().next()?.strip_prefix("Name:")?.trim() == name;
    is_called.then(|| field(&status, "voluntary_ctxt_switches:"))?
}

/// The number in a line of a status file.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_file_says_it_in_a_line_of_its_own() {
        let status = "Name:\tworker\nVmRSS:\t    9428 kB\nvoluntary_ctxt_switches:\t12\n\
                      nonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(field(status, "VmRSS:"), Some(9428));
        assert_eq!(field(status, "voluntary_ctxt_switches:"), Some(12));
        assert_eq!(field(status, "Threads:"), None);
    }
}
