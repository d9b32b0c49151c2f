//! Lines on their way out, on a thread of their own: a reader that stalls keeps nobody else
//! from anything. Lines are bounded in octets; what finds no room is counted.
//!
//! Nobody can end a write that waits for a reader (XOFF, a pipe nobody reads), so the one who
//! hands lines over never writes them.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::target::Target;
use super::whole::{Fate, WholeLines, count};

/// How many octets of lines may wait.
const ROOM: usize = 4 << 20;
/// How much is gathered before the next one begins.
const CHUNK: usize = 64 * 1024;
/// How long a reader may take nothing, while there is no room, before lines are lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take to say the last things when there is no more time.
const LAST_WORD: Duration = Duration::from_millis(100);

/// Where lines are handed over.
#[derive(Debug, Clone)]
pub struct Outlet {
    shared: Arc<Shared>,
    /// Something is to be asked about: a write that failed, a file that was opened again.
    news: Receiver<()>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    tell: Sender<()>,
    /// A file is waited for as long as it takes. Another may have come in its place.
    patient: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Vec<u8>>,
    /// Of everything that waits or is being written. None: there is nothing to do.
    octets: usize,
    /// Of everything that waits, is being written, or was begun and not ended.
    lines: u64,
    /// How often something was written.
    writes: u64,
    lost: u64,
    trouble: Option<Trouble>,
    /// What became of opening the file again, when it was asked for.
    reopened: Vec<String>,
    reopen: bool,
    /// Whoever read this has gone.
    gone: bool,
    /// Nothing is waited for any more.
    over: bool,
}

/// Why lines are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The reader takes nothing.
    Stalled,
    /// A write failed: what the system said.
    Failed(String),
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many lines were lost so far.
    pub(super) lost: u64,
    pub(super) trouble: Option<Trouble>,
}

impl Outlet {
    /// Standard output.
    pub fn stdout() -> io::Result<Self> {
        Self::open(Target::Stdout, "stdout")
    }

    /// Standard error.
    pub fn stderr() -> io::Result<Self> {
        Self::open(Target::Stderr, "stderr")
    }

    /// A file, appended to.
    pub fn file(path: PathBuf) -> io::Result<Self> {
        Self::open(Target::file(path)?, "log-file")
    }

    fn open(target: Target, thread: &str) -> io::Result<Self> {
        let (tell, news) = bounded(1);
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            tell,
            patient: AtomicBool::new(target.is_regular()),
        });
        let writer = Arc::clone(&shared);
        thread::Builder::new()
            .name(thread.into())
            .spawn(move || writer.write(target))?;
        Ok(Self { shared, news })
    }

    /// Hands lines over, and leaves none. Waits for room as long as the reader takes
    /// something now and then; what finds none is lost.
    pub fn put(&self, lines: &mut String) {
        if lines.is_empty() {
            return;
        }
        let new = count(lines.as_bytes());
        let mut state = self.shared.wait_for_room(lines.len());
        if state.gone || state.is_full(lines.len()) {
            state.lost += new;
        } else {
            state.octets += lines.len();
            state.lines += new;
            match state.waiting.back_mut() {
                Some(last) if last.len() < CHUNK => last.extend_from_slice(lines.as_bytes()),
                Some(_) | None => state.waiting.push_back(lines.as_bytes().to_vec()),
            }
            self.shared.changed.notify_all();
        }
        lines.clear();
    }

    /// Has the file opened again by its name, behind the lines that are there. What is no
    /// file is left alone.
    pub fn reopen(&self) {
        self.shared.lock().reopen = true;
        self.shared.changed.notify_all();
    }

    /// There is no more time: nobody waits for a reader from now on. A file that takes lines
    /// gets them all the same.
    pub fn hurry(&self) {
        let mut state = self.shared.lock();
        while self.shared.is_patient() && state.octets > 0 {
            let octets = state.octets;
            let (now, waited) = self
                .shared
                .wait(state, PATIENCE, |now| now.octets == octets);
            state = now;
            if waited {
                break;
            }
        }
        state.over = true;
        self.shared.changed.notify_all();
    }

    /// Whether lines wait that cannot be written.
    pub fn is_stuck(&self) -> bool {
        let state = self.shared.lock();
        state.octets > 0 && !state.gone
    }

    /// Waits until all is written, as long as the reader takes something. What is left then
    /// counts as lost.
    pub(super) fn finish(&self) -> Standing {
        let mut state = self.shared.lock();
        while state.octets > 0 && !state.gone {
            let writes = state.writes;
            let over = state.over;
            let patience = if over { LAST_WORD } else { PATIENCE };
            if state.trouble == Some(Trouble::Stalled) {
                break;
            }
            let (now, waited) = self.shared.wait(state, patience, |now| {
                now.octets > 0 && !now.gone && (over || !now.over && now.writes == writes)
            });
            state = now;
            if waited && (over || !self.shared.is_patient()) {
                break;
            }
        }
        let mut standing = state.standing();
        standing.lost += state.lines;
        standing
    }

    /// Where it is said that there is something to be asked about.
    pub(super) const fn news(&self) -> &Receiver<()> {
        &self.news
    }

    /// How it stands.
    pub(super) fn standing(&self) -> Standing {
        self.shared.lock().standing()
    }

    /// Whether whoever read this has gone.
    pub(super) fn is_gone(&self) -> bool {
        self.shared.lock().gone
    }

    /// What became of opening the file again since this was last asked.
    pub(super) fn take_reopened(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.lock().reopened)
    }
}

