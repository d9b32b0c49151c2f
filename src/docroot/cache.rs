//! Small files kept in memory, and what was found out about larger ones.
//!
//! Nothing in here opens or looks at a file: whoever asks compares the state a file is in with
//! the one that is known. An edit is never answered from here.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::clock::Clock;
use super::known::{Kept, KnownFile};
use crate::spread;

/// The longest file that is kept. A longer one goes out by `sendfile`, which is as good.
pub(super) const SMALL: u64 = 64 * 1024;

/// How much memory is used for all of them, in all of the caches that threads have.
const BUDGET: usize = 32 * 1024 * 1024;

/// How many descriptors are kept in all of them.
const DESCRIPTORS: usize = 64;

/// What an entry costs beside its octets, about.
const OVERHEAD: usize = 1024;

/// Files by their path below the root.
#[derive(Debug)]
pub(super) struct Cache {
    files: RwLock<Files>,
    budget: usize,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Files {
    by_path: HashMap<Arc<[u8]>, Arc<KnownFile>>,
    cost: usize,
    descriptors: usize,
}

impl Cache {
    /// An empty one, of files that are looked at by this clock.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            files: RwLock::default(),
            budget: BUDGET / spread::copies(),
            clock,
        }
    }

    /// What the files are looked at by.
    pub(super) const fn clock(&self) -> Clock {
        self.clock
    }

    /// What is known of the file at `path`, in whatever state it was.
    pub(super) fn get(&self, path: &[u8]) -> Option<Arc<KnownFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.by_path.get(path).cloned()
    }

    /// Whether another descriptor may be kept.
    pub(super) fn has_room_for_descriptor(&self) -> bool {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.descriptors < DESCRIPTORS / spread::copies()
    }

    /// Keeps what is known, in place of what was known before.
    pub(super) fn put(&self, known: &Arc<KnownFile>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.count(known);
        let before = files
            .by_path
            .insert(Arc::clone(&known.path), Arc::clone(known));
        if let Some(before) = before {
            files.discount(&before);
        }
        if files.cost > self.budget {
            files.sweep(self.budget / 2);
        }
    }
}

impl Files {
    fn count(&mut self, known: &KnownFile) {
        self.cost += cost(known);
        self.descriptors += usize::from(holds_descriptor(known));
    }

    fn discount(&mut self, known: &KnownFile) {
        self.cost -= cost(known);
        self.descriptors -= usize::from(holds_descriptor(known));
    }

    /// Lets go of what was not asked for since the last sweep, then of anything, until no
    /// more than `goal` is used: half the budget, so that sweeps are far apart.
    fn sweep(&mut self, goal: usize) {
        for spare_asked in [true, false] {
            let (mut by_path, mut cost_left) = (std::mem::take(&mut self.by_path), self.cost);
            by_path.retain(|_, known| {
                // Of both it is to be told apart who is asked for from now on.
                let asked = known.was_asked_for();
                if (spare_asked && asked) || cost_left <= goal {
                    return true;
                }
                cost_left -= cost(known);
                self.discount(known);
                false
            });
            self.by_path = by_path;
        }
    }
}

fn cost(known: &KnownFile) -> usize {
    let content = match &known.kept {
        Kept::Octets(octets) => octets.len(),
        Kept::Descriptor(_) | Kept::Nothing => 0,
    };
    OVERHEAD + 3 * known.path.len() + content
}

const fn holds_descriptor(known: &KnownFile) -> bool {
    matches!(known.kept, Kept::Descriptor(_))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;

    use super::*;
    use crate::docroot::file_version::FileVersion;

    fn version(text: &str) -> FileVersion {
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("file");
        fs::write(&path, text).unwrap();
        FileVersion::from_stat(&rustix::fs::stat(&path).unwrap())
    }

    fn known(path: &str, kept: Kept) -> Arc<KnownFile> {
        let (version, now) = (version("x"), Clock::system().now());
        let root = Path::new("/root");
        KnownFile::new(
            version,
            root,
            path.as_bytes(),
            "text/plain".into(),
            kept,
            now,
        )
    }

    fn keep(cache: &Cache, path: &str, length: usize) {
        cache.put(&known(path, Kept::Octets(vec![0; length].into())));
    }

    fn ask(cache: &Cache, path: &str) -> bool {
        let known = cache.get(path.as_bytes());
        known.inspect(|known| known.ask()).is_some()
    }

    fn small() -> Cache {
        Cache {
            budget: 100_000,
            ..Cache::new(Clock::system())
        }
    }

    #[test]
    fn it_never_grows_past_its_budget_and_lets_go_of_what_nobody_asks_for() {
        let cache = small();
        keep(&cache, "hot", 1000);
        for n in 0..1000 {
            keep(&cache, &n.to_string(), 1000);
            assert!(ask(&cache, "hot"), "{n}");
            let files = cache.files.read().unwrap();
            assert!(files.cost <= 100_000);
            let costs = files.by_path.values().map(|known| cost(known));
            assert_eq!(files.cost, costs.sum::<usize>());
        }
        // Where everything is asked for, anything goes.
        let cache = small();
        for n in 0..1000 {
            keep(&cache, &n.to_string(), 1000);
            ask(&cache, &n.to_string());
            assert!(cache.files.read().unwrap().cost <= 100_000);
        }
    }

    #[test]
    fn few_descriptors_are_kept_and_those_that_are_let_go_of_make_room() {
        let cache = small();
        let file = Arc::new(File::open("/dev/null").unwrap());
        let mut n = 0;
        while cache.has_room_for_descriptor() {
            let kept = Kept::Descriptor(Arc::clone(&file));
            cache.put(&known(&n.to_string(), kept));
            n += 1;
        }
        assert_eq!(n, DESCRIPTORS / spread::copies());
        // In place of one of them, and of all of them.
        keep(&cache, "0", 1);
        assert!(cache.has_room_for_descriptor());
        for n in 0..200 {
            keep(&cache, &n.to_string(), 1000);
        }
        assert_eq!(cache.files.read().unwrap().descriptors, 0);
    }
}
