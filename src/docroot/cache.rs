//! Small files kept in memory, and what was found out about larger ones.
//!
//! Nothing in here opens or looks at a file: the caller says what state a file is in, and
//! gets back only what was true of that very state. An edit is never answered from here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use super::clock::Clock;
use super::file_version::FileVersion;

/// The longest file that is kept. A longer one goes out by `sendfile`, which is as good.
pub(super) const SMALL: u64 = 64 * 1024;

/// How much memory is used for all of them.
const BUDGET: usize = 32 * 1024 * 1024;

/// What an entry costs beside its octets, about.
const OVERHEAD: usize = 256;

/// What is known of a file in one state.
#[derive(Debug)]
pub(super) struct CachedFile {
    pub(super) version: FileVersion,
    pub(super) path: Arc<[u8]>,
    pub(super) media_type: Cow<'static, str>,
    /// Its octets, if it is small.
    pub(super) content: Option<Arc<[u8]>>,
    /// Whether it was asked for since the last sweep.
    asked: AtomicBool,
}

impl CachedFile {
    pub(super) fn new(
        version: FileVersion,
        path: &[u8],
        media_type: Cow<'static, str>,
        content: Option<Arc<[u8]>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            version,
            path: path.into(),
            media_type,
            content,
            asked: AtomicBool::new(false),
        })
    }

    fn cost(&self) -> usize {
        let content = self.content.as_ref().map_or(0, |octets| octets.len());
        OVERHEAD + 2 * self.path.len() + content
    }
}

/// Files by their path below the root.
#[derive(Debug)]
pub(super) struct Cache {
    files: RwLock<Files>,
    budget: usize,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Files {
    by_path: HashMap<Arc<[u8]>, Arc<CachedFile>>,
    cost: usize,
}

impl Cache {
    /// An empty one, of files that are looked at by this clock.
    pub(super) fn new(clock: Clock) -> Self {
        Self {
            files: RwLock::default(),
            budget: BUDGET,
            clock,
        }
    }

    /// What time it is.
    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// What is known of the file at `path` in the state `file_version`.
    pub(super) fn get(&self, path: &[u8], version: &FileVersion) -> Option<Arc<CachedFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let known = files.by_path.get(path).filter(|k| k.version == *version)?;
        // A store to a line that every thread reads is worth avoiding.
        if !known.asked.load(Relaxed) {
            known.asked.store(true, Relaxed);
        }
        Some(Arc::clone(known))
    }

    /// Keeps what is known, in place of what was known before.
    pub(super) fn put(&self, known: &Arc<CachedFile>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.cost += known.cost();
        let before = files
            .by_path
            .insert(Arc::clone(&known.path), Arc::clone(known));
        if let Some(before) = before {
            files.cost -= before.cost();
        }
        if files.cost > self.budget {
            files.sweep(self.budget / 2);
        }
    }
}

impl Files {
    /// Lets go of what was not asked for since the last sweep, then of anything, until no
    /// more than `goal` is used: half the budget, so that sweeps are far apart.
    fn sweep(&mut self, goal: usize) {
        for spare_asked in [true, false] {
            let cost = &mut self.cost;
            self.by_path.retain(|_, known| {
                let spared = spare_asked && known.asked.swap(false, Relaxed);
                if spared || *cost <= goal {
                    return true;
                }
                *cost -= known.cost();
                false
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn version(text: &str) -> FileVersion {
        let tmp = tempfile::tempdir().unwrap();
        let path = tmp.path().join("file");
        fs::write(&path, text).unwrap();
        FileVersion::from_stat(&rustix::fs::stat(&path).unwrap())
    }

    fn keep(cache: &Cache, path: &str, version: FileVersion, length: usize) {
        let octets = vec![0; length].into();
        let known = CachedFile::new(version, path.as_bytes(), "text/plain".into(), Some(octets));
        cache.put(&known);
    }

    #[test]
    fn only_the_very_same_state_is_known() {
        let cache = Cache::new(Clock::system());
        let (one, two) = (version("one"), version("three"));
        keep(&cache, "a", one, 3);
        assert!(cache.get(b"a", &one).is_some());
        assert!(cache.get(b"a", &two).is_none());
        assert!(cache.get(b"b", &one).is_none());
        keep(&cache, "a", two, 5);
        assert!(cache.get(b"a", &one).is_none());
        assert!(cache.get(b"a", &two).is_some());
    }

    #[test]
    fn it_never_grows_past_its_budget_and_lets_go_of_what_nobody_asks_for() {
        let cache = Cache {
            budget: 100_000,
            ..Cache::new(Clock::system())
        };
        let state = version("x");
        keep(&cache, "hot", state, 1000);
        for n in 0..5000 {
            keep(&cache, &n.to_string(), state, 1000);
            assert!(cache.get(b"hot", &state).is_some(), "{n}");
            let files = cache.files.read().unwrap();
            assert!(files.cost <= 100_000);
            let cost: usize = files.by_path.values().map(|known| known.cost()).sum();
            assert_eq!(files.cost, cost);
        }
        // Where everything is asked for, anything goes.
        let cache = Cache {
            budget: 100_000,
            ..Cache::new(Clock::system())
        };
        for n in 0..5000 {
            keep(&cache, &n.to_string(), state, 1000);
            cache.get(n.to_string().as_bytes(), &state);
            assert!(cache.files.read().unwrap().cost <= 100_000);
        }
    }
}