impl State {
    fn standing(&self) -> Standing {
        Standing {
            lost: self.lost,
            trouble: self.trouble.clone(),
        }
    }

    /// Whether there is no room for so many octets. An outlet that is empty has room for any.
    fn is_full(&self, octets: usize) -> bool {
        self.octets > 0 && self.octets + octets > ROOM
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_patient(&self) -> bool {
        self.patient.load(Relaxed)
    }

    /// Waits while something holds, and says whether that took too long.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        patience: Duration,
        mut holds: impl FnMut(&State) -> bool,
    ) -> (MutexGuard<'a, State>, bool) {
        let (state, waited) = self
            .changed
            .wait_timeout_while(state, patience, |now| holds(now))
            .unwrap_or_else(PoisonError::into_inner);
        (state, waited.timed_out())
    }

    /// Waits for room as long as that makes sense.
    fn wait_for_room(&self, octets: usize) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.is_full(octets) && !state.gone && !state.over {
            if state.trouble == Some(Trouble::Stalled) {
                break;
            }
            let writes = state.writes;
            let (now, waited) = self.wait(state, PATIENCE, |now| {
                now.is_full(octets) && now.writes == writes && !now.gone && !now.over
            });
            state = now;
            if waited && !self.is_patient() {
                state.trouble = Some(Trouble::Stalled);
            }
        }
        state
    }

    /// Writes what is handed over, for the rest of the process's life.
    fn write(&self, mut target: Target) {
        let mut whole = WholeLines::default();
        let mut piece = target.piece();
        loop {
            let (lines, reopen) = self.next();
            if reopen {
                self.reopen(&mut target, &mut whole);
                piece = target.piece();
            }
            let mut left = lines.as_slice();
            while !left.is_empty() {
                let (now, later) = left
                    .split_at_checked(cut(left, piece))
                    .unwrap_or((left, &[]));
                let fate = whole.write(now, &mut target);
                self.account(now.len(), fate);
                left = later;
            }
        }
    }

    /// What is to be written next, and whether the file is to be opened again before.
    fn next(&self) -> (Vec<u8>, bool) {
        let state = self.lock();
        let mut state = self
            .changed
            .wait_while(state, |now| now.waiting.is_empty() && !now.reopen)
            .unwrap_or_else(PoisonError::into_inner);
        let reopen = std::mem::take(&mut state.reopen);
        (state.waiting.pop_front().unwrap_or_default(), reopen)
    }

    /// The line that was begun belongs to the file of before.
    fn reopen(&self, target: &mut Target, whole: &mut WholeLines) {
        let fate = whole.conclude(target);
        self.account(0, fate);
        let Some((name, opened)) = target.reopen() else {
            return;
        };
        let said = match opened {
            Ok(()) => format!("{name} was opened again"),
            Err(error) => {
                format!("{name} was not opened again, the one before is still used: {error}")
            }
        };
        self.patient.store(target.is_regular(), Relaxed);
        self.lock().reopened.push(said);
        let _ = self.tell.try_send(());
    }

    /// Takes in what became of so many octets.
    fn account(&self, octets: usize, fate: Fate) {
        let mut state = self.lock();
        state.octets -= octets;
        state.lines -= fate.written + fate.lost;
        state.lost += fate.lost;
        let trouble = match fate.error {
            None if octets > 0 => None,
            None => state.trouble.clone(),
            // That is no trouble: it is the end.
            Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                state.gone = true;
                None
            }
            Some(error) => Some(Trouble::Failed(error.to_string())),
        };
        if fate.written > 0 {
            state.writes += 1;
        }
        if trouble != state.trouble || state.gone {
            state.trouble = trouble;
            // One that was not taken yet will do.
            let _ = self.tell.try_send(());
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// Where to cut so that lines stay whole: as much as goes into a piece, one line at least.
fn cut(lines: &[u8], piece: usize) -> usize {
    let is_end = |octet: &u8| *octet == b'\n';
    let first = lines.get(..piece).unwrap_or(lines);
    let end = first
        .iter()
        .rposition(is_end)
        .or_else(|| lines.iter().position(is_end));
    end.map_or(lines.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_whole_lines() {
        for (lines, piece, expected) in [
            ("a\nbb\nccc\n", 5, 5),
            ("a\nbb\nccc\n", 6, 5),
            ("a\nbb\nccc\n", 99, 9),
            ("long one\nb\n", 4, 9),
        ] {
            assert_eq!(cut(lines.as_bytes(), piece), expected, "{lines:?} {piece}");
        }
    }
}
